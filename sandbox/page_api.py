"""The browser page's own door: its files and its JSON API, for a browser on this machine and for no other site."""

from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from urllib.parse import urlsplit

from aiohttp import web

from sandbox import acts
from sandbox.deliveries import forms, interactions
from sandbox.deliveries.interactions import NotThere, Place
from sandbox.deliveries.switchboard import Switchboard
from sandbox.page_events import PageEvents
from sandbox.page_files import PageFiles
from sandbox.page_shapes import Stage
from sandbox.panel import Panel
from sandbox.state import canvases, channels, messages, views
from sandbox.state.model import Channel, User, View
from sandbox.wire import Json, SlackError, compact, present

_LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})
_POLICY = (
    "default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'"
)
_HEADERS = {"Content-Security-Policy": _POLICY, "X-Content-Type-Options": "nosniff", "Referrer-Policy": "no-referrer"}
_FIRST_MESSAGES = 30
_MOST_MESSAGES = 1000
_UNANSWERED = "The app did not answer within 3 seconds."

Door = Callable[[web.Request], Awaitable[web.StreamResponse]]
Act = Callable[[User, Json], Awaitable[Json]]


class PageApi:
    """Serves the page under / and what it asks for under /page/."""

    def __init__(self, *, stage: Stage, panel: Panel | None, static: Path) -> None:
        self._stage = stage
        self._workspace = stage.workspace
        self._panel = panel
        self._files = PageFiles(static)
        self._events = PageEvents(stage)
        self.board: Switchboard

    def routes(self) -> list[web.RouteDef]:
        """Everything this serves; every POST is an act of the person named in its body."""
        acts_by_name: dict[str, Act] = {
            "post": self._post, "click": self._click, "options": self._options, "submit": self._submit,
            "close": self._close, "react": self._react, "pin": self._pin, "join": self._join, "read": self._read,
            "dm": self._dm, "home": self._home,
        }  # fmt: skip
        doors = {
            "/": self._index, "/page/static/{version}/{file}": self._file, "/page/static/{file}": self._file,
            "/page/state": self._state,
            "/page/events": self._stream, "/page/messages": self._messages, "/page/calls": self._calls,
            "/page/canvas": self._canvas, "/page/panel": self._panel_state,
        }  # fmt: skip
        return [
            *(web.get(path, guarded(door)) for path, door in doors.items()),
            *(web.post(f"/page/{name}", guarded(self._acting(act))) for name, act in acts_by_name.items()),
            web.post("/page/panel/fault", guarded(self._panel_fault)),
            web.post("/page/panel/alert", guarded(self._panel_alert)),
        ]

    def _acting(self, act: Act) -> Door:
        """An act as a door: reads the body, names the person, and turns a refusal into one sentence."""

        async def door(http: web.Request) -> web.Response:
            body = await _body(http)
            try:
                return web.json_response({"ok": True, **await act(self._me(body), body)})
            except (acts.NotPossible, NotThere) as refusal:
                return web.json_response({"ok": False, "error": str(refusal)})
            except SlackError as refusal:
                return web.json_response({"ok": False, "error": f"Slack says {refusal.code}."})

        return door

    def _me(self, asked: Json) -> User:
        user = self._workspace.users.get(str(asked.get("as", "")))
        if user is None or user.is_bot:
            raise _no(web.HTTPNotFound, "nobody here has that id")
        return user

    def _channel(self, me: User, channel_id: str) -> Channel:
        channel = self._workspace.channel(channel_id)
        if not self._workspace.visible(channel, me.id):
            raise SlackError("channel_not_found")
        return channel

    # Looking

    async def _index(self, http: web.Request) -> web.StreamResponse:
        return self._files.index(self._opening(http.query))

    def _opening(self, asked: Mapping[str, str]) -> Json:
        """What the page shows first, in the page itself; nothing for somebody whom nobody knows: the page says so."""
        try:
            me = self._me({"as": asked.get("as") or self._somebody()})
        except web.HTTPNotFound:
            return {}
        opening = {"state": self._stage.state(me, panel=self._panel is not None)}
        try:
            channel = self._channel(me, asked.get("channel", ""))
        except SlackError:
            return opening
        found = self._stage.messages(channel, me, None, None, _FIRST_MESSAGES)
        return {**opening, "channel": channel.id, "messages": found}

    async def _file(self, http: web.Request) -> web.StreamResponse:
        return self._files.file(http.match_info["file"], http.match_info.get("version", ""))

    def _somebody(self) -> str:
        """Who one is until one chooses."""
        return next(user.id for user in self._workspace.users.values() if user.email)

    async def _state(self, http: web.Request) -> web.Response:
        me = self._me({"as": http.query.get("as") or self._somebody()})
        return web.json_response(self._stage.state(me, panel=self._panel is not None))

    async def _messages(self, http: web.Request) -> web.Response:
        me, query = self._me(dict(http.query)), http.query
        try:
            channel = self._channel(me, query.get("channel", ""))
            limit = min(max(int(query.get("limit", "100")), 1), _MOST_MESSAGES)
        except (SlackError, ValueError):
            return web.json_response({"ok": False, "error": "There is no such channel for you."}, status=404)
        found = self._stage.messages(channel, me, query.get("thread_ts"), query.get("before"), limit)
        return web.json_response(found)

    async def _canvas(self, http: web.Request) -> web.Response:
        me = self._me(dict(http.query))
        try:
            canvas = canvases.find(self._workspace, http.query.get("id", ""), me.id)
        except SlackError:
            return web.json_response({"ok": False, "error": "There is no such canvas for you."}, status=404)
        return web.json_response({"title": canvas.title, "markdown": canvases.text(canvas)})

    async def _stream(self, http: web.Request) -> web.StreamResponse:
        return await self._events.stream(http, self._me(dict(http.query)))

    async def _calls(self, http: web.Request) -> web.Response:
        after = http.query.get("after", "0")
        return web.json_response(self._stage.record(int(after) if after.isdecimal() else 0))

    # Acting

    async def _post(self, me: User, body: Json) -> Json:
        channel, text = self._channel(me, str(body.get("channel", ""))), str(body.get("text", ""))
        if acts.looks_like_command(text):
            await acts.command(self.board, me, channel, text)
            return {}
        message = acts.post(self.board, me, channel, text, body.get("thread_ts") or None)
        return {"ts": message.ts}

    def _place(self, me: User, body: Json) -> Place:
        """Where somebody clicked: an open view of theirs, or a message that they see."""
        if body.get("view_id"):
            view = views.find(self._workspace, str(body["view_id"]), None)
            if view.user != me.id:
                raise SlackError("not_found")
            return view
        channel, ts = self._channel(me, str(body.get("channel", ""))), str(body.get("ts", ""))
        message = channel.messages.get(ts) or messages.find_ephemeral(channel, ts)
        if message is None or message.ephemeral_to not in (None, me.id):
            raise SlackError("message_not_found")
        return channel, message

    async def _click(self, me: User, body: Json) -> Json:
        place = self._place(me, body)
        values = (body.get("state") or {}).get("values") or {}
        if isinstance(place, View):
            place.values |= values
        answer = await interactions.act(
            self.board, me, place, str(body.get("action_id")), body, block_id=body.get("block_id"), values=values
        )
        return {} if answer.ok else {"ok": False, "error": _UNANSWERED}

    async def _options(self, me: User, body: Json) -> Json:
        typed = str(body.get("value", ""))
        found = await interactions.suggest(self.board, me, self._place(me, body), str(body.get("action_id")), typed)
        return {"options": found}

    async def _submit(self, me: User, body: Json) -> Json:
        place = self._place(me, body)
        if not isinstance(place, View):
            raise SlackError("not_found")
        done = await forms.submit(self.board, me, place, body.get("values") or {})
        if not done.ok:
            return {"ok": False, **present(errors=done.errors or None, error=done.error)}
        return {"stays": place in self._workspace.modals.get(me.id, [])}

    async def _close(self, me: User, body: Json) -> Json:
        place = self._place(me, body)
        if isinstance(place, View):
            await forms.close(self.board, me, place)
        return {}

    async def _react(self, me: User, body: Json) -> Json:
        channel = self._channel(me, str(body.get("channel", "")))
        acts.react(self.board, me, channel, str(body.get("ts")), str(body.get("name")), bool(body.get("on")))
        return {}

    async def _pin(self, me: User, body: Json) -> Json:
        channel = self._channel(me, str(body.get("channel", "")))
        acts.pin(self.board, me, channel, str(body.get("ts")), bool(body.get("on")))
        return {}

    async def _join(self, me: User, body: Json) -> Json:
        acts.join(self.board, me, self._channel(me, str(body.get("channel", ""))))
        return {}

    async def _read(self, me: User, body: Json) -> Json:
        acts.read(self.board, me, self._channel(me, str(body.get("channel", ""))), str(body.get("ts", "")))
        return {}

    async def _dm(self, me: User, body: Json) -> Json:
        return {"channel": channels.open_direct(self._workspace, me.id, str(body.get("user")))[0].id}

    async def _home(self, me: User, _: Json) -> Json:
        for app in self._workspace.apps.values():
            acts.open_home(self.board, me, app)
        return {}

    # The demo's panel

    def _demo(self) -> Panel:
        if self._panel is None:
            raise _no(web.HTTPNotFound, "no demo is running")
        return self._panel

    async def _panel_state(self, _: web.Request) -> web.Response:
        return web.json_response(await self._demo().state())

    async def _panel_fault(self, http: web.Request) -> web.Response:
        body = await _body(http)
        return await _told(self._demo().fault(str(body.get("name")), bool(body.get("on"))))

    async def _panel_alert(self, http: web.Request) -> web.Response:
        body = await _body(http)
        return await _told(self._demo().alert(str(body.get("name"))))


