"""The pager tells: what people and rules did with its own incident happens to the incident here, too."""

from datetime import datetime, timedelta
from typing import Final

from commands.asked import procedure_of
from commands.deciding import anew, known
from commands.outage import NotYet, Outage
from commands.ports import AlertPorts, Ports
from incident.alert import Delivery
from incident.change import Change
from incident.following import News, follow
from incident.incident import Incident
from incident.job import Claim, Job, JobName
from incident.opening import policy_of
from incident.paging import PAGER, Tiding, Word, incident_of, own
from incident.responder import UserId
from incident.timeline import Event, Kind

PATIENCE = 3
"""So many times the pager is asked who somebody is; then their name there must do."""

PAGE_WITHIN: Final = timedelta(minutes=10)
"""What is told of an incident that nobody has heard of is kept so long: the pager's webhooks overtake one another."""
AGAIN: Final = timedelta(seconds=30)


def tidings_owed(delivery: Delivery, *, ports: AlertPorts) -> tuple[Job, ...]:
    """The job that takes in what a delivery of the pager tells besides its alerts; nothing for anything else."""
    # Asked of the settings: while Slack is away at the start, there is no pager to call yet.
    followed = ports.settings.paging(ports.runbooks.default()) is not None
    tiding = ports.sources.tiding(delivery) if followed else None
    if tiding is None or own(tiding.text):
        return ()
    key = f"{JobName.FOLLOW_PAGER.value}:{delivery.key}"
    job = Job(name=JobName.FOLLOW_PAGER, key=key, due_at=delivery.received_at, subject=delivery.key, urgency=1)
    return (job,)


async def follow_pager(claim: Claim, *, ports: Ports) -> None:
    """Take in one thing that the pager tells; nothing, when it is about no incident of Muster's."""
    delivery = await ports.store.delivery(claim.job.subject)
    tiding = ports.sources.tiding(delivery) if delivery is not None else None
    incident = await _about(tiding, delivery, ports) if delivery is not None and tiding is not None else None
    now = ports.clock()
    if delivery is None or tiding is None or incident is None or incident.paged is None:
        await ports.store.save(Change(cause=claim.cause, at=now, settles=claim, events=_strange(tiding, now)))
        return
    by = await _who(tiding, claim, ports)

    async def attempt() -> None:
        it = await known(ports.store, incident.id)
        news = await _news(it, tiding, delivery.key, by, ports)
        await ports.store.save(follow(it, news, settles=claim, now=ports.clock()))

    await anew(attempt)


async def _about(tiding: Tiding, delivery: Delivery, ports: Ports) -> Incident | None:
    """The incident that has the pager's incident among its alerts, or that Muster called the pager for.

    Raises NotYet while the page that began the pager's incident may still be on its way.
    """
    record = await ports.store.alert(f"{PAGER}:{tiding.ref}")
    if record is not None and record.incident_id is not None:
        return await ports.store.incident(record.incident_id)
    # Its page came, and led to no incident. One of which only the end is known may have a page on its way still.
    if record is not None and record.firings:
        return None
    # What is told of notes and responders does not say under which name the incident there was made.
    key = tiding.key or (await ports.pager.key(tiding.ref) if ports.pager is not None else "")
    own_id = incident_of(key)
    waits = tiding.word is not Word.TRIGGERED and ports.clock() - delivery.received_at < PAGE_WITHIN
    if own_id is None and waits:
        raise NotYet("the page that it is about has not come yet", after=AGAIN)
    return await ports.store.incident(own_id) if own_id is not None else None


def _strange(tiding: Tiding | None, now: datetime) -> tuple[Event, ...]:
    """A call of another Muster, which says so under the name that it gave; it may be missed here."""
    if tiding is None or incident_of(tiding.key) is None:
        return ()
    facts = {"alert": f"{PAGER}:{tiding.ref}", "title": tiding.key, "reason": "another Muster called the pager for it"}
    return (Event(kind=Kind.ALERT_IGNORED, at=now, facts=facts),)


async def _who(tiding: Tiding, claim: Claim, ports: Ports) -> UserId | None:
    if tiding.by is None or ports.pager is None:
        return None
    try:
        return await ports.pager.person(tiding.by)
    except NotYet:
        return None
    except Outage as away:
        # What cannot be told is no reason to lose what they did.
        if away.retry and claim.attempts < PATIENCE:
            raise
        return None


async def _news(incident: Incident, tiding: Tiding, delivery: str, by: UserId | None, ports: Ports) -> News:
    severity = ports.pager.severity_of(tiding.text) if ports.pager is not None else None
    procedure = procedure_of(incident, ports)
    others = await ports.store.alerts_of(incident.id)
    return News(
        tiding=tiding,
        delivery=delivery,
        by=by,
        severity=severity,
        policy=policy_of(ports.settings.policy(incident.system, severity), procedure) if severity else None,
        procedure=procedure,
        firing=any(each.firing and each.id != f"{PAGER}:{tiding.ref}" for each in others),
        requests=await ports.store.approvals_of(incident.id),
    )
