"""What people do by themselves, without any app's doing: write, look, join, react, pin, open a Home tab."""

import re
import uuid

from sandbox.deliveries import commands
from sandbox.deliveries.delivery import Answer
from sandbox.deliveries.switchboard import Switchboard
from sandbox.state import channels, messages
from sandbox.state.model import App, Change, Channel, Message, User
from sandbox.state.shapes import message_json
from sandbox.wire import SlackError

_COMMAND = re.compile(r"/[a-z0-9_-]+(\s|$)")


class NotPossible(Exception):
    """Somebody cannot do that; the text is one sentence for them."""


def looks_like_command(text: str) -> bool:
    """Whether a line in the composer would be taken as a slash command."""
    return bool(_COMMAND.match(text))


async def command(board: Switchboard, user: User, channel: Channel, text: str, *, times: int = 1) -> Answer:
    """Type a slash command. Raises NotPossible for one that no app has registered."""
    found = commands.find(board.workspace, text)
    if found is None:
        raise NotPossible(f"{text.split()[0]} is not a command of any installed app.")
    app, known, rest = found
    return await commands.run(board, user, channel, app, known, rest, times=times)


def post(board: Switchboard, user: User, channel: Channel, text: str, thread_ts: str | None = None) -> Message:
    """Write in a channel or thread; @names and #channels become references. Raises NotPossible."""
    workspace = board.workspace
    if user.id not in channel.members:
        raise NotPossible(f"Join #{channel.name} before writing there.")
    if channel.is_archived:
        raise NotPossible(f"#{channel.name} is archived.")
    if not text.strip():
        raise NotPossible("There is nothing to send.")
    try:
        root = messages.thread_root(workspace, channel, thread_ts) if thread_ts else None
    except SlackError:
        raise NotPossible("That thread is gone.") from None
    message = Message(
        ts=workspace.stamp(), channel=channel.id, user=user.id, text=commands.escaped(workspace, text), thread_ts=root,
        client_msg_id=str(uuid.uuid4()),
    )  # fmt: skip
    return messages.add(workspace, channel, message)


def edit(board: Switchboard, user: User, channel: Channel, message: Message, text: str) -> None:
    """Change what one has written."""
    before = message_json(board.workspace, message, base=board.base)
    message.text = commands.escaped(board.workspace, text)
    message.edited = {"user": user.id, "ts": board.workspace.stamp()}
    messages.changed(board.workspace, channel, message, user.id, before)


def join(board: Switchboard, user: User, channel: Channel) -> None:
    """Go into a public channel."""
    if channel.type != "channel":
        raise NotPossible("Only a member can bring you in there.")
    channels.enter(board.workspace, channel, user.id)


def react(board: Switchboard, user: User, channel: Channel, ts: str, name: str, on: bool) -> None:
    """Put an emoji on a message, or take it back; doing it twice is no harm."""
    with_state = messages.react if on else messages.unreact
    try:
        with_state(board.workspace, channel, ts, name.strip(":"), user.id)
    except SlackError as refusal:
        if refusal.code not in ("already_reacted", "no_reaction"):
            raise NotPossible(f"Slack says {refusal.code}.") from None


def pin(board: Switchboard, user: User, channel: Channel, ts: str, on: bool) -> None:
    """Pin a message to its channel, or take the pin off."""
    with_state = messages.pin if on else messages.unpin
    try:
        with_state(board.workspace, channel, ts, user.id)
    except SlackError as refusal:
        if refusal.code not in ("already_pinned", "no_pin"):
            raise NotPossible(f"Slack says {refusal.code}.") from None


def read(board: Switchboard, user: User, channel: Channel, ts: str) -> None:
    """Everything up to `ts` has been seen."""
    channel.read[user.id] = max(ts, channel.read.get(user.id, ""))
    board.workspace.announce(Change(kind="read", user=user.id, channel=channel, detail={"ts": channel.read[user.id]}))


def open_home(board: Switchboard, user: User, app: App) -> None:
    """Look at an app's Home tab, of which the app hears."""
    direct, _ = channels.open_direct(board.workspace, user.id, app.user)
    board.workspace.announce(Change(kind="home_opened", user=user.id, detail={"channel": direct.id, "app": app.id}))
