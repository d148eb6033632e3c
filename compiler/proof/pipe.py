"""Programs joined by `|` with their redirections: the first is judged, and the others must be filters in the process.

What a filter cannot be is judged as a program of its own and makes the whole at least as strict. A file that is
written makes a read a change.
"""

import re
from collections.abc import Callable, Sequence
from typing import Final

from msgspec.structs import replace

from compiler.proof import filters, host, redis, wrappers
from compiler.proof.host_paths import objection_to_changing
from compiler.proof.kinds import Understood
from compiler.proof.named import named
from compiler.proof.program import Feed, Programs, strictest
from compiler.proof.proven import Kind
from compiler.proof.secret_names import names_a_secret
from compiler.proof.spellings import OTHER_ENGINES
from compiler.proof.word_list import word_list
from compiler.shell_parts import Pipe, Program, Redirection
from incident.verdict import Judgement, Verdict

_DROPPED: Final = frozenset(
    (operator, "/dev/null") for operator in ("2>", "2>>", ">", ">>", "1>", "1>>", "&>", "&>>", "<", "0<")
) | {("2>&", "1"), ("1>&", "2"), (">&", "2"), (">&", "1")}
_WRITES: Final = frozenset({">", ">>", "1>", "1>>", "2>", "2>>"})
_UNPACKERS: Final = word_list("gunzip zcat gzcat bunzip2 bzcat unxz xzcat zstdcat unzstd cat gzip zstd xz bzip2 pv")
_PACKERS: Final = word_list("gzip zstd bzip2 xz pigz pv")
_SAYERS: Final = word_list("echo printf")
_WHOLE_OBJECT: Final = re.compile(
    r"\b(?:docker|podman|nerdctl|kubectl|oc)\b.* (?:inspect|describe|(?:-o[= ]?|--output[= ])(?:yaml|json))(?= |$)"
    r"|\bsystemctl\b.* show\b",
    re.DOTALL,
)
_GOES_WITHOUT: Final[Callable[[Sequence[str]], bool]] = named("aws:goes_without")
_ENVIRONMENT: Final = re.compile(r"(?<![a-z-])env(?:ironment|from)?(?![a-z-])", re.IGNORECASE)
_CARRYING: Final = frozenset(
    (word,) for word in ("docker", "docker-compose", "kubectl", "ssh", "watch", "oc", *OTHER_ENGINES)
)
_QUOTED: Final = re.compile(r"""'[^']+'|"(?:[^"\\]|\\.)+\"""", re.DOTALL)
_DISGUISED: Final = re.compile(r"""(?<!\\)(?:\\\\)*\\\w|(?<=\w)(?:''|"")|(?:''|"")(?=\w)""", re.ASCII)
"""A backslash or an empty pair of quotes inside a plain word, which only hides what the word is."""
_PIECED: Final = re.compile(r"""(?=.*['"])(?!(['"])\w*\1$)\w*(?:(['"])\w+\2\w*)+""", re.ASCII)
"""A plain word of pieces, some of them in quotes: `"d"f`."""
_LEVEL: Final = re.compile(r"-[1-9c]|-[1-9]?c|--stdout|--best|--fast")
_XARGS_FLAGS: Final = word_list("-r -0 -t --no-run-if-empty --null")
_XARGS_VALUES: Final = word_list("-n -L -P")


def understand(pipe: Pipe, programs: Programs) -> Understood:
    """What a pipe does. Never raises."""
    if pipe.sets_state:
        return _refused(f"{pipe.sets_state}: there is nothing to run")
    stages = list(pipe.programs)
    if objection := next((text for stage in stages if (text := _objection(stage))), None):
        return _refused(objection)
    if len(stages) > 1 and stages[0].argv == ("echo",) and stages[1].argv[:2] == ("openssl", "s_client"):
        stages.pop(0)
    if any(_feed(stage) and stage.document is None for stage in stages[1:]):
        return _refused("it reads a file instead of what stands before the pipe: write one of them")
    if any(_looks_for_a_secret(stage) for stage in stages[1:]) and _shows_whole_object(stages[0]):
        return _refused("it looks for a secret in what an object was given: those values are dropped")
    if found := _deleted_by_pattern(stages, programs):
        return found
    found = _joined(stages, programs)
    for stage in stages:
        found = _written_to_file(found, stage)
    return found


