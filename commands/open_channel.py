"""The clock asks: an incident's channel is due. Its name bears the key, so that a lost answer can be made good."""

import re
from datetime import timedelta
from typing import Final

from commands.deciding import decide, known
from commands.late import is_late
from commands.outage import NameTaken, Outage
from commands.ports import Ports
from incident import opening
from incident.change import Change
from incident.incident import Incident
from incident.job import Claim

LONGEST_NAME: Final = 80
MOST_NAMES: Final = 20
TRIED_AGAIN: Final = timedelta(minutes=1)
"""When people may look for the channel again, where Slack did not say itself how long it takes."""


async def open_channel(claim: Claim, *, ports: Ports) -> None:
    """Create the channel, or adopt the one that an earlier attempt created without hearing the answer."""
    incident = await known(ports.store, claim.job.incident_id or "")
    cause = claim.cause
    if incident.home.channel is not None:
        await ports.store.save(Change(cause=cause, at=ports.clock(), settles=claim))
        return
    try:
        channel, name = await _created(incident, claim, ports)
    except Outage as away:
        await _say_when(incident, away, ports)
        raise

    late = await _late(incident, ports)

    def opened(it: Incident) -> Change:
        now = ports.clock()
        return opening.open_channel(it, channel=channel, name=name, settles=claim, cause=cause, now=now, late=late)

    await decide(ports.store, incident.id, opened)


async def _late(incident: Incident, ports: Ports) -> str:
    """The event of a declaration that Slack did not hear of in time: the channel begins with it."""
    away = ports.chat.last_away()
    if away is None or not away.covers(incident.declared_at) or not is_late(incident.declared_at, ports=ports):
        return ""
    return (await ports.store.timeline(incident.id))[0].id


async def _created(incident: Incident, claim: Claim, ports: Ports) -> tuple[str, str]:
    for name in _names(incident):
        if claim.attempts > 1:
            channel = await ports.chat.adopt_channel(name, since=incident.declared_at)
            if channel is not None and await ports.store.incident_by_channel(channel) is None:
                return channel, name
        try:
            return await ports.chat.create_channel(name, urgency=incident.severity.rank), name
        except NameTaken:
            # Somebody else's, or one of a database that was thrown away: never taken over, never fought about.
            continue
    raise Outage(f"all {MOST_NAMES} channel names for {incident.key} are taken", retry=False)


async def _say_when(incident: Incident, away: Outage, ports: Ports) -> None:
    """Tell people where to work meanwhile, once; who is called is called from there, whatever holds the channel up."""
    until = ports.clock() + (away.after or TRIED_AGAIN)

    def awaiting(it: Incident) -> Change:
        now = ports.clock()
        if it.home.awaited_until is not None:
            return Change(cause=f"awaiting:{it.id}:{until.isoformat()}", at=now)
        return opening.await_channel(it, until=until, reason=away.sentence, cause=f"await:{it.id}", now=now)

    await decide(ports.store, incident.id, awaiting)


def _names(incident: Incident) -> tuple[str, ...]:
    """``inc-142-checkout-errors``, then with ``-2``, ``-3`` … when a name is taken. At most 80 characters."""
    words = re.sub(r"[^a-z0-9]+", "-", incident.title.lower()).strip("-")
    stem = f"inc-{incident.number}-{words}"[: LONGEST_NAME - 3].strip("-")
    return (stem, *(f"{stem}-{count}" for count in range(2, MOST_NAMES + 1)))
