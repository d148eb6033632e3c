"""The words of a docker command line, taken apart: which command it is by its long form, its options and operands."""

from collections.abc import Sequence

from msgspec import Struct

from compiler.proof import go_flags
from compiler.proof.docker import compose
from compiler.proof.docker.compose_options import CHANGES as COMPOSE_CHANGES
from compiler.proof.docker.compose_options import READS as COMPOSE_READS
from compiler.proof.docker.options import CHANGES, GLOBAL, GROUPS, READS, SHORT, SUBCOMMAND_ALIASES
from compiler.proof.go_flags import Line, Option, Refused
from compiler.proof.object_names import is_name

OPTIONS_FIRST = (("container", "run"), ("container", "create"), ("container", "top"), ("service", "create"))
"""The commands whose options end where the first operand stands."""


class Command(Struct, frozen=True, kw_only=True):
    """One command: `path` is its long form, such as `container ls` or `compose restart`."""

    path: tuple[str, ...]
    line: Line
    project: str | None = None
    file: str | None = None
    other: tuple[str, ...] = ()
    """The names of Compose's other options before the command."""

    @property
    def name(self) -> str:
        """The command as people say it."""
        return " ".join(("docker", *self.path))


def read(argv: Sequence[str]) -> Command:
    """The command of a line that the judge has let through; `exec` is not read here. Raises Refused."""
    _, words = opened(argv)
    if words is None:
        return Command(path=("version",), line=Line())
    if words[:1] == ["compose"]:
        return _compose(words[1:])
    path, rest = path_of(words)
    known = READS[path] if path in READS else CHANGES[path][1] if path in CHANGES else None
    if known is None:
        raise Refused(f"{' '.join(path)[:40]!r} is no command that is read here")
    return Command(path=path, line=go_flags.read(rest, known, interspersed=path not in OPTIONS_FIRST))


def opened(argv: Sequence[str]) -> tuple[list[Option], list[str] | None]:
    """The options before the command, and the words from there; None for them when only the version is asked for."""
    if list(argv[:1]) == ["docker-compose"]:
        return [], ["compose", *argv[1:]]
    if list(argv[:1]) != ["docker"]:
        raise Refused("the command is not docker")
    options, words = go_flags.leading(argv[1:], GLOBAL)
    if [option.name for option in options] == ["version"] and not words:
        return options, None
    if wrong := next((o.value for o in options if o.name == "context" and not is_name(o.value)), None):
        raise Refused(f"{wrong[:40]!r} does not name a context")
    if not words or words[0].startswith("-"):
        raise Refused("no command stands where docker looks for one")
    return options, words


def path_of(words: Sequence[str]) -> tuple[tuple[str, ...], list[str]]:
    """The command by its long form, and the words after it."""
    first, *rest = words
    if first in SHORT:
        return SHORT[first], rest
    if first not in GROUPS:
        return (first,), rest
    name = rest[0] if rest else ""
    return (first, SUBCOMMAND_ALIASES.get((first, name), name)), rest[1:]


def _compose(words: Sequence[str]) -> Command:
    options, rest = compose.opened(words)
    given = Line(options=tuple(options))
    command, *words = rest or ["version"]
    known = COMPOSE_READS.get(command) or (COMPOSE_CHANGES[command][1] if command in COMPOSE_CHANGES else None)
    if known is None:
        raise Refused(f"{command[:40]!r} is no command of Compose that is read here")
    return Command(
        path=("compose", command),
        line=go_flags.read(words, known, interspersed=command != "run"),
        project=given.one("project-name"),
        file=given.one("file"),
        other=tuple(option.name for option in options if option.name not in ("project-name", "file", "context")),
    )
