"""The clock asks: something that happened is to be said, once, where those who need it will read it."""

from commands.deciding import decide, known
from commands.messages import EventMessage, Message, VerdictMessage
from commands.outage import NotYet
from commands.ports import Ports
from incident import clockwork, opening, working
from incident.change import Change
from incident.finding import Comparison, Phase
from incident.incident import Incident
from incident.job import Claim
from incident.owing import HEADLINE, LOUD
from incident.timeline import Event, Kind, fact


async def tell(claim: Claim, *, ports: Ports) -> None:
    """Say one event: loud ones in the channel, quiet ones in the card's thread, headlines under the announcement."""
    incident = await known(ports.store, claim.job.incident_id or "")
    headline = claim.job.subject.startswith(HEADLINE)
    if await ports.store.waits_behind(claim):
        raise NotYet("an older line is said first")
    link = await ports.store.event(claim.job.subject.removeprefix(HEADLINE))
    if link is not None and link.event is not None:
        event = link.event
        place = incident.home.place if event.kind in LOUD else incident.home.thread
        place = incident.home.announcement if headline else place
        if place is None:
            raise NotYet("the incident has no place in Slack yet")
        message = await _message(incident, event, ports)
        again = claim.attempts > 1
        await ports.chat.post(place, message, mark=claim.job.key, again=again, urgency=incident.severity.rank)
    await ports.store.save(Change(cause=opening.claimed(claim), at=ports.clock(), settles=claim))


async def ring_clocks(claim: Claim, *, ports: Ports) -> None:
    """A deadline or a reminder came: record it, say it, and set the timer for the next."""
    incident = await known(ports.store, claim.job.incident_id or "")

    def rung(it: Incident) -> Change:
        now = ports.clock()
        return clockwork.ring(it, escalation=ports.settings.escalation(it.system, now), settles=claim, now=now)

    await decide(ports.store, incident.id, rung)


async def sum_up_repeats(claim: Claim, *, ports: Ports) -> None:
    """One line for all that the monitors repeated since the last one."""
    incident = await known(ports.store, claim.job.incident_id or "")
    alerts = await ports.store.alerts_of(incident.id)
    messages = sum(each.count for each in alerts)

    def summed(it: Incident) -> Change:
        return working.sum_up(it, messages=messages, alerts=len(alerts), settles=claim, now=ports.clock())

    await decide(ports.store, incident.id, summed)


async def _message(incident: Incident, event: Event, ports: Ports) -> Message:
    if event.kind is not Kind.VERIFIED:
        return EventMessage(incident=incident, event=event)
    findings = await ports.store.findings_of(incident.id)
    after = tuple(each for each in findings if f"finding:{each.id}" in event.evidence)
    cause = fact(event, "approval")
    return VerdictMessage(
        incident=incident,
        title=fact(event, "title"),
        comparison=Comparison(fact(event, "comparison")),
        before=tuple(each for each in findings if each.phase is Phase.BEFORE and each.cause == cause),
        after=after,
    )
