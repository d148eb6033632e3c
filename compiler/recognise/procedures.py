"""Procedures: what stands under one heading or one label, in phases with their roles, steps, holds and escalations."""

import re
from collections.abc import Iterator, Sequence
from typing import Final

from compiler.document import Block, Item, Row, Sentence, Table
from compiler.recognise import people, tables
from compiler.recognise.alert_names import alerts_led_here, heading_alerts
from compiler.recognise.apart import is_recovery, parts
from compiler.recognise.columns import cell
from compiler.recognise.facts import Said
from compiler.recognise.groups import Group, Placed
from compiler.recognise.instruction import SENTENCE_END, all_of, condition_alone
from compiler.recognise.leads import leads_on
from compiler.recognise.outline import Section
from compiler.recognise.procedure import Escalation, Hold, Phase, Procedure, Purpose, Role, Step
from compiler.recognise.scale import severity_in, severity_of
from compiler.recognise.severities import level_said
from compiler.recognise.steps import is_code, is_warning, steps
from compiler.recognise.wording import title_of
from compiler.recognise.words import Topic, about, holds_many, is_plain_mitigation, is_told, looks, period, role_of

_TOLD: Final = frozenset(
    {Role.SYMPTOMS, Role.CAUSES, Role.IMPACT, Role.PREVENTION, Role.ESCALATION, Role.EXPECTED, Role.FACTS}
)
"""Roles whose lines are said, not done. A cause with an arrow to its remedy is a step all the same."""
_WEAK: Final = frozenset({Purpose.RESPONSE, Purpose.OPERATION, Purpose.TUNING, Purpose.HEALTH, Purpose.DEPLOYMENT})
_LONGEST: Final = 2_000
_TEMPLATE: Final = re.compile(
    r"(?:(?:\w+ ){0,2}(?:communications?|messages?|status|notification|updates?|e-?mail|slack|announcement|customer"
    r"|report|incident|post-?mortem|review) )?templates?(?: \(.*\))?",
    re.IGNORECASE,
)
"""Headings above texts that people send."""
_RUN: Final = re.compile(
    r",? (?:please )?(?:run|use|do|execute|follow|type|issue)(?: (?:this|these|it|the following|as follows|below)"
    r"(?: (?:commands?|steps?))?)?$",
    re.IGNORECASE,
)
"""The end of words that lead a command, which names nothing."""
_ESCALATING: Final = re.compile(r"\bescalat|\beskalier", re.IGNORECASE)
_PAGES: Final = re.compile(
    r"\b(?:page|call|ring|phone|wake)(?: up)? (?:[\w@#&/-]+ ){0,4}?"
    r"(?:team|lead|on-?call|manager|owner|dba|engineers?|cto|rotation|expert|vendor|support)\b",
    re.IGNORECASE,
)
"""Calls for help; it is an escalation where the words say after how long."""


def purpose_of(section: Section) -> Purpose | None:
    """What the section's own title, else the nearest one above it, says that it is for."""
    found = [topic for title in reversed(section.path) if isinstance(topic := about(title), Purpose)]
    if heading_alerts(section) and (not found or found[0] in _WEAK):
        return Purpose.INCIDENT
    if found and found[0] is Purpose.RESPONSE and Purpose.SECURITY in found:
        return Purpose.SECURITY
    return found[0] if found else None


def topic_of(section: Section) -> Topic | None:
    """The facts that the section states: its own title says so, or that of the nearest heading that says anything."""
    topics = (topic for title in reversed(section.path) if (topic := about(title)))
    nearest = next(topics, None)
    return nearest if isinstance(nearest, Topic) and not heading_alerts(section) else None


def procedures(section: Section, left: Sequence[Group], purpose: Purpose | None) -> Iterator[Procedure]:
    """The procedures in what the facts have left of a section: one for its heading, or one for each of its labels."""
    groups = [] if is_template(section) else [group for group in left if group.placed or group.label]
    several = any(map(_names, groups))
    split = several and holds_many(section.title) and not heading_alerts(section)
    if not split:
        main, recoveries = parts(groups, purpose)
        if main:
            yield from _procedure(section, _title(section), purpose, main, section.line)
        for each in recoveries:
            yield from _bundled(section, purpose, each)
        return
    bundle: list[Group] = []
    for group in groups:
        if _names(group) and bundle:
            yield from _bundled(section, purpose, bundle)
            bundle = []
        bundle.append(group)
    yield from _bundled(section, purpose, bundle)


