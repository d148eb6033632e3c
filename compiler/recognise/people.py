"""Who is called, in which order, and how they are reached; a place left to be filled in is kept as empty."""

import re
from collections.abc import Iterator
from typing import Final

from compiler.document import Block, Item, Table
from compiler.recognise import spans
from compiler.recognise.facts import Channel, Contact, Reach
from compiler.recognise.outline import Placed, Section
from compiler.recognise.procedure import Escalation
from compiler.recognise.wording import bare, is_empty, named
from compiler.recognise.words import is_told

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
    r".*\b(?:when|after|for|time|condition|responsib\w+|wann|escalate (?:if|after))\b.*", re.IGNORECASE
)
_CHANNELS: Final = (
    (Channel.MAIL, re.compile(r"[\w.+-]+@[\w-]+\.[\w.-]+")),
    (Channel.LINK, re.compile(r"https?://\S+", re.IGNORECASE)),
    (Channel.SLACK, re.compile(r"(?<![\w#])[#@][a-z][\w.-]{1,80}|\bslack\b", re.IGNORECASE)),
    (Channel.PHONE, re.compile(r"\+?\(?[0-9][0-9 ()/.-]{6,20}[0-9]")),
    (
        Channel.ROTATION,
        re.compile(r"pagerduty|opsgenie|pager|rotation|schedule|on.?call|victorops|rota\b", re.IGNORECASE),
    ),
)
_ADDRESSED: Final = re.compile(
    r"[\w.+-]+@[\w-]+\.\w|://|[#@][a-z][\w.-]*\]?$|[0-9](?:[0-9 ()/.-]{5,})[0-9]", re.IGNORECASE
)
"""What reaches somebody even between brackets, where other words are a place to be filled in."""
_TO: Final = re.compile(
    r"\b(?:escalate|page|call|contact|notify|engage"
    r"|inform)(?: this)?(?: immediately)?(?: to)?(?: the)? "
    r"(?P<to>(?!(?:immediately|during|after|before|within|as|on|in|if|when)\b)@?[A-Za-z#\[][^.,;()]{1,60})",
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
_LINE: Final = re.compile(r"\s*(?P<role>[^:=#][^:=]{0,60}?)\s*:\s*(?P<text>\S.*?)\s*")


def is_contact_table(table: Table) -> bool:
    """True when one column names roles and another how they are reached."""
    words = [bare(header) for header in table.header]
    return bool(words) and _ROLE.fullmatch(words[0]) is not None and any(
        re.search(r"contact|phone|e-?mail|slack|primary|pagerduty|telefon", word, re.IGNORECASE) for word in words[1:]
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
    to = re.split(r"\s(?:if|after|when|within|via|for|immediately)\b", match["to"])[0].strip() if match else ""
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


def of_item(section: Section, placed: Placed, item: Item) -> Contact | Escalation | None:
    """*On-call: see the schedule*, or one place of an escalation path; None for an item that names nobody.

    *Data loss is suspected: page the database lead* is no contact: it says when to call one.
    """
    role, text = (placed.name, placed.value) if placed.name else (item.text.rstrip(": "), "")
    if not _ADDRESSED.search(item.text) and item.number is None and _says_when(role, text):
        return escalation(item.text, placed.line, placed.last, section.path)
    if not role or len(role) > 80 or is_told(role):
        return None
    purpose = _PURPOSE.fullmatch(text)
    return Contact(
        role=role,
        reaches=(reach(text),) if text and not purpose else (),
        order=item.number,
        after=spans.length(text) or spans.length(role),
        when=text if purpose else "",
        line=placed.line,
        last=placed.last,
        path=section.path,
    )


def _says_when(role: str, text: str) -> bool:
    """Whether an item says when to call somebody, and not whom: by its first word, or because something *is* so."""
    if _WHEN_CALLED.match(role) or _LEVEL.fullmatch(role):
        return True
    if is_told(role):
        return _TO.search(role) is not None
    return _STATES.search(role) is not None and (not text or _TO.search(text) is not None)


def of_block(section: Section, block: Block) -> tuple[Contact, ...]:
    """Lines of *role: who* in a block; empty when not every line is one."""
    lines = [(n, text) for n, text in enumerate(block.text.split("\n"), block.line) if text.strip()]
    found = [(n, match) for n, text in lines if (match := _LINE.fullmatch(text))]
    if not found or len(found) < len(lines):
        return ()
    return tuple(
        Contact(role=match["role"], reaches=(reach(match["text"]),), line=n, last=n, path=section.path)
        for n, match in found
    )


def reach(text: str, column: str = "") -> Reach:
    """A way to reach somebody, by the shape of what is written."""
    channel = next((channel for channel, pattern in _CHANNELS if pattern.search(text)), Channel.NAME)
    blank = is_empty(text) or is_empty(named(text)[1])
    return Reach(channel=channel, text=text, column=column, empty=blank and not _ADDRESSED.search(text))
