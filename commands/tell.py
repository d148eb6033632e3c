"""The clock asks: something that happened is to be said, once, where those who need it will read it."""

from commands.deciding import decide, known
from commands.late import events_of, is_late, joined, late_message
from commands.messages import EventMessage, Message, VerdictMessage
from commands.outage import NotYet
from commands.ports import Ports
from commands.posting import belongs
from incident import clockwork, working
from incident.change import Change
from incident.finding import Comparison, Phase
from incident.incident import Incident, Place
from incident.job import Claim
from incident.owing import HEADLINE, LATE, QUIET
from incident.timeline import Event, Kind, fact


async def tell(claim: Claim, *, ports: Ports) -> None:
    """Say one event: loud ones in the channel, quiet ones in the card's thread, headlines under the announcement.

    A late one says those behind it, too.
    """
    incident = await known(ports.store, claim.job.incident_id or "")
    if await ports.store.waits_behind(claim):
        raise NotYet("an older line is said first")
    link = await ports.store.event(events_of(claim)[0])
    if link is not None and link.event is not None:
        place = _place(incident, link.event, claim)
        if place is None:
            raise NotYet("the incident has no place in Slack yet")
        claim, late = await joined(claim, link, ports=ports), is_late(link.recorded_at, ports=ports)
        message = await _message(incident, link.event, claim, late=late, ports=ports)
        if message is not None:
            again, rank = claim.attempts > 1, incident.severity.rank
            place = await belongs(place, incident.home, claim, urgency=rank, ports=ports)
            await ports.chat.post(place, message, mark=claim.job.key, again=again, urgency=rank)
    await ports.store.save(Change(cause=claim.cause, at=ports.clock(), settles=claim))


def _place(incident: Incident, event: Event, claim: Claim) -> Place | None:
    if claim.job.subject.startswith(HEADLINE):
        return incident.home.announcement
    return incident.home.thread if event.kind in QUIET else incident.home.place


async def ring_clocks(claim: Claim, *, ports: Ports) -> None:
    """A deadline or a reminder came: record it, say it, and set the timer for the next."""
    incident = await known(ports.store, claim.job.incident_id or "")

    def rung(it: Incident) -> Change:
        now = ports.clock()
        people, doubt = ports.settings.escalation(it.system, now), ports.settings.doubt(it.system)
        return clockwork.ring(it, escalation=people, doubt=doubt, settles=claim, now=now)

    await decide(ports.store, incident.id, rung)


async def sum_up_repeats(claim: Claim, *, ports: Ports) -> None:
    """One line for all that the monitors repeated since the last one."""
    incident = await known(ports.store, claim.job.incident_id or "")
    tally = await ports.store.alert_tally(incident.id)

    def summed(it: Incident) -> Change:
        now = ports.clock()
        return working.sum_up(it, messages=tally.messages, alerts=tally.alerts, settles=claim, now=now)

    await decide(ports.store, incident.id, summed)


async def _message(incident: Incident, event: Event, claim: Claim, *, late: bool, ports: Ports) -> Message | None:
    if LATE in claim.job.subject:
        return await late_message(incident, claim, ports=ports)
    if event.kind is not Kind.VERIFIED:
        return EventMessage(incident=incident, event=event, late=late)
    findings = await ports.store.findings_of(incident.id)
    after = tuple(each for each in findings if f"finding:{each.id}" in event.evidence)
    cause = fact(event, "approval")
    return VerdictMessage(
        incident=incident,
        title=fact(event, "title"),
        comparison=Comparison(fact(event, "comparison")),
        before=tuple(each for each in findings if each.phase is Phase.BEFORE and each.cause == cause),
        after=after,
        at=event.at,
        late=late,
    )
