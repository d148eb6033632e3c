"""What people say about incidents at a terminal, Slack or no Slack: decided and saved as there, and told there later.

The bot that runs finds what is owed within a second; the next one that starts does, where none runs.
"""

from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Protocol
from uuid import uuid4

import typer

from bot import config
from bot.runbooks.load import load_runbooks
from bot.settings.team import TeamSettings
from bot.stores.place import StorePlace, open_store, opened
from bot.terminal.ending import NotFoundError
from bot.terminal.inspection import as_text, find, row, utc_now
from bot.words.sentences import actor_words, event_sentence
from commands.answers import Answer, Done
from commands.asked import Asked
from commands.declare import USUAL, declare_filled
from commands.ports import Ground, Kept
from commands.store import Store
from incident import severity
from incident.incident import Incident
from incident.responder import Actor, UserId, user_of
from incident.severity import Severity


class Verb(Protocol):
    """What is done with an incident: one of the functions in ``commands/``."""

    def __call__(self, asked: Asked, *, ports: Kept) -> Awaitable[Answer]: ...


class GroundedVerb(Protocol):
    """The same, for what must know the runbooks and the team's settings too."""

    def __call__(self, asked: Asked, *, ports: Ground) -> Awaitable[Answer]: ...


async def say(place: StorePlace, name: str, words: str, verb: Verb, *, by: Actor, as_json: bool) -> None:
    """Do one thing with an incident and print what happened. Raises whatever the verb refuses."""
    async with opened(place) as store:
        answer = await verb(await _asked(store, name, words, by), ports=Kept(store=store))
    _show(answer, as_json=as_json)


async def say_grounded(
    config_file: Path, name: str, words: str, verb: GroundedVerb, *, by: Actor, as_json: bool
) -> None:
    """The same with the runbooks and settings of muster.yaml. Raises WrongSetting, too."""
    grounded = _grounded(config_file)
    async with opened(config.store_of(config_file)) as store:
        answer = await verb(await _asked(store, name, words, by), ports=grounded(store))
    _show(answer, as_json=as_json)


async def declare(config_file: Path, words: str, *, system: str | None, summary: str, by: Actor, as_json: bool) -> None:
    """Open an incident and print it, and who is called. The store is made, if there is none yet."""
    grounded = _grounded(config_file)
    level, title = _level(words)
    store = await open_store(config.store_of(config_file))
    try:
        ports = grounded(store)
        if system is not None and system not in ports.runbooks.systems:
            known = ", ".join(ports.runbooks.systems)
            raise NotFoundError(f"{config_file} has no system {system}; it has: {known}.")
        asked = _of(by, "")
        declared = await declare_filled(asked, title=title, level=level, ports=ports, summary=summary, system=system)
        called = ports.settings.on_call(declared.incident.system, asked.at)
    finally:
        await store.close()
    _show_declared(declared.incident, called, by, as_json=as_json)


def _grounded(config_file: Path) -> Callable[[Store], Ground]:
    """What makes the ground of a decision from a store. Raises WrongSetting."""
    written = config.written(config_file)
    runbooks = load_runbooks(written)
    settings = TeamSettings(written.file, runbooks)
    return lambda store: Ground(store=store, runbooks=runbooks, settings=settings)


async def _asked(store: Store, name: str, words: str, by: Actor) -> Asked:
    return _of(by, words, await find(store, name))


def _of(by: Actor, words: str, about: Incident | None = None) -> Asked:
    user = user_of(by) or UserId("")
    return Asked(by=user, words=words, cause=f"terminal:{uuid4()}", at=utc_now(), about=about, terminal=by)


def _level(words: str) -> tuple[Severity, str]:
    level, title = severity.of_head(words)
    return level or USUAL, title


def _show(answer: Answer, *, as_json: bool) -> None:
    if not isinstance(answer, Done):
        raise NotFoundError("Say it in the command: the forms are in Slack (--help shows how).")
    incident, event = answer.incident, answer.event
    said = event_sentence(event, actor_words)
    if as_json:
        typer.echo(as_text({**row(incident), "said": said, "by": event.actor, "event": event.kind.value}))
    else:
        typer.echo(f"{incident.key}\t{said}")


def _show_declared(incident: Incident, called: tuple[UserId, ...], by: Actor, *, as_json: bool) -> None:
    if as_json:
        typer.echo(as_text({**row(incident), "by": by, "called": list(called)}))
        return
    typer.echo("\t".join(row(incident).values()))
    if called:
        typer.echo(f"Muster calls {', '.join(called)}, in Slack as soon as it answers.", err=True)
    else:
        typer.echo("Nobody is on call for it: call somebody yourself.", err=True)