def _no(kind: type[web.HTTPClientError], sentence: str) -> web.HTTPClientError:
    return kind(text=compact({"ok": False, "error": sentence}), content_type="application/json")


async def _told(done: Awaitable[None]) -> web.Response:
    try:
        await done
    except LookupError as refusal:
        return web.json_response({"ok": False, "error": str(refusal)}, status=404)
    return web.json_response({"ok": True})


async def _body(http: web.Request) -> Json:
    """A JSON object. Anything but JSON is refused, so that no form on another site can act here."""
    if http.content_type != "application/json":
        raise _no(web.HTTPUnsupportedMediaType, "send JSON")
    try:
        body = await http.json()
    except ValueError:
        body = None
    if not isinstance(body, dict):
        raise _no(web.HTTPBadRequest, "send a JSON object")
    return body


def from_this_page(http: web.Request) -> bool:
    """Whether a request comes from the page itself: a loopback Host, and no Origin but the same one."""
    host = urlsplit(f"http://{http.host}")
    origin = http.headers.get("Origin")
    return host.hostname in _LOOPBACK and origin in (None, f"http://{http.host}")


def guarded(door: Door) -> Door:
    """A door that refuses other sites and says what the browser may load."""

    async def inner(http: web.Request) -> web.StreamResponse:
        if not from_this_page(http):
            return web.json_response({"ok": False, "error": "this page is for this machine only"}, status=403)
        try:
            response = await door(http)
        except web.HTTPException as refusal:
            refusal.headers.update(_HEADERS)
            raise
        if not response.prepared:
            for name, value in _HEADERS.items():
                response.headers.setdefault(name, value)
        return response

    return inner
