"""Who is called, in which order, and how they are reached; a place left to be filled in is kept as empty."""

import re
from collections.abc import Iterator, Sequence
from datetime import timedelta
from typing import Final

from msgspec.structs import replace

from compiler.document import Block, Item, Sentence, Table
from compiler.recognise import escalation_path, spans
from compiler.recognise.facts import Contact
from compiler.recognise.groups import Placed
from compiler.recognise.instruction import SENTENCE_END
from compiler.recognise.outline import Section
from compiler.recognise.procedure import Escalation
from compiler.recognise.reaches import ADDRESSED, addressed, reach, reaches, reaches_person, without_addresses
from compiler.recognise.wording import bare, named
from compiler.recognise.words import Topic, about, is_told

_ROLE: Final = re.compile(
    r"roles?|teams?|who|names?|contacts?|person|responsible|function|level|tier|vendor|service"
    r"|rolle|stufe|ansprechpartner",
    re.IGNORECASE,
)
_REACH: Final = re.compile(
    r".*\b(?:primary|secondary|backup|escalation|contacts?|phone|mobile|tel|e-?mail|slack"
    r"|channel|pagerduty|on.?call|name|reach|how|schedule|telefon|kanal)\b.*",
    re.IGNORECASE,
)
_WHEN: Final = re.compile(
    r".*\b(?:when|after|for|times?|hours|availab\w+|condition|responsib\w+|wann|escalate (?:if|after))\b.*",
    re.IGNORECASE,
)
_TO: Final = re.compile(
    r"(?<!-)\b(?:escalate|page|call|contact|notify|engage|ring|phone|wake"
    r"|inform)(?: this)?(?: immediately)?(?: to)?(?: the)? "
    r"(?P<to>(?!(?:immediately|during|after|before|within|as|on|in|if|when)\b(?!-))@?[A-Za-z#\[][^.,;()]{1,60})",
    re.IGNORECASE,
)
_WHEN_CALLED: Final = re.compile(r"(?:only )?(?:if|when|unless|after|once|as soon as|falls|wenn)\b", re.IGNORECASE)
_LEVEL: Final = re.compile(r"(?:p|sev-?)[0-5]", re.IGNORECASE)
_STATES: Final = re.compile(
    r"\b(?:is|are|was|were|has|have|had|cannot|can't|could not|does not|doesn't|do not|did not|will|may|might|exceeds?"
    r"|fails?|lasts?|remains?|persists?|affects?|more than|less than|above|below|longer than|suspected|no fix)\b",
    re.IGNORECASE,
)
"""What says that something is so, and is no name of anybody."""
_CONDITIONS: Final = re.compile(
    r"conditions?|when|if|criteri(?:a|on)|situations?|triggers?|scenarios?|wann", re.IGNORECASE
)
_CALLED: Final = re.compile(
    r"(?:escalate|page|call|contact|notify)(?: to)?|who(?:m)?(?: to .*)?|to|contacts?", re.IGNORECASE
)
_PURPOSE: Final = re.compile(r"(?:for|bei|if|when|after|nach)\s+\S.*", re.IGNORECASE)
_NO_CONTACT: Final = re.compile(r"coverage|length|region|node|host\b", re.IGNORECASE)
_FAR: Final = 2_000
_LONGEST_ROLE: Final = 60
_LISTS_WHEN: Final = re.compile(r"\b(?:if|when|criteria|conditions?|triggers?|immediately)$", re.IGNORECASE)
"""*Escalate when:* introduces what must be so, and nobody's name."""
_BEGINS: Final = re.compile(r"[\W_]*(?:[A-ZÀ-ÖØ-Þ0-9]|[@#]\w)")
"""How a line begins that is no more of the sentence above it."""
_PERSON: Final = re.compile(
    r"(?:(?:Dr|Mr|Mrs|Ms)\.? )?[A-ZÀ-ÖØ-Þ][\w'’.-]{0,30}"
    r"(?: (?:(?:van|von|de|del|der|den|la|du|da|dos|al|bin) ){0,2}[A-ZÀ-ÖØ-Þ][\w'’.-]{0,30}){1,3}"
)
"""A person's name: each of its words with a capital letter."""
_DOWN: Final = re.compile(r"\s*[↓▼⬇│|]\s*(?P<why>.{0,100})")
_LINE: Final = re.compile(r"\s*(?P<role>[^:=#][^:=]{0,60}?)\s*:\s*(?P<text>\S.*?)\s*")


