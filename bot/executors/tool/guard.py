"""A step's guard: what its probe sees before anybody approves, and once more just before the change.

``seen`` runs a probe like any diagnostic: judged, capped, with the identity that only looks.
"""

from collections.abc import Awaitable, Callable
from typing import Final, TypeAlias

from bot.executors.tool.answer import GuardBroken, NotAllowed
from commands.outage import Outage
from incident.approval import Preview
from incident.digest import Facts
from incident.finding import Sight
from incident.plan import Promise
from incident.runbook import GuardKind

_LONGEST: Final = 300
"""The longest fingerprint, in characters: a person must be able to read it on the card."""

Seen: TypeAlias = Callable[[Facts], Awaitable[tuple[Sight, bool]]]
"""What a command sees, and whether nothing is missing from its value."""


async def preview(promise: Promise, before: str, seen: Seen) -> Preview:
    """What an approval would be bound to; ``before`` tells what stands there now. Raises Outage."""
    if promise.kind is GuardKind.NONE or promise.probe is None:
        return Preview(sentence=before or "It is not counted what it touches.")
    if promise.kind is GuardKind.FINGERPRINT:
        value, why = await _value(promise.probe, seen)
        if value is None:
            unclear = f"Nobody can tell {promise.of}: the guard's read shows nothing, or too much to compare."
            raise Outage(why or unclear, retry=False)
        return Preview(sentence=before or f"Now {promise.of} is {value}.", value=value)
    count, why = await _count(promise.probe, seen)
    if count is None:
        raise Outage(why or "What it would touch could not be counted.", retry=False)
    touched = "1 would be touched now." if count == 1 else f"{count} would be touched now."
    return Preview(sentence=f"{touched} {before}".strip(), count=count)


async def check(promise: Promise, seen: Seen) -> None:
    """Look again, just before the change. Raises GuardBroken, or NotAllowed when it cannot be told."""
    if promise.kind is GuardKind.NONE:
        return
    if promise.probe is None or promise.kind is GuardKind.ROWS:
        raise NotAllowed("Nothing was sent: the step's guard is none that this target can keep.")
    if promise.kind is GuardKind.FINGERPRINT:
        compare(promise, *await seen(promise.probe))
        return
    count, why = await _count(promise.probe, seen)
    if count is None or promise.most is None:
        raise _unchecked(why)
    if count > promise.most:
        raise GuardBroken(f"Nothing was sent: {count} are touched now, approved were at most {promise.most}.")


def compare(promise: Promise, sight: Sight, whole: bool) -> None:
    """What a fingerprint's read sees now is what it saw. Raises GuardBroken, or NotAllowed when it cannot be told."""
    value = _fingerprint(sight) if whole and sight.error is None else None
    if value is None:
        raise _unchecked(sight.error or "")
    if value != promise.value:
        was = f"{promise.of} is {value} now, and was {promise.value} when it was asked for"
        raise GuardBroken(f"Nothing was sent: {was}. Look at it, and ask again.")


async def _count(probe: Facts, seen: Seen) -> tuple[int | None, str]:
    """How many things the probe counts; None, and why as far as that is known, when that cannot be told."""
    sight, whole = await seen(probe)
    value = sight.value if whole and sight.error is None else None
    return (value if isinstance(value, int) else None), sight.error or ""


async def _value(probe: Facts, seen: Seen) -> tuple[str | None, str]:
    """What the probe shows; None, and why as far as that is known, when it shows nothing or too much."""
    sight, whole = await seen(probe)
    return (_fingerprint(sight) if whole and sight.error is None else None), sight.error or ""


def _fingerprint(sight: Sight) -> str | None:
    """The one value that was asked for, else every line that was found: their number would miss what they say."""
    lines = (line.strip() for line in sight.output.splitlines() if line.strip())
    text = str(sight.given) if sight.given is not None else ", ".join(lines)
    return text if 0 < len(text) <= _LONGEST else None


def _unchecked(why: str) -> NotAllowed:
    return NotAllowed(f"Nothing was sent, because its guard could not be checked. {why}".strip())
