"""One reading command of docker on its way to an engine, and how what it finds is shown."""

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Final

from msgspec import Struct

from bot.executors import table
from bot.executors.docker.client import Engine
from bot.executors.docker.rows import COLUMNS, Row
from bot.executors.tool.answer import Answer
from compiler.proof.docker import fields as docker_fields
from compiler.proof.docker.words import Command

_CHARACTERS: Final = 1 << 20


class Look(Struct, frozen=True, kw_only=True):
    """One command with what it is asked of. ``project`` is the target's, where it has one."""

    engine: Engine
    command: Command
    project: str | None
    now: datetime

    def on(self, name: str) -> bool:
        """Whether a switch was given."""
        return self.command.line.on(name)

    def one(self, name: str) -> str | None:
        """An option's value."""
        return self.command.line.one(name)

    @property
    def names(self) -> tuple[str, ...]:
        """What the command names."""
        return self.command.line.operands

    def filters(self) -> dict[str, str]:
        """The filters, as the engine takes them."""
        chosen: dict[str, list[str]] = {}
        for name, _, value in (each.partition("=") for each in self.command.line.all("filter")):
            chosen.setdefault(name, []).append(value)
        return {"filters": json.dumps(chosen)} if chosen else {}


def listing(asked: Look, kind: str, rows: Sequence[Row]) -> Answer:
    """The rows as the step's template, ``--quiet`` or the usual columns show them; the value is their number."""
    text = asked.one("format")
    template = docker_fields.parse(text) if text else None
    if asked.on("quiet"):
        return lines([str(row.get("ID") or row.get("Name")) for row in rows])
    if template is not None:
        return Answer(text=docker_fields.table(template, rows), value=len(rows), rows=len(rows))
    return drawn(COLUMNS[kind], [[str(row.get(name, "")) for name in COLUMNS[kind]] for row in rows])


def lines(found: Sequence[str]) -> Answer:
    """One line for each thing found."""
    return Answer(text="\n".join(found), value=len(found), rows=len(found))


def drawn(names: Sequence[str], rows: Sequence[Sequence[str]]) -> Answer:
    """A table with the columns' names on top; the value is the number of its rows."""
    if not names:
        return Answer(text="(none)", value=0, rows=0)
    text, cut = table.drawn(names, rows, characters=_CHARACTERS)
    return Answer(text=text, value=len(rows), rows=len(rows), cut=cut)
