"""Everything Muster says, by its type: the one table from what is meant to what is posted."""

from collections.abc import Callable, Mapping
from typing import Any, Final

from bot.slack.announcement import announcement
from bot.slack.approval_card import Attached, approval_card, attached
from bot.slack.blocks import Rendered
from bot.slack.card import card
from bot.slack.checklist import checklist
from bot.slack.finding import finding
from bot.slack.lines import event_line, page, reminder, verdict
from commands.messages import (
    Announcement,
    ApprovalMessage,
    Card,
    ChecklistMessage,
    EventMessage,
    FindingMessage,
    Message,
    PageMessage,
    ReminderMessage,
    VerdictMessage,
)

# Any: each function takes exactly the type that it stands beside, which a mapping's type cannot say.
RENDERERS: Final[Mapping[type[Message], Callable[[Any], Rendered]]] = {
    Card: card,
    ChecklistMessage: checklist,
    Announcement: announcement,
    PageMessage: page,
    FindingMessage: finding,
    ApprovalMessage: approval_card,
    EventMessage: event_line,
    VerdictMessage: verdict,
    ReminderMessage: reminder,
}


def render(message: Message) -> Rendered:
    """A message as Slack takes it. The same message always renders to the same blocks."""
    return RENDERERS[type(message)](message)


def files(message: Message) -> tuple[Attached, ...]:
    """What must stand beside the message in its thread, because it does not fit into it."""
    return attached(message) if isinstance(message, ApprovalMessage) else ()
