"""A request that is in the store and was not taken in: a dead letter, or one that an older Muster left over."""

from msgspec.structs import replace

from commands.outage import Conflict
from commands.ports import AlertPorts, Ports
from commands.take_alerts import Taken, heard, take_alerts
from incident.alert import Delivery, DeliveryState
from incident.change import Change
from incident.job import Claim
from incident.responder import monitor
from incident.timeline import Event, Kind


async def replay(delivery: Delivery, *, ports: AlertPorts, settles: Claim | None = None) -> Taken:
    """Take in what could not be taken in before, once; it stays a dead letter where it still cannot. Raises Outage."""
    taking = replace(heard(delivery, ports=ports), replayed=True, settles=settles)
    try:
        return await take_alerts(taking, ports=ports)
    except Conflict:
        stored = await ports.store.delivery(delivery.key)
        if stored is None or stored.state is not DeliveryState.TAKEN:
            raise
        return Taken(key=delivery.key, fresh=False)  # somebody else replayed it meanwhile


async def take_delivery(claim: Claim, *, ports: Ports) -> None:
    """Take in a request that an older Muster kept and owed."""
    delivery = await ports.store.delivery(claim.job.subject)
    if delivery is None or delivery.state is not DeliveryState.RECEIVED:
        await ports.store.save(Change(cause=claim.cause, at=ports.clock(), settles=claim))
        return
    await replay(delivery, ports=ports, settles=claim)


async def bury(claim: Claim, reason: str, *, ports: Ports) -> None:
    """Keep a request that could not be taken in, however often it was tried, as a dead letter for replay."""
    delivery = await ports.store.delivery(claim.job.subject)
    if delivery is None:
        await ports.store.give_up(claim, reason)
        return
    now = ports.clock()
    dead = replace(delivery, state=DeliveryState.DEAD, reason=reason)
    facts = {"source": delivery.source, "delivery": delivery.key, "reason": reason}
    event = Event(kind=Kind.DEAD_LETTER, at=now, actor=monitor(delivery.source), facts=facts)
    await ports.store.save(Change(cause=claim.cause, at=now, deliveries=(dead,), events=(event,), settles=claim))
