"""The document as sections of labelled groups: what stands together under one heading, and under one label in it."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence, Set
from itertools import groupby, pairwise
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from compiler.document import Block, Document, Heading, Item, Piece, Sentence, Table
from compiler.recognise.alert_titles import titled_alerts
from compiler.recognise.counted import counted
from compiler.recognise.instruction import all_of, begins_condition, condition_alone
from compiler.recognise.procedure import Purpose, Role
from compiler.recognise.recovery import aim_of, leads_recovery, recovery_in
from compiler.recognise.wording import bare, name_and_value, title_of
from compiler.recognise.words import Topic, about, is_told, role_of

_TELLING: Final = frozenset({Role.SYMPTOMS, Role.DIAGNOSIS, Role.ACTIONS, Role.TEMPORARY})
_OF_ONE_THING: Final = frozenset({Role.SYMPTOMS, Role.IMPACT, Role.CAUSES})
"""What is said about one thing that goes wrong: the other parts beside it are about the same thing."""

_BESIDE: Final = frozenset({Topic.CONTACTS, Topic.LINKS, Topic.OVERVIEW})
"""What stands beside the parts of a procedure, and is none of them."""
_NOTES: Final = re.compile(r"notes?\b|additional|see also|further|background|history|related|appendix", re.IGNORECASE)
_TELLS_INLINE: Final = frozenset({Role.SYMPTOMS, Role.IMPACT, Role.CAUSES})
_SEEN: Final = re.compile(r"symptom|signs?\b|what you(?:'ll| will)? see", re.IGNORECASE)
"""What is seen, even of one cause among several; *When to use* may stand above steps there."""
_TELLS: Final = re.compile(r"(?:alerts?|alarms?)(?: names?)?|severity|priority|owner|team", re.IGNORECASE)
_FEW: Final = 3
"""So many headings make a table of contents."""
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


class Section(Struct, frozen=True, kw_only=True):
    """A heading with what stands under it, down to the next heading; a heading such as *Diagnosis* is a group of it."""

    headings: tuple[Heading, ...]
    path: tuple[str, ...]
    """The headings as they are written, outermost first."""
    title: str
    """The heading's words without numbering; empty for what stands before the first heading."""
    line: int
    last: int
    groups: tuple[Group, ...]

    @property
    def placed(self) -> tuple[Placed, ...]:
        """All pieces, whatever their group."""
        return tuple(each for group in self.groups for each in group.placed)


def outline(document: Document) -> tuple[Section, ...]:
    """The sections in the order of the text, those without content too."""
    steps = counted(chain for _, chain in _chains(document.headings))
    folded = _folded(document.headings) | steps
    pieces = {key: list(each) for key, each in groupby(_placed(document), key=lambda p: p.piece.headings[-1:])}
    sections: dict[Heading | None, tuple[tuple[Heading, ...], list[Group]]] = {}
    for heading, chain in ((None, ()), *_chains(document.headings)):
        groups = _groups(pieces.get(chain[-1:], []))
        above = next((each for each in reversed(chain) if each not in folded), None)
        if heading in folded and above in sections:
            below = chain[chain.index(above) + 1 :] if above else chain
            sections[above][1].extend(_labelled(below, groups, step=heading in steps))
        elif heading or groups:
            sections[heading] = (chain, groups)
    return tuple(_section(chain, groups) for chain, groups in sections.values())


def _section(chain: tuple[Heading, ...], groups: Sequence[Group]) -> Section:
    line = chain[-1].line if chain else 1
    return Section(
        headings=chain,
        path=tuple(heading.title for heading in chain),
        title=title_of(chain[-1].title) if chain else "",
        line=line,
        last=max([line, *(group.last for group in groups)]),
        groups=tuple(groups),
    )


def _labelled(below: Sequence[Heading], groups: Sequence[Group], *, step: bool) -> Sequence[Group]:
    """The last of the headings below a section's own labels what stands under it, unless that has labels of its own."""
    heading, label = below[-1], title_of(below[-1].title)
    under = label if len(below) == 1 else title_of(below[0].title)
    when = all_of(condition_alone(title_of(each.title)) for each in below)
    rest = [replace(group, under=under, condition=when, step=step) for group in groups]
    if rest and not rest[0].label:
        return (replace(rest[0], label=label, line=heading.line), *rest[1:])
    alone = Group(label=label, line=heading.line, last=heading.line, placed=(), under=under, condition=when, step=step)
    return (alone, *rest)


def _chains(headings: Sequence[Heading]) -> list[tuple[Heading, tuple[Heading, ...]]]:
    chain: tuple[Heading, ...] = ()
    found: list[tuple[Heading, tuple[Heading, ...]]] = []
    for heading in headings:
        chain = (*(above for above in chain if above.level < heading.level), heading)
        found.append((heading, chain))
    return found


