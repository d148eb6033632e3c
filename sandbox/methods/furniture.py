"""What hangs on a channel and its messages: pins, bookmarks, reactions."""

import re

from sandbox.methods.request import Request
from sandbox.state import messages
from sandbox.state.channels import require_member
from sandbox.state.model import Bookmark, Change, Channel
from sandbox.state.shapes import bookmark_json, message_json
from sandbox.wire import Json, SlackError

MOST_BOOKMARKS = 100
_TS = re.compile(r"\d{1,10}\.\d{6}")


def _ts(request: Request) -> str:
    ts = request.arguments.maybe("timestamp")
    if ts is None:
        raise SlackError("no_item_specified")
    if not _TS.fullmatch(ts):
        raise SlackError("bad_timestamp")
    return ts


def _entered(request: Request, name: str = "channel") -> Channel:
    channel = request.channel(name)
    require_member(channel, request.user)
    return channel


def pin(request: Request) -> Json:
    """Pin a message."""
    messages.pin(request.workspace, _entered(request), _ts(request), request.user)
    return {}


def unpin(request: Request) -> Json:
    """Take a pin off."""
    messages.unpin(request.workspace, _entered(request), _ts(request), request.user)
    return {}


def pins(request: Request) -> Json:
    """The pinned messages, newest pin first."""
    channel = request.channel()
    items = [
        {
            "type": "message", "channel": channel.id, "created": held.created, "created_by": held.user,
            "message": message_json(request.workspace, channel.messages[held.ts], base=request.base),
        }
        for held in reversed(channel.pins.values())
    ]  # fmt: skip
    return {"items": items}


def react(request: Request) -> Json:
    """Add an emoji."""
    name = request.arguments.text("name").strip(":")
    messages.react(request.workspace, request.channel(), _ts(request), name, request.user)
    return {}


def unreact(request: Request) -> Json:
    """Take an emoji back."""
    name = request.arguments.text("name").strip(":")
    messages.unreact(request.workspace, request.channel(), _ts(request), name, request.user)
    return {}


def reactions(request: Request) -> Json:
    """A message with its emoji."""
    channel = request.channel()
    message = request.workspace.message(channel, _ts(request))
    shown = message_json(request.workspace, message, base=request.base)
    return {"type": "message", "channel": channel.id, "message": shown}


def _tell(request: Request, channel: Channel) -> None:
    request.workspace.announce(Change(kind="channel_changed", user=request.user, channel=channel))


def _check_link(link: str) -> None:
    if not link.startswith(("http://", "https://")):
        raise SlackError("invalid_link")


def add_bookmark(request: Request) -> Json:
    """A link in the channel's header."""
    arguments, channel = request.arguments, _entered(request, "channel_id")
    if arguments.text("type") != "link":
        raise SlackError("invalid_bookmark_type")
    _check_link(arguments.text("link"))
    if len(channel.bookmarks) >= MOST_BOOKMARKS:
        raise SlackError("too_many_bookmarks")
    now = request.workspace.seconds()
    bookmark = Bookmark(
        id=request.workspace.mint("Bk"), title=arguments.text("title"), link=arguments.text("link"),
        emoji=arguments.text("emoji"), user=request.user, created=now, updated=0, rank=f"{len(channel.bookmarks):05d}",
    )  # fmt: skip
    channel.bookmarks[bookmark.id] = bookmark
    _tell(request, channel)
    return {"bookmark": bookmark_json(channel, bookmark)}


def _bookmark(request: Request) -> tuple[Channel, Bookmark]:
    channel = _entered(request, "channel_id")
    bookmark = channel.bookmarks.get(request.arguments.text("bookmark_id"))
    if bookmark is None:
        raise SlackError("not_found")
    return channel, bookmark


def edit_bookmark(request: Request) -> Json:
    """Change a link's title, address or emoji."""
    channel, bookmark = _bookmark(request)
    arguments = request.arguments
    if arguments.maybe("link"):
        _check_link(arguments.text("link"))
    bookmark.title = arguments.text("title", bookmark.title)
    bookmark.link = arguments.text("link", bookmark.link)
    bookmark.emoji = arguments.text("emoji", bookmark.emoji)
    bookmark.updated = request.workspace.seconds()
    _tell(request, channel)
    return {"bookmark": bookmark_json(channel, bookmark)}


def remove_bookmark(request: Request) -> Json:
    """Take a link away."""
    channel, bookmark = _bookmark(request)
    del channel.bookmarks[bookmark.id]
    _tell(request, channel)
    return {}


def bookmarks(request: Request) -> Json:
    """The channel's links."""
    channel = request.channel("channel_id")
    return {"bookmarks": [bookmark_json(channel, bookmark) for bookmark in channel.bookmarks.values()]}
