"""What rows say, as values; and all that is kept of one incident, which stands in rows of many tables."""

import json
from datetime import UTC, datetime
from typing import Final

from msgspec.structs import replace

from bot.stores.codec import ALERT, APPROVAL, FINDING, INCIDENT, SYSTEM_CHANGE, event_value, moment
from bot.stores.database import Database, Row
from incident import recent
from incident.alert import Delivery, DeliveryState
from incident.postmortem import Record
from incident.timeline import Link

ENDLESS: Final = datetime(9999, 1, 1, tzinfo=UTC)
_CHANGES: Final = 100
"""Of more changes around one incident its record holds the newest so many."""


async def record(db: Database, incident_id: str) -> Record:
    """Everything that is kept of one incident, for its draft. Raises KeyError."""
    row = await db.row("incident", id=incident_id)
    if row is None:
        raise KeyError(incident_id)
    alerts = await db.rows("alerts_of", incident_id=incident_id)
    findings = await db.rows("findings_of", incident_id=incident_id)
    approvals = await db.rows("approvals_of", incident_id=incident_id)
    incident = INCIDENT.value(row["body"])
    since, until = recent.span(incident)
    changes = await db.rows(
        "system_changes", system=incident.system, since=since, until=until or ENDLESS, limit=_CHANGES
    )
    return Record(
        incident=incident,
        timeline=tuple(link(each) for each in await db.rows("timeline", chain=incident_id)),
        alerts=tuple(ALERT.value(each["body"]) for each in alerts),
        findings=tuple(replace(FINDING.value(each["body"]), withheld=None) for each in findings),
        approvals=tuple(APPROVAL.value(each["body"]) for each in approvals),
        changes=tuple(SYSTEM_CHANGE.value(each["body"]) for each in changes),
    )


def link(row: Row) -> Link:
    """A timeline event with its place in the chain; without what it says where that was let go."""
    return Link(
        id=row["id"],
        seq=row["seq"],
        recorded_at=moment(row["recorded_at"]),
        content=row["content"],
        link=row["link"],
        event=None if row["body"] is None else event_value(row["body"]),
    )


def delivery(row: Row) -> Delivery:
    """A request of a monitor."""
    return Delivery(
        key=row["key"],
        source=row["source"],
        received_at=moment(row["received_at"]),
        headers=json.loads(row["headers"]),
        body=row["body"],
        state=DeliveryState(row["state"]),
        reason=row["reason"],
    )


def time_of(row: Row | None, column: str) -> datetime | None:
    """The time in a column; None where there is no row, or no time."""
    return None if row is None or row[column] is None else moment(row[column])
