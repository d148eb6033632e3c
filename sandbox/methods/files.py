"""Files by the external upload: ask for an address, send the bytes there, complete and share."""

import mimetypes

from sandbox.methods.request import Request
from sandbox.state import messages
from sandbox.state.channels import require_member
from sandbox.state.model import Change, Channel, File, Message
from sandbox.state.shapes import file_json
from sandbox.wire import Json, SlackError

MOST_CHANNELS = 100


def get_upload_url(request: Request) -> Json:
    """An address to send the bytes to, without any token."""
    name = request.arguments.text("filename")
    length = request.arguments.number("length", 0)
    if length < 1:
        words = "[ERROR] must be greater than or equal to 1 [json-pointer:/length]"
        raise SlackError("invalid_arguments", messages=[words])
    file = File(
        id=request.workspace.mint("F"), user=request.user, name=name, size=length,
        created=request.workspace.clock.now(), mimetype=mimetypes.guess_type(name)[0] or "application/octet-stream",
    )  # fmt: skip
    request.workspace.files[file.id] = file
    return {"upload_url": f"{request.base}/upload/v1/{file.id}", "file_id": file.id}


def complete_upload(request: Request) -> Json:
    """Make uploaded files real, and share them in a channel when one is named."""
    chosen = _files(request)
    targets = [_target(request, name) for name in _channel_ids(request)]
    for file, title in chosen:
        file.complete, file.title = True, title or file.name
    for channel in targets:
        _share(request, channel, [file for file, _ in chosen])
    return {"files": [file_json(request.workspace, file, request.base) for file, _ in chosen]}


def _files(request: Request) -> list[tuple[File, str]]:
    given = request.arguments.json("files")
    if not isinstance(given, list) or not given or not all(isinstance(item, dict) for item in given):
        raise SlackError("invalid_arguments", messages=["[ERROR] must be an array of files [json-pointer:/files]"])
    return [(_ready(request, str(item.get("id", ""))), str(item.get("title") or "")) for item in given]


def _ready(request: Request, file_id: str) -> File:
    file = request.workspace.files.get(file_id)
    if file is None or not file.uploaded or file.user != request.user:
        raise SlackError("file_not_found")
    return file


def _channel_ids(request: Request) -> list[str]:
    single = request.arguments.maybe("channel_id")
    named = [single] if single else request.arguments.ids("channels")
    if len(named) > MOST_CHANNELS:
        raise SlackError("channels_limit_exceeded")
    return named


def _target(request: Request, channel_id: str) -> Channel:
    channel = request.workspace.channel(channel_id)
    require_member(channel, request.user)
    if channel.is_archived:
        raise SlackError("posting_to_channel_denied")
    return channel


def _share(request: Request, channel: Channel, files: list[File]) -> None:
    workspace, app = request.workspace, request.caller.app
    thread = request.arguments.maybe("thread_ts")
    message = Message(
        ts=workspace.stamp(), channel=channel.id, user=request.user, text=request.arguments.text("initial_comment"),
        files=files, bot_id=app.bot_id, app_id=app.id,
        thread_ts=messages.thread_root(workspace, channel, thread) if thread else None,
    )  # fmt: skip
    for file in files:
        file.channels.append(channel.id)
    messages.add(workspace, channel, message)
    for file in files:
        workspace.announce(
            Change(kind="file_shared", user=request.user, channel=channel, message=message, detail={"file_id": file.id})
        )


def info(request: Request) -> Json:
    """One file's facts."""
    file = request.workspace.files.get(request.arguments.text("file"))
    if file is None or not file.complete:
        raise SlackError("file_not_found")
    return {"file": file_json(request.workspace, file, request.base), "comments": []}


def receive(file: File, content: bytes) -> None:
    """Take the bytes that were sent to a file's address. Raises `file_update_failed` when they come twice."""
    if file.uploaded:
        raise SlackError("file_update_failed")
    file.content, file.size, file.uploaded = content, len(content), True
