"""PagerDuty's REST and Events API over HTTPS on loopback, as far as Muster asks it, with its webhooks and its troubles.

It keeps what it is told, refuses what PagerDuty refuses (an unknown ``From``, a second open incident of one key) and
sends a signed webhook for each change, in order. ``changes`` holds everything that had an effect, once.
"""

import asyncio
import contextlib
import hashlib
import hmac
import json
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import aiohttp
from aiohttp import web
from msgspec import Struct, field

from tests.fakes.certificate import self_signed

TOKEN, ROUTING_KEY = "pagerduty-token", "routing-key-of-thirty-two-letters"
Record = dict[str, Any]
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

USERS = {
    "PANA000": "ana@example.com",
    "PBEN000": "ben@example.com",
    "PJO0000": "jo@elsewhere.example",
    "PMUSTER": "muster@example.com",
}
PRIORITIES = ("P1", "P2", "P3", "P4", "P5")


class Trouble(Struct):
    """What happens to the next request whose method and path begin so. ``acts``: it takes effect all the same."""

    begins: str
    status: int = 0
    """0: the connection ends without an answer."""
    headers: dict[str, str] = field(default_factory=dict)
    acts: bool = False
    then: Callable[[], Awaitable[None]] | None = None
    """What happens before the answer would go out."""