def _objection(stage: Program) -> str | None:
    """Why a program may not be started in this way, whatever it is."""
    if stage.assigned:
        return f"{stage.assigned[0]}=… changes the environment of the program: what it needs belongs to the target"
    if _hides_its_name(stage):
        return "the program's name is quoted: write it plainly"
    if stage.shows_variable and stage.argv[0] in _SAYERS:
        return "it shows the value of a variable, which may be a secret"
    for redirection in stage.redirections:
        if (redirection.operator, redirection.file) in _DROPPED or redirection.operator in ("<", "0<"):
            continue
        if redirection.operator not in _WRITES:
            return f"{redirection.operator} joins or opens files in a way that a step may not: write > FILE"
        if redirection.file.startswith("/dev/"):
            return f"it writes to the device {redirection.file}"
        if objection := objection_to_changing(redirection.file):
            return objection
    return None


def _hides_its_name(stage: Program) -> bool:
    """Whether the program, behind `time` or `sudo` and inside a carrier too, is spelled otherwise than it is called."""
    place = len(stage.argv) - len(wrappers.innermost(stage.argv))
    if stage.spelled[place : place + 1] != stage.argv[place : place + 1] and bool(stage.spelled):
        return True
    inside = stage.spelled[place + 1 :] if stage.argv[place : place + 1] in _CARRYING else ()
    return any(_PIECED.fullmatch(word) or _DISGUISED.search(_QUOTED.sub("", word)) for word in inside)


def _shows_whole_object(stage: Program) -> bool:
    """Whether this shows all of a container, a unit or an object of a cluster or cloud, its environment among it."""
    if _WHOLE_OBJECT.search(" ".join(" ".join(stage.argv).split())):
        return True
    argv = wrappers.innermost(stage.argv)
    return bool(argv) and argv[0] == "aws" and _GOES_WITHOUT(argv)


def _looks_for_a_secret(stage: Program) -> bool:
    return any(_ENVIRONMENT.search(word) or names_a_secret(word) for word in stage.argv[1:])


def _feed(stage: Program) -> Feed | None:
    if stage.document is not None:
        return Feed(document=stage.document)
    files = [r.file for r in stage.redirections if r.operator in ("<", "0<") and not _is_dropped(r)]
    return Feed(file=files[-1]) if files else None


def _is_dropped(redirection: Redirection) -> bool:
    return (redirection.operator, redirection.file) in _DROPPED


def _joined(stages: Sequence[Program], programs: Programs) -> Understood:
    first, *rest = stages
    if rest and first.argv[0] in _UNPACKERS and _takes_statements(rest[-1], programs):
        return _restored(rest, programs)
    feed = _feed(first)
    if first.argv == ("cat",) and feed and feed.document is not None and _writes(first) and not rest:
        return Understood(kind=Kind.SHELL, judgement=Judgement(Verdict.MUTATING, "writes a text to a file"))
    if first.argv in ((":",), ("true",), ("cat", "/dev/null")) and _writes(first) and not rest:
        return Understood(kind=Kind.SHELL, judgement=Judgement(Verdict.MUTATING, "empties a file"))
    found = programs.understand(first.argv, feed)
    kept: list[list[str]] = []
    for place, stage in enumerate(rest):
        if _is_packer(stage):
            found = _packed(found, stages)
        elif (file := _kept_by_tee(stage)) is not None:
            found = _written(found, file)
        elif _is_certificate(found, first, stage):
            kept.append(list(stage.argv))
            found = replace(found, executor=None)
        elif isinstance(judgement := filters.parse(stage.argv), Judgement) or stage.document is not None:
            refusal = judgement if isinstance(judgement, Judgement) else None
            found = _with_program(found, stage, programs, refusal, said=stages[place].argv[0] in _SAYERS)
        else:
            kept.append(list(stage.argv))
    # What a request that changes something answers may be the number that counts: jq picks it.
    picks = found.kind is Kind.HTTP and [stage[0] for stage in kept] == ["jq"]
    if kept and (found.judgement.verdict is Verdict.READ_ONLY or picks):
        return replace(found, command={**found.command, "filters": kept})
    return found


def _with_program(
    found: Understood, stage: Program, programs: Programs, refusal: Judgement | None, *, said: bool
) -> Understood:
    """The pipe so far with a program behind it that is no filter."""
    behind = programs.understand(stage.argv, Feed())
    if said and behind.kind in (Kind.SQL, Kind.REDIS):
        return _refused("commands come from standard input: write them as arguments", behind.kind)
    if behind.judgement.verdict is Verdict.READ_ONLY:
        behind = replace(behind, judgement=_no_filter(stage, refusal))
    if behind.judgement.verdict is Verdict.REFUSED and refusal and stage.argv[0] in filters.TOOLS:
        behind = replace(behind, judgement=refusal)
    worst = strictest([found, behind])
    kind = behind.kind if behind.kind in (Kind.SQL, Kind.REDIS) else found.kind
    return replace(worst, kind=kind, executor=None, command={})


