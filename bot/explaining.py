"""``muster alerts explain``: what a monitor's payload would be taken for, before the monitor is pointed at Muster."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from datetime import datetime
from pathlib import Path

import typer

from bot.config import written
from bot.sources.generic import Mapped
from bot.sources.table import SOURCES, ParserTable
from commands.outage import Unreadable
from incident.alert import Alert, Delivery

_SHOWN = ("status", "key", "title", "severity", "service", "starts_at", "links", "labels")


class UnknownSourceError(Exception):
    """There is no such source; the message names those that there are."""


def explain(source: str, files: Sequence[Path], *, as_json: bool, config_file: Path | None, now: datetime) -> None:
    """Print what each file holds, in order: its alerts, or one sentence on why it would be kept as a dead letter.

    Signatures are left aside. ``config_file`` gives the generic source's map. Raises UnknownSourceError, WrongSetting.
    """
    if source not in SOURCES:
        raise UnknownSourceError(f"There is no source {source!r}; choose one of: {', '.join(SOURCES)}.")
    mapped = written(config_file).file.sources.mapped if config_file is not None else None
    for path in files:
        told = _explained(source, path, mapped, now)
        typer.echo(json.dumps(told, ensure_ascii=False) if as_json else "\n".join(_lines(told)))


def _explained(source: str, path: Path, mapped: Mapped | None, now: datetime) -> dict[str, object]:
    try:
        body = path.read_bytes()
    except OSError as error:
        return {"file": str(path), "error": f"the file cannot be read: {error.strerror}"}
    delivery = Delivery(key=str(path), source=source, received_at=now, headers={}, body=body)
    try:
        alerts = ParserTable(mapped).parse(delivery)
    except Unreadable as unreadable:
        return {"file": str(path), "error": str(unreadable)}
    return {"file": str(path), "alerts": [_shown(each) for each in alerts]}


def _shown(alert: Alert) -> dict[str, object]:
    whole = asdict(alert)
    started = alert.starts_at.isoformat() if alert.starts_at is not None else None
    return {**{name: whole[name] for name in _SHOWN}, "status": alert.status.value, "starts_at": started}


def _lines(told: dict[str, object]) -> Iterator[str]:
    """The same for people."""
    if "error" in told:
        yield f"{told['file']}: kept as a dead letter, because {told['error']}."
        return
    alerts = told["alerts"]
    assert isinstance(alerts, list), "made above"
    yield f"{told['file']}: " + (f"{len(alerts)} to take" if alerts else "taken, and nothing in it is an alert") + "."
    for each in alerts:
        known = [f"{name} {each[name]}" for name in ("severity", "service", "starts_at") if each[name]]
        yield f"  {each['status']}  {each['title']}  ({', '.join([*known, 'key ' + each['key']])})"
