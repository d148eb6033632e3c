"""The clock asks: the pager is called, told what changed here, given notes, and asked for help."""

from datetime import timedelta

from commands.deciding import decide, known
from commands.outage import NotYet
from commands.pager import Expect, Pager, Wanted
from commands.ports import Ports
from incident import pager_course
from incident.change import Change
from incident.incident import Incident
from incident.job import Claim
from incident.pager_owing import TO_PERSON, TO_POLICY, standing
from incident.paging import PagerState, Standing
from incident.responder import UserId, user_of
from incident.severity import Severity
from incident.timeline import Event, fact

AGAIN = timedelta(seconds=3)
"""How soon the pager's own incident is looked for again while the call is being made."""


async def call_pager(claim: Claim, *, ports: Ports) -> None:
    """Ring whoever is on call, once: the pager knows the incident by its id. One that is resolved is let be.

    If an earlier attempt may have rung, what rings is looked for, to be told that it is over.
    """
    incident = await known(ports.store, claim.job.incident_id or "")
    if ports.pager is None or not incident.open:
        rings = await ports.pager.find(incident) if ports.pager is not None and claim.attempts > 1 else None
        await _not_called(claim, rings, ports)
        return
    made = await ports.pager.call(incident)

    def called(it: Incident) -> Change:
        return pager_course.called(it, ref=made.ref, keyed=made.keyed, settles=claim, now=ports.clock())

    await decide(ports.store, incident.id, called)


async def not_called(claim: Claim, reason: str, *, ports: Ports) -> None:
    """The pager is not called: nothing waits for its incident any longer."""
    await _not_called(claim, None, ports)


async def _not_called(claim: Claim, rings: str | None, ports: Ports) -> None:
    def let_be(it: Incident) -> Change:
        return pager_course.not_called(it, settles=claim, now=ports.clock(), ref=rings)

    await decide(ports.store, claim.job.incident_id or "", let_be)


async def tell_pager(claim: Claim, *, ports: Ports) -> None:
    """Bring the pager's incidents to where this one is: acknowledged, resolved, open again, and how bad."""
    incident = await known(ports.store, claim.job.incident_id or "")
    if ports.pager is None or incident.paged is None:
        await _let_be(claim, ports)
        return
    holds = standing(incident)
    by = user_of(incident.resolved_by) if incident.resolved_by is not None else incident.acknowledged_by
    paged, news = incident.paged, holds.beside(incident.paged.told)
    refs = paged.hearing(news) if paged.refs or not paged.there else await _refs(incident, ports.pager)

    def expecting(ref: str) -> Expect:
        async def expect(change: PagerState | Severity) -> None:
            def telling(it: Incident) -> Change:
                return pager_course.telling(it, ref, change, held=claim, now=ports.clock())

            await decide(ports.store, incident.id, telling)

        return expect

    changed = {ref: await ports.pager.tell(ref, news, by=by, expect=expecting(ref)) for ref in refs}
    for ref in paged.helps if not incident.open else ():
        await ports.pager.tell(ref, Standing(state=holds.state), by=by, expect=expecting(ref))

    def told(it: Incident) -> Change:
        return pager_course.told(it, holds=holds, news=news, changed=changed, settles=claim, now=ports.clock())

    await decide(ports.store, incident.id, told)


async def note_pager(claim: Claim, *, ports: Ports) -> None:
    """Write what somebody noted here, or told everybody, on the pager's newest incident, once."""
    incident = await known(ports.store, claim.job.incident_id or "")
    link = await ports.store.event(claim.job.subject)
    waits = incident.paged is not None and incident.paged.there
    if ports.pager is not None and waits and link is not None and link.event is not None:
        event, refs = link.event, await _refs(incident, ports.pager)
        again = claim.attempts > 1
        by = user_of(event.actor)
        await ports.pager.note(refs[-1], _written(incident, event), mark=claim.job.subject, by=by, again=again)
    await _let_be(claim, ports)


async def summon(claim: Claim, *, ports: Ports) -> None:
    """Ask a person, or whoever is on call by an escalation policy, through the pager to come and help."""
    incident = await known(ports.store, claim.job.incident_id or "")
    if ports.pager is None or not incident.open:
        await _let_be(claim, ports)
        return
    wanted = _wanted(claim.job.subject)
    mark = claim.job.key.rpartition(":")[2]
    link = await ports.store.event(mark)
    asked = link.event if link is not None else None
    ref = await ports.pager.summon(
        incident,
        wanted,
        f"{incident.key}, {incident.severity.value}: {incident.title}" + (_because(asked) if asked else ""),
        mark=mark,
        by=user_of(asked.actor) if asked else None,
        again=claim.attempts > 1,
    )

    def summoned(it: Incident) -> Change:
        return pager_course.summoned(it, ref=ref, user=wanted.user, settles=claim, now=ports.clock())

    await decide(ports.store, incident.id, summoned)


async def _let_be(claim: Claim, ports: Ports) -> None:
    await ports.store.save(Change(cause=claim.cause, at=ports.clock(), settles=claim))


async def _refs(incident: Incident, pager: Pager) -> tuple[str, ...]:
    """The pager's incidents. One that Muster called for is looked for by its name while the pager makes it."""
    paged = incident.paged
    if paged is not None and paged.refs:
        return paged.refs
    found = await pager.find(incident)
    if found is None:
        raise NotYet("the pager's own incident is not there yet", after=AGAIN)
    return (found,)


def _wanted(subject: str) -> Wanted:
    if subject.startswith(TO_PERSON):
        return Wanted(user=UserId(subject.removeprefix(TO_PERSON)))
    return Wanted(policy=subject.removeprefix(TO_POLICY))


def _because(asked: Event) -> str:
    reason = fact(asked, "reason")
    return f" ({reason})" if reason else ""


def _written(incident: Incident, event: Event) -> str:
    return f"{fact(event, 'text')} ({incident.key})"
