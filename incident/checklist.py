"""What must not be forgotten: the procedure's manual parts and the house's own, each ticked by a person with a name.

What people do elsewhere ticks some of it (``incident/ticking.py``).
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from incident import refusal
from incident.responder import UserId
from incident.runbook import Procedure, Step, StepKind

HOUSE: Final = (
    "Confirm the severity, or change it",
    "Name a commander",
    "Give a first update, for everybody who waits to hear",
)
"""What is easily forgotten in any incident; the procedure's own items follow."""

_COMMON: Final = frozenset({"A", "An", "It", "Nothing", "One", "That", "The", "There", "They", "This"})
"""First words of a condition that are no names, and so are written small within a sentence."""


class Item(Struct, frozen=True, kw_only=True):
    """One line of the checklist; ``source`` says which part of the runbook it comes from."""

    text: str
    command: str = ""
    """What the runbook says to type for it, where it says so; a person copies it."""
    source: str = ""
    step: str = ""
    """The manual step of the procedure that it is, which is done when a walk did it; empty: none."""
    ticked_by: UserId | None = None
    ticked_at: datetime | None = None


def begin(procedure: Procedure | None) -> tuple[Item, ...]:
    """A new incident's list."""
    house = tuple(Item(text=text, source="house") for text in HOUSE)
    if procedure is None:
        return house
    heading = procedure.origin.heading
    written = tuple(Item(text=text, source=heading) for text in procedure.checklist)
    manual = tuple(
        Item(text=_told(step), command=step.written, source=heading, step=step.id)
        for step in procedure.of_kind(StepKind.MANUAL)
    )
    return (*house, *manual, *written)


def done(items: Sequence[Item]) -> int:
    """How many are ticked."""
    return sum(item.ticked_by is not None for item in items)


def tick(items: Sequence[Item], number: int, by: UserId, now: datetime) -> tuple[Item, ...]:
    """The list with item ``number`` (counted from 1) ticked. Raises NoSuchItem, AlreadySo."""
    item = _item(items, number)
    if item.ticked_by is not None:
        raise refusal.AlreadySo(what="ticked", by=item.ticked_by, at=item.ticked_at)
    return _replaced(items, number, replace(item, ticked_by=by, ticked_at=now))


def tick_step(items: Sequence[Item], step: str, by: UserId, now: datetime) -> tuple[Item, ...]:
    """The list with the open item of a procedure's manual step ticked, if it has one."""
    return tuple(
        replace(item, ticked_by=by, ticked_at=now) if item.step == step and item.ticked_by is None else item
        for item in items
    )


def untick(items: Sequence[Item], number: int) -> tuple[Item, ...]:
    """The list with item ``number`` open again. Raises NoSuchItem, AlreadySo."""
    item = _item(items, number)
    if item.ticked_by is None:
        raise refusal.AlreadySo(what="open", by=None, at=None)
    return _replaced(items, number, replace(item, ticked_by=None, ticked_at=None))


def _told(step: Step) -> str:
    """A step as an item: with its condition in front, and what it warns of behind, where the runbook gives them."""
    said = f"{step.title} (the runbook warns: {step.warning.rstrip('.')})" if step.warning else step.title
    if not step.condition:
        return said
    if step.condition.startswith(("unless ", "otherwise")):
        return f"{step.condition[0].upper()}{step.condition[1:].rstrip('.')}: {said}"
    first, _, rest = step.condition.rstrip(".").removeprefix("If ").removeprefix("if ").partition(" ")
    if first == "From":
        return f"{first} {rest}: {said}"
    return f"If {first.lower() if first in _COMMON else first} {rest}: {said}"


def _item(items: Sequence[Item], number: int) -> Item:
    if not 1 <= number <= len(items):
        raise refusal.NoSuchItem(asked=number, count=len(items))
    return items[number - 1]


def _replaced(items: Sequence[Item], number: int, item: Item) -> tuple[Item, ...]:
    return (*items[: number - 1], item, *items[number:])
