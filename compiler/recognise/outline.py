"""The document as sections of labelled groups: what stands together under one heading, and under one label in it."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence, Set
from itertools import groupby, pairwise
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from compiler.document import Block, Document, Heading, Item
from compiler.recognise.alert_titles import titled_alerts
from compiler.recognise.counted import counted, way_of
from compiler.recognise.groups import TELLING, Group, Placed, groups_of, last_of
from compiler.recognise.instruction import all_of, condition_alone
from compiler.recognise.procedure import Purpose, Role
from compiler.recognise.wording import bare, name_and_value, title_of
from compiler.recognise.words import Topic, about, role_of

_OF_ONE_THING: Final = frozenset({Role.SYMPTOMS, Role.IMPACT, Role.CAUSES})
"""What is said about one thing that goes wrong: the other parts beside it are about the same thing."""
_BESIDE: Final = frozenset({Topic.CONTACTS, Topic.LINKS, Topic.OVERVIEW})
"""What stands beside the parts of a procedure, and is none of them."""
_NOTES: Final = re.compile(r"notes?\b|additional|see also|further|background|history|related|appendix", re.IGNORECASE)
_FEW: Final = 3
"""So many headings make a table of contents."""


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
        groups = groups_of(pieces.get(chain[-1:], []))
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
    titles = [title_of(each.title) for each in below]
    when = all_of(condition_alone(each) or (way_of(each) if step else "") for each in titles)
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
    parts = {heading for heading in told if told[heading] & (TELLING | _OF_ONE_THING)}
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
    return count > 1 and len(told & TELLING) >= (2 if parent.level == 1 and not alone else 1)


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
        yield Placed(piece=piece, line=piece.line, last=last_of(piece, following), name=name, value=value)
