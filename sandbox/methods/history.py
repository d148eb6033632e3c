"""Reading back what was said: a channel's history, newest first, and a thread, oldest first."""

import re

from sandbox.methods.request import Request, page
from sandbox.state.model import Channel, Message
from sandbox.state.shapes import message_json
from sandbox.wire import Json, SlackError

_TS = re.compile(r"\d{1,10}(\.\d{1,6})?")
MOST_AT_ONCE = 999


def _readable(request: Request) -> Channel:
    """Only members read a private channel; a public one may be read with the scope, unless it threw the bot out."""
    channel = request.channel()
    request.need(channel, "history")
    if request.user not in channel.members and (channel.is_archived or channel.is_private):
        raise SlackError("not_in_channel")
    return channel


def _bound(request: Request, name: str, default: float) -> float:
    value = request.arguments.maybe(name)
    if value is None or value == "now":
        return default
    if not _TS.fullmatch(value):
        raise SlackError(f"invalid_ts_{name}")
    return float(value)


def _between(request: Request, found: list[Message]) -> list[Message]:
    oldest = _bound(request, "oldest", 0.0)
    latest = _bound(request, "latest", float("inf"))
    inclusive = request.arguments.flag("inclusive")
    return [
        message
        for message in found
        if oldest < float(message.ts) < latest or (inclusive and float(message.ts) in (oldest, latest))
    ]


def _shown(request: Request, found: list[Message]) -> list[Json]:
    metadata = request.arguments.flag("include_all_metadata")
    return [message_json(request.workspace, message, base=request.base, metadata=metadata) for message in found]


def history(request: Request) -> Json:
    """What stands in the channel itself, newest first."""
    channel = _readable(request)
    standing = [
        message
        for message in reversed(channel.messages.values())
        if not message.is_reply or message.subtype == "thread_broadcast"
    ]
    some, cursor = page(request, _between(request, standing), 100, MOST_AT_ONCE)
    return {
        "messages": _shown(request, some), "has_more": bool(cursor), "pin_count": len(channel.pins),
        "channel_actions_ts": None, "channel_actions_count": 0,
        **({"response_metadata": {"next_cursor": cursor}} if cursor else {}),
    }  # fmt: skip


def replies(request: Request) -> Json:
    """A thread: its first message, then the replies, oldest first. Raises `thread_not_found`."""
    channel = _readable(request)
    ts = request.arguments.text("ts")
    root = channel.messages.get(ts)
    if root is None:
        raise SlackError("thread_not_found")
    first = channel.messages.get(root.thread_ts or ts, root)
    thread = [channel.messages[reply] for reply in channel.threads.get(first.ts, [])]
    some, cursor = page(request, _between(request, thread), 1000, 1000)
    return {
        "messages": _shown(request, [first, *some]), "has_more": bool(cursor),
        "response_metadata": {"next_cursor": cursor},
    }  # fmt: skip
