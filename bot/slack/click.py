"""One click as Slack delivers it, and what may come of it: an answer, a form, or nothing."""

import html
from collections.abc import Mapping
from typing import Any

from msgspec import Struct

from bot.slack.blocks import Rendered
from bot.slack.modals import View
from commands.answers import Answer
from incident.responder import UserId


class Click(Struct, frozen=True, kw_only=True):
    """One click: who, on what, with which value, and the trigger that may open one form within three seconds."""

    by: UserId
    action: str
    value: str
    trigger: str
    channel: str
    view: Mapping[str, Any] | None
    """The form or the home tab in which it was; None for a message."""

    @property
    def cause(self) -> str:
        """The same click delivered twice is one effect."""
        return f"click:{self.trigger}"


class Window(Struct, frozen=True):
    """A form to open, or to put in the place of the one that was clicked in."""

    view: View


Handled = Answer | Rendered | Window | None
"""An answer for whoever clicked, a form, or nothing: then the card itself shows what happened."""


def click_of(body: Mapping[str, Any]) -> Click:
    """The click in a delivery."""
    action = body["actions"][0]
    chosen = action.get("selected_option") or {}
    return Click(
        by=UserId(body["user"]["id"]),
        action=action["action_id"],
        value=html.unescape(chosen.get("value") or action.get("value") or ""),
        trigger=body["trigger_id"],
        channel=(body.get("channel") or {}).get("id", ""),
        view=body.get("view"),
    )
