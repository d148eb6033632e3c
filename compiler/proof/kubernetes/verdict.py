"""kubectl's command line, read without running it: what it would do, and the command that `exec` carries.

Every token is accounted for: the command, its options, the kinds and names of its objects. What only lists or shows is
read-only when it cannot show a secret and comes to an end; what changes objects by name is mutating, also as a dry run.
"""

from collections.abc import Sequence

from compiler.proof import go_flags
from compiler.proof.carrier import Carried
from compiler.proof.go_flags import Line, Refused
from compiler.proof.kubernetes import changes as kubernetes_changes
from compiler.proof.kubernetes import reads as kubernetes_reads
from compiler.proof.kubernetes.kinds import Contents, resolve
from compiler.proof.kubernetes.options import (
    CHANGES,
    GLOBAL,
    GROUPS,
    READS,
    REFUSED,
    SUBCOMMAND_ALIASES,
    VERB_ALIASES,
)
from compiler.proof.object_names import is_name
from compiler.proof.shown import rewritten
from incident.verdict import Judgement, Verdict

_HARMLESS_VERBOSITY = frozenset("012345")
_EXEC = GLOBAL | go_flags.flags(switches="stdin=i tty=t quiet=q", values="container=c pod-running-timeout")
_REPEATABLE = ("label-columns", "for")


def judge(argv: Sequence[str]) -> Judgement:
    """The verdict for a kubectl command line, `argv[0]` being `kubectl`. Never raises."""
    try:
        path, line = _parted(argv)
        if path in REFUSED:
            return _refused(REFUSED[path])
        if path in CHANGES:
            return Judgement(Verdict.MUTATING, kubernetes_changes.effect(path, line))
        return _look(path, line)
    except Refused as fault:
        return _refused(str(fault))


def parse(argv: Sequence[str]) -> tuple[tuple[str, ...], Line] | Judgement:
    """The command's words and what follows them, for whoever carries it out; or the refusal. Never raises."""
    try:
        return _parted(argv)
    except Refused as fault:
        return _refused(str(fault))


def unwrap(argv: Sequence[str]) -> Carried | Judgement | None:
    """The command that `kubectl exec POD -- …` carries and where to; a refusal when it cannot be told; None for others.

    The names are `pod` (or `kind/name` as written), and `namespace`, `container`, `context` where they are given.
    """
    try:
        path, options, words = _walk(argv)
        return _carried(go_flags.read(words, _EXEC), options) if path == ("exec",) else None
    except Refused as fault:
        return _refused(str(fault)) if "exec" in argv else None


def _look(path: tuple[str, ...], line: Line) -> Judgement:
    if twice := line.repeated(_REPEATABLE):
        raise Refused(f"--{twice} is given twice, and only one counts")
    shown = kubernetes_reads.show(path, line)
    return Judgement(Verdict.READ_ONLY, shown.reason, rewritten(["kubectl"], path, line, shown))


def _walk(argv: Sequence[str]) -> tuple[tuple[str, ...], list[go_flags.Option], list[str]]:
    """The command's words, the options before its last word, and the words after it."""
    if list(argv[:1]) != ["kubectl"]:
        raise Refused("the command is not kubectl")
    options, words = go_flags.leading(argv[1:], GLOBAL)
    if not words or words[0].startswith("-"):
        raise Refused("no command stands where kubectl looks for one")
    path: tuple[str, ...] = (VERB_ALIASES.get(words[0], words[0]),)
    words = words[1:]
    while path in GROUPS:
        more, rest = go_flags.leading(words, GLOBAL)
        name = SUBCOMMAND_ALIASES.get(rest[0], rest[0]) if rest else ""
        if not any((*path, name) == known[: len(path) + 1] for known in (*READS, *CHANGES, *REFUSED)):
            break
        path, options, words = (*path, name), options + more, rest[1:]
    return path, options, words


def _parted(argv: Sequence[str]) -> tuple[tuple[str, ...], Line]:
    path, options, words = _walk(argv)
    if path in REFUSED:
        return path, Line()
    if (known := READS.get(path, CHANGES.get(path))) is None:
        raise Refused(f"{' '.join(path)[:40]!r} is no command of kubectl: it would run a plug-in of that name")
    read = go_flags.read(words, GLOBAL | known)
    line = Line(options=(*options, *read.options), operands=read.operands, rest=read.rest)
    _check_global(line)
    return path, line


def _check_global(line: Line) -> None:
    if any(level not in _HARMLESS_VERBOSITY for level in line.all("v")):
        raise Refused("-v above 5 logs requests and their bodies")
    for name in ("namespace", "context"):
        if wrong := next((value for value in line.all(name) if not _is_place(value)), None):
            raise Refused(f"{wrong[:40]!r} does not name a {name}")


def _is_place(value: str) -> bool:
    """Whether the value names a context or namespace: contexts of cloud providers hold slashes and an at sign."""
    return all(is_name(part) for part in value.replace("@", "/").split("/"))


def _carried(line: Line, options: Sequence[go_flags.Option]) -> Carried | Judgement:
    line = Line(options=(*options, *line.options), operands=line.operands, rest=line.rest)
    _check_global(line)
    if line.rest is None or len(line.operands) != 1:
        return _refused("write `kubectl exec POD -- COMMAND`: without -- the command cannot be told from the options")
    if not line.rest:
        return _refused("it names no command to run in the pod")
    kind, slash, name = line.operands[0].rpartition("/")
    known = resolve(kind) if slash else None
    if not is_name(name) or (slash and (known is None or known.contents is not Contents.ENVIRONMENT)):
        return _refused(f"{line.operands[0][:40]!r} does not name one pod")
    places = {key: line.one(key) for key in ("namespace", "container", "context")}
    names = {"pod": line.operands[0]} | {key: value for key, value in places.items() if value}
    return Carried(via="kubernetes", argv=line.rest, names=names)


def _refused(reason: str) -> Judgement:
    return Judgement(Verdict.REFUSED, f"kubectl: {reason}")
