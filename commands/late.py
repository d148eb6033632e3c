"""What could not be said when it happened: the late lines of one incident become one message, in their order.

Slack was away, or its limits held them back. Whoever comes back to a channel reads once what was, and not twenty lines.
"""

from datetime import datetime, timedelta
from typing import Final

from msgspec.structs import replace

from commands.deciding import anew
from commands.messages import LateMessage
from commands.ports import Ports
from incident.incident import Incident
from incident.job import Claim
from incident.owing import HEADLINE, LATE
from incident.timeline import Event, Kind, Link

LATE_AFTER: Final = timedelta(minutes=1)
AWAY_AFTER: Final = timedelta(seconds=5)
"""What happened while Slack was away is late sooner."""
MOST_JOINED: Final = 40
"""So many lines are one message; the next ones are another."""


def is_late(at: datetime, *, ports: Ports) -> bool:
    """Whether what was recorded at that moment should have been said long ago."""
    away, ago = ports.chat.last_away(), ports.clock() - at
    return ago > LATE_AFTER or (ago > AWAY_AFTER and away is not None and away.covers(at))


async def joined(claim: Claim, link: Link, *, ports: Ports) -> Claim:
    """The claim, which now says the lines behind it, too, when it is late and was never begun before."""
    if claim.attempts > 1 or not is_late(link.recorded_at, ports=ports):
        return claim
    return await anew(lambda: _join(claim, ports))


async def _join(claim: Claim, ports: Ports) -> Claim:
    others = [
        each
        for each in await ports.store.lines_behind(claim, limit=MOST_JOINED - 1)
        if _is_headline(each) == _is_headline(claim)
    ]
    events = (event for each in (claim, *others) for event in events_of(each))
    subject = f"{HEADLINE if _is_headline(claim) else ''}{LATE}{' '.join(events)}"
    await ports.store.join(claim, others, subject=subject)
    return replace(claim, job=replace(claim.job, subject=subject))


def events_of(claim: Claim) -> list[str]:
    """The ids of the events that a line says."""
    return claim.job.subject.removeprefix(HEADLINE).removeprefix(LATE).split()


async def late_message(incident: Incident, claim: Claim, *, ports: Ports) -> LateMessage | None:
    """What a late line says, oldest first; None when nothing of it matters any longer."""
    links = [await ports.store.event(each) for each in events_of(claim)]
    known = sorted((each for each in links if each is not None and each.event is not None), key=lambda it: it.seq)
    events = tuple(each.event for each in known if each.event is not None and not _over(each.event))
    if not events:
        return None
    away = ports.chat.last_away()
    meanwhile = away is not None and any(away.covers(each.recorded_at) for each in known)
    return LateMessage(incident=incident, events=events, away=away if meanwhile else None)


def _is_headline(claim: Claim) -> bool:
    return claim.job.subject.startswith(HEADLINE)


def _over(event: Event) -> bool:
    """That something is late is no news once it came."""
    return event.kind is Kind.TROUBLE and not event.facts.get("given_up")
