"""What a whole runbook says: facts and procedures, and what of it was not understood."""

from collections.abc import Iterator, Sequence, Set
from itertools import chain
from typing import Final

from msgspec.structs import replace

from compiler.document import Block, Document, Heading, Item, Sentence, Table
from compiler.recognise import (
    alert_names,
    apart,
    blocks,
    bounds,
    procedures,
    promises,
    saved,
    scale,
    severities,
    statements,
    tables,
    upkeep,
)
from compiler.recognise.coverage import lines_of
from compiler.recognise.facts import (
    Backup,
    Checklist,
    Detail,
    Fact,
    Level,
    Said,
    Threshold,
)
from compiler.recognise.groups import Group, Placed
from compiler.recognise.outline import Section, contents, outline
from compiler.recognise.procedure import Procedure, Purpose, Role
from compiler.recognise.recognised import Recognised
from compiler.recognise.words import Topic, period

_LISTING: Final = (Topic.CONTACTS, Topic.OVERVIEW, Topic.LINKS)
"""Topics whose numbered lists are no steps."""


def recognise(document: Document) -> Recognised:
    """The facts and procedures of a document. Never raises; what it does not understand is in ``unrecognised``."""
    listed = contents(document)
    facts: list[Fact] = [Said(text=each.text, line=each.line, last=each.line, path=each.path) for each in listed]
    unrecognised: list[Heading] = []
    sections = outline(document)
    levels = severities.headings(sections)
    for section in sections:
        found = list(_of_section(section, levels))
        facts.extend(found)
        understood = lines_of(found)
        if section.headings and not all(_is_understood(each, understood) for each in section.placed):
            unrecognised.append(section.headings[-1])
    if Level not in map(type, facts):
        facts.extend(chain.from_iterable(map(severities.listed, sections)))
    facts.extend(severities.cadences(_all_said(facts)))
    title = document.headings[0].title if document.headings else ""
    return Recognised(title=title, facts=scale.on_one_scale(facts), unrecognised=tuple(unrecognised))


def _is_understood(placed: Placed, understood: set[int]) -> bool:
    """A table is, when one of its rows is: its header states nothing."""
    lines = [row.line for row in placed.piece.rows] if isinstance(placed.piece, Table) else [placed.line]
    return not lines or any(line in understood for line in lines)


def _of_section(section: Section, levels: Set[int]) -> Iterator[Fact]:
    """A section's facts, piece by piece; then the procedures in what they left."""
    topic, purpose = procedures.topic_of(section), procedures.purpose_of(section)
    whole = tuple(_as_one(section, topic, purpose, levels))
    yield from whole
    yield from saved.said(section, topic) if Backup not in map(type, whole) else ()
    _, recoveries = apart.parts(section.groups, purpose)
    taken = lines_of(whole).difference(each.line for part in recoveries for group in part for each in group.placed)
    left: list[Group] = []
    for group in section.groups:
        for each in group.placed:
            found = () if each.line in taken else tuple(_of_piece(section, group, each, topic, purpose))
            if found:
                yield from found
                taken |= _taken(group, each, found)
        rest = tuple(each for each in group.placed if each.line not in taken)
        if rest:
            left.append(group if len(rest) == len(group.placed) else replace(group, placed=rest))
    done = tuple(procedures.procedures(section, left, purpose))
    yield from done or alert_names.alone(section)
    yield from _remarks(section, left, lines_of(done))


def _taken(group: Group, placed: Placed, found: Sequence[Fact]) -> set[int]:
    """The lines that need no second look: a figured symptom stays a symptom, and a schedule's commands stay steps."""
    if (
        isinstance(placed.piece, Table)
        and Checklist in map(type, found)
        and any(row.codes for row in placed.piece.rows)
    ):
        return set()  # Its rows are steps, too.
    twofold = Backup if isinstance(placed.piece, Block) else Threshold
    told = isinstance(placed.piece, Block) or group.role is not None
    once = [fact for fact in found if not (told and isinstance(fact, twofold))]
    if once and isinstance(placed.piece, Table | Block):
        return set(range(placed.line, placed.last + 1))
    return lines_of(once)


def _as_one(section: Section, topic: Topic | None, purpose: Purpose | None, levels: Set[int]) -> Iterator[Fact]:
    """What a section is as a whole: a severity level, levels as a list, a checklist, a backup plan."""
    if section.headings and (threshold := bounds.bad_when(section, section.title, section.line, section.line)):
        yield threshold
    telling = any(isinstance(each.piece, Block) or each.numbered for each in section.placed)
    own = section.path[-1] if section.path else ""
    begun = topic is Topic.SEVERITY and scale.begins_level(own)
    named = scale.names_level(own) or begun or (section.headings != () and section.line in levels)
    if named and section.placed and not telling and (level := severities.of_heading(section)):
        yield level
        return
    if topic is Topic.SEVERITY:
        yield from severities.of_list(section, section.placed)
    if period(section.title) or any(period(group.label) for group in section.groups):
        yield from upkeep.checklists(section, section.groups)
    if purpose in (Purpose.BACKUP, Purpose.RESTORE, Purpose.DISASTER) and topic is None:
        main, _ = apart.parts(section.groups, purpose)
        told = [each for group in main for each in group.placed if not (each.numbered or each.is_note)]
        plans = tuple(upkeep.backups(section, told))
        yield from plans
        planned = lines_of(plans)
        for each in told:
            if each.line in planned:
                yield from upkeep.objectives(section, each) or promises.recoveries(section, each, topic, purpose)


def _of_piece(
    section: Section, group: Group, placed: Placed, topic: Topic | None, purpose: Purpose | None
) -> Iterator[Fact]:
    piece, role = placed.piece, group.role
    if isinstance(piece, Table):
        found = tuple(saved.of_table(section, piece)) or tables.facts(section, piece, topic)
        yield from found or procedures.of_table(section, placed, piece)
    elif isinstance(piece, Block):
        yield from blocks.of_block(section, piece, topic)
    elif placed.is_note:
        # It may tell what was wrong once. Only one that begins like *Last updated:* dates the document.
        yield from upkeep.reviews(section, placed.text, placed.line, placed.last, leading=True)
    elif reviews := upkeep.reviews(section, placed.text, placed.line, placed.last):
        yield from reviews
    elif role is Role.SYMPTOMS:
        threshold = bounds.of_symptom(section, placed)
        if threshold:
            yield threshold
    elif statements.may_state(role, topic) and (topic in _LISTING or not placed.numbered):
        yield from statements.of_text(section, group, placed, topic, purpose)


def _remarks(section: Section, left: Sequence[Group], done: set[int]) -> Iterator[Fact]:
    """What is left: sentences are kept as said, and items and rows of tables by their names."""
    for group in left:
        for each in group.placed:
            if each.line in done:
                continue
            if isinstance(each.piece, Table):
                yield from tables.details(section, each.piece)
            elif isinstance(each.piece, Sentence):
                yield Said(text=each.text, line=each.line, last=each.last, path=section.path)
            elif isinstance(each.piece, Item) and each.name:
                yield Detail(name=each.name, value=each.value, line=each.line, last=each.last, path=section.path)
            elif procedures.is_template(section) and isinstance(each.piece, Block):
                yield Said(text=each.piece.text, line=each.line, last=each.last, path=section.path)


def _all_said(facts: Sequence[Fact]) -> Iterator[Said]:
    """Every text that may say how often people are told."""
    for fact in facts:
        if isinstance(fact, Said):
            yield fact
        elif isinstance(fact, Procedure):
            yield from procedures.texts(fact)
