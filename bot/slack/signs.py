"""The few signs that messages use, so that a state is seen before it is read."""

from collections.abc import Mapping
from typing import Final

from incident.approval import ApprovalState
from incident.clock import ClockState
from incident.finding import Comparison, Finding
from incident.incident import Incident
from incident.severity import Severity
from incident.system_change import Progress
from incident.timeline import Kind
from incident.watch import WatchState

SEVERITY: Final[Mapping[Severity, str]] = {
    Severity.P0: "🚨",
    Severity.P1: "🔴",
    Severity.P2: "🟠",
    Severity.P3: "🔵",
}

CLOCK: Final[Mapping[ClockState, str]] = {
    ClockState.RUNNING: "⏳",
    ClockState.MET: "✅",
    ClockState.LATE: "☑️",
    ClockState.BREACHED: "⏰",
    ClockState.STOPPED: "⏹️",
}

APPROVAL: Final[Mapping[ApprovalState, str]] = {
    ApprovalState.PREPARING: "⏳",
    ApprovalState.ASKED: "⚠️",
    ApprovalState.APPROVED: "👍",
    ApprovalState.RUNNING: "⚙️",
    ApprovalState.RAN: "✅",
    ApprovalState.FAILED: "❌",
    ApprovalState.REJECTED: "⛔",
    ApprovalState.EXPIRED: "⌛",
    ApprovalState.VOID: "🚫",
    ApprovalState.CANCELLED: "🛑",
    ApprovalState.UNKNOWN: "❓",
}

COMPARISON: Final[Mapping[Comparison, str]] = {
    Comparison.HEALED: "✅",
    Comparison.BETTER: "📈",
    Comparison.UNCHANGED: "➖",
    Comparison.WORSE: "📉",
    Comparison.UNTOLD: "❓",
}

PROGRESS: Final[Mapping[Progress, str]] = {
    Progress.UNDER_WAY: "⏳",
    Progress.DONE: "🚀",
    Progress.FAILED: "❌",
}

WATCH: Final[Mapping[WatchState, str]] = {
    WatchState.NEW: "⏳",
    WatchState.HEALTHY: "✅",
    WatchState.BREAKING: "⚠️",
    WatchState.FIRING: "🔴",
}

EVENT: Final[Mapping[Kind, str]] = {
    Kind.DECLARED: "📣",
    Kind.ALERT_JOINED: "🔔",
    Kind.ALERTS_REPEATED: "🔔",
    Kind.ALERT_RESOLVED: "🔕",
    Kind.ALERT_MUTED: "🔇",
    Kind.ALERT_NOTIFIED: "🔔",
    Kind.SILENCED: "🔇",
    Kind.SILENCE_LIFTED: "🔔",
    Kind.ALERT_FLAPPING: "〰️",
    Kind.ALERT_STEADY: "🔔",
    Kind.REOPENED: "🔁",
    Kind.CHANNEL_AWAITED: "⏳",
    Kind.PAGED: "📟",
    Kind.ACKNOWLEDGED: "👀",
    Kind.SEVERITY_CHANGED: "🎚️",
    Kind.ROLE_TAKEN: "🧢",
    Kind.NOTED: "📝",
    Kind.UPDATED: "💬",
    Kind.APPROVAL_ASKED: "⚠️",
    Kind.SAID_YES: "👍",
    Kind.APPROVED: "👍",
    Kind.COVERED: "👍",
    Kind.REJECTED: "⛔",
    Kind.EXPIRED: "⌛",
    Kind.VOIDED: "🚫",
    Kind.BROKE_GLASS: "🚨",
    Kind.CANCELLED: "🛑",
    Kind.REMEDIATION_STARTED: "⚙️",
    Kind.EFFECT_FOUND: "🔎",
    Kind.FOLLOW_UP_OPENED: "📌",
    Kind.FOLLOW_UP_DONE: "☑️",
    Kind.WALK_BEGUN: "🧭",
    Kind.STEP_DONE: "☑️",
    Kind.STEP_SKIPPED: "⏭️",
    Kind.HOLD_BEGUN: "⏳",
    Kind.HOLD_UNHEALTHY: "❗",
    Kind.END_DOUBTED: "❗",
    Kind.HOLD_OVER: "🔔",
    Kind.WALK_ABORTED: "🛑",
    Kind.WALK_FINISHED: "🏁",
    Kind.CLOCK_REMINDED: "⏳",
    Kind.CLOCK_BREACHED: "⏰",
    Kind.ESCALATED: "📟",
    Kind.MITIGATED: "🩹",
    Kind.RESOLVED: "✅",
    Kind.POSTMORTEM_WRITTEN: "📄",
    Kind.POSTMORTEM_EXPORTED: "🗄️",
    Kind.POSTMORTEM_DONE: "🏁",
    Kind.EVIDENCE_FROZEN: "🧊",
    Kind.EVIDENCE_LIFTED: "🧊",
    Kind.EVIDENCE_RELEASED: "🧊",
    Kind.STOPPED: "🛑",
    Kind.STOP_LIFTED: "🟢",
    Kind.SYSTEM_CHANGED: "🚀",
    Kind.WATCH_AWAY: "🙈",
    Kind.WATCH_BACK: "🔭",
    Kind.TROUBLE: "⚠️",
}
"""Kinds that are not here are told without a sign."""


def finding(found: Finding) -> str:
    """Whether a diagnostic failed, is critical, healthy or not, or does not say."""
    if found.sight.error is not None:
        return "⚠️"
    if found.critical:
        return "🚨"
    return "🔎" if found.healthy is None else "✅" if found.healthy else "❗"


def headline(incident: Incident) -> str:
    """``🔴 P1 · INC-142 · Checkout errors``: what every message about an incident begins with."""
    sign = SEVERITY[incident.severity] if incident.open else "✅"
    return f"{sign} {incident.severity.value} · {incident.key} · {incident.title}"
