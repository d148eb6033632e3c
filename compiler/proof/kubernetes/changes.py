"""What the changing commands of kubectl do, for a second person to approve; and which of them may not run at all."""

import re
from collections.abc import Iterator, Mapping

from compiler.proof.go_flags import Line, Refused
from compiler.proof.http.secrets import written_secrets
from compiler.proof.kubernetes.kinds import Contents, resolve
from compiler.proof.references import is_reference
from compiler.proof.secret_names import names_a_secret

_EFFECTS: Mapping[tuple[str, ...], str] = {
    ("rollout", "restart"): "replaces every pod of {}, one after the other",
    ("rollout", "undo"): "takes {} back to an earlier revision",
    ("rollout", "pause"): "holds further rollouts of {}",
    ("rollout", "resume"): "lets rollouts of {} go on",
    ("scale",): "changes how many pods {} has",
    ("autoscale",): "makes an autoscaler for {}",
    ("set",): "changes {} and rolls it out",
    ("patch",): "changes fields of {}",
    ("delete",): "deletes {}",
    ("label",): "changes the labels of {}",
    ("annotate",): "changes the annotations of {}",
    ("taint",): "changes what may be scheduled on {}",
    ("cordon",): "keeps new pods away from {}",
    ("uncordon",): "lets new pods on {} again",
    ("drain",): "evicts every pod from {}",
    ("apply",): "changes the cluster to what a file says",
    ("replace",): "replaces objects by what a file says",
    ("create",): "creates objects in the cluster",
    ("expose",): "makes a service for {}",
    ("run",): "starts a pod",
    ("certificate",): "decides on a certificate request",
    ("auth", "reconcile"): "changes who may do what in the cluster",
}
_FROM_FILES = (("apply",), ("replace",), ("create",), ("auth", "reconcile"), ("apply", "set-last-applied"))
_WITH_COMMAND = (("run",), ("create", "job"), ("create", "cronjob"), ("create", "deployment"))
_PLAIN_FILE = re.compile(r"(?!/(?:dev|proc|sys)\b)(?!.*(?:^|/)\.\.(?:/|$))[\w$./{}<>@+ -]+", re.ASCII)
_REMOTE = re.compile(r"[\w.-]+@|(?:github|gitlab|bitbucket)\.\w+[/:]|.*//|.*\?ref=", re.IGNORECASE)
_ASSIGNING = ("env", "from-literal", "annotations", "labels", "docker-password")
_FILE_OPTIONS = ("filename", "kustomize", "from-file", "from-env-file", "cert", "key")


def effect(path: tuple[str, ...], line: Line) -> str:
    """What the change does, in one clause. Raises Refused."""
    files = [file for option in _FILE_OPTIONS for file in line.all(option)]
    if refusal := next(_refusals(path, line, files), None):
        raise Refused(refusal)
    told = _EFFECTS.get(path) or _EFFECTS[path[:1]]
    pinned = ", whose content must be pinned before it may run" if files else ""
    return told.format(" ".join(line.operands[:3])[:80] or "the selected objects") + pinned


def _refusals(path: tuple[str, ...], line: Line, files: list[str]) -> Iterator[str]:
    if path in _FROM_FILES and (line.operands or not line.all("filename", "kustomize")):
        yield "it names no file, or something besides it"
    if line.rest is not None and path not in _WITH_COMMAND:
        yield "nothing may follow -- here"
    yield from (reason for file in files if (reason := _file_objection(file)))
    if "-" in line.operands:
        yield "what it reads from standard input is not in the command"
    yield from _output_refusals(path, line)
    yield from _written_secrets(path, line)


def _file_objection(file: str) -> str | None:
    if file == "-" or file.endswith("=-"):
        return "what it reads from standard input is not in the command"
    if _REMOTE.match(file) or not _PLAIN_FILE.fullmatch(file.partition("=")[2] or file):
        return f"{file[:60]!r} is not a plain local file, whose content could be pinned"
    return None


def _output_refusals(path: tuple[str, ...], line: Line) -> Iterator[str]:
    output = line.one("output")
    if output not in (None, "name", "yaml", "json", "wide") or line.all("template"):
        yield "what a change prints is its name, or the whole object"
    if output not in (None, "name", "wide") and _names_secrets(path, line):
        yield "it would print a secret"


def _names_secrets(path: tuple[str, ...], line: Line) -> bool:
    kinds = [kind for operand in line.operands for kind in operand.partition("/")[0].split(",")]
    found = [resolve(kind) for kind in kinds]
    return "secret" in path or any(kind is not None and kind.contents is Contents.SECRET for kind in found)


def _written_secrets(path: tuple[str, ...], line: Line) -> Iterator[str]:
    """Secrets that stand in the command itself, where every reader of the runbook and the plan sees them."""
    if path == ("patch",) and _names_secrets(path, line):
        yield "a secret's value would stand in the command"
    for body in line.all("patch"):
        yield from written_secrets(body)
    if any(not is_reference(value) for value in line.all("docker-password")):
        yield "a password stands in the command: name a secret instead"
    pairs = [*line.operands, *(pair for option in _ASSIGNING for pair in line.all(option))]
    for name, equals, value in (pair.partition("=") for pair in pairs):
        if equals and value and not is_reference(value) and (names_a_secret(name) or path[:2] == ("create", "secret")):
            yield f"the value of {name[:40]} stands in the command: name a secret instead"
