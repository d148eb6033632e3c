"""A monitor asks: each alert of its request declares, joins, repeats, resolves, reopens, is told, muted or ignored."""

from dataclasses import replace
from datetime import datetime

from commands.deciding import anew
from commands.follow_pager import tidings_owed
from commands.hear_alert import hear
from commands.outage import Unreadable
from commands.ports import Ports
from commands.store import Store
from incident.alert import Alert, Delivery, DeliveryState
from incident.change import Change
from incident.consequence import follow
from incident.intake import Decision
from incident.job import Claim, Job, JobName
from incident.opening import claimed
from incident.responder import monitor
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
    tidings = tidings_owed(delivery, ports=ports)
    taken = replace(
        delivery, state=DeliveryState.TAKEN, reason="" if alerts or tidings else "nothing in it is an alert"
    )
    change = Change(cause=claimed(claim), at=ports.clock(), deliveries=(taken,), jobs=tidings, settles=claim)
    await ports.store.save(change)


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
        heard = await hear(alert, delivery=delivery.key, received_at=delivery.received_at, now=now, ports=ports)
        await ports.store.save(follow(heard, cause=cause, now=now))
        return heard.decision

    return await anew(attempt)


def _dead(delivery: Delivery, reason: str, claim: Claim, now: datetime) -> Change:
    dead = replace(delivery, state=DeliveryState.DEAD, reason=reason)
    facts = {"source": delivery.source, "delivery": delivery.key, "reason": reason}
    event = Event(kind=Kind.DEAD_LETTER, at=now, actor=monitor(delivery.source), facts=facts)
    return Change(cause=claimed(claim), at=now, deliveries=(dead,), events=(event,), settles=claim)