def is_contact_table(table: Table) -> bool:
    """True when one column names roles and another how they are reached."""
    words = [bare(header) for header in table.header]
    return bool(words) and _ROLE.fullmatch(words[0]) is not None and any(
        re.search(r"contact|phone|e-?mail|slack|primary|pagerduty|telefon", word, re.IGNORECASE)
        and not _NO_CONTACT.search(word) for word in words[1:]
    )  # fmt: skip


def of_table(section: Section, table: Table) -> Iterator[Contact]:
    """One contact a row; every other column is a way to reach it, or says when to."""
    for order, row in enumerate(table.rows, 1):
        if not row.cells or not row.cells[0].strip():
            continue
        pairs = list(zip(table.header, row.cells, strict=False))[1:]
        when = "; ".join(text for header, text in pairs if _WHEN.fullmatch(header) and not _REACH.fullmatch(header))
        ordered = re.search(r"level|tier|stufe|order|step", table.header[0], re.IGNORECASE)
        role = next((text for _, text in pairs if text.strip()), "") if row.cells[0].isdigit() else row.cells[0]
        yield Contact(
            role=role,
            reaches=tuple(
                reach(text, header) for header, text in pairs if _REACH.fullmatch(header) or not _WHEN.fullmatch(header)
            ),
            order=order if ordered else None,
            after=spans.length(when),
            when=when,
            line=row.line,
            last=row.line,
            path=section.path,
        )


def escalation(text: str, line: int, last: int, path: tuple[str, ...] = ()) -> Escalation:
    """When to call somebody, in the runbook's words: after how long, and whom, where they say it."""
    match = _TO.search(text)
    to = (
        re.split(r"\s(?:if|after|when|within|via|for|at|on|immediately)\b(?!-)", match["to"])[0].strip()
        if match
        else ""
    )
    return Escalation(text=text, after=spans.length(text), to=to, line=line, last=last, path=path)


def escalations_of_table(section: Section, table: Table) -> Iterator[Escalation]:
    """*Condition | Escalate to*: one escalation a row; none where the header says something else."""
    header = [bare(each) for each in table.header]
    if len(header) < 2 or not _CONDITIONS.fullmatch(header[0]):
        return
    called = next((n for n, each in enumerate(header) if n and _CALLED.fullmatch(each)), 0)
    for row in table.rows if called else ():
        if called < len(row.cells) and row.cells[0]:
            text, to = row.cells[0], row.cells[called]
            after = spans.length(" ".join(row.cells))
            yield Escalation(text=text, after=after, to=to, line=row.line, last=row.line, path=section.path)


def of_text(section: Section, placed: Placed) -> tuple[Contact | Escalation, ...]:
    """Who is named in an item, a line or a paragraph, and when to call somebody; a whole path at once."""
    if led := escalation_path.of_line(section, placed):
        return led
    if several := _lines(placed):
        return tuple(each for line in several for each in of_text(section, line))
    return _of_item(section, placed, placed.piece) if isinstance(placed.piece, Item) else _of_sentence(section, placed)


def in_lines(section: Section, placed: Placed) -> tuple[Contact | Escalation, ...]:
    """Whom a paragraph names with an address in each of its lines, wherever it stands."""
    several = _lines(placed)
    return of_text(section, placed) if several and all(reaches_person(each.text) for each in several) else ()


def _lines(placed: Placed) -> Sequence[Placed]:
    """The lines of a paragraph, where each names somebody; one that ends with a colon leads them. Else none."""
    piece = placed.piece
    if not isinstance(piece, Sentence) or len(piece.lines) < 2:
        return ()
    led = piece.lines[0].endswith(":")
    if not all(map(_names_one, piece.lines[1:] if led else piece.lines)):
        return ()
    lines = list(enumerate(piece.lines, placed.line))[led:]
    each = ((replace(piece, text=text, line=line, label="", lines=()), *named(text)) for line, text in lines)
    return [Placed(piece=said, line=said.line, last=said.line, name=name, value=value) for said, name, value in each]


