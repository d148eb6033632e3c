"""Writing: post, update, delete, show to one person, link, schedule."""

import asyncio

from sandbox.blocks.guard import message_blocks
from sandbox.methods.request import Request
from sandbox.state import messages
from sandbox.state.channels import open_direct
from sandbox.state.model import Channel, Message
from sandbox.state.shapes import message_json
from sandbox.wire import Json, SlackError, compact

SHOWN_TEXT = 40_000
UPDATED_TEXT = 40_000
MARKDOWN_TEXT = 12_000
MOST_ATTACHMENTS = 100
METADATA_BYTES = 16_000
SCHEDULE_SECONDS = 120 * 24 * 3600


def post_message(request: Request) -> Json:
    """Post to a channel, a thread, or (given a user's id) that user's direct messages with the app."""
    channel = _destination(request)
    message = compose(request, channel, request.workspace.stamp())
    messages.add(request.workspace, channel, message)
    shown = message_json(request.workspace, message, base=request.base, metadata=True)
    answer: Json = {"channel": channel.id, "ts": message.ts, "message": shown}
    if len(request.arguments.text("text")) > SHOWN_TEXT:
        answer["warning"] = "message_truncated"
    return answer


def _destination(request: Request) -> Channel:
    """Where a post goes. Raises `channel_not_found`, `not_in_channel`, `is_archived`."""
    wanted = request.arguments.text("channel")
    workspace = request.workspace
    if wanted in workspace.users:
        return open_direct(workspace, request.user, wanted)[0]
    channel = workspace.channels.get(wanted) or workspace.channel_named(wanted)
    if channel is None or not workspace.visible(channel, request.user):
        raise SlackError("channel_not_found")
    if channel.is_archived:
        raise SlackError("is_archived")
    if request.user not in channel.members and "chat:write.public" not in request.caller.scopes:
        raise SlackError("not_in_channel")
    return channel


def compose(request: Request, channel: Channel, ts: str) -> Message:
    """The message that the arguments describe. Raises what Slack raises for its text, blocks or metadata."""
    arguments, app = request.arguments, request.caller.app
    text, blocks, attachments = content(request)
    thread = arguments.maybe("thread_ts")
    root = messages.thread_root(request.workspace, channel, thread) if thread else None
    by_bot = request.caller.kind == "bot"
    customized = "chat:write.customize" in request.caller.scopes
    return Message(
        ts=ts, channel=channel.id, user=request.user, text=text, blocks=blocks, attachments=attachments,
        thread_ts=root, metadata=_metadata(request), bot_id=app.bot_id if by_bot else None, app_id=app.id,
        subtype="thread_broadcast" if root and arguments.flag("reply_broadcast") else None,
        username=arguments.maybe("username") if customized else None,
        icons={"emoji": arguments.text("icon_emoji")} if customized and arguments.maybe("icon_emoji") else None,
    )  # fmt: skip


def content(request: Request) -> tuple[str, list[Json], list[Json]]:
    """Text, blocks and attachments. Raises `no_text` when there is nothing to read at all."""
    arguments = request.arguments
    text = arguments.text("text")
    markdown = arguments.maybe("markdown_text")
    if markdown:
        if text or arguments.json("blocks"):
            raise SlackError("markdown_text_conflict")
        if len(markdown) > MARKDOWN_TEXT:
            raise SlackError("msg_too_long")
        return markdown, message_blocks([{"type": "markdown", "text": markdown}]), []
    given = arguments.json("blocks")
    blocks = message_blocks(given) if given else []
    attachments = _attachments(arguments.json("attachments"))
    if not text.strip() and not blocks and not attachments:
        raise SlackError("no_text")
    return text[:SHOWN_TEXT], blocks, attachments


def _attachments(given: object) -> list[Json]:
    if not given:
        return []
    if not isinstance(given, list) or not all(isinstance(item, dict) for item in given):
        raise SlackError("invalid_attachments")
    if len(given) > MOST_ATTACHMENTS:
        raise SlackError("too_many_attachments")
    return [
        {**item, "id": number, **({"blocks": message_blocks(item["blocks"])} if item.get("blocks") else {})}
        for number, item in enumerate(given, start=1)
    ]


