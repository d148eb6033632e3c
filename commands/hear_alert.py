"""What is known when an alert comes, and what it does then: routed and decided, not yet saved."""

from datetime import datetime

from msgspec.structs import replace

from commands.ports import Ground
from incident import intake
from incident.alert import Alert
from incident.consequence import Heard
from incident.intake import Seen, Verb
from incident.routing import Routed
from incident.silence import read, silenced
from incident.taking import View


async def hear(alert: Alert, *, now: datetime, ground: Ground) -> Heard:
    """One alert that is heard of again without a request: what is known of it is looked up."""
    routed = ground.settings.routed(alert, now)
    known = await ground.store.known(set(alert.names), {routed.group}, now)
    routed = silenced(routed, alert, read(known.silences), now)
    seen = View(known).seen(alert, routed.group)
    return heard_as(alert, routed, seen, delivery=None, received_at=now, now=now, ground=ground)


def heard_as(
    alert: Alert,
    routed: Routed,
    seen: Seen,
    *,
    delivery: str | None,
    received_at: datetime,
    now: datetime,
    ground: Ground,
    later: Alert | None = None,
) -> Heard:
    """One alert with its decision. ``delivery`` is the key of the request that brought it, where one did.

    ``later`` is the message about a later outage that alone says that this one is over.
    """
    decision = intake.decide(alert, routed, seen, now)
    if later is not None:
        decision = replace(decision, why=intake.END_LOST)
    declares, concerned = decision.verb is Verb.DECLARES, decision.incident
    catalog = ground.runbooks.catalog(concerned.system) if concerned is not None else None
    return Heard(
        alert=alert,
        routed=routed,
        seen=seen,
        decision=decision,
        delivery=delivery,
        received_at=received_at,
        policy=ground.settings.policy(routed.system, routed.severity),
        responders=ground.settings.on_call(routed.system, now) if declares else (),
        doubt=ground.settings.doubt(routed.system) if declares else "",
        paging=ground.settings.paging(routed.system) if declares else None,
        procedure=catalog.procedure(concerned.procedure) if catalog and concerned else None,
        later=later,
    )