def _names(group: Group) -> bool:
    """True for a label that names one thing among several; a sentence that only leads on, or a fact, names none."""
    if (
        not group.label
        or group.step
        or group.role is not None
        or leads_on(group.label)
        or isinstance(about(group.label), Topic)
    ):
        return False
    first = group.placed[0] if group.placed else None
    if first is None or not isinstance(first.piece, Sentence) or first.name != group.label or not first.value:
        return True
    return is_told(first.value) or bool(first.piece.codes) or first.value.endswith(":")


def is_template(section: Section) -> bool:
    """True for a text that people send, which tells nobody what to do."""
    return any(_TEMPLATE.fullmatch(title_of(title)) and not is_told(title) for title in section.path[1:])


def of_table(section: Section, placed: Placed, table: Table) -> Iterator[Procedure]:
    """A troubleshooting table: each row is a procedure, its problem the title and its remedy the step."""
    problem, remedy, look = tables.troubleshooting(table)
    if problem is None or remedy is None or (topic_of(section) is not None and look is None):
        return
    for row in table.rows:
        title = cell(row, problem)
        phases = _of_row(table, row, look, remedy)
        if title and phases:
            symptom = Said(text=title, line=row.line, last=row.line)
            seen = Phase(role=Role.SYMPTOMS, label=table.header[problem], said=(symptom,), line=row.line, last=row.line)
            yield Procedure(
                purpose=Purpose.INCIDENT, title=title, phases=(seen, *phases),
                line=row.line, last=row.line, path=section.path,
            )  # fmt: skip


def _of_row(table: Table, row: Row, look: int | None, remedy: int) -> tuple[Phase, ...]:
    """The row's check and its remedy. A cause is no check: it is the condition for the remedy."""
    header = table.header[look] if look is not None else ""
    first, second = cell(row, look), cell(row, remedy)
    cause = first if role_of(header) is Role.CAUSES else ""
    done = ((Role.DIAGNOSIS, header, "" if cause else first, ""), (Role.ACTIONS, table.header[remedy], second, cause))
    return tuple(
        Phase(
            role=role, label=label, line=row.line, last=row.line,
            steps=(Step(title=text, condition=why, manual=not row.codes, line=row.line, last=row.line),),
        )
        for role, label, text, why in done
        if text
    )  # fmt: skip


def _title(section: Section) -> str:
    """The section's title; one that only says *Steps* or *After* stands for the heading above it."""
    role = role_of(section.title)
    tells = role in (Role.BEFORE, Role.DURING, Role.AFTER) and len(section.title.split()) > 1
    above = len(section.path) > 1 and role is not None and not tells
    return title_of(section.path[-2]) if above else section.title


def _bundled(section: Section, purpose: Purpose | None, bundle: Sequence[Group]) -> Iterator[Procedure]:
    if not bundle:
        return
    label = bundle[0].label if _names(bundle[0]) or is_recovery(bundle[0]) else ""
    own = about(label) if label else None
    yield from _procedure(
        section,
        _RUN.sub("", title_of(label)) if label else section.title,
        own if isinstance(own, Purpose) else purpose,
        bundle,
        bundle[0].line,
    )


def _procedure(
    section: Section, title: str, purpose: Purpose | None, groups: Sequence[Group], line: int
) -> Iterator[Procedure]:
    told = {group.role for group in groups}
    last = max(group.last for group in groups)
    alerts = alerts_led_here(section, title, range(line, last + 1))
    if (Role.SYMPTOMS in told or alerts) and (purpose is None or purpose in _WEAK):
        purpose = Purpose.INCIDENT
    above = all_of(condition_alone(title_of(each)) for each in section.path)
    phases = tuple(_phase(group, purpose, above, resolved=Role.ACTIONS in told) for group in groups)
    if not any(phase.steps or phase.role is Role.SYMPTOMS for phase in phases):
        return
    recurring = period(title) or period(section.title)
    level = next(filter(severity_in, (title, *section.path[-1:])), "") or level_said(groups)
    yield Procedure(
        purpose=purpose or (Purpose.INCIDENT if Role.DIAGNOSIS in told else Purpose.OPERATION),
        title=title or "Steps",
        level=level,
        severity=severity_of(level),
        cadence=recurring[1] if recurring else None,
        phases=phases,
        escalations=tuple(escalation for group in groups for escalation in _escalations(group)),
        alerts=alerts,
        line=line,
        last=last,
        path=section.path,
    )


