"""A recognised procedure with the commands found on its lines, as the entry of a catalog: steps in the text's order."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from itertools import accumulate, count
from operator import attrgetter
from typing import Final

from msgspec import Struct, field
from msgspec.structs import replace

from compiler.compiling.entries import Ids, command_entry, hold_entry, manual_entry, slug, span_text
from compiler.compiling.passing import Made, Missed, passed_on
from compiler.found import Found
from compiler.recognise.instruction import all_of
from compiler.recognise.procedure import Hold, Procedure, Purpose, Role, Step
from incident.digest import Json

_DONE: Final = frozenset(
    {Role.DIAGNOSIS, Role.ACTIONS, Role.TEMPORARY, Role.VERIFICATION, Role.BEFORE, Role.DURING, Role.AFTER, Role.STEPS}
)
"""The phases whose steps are done; what the others say is kept as text."""
_LONGEST_WARNING: Final = 500
_LONGEST_NUMBERED: Final = 42
"""Characters of a title before a number: a slug with its number is no longer than one without."""


class Assembly(Struct):
    """What the procedures of one runbook share: the ids that are taken, and the commands that stand in none so far."""

    left: list[Found]
    """In the order of their lines."""
    ids: Ids = field(default_factory=Ids)
    names: set[str] = field(default_factory=set)
    missed: list[Missed] = field(default_factory=list)
    """Values that some step needs and that no earlier one can give."""
    numbers: dict[str, int] = field(default_factory=dict)
    """The number that the last procedure of a title got: the next one of this title tries no lower."""

    def on(self, first: int, last: int) -> list[Found]:
        """The commands on these lines that no procedure holds yet."""
        return self.left[self._between(first, last)]

    def take(self, first: int, last: int) -> list[Found]:
        """The commands on these lines that no procedure holds yet; from now on one does."""
        place = self._between(first, last)
        taken = self.left[place]
        del self.left[place]
        return taken

    def name(self, title: str, path: Sequence[str]) -> str:
        """An id for a procedure: its title's words, with those of the headings above as far as others are called so."""
        told = accumulate(reversed(path), lambda parts, above: f"{above} {parts}", initial=title)
        free = (name for each in told if (name := slug(each)) not in self.names)
        name = next(free, None) or self._numbered(title)
        self.names.add(name)
        return name

    def passed_on(self, made: Sequence[Made]) -> list[dict[str, Json]]:
        """The entries of a procedure's steps in the order of their lines, with the values that they pass on."""
        passed = passed_on(made)
        self.missed += passed.missed
        return passed.entries

    def _between(self, first: int, last: int) -> slice:
        start = bisect_left(self.left, first, key=attrgetter("line"))
        return slice(start, bisect_right(self.left, last, lo=start, key=attrgetter("line")))

    def _numbered(self, title: str) -> str:
        stem = slug(title, _LONGEST_NUMBERED)
        numbers = count(self.numbers.get(stem, 2))
        self.numbers[stem] = next(number for number in numbers if f"{stem}-{number}" not in self.names)
        return f"{stem}-{self.numbers[stem]}"


def procedure_entry(procedure: Procedure, assembly: Assembly) -> dict[str, Json] | None:
    """The entry of a procedure; None when it holds nothing to do and nothing to see."""
    own = assembly.take(procedure.line, procedure.last)
    if not (own or procedure.steps or procedure.symptoms):
        return None
    path = (*procedure.path, procedure.title) if procedure.title not in procedure.path else procedure.path
    entry: dict[str, Json] = {
        "id": assembly.name(procedure.title, procedure.path[:-1]),
        "title": procedure.title,
        "heading": " › ".join(path),
        "line": procedure.line,
    }
    if procedure.purpose is not Purpose.INCIDENT:
        entry["purpose"] = procedure.purpose.value
    if procedure.severity is not None:
        entry["severity"] = procedure.severity.value
    if after := [each.after for each in procedure.escalations if each.after is not None]:
        entry["escalate_after"] = span_text(min(after))
    entry |= _said(procedure)
    entry["steps"] = assembly.passed_on(
        _warned(_steps(procedure, str(entry["id"]), path, own, assembly.ids), procedure)
    )
    return entry


