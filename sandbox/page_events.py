"""The page's live stream: each change goes, as Server-Sent Events, to those who may see it and nobody else."""

import asyncio
from collections.abc import Iterator

from aiohttp import web

from sandbox.page_shapes import Stage
from sandbox.record.calls import Call
from sandbox.state.model import Change, Channel, Message, User
from sandbox.state.shapes import view_json
from sandbox.wire import Json, compact

HEARTBEAT_SECONDS = 15.0
MOST_BEHIND = 2000


class PageEvents:
    """Everybody who has the page open, and what they are told."""

    def __init__(self, stage: Stage) -> None:
        self._stage = stage
        self._readers: set[tuple[str, asyncio.Queue[Json]]] = set()
        stage.workspace.listen(self._on_change)
        stage.calls.listen(self._on_call)

    async def stream(self, http: web.Request, me: User) -> web.StreamResponse:
        """Hold one page's stream open until it goes away."""
        response = web.StreamResponse(headers={"Content-Type": "text/event-stream", "Cache-Control": "no-store"})
        reader = (me.id, asyncio.Queue[Json](MOST_BEHIND))
        reader[1].put_nowait(self._opened(me))
        self._readers.add(reader)
        try:
            await response.prepare(http)
            await response.write(b": the stream is open\n\n")
            while True:
                await response.write(await self._next(reader[1]))
        except ConnectionError:
            return response
        finally:
            self._readers.discard(reader)

    def _opened(self, me: User) -> Json:
        """Where the stream begins: whoever has read an older version reads again, and these are the forms in front."""
        workspace = self._stage.workspace
        views = [view_json(workspace, view) for view in workspace.modals.get(me.id, [])]
        return {"type": "opened", "version": workspace.version, "views": views}

    @staticmethod
    async def _next(events: asyncio.Queue[Json]) -> bytes:
        try:
            async with asyncio.timeout(HEARTBEAT_SECONDS):
                event = await events.get()
        except TimeoutError:
            return b": still here\n\n"
        return f"data: {compact(event)}\n\n".encode()

    def _tell(self, event: Json, user_id: str, events: asyncio.Queue[Json]) -> None:
        """Queue an event; a page that is too far behind begins anew instead, and reads everything again."""
        if events.full():
            while not events.empty():
                events.get_nowait()
            event = self._opened(self._stage.workspace.users[user_id])
        events.put_nowait(event)

    def _on_call(self, call: Call) -> None:
        event = {"type": "call", "call": self._stage.call(call)} if self._readers else {}
        for user_id, events in self._readers:
            self._tell(event, user_id, events)

    def _on_change(self, change: Change) -> None:
        for user_id, events in self._readers:
            me = self._stage.workspace.users[user_id]
            for event in self._events(change, me):
                self._tell(event, user_id, events)

    def _events(self, change: Change, me: User) -> Iterator[Json]:
        if change.kind == "view":
            yield from self._view(change, me)
        elif change.kind == "people":
            yield {"type": "people"}
        elif change.channel is None or not self._stage.workspace.visible(change.channel, me.id):
            return
        elif change.kind == "read":
            if change.user == me.id:
                seen = self._stage.channel(change.channel, me)
                left = {"unread": seen["unread"], "mentions": seen["mentions"]}
                yield {"type": "read", "channel": change.channel.id, "ts": change.detail["ts"], **left}
        elif change.message is None:
            yield {"type": "channel", "channel": self._stage.channel(change.channel, me)}
        elif change.message.ephemeral_to in (None, me.id):
            yield from self._message(change, change.channel, change.message, me)

    def _message(self, change: Change, channel: Channel, message: Message, me: User) -> Iterator[Json]:
        kind = {"message": "message", "ephemeral": "message", "message_deleted": "message_deleted"}.get(
            change.kind, "message_changed"
        )
        yield {"type": kind, "channel": channel.id, "message": self._stage.message(message)}
        root = channel.messages.get(message.thread_ts or "") if message.is_reply else None
        if root and kind != "message_changed":
            yield {"type": "message_changed", "channel": channel.id, "message": self._stage.message(root)}
        if kind == "message" or change.kind.startswith("pin_"):
            yield {"type": "channel", "channel": self._stage.channel(channel, me)}

    def _view(self, change: Change, me: User) -> Iterator[Json]:
        view = change.view
        if view is None or view.user != me.id:
            return
        gone = change.detail["action"] == "close" and not change.detail["beneath"]
        errors = {"errors": change.detail["errors"]} if "errors" in change.detail else {}
        whole = None if gone else view_json(self._stage.workspace, view)
        yield {"type": "view", "action": change.detail["action"], "view": whole, **errors}
