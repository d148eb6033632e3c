"""What a monitor of ours posts: bodies in Alertmanager's shape, made here."""

from collections.abc import Mapping
from datetime import datetime

from tests.fakes.clock import START


def alert(
    name: str = "OrdersStuck",
    *,
    status: str = "firing",
    instance: str = "eu-1",
    starts: datetime = START,
    ends: datetime | None = None,
) -> Mapping[str, object]:
    """One alert of a body."""
    return {
        "status": status,
        "labels": {"alertname": name, "instance": instance, "severity": "critical"},
        "annotations": {"summary": f"{name} on {instance}"},
        "startsAt": starts.isoformat(),
        "endsAt": (ends or starts).isoformat() if status == "resolved" else "0001-01-01T00:00:00Z",
        "fingerprint": f"{name}-{instance}",
    }


def body(*alerts: Mapping[str, object], group: str = "orders", status: str = "firing") -> Mapping[str, object]:
    """A whole body."""
    return {
        "version": "4",
        "status": status,
        "receiver": "muster",
        "groupKey": f'{{}}:{{team="{group}"}}',
        "alerts": list(alerts or (alert(),)),
    }


def pagerduty(event_type: str = "incident.triggered", /, **changed: object) -> Mapping[str, object]:
    """One webhook of PagerDuty; ``changed`` are fields of its incident."""
    incident = {
        "id": "QORDERS1",
        "type": "incident",
        "html_url": "https://shop.pagerduty.example/incidents/QORDERS1",
        "number": 1207,
        "title": "Orders stand still",
        "service": {"id": "QSHOP", "type": "service_reference", "summary": "Checkout"},
        "escalation_policy": {"id": "QPOLICY", "type": "escalation_policy_reference", "summary": "Shop"},
        "priority": {"id": "QPRIO", "type": "priority_reference", "summary": "P1"},
        "urgency": "high",
        "conference_bridge": {"conference_number": 4912, "conference_url": "https://meet.example/orders"},
        "resolve_reason": None,
    }
    event = {
        "id": f"01MUSTER{event_type.rpartition('.')[2].upper()}",
        "event_type": event_type,
        "resource_type": "incident",
        "occurred_at": START.isoformat(),
        "agent": None,
        "client": None,
        "data": {**incident, **changed},
    }
    return {"event": event}
