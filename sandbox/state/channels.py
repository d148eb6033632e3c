"""What can be done to a channel: create, join, invite, leave, name, describe, archive.

Each function is one act of one user, person or bot. It raises Slack's own error when Slack would refuse, and it
posts the system message and announces the change that Slack would.
"""

import re

from msgspec.structs import replace

from sandbox.state.messages import post_system
from sandbox.state.model import Change, Channel, Note
from sandbox.state.workspace import Workspace
from sandbox.wire import SlackError

NAME_LENGTH = 80
TEXT_LENGTH = 250


def check_name(workspace: Workspace, name: str) -> None:
    """Refuse a channel name as Slack does: empty, too long, unusual characters, only punctuation, or taken."""
    if not name:
        raise SlackError("invalid_name_required")
    if len(name) > NAME_LENGTH:
        raise SlackError("invalid_name_maxlength")
    if any(not (char.isalnum() and char == char.lower()) and char not in "-_" for char in name):
        raise SlackError("invalid_name_specials")
    if not re.search(r"[^-_]", name):
        raise SlackError("invalid_name_punctuation")
    if name in workspace.names:
        raise SlackError("name_taken")


def create(workspace: Workspace, name: str, creator: str, *, private: bool = False, general: bool = False) -> Channel:
    """A new channel with its creator inside; archived channels keep their names, so those are taken too."""
    check_name(workspace, name)
    now = workspace.seconds()
    channel = Channel(
        id=workspace.mint("C"), name=name, kind="channel", creator=creator, created=now, is_private=private,
        is_general=general, members=[creator], updated=now,
    )  # fmt: skip
    workspace.channels[channel.id] = channel
    workspace.names[name] = channel.id
    workspace.announce(Change(kind="channel_created", user=creator, channel=channel))
    post_system(workspace, channel, creator, "channel_join", f"<@{creator}> has joined the channel")
    return channel


def open_direct(workspace: Workspace, user: str, other: str) -> tuple[Channel, bool]:
    """The direct messages of two users, and whether they had been opened before."""
    workspace.user(other)
    pair = frozenset({user, other})
    known = workspace.direct.get(pair)
    if known:
        return workspace.channels[known], True
    channel = Channel(
        id=workspace.mint("D"), name="", kind="im", creator=user, created=workspace.seconds(), is_private=True,
        members=list(dict.fromkeys((user, other))),
    )  # fmt: skip
    workspace.channels[channel.id] = channel
    workspace.direct[pair] = channel.id
    workspace.announce(Change(kind="channel_changed", user=user, channel=channel))
    return channel, False


def live_channel(workspace: Workspace, channel_id: str) -> Channel:
    """A channel, not direct messages, that is not archived."""
    channel = workspace.channel(channel_id)
    if channel.kind == "im":
        raise SlackError("method_not_supported_for_channel_type")
    if channel.is_archived:
        raise SlackError("is_archived")
    return channel


def require_member(channel: Channel, user: str) -> None:
    """Only somebody inside may go on; from outside a private channel does not exist."""
    if user not in channel.members:
        raise SlackError("channel_not_found" if channel.is_private else "not_in_channel")


def enter(workspace: Workspace, channel: Channel, user: str, inviter: str | None = None) -> bool:
    """Somebody comes in, by themselves or invited; false when they were there already."""
    if user in channel.members:
        return False
    channel.members.append(user)
    detail = {"inviter": inviter} if inviter else {}
    words = f"<@{user}> has joined the channel"
    post_system(workspace, channel, user, "channel_join", words, detail)
    workspace.announce(Change(kind="member_joined", user=user, channel=channel, detail=detail))
    return True


def withdraw(workspace: Workspace, channel: Channel, user: str, actor: str) -> None:
    """Somebody leaves, or is removed by `actor`."""
    channel.members.remove(user)
    words = f"<@{user}> has left the channel" if actor == user else f"<@{user}> was removed from the channel"
    post_system(workspace, channel, user, "channel_leave", words)
    workspace.announce(Change(kind="member_left", user=user, channel=channel, detail={"actor": actor}))


def rename(workspace: Workspace, channel: Channel, name: str, actor: str) -> None:
    """A new name; the old one becomes free."""
    check_name(workspace, name)
    old, channel.name = channel.name, name
    channel.previous_names.append(old)
    del workspace.names[old]
    workspace.names[name] = channel.id
    words = f'<@{actor}> has renamed the channel from "{old}" to "{name}"'
    post_system(workspace, channel, actor, "channel_name", words, {"old_name": old, "name": name})
    workspace.announce(Change(kind="channel_renamed", user=actor, channel=channel, detail={"old_name": old}))


def describe(workspace: Workspace, channel: Channel, actor: str, what: str, value: str) -> None:
    """Set the topic or the purpose (`what`), at most 250 characters, with the line that everybody sees."""
    if len(value) > TEXT_LENGTH:
        raise SlackError("too_long")
    note = Note(value=value, creator=actor, last_set=workspace.seconds())
    if what == "topic":
        unchanged, channel.topic = channel.topic.value == value, note
    else:
        unchanged, channel.purpose = channel.purpose.value == value, replace(note)
    if unchanged:
        return
    shown = "description" if what == "purpose" else "topic"
    said = f"set the channel {shown}: {value}" if value else f"cleared the channel {shown}"
    post_system(workspace, channel, actor, f"channel_{what}", f"<@{actor}> {said}", {what: value})
    workspace.announce(Change(kind="channel_changed", user=actor, channel=channel))


def archive(workspace: Workspace, channel: Channel, actor: str) -> None:
    """Close the channel. Bots are put out of it, which is why one cannot open it again by itself."""
    post_system(workspace, channel, actor, "channel_archive", f"<@{actor}> archived the channel")
    channel.is_archived = True
    channel.members = [user for user in channel.members if not workspace.users[user].is_bot]
    workspace.announce(Change(kind="channel_archived", user=actor, channel=channel))


def unarchive(workspace: Workspace, channel: Channel, actor: str) -> None:
    """Open an archived channel again; whoever does so is inside."""
    channel.is_archived = False
    enter(workspace, channel, actor)
    post_system(workspace, channel, actor, "channel_unarchive", f"<@{actor}> un-archived the channel")
    workspace.announce(Change(kind="channel_unarchived", user=actor, channel=channel))
