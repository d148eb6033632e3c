"""Backups that are told of outside a plan of their own: in a table, or in a sentence beside what may be lost."""

import re
from collections.abc import Iterator
from typing import Final

from compiler.document import Item, Sentence, Table
from compiler.recognise import spans
from compiler.recognise.facts import Backup, Stated
from compiler.recognise.groups import Placed
from compiler.recognise.outline import Section
from compiler.recognise.procedure import Purpose
from compiler.recognise.wording import bare
from compiler.recognise.words import Topic, about, is_told

_OFTEN: Final = re.compile(
    r"(?:how often|when|.*\b(?:frequency|schedule|interval|cadence|every|häufigkeit))\b.*", re.IGNORECASE
)
_KEPT: Final = re.compile(r"(?:.* )?(?:retention|retained|kept|keep|how long|aufbewahrung)(?: .*)?", re.IGNORECASE)
_PLACES: Final = re.compile(r"(?:.* )?(?:location|storage|where|destination|stored)(?: .*)?", re.IGNORECASE)
_MADE: Final = re.compile(
    r"\b(?:back(?:ed|s)? (?:\w+ ){0,4}up|back-?ups?|snapshots?|snapshotted|dump(?:s|ed)?|archived|gesichert)\b",
    re.IGNORECASE,
)
_MADE_WORDS: Final = ("back", "snapshot", "dump", "archiv", "gesichert")
"""One of these is in whatever it finds."""
_NOT_SO: Final = re.compile(
    r"\b(?:if|when|unless|check\w*|verif\w+|test\w*|restor\w+|review\w*|should|must|no|not|never|was|were|once|objective"
    r"|alert\w*|deleted?|pruned?|rotated?|expires?)\b",
    re.IGNORECASE,
)
"""What makes a sentence one about something else than how often something is saved."""
_SENTENCES: Final = re.compile(r"(?<=[.;!?])\s+")


def of_table(section: Section, table: Table) -> Iterator[Backup]:
    """*What | How often | Kept* under a heading for backups: one backup a row."""
    often = next((n for n, header in enumerate(table.header) if n and _OFTEN.fullmatch(bare(header))), None)
    if often is None or not (about(section.title) is Purpose.BACKUP or _MADE.search(table.header[0])):
        return
    for row in table.rows:
        cells = dict(zip(table.header, row.cells, strict=False))
        kept = next((text for header, text in cells.items() if text and _KEPT.fullmatch(bare(header))), "")
        if len(row.cells) > often and row.cells[0] and (every := spans.every(row.cells[often])) is not None:
            yield Backup(
                what=row.cells[0], every=every, retention=(Stated(text=kept, span=spans.length(kept)),) if kept else (),
                where=next((text for header, text in cells.items() if _PLACES.fullmatch(bare(header))), ""),
                text=" | ".join(row.cells), line=row.line, last=row.line, path=section.path,
            )  # fmt: skip


def said(section: Section, topic: Topic | None) -> Iterator[Backup]:
    """*Snapshots are taken daily*, wherever a sentence says it; below objectives also in a list."""
    for each in section.placed:
        listed = isinstance(each.piece, Item) and each.piece.number is None and topic is Topic.OBJECTIVES
        if (listed or isinstance(each.piece, Sentence)) and not each.piece.quoted:
            yield from _said(section, each)


def _said(section: Section, placed: Placed) -> Iterator[Backup]:
    small = spans.small(placed.text)
    for text in _SENTENCES.split(placed.text) if any(map(small.__contains__, _MADE_WORDS)) else ():
        every = spans.every(text) if _MADE.search(text) and not (_NOT_SO.search(text) or is_told(text)) else None
        if every is not None:
            yield Backup(every=every, what="", text=placed.text, line=placed.line, last=placed.last, path=section.path)
