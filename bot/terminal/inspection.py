"""Looking into the store from a terminal: incidents, drafts and the chains, also while Slack is down."""

import asyncio
import json
import re
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

import typer

from bot.exports.json import export
from bot.exports.markdown import markdown
from bot.stores.place import StorePlace, opened
from bot.terminal.ending import NotFoundError
from bot.words.alerts import because
from bot.words.sentences import actor_words, event_sentence
from commands import freeze
from commands.store import Store
from commands.why import EXPLAINS
from incident.incident import Incident
from incident.postmortem import Record, draft
from incident.responder import Actor
from incident.timeline import broken_at


async def list_incidents(place: StorePlace, *, as_json: bool) -> None:
    """Print the open incidents, worst first, then the newest that ended."""
    async with opened(place) as store:
        shown = await store.open_incidents(limit=100)
        ended = [each for each in await store.recent_incidents(limit=100) if not each.open]
    if as_json:
        typer.echo(as_text([row(each) for each in (*shown, *ended)]))
        return
    for each in (*shown, *ended):
        typer.echo("\t".join(row(each).values()))


async def show_incident(place: StorePlace, name: str, *, as_json: bool) -> None:
    """Print everything about one incident."""
    record = await _record(place, name)
    if as_json:
        typer.echo(export(record, draft(record, datetime.now(UTC))).decode())
        return
    incident = record.incident
    typer.echo("\t".join(row(incident).values()))
    for link in record.timeline:
        if link.event is not None:
            at = link.event.at.strftime("%Y-%m-%d %H:%M:%S")
            typer.echo(f"{at}  {event_sentence(link.event, actor_words)}")


async def explain_incident(place: StorePlace, name: str, *, as_json: bool) -> None:
    """Print how one incident came to be: each decision, its reason and its rule, oldest first."""
    record = await _record(place, name)
    events = [each.event for each in record.timeline if each.event is not None and each.event.kind in EXPLAINS]
    if as_json:
        told = [{"at": each.at.isoformat(), "kind": each.kind.value, "facts": dict(each.facts)} for each in events]
        typer.echo(as_text(told))
        return
    for event in events:
        typer.echo(f"{event.at:%Y-%m-%d %H:%M:%S}  {event_sentence(event, actor_words)}")
        for words in because(event):
            typer.echo(f"{'':21}{words}")


async def write_postmortem(place: StorePlace, name: str, format_: str, output: Path | None) -> None:
    """Write the draft as of now to a file, or to stdout."""
    record = await _record(place, name)
    made = draft(record, datetime.now(UTC))
    text = export(record, made).decode() if format_ == "json" else markdown(record, made, None)
    if output is None:
        typer.echo(text)
        return
    try:
        await asyncio.to_thread(output.write_text, text, encoding="utf-8")
    except OSError as problem:
        raise NotFoundError(f"{output} cannot be written: {problem.strerror}.") from problem


async def stop(place: StorePlace, reason: str, *, by: Actor) -> None:
    """Stop all remediations and print what that leaves running; the bot that runs obeys at once. Raises AlreadySo."""
    async with opened(place) as store:
        stopping = await freeze.stop(store, by=by, reason=reason, cause=f"terminal:{uuid4()}", clock=utc_now)
    typer.echo(event_sentence(stopping.event))
    for each in stopping.running:
        typer.echo(f"It goes on, because it had begun: “{each.plan.title}” on {each.plan.target}")


async def lift_stop(place: StorePlace, reason: str, *, by: Actor) -> None:
    """Let remediations run again. Raises NotStopped."""
    async with opened(place) as store:
        cause = f"terminal:{uuid4()}"
        stopping = await freeze.lift_stop(store, by=by, reason=reason, cause=cause, clock=utc_now)
    typer.echo(event_sentence(stopping.event))


async def verify(place: StorePlace) -> bool:
    """Print how each chain stands; whether all of them are whole."""
    broken = 0
    async with opened(place) as store:
        chains = await store.chains()
        for chain in chains:
            at = broken_at(chain, await store.timeline(chain))
            if at is not None:
                broken += 1
                typer.echo(f"{chain}\tbroken at event {at}")
    typer.echo(f"{len(chains)} chains verified, {broken} broken", err=True)
    return not broken


async def _record(place: StorePlace, name: str) -> Record:
    async with opened(place) as store:
        return await store.record((await find(store, name)).id)


async def find(store: Store, name: str) -> Incident:
    """The incident that a person calls *name*: INC-142, or 142. Raises NotFoundError."""
    matched = re.fullmatch(r"(?:INC-)?([0-9]{1,9})", name.strip(), re.IGNORECASE)
    incident = await store.incident_by_number(int(matched[1])) if matched else None
    if incident is None:
        raise NotFoundError(f"There is no incident {name}; `muster incidents list` shows what there is.")
    return incident


def row(incident: Incident) -> dict[str, str]:
    """One incident in a list."""
    return {
        "key": incident.key,
        "severity": incident.severity.value,
        "status": incident.status.value,
        "declared_at": incident.declared_at.isoformat(timespec="seconds"),
        "title": incident.title,
    }


def utc_now() -> datetime:
    """The time."""
    return datetime.now(UTC)


def as_text(value: object) -> str:
    """Anything as JSON for people and programs."""
    return json.dumps(value, indent=2, ensure_ascii=False)
