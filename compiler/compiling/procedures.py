"""A recognised procedure with the commands found on its lines, as the entry of a catalog: steps in the text's order."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from itertools import accumulate, count
from operator import attrgetter
from typing import Final

from msgspec import Struct, field
from msgspec.structs import replace

from compiler.compiling.entries import Ids, command_entry, hold_entry, in_short, manual_entry, slug, span_text
from compiler.compiling.passing import Made, Missed, passed_on
from compiler.found import Found
from compiler.recognise.instruction import all_of, asked, not_so
from compiler.recognise.leads import first_told
from compiler.recognise.procedure import Hold, Phase, Procedure, Purpose, Role, Step
from compiler.recognise.words import role_of
from incident.digest import Json
from incident.verdict import Verdict

_DONE: Final = frozenset(
    {Role.DIAGNOSIS, Role.ACTIONS, Role.TEMPORARY, Role.VERIFICATION, Role.BEFORE, Role.DURING, Role.AFTER, Role.STEPS}
)
"""The phases whose steps are done; what the others say is kept as text."""
_SEEN: Final = frozenset({Role.SYMPTOMS, Role.CAUSES, Role.IMPACT, Role.EXPECTED})
"""The phases that tell what happened."""
_LONGEST_WARNING: Final = 500
_SHORT_LEAD: Final = 48
"""Characters of a title that leave room for a command behind it."""
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
    found = _apart(found)
    told = list(_told(procedure.phases))
    owners = _owners([step for step, _ in told])
    owned: dict[int | None, list[Found]] = {}
    for each in found:
        owned.setdefault(_owner(each, owners.get(each.line, ()), told), []).append(each)
    made: list[Made] = []
    for index, (step, phase) in enumerate(told):
        commands = owned.get(index, [])
        if isinstance(step, Hold):
            made.append(Made(line=step.line, entry=hold_entry(step, ids.of(name, path, step.text))))
        if commands:
            temporary = phase.role is Role.TEMPORARY
            for each in commands:
                led = _led(step, each, commands) if isinstance(step, Step) else None
                made.append(of_command(each, led, ids.of(name, path, each.text), temporary=temporary))
        elif isinstance(step, Step) and phase.role in _DONE and (step.stands or not step.parts):
            entry = manual_entry(step, ids.of(name, path, step.title))
            made.append(Made(line=step.line, entry=entry, step=step))
    for each in owned.get(None, ()):
        around = next((phase for phase in procedure.phases if phase.line <= each.line <= phase.last), None)
        if around and around.role in _SEEN and _is_told_change(each):
            continue
        alone = of_command(each, None, ids.of(name, path, each.text))
        when = around.condition if around else ""
        made.append(replace(alone, entry={**alone.entry, "when": when}) if when else alone)
    return made


def is_history(found: Found) -> bool:
    """True for a change in words below *Causes* or *Impact*: somebody ran `kubectl delete …`, and nobody shall."""
    below = role_of(found.headings[-1].title) if found.headings else None
    return _is_told_change(found) and below in _SEEN


def _is_told_change(found: Found) -> bool:
    return found.inline and found.proof.judgement.verdict is not Verdict.READ_ONLY


def _apart(found: Sequence[Found]) -> list[Found]:
    """The commands; below one comment each after the first has its own words, too: *Old logs: find … -delete*."""
    seen: set[tuple[int, str]] = set()
    apart: list[Found] = []
    for each in found:
        again = bool(each.name) and (each.block, each.name) in seen
        seen.add((each.block, each.name))
        short = in_short(each.text)
        own = f"{each.name.rstrip('.: ')}: {short}" if len(each.name) <= _SHORT_LEAD else short
        apart.append(replace(each, name=own) if again else each)
    return apart


def _led(step: Step, found: Found, commands: Sequence[Found]) -> Step:
    """The step as it names this one of its commands.

    Of several that no comment names each is told by its own words, behind those of the step where these are few.
    """
    if len(commands) == 1 or commands[0].name:
        return step
    told = first_told(step.title, _SHORT_LEAD).rstrip(".: ")
    leads = len(told) <= _SHORT_LEAD and role_of(told) is None and not commands[0].text.startswith(told.rstrip("\\ "))
    return replace(step, title=f"{told}: {in_short(found.text)}" if leads else in_short(found.text))


def of_command(found: Found, step: Step | None, step_id: str, *, temporary: bool = False) -> Made:
    """The step that a command stands for."""
    entry = command_entry(found, step, step_id, temporary=temporary)
    return Made(line=found.line, entry=entry, found=found, step=step)


def _told(phases: Iterable[Phase]) -> Iterator[tuple[Step | Hold, Phase]]:
    """The steps of all phases, each with its own; *otherwise* may open one, and is about the phase before it."""
    above: Phase | None = None
    for phase in phases:
        goes_on = above is not None and (above.role, above.condition) == (phase.role, phase.condition)
        before = [each.condition for each in above.steps if each.condition] if above is not None and goes_on else []
        yield from ((step, phase) for step in _flat(phase.steps, phase.condition, before))
        above = phase if phase.steps else above


def _flat(
    steps: Iterable[Step | Hold], outer: str = "", before: Sequence[str] = (), question: str = "", led: str = ""
) -> Iterator[Step | Hold]:
    """The steps and their parts in order. What holds for a step holds for its parts too: *If the disk is full:*.

    ``led`` is the condition that they are listed below, ``before`` are those of the steps right before them, and
    ``question`` is what is asked there: these say what *so* and *otherwise* mean.
    """
    for step in steps:
        said = _plainly(step.condition, before, question)
        turned = said == "otherwise" and led != "" and not before and _is_plain([led])
        around, said = (outer, not_so(led)) if turned else (all_of((outer, led)), said)
        before = [*(before if _is_plain(before) or not _is_plain([said]) else ()), said] if said else []
        asks = asked(step.title) if isinstance(step, Step) else ""
        question = asks or (question if said else "")
        yield replace(step, condition=all_of((around, said)))
        if isinstance(step, Step):
            yield from _flat(step.parts, around, question=asks, led=said)


def _plainly(condition: str, before: Sequence[str], question: str) -> str:
    """*So* and *otherwise*, by the conditions right before them, else by what is asked there: each is read alone."""
    if condition == "so":
        return question or (before[-1] if before else "")
    if condition != "otherwise":
        return condition
    if before and _is_plain(before):
        return not_so(" or ".join(before))
    return not_so(question) if question and not before else condition


def _is_plain(conditions: Sequence[str]) -> bool:
    return not any(each.startswith(("unless ", "otherwise")) for each in conditions)


def _owner(found: Found, owners: Sequence[int], told: Sequence[tuple[Step | Hold, Phase]]) -> int | None:
    """Which of the steps in a command's line tells of it: *Look with `a`. If it is full, end it with `b`.*"""
    for index in owners if len(owners) > 1 and found.inline else ():
        step = told[index][0]
        if isinstance(step, Step) and (found.text in step.title or found.text in step.detail):
            return index
    return owners[0] if owners else None


def _owners(told: Sequence[Step | Hold]) -> dict[int, list[int]]:
    """For each line that a told step takes up, which ones do.

    The innermost of several first; of those in one line what is done, and not the wait; then the first.
    """
    owners: dict[int, list[int]] = {}
    inward = sorted(enumerate(told), key=lambda pair: (pair[1].last - pair[1].line, isinstance(pair[1], Hold)))
    for index, step in inward:
        for line in range(step.line, step.last + 1):
            owners.setdefault(line, []).append(index)
    return owners
