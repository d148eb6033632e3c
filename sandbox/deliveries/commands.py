"""Slash commands: from what somebody typed to what the app answered there and then."""

import re

from sandbox.blocks.guard import message_blocks
from sandbox.deliveries.delivery import Answer, Delivery
from sandbox.deliveries.switchboard import Switchboard, first_good, place_json
from sandbox.state import messages
from sandbox.state.model import App, Channel, Command, Message, User
from sandbox.state.workspace import Workspace
from sandbox.wire import Json, SlackError

_FAILURES = {
    "timeout": "operation_timeout", "http_timeout": "operation_timeout", "connection_failed": "dispatch_failed",
}  # fmt: skip
_NAMED = re.compile(r"(?<![\w<])([@#])([a-z0-9][a-z0-9._-]*)")


def find(workspace: Workspace, text: str) -> tuple[App, Command, str] | None:
    """The app and command that a line starts with, and the rest of the line; None when no app registered it."""
    word, _, rest = text.partition(" ")
    for app in workspace.apps.values():
        if word in app.commands:
            return app, app.commands[word], rest.strip()
    return None


def escaped(workspace: Workspace, text: str) -> str:
    """Replace @names and #channels by Slack's references, as it does for commands registered with `should_escape`."""

    def reference(match: re.Match[str]) -> str:
        sign, name = match.groups()
        if sign == "#":
            channel = workspace.channel_named(name)
            return f"<#{channel.id}|{channel.name}>" if channel else match[0]
        user = workspace.user_named(name)
        group = next((group for group in workspace.groups.values() if group.handle == name), None)
        if user:
            return f"<@{user.id}|{user.name}>"
        return f"<!subteam^{group.id}|@{group.handle}>" if group else match[0]

    return _NAMED.sub(reference, text)


async def run(
    board: Switchboard, user: User, channel: Channel, app: App, command: Command, text: str, *, times: int = 1
) -> Answer:
    """Deliver a command; the app's answer appears where it was typed, to that person only unless it says in_channel."""
    delivery = board.delivery("slash_commands", "command", app, user, channel)
    delivery.payload = _payload(board, delivery, user, channel, command, text)
    answers = await board.send(delivery, times)
    shown = [_show(board, delivery, user, channel, command, answer) for answer in answers]
    return first_good(shown)


def _payload(board: Switchboard, delivery: Delivery, user: User, channel: Channel, command: Command, text: str) -> Json:
    workspace, app = board.workspace, delivery.app
    return {
        "token": app.verification_token, "team_id": workspace.id, "team_domain": workspace.domain,
        "channel_id": channel.id, "channel_name": place_json(channel)["name"], "user_id": user.id,
        "user_name": user.name, "command": command.name,
        "text": escaped(workspace, text) if command.should_escape else text, "api_app_id": app.id,
        "is_enterprise_install": "false", "response_url": board.response_url(delivery),
        "trigger_id": board.trigger(delivery),
    }  # fmt: skip


def _show(
    board: Switchboard, delivery: Delivery, user: User, channel: Channel, command: Command, answer: Answer
) -> Answer:
    failure = _FAILURES.get(answer.failure, answer.failure) if answer.failure else None
    if failure is None:
        try:
            answer_here(board.workspace, delivery.app, user, channel, answer.payload)
        except SlackError:
            failure = "invalid_command_response"
    if failure:
        board.slackbot_says(channel, user, f'{command.name} failed with the error "{failure}"')
    return Answer(payload=answer.payload, failure=failure, latency_ms=answer.latency_ms)


def answer_here(
    workspace: Workspace, app: App, user: User, channel: Channel, payload: Json, thread_ts: str | None = None
) -> Message | None:
    """Show an app's answer where somebody acted; nothing to show gives None. Raises `invalid_blocks`."""
    blocks = message_blocks(payload["blocks"]) if payload.get("blocks") else []
    text = str(payload.get("text") or "")
    if not text and not blocks and not payload.get("attachments"):
        return None
    public = payload.get("response_type") == "in_channel"
    message = Message(
        ts=workspace.stamp(), channel=channel.id, user=app.user, text=text, blocks=blocks, bot_id=app.bot_id,
        app_id=app.id, ephemeral_to=None if public else user.id, thread_ts=thread_ts,
        attachments=list(payload.get("attachments") or []), metadata=payload.get("metadata"),
    )  # fmt: skip
    if public:
        return messages.add(workspace, channel, message)
    return messages.show_ephemeral(workspace, channel, message)
