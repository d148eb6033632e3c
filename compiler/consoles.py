"""Prompts of clients that are no shell's: what people typed there, and as which command it would run."""

import re
from typing import Final

from msgspec import Struct

MYSQL: Final = "mysql"
"""The session of what was typed at the prompt of MySQL or MariaDB."""


class Console(Struct, frozen=True, kw_only=True):
    """A client that people type into. ``run`` is its command line before what it is told."""

    name: str
    run: tuple[str, ...]
    prompt: re.Pattern[str]
    more: re.Pattern[str]
    """The prompt of a line that goes on."""


class Typed(Struct, frozen=True):
    """What was typed at the prompt of a console."""

    console: Console
    text: str


_CONSOLES: Final = (
    Console(
        name=MYSQL, run=(MYSQL, "-e"),
        prompt=re.compile(r"\s*(?:mysql|MariaDB \[[^\]\s]*\])> (?P<said>\S.*)"), more=re.compile(r"\s+-> (?P<said>.*)"),
    ),
    Console(
        name="sqlite3", run=("sqlite3", "the-file"),
        prompt=re.compile(r"\s*sqlite> (?P<said>\S.*)"), more=re.compile(r"\s*\.\.\.> (?P<said>.*)"),
    ),
    Console(
        name="mongosh", run=("mongosh", "--eval"),
        prompt=re.compile(
            r"\s*(?:[\w-]{1,60}(?::[A-Z]{1,20})?|(?:[\w-]{1,60} )?\[[\w :-]{1,60}\] [\w-]{1,60}|)"
            r"> (?P<said>(?:db\.|db\[|rs\.|sh\.|show (?:dbs|databases|collections|users|roles|profile|log)\b).*)"
        ),
        more=re.compile(r"\s*\.\.\. (?P<said>.*)"),
    ),
    Console(
        name="rails", run=("rails", "runner"),
        prompt=re.compile(
            r"\s*(?:irb\([^()\s]{1,40}\):[0-9]{1,4}(?::[0-9]{1,4})?>|(?:\[[0-9]{1,4}\] )?pry\([^()]{1,60}\)>"
            r"|[\w-]{1,40}\((?:dev|development|prod|production|staging|test)\)(?::[0-9]{1,4}(?::[0-9]{1,4})?)?>)"
            r" (?P<said>\S.*)"
        ),
        more=re.compile(
            r"\s*(?:irb\([^()\s]{1,40}\):[0-9]{1,4}(?::[0-9]{1,4})?[*\"']|(?:\[[0-9]{1,4}\] )?pry\([^()]{1,60}\)\*)"
            r" (?P<said>.*)"
        ),
    ),
)  # fmt: skip
SQL: Final = frozenset({MYSQL, "sqlite3"})
"""Those that are told statements of SQL."""
RUN: Final = {console.name: console.run for console in _CONSOLES}
_LEAVES: Final = re.compile(r"(?:exit|quit|\\q|\.quit|\.exit)[;()]{0,3}")


def typed(line: str) -> Typed | None:
    """What a line says to a console at its prompt; None for any other line."""
    if "> " not in line:
        return None
    for console in _CONSOLES:
        if match := console.prompt.match(line):
            return Typed(console, match["said"].strip())
    return None


def leaves(said: str) -> bool:
    """Whether what is said only ends the session."""
    return _LEAVES.fullmatch(said) is not None
