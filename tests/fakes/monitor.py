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
