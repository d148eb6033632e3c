"""A deployment tool asks: what it says of a change is kept, and told in every open incident of that system."""

import logging
from collections.abc import Callable, Sequence
from datetime import datetime
from functools import partial

from msgspec import Struct
from msgspec.structs import replace

from commands.deciding import anew, decide
from commands.outage import Conflict, Outage, Unreadable
from commands.ports import Ports
from commands.store import Store
from commands.take_alerts import FAULT
from incident import recent
from incident.alert import Delivery, DeliveryState
from incident.change import Change
from incident.incident import Incident
from incident.job import Claim
from incident.responder import monitor
from incident.system_change import SystemChange, merged
from incident.timeline import Event, Kind

EVERY = 10_000
"""More incidents than that are not open at once."""

log = logging.getLogger(__name__)


class Taken(Struct, frozen=True, kw_only=True):
    """What became of one request: whether it is new, how many changes it told, or why it could not be understood."""

    fresh: bool
    changes: int = 0
    error: str = ""


async def take_change(
    delivery: Delivery, *, read: Callable[[Delivery], tuple[SystemChange, ...]], store: Store, replayed: bool = False
) -> Taken:
    """Keep one request with the changes that it tells, before it is answered; a dead letter where it tells none.

    ``read`` raises Unreadable. ``replayed`` says that it is a dead letter, which is taken in once or stays one. Raises
    Outage.
    """
    try:
        told = read(delivery)
        return await anew(lambda: _keep(delivery, told, store, replayed=replayed))
    except Unreadable as unreadable:
        reason = str(unreadable)
    except (Outage, Conflict):
        raise
    except Exception:
        # Whatever keeps one request out, what it said is kept, and those behind it are heard.
        log.exception("a change could not be taken in", extra={"delivery": delivery.key})
        reason = FAULT
    fresh = not replayed and (await store.save(_dead(delivery, reason))).fresh
    return Taken(fresh=fresh, error=reason)


async def _keep(delivery: Delivery, told: Sequence[SystemChange], store: Store, *, replayed: bool) -> Taken:
    moved = []
    for each in told:
        after = merged(await store.system_change(each.id), each)
        if after is not None:
            moved.append(after)
    reason = "" if told else "nothing in it is a change of a system"
    change = Change(
        cause=f"{'replay' if replayed else 'delivery'}:{delivery.key}",
        at=delivery.received_at,
        deliveries=(replace(delivery, state=DeliveryState.TAKEN, reason=reason),),
        system_changes=tuple(moved),
        jobs=recent.reported(moved, delivery.received_at),
    )
    return Taken(fresh=(await store.save(change)).fresh, changes=len(told))


def _dead(delivery: Delivery, reason: str) -> Change:
    dead = replace(delivery, state=DeliveryState.DEAD, reason=reason)
    facts = {"source": delivery.source, "delivery": delivery.key, "reason": reason}
    event = Event(kind=Kind.DEAD_LETTER, at=delivery.received_at, actor=monitor(delivery.source), facts=facts)
    return Change(cause=f"delivery:{delivery.key}", at=delivery.received_at, deliveries=(dead,), events=(event,))


async def note_change(claim: Claim, *, ports: Ports) -> None:
    """The clock asks: tell a change in each incident of its system that was open then, once for each state it came to.

    An incident that was declared after it came shows it from the start.
    """
    # When the job is due is by the store's clock, and moves when it is put off.
    came, _, change_id = claim.job.subject.partition(" ")
    came_at = datetime.fromisoformat(came)
    told = await ports.store.system_change(change_id)
    incidents = await ports.store.open_incidents(limit=EVERY) if told is not None else ()
    for incident in incidents:
        if told is not None and incident.system == told.system and incident.declared_at <= came_at:
            await decide(ports.store, incident.id, partial(_noted, change=told, ports=ports))
    await ports.store.save(Change(cause=claim.cause, at=ports.clock(), settles=claim))


def _noted(incident: Incident, *, change: SystemChange, ports: Ports) -> Change:
    return recent.note(incident, change, now=ports.clock())
