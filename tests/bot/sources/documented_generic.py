"""What the bodies of monitors without a parser of their own must be taken for, by the usual names alone.

A row is as in documented.py.
"""

from collections.abc import Mapping
from typing import Final

F, R = "firing", "resolved"
Row = tuple[str, object, list[tuple[str, str]] | None]

GENERIC: Final[Mapping[str, Row]] = {
    "generic list": (
        "generic",
        [{"id": 1, "name": "a", "status": "down"}, {"id": 1, "name": "a", "status": "up"}],
        [(F, "1"), (R, "1")],
    ),
    "generic zabbix": ("generic", {"trigger": "Slow", "status": "PROBLEM", "severity": "High"}, [(F, "Slow")]),
    "generic uptime kuma": (
        "generic",
        {"heartbeat": {"status": 0, "msg": "timeout"}, "monitor": {"id": 3, "name": "Shop"}, "msg": "[Shop] down"},
        [(F, "3")],
    ),
    "generic uptime kuma up": (
        "generic",
        {"heartbeat": {"status": 1}, "monitor": {"id": 3, "name": "Shop"}, "msg": "[Shop] up"},
        [(R, "3")],
    ),
    **{
        f"generic uptime kuma {what}": (
            "generic",
            {"heartbeat": {"status": status}, "monitor": {"id": 3, "name": "Shop"}, "msg": "[Shop]"},
            [],
        )
        for what, status in (("pending", 2), ("in work", 3))
    },
    "generic uptime kuma test": ("generic", {"heartbeat": None, "monitor": None, "msg": "Ops Testing"}, []),
    "generic uptime kuma certificate": (
        "generic",
        {"heartbeat": None, "monitor": None, "msg": "[Shop] certificate will expire in 7 days"},
        None,
    ),
    "generic updown": (
        "generic",
        [{"event": "check.down", "check": {"token": "t", "alias": "", "url": "https://shop.example", "down": True}}],
        [(F, "t")],
    ),
    "generic new relic": (
        "generic",
        {"id": "n1", "condition_name": "Slow", "state": "ACKNOWLEDGED", "issueUrl": "https://nr.example/1"},
        [],
    ),
    "generic google": (
        "generic",
        {
            "incident": {"incident_id": "g1", "state": "closed", "condition_name": "CPU", "summary": "x"},
            "version": "1.2",
        },
        [(R, "g1")],
    ),
    "generic azure": (
        "generic",
        {
            "schemaId": "azureMonitorCommonAlertSchema",
            "data": {"essentials": {"alertRule": "Slow", "alertId": "a1", "monitorCondition": "Fired"}},
        },
        [(F, "a1")],
    ),
    "generic without a state": ("generic", {"title": "Slow"}, None),
}