def _no_filter(stage: Program, refusal: Judgement | None) -> Judgement:
    return refusal or Judgement(Verdict.REFUSED, f"{stage.argv[0]} is no filter that runs in the process")


def _takes_statements(stage: Program, programs: Programs) -> bool:
    found = programs.understand(stage.argv, Feed(file="-"))
    return found.kind is Kind.SQL and found.judgement.verdict is Verdict.MUTATING


def _restored(rest: Sequence[Program], programs: Programs) -> Understood:
    """A file that is unpacked into psql."""
    if any(stage.argv[0] not in _UNPACKERS for stage in rest[:-1]):
        return _refused("what changes the statements on their way is not in the text", Kind.SQL)
    return programs.understand(rest[-1].argv, Feed())


def _is_packer(stage: Program) -> bool:
    return stage.argv[0] in _PACKERS and all(_LEVEL.fullmatch(word) for word in stage.argv[1:])


def _packed(found: Understood, stages: Sequence[Program]) -> Understood:
    if found.judgement.verdict is Verdict.READ_ONLY and not _writes(stages[-1]):
        return _refused("what it prints would be packed, and nobody could read it", found.kind)
    return replace(found, executor=None, command={})


def _is_certificate(found: Understood, first: Program, stage: Program) -> bool:
    probe = found.judgement.verdict is Verdict.READ_ONLY and first.argv[:2] == ("openssl", "s_client")
    return probe and host.looks_at_a_certificate(stage.argv)


def _writes(stage: Program) -> bool:
    return any(r.operator in _WRITES and not _is_dropped(r) for r in stage.redirections)


def _written_to_file(found: Understood, stage: Program) -> Understood:
    files = [r.file for r in stage.redirections if r.operator in _WRITES and not _is_dropped(r)]
    return _written(found, files[-1]) if files else found


def _written(found: Understood, file: str) -> Understood:
    """The same, kept in a file: no longer a read."""
    found = replace(found, executor=None, command={})
    if found.judgement.verdict is not Verdict.READ_ONLY:
        return found
    return replace(found, judgement=Judgement(Verdict.MUTATING, f"writes the file {file}"))


def _kept_by_tee(stage: Program) -> str | None:
    """The file that `| tee FILE` writes; None for everything else."""
    bare = wrappers.taken_off(stage.argv)
    program, *rest = ("",) if isinstance(bare, Judgement) else bare[0]
    words = [word for word in rest if word not in ("-a", "--append")]
    plain = program == "tee" and len(words) == 1 and not words[0].startswith(("-", "/dev/"))
    return words[0] if plain else None


def _deleted_by_pattern(stages: Sequence[Program], programs: Programs) -> Understood | None:
    """`redis-cli --scan --pattern P | xargs redis-cli DEL`: UNLINK of what a bounded scan finds; None for others."""
    if len(stages) != 2 or stages[1].argv[0] != "xargs" or _feed(stages[0]) or _feed(stages[1]):
        return None
    scan = programs.understand(stages[0].argv)
    inner = _of_xargs(stages[1].argv)
    pattern = _pattern(scan.command.get("redis")) if scan.kind is Kind.REDIS else None
    removal = programs.understand((*inner, "x")) if inner and pattern else None
    if pattern is None or removal is None or dict(removal.names) != dict(scan.names):
        return None
    words = removal.command.get("redis")
    if not isinstance(words, list) or [str(w).upper() for w in words] not in (["DEL", "X"], ["UNLINK", "X"]):
        return None
    judgement = redis.judge_matching(("UNLINK",), pattern)
    command = {"redis": ["UNLINK"], "matching": pattern}
    return Understood(kind=Kind.REDIS, judgement=judgement, executor="redis", command=command, names=scan.names)


def _of_xargs(argv: Sequence[str]) -> tuple[str, ...]:
    """The command that xargs would start; empty when one of its options is not known."""
    words = list(argv[1:])
    while words and words[0].startswith("-"):
        option = words.pop(0)
        if option in _XARGS_VALUES and words and words[0].isdigit():
            words.pop(0)
        elif option not in _XARGS_FLAGS and not re.fullmatch(r"-[nLP]\d+", option):
            return ()
    return tuple(words)


def _pattern(words: object) -> str | None:
    """What SCAN or KEYS looks for."""
    if not isinstance(words, list):
        return None
    said = [str(word) for word in words]
    upper = [word.upper() for word in said]
    if upper[:1] == ["KEYS"] and len(said) == 2:
        return said[1]
    if upper[:2] == ["SCAN", "0"] and "MATCH" in upper[:-1]:
        return said[upper.index("MATCH") + 1]
    return None


def _refused(reason: str, kind: Kind = Kind.SHELL) -> Understood:
    return Understood(kind=kind, judgement=Judgement(Verdict.REFUSED, reason))
