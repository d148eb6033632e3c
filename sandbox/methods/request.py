"""One Web API call as a handler sees it: who calls, with what, on which workspace."""

import base64
import binascii
from collections.abc import Callable, Sequence
from typing import Literal, TypeVar

from msgspec import Struct

from sandbox.deliveries.triggers import Triggers
from sandbox.methods.arguments import Argument, Arguments
from sandbox.methods.tiers import Tier
from sandbox.state.model import App, Channel
from sandbox.state.workspace import Workspace
from sandbox.wire import Json, SlackError

T = TypeVar("T")


class Caller(Struct, frozen=True, kw_only=True):
    """Whose token this is: an app's bot, a person who gave the app a user token, or the app itself (xapp)."""

    app: App
    user: str
    kind: str
    scopes: frozenset[str]


class Request(Struct, frozen=True, kw_only=True):
    """A call that passed authentication, scopes, rate limits and argument checks."""

    workspace: Workspace
    triggers: Triggers
    base: str
    caller: Caller
    arguments: Arguments
    issue_ticket: Callable[[App], str]

    @property
    def user(self) -> str:
        """The user who acts: the bot, or the person behind a user token."""
        return self.caller.user

    def channel(self, name: str = "channel") -> Channel:
        """The channel an argument names, if the caller may know of it. Raises `channel_not_found`."""
        channel = self.workspace.channel(self.arguments.text(name))
        if not self.workspace.visible(channel, self.user):
            raise SlackError("channel_not_found")
        return channel

    def need(self, channel: Channel, right: str) -> None:
        """Each kind of conversation has its own scope, such as groups:history. Raises `missing_scope`."""
        scopes = _SCOPES[right][channel.type]
        if not self.caller.scopes.intersection(scopes):
            raise missing_scope(scopes[0], self.caller.scopes)


def missing_scope(needed: str, provided: frozenset[str]) -> SlackError:
    """Slack's answer to a token that may not do this: what it would need, and what it has."""
    return SlackError("missing_scope", needed=needed, provided=",".join(sorted(provided)))


_MANAGE_PUBLIC = ("channels:manage", "channels:write")

_SCOPES: dict[str, dict[str, tuple[str, ...]]] = {
    "read": {"channel": ("channels:read",), "group": ("groups:read",), "im": ("im:read",)},
    "history": {"channel": ("channels:history",), "group": ("groups:history",), "im": ("im:history",)},
    "manage": {"channel": _MANAGE_PUBLIC, "group": ("groups:write",), "im": ("im:write",)},
    "topic": {
        "channel": (*_MANAGE_PUBLIC, "channels:write.topic"),
        "group": ("groups:write", "groups:write.topic"),
        "im": ("im:write", "im:write.topic"),
    },
    "invite": {
        "channel": (*_MANAGE_PUBLIC, "channels:write.invites"),
        "group": ("groups:write", "groups:write.invites"),
        "im": ("im:write",),
    },
}
"""For each right over a conversation, the scopes of which one is enough, by the conversation's kind."""

Handler = Callable[[Request], Json]


class Method(Struct, frozen=True, kw_only=True):
    """One line of the table: what serves a method, how often it may be called, with which scopes and arguments.

    Any one of `scopes` is enough; without scopes any token will do. `called_by` says whose token it takes:
    a bot's or person's, the app's own, or anybody's and even none.
    """

    handler: Handler
    tier: Tier
    scopes: tuple[str, ...] = ()
    arguments: dict[str, Argument]
    called_by: Literal["bot", "app", "anyone"] = "bot"


def page(request: Request, items: Sequence[T], default: int, most: int) -> tuple[list[T], str]:
    """The part of a list that `cursor` and `limit` ask for, and the cursor of the next one. Raises `invalid_cursor`."""
    limit = request.arguments.number("limit", default) or default
    if not 1 <= limit <= most:
        raise SlackError("invalid_limit")
    start = _position(request.arguments.text("cursor"))
    end = start + limit
    following = base64.b64encode(f"next:{end}".encode()).decode() if end < len(items) else ""
    return list(items[start:end]), following


def _position(cursor: str) -> int:
    if not cursor:
        return 0
    try:
        word, _, number = base64.b64decode(cursor, validate=True).decode().partition(":")
        if word == "next":
            return int(number)
    except (binascii.Error, ValueError):
        raise SlackError("invalid_cursor") from None
    raise SlackError("invalid_cursor")
