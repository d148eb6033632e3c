"""Restores, rollbacks and disasters that a section tells beside something else: each is a procedure of its own."""

import re
from collections.abc import Sequence
from typing import Final

from compiler.document import Item, Sentence
from compiler.recognise.groups import Group
from compiler.recognise.procedure import Purpose, Role
from compiler.recognise.recovery import RECOVERIES, recovery_in
from compiler.recognise.words import is_told

_WHOLE: Final = RECOVERIES | {Purpose.INCIDENT, Purpose.EMERGENCY, Purpose.SECURITY, Purpose.RESPONSE}
"""Sections of which a recovery is a part: a rollback ends the incident that it stands in."""
_OF_INCIDENTS: Final = frozenset(
    {Role.SYMPTOMS, Role.CAUSES, Role.IMPACT, Role.DIAGNOSIS, Role.ACTIONS, Role.TEMPORARY}
)
_GOES_ON: Final = re.compile(r"(?:then|first|next|now|finally|afterwards|after that|once)\b", re.IGNORECASE)
_LEADS: Final = re.compile(r"(?:in order to|(?:how|steps) to|to|if|when|in case)\b", re.IGNORECASE)


def parts(groups: Sequence[Group], purpose: Purpose | None) -> tuple[list[Group], list[list[Group]]]:
    """The groups of what a section is about, and those of each recovery in it; none where it is about one itself."""
    main: list[Group] = []
    others: list[list[Group]] = []
    if purpose in _WHOLE or any(group.role in _OF_INCIDENTS for group in groups):
        return list(groups), []
    within = False
    for group in groups:
        if is_recovery(group):
            others.append([group])
            within = True
        elif within and _goes_on(others[-1][0], group):
            others[-1].append(group)
        else:
            main.append(group)
            within = False
    return main, others


def is_recovery(group: Group) -> bool:
    """True for what stands below *To restore:*."""
    return group.role is None and not group.step and recovery_in(group.label) is not None


def _goes_on(first: Group, group: Group) -> bool:
    """Whether a later label is still about the recovery: *Then load the dump:*, and *Stop the shop:* after *To …*."""
    if group.role is not None or not group.label:
        return False
    if _GOES_ON.match(group.label):
        return True
    piece = group.placed[0].piece if group.placed else None
    marked = isinstance(piece, Sentence | Item) and bool(piece.label)
    return is_told(group.label) if _LEADS.match(first.label) else not marked
