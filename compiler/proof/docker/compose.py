"""Compose's command line, read without running it: `docker compose …` and the older `docker-compose …`.

Where the project's file is, and what it says, belongs to the target. A command may choose among plain file names that
lie beside it, and name the project; settings from anywhere else are refused.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from functools import partial

from compiler.proof import go_flags
from compiler.proof.carrier import Carried
from compiler.proof.docker import changes as docker_changes
from compiler.proof.docker import reads as docker_reads
from compiler.proof.docker.compose_options import CHANGES, EXEC, GLOBAL, LISTING_CONFIG, READS, REFUSED
from compiler.proof.docker.reads import listed
from compiler.proof.go_flags import Line, Option, Refused
from compiler.proof.object_names import is_name
from compiler.proof.shown import Shown, rewritten
from incident.verdict import Judgement, Verdict

_FILE = re.compile(r"[A-Za-z0-9_][\w.-]*\.ya?ml", re.ASCII)
_OPTIONS_FIRST = ("run",)
_REPEATABLE = ("file", "profile", "filter", "status", "verbose")
_DETACHED = ("detach", "no-start", "wait", "abort-on-container-exit", "exit-code-from", "abort-on-container-failure")


def judge(words: Sequence[str], *, prefix: Sequence[str]) -> Judgement:
    """The verdict for the words after `docker compose`; `prefix` is how it was called. Raises Refused."""
    options, rest = opened(words)
    if not rest and [option.name for option in options] == ["version"]:
        return Judgement(Verdict.READ_ONLY, "shows the version of Compose")
    command, *rest = rest or [""]
    if command in REFUSED:
        raise Refused(REFUSED[command])
    if command not in READS and command not in CHANGES:
        raise Refused(f"{command[:40]!r} is no command of Compose")
    start = [*prefix, *(option.written for option in options)]
    if command in CHANGES:
        return _changed(command, start, go_flags.read(rest, CHANGES[command][1], interspersed=command != "run"))
    line = go_flags.read(rest, READS[command])
    shown = _shown(command, options, line)
    return Judgement(Verdict.READ_ONLY, shown.reason, rewritten(start, [command], line, shown))


def unwrap(words: Sequence[str], context: Mapping[str, str]) -> Carried | Judgement | None:
    """The command that `exec SERVICE …` carries; None for other commands. Raises Refused."""
    options, rest = opened(words)
    if rest[:1] != ["exec"]:
        return None
    line = go_flags.read(rest[1:], EXEC, interspersed=False)
    carried = (*line.operands, *(line.rest or ()))
    if len(carried) < 2 or not is_name(carried[0]):
        raise Refused("it names no service, or no command to run there")
    given = Line(options=tuple(options))
    places = {"file": given.one("file"), "project": given.one("project-name"), "context": given.one("context")}
    names = {"service": carried[0], **context} | {name: value for name, value in places.items() if value}
    chosen = {"user": line.one("user"), "index": line.one("index"), "folder": line.one("workdir")}
    names |= {name: value for name, value in chosen.items() if value}
    if line.on("interactive") or line.on("tty"):
        names["interactive"] = "yes"
    return Carried(via="compose", argv=carried[1:], names=names)


def opened(words: Sequence[str]) -> tuple[list[Option], list[str]]:
    """The options before Compose's command, checked, and the words from there. Raises Refused."""
    options, rest = go_flags.leading(words, GLOBAL)
    for option in options:
        if option.name == "file" and not _FILE.fullmatch(option.value):
            raise Refused(f"{option.value[:60]!r} is not the plain name of a Compose file")
        if option.name in ("project-name", "profile", "context") and not is_name(option.value):
            raise Refused(f"--{option.name} takes one name")
    return options, rest


def _changed(command: str, start: Sequence[str], line: Line) -> Judgement:
    if refusal := next(iter(_refusals(line)), None):
        raise Refused(refusal)
    told = line.operands[:1] if command in _OPTIONS_FIRST else line.operands
    effect = CHANGES[command][0].format(", ".join(told)[:80] or "every service")
    if command == "up" and not any(line.all(name) for name in _DETACHED):
        added = Shown(reason=effect, added=("--detach",))
        return Judgement(Verdict.MUTATING, effect, rewritten(start, [command], line, added))
    return Judgement(Verdict.MUTATING, effect)


def _refusals(line: Line) -> list[str]:
    secrets = docker_changes.written_secrets(line.all("env", "build-arg", "label"))
    return [*docker_changes.new_container_refusals(line), *secrets]


def _shown(command: str, options: Sequence[Option], line: Line) -> Shown:
    if line.rest is not None:
        raise Refused("nothing may follow -- here")
    if twice := Line(options=(*options, *line.options)).repeated(_REPEATABLE):
        raise Refused(f"--{twice} is given twice, and only one counts")
    return _SHOWN[command](line)


def _config(line: Line) -> Shown:
    if not any(line.on(name) for name in LISTING_CONFIG):
        raise Refused("it prints the settings of every service, secrets included: --services prints their names")
    return listed("names in the project's file", named=True)(line)


def _logs(line: Line) -> Shown:
    return docker_reads.logs(line, several=True)


_SHOWN: Mapping[str, Callable[[Line], Shown]] = {
    "ps": listed("the project's containers", named=True),
    "logs": _logs,
    "top": listed("the processes", named=True),
    "images": listed("the project's images", named=True),
    "port": listed("the published ports", named=True),
    "ls": listed("the projects"),
    "version": listed("the version of Compose"),
    "events": partial(docker_reads.events, named=True),
    "stats": docker_reads.stats,
    "volumes": listed("the project's volumes", named=True),
    "config": _config,
}