def _metadata(request: Request) -> Json | None:
    given = request.arguments.json("metadata")
    if not given:
        return None
    if not isinstance(given, dict):
        raise SlackError("invalid_metadata_format")
    if "entities" not in given and not (
        isinstance(given.get("event_type"), str) and isinstance(given.get("event_payload"), dict)
    ):
        raise SlackError("invalid_metadata_format")
    if len(compact(given).encode()) > METADATA_BYTES:
        raise SlackError("metadata_too_large")
    return given


def update(request: Request) -> Json:
    """Edit one of one's own messages; what is not given stays, but text alone takes the blocks away."""
    workspace, arguments = request.workspace, request.arguments
    channel = request.channel()
    if channel.is_archived:
        raise SlackError("is_inactive")
    message = workspace.message(channel, arguments.text("ts"))
    if message.user != request.user or message.subtype not in (None, "thread_broadcast"):
        raise SlackError("cant_update_message")
    if len(arguments.text("text")) > UPDATED_TEXT:
        raise SlackError("msg_too_long")
    before = message_json(workspace, message, base=request.base)
    edit(request, message)
    messages.changed(workspace, channel, message, request.user, before)
    shown = message_json(workspace, message, base=request.base, metadata=True)
    return {"channel": channel.id, "ts": message.ts, "text": message.text, "message": shown}


def edit(request: Request, message: Message) -> None:
    """Put new content into a message, and note the edit."""
    arguments = request.arguments
    if arguments.json("attachments") is not None and not (arguments.text("text") or arguments.json("blocks")):
        message.attachments = _attachments(arguments.json("attachments"))
    else:
        message.text, message.blocks, message.attachments = content(request)
    if "metadata" in arguments:
        message.metadata = _metadata(request)
    message.edited = {"user": request.user, "ts": request.workspace.stamp()}


def delete(request: Request) -> Json:
    """Take one of one's own messages away."""
    channel = request.channel()
    message = request.workspace.message(channel, request.arguments.text("ts"))
    if message.user != request.user:
        raise SlackError("cant_delete_message")
    before = message_json(request.workspace, message, base=request.base)
    messages.delete(request.workspace, channel, message, request.user, before)
    return {"channel": channel.id, "ts": message.ts}


def post_ephemeral(request: Request) -> Json:
    """Show something to one person in a channel; nobody else ever sees it."""
    channel = _destination(request)
    person = request.workspace.user(request.arguments.text("user"))
    if person.id not in channel.members:
        raise SlackError("user_not_in_channel")
    if len(request.arguments.text("text")) > SHOWN_TEXT:
        raise SlackError("msg_too_long")
    message = compose(request, channel, request.workspace.stamp())
    message.ephemeral_to = person.id
    messages.show_ephemeral(request.workspace, channel, message)
    return {"message_ts": message.ts}


def permalink(request: Request) -> Json:
    """A message's address."""
    channel = request.channel()
    message = request.workspace.message(channel, request.arguments.text("message_ts"))
    address = f"{request.base}/archives/{channel.id}/p{message.ts.replace('.', '')}"
    if message.is_reply:
        address += f"?thread_ts={message.thread_ts}&cid={channel.id}"
    return {"channel": channel.id, "permalink": address}


def schedule(request: Request) -> Json:
    """Post later: content is checked now, the post itself happens in real time at `post_at`."""
    channel = _destination(request)
    delay = request.arguments.number("post_at", 0) - request.workspace.clock.now()
    if delay < 0:
        raise SlackError("time_in_past")
    if delay > SCHEDULE_SECONDS:
        raise SlackError("time_too_far")
    message = compose(request, channel, "")

    def due() -> None:
        message.ts = request.workspace.stamp()
        messages.add(request.workspace, channel, message)

    asyncio.get_running_loop().call_later(delay, due)
    return {
        "channel": channel.id, "post_at": request.arguments.number("post_at", 0),
        "scheduled_message_id": request.workspace.mint("Q"),
        "message": {"text": message.text, "bot_id": message.bot_id},
    }  # fmt: skip
