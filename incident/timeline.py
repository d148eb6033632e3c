"""What happened, in order, for ever: dated facts that are added and never edited, chained so that a change would show.

One chain an incident, and one for the system. A link covers the event's *content digest*, not its content, so an event
can be redacted and the chain still verifies.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime
from enum import StrEnum
from typing import Final

from msgspec import Struct, field

from incident.digest import Facts, digest
from incident.responder import MUSTER, Actor

GENESIS: Final = "0" * 64
"""What the first link of every chain hangs on."""

SYSTEM: Final = "system"
"""The chain of what concerns no single incident: attestations, dead letters, ignored alerts."""


class Kind(StrEnum):
    """What an event says happened. Stored the way it is said."""

    DECLARED = "declared"
    ALERT_JOINED = "alert_joined"
    ALERTS_REPEATED = "alerts_repeated"
    ALERT_RESOLVED = "alert_resolved"
    ALERT_IGNORED = "alert_ignored"
    ALERT_MUTED = "alert_muted"
    ALERT_NOTIFIED = "alert_notified"
    ALERT_FLAPPING = "alert_flapping"
    ALERT_STEADY = "alert_steady"
    GROUP_CLOSED = "group_closed"
    SILENCED = "silenced"
    SILENCE_LIFTED = "silence_lifted"
    REOPENED = "reopened"
    CHANNEL_AWAITED = "channel_awaited"
    CHANNEL_OPENED = "channel_opened"
    PAGED = "paged"
    RESPONDER_JOINED = "responder_joined"
    ACKNOWLEDGED = "acknowledged"
    SEVERITY_CHANGED = "severity_changed"
    ROLE_TAKEN = "role_taken"
    NOTED = "noted"
    TICKED = "ticked"
    UNTICKED = "unticked"
    UPDATED = "updated"
    FOUND = "found"
    APPROVAL_ASKED = "approval_asked"
    SAID_YES = "said_yes"
    COVERED = "covered"
    APPROVED = "approved"
    REJECTED = "rejected"
    EXPIRED = "expired"
    VOIDED = "voided"
    BROKE_GLASS = "broke_glass"
    CANCELLED = "cancelled"
    REMEDIATION_STARTED = "remediation_started"
    REMEDIATED = "remediated"
    EFFECT_FOUND = "effect_found"
    COOLED_DOWN = "cooled_down"
    VERIFIED = "verified"
    WALK_BEGUN = "walk_begun"
    STEP_BEGUN = "step_begun"
    STEP_DONE = "step_done"
    STEP_SKIPPED = "step_skipped"
    HOLD_BEGUN = "hold_begun"
    HOLD_UNHEALTHY = "hold_unhealthy"
    HOLD_OVER = "hold_over"
    WALK_ABORTED = "walk_aborted"
    WALK_FINISHED = "walk_finished"
    FOLLOW_UP_OPENED = "follow_up_opened"
    FOLLOW_UP_DONE = "follow_up_done"
    CLOCK_REMINDED = "clock_reminded"
    CLOCK_MET = "clock_met"
    CLOCK_BREACHED = "clock_breached"
    ESCALATED = "escalated"
    MITIGATED = "mitigated"
    RESOLVED = "resolved"
    END_DOUBTED = "end_doubted"
    POSTMORTEM_WRITTEN = "postmortem_written"
    POSTMORTEM_EXPORTED = "postmortem_exported"
    POSTMORTEM_DONE = "postmortem_done"
    EVIDENCE_FROZEN = "evidence_frozen"
    EVIDENCE_LIFTED = "evidence_lifted"
    EVIDENCE_RELEASED = "evidence_released"
    STOPPED = "stopped"
    STOP_LIFTED = "stop_lifted"
    SYSTEM_CHANGED = "system_changed"
    WATCH_AWAY = "watch_away"
    WATCH_BACK = "watch_back"
    PAGER_CALLED = "pager_called"
    PAGER_TOLD = "pager_told"
    PAGER_SAID = "pager_said"
    SUMMONED = "summoned"
    ON_CALL_DOUBTED = "on_call_doubted"
    TROUBLE = "trouble"
    ATTESTED = "attested"
    DEAD_LETTER = "dead_letter"


class Event(Struct, frozen=True, kw_only=True):
    """A dated fact. ``at`` is when it happened (UTC), ``actor`` who did it, ``evidence`` what proves it.

    An evidence reference is ``delivery:ID``, ``alert:KEY``, ``finding:ID``, ``approval:ID``, ``message:CHANNEL/TS`` or
    ``file:PATH``. ``facts`` hold what the sentence about it needs; the sentence itself is made when it is shown.
    """

    kind: Kind
    at: datetime
    actor: Actor = MUSTER
    facts: Facts = field(default_factory=dict)
    evidence: tuple[str, ...] = ()


class Link(Struct, frozen=True, kw_only=True):
    """An event in its place in the chain. ``seq`` counts from 1; ``link`` covers the link before it and the content."""

    id: str
    seq: int
    recorded_at: datetime
    content: str
    """The digest of the event."""
    link: str
    event: Event | None
    """None once the content was redacted or its time of keeping ran out."""


def content(event: Event) -> str:
    """The digest of all that an event says."""
    return digest(
        {
            "kind": event.kind.value,
            "at": event.at.isoformat(),
            "actor": event.actor,
            "facts": dict(event.facts),
            "evidence": list(event.evidence),
        }
    )


def link(previous: str, chain: str, seq: int, recorded_at: datetime, content_digest: str) -> str:
    """The value that ties one event to all before it."""
    return digest([previous, chain, seq, recorded_at.isoformat(), content_digest])


def broken_at(chain: str, links: Iterable[Link]) -> int | None:
    """The first sequence number at which a chain does not verify, or None when it is whole."""
    previous, expected = GENESIS, 1
    for each in links:
        whole = (
            each.seq == expected
            and (each.event is None or content(each.event) == each.content)
            and link(previous, chain, each.seq, each.recorded_at, each.content) == each.link
        )
        if not whole:
            return expected
        previous, expected = each.link, expected + 1
    return None


def fact(event: Event, name: str, default: str = "") -> str:
    """One of an event's facts as text."""
    facts: Mapping[str, object] = event.facts
    value = facts.get(name, default)
    return default if value is None else str(value)
