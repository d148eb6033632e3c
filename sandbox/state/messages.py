"""What can be done with messages: post, show to one person, edit, delete, react, pin."""

from sandbox.state.model import Change, Channel, Message, Pin
from sandbox.state.workspace import Workspace
from sandbox.wire import Json, SlackError

MOST_PINS = 100
_NO_THREAD = frozenset({"channel_join", "channel_leave", "channel_archive", "channel_unarchive"})


def add(workspace: Workspace, channel: Channel, message: Message) -> Message:
    """Put a finished message into its channel, and tell."""
    channel.messages[message.ts] = message
    if message.thread_ts and message.is_reply:
        channel.threads.setdefault(message.thread_ts, []).append(message.ts)
    channel.read[message.user] = message.ts
    workspace.announce(Change(kind="message", user=message.user, channel=channel, message=message))
    return message


def post_system(
    workspace: Workspace, channel: Channel, user: str, subtype: str, text: str, detail: Json | None = None
) -> Message:
    """The line that Slack itself writes when somebody joins, sets the topic, archives…"""
    message = Message(
        ts=workspace.stamp(), channel=channel.id, user=user, text=text, subtype=subtype, detail=detail or {}
    )
    return add(workspace, channel, message)


def thread_root(workspace: Workspace, channel: Channel, thread_ts: str) -> str:
    """The thread a reply belongs to: replying to a reply joins its thread. Raises `thread_not_found`."""
    root = channel.messages.get(thread_ts)
    if root is None:
        raise SlackError("thread_not_found")
    if root.subtype in _NO_THREAD:
        raise SlackError("cannot_reply_to_message")
    return root.thread_ts or root.ts


def show_ephemeral(workspace: Workspace, channel: Channel, message: Message) -> Message:
    """Show a message to its one person; it is not stored in the channel's history."""
    channel.ephemerals.append(message)
    workspace.announce(Change(kind="ephemeral", user=message.user, channel=channel, message=message))
    return message


def find_ephemeral(channel: Channel, ts: str) -> Message | None:
    """The ephemeral message that somebody still sees at `ts`."""
    return next((message for message in channel.ephemerals if message.ts == ts), None)


def changed(workspace: Workspace, channel: Channel, message: Message, actor: str, before: Json) -> None:
    """Tell that a message looks different now; `before` is how it looked."""
    detail = {"previous_message": before}
    workspace.announce(Change(kind="message_changed", user=actor, channel=channel, message=message, detail=detail))


def delete(workspace: Workspace, channel: Channel, message: Message, actor: str, before: Json) -> None:
    """Take a message away, from the history or from its one person's screen."""
    if message.ephemeral_to:
        channel.ephemerals.remove(message)
    else:
        del channel.messages[message.ts]
        channel.pins.pop(message.ts, None)
        if message.thread_ts and message.is_reply:
            channel.threads[message.thread_ts].remove(message.ts)
    detail = {"previous_message": before}
    workspace.announce(Change(kind="message_deleted", user=actor, channel=channel, message=message, detail=detail))


def react(workspace: Workspace, channel: Channel, ts: str, name: str, user: str) -> None:
    """Add an emoji to a message. Raises `already_reacted`, `invalid_name`, `message_not_found`, `is_archived`."""
    if channel.is_archived:
        raise SlackError("is_archived")
    if not name or not all(char.isalnum() or char in "_-+':" for char in name):
        raise SlackError("invalid_name")
    message = workspace.message(channel, ts)
    people = message.reactions.setdefault(name, [])
    if user in people:
        raise SlackError("already_reacted")
    people.append(user)
    detail = {"reaction": name}
    workspace.announce(Change(kind="reaction_added", user=user, channel=channel, message=message, detail=detail))


def unreact(workspace: Workspace, channel: Channel, ts: str, name: str, user: str) -> None:
    """Take one's own emoji back. Raises `no_reaction`."""
    message = workspace.message(channel, ts)
    people = message.reactions.get(name, [])
    if user not in people:
        raise SlackError("no_reaction")
    people.remove(user)
    if not people:
        del message.reactions[name]
    detail = {"reaction": name}
    workspace.announce(Change(kind="reaction_removed", user=user, channel=channel, message=message, detail=detail))


def pin(workspace: Workspace, channel: Channel, ts: str, user: str) -> None:
    """Pin a message to its channel. Raises `already_pinned`, `too_many_pins`, `not_pinnable`."""
    message = workspace.message(channel, ts)
    if message.subtype:
        raise SlackError("not_pinnable")
    if ts in channel.pins:
        raise SlackError("already_pinned")
    if len(channel.pins) >= MOST_PINS:
        raise SlackError("too_many_pins")
    channel.pins[ts] = Pin(ts=ts, user=user, created=workspace.seconds())
    workspace.announce(Change(kind="pin_added", user=user, channel=channel, message=message))


def unpin(workspace: Workspace, channel: Channel, ts: str, user: str) -> None:
    """Take a pin off. Raises `no_pin`."""
    message = workspace.message(channel, ts)
    if ts not in channel.pins:
        raise SlackError("no_pin")
    del channel.pins[ts]
    workspace.announce(Change(kind="pin_removed", user=user, channel=channel, message=message))
