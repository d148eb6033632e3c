"""One alert as it is heard in a test: routed, decided, and what follows from it."""

from datetime import UTC, datetime, timedelta

from msgspec.structs import replace

from incident import consequence, intake
from incident.alert import Alert, AlertRecord, AlertStatus
from incident.change import Change
from incident.consequence import Heard
from incident.incident import Incident
from incident.intake import Seen
from incident.routing import Routed
from incident.severity import HOUSE, Severity

NOW = datetime(2026, 3, 14, 9, tzinfo=UTC)
ROUTED = Routed(
    system="shop",
    severity=Severity.P1,
    severity_reason="the monitor calls it critical",
    group="g",
    rule="otherwise",
    reason="no rule knows it, so it belongs to shop",
    reopens_within=timedelta(hours=2),
)
FIRING = Alert(source="alertmanager", key="a@1", status=AlertStatus.FIRING, title="OrdersStuck", group="g")
QUIET = replace(FIRING, status=AlertStatus.RESOLVED)


def heard(
    alert: Alert = FIRING,
    now: datetime = NOW,
    *,
    known: AlertRecord | None = None,
    own: Incident | None = None,
    last: Incident | None = None,
    firing: int = 0,
    past: AlertRecord | None = None,
    routed: Routed = ROUTED,
    delivery: str | None = "d",
) -> Heard:
    """An alert and its decision, by what is known of it."""
    seen = Seen(known=known, own=own, last=last, firing=firing, past=past)
    decision = intake.decide(alert, routed, seen, now)
    policy = HOUSE[routed.severity]
    return Heard(
        alert=alert, routed=routed, seen=seen, decision=decision, delivery=delivery, received_at=now, policy=policy
    )


def follow(one: Heard, now: datetime, cause: str = "d#0") -> Change:
    """The Change that follows."""
    return consequence.follow(one, cause=cause, now=now)
