"""What Muster does of docker's commands by the engine's API, without docker; all else is done by a person."""

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final

from compiler.placeholders import Blanks
from compiler.proof import docker, go_durations, host, kinds
from compiler.proof.carrier import Carried
from compiler.proof.docker import fields as docker_fields
from compiler.proof.docker import instances
from compiler.proof.docker.words import Command, read
from compiler.proof.go_flags import Refused
from compiler.proof.word_list import word_list
from incident.verdict import Verdict

_LOGS: Final = "since tail until timestamps"
_OPTIONS: Final[Mapping[tuple[str, ...], frozenset[str]]] = {
    tuple(path.split()): word_list(options)
    for path, options in {
        "container ls": "all latest last no-trunc quiet filter format",
        "container logs": _LOGS,
        "container stats": "all no-stream no-trunc format",
        "container top": "",
        "container inspect": "format",
        "container port": "",
        "container diff": "",
        "image ls": "all no-trunc quiet filter format",
        "image inspect": "format",
        "inspect": "format type",
        "network ls": "no-trunc quiet filter format",
        "volume ls": "quiet filter format",
        "volume inspect": "format",
        "network inspect": "format",
        "system df": "",
        "system info": "",
        "system events": "since until filter",
        "version": "",
        "compose ps": "all quiet services status",
        "compose logs": f"{_LOGS} no-color no-log-prefix",
        "compose top": "",
        "compose stats": "all no-stream no-trunc",
        "compose ls": "all quiet",
        "container restart": "signal timeout time",
        "container stop": "signal timeout time",
        "container start": "",
        "container kill": "signal",
        "container pause": "",
        "container unpause": "",
        "compose restart": "timeout no-deps",
        "compose stop": "timeout",
        "compose start": "",
        "compose kill": "signal",
        "compose pause": "",
        "compose unpause": "",
        "compose up": "detach no-build no-color no-deps no-recreate scale timeout",
        "compose scale": "no-deps timeout",
    }.items()
}
"""The commands by their long form, each with the options that mean something to Muster."""
FIELDS: Final[Mapping[str, frozenset[str]]] = {
    "container": word_list("ID Names Image Status State Ports CreatedAt RunningFor Networks Mounts Project Service"),
    "stats": word_list("ID Container Name CPUPerc MemUsage MemPerc NetIO BlockIO PIDs"),
    "image": word_list("ID Repository Tag CreatedAt CreatedSince Size"),
    "network": word_list("ID Name Driver Scope"),
    "volume": word_list("Name Driver Scope Mountpoint"),
}
"""The fields of each listing that a template may name."""
_LISTS: Final[Mapping[tuple[str, ...], str]] = {
    ("container", "ls"): "container", ("container", "stats"): "stats", ("image", "ls"): "image",
    ("network", "ls"): "network", ("volume", "ls"): "volume",
}  # fmt: skip
_INSPECTED: Final = word_list("container image network volume")
_HARMLESS: Final = word_list("ansi no-ansi verbose progress log-level compatibility")
_FROM_FILE: Final = word_list("create run build pull push rm down")
_MADE_ANEW: Final = word_list("force-recreate always-recreate-deps renew-anon-volumes build pull")
_SIGNAL: Final = re.compile(r"(?:SIG)?[A-Z][A-Z0-9+-]{1,12}|[0-9]{1,2}", re.ASCII)
_SECONDS: Final = re.compile(r"[0-9]{1,4}", re.ASCII)


def runnable(argv: Sequence[str]) -> str:
    """Why the engine's API cannot be asked for it, as a sentence; empty when it can."""
    carried = docker.unwrap(argv)
    if isinstance(carried, Carried):
        return _exec(carried, argv[: -len(carried.argv)])
    try:
        command = read(argv)
    except Refused as fault:
        return f"Muster does not ask the engine for it: {fault}."
    if command.path not in _OPTIONS:
        return _unsupported(command)
    if unknown := sorted({o.name for o in command.line.options} - _OPTIONS[command.path]):
        return _unknown(command, unknown[0])
    if unknown := sorted(set(command.other) - _HARMLESS):
        return f"Muster cannot honour “docker compose --{unknown[0]}”."
    try:
        instances.wanted(command)
    except Refused as fault:
        return f"Muster does not ask the engine for this form of “{command.name}”: {fault}."
    return _values(command)


def moment(text: str, now: datetime) -> str | None:
    """A moment as the engine takes it, in seconds since 1970: from a length of time back from now, or a date.

    None when it is neither.
    """
    if (ago := go_durations.seconds(text)) is not None:
        return f"{now.timestamp() - ago:.3f}"
    if re.fullmatch(r"[0-9]{9,11}(?:\.[0-9]{1,9})?", text, re.ASCII):
        return text
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        return None
    return f"{(at if at.tzinfo else at.replace(tzinfo=now.tzinfo)).timestamp():.3f}"


def _exec(carried: Carried, before: Sequence[str]) -> str:
    if any(word.startswith("--workdir") or (word[:1] == "-" != word[1:2] and "w" in word) for word in before):
        return "Muster does not choose a folder within a container."
    if not carried.names.get("index", "1").isdecimal():
        return "The number of the container is none."
    verdict = kinds.understand(carried.argv, Blanks()).judgement.verdict
    if verdict is Verdict.READ_ONLY:
        return "Who may start a program in a container may change it: no identity that only looks can run this."
    if not host.knows(carried.argv[0]):
        return f"What {carried.argv[0]} does in the container is not pinned."
    return ""


def _unsupported(command: Command) -> str:
    if command.path[0] == "compose" and command.path[1] in _FROM_FILE:
        return f"“{command.name}” needs the project's file, which Muster does not have."
    return f"Muster does not ask the engine for “{command.name}”."


def _unknown(command: Command, option: str) -> str:
    if command.path == ("compose", "up") and option in _MADE_ANEW:
        return f"“{command.name} --{option}” takes what the project's file says by then, which Muster does not have."
    return f"Muster does not ask the engine for “{command.name} --{option}”."


def _values(command: Command) -> str:
    """Why the values of the options, or the objects named, are more than Muster can do."""
    line = command.line
    now = datetime.fromisoformat("2026-01-01T00:00:00+00:00")
    for value in line.all("since", "until"):
        if moment(value, now) is None:
            return f"“{value[:40]}” is no length of time or date that Muster can read."
    if any(not _SIGNAL.fullmatch(value) for value in line.all("signal")):
        return "The signal is none that Muster knows."
    if any(not _SECONDS.fullmatch(value) for value in line.all("timeout", "time")):
        return "The time to wait is not a plain number of seconds."
    if any("=" not in value for value in line.all("filter")):
        return "A filter is not written as key=value."
    return _template(command)


def _template(command: Command) -> str:
    text = command.line.one("format")
    if command.path[-1] == "inspect":
        kind = command.line.one("type") or ("container" if command.path == ("inspect",) else command.path[0])
        if kind not in _INSPECTED:
            return f"Muster does not ask the engine for a {kind}."
        return "" if docker_fields.parse(text or "json") else "Its template is more than plain fields."
    if text is None:
        return ""
    template = docker_fields.parse(text)
    known = FIELDS[_LISTS[command.path]]
    if template is None or any(len(each.path) > 1 or not {*each.path} <= known for each in template.fields):
        return f"Its template is more than the fields that Muster knows: {', '.join(sorted(known))}."
    return ""