def _names_one(line: str) -> bool:
    """True for a line that begins like a name and has an address, or is a role with a person's name."""
    if not _BEGINS.match(line) or is_told(line):
        return False
    name, value = named(line)
    return addressed(line) or (_is_role(name) and _reaches(value))


def _of_item(section: Section, placed: Placed, item: Item) -> tuple[Contact | Escalation, ...]:
    """*On-call: see the schedule*, or one place of an escalation path; empty for an item that names nobody.

    *Data loss is suspected: page the database lead* is no contact: it says when to call one.
    """
    role, text = (placed.name, placed.value) if placed.name else (item.text.rstrip(": "), "")
    listed = _LISTS_WHEN.search(item.under) is not None
    if not ADDRESSED.search(item.text) and item.number is None and (listed or _says_when(role, text)):
        return (escalation(item.text, placed.line, placed.last, section.path),)
    if not text and addressed(role):
        return _of_sentence(section, placed)
    if not role or len(role) > 80 or is_told(role):
        return ()
    return (_contact(section, placed, role, text, item.number),)


def _of_sentence(section: Section, placed: Placed) -> tuple[Contact, ...]:
    """Whom a line or a paragraph names with an address: *Primary: Jane, jane@…*, *call the rotation at +49 30 …*."""
    if placed.value and _is_role(placed.name) and _reaches(placed.value):
        return (_contact(section, placed, placed.name, placed.value, None),)
    told = placed.value if placed.name and not _is_role(placed.name) else placed.text
    return tuple(filter(None, (_told(section, placed, text) for text in SENTENCE_END.split(told[:_FAR]))))


def _reaches(text: str) -> bool:
    return addressed(text) or _PERSON.fullmatch(text) is not None or reach(text).empty


def _is_role(name: str) -> bool:
    """True for words that can name a role; *People* and *Contacts* name none."""
    return bool(name) and len(name) <= 80 and not is_told(name) and about(name) is not Topic.CONTACTS


def _contact(section: Section, placed: Placed, role: str, text: str, order: int | None) -> Contact:
    purpose = _PURPOSE.fullmatch(text)
    return Contact(
        role=role,
        reaches=reaches(text) if text and not purpose else (),
        order=order,
        after=spans.length(text) or spans.length(role),
        when=text if purpose else "",
        line=placed.line,
        last=placed.last,
        path=section.path,
    )


def _told(section: Section, placed: Placed, text: str) -> Contact | None:
    """Whom one sentence tells to call, or who stands before an address in it."""
    if not addressed(text):
        return None
    called = escalation(text, placed.line, placed.last).to
    role = without_addresses(called) if called else without_addresses(text)
    if not role or len(role) > _LONGEST_ROLE:
        return None
    return Contact(
        role=role, reaches=reaches(text[text.find(role) + len(role) :].strip(" ,:(")), after=spans.length(text),
        when=text if called else "", line=placed.line, last=placed.last, path=section.path,
    )  # fmt: skip


def _says_when(role: str, text: str) -> bool:
    """Whether an item says when to call somebody, and not whom: by its first word, or because something *is* so."""
    if _WHEN_CALLED.match(role) or _LEVEL.fullmatch(role):
        return True
    if is_told(role):
        return _TO.search(role) is not None
    return _STATES.search(role) is not None and (not text or _TO.search(text) is not None)


def of_block(section: Section, block: Block) -> tuple[Contact, ...]:
    """Lines of *role: who* in a block, the way down between them with its times; empty when not every line is one."""
    found: list[Contact] = []
    after: timedelta | None = None
    for line, text in enumerate(block.text.split("\n"), block.line):
        if down := _DOWN.fullmatch(text):
            after = spans.length(down["why"]) or after
        elif match := _LINE.fullmatch(text):
            role, who = match["role"], match["text"]
            contact = Contact(role=role, reaches=reaches(who), after=after, line=line, last=line, path=section.path)
            found.append(contact)
            after = None
        elif text.strip():
            return ()
    return tuple(found)