class PagerDutyApi:
    """One account. ``url`` is where it listens, ``hook`` where its webhooks go."""

    def __init__(self, certificate: Path) -> None:
        self.certificate = certificate
        self.url = ""
        self.hook = ""
        self.secret = "webhook-secret"
        self.incidents: dict[str, Record] = {}
        self.on_call: dict[str, list[str]] = {"PSCHED1": ["PANA000"]}
        self.levels: dict[str, list[list[str]]] = {"PPOLICY": [["PANA000"], ["PBEN000"]]}
        self.policies = 1
        """How many policies go by each schedule."""
        self.changes: list[str] = []
        self.asked: list[str] = []
        self.troubles: list[Trouble] = []
        self.away = False
        self.requests_allowed = True
        self._hooks: asyncio.Queue[bytes] = asyncio.Queue()
        self._events = 0

    def application(self) -> web.Application:
        """The routes."""
        app = web.Application(middlewares=[self._troubled, self._admitted])
        app.router.add_get("/abilities", self._abilities)
        app.router.add_get("/users", self._users)
        app.router.add_get("/users/{id}", self._user)
        app.router.add_get("/priorities", self._priorities)
        app.router.add_get("/oncalls", self._oncalls)
        for kind in ("services", "schedules", "escalation_policies"):
            app.router.add_get(f"/{kind}/{{id}}", self._thing)
        app.router.add_get("/incidents", self._listed)
        app.router.add_post("/incidents", self._made)
        app.router.add_get("/incidents/{id}", self._one)
        app.router.add_put("/incidents/{id}", self._put)
        app.router.add_get("/incidents/{id}/notes", self._notes)
        app.router.add_post("/incidents/{id}/notes", self._noted)
        app.router.add_post("/incidents/{id}/responder_requests", self._requested)
        app.router.add_post("/v2/enqueue", self._enqueued)
        return app

    def trigger(self, title: str, *, key: str | None = None, priority: str = "P2", by: str | None = None) -> str:
        """Something triggers an incident there; its id."""
        ref = f"QINC{len(self.incidents) + 1:04}"
        self.incidents[ref] = {
            "id": ref, "type": "incident", "title": title, "status": "triggered", "incident_key": key or f"other-{ref}",
            "service": {"id": "PSERVIC", "summary": "Checkout"}, "urgency": "high", "html_url": f"https://pd/{ref}",
            "priority": {"summary": priority}, "created_at": datetime.now(UTC).isoformat(), "notes": [],
            "responder_requests": [],
        }  # fmt: skip
        self.changes.append(f"{ref} triggered")
        self.tell("incident.triggered", ref, by)
        return ref

    def change(self, ref: str, by: str | None = None, **changed: object) -> None:
        """A person or a rule changes an incident there."""
        incident = self.incidents[ref]
        for name, value in changed.items():
            incident[name] = {"summary": value} if name == "priority" else value
            self.changes.append(f"{ref} {name} {value} by {by}")
            self.tell("incident.priority_updated" if name == "priority" else _type(str(value)), ref, by)

    def note(self, ref: str, content: str, by: str) -> None:
        """Somebody writes a note there."""
        self.incidents[ref]["notes"].append({"content": content})
        self.changes.append(f"{ref} noted by {by}")
        self._tell("incident.annotated", {"type": "incident_note", "content": content, "incident": {"id": ref}}, by)

    def tell(self, event_type: str, ref: str, by: str | None) -> None:
        """A webhook about an incident."""
        self._tell(event_type, {key: each for key, each in self.incidents[ref].items() if key != "notes"}, by)

    def _tell(self, event_type: str, data: Record, by: str | None) -> None:
        self._events += 1
        agent = {"id": by, "type": "user_reference", "summary": _name(by)} if by else None
        event = {
            "id": f"01EVENT{self._events:06}", "event_type": event_type, "resource_type": "incident",
            "occurred_at": datetime.now(UTC).isoformat(), "agent": agent, "client": None, "data": data,
        }  # fmt: skip
        self._hooks.put_nowait(json.dumps({"event": event}).encode())

    async def send_hooks(self) -> None:
        """Deliver webhooks one after the other, each until it is taken."""
        async with aiohttp.ClientSession() as session:
            while True:
                body = await self._hooks.get()
                mark = "v1=" + hmac.new(self.secret.encode(), body, hashlib.sha256).hexdigest()
                while self.hook:
                    with contextlib.suppress(aiohttp.ClientError, OSError, TimeoutError):
                        async with session.post(
                            self.hook, data=body, headers={"X-PagerDuty-Signature": mark}
                        ) as answer:
                            if answer.status == 202:
                                break
                    await asyncio.sleep(0.1)
                self._hooks.task_done()

    async def settled(self) -> None:
        """Wait until every webhook was taken."""
        await self._hooks.join()

    @web.middleware
    async def _troubled(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        asked = f"{request.method} {request.path}"
        self.asked.append(asked)
        trouble = next((each for each in self.troubles if asked.startswith(each.begins)), None)
        if trouble is not None:
            self.troubles.remove(trouble)
            if trouble.acts:
                await handler(request)
            if trouble.then is not None:
                await trouble.then()
            if trouble.status:
                told = {"error": {"message": "trouble"}}
                return web.json_response(told, status=trouble.status, headers=trouble.headers)
        if self.away or trouble is not None:
            assert request.transport is not None
            request.transport.abort()
        return await handler(request) if not self.away and trouble is None else web.Response(status=503)

    @web.middleware
    async def _admitted(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        if request.path != "/v2/enqueue" and request.headers.get("Authorization") != f"Token token={TOKEN}":
            return _no(401, "Authentication failed")
        changes = request.method in ("POST", "PUT") and request.path != "/v2/enqueue"
        if changes and "responder" not in request.path and request.headers.get("From") not in USERS.values():
            return _no(400, "Requester User Not Found")
        return await handler(request)

    async def _abilities(self, request: web.Request) -> web.Response:
        return web.json_response({"abilities": ["coordinated_responding"] if self.requests_allowed else []})

    async def _users(self, request: web.Request) -> web.Response:
        query = request.query.get("query", "")
        return web.json_response({"users": [_user(each) for each, email in USERS.items() if query in email]})

    async def _user(self, request: web.Request) -> web.Response:
        known = request.match_info["id"]
        return web.json_response({"user": _user(known)}) if known in USERS else _no(404, "Not Found")

    async def _priorities(self, request: web.Request) -> web.Response:
        return web.json_response({"priorities": [{"id": f"PRIO{each}", "summary": each} for each in PRIORITIES]})

    async def _oncalls(self, request: web.Request) -> web.Response:
        rows = [
            {"user": _user(user), "schedule": {"id": schedule}, "escalation_level": 1, "end": "2100-01-01T09:00:00Z"}
            for schedule in request.query.getall("schedule_ids[]", []) for user in self.on_call.get(schedule, [])
            for _ in range(self.policies)
        ]  # fmt: skip
        for policy in request.query.getall("escalation_policy_ids[]", []):
            for level, users in enumerate(self.levels.get(policy, []), 1):
                rows += [
                    {"user": _user(user), "schedule": None, "escalation_level": level, "end": None} for user in users
                ]
        limit, offset = (int(request.query.get(name, default)) for name, default in (("limit", "25"), ("offset", "0")))
        return web.json_response({"oncalls": rows[offset : offset + limit], "more": offset + limit < len(rows)})

    async def _thing(self, request: web.Request) -> web.Response:
        known = request.match_info["id"]
        kind = request.path.split("/")[1]
        there = known in {"PSERVIC", *self.on_call, *self.levels, "PHELP00"}
        return web.json_response({kind: {"id": known, "summary": known}}) if there else _no(404, "Not Found")

    async def _listed(self, request: web.Request) -> web.Response:
        key = request.query["incident_key"]
        found = [each for each in reversed(self.incidents.values()) if each["incident_key"] == key]
        return web.json_response({"incidents": found})

    async def _made(self, request: web.Request) -> web.Response:
        asked = (await request.json())["incident"]
        key = asked["incident_key"]
        if any(each["incident_key"] == key and each["status"] != "resolved" for each in self.incidents.values()):
            return _no(400, "Open incident with matching dedup key already exists on this service")
        ref = self.trigger(asked["title"], key=key, by=_id(request.headers["From"]))
        self.incidents[ref].update(
            {name: asked[name] for name in ("assignments", "escalation_policy") if name in asked}
        )
        return web.json_response({"incident": self.incidents[ref]}, status=201)

    async def _one(self, request: web.Request) -> web.Response:
        found = self.incidents.get(request.match_info["id"])
        return web.json_response({"incident": found}) if found else _no(404, "Not Found")

    async def _put(self, request: web.Request) -> web.Response:
        ref, asked = request.match_info["id"], (await request.json())["incident"]
        if asked.get("priority") not in (None, *PRIORITIES):
            return _no(400, "Invalid Priority")
        changed = {name: asked[name] for name in ("status", "priority") if name in asked}
        self.change(ref, _id(request.headers["From"]), **changed)
        return web.json_response({"incident": self.incidents[ref]})

    async def _notes(self, request: web.Request) -> web.Response:
        return web.json_response({"notes": self.incidents[request.match_info["id"]]["notes"]})

    async def _noted(self, request: web.Request) -> web.Response:
        content = (await request.json())["note"]["content"]
        self.note(request.match_info["id"], content, _id(request.headers["From"]))
        return web.json_response({"note": {"content": content}})

    async def _requested(self, request: web.Request) -> web.Response:
        if not self.requests_allowed:
            return _no(402, "Account does not have the abilities: coordinated_responding")
        asked, ref = await request.json(), request.match_info["id"]
        if asked["requester_id"] not in USERS:
            return _no(400, "Requester User Not Found")
        [target] = [each["responder_request_target"]["id"] for each in asked["responder_request_targets"]]
        self.incidents[ref]["responder_requests"].append(asked)
        self.changes.append(f"{ref} asked {target} by {asked['requester_id']}")
        return web.json_response({"responder_request": asked})

    async def _enqueued(self, request: web.Request) -> web.Response:
        asked = await request.json()
        if asked.get("routing_key") != ROUTING_KEY:
            return _no(400, "Event object is invalid")
        key = asked["dedup_key"]
        if not any(each["incident_key"] == key and each["status"] != "resolved" for each in self.incidents.values()):
            self.trigger(asked["payload"]["summary"], key=key)
        return web.json_response({"status": "success", "dedup_key": key}, status=202)


def _type(status: str) -> str:
    return "incident.reopened" if status == "triggered" else f"incident.{status}"


def _user(known: str) -> Record:
    return {"id": known, "email": USERS[known], "name": _name(known), "summary": _name(known)}


def _name(known: str | None) -> str:
    return USERS[known].partition("@")[0].capitalize() if known else ""


def _id(email: str) -> str:
    return next(known for known, each in USERS.items() if each == email)


def _no(status: int, message: str) -> web.Response:
    return web.json_response({"error": {"message": message, "code": 2001}}, status=status)


@contextlib.asynccontextmanager
async def pagerduty_api(folder: Path) -> AsyncIterator[PagerDutyApi]:
    """It listens until the block ends. Who trusts ``certificate`` trusts it."""
    certificate, key = self_signed(folder)
    api = PagerDutyApi(certificate)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    runner = web.AppRunner(api.application(), access_log=None, shutdown_timeout=1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0, ssl_context=context)
    await site.start()
    api.url = f"https://127.0.0.1:{runner.addresses[0][1]}"
    sending = asyncio.create_task(api.send_hooks())
    try:
        yield api
    finally:
        sending.cancel()
        await asyncio.gather(sending, return_exceptions=True)
        await runner.cleanup()
