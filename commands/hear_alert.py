"""What is known when an alert comes, and what it does then: looked up, routed and decided, not yet saved."""

from datetime import datetime

from commands.ports import Ports
from incident import intake
from incident.alert import Alert, AlertRecord, AlertStatus
from incident.consequence import Heard
from incident.intake import Seen
from incident.routing import Routed


async def hear(alert: Alert, *, delivery: str | None, received_at: datetime, now: datetime, ports: Ports) -> Heard:
    """One alert with its decision. ``delivery`` is the key of the request that brought it, where one did."""
    routed = ports.settings.routed(alert, now)
    seen = await _look_up(alert, routed, ports)
    decision = intake.decide(alert, routed, seen, now)
    concerned = decision.incident
    catalog = ports.runbooks.catalog(concerned.system) if concerned is not None else None
    return Heard(
        alert=alert,
        routed=routed,
        seen=seen,
        decision=decision,
        delivery=delivery,
        received_at=received_at,
        policy=ports.settings.policy(routed.system, routed.severity),
        responders=ports.settings.on_call(routed.system, now),
        doubt=ports.settings.doubt(routed.system),
        paging=ports.settings.paging(routed.system),
        procedure=catalog.procedure(concerned.procedure) if catalog and concerned else None,
    )


async def _look_up(alert: Alert, routed: Routed, ports: Ports) -> Seen:
    known = await ports.store.alert(f"{alert.source}:{alert.key}")
    own = await ports.store.incident(known.incident_id) if known is not None and known.incident_id else None
    others: tuple[AlertRecord, ...] = ()
    if own is not None and alert.status is AlertStatus.RESOLVED:
        others = await ports.store.alerts_of(own.id)
    return Seen(
        known=known,
        own=own,
        last=await ports.store.last_incident_of_group(routed.group),
        firing=sum(each.firing and (known is None or each.id != known.id) for each in others),
    )
