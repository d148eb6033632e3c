"""How one step of a walk stands, in a few words."""

from typing import Final

from bot.slack import fit, signs
from bot.slack.blocks import Element, joined, mention, moment, text
from bot.slack.finding import said
from bot.words.phrase import When
from commands.messages import WalkMessage
from incident.approval import ApprovalState
from incident.runbook import StepKind
from incident.walk import Leg, LegState

SIGNS: Final = {
    LegState.AHEAD: "⬜",
    LegState.RUNNING: "⚙️",
    LegState.HOLDING: "⏳",
    LegState.DONE: "✅",
    LegState.SKIPPED: "⏭️",
    LegState.FAILED: "❌",
}
_NOTE: Final = 110
_REQUEST: Final = {
    ApprovalState.PREPARING: "being prepared: what it would touch is looked at",
    ApprovalState.ASKED: "waits for a second person: its card is in this channel",
    ApprovalState.APPROVED: "approved, about to run",
}


def sign(leg: Leg, message: WalkMessage, *, now: bool = False) -> str:
    """The step's sign; a diagnostic bears its finding's, so that what is bad is seen. ``now``: its turn it is."""
    finding = message.findings.get(leg.finding or "")
    if leg.state is LegState.DONE and finding is not None:
        return signs.finding(finding)
    return "▶️" if now and leg.state is LegState.AHEAD else SIGNS[leg.state]


def state_of(leg: Leg, message: WalkMessage) -> list[Element]:
    """What became of the step, who did it and when; nothing for one that is still ahead."""
    if leg.state is LegState.AHEAD:
        return []
    if leg.state is LegState.RUNNING:
        return [text(_running(leg, message))]
    if leg.state is LegState.FAILED:
        return [text(f"not done: {_short(leg.note)}")]
    who = [mention(leg.by), text(" ")] if leg.by is not None else []
    when = [moment(When(leg.at))] if leg.at is not None else []
    return joined([*_result(leg, message)], [*who, *when], _hold(leg))


def _running(leg: Leg, message: WalkMessage) -> str:
    request = message.requests.get(leg.approval or "")
    if leg.kind is StepKind.DIAGNOSTIC or request is None:
        return "looking"
    return _REQUEST.get(request.state, "running")


def _result(leg: Leg, message: WalkMessage) -> list[Element]:
    if leg.state is LegState.SKIPPED:
        return [text(f"skipped: {_short(leg.note)}")]
    finding = message.findings.get(leg.finding or "")
    if finding is not None:
        return [text(_short(said(finding)))]
    request = message.requests.get(leg.approval or "")
    if request is not None and request.outcome is not None:
        return [text(_short(request.outcome.sentence))]
    gives = f" · {leg.gives}: {leg.value}" if leg.gives and leg.value is not None else ""
    return [text(_short(leg.note + gives))] if (leg.note + gives).strip() else []


def _hold(leg: Leg) -> list[Element]:
    if leg.state is not LegState.HOLDING or leg.hold_ends_at is None:
        return []
    seen = f"not healthy: {_short(', '.join(leg.unhealthy))}" if leg.unhealthy else "nothing bad seen"
    looked = [text(f", {seen} at "), moment(When(leg.looked_at))] if leg.looked_at is not None else []
    return [text("wait until "), moment(When(leg.hold_ends_at)), *looked]


def _short(words: str) -> str:
    return fit.one_line(words, _NOTE)
