"""A monitor asks: each alert of its request declares, joins, repeats, resolves, reopens or is ignored."""

from dataclasses import replace
from datetime import datetime

from commands.deciding import anew
from commands.outage import Unreadable
from commands.ports import Ports
from commands.store import Store
from incident import intake
from incident.alert import Alert, AlertRecord, Delivery, DeliveryState
from incident.change import Change
from incident.incident import Incident
from incident.intake import Decision, Verb
from incident.job import Claim, Job, JobName
from incident.opening import Declaration, claimed, declare, reopen
from incident.responder import monitor
from incident.routing import Routed
from incident.runbook import Procedure
from incident.timeline import Event, Kind


async def keep_delivery(delivery: Delivery, *, store: Store) -> bool:
    """Save one request before it is answered. False: this very request was here before, and nothing is owed for it."""
    job = Job(
        name=JobName.TAKE_DELIVERY,
        key=f"take_delivery:{delivery.key}",
        due_at=delivery.received_at,
        subject=delivery.key,
        urgency=0,
    )
    change = Change(cause=f"delivery:{delivery.key}", at=delivery.received_at, deliveries=(delivery,), jobs=(job,))
    return (await store.save(change)).fresh


async def take_delivery(claim: Claim, *, ports: Ports) -> None:
    """Take in every alert of one request; what cannot be understood is kept as a dead letter for replay."""
    delivery = await ports.store.delivery(claim.job.subject)
    now = ports.clock()
    if delivery is None or delivery.state is not DeliveryState.RECEIVED:
        await ports.store.save(Change(cause=claimed(claim), at=now, settles=claim))
        return
    try:
        alerts = ports.sources.parse(delivery)
    except Unreadable as unreadable:
        await ports.store.save(_dead(delivery, str(unreadable), claim, now))
        return
    for position, alert in enumerate(alerts):
        await take_alert(alert, cause=f"{delivery.key}#{position}", delivery=delivery, ports=ports)
    taken = replace(delivery, state=DeliveryState.TAKEN, reason="" if alerts else "nothing in it is an alert")
    await ports.store.save(Change(cause=claimed(claim), at=ports.clock(), deliveries=(taken,), settles=claim))


async def bury(claim: Claim, reason: str, *, ports: Ports) -> None:
    """Keep a request that could not be taken in, however often it was tried, as a dead letter for replay."""
    delivery = await ports.store.delivery(claim.job.subject)
    if delivery is None:
        await ports.store.give_up(claim, reason)
        return
    await ports.store.save(_dead(delivery, reason, claim, ports.clock()))


async def take_alert(alert: Alert, *, cause: str, delivery: Delivery, ports: Ports) -> Decision:
    """What one alert does, decided and saved; the decision names its reason."""

    async def attempt() -> Decision:
        now = ports.clock()
        seen = await _look_up(alert, now, ports)
        window = seen.routed.reopens_within
        decision = intake.decide(alert, known=seen.known, own=seen.own, last=seen.last, now=now, window=window)
        change = await _change(alert, seen, decision, cause=cause, delivery=delivery, now=now, ports=ports)
        await ports.store.save(change)
        return decision

    return await anew(attempt)


class _Seen:
    """What is known when an alert is decided."""

    def __init__(self, known: AlertRecord | None, own: Incident | None, last: Incident | None, routed: Routed) -> None:
        self.known, self.own, self.last, self.routed = known, own, last, routed


async def _look_up(alert: Alert, now: datetime, ports: Ports) -> _Seen:
    known = await ports.store.alert(f"{alert.source}:{alert.key}")
    own = await ports.store.incident(known.incident_id) if known is not None and known.incident_id else None
    routed = ports.settings.routed(alert, now)
    return _Seen(known, own, await ports.store.last_incident_of_group(routed.group), routed)


async def _change(
    alert: Alert, seen: _Seen, decision: Decision, *, cause: str, delivery: Delivery, now: datetime, ports: Ports
) -> Change:
    incident = decision.incident
    record = intake.recorded(alert, seen.known, incident.id if incident else None, now)
    if decision.verb is Verb.DECLARES:
        return _declare(alert, record, seen, decision, cause=cause, delivery=delivery, now=now, ports=ports)
    if incident is None or decision.verb is Verb.IGNORED:
        return intake.ignore(alert, decision.why, cause=cause, now=now)
    if decision.verb is Verb.JOINS:
        return intake.join(incident, alert, record, decision.why, cause=cause, now=now)
    if decision.verb is Verb.REOPENS:
        return reopen(
            incident,
            by=monitor(alert.source),
            reason=decision.why,
            procedure=_procedure_of(incident, ports),
            cause=cause,
            now=now,
            alerts=(record,),
            evidence=(f"delivery:{delivery.key}",),
        )
    if decision.verb is Verb.RESOLVES:
        others = await ports.store.alerts_of(incident.id)
        firing = sum(each.firing and each.id != record.id for each in others)
        return intake.quieten(incident, alert, record, firing, cause=cause, now=now)
    return intake.count(record, cause=cause, now=now)


def _declare(
    alert: Alert,
    record: AlertRecord,
    seen: _Seen,
    decision: Decision,
    *,
    cause: str,
    delivery: Delivery,
    now: datetime,
    ports: Ports,
) -> Change:
    routed = seen.routed
    asked = Declaration(
        title=alert.title[:200],
        severity=routed.severity,
        system=routed.system,
        by=monitor(alert.source),
        policy=ports.settings.policy(routed.system, routed.severity),
        reason=f"an alert declares: {decision.why}",
        responders=ports.settings.on_call(routed.system, now),
        summary=alert.description,
        procedure=routed.procedure,
        catalog=routed.catalog,
        group=routed.group,
        started_at=alert.starts_at,
        detected_at=delivery.received_at,
        evidence=(f"delivery:{delivery.key}", f"alert:{record.id}"),
    )
    return declare(asked, cause=cause, now=now, alerts=(record,))


def _procedure_of(incident: Incident, ports: Ports) -> Procedure | None:
    catalog = ports.runbooks.catalog(incident.system)
    return catalog.procedure(incident.procedure) if catalog else None


def _dead(delivery: Delivery, reason: str, claim: Claim, now: datetime) -> Change:
    dead = replace(delivery, state=DeliveryState.DEAD, reason=reason)
    facts = {"source": delivery.source, "delivery": delivery.key, "reason": reason}
    event = Event(kind=Kind.DEAD_LETTER, at=now, actor=monitor(delivery.source), facts=facts)
    return Change(cause=claimed(claim), at=now, deliveries=(dead,), events=(event,), settles=claim)
