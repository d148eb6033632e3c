"""The addresses an app uses besides the Web API: response_urls, file uploads, and files to read back."""

import json
from urllib.parse import quote

from aiohttp import web

from sandbox.blocks.guard import message_blocks
from sandbox.deliveries.commands import answer_here
from sandbox.deliveries.triggers import ResponseUrl, Triggers
from sandbox.faults import Faults
from sandbox.methods.files import receive
from sandbox.record.calls import Calls
from sandbox.state import messages
from sandbox.state.model import Channel, Message
from sandbox.state.shapes import message_json
from sandbox.state.workspace import Workspace
from sandbox.web_api import OnCall, cut
from sandbox.wire import Json, SlackError

SHOWN_AS_IS = ("image/png", "image/jpeg", "image/gif", "image/webp", "text/plain", "text/markdown", "application/json",
               "application/pdf", "text/csv")  # fmt: skip


class SideDoors:
    """Serves /response/<key>, /upload/v1/<id> and /files/<id>/<name>."""

    def __init__(self, *, workspace: Workspace, triggers: Triggers, calls: Calls, faults: Faults) -> None:
        self._workspace = workspace
        self._triggers = triggers
        self._calls = calls
        self._faults = faults
        self.on_call: OnCall | None = None

    async def respond(self, http: web.Request) -> web.StreamResponse:
        """An answer through a response_url; recorded as a call of the method `response_url`."""
        key = http.match_info["key"]
        if self._faults.outage:
            return web.Response(status=503)
        body = await http.read()
        call = self._calls.begin("response_url", "", {"response_url": key, **_parsed(body)})
        fault = self._faults.on_call("response_url")
        if fault and fault.kind != "lost":
            self._calls.finish(call, fault.status, {"ok": False, "error": fault.kind})
            return web.Response(status=fault.status, headers={"Retry-After": str(fault.retry_after)})
        status, answer = 200, {"ok": True}
        try:
            self._respond(key, _parsed(body))
        except SlackError as refusal:
            status, answer = 404 if refusal.code in ("expired_url", "used_url") else 400, refusal.body()
        call.lost = fault is not None
        self._calls.finish(call, status, answer)
        if self.on_call:
            await self.on_call(call)
        if call.lost:
            return cut(http)
        return web.Response(text="ok") if status == 200 else web.json_response(answer, status=status)

    def _respond(self, key: str, payload: Json) -> None:
        response = self._triggers.spend_response(key)
        workspace = self._workspace
        channel = workspace.channel(response.channel)
        original = _original(channel, response)
        if original and payload.get("delete_original"):
            messages.delete(workspace, channel, original, original.user, message_json(workspace, original))
        elif original and payload.get("replace_original"):
            self._replace(channel, original, payload)
        else:
            app, user = workspace.apps[response.app_id], workspace.users[response.user]
            thread = str(payload.get("thread_ts") or "") or response.thread_ts
            if answer_here(workspace, app, user, channel, payload, thread) is None:
                raise SlackError("no_text")

    def _replace(self, channel: Channel, original: Message, payload: Json) -> None:
        before = message_json(self._workspace, original)
        original.blocks = message_blocks(payload["blocks"]) if payload.get("blocks") else []
        original.text = str(payload.get("text") or "")
        original.attachments = list(payload.get("attachments") or [])
        original.edited = None if original.ephemeral_to else {"user": original.user, "ts": self._workspace.stamp()}
        messages.changed(self._workspace, channel, original, original.user, before)

    async def upload(self, http: web.Request) -> web.Response:
        """The bytes of a file, to the address that files.getUploadURLExternal gave out; no token is asked."""
        file = self._workspace.files.get(http.match_info["file"])
        if file is None:
            return web.Response(status=404, text="file_not_found")
        content = await _content(http)
        call = self._calls.begin("upload", "", {"file": file.id, "length": len(content)})
        try:
            receive(file, content)
        except SlackError as refusal:
            self._calls.finish(call, 400, refusal.body())
            return web.Response(status=400, text=refusal.code)
        self._calls.finish(call, 200, {"ok": True})
        return web.Response(text=f"OK - {len(content)}")

    async def private_file(self, http: web.Request) -> web.Response:
        """A file's bytes for an app, which must show its token as it does to Slack."""
        shown = http.headers.get("Authorization", "").removeprefix("Bearer ")
        if not any(shown in (app.bot_token, *app.user_tokens) for app in self._workspace.apps.values()):
            return web.Response(status=403, text="send the app's token as a bearer token")
        return await self.file(http)

    async def file(self, http: web.Request) -> web.Response:
        """A shared file's bytes, never as a page: only what cannot carry script is shown in place."""
        file = self._workspace.files.get(http.match_info["file"])
        if file is None or not file.complete:
            return web.Response(status=404, text="there is no such file")
        inline = file.mimetype in SHOWN_AS_IS
        content_type = "text/plain" if inline and file.mimetype.startswith("text/") else file.mimetype
        kind = "inline" if inline else "attachment"
        return web.Response(
            body=file.content, content_type=content_type if inline else "application/octet-stream",
            charset="utf-8" if content_type == "text/plain" else None,
            headers={
                "Content-Disposition": f"{kind}; filename*=UTF-8''{quote(file.name)}",
                "X-Content-Type-Options": "nosniff", "Content-Security-Policy": "sandbox; default-src 'none'",
            },
        )  # fmt: skip


def _parsed(body: bytes) -> Json:
    try:
        payload = json.loads(body)
    except ValueError:
        return {"text": body.decode(errors="replace")}
    return payload if isinstance(payload, dict) else {}


def _original(channel: Channel, response: ResponseUrl) -> Message | None:
    if response.ts is None:
        return None
    return channel.messages.get(response.ts) or messages.find_ephemeral(channel, response.ts)


async def _content(http: web.Request) -> bytes:
    if not http.content_type.startswith("multipart/"):
        return await http.read()
    form = await http.post()
    for value in form.values():
        if isinstance(value, web.FileField):
            return value.file.read()
        if isinstance(value, bytes | bytearray):
            return bytes(value)
    return b""
