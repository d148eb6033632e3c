"""docs/coverage.md: for each system the commands, the facts and the mended mistakes of the team's first document."""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from bench.coverage_parts import run_against
from bench.coverage_rows import Covered, Kind, Row, System
from compiler.document import Sentence
from incident.runbook import Step, StepKind
from incident.verdict import Verdict

_HEAD: Final = """\
# Coverage

<!-- written by: python -m bench.coverage -->

Each of the five runbooks in [`runbooks/`](../runbooks) began as a document that its team had. This page says what
became of every line of it: for each command the step that does it now, or why none does; for each fact the section that
has it now. The first column counts the lines of the team's first document, the other *line* those of our runbook.

`python -m bench.coverage` writes this page from `runbooks/<system>/coverage.tsv`, the compiled catalogs and the
runbooks; a test holds it to them. `python -m bench.coverage --first FOLDER` compares the tables with the first
documents.

The verdict is the judge's, of the step's own command. **Muster** runs a step when a target is bound to it: what is
read-only by itself, what is mutating once it is approved. Every other step is done by a person, who finds it in the
same list, for the reason that is given. *Run against* is the part that each of Muster's steps runs against in
`tests/systems`.
"""
_FIGURES: Final = """\
| system | commands | as they were | mended | refused | run by Muster | facts | notes on what was mended |
|---|---|---|---|---|---|---|---|"""
_COMMANDS: Final = """\
| line | command | step | line | verdict | by | run against, or why a person | mended, or why refused |
|---|---|---|---|---|---|---|---|"""
_FACTS: Final = """\
| line | fact | section | line |
|---|---|---|---|"""
_LONGEST: Final = 110
_NOTE: Final = re.compile(r"(?:Mended|Not carried over):")


def page(systems: Sequence[System]) -> str:
    """The whole page."""
    figures = "\n".join([_FIGURES, *(_figures(system) for system in systems)])
    return "\n\n".join([_HEAD.rstrip(), figures, *(_told(system) for system in systems)]) + "\n"


def counted(table: Iterable[Covered]) -> Counter[Kind]:
    """How many rows there are of each kind."""
    return Counter(each.row.kind for each in table)


def by_muster(step: Step) -> bool:
    """Whether Muster runs the step, by itself or once it is approved."""
    return step.runnable and step.kind is not StepKind.MANUAL


def _figures(system: System) -> str:
    kinds = counted(system.covered)
    mended = sum(each.mended for each in system.covered)
    run = sum(any(by_muster(step) for step in each.steps) for each in system.covered)
    cells = [
        f"[{system.name}](#{system.name})",
        kinds[Kind.COMMAND] + kinds[Kind.REFUSED],
        kinds[Kind.COMMAND] - mended,
        mended,
        kinds[Kind.REFUSED],
        run,
        kinds[Kind.FACT],
        sum(1 for _ in _notes(system)),
    ]
    return f"| {' | '.join(map(str, cells))} |"


def _told(system: System) -> str:
    return "\n\n".join([f"## {system.name}", *_parts(system)])


def _parts(system: System) -> Iterator[str]:
    runbook = f"../runbooks/{system.name}/runbook.md"
    yield f"Our runbook: [{system.title}]({runbook})"
    yield f"### Commands of {system.name}"
    yield "\n".join([_COMMANDS, *(_command(each, system.name) for each in system.covered if each.row.kind.is_command)])
    yield f"### Facts of {system.name}"
    facts = defaultdict(list)
    for each in sorted(system.covered, key=lambda each: each.line):
        if each.row.kind is Kind.FACT:
            facts[each.part].append(each)
    for part, listed in facts.items():
        yield _folded(f"{part}: {len(listed)}", "\n".join([_FACTS, *(_fact(each, runbook) for each in listed)]))
    heads = [each for each in system.covered if each.row.kind is Kind.PART]
    yield _folded(f"Headings, labels and heads of tables: {len(heads)}", _heads(heads, runbook))
    yield f"### What was mended in {system.name}"
    notes = [f"- Line {line}: {text}" for line, text in _notes(system)]
    yield _folded(f"Notes: {len(notes)}", "\n".join(notes))


def _command(each: Covered, system: str) -> str:
    row, steps = each.row, each.steps
    step = steps[0] if steps else None
    lines = ", ".join(str(one.origin.line) for one in steps) or str(each.line)
    cells = [
        _lines(row),
        _code(row.said),
        f"{_plain(step.title)} ({', '.join(f'`{one.id}`' for one in steps)})" if step else "—",
        lines,
        (step.verdict if step else Verdict.REFUSED).value,
        ("Muster" if any(map(by_muster, steps)) else "a person") if step else "—",
        ", ".join(dict.fromkeys(run_against(system, one) for one in steps if by_muster(one))) or _why_a_person(step),
        row.note,
    ]
    return f"| {' | '.join(cells)} |"


def _why_a_person(step: Step | None) -> str:
    """Why Muster does not run it."""
    return _plain(step.reason) if step is not None else "—"


def _fact(each: Covered, runbook: str) -> str:
    row = each.row
    said = f"{_plain(row.said)} (mended: {_plain(row.note)})" if row.note else _plain(row.said)
    return f"| {_lines(row)} | {said} | {_section(row.section, runbook)} | {each.line} |"


def _heads(heads: Iterable[Covered], runbook: str) -> str:
    """The lines that say only what comes next, by the section that has it now."""
    lines = defaultdict(list)
    for each in heads:
        lines[each.row.section].append(_lines(each.row))
    return "\n".join(f"- {_section(title, runbook)}: {', '.join(listed)}" for title, listed in lines.items())


def _notes(system: System) -> Iterator[tuple[int, str]]:
    """The notes of our runbook on what was mended or left out, each with its line."""
    for piece in system.compilation.compiled.document.pieces:
        if isinstance(piece, Sentence) and _NOTE.match(piece.text):
            yield piece.line, _plain(" ".join(piece.text.removeprefix("Mended: ").split()))


def _lines(row: Row) -> str:
    return str(row.first) if row.first == row.last else f"{row.first}–{row.last}"


def _section(title: str, runbook: str) -> str:
    slug = re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-")
    return f"[{_plain(title)}]({runbook}#{slug})"


def _code(command: str) -> str:
    shown = command if len(command) <= _LONGEST else command[:_LONGEST].rstrip() + " …"
    return _plain(f"`{shown}`")


def _plain(text: str) -> str:
    """Words of a document as words: nothing of them is read as Markdown or HTML, but code stays code."""
    return re.sub(r"`[^`]+`|[|*_<\[\]`]", _escaped, text)


def _escaped(found: re.Match[str]) -> str:
    """One character that Markdown would read, or code, in which only the border of a cell is read."""
    return found[0].replace("|", r"\|") if len(found[0]) > 1 else f"\\{found[0]}"


def _folded(summary: str, text: str) -> str:
    return f"<details><summary>{summary}</summary>\n\n{text}\n\n</details>"
