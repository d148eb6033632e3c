"""What the changing commands of docker do, for a second person to approve; and which of them may not run at all."""

import re
from collections.abc import Iterator

from compiler.proof.docker.options import CHANGES
from compiler.proof.go_flags import Line, Refused
from compiler.proof.references import is_reference
from compiler.proof.secret_names import names_a_secret
from compiler.proof.word_list import word_list

_VOLUME = re.compile(r"(?P<name>[A-Za-z0-9][\w.-]*):/[^:]*(?::[a-z,]+)?", re.ASCII)
_SHARED = word_list("network net pid ipc uts userns cgroupns isolation network-add")
_HOSTS = re.compile(r"host\b|(?:container|name):")
_ASSIGNING = (
    "env",
    "build-arg",
    "label",
    "annotation",
    "env-add",
    "container-label",
    "container-label-add",
    "label-add",
)
_REMOTE = re.compile(r"-$|[a-z+]+://|git@|(?:github|gitlab|bitbucket)\.\w+/", re.IGNORECASE)
_NEEDS_OPERANDS = word_list(
    "restart start stop kill rm pause unpause update rename commit run create pull push tag build connect disconnect"
)
_MAY_BE_BARE = (("volume", "create"),)


def effect(path: tuple[str, ...], line: Line) -> str:
    """What the change does, in one clause. Raises Refused."""
    if refusal := next(_refusals(path, line), None):
        raise Refused(refusal)
    named = line.operands[:1] if path[-1] in ("run", "create", "update") else line.operands
    return CHANGES[path][0].format(", ".join(named)[:80])


def _refusals(path: tuple[str, ...], line: Line) -> Iterator[str]:
    if path[-1] in _NEEDS_OPERANDS and not line.operands and path not in _MAY_BE_BARE:
        yield "it does not say what to change"
    yield from new_container_refusals(line)
    if path == ("image", "build") and _REMOTE.match(line.operands[0] if line.operands else "-"):
        yield "what it builds comes from outside or from standard input, where it cannot be pinned"
    if any(_REMOTE.match(file) for file in line.all("file", "compose-file", "input")):
        yield "its file comes from outside or from standard input, where it cannot be pinned"
    if path == ("image", "load") and not line.all("input"):
        yield "what it reads from standard input is not in the command"
    if line.all("iidfile"):
        yield "it writes a file of the machine"
    yield from written_secrets(line.all(*_ASSIGNING))


def new_container_refusals(line: Line) -> Iterator[str]:
    """Why a container may not be made with these options: it would reach the machine, or share another's rooms."""
    for volume in line.all("volume"):
        if ":" in volume and not _VOLUME.fullmatch(volume):
            yield f"{volume[:60]!r} gives the container files of the machine"
    for mount in line.all("mount", "mount-add"):
        fields = dict(part.partition("=")[::2] for part in mount.lower().split(","))
        if fields.get("type") not in ("volume", "tmpfs") or "volume-opt" in fields or not _is_volume(fields):
            yield f"{mount[:60]!r} gives the container files of the machine"
    for name in _SHARED:
        if any(_HOSTS.match(value.lower()) for value in line.all(name)):
            yield f"--{name} takes away the walls between the container and the machine or another container"


def _is_volume(fields: dict[str, str]) -> bool:
    source = fields.get("source", fields.get("src", ""))
    return "/" not in source and not source.startswith((".", "~", "$"))


def written_secrets(pairs: list[str]) -> Iterator[str]:
    """Secrets that stand in the command itself, where every reader of the runbook and the plan sees them."""
    for name, equals, value in (pair.partition("=") for pair in pairs):
        if equals and value and names_a_secret(name) and not is_reference(value):
            yield f"the value of {name[:40]} stands in the command: name a secret instead"
