"""What stands behind a pipe, done in the process: it starts no program, and takes time linear in the text.

Only sort takes more, by the usual logarithm. What could run a command or write a file (xargs, tee, sed, most of awk) is
refused. The text is what the command before the pipe printed; it is cut at `MAX_CHARACTERS`.
"""

import json
import re
from collections.abc import Callable, Mapping, Sequence

from msgspec import Struct

from compiler.proof import forms, usage
from compiler.proof.filters import awk as filters_awk
from compiler.proof.filters import jq
from compiler.proof.filters import lines as filters_lines
from compiler.proof.filters import sed as filters_sed
from compiler.proof.filters.pattern import Pattern, compile_pattern
from compiler.proof.usage import Misuse, Reading
from compiler.proof.word_list import word_list
from incident.verdict import Judgement, Verdict

MAX_CHARACTERS = 4_000_000
TOOLS = word_list("grep egrep fgrep head tail wc sort uniq cut tr column awk gawk mawk sed jq cat less more tac nl rev")
"""The tools that may stand behind a pipe in some form."""

_GREP = (
    "-ivcnwxoEFGaPqsh --ignore-case --invert-match --count --line-number --word-regexp --line-regexp --only-matching "
    "--extended-regexp --fixed-strings --line-buffered --text --color?=name --colour?=name -A=lines -B=lines -C=lines "
    "-m=lines -#=lines --after-context=lines --before-context=lines --context=lines --max-count=lines"
)
_FORMS = forms.table(
    f"""
grep, egrep, fgrep: {_GREP} | text # keeps lines
grep, egrep, fgrep: {_GREP} ^-e/--regexp=text | # keeps lines
head, tail: -q -#=lines -n=lines --lines=lines | # keeps the first or last lines
head, tail: ^-c/--bytes=number | # keeps the first or last characters
wc: -lwcm --lines --words --bytes --chars | # counts
sort: -nruhfgVbs --numeric-sort --reverse --unique --human-numeric-sort --ignore-case --version-sort -k=sortkey
    --key=sortkey -t=delimiter --field-separator=delimiter | # sorts
uniq: -cdui --count --repeated --unique --ignore-case | # joins equal lines
cut: -s ^-f/--fields=range -d=delimiter --delimiter=delimiter --only-delimited | # keeps fields
cut: ^-c/-b/--characters=range | # keeps columns
tr: -dsc | set set? # replaces characters
column: -t -s=delimiter | # aligns columns
cat, tac, rev, nl, less, more: -SRXF | # keeps all
"""
)


class Filter(Struct, frozen=True, kw_only=True):
    """One filter, read and ready: the tool's words, and the step they mean."""

    words: tuple[str, ...]
    step: "Step"


class Lines(Struct, frozen=True):
    """A filter that looks at lines; `options` and `operands` are the words that its tool was given."""

    tool: str
    options: tuple[tuple[str, str | None], ...]
    operands: tuple[str, ...]
    pattern: Pattern | None = None


Step = Lines | filters_awk.Program | jq.Filter


def parse(argv: Sequence[str]) -> Filter | Judgement:
    """The filter of a command line that reads its input from a pipe; or the refusal. Never raises."""
    if not argv:
        return Judgement(Verdict.REFUSED, "nothing stands behind the pipe")
    try:
        step = _step(argv)
    except Misuse as fault:
        return Judgement(Verdict.REFUSED, f"{argv[0]}: {fault}")
    return step if isinstance(step, Judgement) else Filter(words=tuple(argv), step=step)


def apply(chosen: Filter, text: str) -> str:
    """What the filter makes of `text`. Raises `jq.Misfit` when jq meets a value of another shape."""
    text = text[:MAX_CHARACTERS]
    match chosen.step:
        case Lines() as step:
            return _joined(_LINES[step.tool](step, text.splitlines()))
        case filters_awk.Program() as step:
            return _joined(step.lines(text.splitlines()))
        case jq.Filter() as step:
            return _joined(_jq(step, text, raw=_is_raw(chosen.words)))


def is_plain_edit(script: str) -> bool:
    """Whether a program of sed is one plain replacement or deletion, which can neither run nor write anything else."""
    return filters_sed.is_plain_edit(script)


