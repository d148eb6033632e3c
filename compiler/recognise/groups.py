"""What stands together in a section: its pieces with their lines, and the groups that labels (*Diagnosis*) make."""

import re
from collections.abc import Sequence
from typing import Final

from msgspec import Struct

from compiler.document import Block, Item, Piece, Sentence, Table
from compiler.recognise.instruction import begins_condition
from compiler.recognise.procedure import Role
from compiler.recognise.recovery import aim_of, leads_recovery, recovery_in
from compiler.recognise.wording import title_of
from compiler.recognise.words import is_told, role_of

TELLING: Final = frozenset({Role.SYMPTOMS, Role.DIAGNOSIS, Role.ACTIONS, Role.TEMPORARY})
_TELLS_INLINE: Final = frozenset({Role.SYMPTOMS, Role.IMPACT, Role.CAUSES})
_SEEN: Final = re.compile(r"symptom|signs?\b|what you(?:'ll| will)? see", re.IGNORECASE)
"""What is seen, even of one cause among several; *When to use* may stand above steps there."""
_TELLS: Final = re.compile(r"(?:alerts?|alarms?)(?: names?)?|severity|priority|owner|team", re.IGNORECASE)
_NARROWEST: Final = 40
"""Characters in a line: a text of so few stands in one."""
_LONGEST_LABEL: Final = 40
"""Characters: a line that is nothing but such a label (*Diagnosis*) is one without any mark, too."""


class Placed(Struct, frozen=True, kw_only=True):
    """A piece with the last line that it takes up. Code has its content's lines; ``name`` and ``value`` part a text."""

    piece: Piece
    line: int
    last: int
    name: str = ""
    value: str = ""

    @property
    def text(self) -> str:
        """The whole text of a sentence or an item; empty for tables and code."""
        return self.piece.text if isinstance(self.piece, Sentence | Item) else ""

    @property
    def numbered(self) -> bool:
        """True for an item of an ordered list."""
        return isinstance(self.piece, Item) and self.piece.number is not None

    @property
    def is_note(self) -> bool:
        """True for a sentence in a block quote: it is about the text, and states nothing of the system."""
        return self.piece.quoted and isinstance(self.piece, Sentence)


class Group(Struct, frozen=True, kw_only=True):
    """What one label introduces. ``label`` is empty for what stands before the first label of a section."""

    label: str
    line: int
    last: int
    placed: tuple[Placed, ...]
    under: str = ""
    """The heading it stands under within the section, where that is a label: *Diagnosis*."""
    step: bool = False
    """It stands below a heading that counts a step of the section."""
    condition: str = ""
    """When the headings that it stands under within the section say to do it: *If the primary is down*."""

    @property
    def role(self) -> Role | None:
        """What the label is for, or the heading that it stands under: there *When to use* is no symptom."""
        own, around = role_of(self.label), role_of(self.under)
        deeper = self.under not in ("", self.label)
        if deeper and (around is Role.SYMPTOMS or _SEEN.match(title_of(self.label))):
            return Role.FACTS
        return around if deeper and own is Role.SYMPTOMS else own or around


def last_of(piece: Piece, following: dict[int, int]) -> int:
    """Code and tables know their end. How a text's lines were joined is not kept: it ends before the next piece."""
    if isinstance(piece, Block):
        return piece.line + piece.text.count("\n")
    if isinstance(piece, Table):
        return piece.rows[-1].line if piece.rows else piece.line
    written = piece.text if isinstance(piece, Sentence | Item) else ""
    return max(piece.line, min(following.get(piece.line, piece.line + 1) - 1, piece.line + len(written) // _NARROWEST))


def groups_of(pieces: Sequence[Placed]) -> list[Group]:
    """The pieces of a section by the labels that introduce them, in the order of the text."""
    groups: list[list[Placed]] = []
    labels: list[str] = []
    roles = {role_of(each.name) for each in pieces if isinstance(each.piece, Item) and each.name}
    for each in pieces:
        opens = _opens(each, bullets=bool(roles & TELLING))
        if (
            opens
            or not groups
            or (_is_first(each) and _is_told_inline(groups[-1][0]))
            or _turns(groups[-1], each)
            or _leaves(groups[-1], each)
        ):
            groups.append([])
            labels.append(opens)
        groups[-1].append(each)
    return [
        Group(label=label, line=group[0].line, last=max(each.last for each in group), placed=tuple(group))
        for label, group in zip(labels, groups, strict=True)
    ]


def _name_of(placed: Placed) -> str:
    return placed.name or placed.text.rstrip(": ")


def _leads_recovery(placed: Placed) -> bool:
    """True for an outer bullet *To restore:*, whose steps are in it or below it."""
    piece, name = placed.piece, _name_of(placed)
    return isinstance(piece, Item) and leads_recovery(name) and (bool(piece.codes) or piece.text.endswith(":"))


def _leaves(above: Sequence[Placed], placed: Placed) -> bool:
    """True for the next outer bullet after one that leads to a recovery: it is about something else again."""
    outer = isinstance(placed.piece, Item) and placed.piece.depth == 0
    return outer and isinstance(above[0].piece, Item) and _leads_recovery(above[0])


def _turns(above: Sequence[Placed], placed: Placed) -> bool:
    """True for a numbered list right below the bullets of *Symptoms:*, which are complete: it tells what to do."""
    outer = isinstance(placed.piece, Item) and placed.piece.depth == 0
    bullets = isinstance(above[-1].piece, Item) and not above[-1].numbered
    return outer and placed.numbered and bullets and role_of(above[0].name or above[0].text) in _TELLS_INLINE


def _is_first(placed: Placed) -> bool:
    """True for an outer item that is numbered, or tells something to do."""
    piece = placed.piece
    if not isinstance(piece, Item) or piece.depth > 0:
        return False
    return piece.number is not None or is_told(piece.text) or begins_condition(piece.text)


def _is_told_inline(lead: Placed) -> bool:
    """True for *Symptoms: no orders*, which is complete: steps that come after it are none of it."""
    tells = role_of(lead.name) in _TELLS_INLINE or _TELLS.fullmatch(lead.name) is not None
    return tells and lead.value != "" and not lead.value.endswith(":")


def _opens(placed: Placed, *, bullets: bool) -> str:
    """The label that a piece introduces the next ones with, or empty. With ``bullets``, outer items have labels."""
    piece = placed.piece
    if isinstance(piece, Item):
        outer = piece.depth == 0 and piece.number is None and piece.ticked is None
        return _name_of(placed) if outer and (_leads_recovery(placed) or (bullets and role_of(placed.name))) else ""
    if not isinstance(piece, Sentence) or piece.warns:
        return ""
    if piece.label and placed.name:
        return placed.name
    if piece.codes and (aim := aim_of(piece.text) or (placed.name if recovery_in(placed.name) else "")):
        return aim
    if placed.name and role_of(placed.name):
        return placed.name
    if len(piece.text) <= _LONGEST_LABEL and role_of(piece.text):
        return piece.text
    lead = piece.text.rsplit(". ", 1)[-1]
    return lead.rstrip(": ") if lead.endswith(":") and len(lead) <= 80 else ""
