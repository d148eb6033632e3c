"""Everything Muster says, by its type: the one table from what is meant to what is posted."""

from collections.abc import Callable, Mapping
from typing import Any, Final

from bot.slack import approval_card as cards
from bot.slack import finding as findings
from bot.slack import output as outputs
from bot.slack.announcement import announcement
from bot.slack.approval_card import approval_card
from bot.slack.attached import Attached
from bot.slack.blocks import Rendered
from bot.slack.card import card
from bot.slack.checklist import checklist
from bot.slack.finding import finding
from bot.slack.freezes import stop_message
from bot.slack.hidden import hidden
from bot.slack.late import late
from bot.slack.lines import event_line, notice, page, reminder, verdict
from bot.slack.output import output
from bot.slack.walk_card import walk_card
from commands.messages import (
    Announcement,
    ApprovalMessage,
    Card,
    ChecklistMessage,
    EventMessage,
    FindingMessage,
    HiddenMessage,
    LateMessage,
    Message,
    NoticeMessage,
    OutputMessage,
    PageMessage,
    ReminderMessage,
    StopMessage,
    VerdictMessage,
    WalkMessage,
)

# Any: each function takes exactly the type that it stands beside, which a mapping's type cannot say.
RENDERERS: Final[Mapping[type[Message], Callable[[Any], Rendered]]] = {
    Card: card,
    ChecklistMessage: checklist,
    Announcement: announcement,
    PageMessage: page,
    FindingMessage: finding,
    ApprovalMessage: approval_card,
    OutputMessage: output,
    EventMessage: event_line,
    LateMessage: late,
    StopMessage: stop_message,
    NoticeMessage: notice,
    VerdictMessage: verdict,
    ReminderMessage: reminder,
    WalkMessage: walk_card,
    HiddenMessage: hidden,
}


def render(message: Message) -> Rendered:
    """A message as Slack takes it. The same message always renders to the same blocks."""
    return RENDERERS[type(message)](message)


# Any: as above.
ATTACHMENTS: Final[Mapping[type[Message], Callable[[Any], tuple[Attached, ...]]]] = {
    ApprovalMessage: cards.attached,
    FindingMessage: findings.attached,
    OutputMessage: outputs.attached,
}


def files(message: Message) -> tuple[Attached, ...]:
    """What must stand beside the message in its thread, because it does not fit into it."""
    attached = ATTACHMENTS.get(type(message))
    return () if attached is None else attached(message)
