"""Socket Mode: one-time tickets, hello, envelopes and their acknowledgements, and Slack's ways of hanging up."""

import asyncio
import itertools
import json
import secrets
import uuid
from collections import defaultdict

from aiohttp import WSMsgType, web

from sandbox.deliveries.delivery import Delivery, NotAnswered, Retry
from sandbox.faults import Faults
from sandbox.state.model import App
from sandbox.wire import Json, compact

MOST_SOCKETS = 10


class SocketMode:
    """All WebSocket connections of all apps; a transport for deliveries."""

    def __init__(self, faults: Faults) -> None:
        self._faults = faults
        self._tickets: dict[str, App] = {}
        self._sockets: dict[str, list[web.WebSocketResponse]] = defaultdict(list)
        self._wires: dict[web.WebSocketResponse, asyncio.Transport] = {}
        self._waiting: dict[str, asyncio.Future[Json]] = {}
        self._turn = itertools.count()
        self._arrival = asyncio.Event()

    def issue_ticket(self, app: App, host: str) -> str:
        """The address of one connection; its ticket opens it once."""
        ticket = secrets.token_urlsafe(24)
        self._tickets[ticket] = app
        return f"ws://{host}/link/?ticket={ticket}&app_id={app.id}"

    def connections(self, app: App) -> int:
        """How many sockets an app holds open."""
        return sum(not socket.closed for socket in self._sockets[app.id])

    async def connected(self, app: App) -> None:
        """Wait until the app holds a socket open."""
        while not self._sockets[app.id]:
            self._arrival.clear()
            await self._arrival.wait()

    async def accept(self, request: web.Request) -> web.StreamResponse:
        """Serve one connection until it ends. A refused handshake answers 401, and its ticket is spent all the same."""
        app = self._tickets.pop(request.query.get("ticket", ""), None)
        if app is None or self._faults.refuses_handshake():
            return web.Response(status=401, text="the ticket is unknown, was used before, or is refused")
        socket = web.WebSocketResponse(autoping=True, max_msg_size=0)
        await socket.prepare(request)
        mine = self._sockets[app.id]
        if len(mine) >= MOST_SOCKETS:
            await socket.send_str(compact({"type": "disconnect", "reason": "too_many_websockets"}))
            await socket.close()
            return socket
        mine.append(socket)
        if isinstance(request.transport, asyncio.Transport):
            self._wires[socket] = request.transport
        try:
            await socket.send_str(compact(self._hello(app, request.host)))
            self._arrival.set()
            await self._listen(socket)
        finally:
            mine.remove(socket)
            self._wires.pop(socket, None)
        return socket

    def _hello(self, app: App, host: str) -> Json:
        return {
            "type": "hello", "num_connections": self.connections(app), "connection_info": {"app_id": app.id},
            "debug_info": {"host": host, "build_number": 1, "approximate_connection_time": 18060},
        }  # fmt: skip

    async def _listen(self, socket: web.WebSocketResponse) -> None:
        async for message in socket:
            if message.type is not WSMsgType.TEXT:
                continue
            answer = json.loads(message.data)
            waiting = self._waiting.get(str(answer.get("envelope_id")))
            if waiting and not waiting.done():
                waiting.set_result(answer.get("payload") or {})

    async def send(self, delivery: Delivery, retry: Retry | None, seconds: float) -> Json:
        """Send one envelope over one of the app's sockets and wait for its acknowledgement."""
        open_sockets = [socket for socket in self._sockets[delivery.app.id] if not socket.closed]
        if not open_sockets:
            raise NotAnswered("connection_failed")
        socket = open_sockets[next(self._turn) % len(open_sockets)]
        envelope_id = str(uuid.uuid4())
        envelope: Json = {
            "envelope_id": envelope_id, "type": delivery.type, "accepts_response_payload": delivery.takes_answer,
            "payload": delivery.payload,
        }  # fmt: skip
        if delivery.type == "events_api":
            envelope |= {"retry_attempt": retry.attempt if retry else 0, "retry_reason": retry.reason if retry else ""}
        waiting: asyncio.Future[Json] = asyncio.get_running_loop().create_future()
        self._waiting[envelope_id] = waiting
        try:
            await socket.send_str(compact(envelope))
            async with asyncio.timeout(seconds):
                return await waiting
        except TimeoutError:
            raise NotAnswered("timeout") from None
        except ConnectionError:
            raise NotAnswered("connection_failed") from None
        finally:
            del self._waiting[envelope_id]

    async def disconnect(self, app: App, reason: str = "refresh_requested", *, close: bool = True) -> None:
        """Ask the app's sockets to reconnect (refresh_requested, warning) or forbid it (link_disabled)."""
        notice = compact({"type": "disconnect", "reason": reason, "debug_info": {"host": "sandbox"}})
        for socket in list(self._sockets[app.id]):
            await socket.send_str(notice)
            if close:
                await socket.close()

    async def drop(self, app: App) -> None:
        """Cut the app's sockets without a word, as a broken network does."""
        for socket in self._sockets[app.id]:
            self._wires[socket].abort()

    async def stop(self) -> None:
        """Close every connection."""
        for sockets in list(self._sockets.values()):
            for socket in list(sockets):
                await socket.close()