def _phase(group: Group, purpose: Purpose | None, above: str, *, resolved: bool) -> Phase:
    """One group as a phase. A *Mitigation* is temporary beside a resolution; where there is none, it is what to do."""
    role = group.role or (Role.DIAGNOSIS if group.label and looks(group.label) else Role.STEPS)
    if role is Role.TEMPORARY and not resolved and is_plain_mitigation(group.label, group.under):
        role = Role.ACTIONS
    causes = role in (Role.ACTIONS, Role.TEMPORARY) and purpose is Purpose.INCIDENT
    done: tuple[Step | Hold, ...] = ()
    if role not in _TOLD:
        spoken = [each for each in group.placed if _speaks(each, group)]
        lead = group.under if leads_on(group.label) else group.label
        done = steps(spoken, causes=causes, label=group.label, lead=lead if group.step else "")
        if group.step and not done and is_told(group.label):
            done = (Step(title=group.label, line=group.line, last=group.last),)
    elif role is Role.CAUSES:
        done = steps([each for each in group.placed if "→" in each.text or "->" in each.text])
    taken = {line for step in done for line in range(step.line, step.last + 1)}
    said = tuple(
        _said(each)
        for each in group.placed
        if each.line not in taken
        and _speaks(each, group)
        and not (isinstance(each.piece, Block) and is_code(each.piece))
    )
    when = all_of((above, group.condition))
    warnings = tuple(_said(each) for each in group.placed if is_warning(each))
    return Phase(
        role=role, label=group.label, condition=when, steps=done, said=said, warnings=warnings,
        line=group.line, last=group.last,
    )  # fmt: skip


def _speaks(placed: Placed, group: Group) -> bool:
    """False for the sentence that is nothing but the group's label, unless it says when to do what stands below it."""
    piece = placed.piece
    if isinstance(piece, Sentence) and condition_alone(placed.text):
        return True
    if isinstance(piece, Sentence | Item) and placed.name == group.label:
        return bool(placed.value)
    return not (isinstance(piece, Sentence) and placed.text.rstrip(": ") == group.label)


def _said(placed: Placed) -> Said:
    piece = placed.piece
    if isinstance(piece, Block):
        text = piece.text
    elif isinstance(piece, Table):
        text = "\n".join(" | ".join(row.cells) for row in piece.rows)
    else:
        known = role_of(placed.name) is not None or piece.warns
        text = placed.value if known and placed.value else placed.text
    return Said(text=text, line=placed.line, last=placed.last)


def _escalations(group: Group) -> Iterator[Escalation]:
    for each in group.placed:
        text = (each.value or each.text) if role_of(each.name) is Role.ESCALATION else each.text
        under = group.role is Role.ESCALATION
        if not text or text.rstrip(":") == group.label:
            continue
        if under or _ESCALATING.search(text):
            yield people.escalation(text, each.line, each.last)
        elif _PAGES.search(text[:_LONGEST]):
            told = (people.escalation(part, each.line, each.last) for part in SENTENCE_END.split(text[:_LONGEST]))
            yield from (part for part in told if part.after is not None and _PAGES.search(part.text))


def texts(procedure: Procedure) -> Iterator[Said]:
    """Every text of a procedure with its place: what is said, and what its steps and their parts tell."""
    for phase in procedure.phases:
        yield from phase.said
        for step in phase.steps:
            yield from _of_step(step, procedure.path)


def _of_step(step: Step | Hold, path: tuple[str, ...]) -> Iterator[Said]:
    text = step.text if isinstance(step, Hold) else f"{step.title}: {step.detail}" if step.detail else step.title
    yield Said(text=text, line=step.line, last=step.last, path=path)
    for part in step.parts if isinstance(step, Step) else ():
        yield from _of_step(part, path)