def _folded(headings: Sequence[Heading]) -> set[Heading]:
    """Headings that are labels of the procedure above them: two or more under one parent, and one says what to do.

    Under the document's title two must: it has sections for everything, and is one procedure only when they say so.
    Where all is about one thing, what stands below such a heading is part of it: *Slow disk* below *Diagnosis*.
    """
    chains = [chain for _, chain in _chains(headings) if len(chain) > 1]
    roles = {chain[-1]: (chain[-2], role) for chain in chains if (role := role_of(chain[-1].title))}
    counts = Counter(parent for parent, _ in roles.values())
    told: dict[Heading, set[Role]] = {}
    for parent, role in roles.values():
        told.setdefault(parent, set()).add(role)
    others = {chain[-2] for chain in chains if chain[-1] not in roles and about(chain[-1].title) not in _BESIDE}
    labels = {
        heading: told[parent] for heading, (parent, _) in roles.items()
        if _labels(counts[parent], told[parent], parent, alone=parent not in others)
    }  # fmt: skip
    below: dict[Heading, set[Heading]] = {}
    for chain in chains:
        for label in filter(labels.__contains__, chain[:-1]):
            below.setdefault(label, set()).add(chain[-1])
    whole = (label for label in below if labels[label] & _OF_ONE_THING and not below[label] & labels.keys())
    parts = {heading for heading in told if told[heading] & (_TELLING | _OF_ONE_THING)}
    inside = {chain[-1] for chain in chains if _is_part(chain, parts)} - labels.keys()
    return inside.union(label for label in labels if label not in below).union(
        *({label, *below[label]} for label in whole)
    )


def _is_part(chain: Sequence[Heading], parted: Set[Heading]) -> bool:
    """True for a heading below one that is the name of an alert: whatever it says is about that alert.

    A document's title is one only where parts such as *Diagnosis* stand below it.
    """
    named = [bool(titled_alerts(each.title)) and (each.level > 1 or each in parted) for each in chain]
    title = title_of(chain[-1].title)
    return any(named[:-1]) and not named[-1] and about(title) not in _BESIDE and not _NOTES.match(title)


def _labels(count: int, told: Set[Role], parent: Heading, *, alone: bool) -> bool:
    """Whether headings for these roles are labels of the one above. *When to escalate* alone is, within an incident.

    ``alone`` says that there are no others but those for contacts, links and the like.
    """
    if parent.level > 1 and told == {Role.ESCALATION}:
        return about(parent.title) is None or about(parent.title) is Purpose.INCIDENT
    return count > 1 and len(told & _TELLING) >= (2 if parent.level == 1 and not alone else 1)


def contents(document: Document) -> Sequence[Item]:
    """The items of a table of contents: a list most of which only says what the document's headings say."""
    titles = {bare(each.title) for each in document.headings}
    listed: dict[Heading | None, list[Item]] = {}
    for piece in document.pieces:
        if isinstance(piece, Item):
            listed.setdefault(piece.headings[-1] if piece.headings else None, []).append(piece)
    found: list[Item] = []
    for items in listed.values():
        same = sum(bare(each.text) in titles for each in items)
        found += items if same >= _FEW and same * 2 > len(items) else ()
    return found


def _placed(document: Document) -> Iterator[Placed]:
    skipped = {each.line for each in contents(document)}
    starts = sorted({*(each.line for each in document.headings), *(each.line for each in document.pieces)})
    following = dict(pairwise(starts))
    for piece in document.pieces:
        if (isinstance(piece, Block) and not piece.text.strip()) or piece.line in skipped:
            continue
        name, value = name_and_value(piece)
        yield Placed(piece=piece, line=piece.line, last=_last(piece, following), name=name, value=value)


def _last(piece: Piece, following: dict[int, int]) -> int:
    """Code and tables know their end. How a text's lines were joined is not kept: it ends before the next piece."""
    if isinstance(piece, Block):
        return piece.line + piece.text.count("\n")
    if isinstance(piece, Table):
        return piece.rows[-1].line if piece.rows else piece.line
    written = piece.text if isinstance(piece, Sentence | Item) else ""
    return max(piece.line, min(following.get(piece.line, piece.line + 1) - 1, piece.line + len(written) // _NARROWEST))


def _groups(pieces: Sequence[Placed]) -> list[Group]:
    groups: list[list[Placed]] = []
    labels: list[str] = []
    roles = {role_of(each.name) for each in pieces if isinstance(each.piece, Item) and each.name}
    for each in pieces:
        opens = _opens(each, bullets=bool(roles & _TELLING))
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
