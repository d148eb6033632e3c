"""The HTTP edge of the Web API: read a call, admit it, do it, record it, answer it (or, on order, fail to)."""

import asyncio
import json
import secrets
from collections.abc import Awaitable, Callable

from aiohttp import web

from sandbox.deliveries.socket_mode import SocketMode
from sandbox.deliveries.triggers import Triggers
from sandbox.faults import CallFault, Faults
from sandbox.methods.arguments import checked
from sandbox.methods.request import Caller, Method, Request, missing_scope
from sandbox.methods.table import METHODS
from sandbox.methods.tiers import RateLimited, Tier, Tiers
from sandbox.record.calls import Call, Calls
from sandbox.state.workspace import Workspace
from sandbox.wire import Json, SlackError, compact

OnCall = Callable[[Call], Awaitable[None]]


class WebApi:
    """Serves /api/<method>, GET and POST alike."""

    def __init__(
        self, *, workspace: Workspace, triggers: Triggers, calls: Calls, tiers: Tiers, faults: Faults,
        sockets: SocketMode,
    ) -> None:  # fmt: skip
        self._workspace = workspace
        self._triggers = triggers
        self._calls = calls
        self._tiers = tiers
        self._faults = faults
        self._sockets = sockets
        self.on_call: OnCall | None = None

    async def handle(self, http: web.Request) -> web.StreamResponse:
        """One call, from its bytes to its answer."""
        name = http.match_info["method"]
        try:
            token, given = await read(http)
        except SlackError as refusal:
            return _json(refusal.body(), 200, {})
        caller = self._caller(token)
        call = self._calls.begin(name, caller.app.name if caller else "", given)
        status, headers, answer = await self._answer(http, name, caller, token, given, call)
        self._calls.finish(call, status, answer)
        if self.on_call:
            await self.on_call(call)
        if call.lost:
            return cut(http)
        return _json(answer, status, headers)

    async def _answer(
        self, http: web.Request, name: str, caller: Caller | None, token: str, given: Json, call: Call
    ) -> tuple[int, dict[str, str], Json]:
        """What the call comes to: HTTP status, headers, JSON."""
        delay = self._faults.latency(name)
        if delay:
            await asyncio.sleep(delay)
        fault = self._faults.on_call(name)
        if self._faults.outage:
            return 503, {}, {"ok": False, "error": "service_unavailable"}
        if fault and fault.kind != "lost":
            return _failure(fault)
        call.lost = fault is not None
        headers = _scope_headers(name, caller)
        try:
            answer = self._perform(http, name, caller, token, given)
        except RateLimited as limited:
            return 429, {"Retry-After": str(limited.retry_after)}, limited.body()
        except SlackError as refusal:
            return 200, headers, refusal.body()
        answer = {"ok": True, **answer}
        self._calls.causes.learn(name, given, answer, call.cause)
        return 200, headers, answer

    def _perform(self, http: web.Request, name: str, caller: Caller | None, token: str, given: Json) -> Json:
        method = METHODS.get(name)
        if method is None:
            raise SlackError("unknown_method", req_method=name)
        admitted = self._admit(method, caller, token)
        channel = str(given.get("channel", "")) if method.tier is Tier.POSTING else ""
        self._tiers.take(admitted.app.id, name, method.tier, channel)
        return method.handler(
            Request(
                workspace=self._workspace, triggers=self._triggers, base=f"http://{http.host}", caller=admitted,
                arguments=checked(method.arguments, given),
                issue_ticket=lambda app: self._sockets.issue_ticket(app, http.host),
            )
        )  # fmt: skip

    def _admit(self, method: Method, caller: Caller | None, token: str) -> Caller:
        """Who may call this. Raises `not_authed`, `invalid_auth`, `not_allowed_token_type`, `missing_scope`."""
        if caller is None:
            if method.called_by != "anyone":
                raise SlackError("invalid_auth" if token else "not_authed")
            return self._nobody()
        if method.called_by != "anyone" and (caller.kind == "app") != (method.called_by == "app"):
            raise SlackError("not_allowed_token_type")
        if method.scopes and not caller.scopes.intersection(method.scopes):
            raise missing_scope(method.scopes[0], caller.scopes)
        return caller

    def _nobody(self) -> Caller:
        """The caller of a method that asks for no token: any app stands in, without rights."""
        app = next(iter(self._workspace.apps.values()))
        return Caller(app=app, user=app.user, kind="none", scopes=frozenset())

    def _caller(self, token: str) -> Caller | None:
        for app in self._workspace.apps.values():
            if token == app.bot_token:
                return Caller(app=app, user=app.user, kind="bot", scopes=app.scopes)
            if token == app.app_token:
                return Caller(app=app, user=app.user, kind="app", scopes=frozenset({"connections:write"}))
            if token in app.user_tokens:
                user, scopes = app.user_tokens[token]
                return Caller(app=app, user=user, kind="user", scopes=scopes)
        return None


async def read(http: web.Request) -> tuple[str, Json]:
    """The token and the arguments of a call: query, form and JSON together, a later one winning."""
    given: Json = dict(http.query)
    if http.can_read_body:
        if http.content_type == "application/json":
            given |= _object(await http.read())
        else:
            form = await http.post()
            given |= {name: value for name, value in form.items() if isinstance(value, str)}
    named = given.pop("token", None)
    scheme, _, bearer = http.headers.get("Authorization", "").partition(" ")
    token = bearer.strip() if scheme.lower() == "bearer" else str(named or "")
    return token, {name: _unwrapped(name, value) for name, value in given.items()}


def _object(body: bytes) -> Json:
    if not body.strip():
        return {}
    try:
        parsed = json.loads(body)
    except ValueError:
        raise SlackError("invalid_json") from None
    if not isinstance(parsed, dict):
        raise SlackError("json_not_object")
    return parsed


_NESTED = frozenset({"blocks", "attachments", "metadata", "view", "files", "message"})


def _unwrapped(name: str, value: object) -> object:
    """JSON inside a string, as forms carry it; what cannot be read stays text for the argument check to refuse."""
    if name not in _NESTED or not isinstance(value, str):
        return value
    try:
        return json.loads(value)
    except ValueError:
        return value


def _failure(fault: CallFault) -> tuple[int, dict[str, str], Json]:
    if fault.kind == "ratelimited":
        return 429, {"Retry-After": str(fault.retry_after)}, {"ok": False, "error": "ratelimited"}
    return fault.status, {}, {"ok": False, "error": "internal_error"}


def _scope_headers(name: str, caller: Caller | None) -> dict[str, str]:
    method = METHODS.get(name)
    if caller is None or method is None:
        return {}
    return {"X-OAuth-Scopes": ",".join(sorted(caller.scopes)), "X-Accepted-OAuth-Scopes": ",".join(method.scopes)}


def _json(answer: Json, status: int, headers: dict[str, str]) -> web.Response:
    identified = {**headers, "X-Slack-Req-Id": secrets.token_hex(12)}
    return web.Response(text=compact(answer), status=status, headers=identified, content_type="application/json")


def cut(http: web.Request) -> web.Response:
    """End the connection without an answer, as a network that fails at the worst moment."""
    if isinstance(http.transport, asyncio.Transport):
        http.transport.abort()
    return web.Response()
