"""``muster alerts explain``: what a monitor's payload would be taken for, before the monitor is pointed at Muster."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import TypeAlias

import typer
from msgspec.structs import asdict

from bot.config import Written, WrongSetting, secrets_here, written
from bot.json_lines import json_line
from bot.redaction.redactor import Redactor
from bot.sources.table import SOURCES, ParserTable
from bot.terminal.rehearsal import Rehearsal
from commands.outage import Unreadable
from incident.alert import Alert, Delivery

Would: TypeAlias = Callable[[Alert, datetime], Mapping[str, str | None]]
"""What an alert would do at a moment, as ``Rehearsal.take`` says it."""

_SHOWN = ("status", "key", "title", "severity", "service", "starts_at", "links", "labels")


class UnknownSourceError(Exception):
    """There is no such source; the message names those that there are."""


def explain(source: str, files: Sequence[Path], *, as_json: bool, config_file: Path | None, now: datetime) -> None:
    """Print what each file holds, in order: its alerts, or one sentence on why it would be kept as a dead letter.

    Signatures are left aside. ``config_file`` gives the generic source's map, and by its rules each alert is said what
    it would do, and why. Raises UnknownSourceError, WrongSetting.
    """
    if source not in SOURCES:
        raise UnknownSourceError(f"There is no source {source!r}; choose one of: {', '.join(SOURCES)}.")
    configuration = written(config_file) if config_file is not None else None
    parser = _parser(configuration) if configuration is not None else ParserTable()
    would = _would(configuration) if configuration is not None else None
    for path in files:
        told = _explained(source, path, parser, would, now)
        typer.echo(json_line(told) if as_json else "\n".join(_lines(told)))


def _parser(configuration: Written) -> ParserTable:
    hide = Redactor(secrets_here(configuration.path)).clean
    return ParserTable(configuration.file.sources.mapped, configuration.file.priorities, hide)


def _would(configuration: Written) -> Would:
    """What says of an alert what it would do; without the runbooks that the settings name, why that cannot be said."""
    try:
        return Rehearsal(configuration).take
    except WrongSetting as wrong:
        sentence = str(wrong)
        return lambda alert, now: {"error": sentence}


def _explained(source: str, path: Path, parser: ParserTable, would: Would | None, now: datetime) -> dict[str, object]:
    try:
        body = path.read_bytes()
    except OSError as error:
        return {"file": str(path), "error": f"the file cannot be read: {error.strerror}"}
    delivery = Delivery(key=str(path), source=source, received_at=now, headers={}, body=body)
    try:
        alerts = parser.parse(delivery)
    except Unreadable as unreadable:
        return {"file": str(path), "error": str(unreadable)}
    return {"file": str(path), "alerts": [_shown(each, would, now) for each in alerts]}


def _shown(alert: Alert, would: Would | None, now: datetime) -> dict[str, object]:
    whole = asdict(alert)
    started = alert.starts_at.isoformat() if alert.starts_at is not None else None
    shown = {**{name: whole[name] for name in _SHOWN}, "status": alert.status.value, "starts_at": started}
    return shown if would is None else {**shown, "would": would(alert, now)}


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
        if "would" in each:
            yield f"    → {_sentence(each['would'])}."


def _sentence(would: Mapping[str, str | None]) -> str:
    """``declares P2 in shop, procedure stuck-orders: route “batch” matches team=data; nothing is known of it yet``."""
    if "error" in would:
        return f"what it would do cannot be said: {would['error']}".removesuffix(".")
    procedure = f", procedure {would['procedure']}" if would["procedure"] else ""
    return f"{would['verb']} ({would['severity']} of {would['system']}{procedure}): {would['reason']}"