def _step(argv: Sequence[str]) -> Step | Judgement:
    tool = argv[0]
    if tool == "jq":
        return jq.from_argv(argv)
    if tool in ("awk", "gawk", "mawk"):
        return filters_awk.parse(argv[1:])
    if tool == "sed":
        raise Misuse(filters_sed.NO_FILTER)
    if list(argv) in (["python", "-m", "json.tool"], ["python3", "-m", "json.tool"]):
        return jq.Filter()
    if tool not in _FORMS:
        raise Misuse("behind a pipe only filters may stand that run in the process (grep, head, tail, sort, jq …)")
    reading = _fitting(tool, argv[1:])
    if tool == "tr":
        for written in reading.operands:
            filters_lines.characters(written)
    pattern = _pattern(tool, reading) if tool.endswith("grep") else None
    return Lines(tool, tuple(reading.options), tuple(reading.operands), pattern)


def _fitting(tool: str, words: Sequence[str]) -> Reading:
    """The words as the first form of the tool that they fit. Raises Misuse with the reason of the first."""
    reasons: list[Misuse] = []
    for form in _FORMS[tool]:
        try:
            return usage.read(form, words)
        except Misuse as fault:
            reasons.append(fault)
    raise reasons[0]


def _pattern(tool: str, reading: Reading) -> Pattern:
    names = {name for name, _ in reading.options}
    texts = [value or "" for name, value in reading.options if name in ("-e", "--regexp")] or reading.operands
    extended = tool == "egrep" or not names.isdisjoint(("-E", "--extended-regexp", "-P"))
    fixed = tool == "fgrep" or not names.isdisjoint(("-F", "--fixed-strings"))
    whole = "w" if not names.isdisjoint(("-w", "--word-regexp")) else "x" if "-x" in names else ""
    pattern = compile_pattern(
        texts,
        "F" if fixed else "E" if extended else "G",
        ignore_case=not names.isdisjoint(("-i", "--ignore-case")),
        whole=whole,
    )
    if not names.isdisjoint(("-o", "--only-matching")) and not pattern.single:
        raise Misuse("-o with .* is more than a search")
    return pattern


def _joined(lines: Sequence[str]) -> str:
    return "".join(f"{line}\n" for line in lines)


def _is_raw(words: Sequence[str]) -> bool:
    return any(
        word == "--raw-output" or (re.fullmatch(r"-[a-zA-Z]+", word) and set("rj") & set(word)) for word in words
    )


def _jq(step: jq.Filter, text: str, *, raw: bool) -> list[str]:
    """jq over one JSON value, or over each line that is one; lines of another kind are passed over."""
    values: list[jq.Json] = []
    try:
        values.append(json.loads(text))
    except ValueError:
        values += (value for line in text.splitlines() for value in _value(line))
    results = (result for value in values for result in jq.apply(step, value))
    return [result if raw and isinstance(result, str) else json.dumps(result, ensure_ascii=False) for result in results]


def _value(line: str) -> list[jq.Json]:
    """The JSON value in a line of a log, behind the name that compose puts before it."""
    start = line.find("{")
    try:
        return [json.loads(line[start:])] if start >= 0 else []
    except ValueError:
        return []


_LINES: Mapping[str, Callable[[Lines, list[str]], list[str]]] = {
    **dict.fromkeys(
        ("grep", "egrep", "fgrep"), lambda step, lines: filters_lines.grep(step.pattern, step.options, lines)
    ),
    "head": lambda step, lines: filters_lines.head(step.options, lines),
    "tail": lambda step, lines: filters_lines.tail(step.options, lines),
    "wc": lambda step, lines: filters_lines.count(step.options, lines),
    "sort": lambda step, lines: filters_lines.sort(step.options, lines),
    "uniq": lambda step, lines: filters_lines.uniq(step.options, lines),
    "cut": lambda step, lines: filters_lines.cut(step.options, lines),
    "tr": lambda step, lines: filters_lines.translate(step.options, step.operands, lines),
    "column": lambda step, lines: filters_lines.columns(step.options, lines),
    "tac": lambda _, lines: lines[::-1],
    "rev": lambda _, lines: [line[::-1] for line in lines],
    "nl": lambda _, lines: [f"{number:6d}\t{line}" for number, line in enumerate(lines, start=1)],
    **dict.fromkeys(("cat", "less", "more"), lambda _, lines: lines),
}
