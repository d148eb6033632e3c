"""The parts of a command line: programs with their words, joined to pipes, and what is redirected."""

from msgspec import Struct


class Redirection(Struct, frozen=True, kw_only=True):
    """`2>/dev/null`, `> FILE`, `< FILE`: the operator with its descriptor, and the file."""

    operator: str
    file: str


class Program(Struct, frozen=True, kw_only=True):
    """One program of a pipe: its words, what is redirected, and the text it gets on standard input from a heredoc."""

    argv: tuple[str, ...]
    redirections: tuple[Redirection, ...] = ()
    document: str | None = None
    assigned: tuple[str, ...] = ()
    """Names of variables set before the program's name: `PGPASSWORD=…`."""
    shows_variable: bool = False
    spelled: tuple[str, ...] = ()
    """The words as they are written, quotes and all."""


class Pipe(Struct, frozen=True, kw_only=True):
    """Programs joined by `|`; `kept_as` names the variable that takes what they print, as in `NAME=$(…)`.

    It is empty where the output is added to what a variable holds already.
    """

    programs: tuple[Program, ...] = ()
    kept_as: str | None = None
    sets_state: str | None = None
    """Why there is nothing to run: the part only sets the shell's own state."""


class Unshellable(Exception):
    """The line is not one that may be taken apart; the message is the reason."""
