"""The part of an approval card that says who asked, until when, and who may answer."""

from collections.abc import Sequence
from typing import Final

from bot.slack import fit
from bot.slack.blocks import Element, bold, joined, listed, mention, moment, text
from bot.words.gates import PARTS
from bot.words.phrase import When
from commands.messages import ApprovalMessage
from incident.approval import Approval, ApprovalState
from incident.responder import UserId

_APPROVERS: Final = 10


def request_lines(message: ApprovalMessage) -> list[list[Element]]:
    """While it is open: by whom, until when, and whose yes it waits for."""
    approval = message.approval
    asked = [text("Asked by "), mention(approval.requester), text(" "), moment(When(approval.asked_at))]
    if approval.state is ApprovalState.PREPARING:
        return [asked]
    own = [mention(approval.requester), text(" may not approve")]
    return [
        joined(
            asked,
            [text("expires "), moment(When(approval.expires_at))],
            [] if approval.policy.requester_may_approve else own,
            [text("may run until "), moment(When(message.until))] if message.until is not None else [],
        ),
        _approvers(approval.policy.approvers),
        _yes(approval, message.wanted),
        _never_alone(approval),
    ]


def _never_alone(approval: Approval) -> list[Element]:
    """Why whoever is alone on call finds no way to break the glass here; empty where there is one."""
    if approval.policy.break_glass:
        return []
    titles = [part.plan.title for part in approval.parts if not part.policy.break_glass] or [approval.plan.title]
    which = fit.one_line(", ".join(f"“{title}”" for title in titles), 2 * fit.NAME)
    return [bold("No break-glass: "), text(f"a rule of your team keeps {which} from running without a second person")]


def _approvers(approvers: Sequence[str]) -> list[Element]:
    shown = [[text(PARTS[each]) if each in PARTS else mention(UserId(each))] for each in approvers[:_APPROVERS]]
    more = len(approvers) - _APPROVERS
    return [text("May approve: "), *listed(shown), *([text(f" and {more} more")] if more > 0 else [])]


def _yes(approval: Approval, wanted: int) -> list[Element]:
    """How many must say yes, and who did; empty where one is enough."""
    if wanted <= 1 and not approval.yes:
        return []
    line: list[Element] = [bold(f"{len(approval.yes)} of {wanted}"), text(" have said yes")]
    return [*line, text(": "), *listed([mention(each)] for each in approval.yes)] if approval.yes else line