def _warned(steps: Sequence[Made], procedure: Procedure) -> list[Made]:
    """The steps in the order of their lines, each with what is warned of right before it; the last one's may follow."""
    made = sorted(steps, key=attrgetter("line"))
    own = {each.line for each in made}
    for said in (said for phase in procedure.phases for said in phase.warnings):
        if made and own.isdisjoint(range(said.line, said.last + 1)):
            at = min(bisect_left(made, said.line, key=attrgetter("line")), len(made) - 1)
            words = " ".join(filter(None, (str(made[at].entry.get("warning", "")), said.text)))
            made[at] = replace(made[at], entry={**made[at].entry, "warning": words[:_LONGEST_WARNING]})
    return made


def _said(procedure: Procedure) -> dict[str, Json]:
    said = {
        "symptoms": [each.text for each in procedure.symptoms],
        "prevention": [each.text for each in procedure.prevention],
        "escalation": [each.text for each in procedure.escalations],
    }
    return {key: list(texts) for key, texts in said.items() if texts}


def _steps(procedure: Procedure, name: str, path: Sequence[str], found: Sequence[Found], ids: Ids) -> list[Made]:
    """All steps: told ones, holds, and commands; one of no told step stands by itself."""
    told = [(step, phase) for phase in procedure.phases for step in _flat(phase.steps, phase.condition)]
    owners = _owners([step for step, _ in told])
    owned: dict[int | None, list[Found]] = {}
    for each in found:
        owned.setdefault(owners.get(each.line), []).append(each)
    made: list[Made] = []
    for index, (step, phase) in enumerate(told):
        commands = owned.get(index, [])
        if isinstance(step, Hold):
            made.append(Made(line=step.line, entry=hold_entry(step, ids.of(name, path, step.text))))
        if commands:
            led = _led(step, commands) if isinstance(step, Step) else None
            temporary = phase.role is Role.TEMPORARY
            made += [of_command(each, led, ids.of(name, path, each.text), temporary=temporary) for each in commands]
        elif isinstance(step, Step) and phase.role in _DONE and not step.parts:
            entry = manual_entry(step, ids.of(name, path, step.title))
            made.append(Made(line=step.line, entry=entry, step=step))
    for each in owned.get(None, ()):
        alone = of_command(each, None, ids.of(name, path, each.text))
        when = next((phase.condition for phase in procedure.phases if phase.line <= each.line <= phase.last), "")
        made.append(replace(alone, entry={**alone.entry, "when": when}) if when else alone)
    return made


def _led(step: Step, commands: Sequence[Found]) -> Step:
    """The step as it names its commands: where nothing but the first of several told its title, it names none."""
    by_first = len(commands) > 1 and commands[0].text.startswith(step.title.rstrip("\\ "))
    return replace(step, title="") if by_first else step


def of_command(found: Found, step: Step | None, step_id: str, *, temporary: bool = False) -> Made:
    """The step that a command stands for."""
    entry = command_entry(found, step, step_id, temporary=temporary)
    return Made(line=found.line, entry=entry, found=found, step=step)


def _flat(steps: Iterable[Step | Hold], condition: str = "") -> Iterator[Step | Hold]:
    """The steps and their parts in order. What holds for a step holds for its parts too: *If the disk is full:*."""
    before: list[str] = []
    for step in steps:
        own = all_of((condition, _not_so(before) if step.condition == "otherwise" else step.condition))
        before = [*before, step.condition] if step.condition else []
        yield replace(step, condition=own)
        if isinstance(step, Step):
            yield from _flat(step.parts, own)


def _not_so(before: Sequence[str]) -> str:
    """*Otherwise*, by the conditions of the steps right before it: it is read alone where the step is offered."""
    plain = before and not any(each.startswith(("unless ", "otherwise")) for each in before)
    return f"unless {' or '.join(before)}" if plain else "otherwise"


def _owners(told: Sequence[Step | Hold]) -> dict[int, int]:
    """For each line that a told step takes up, which one does.

    The innermost of several; of those in one line what is done, and not the wait; then the first.
    """
    owners: dict[int, int] = {}
    inward = sorted(enumerate(told), key=lambda pair: (pair[1].last - pair[1].line, isinstance(pair[1], Hold)))
    for index, step in inward:
        for line in range(step.line, step.last + 1):
            owners.setdefault(line, index)
    return owners
