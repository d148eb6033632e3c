"""Channels: create, find, name, describe, archive; and direct messages."""

from sandbox.methods.request import Request, page
from sandbox.state import channels
from sandbox.state.model import Channel
from sandbox.state.shapes import channel_json
from sandbox.wire import Json, SlackError, present

_TYPES = {"public_channel": "channel", "private_channel": "group", "im": "im", "mpim": "mpim"}


def _answer(request: Request, channel: Channel) -> Json:
    return {"channel": channel_json(request.workspace, channel, request.user)}


def _owned(request: Request, right: str = "manage", *, archived: bool = False) -> Channel:
    """The channel that the caller, a member with the right to, is about to change."""
    channel = request.channel()
    if not archived:
        channel = channels.live_channel(request.workspace, channel.id)
    elif channel.kind == "im":
        raise SlackError("method_not_supported_for_channel_type")
    request.need(channel, right)
    channels.require_member(channel, request.user)
    return channel


def create(request: Request) -> Json:
    """A new channel with the caller inside."""
    private = request.arguments.flag("is_private")
    name = request.arguments.text("name")
    return _answer(request, channels.create(request.workspace, name, request.user, private=private))


def info(request: Request) -> Json:
    """One conversation."""
    channel = request.channel()
    request.need(channel, "read")
    counted = request.arguments.flag("include_num_members")
    return {"channel": channel_json(request.workspace, channel, request.user, members=counted)}


def _wanted(request: Request) -> list[str]:
    named = request.arguments.ids("types") or ["public_channel"]
    unknown = [name for name in named if name not in _TYPES]
    if unknown:
        raise SlackError("invalid_types")
    return [_TYPES[name] for name in named]


def _listed(request: Request, found: list[Channel], *, members: bool) -> Json:
    shown = [channel for channel in found if not (request.arguments.flag("exclude_archived") and channel.is_archived)]
    some, cursor = page(request, shown, 100, 1000)
    return {
        "channels": [channel_json(request.workspace, channel, request.user, members=members) for channel in some],
        "response_metadata": {"next_cursor": cursor},
    }


def listing(request: Request) -> Json:
    """The conversations the caller may know of."""
    kinds = _wanted(request)
    found = [channel for channel in request.workspace.visible_channels(request.user) if channel.type in kinds]
    return _listed(request, found, members=True)


def of_user(request: Request) -> Json:
    """The conversations somebody is in, by default the caller."""
    kinds, user = _wanted(request), request.arguments.text("user", request.user)
    request.workspace.user(user)
    found = [
        channel
        for channel in request.workspace.visible_channels(request.user)
        if channel.type in kinds and user in channel.members
    ]
    return _listed(request, found, members=False)


def open_direct(request: Request) -> Json:
    """The direct messages with one user."""
    arguments, workspace = request.arguments, request.workspace
    if arguments.maybe("channel"):
        return {"no_op": True, "already_open": True, "channel": {"id": request.channel().id}}
    people = arguments.ids("users")
    if not people:
        raise SlackError("users_list_not_supplied")
    if len(people) > 1:
        raise SlackError("method_not_supported_for_channel_type")
    channel, known = channels.open_direct(workspace, request.user, people[0])
    whole = channel_json(workspace, channel, request.user) if arguments.flag("return_im") else {"id": channel.id}
    return {"channel": whole, **present(no_op=known or None, already_open=known or None)}


def set_topic(request: Request) -> Json:
    """A new topic, at most 250 characters."""
    channel = _owned(request, "topic")
    channels.describe(request.workspace, channel, request.user, "topic", request.arguments.text("topic"))
    return _answer(request, channel)


def set_purpose(request: Request) -> Json:
    """A new purpose ("description"), at most 250 characters."""
    channel = _owned(request, "topic")
    channels.describe(request.workspace, channel, request.user, "purpose", request.arguments.text("purpose"))
    return _answer(request, channel)


def rename(request: Request) -> Json:
    """A new name; only who made the channel may give it."""
    channel = _owned(request)
    if request.caller.kind == "bot" and channel.creator != request.user:
        raise SlackError("not_authorized")
    channels.rename(request.workspace, channel, request.arguments.text("name"), request.user)
    return _answer(request, channel)


def archive(request: Request) -> Json:
    """Close a channel; a bot is put out of it by that."""
    channel = request.channel()
    if channel.is_archived:
        raise SlackError("already_archived")
    if channel.is_general:
        raise SlackError("cant_archive_general")
    channels.archive(request.workspace, _owned(request), request.user)
    return {}


def unarchive(request: Request) -> Json:
    """Open a channel again. A bot is no member any more and gets `not_in_channel`; a person's token works."""
    channel = request.channel()
    if not channel.is_archived:
        raise SlackError("not_archived")
    if request.caller.kind == "bot":
        _owned(request, archived=True)
    request.need(channel, "manage")
    channels.unarchive(request.workspace, channel, request.user)
    return {}
