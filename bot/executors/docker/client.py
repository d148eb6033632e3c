"""The engine's API at one address: a version that both sides speak, answers read up to a cap, faults in sentences."""

import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Final
from urllib.parse import quote

import aiohttp
from msgspec import Struct
from yarl import URL

from bot.executors.caps import Caps
from bot.executors.tool.answer import MOST_BYTES, Denied, HeardBytes, Unanswered, nobody
from incident.digest import Json

OLDEST: Final = (1, 41)
NEWEST: Final = (1, 47)
"""The versions of the API that Muster speaks; between these the engine's own newest one is taken."""

_UNIX: Final = "unix://"
_FAULTS: Final = (aiohttp.ClientError, OSError)


class Reply(Struct, frozen=True, kw_only=True):
    """What the engine answered. ``cut``: the body went on past the cap."""

    status: int
    body: bytes
    cut: bool
    content_type: str

    @property
    def message(self) -> str:
        """What the engine says of a refusal, whole."""
        if self.cut:
            return f"status {self.status}"
        try:
            told = json.loads(self.body)
        except (ValueError, RecursionError):
            return self.body.decode("utf-8", "replace").strip() or f"status {self.status}"
        return str(told.get("message", "")) if isinstance(told, dict) else f"status {self.status}"

    def found(self, name: str) -> str:
        """A text of the answer by its name. Raises Unanswered when it is not there."""
        try:
            told = json.loads(self.body)
            return str(told[name])
        except (ValueError, KeyError, TypeError, RecursionError) as fault:
            raise Unanswered(f"The engine answered without {name}, so it is not known what it did.") from fault


class Engine:
    """One open line to the engine. ``asked`` counts its requests, ``received`` the bytes of its answers."""

    def __init__(self, session: aiohttp.ClientSession, base: str, *, name: str) -> None:
        self._session = session
        self._base = base
        self._name = name
        self.version = ""
        self.asked = 0
        self.received = 0

    async def get(self, path: str, **query: str) -> Json:
        """What stands at a path, read as JSON. Raises Denied or Unanswered."""
        reply = await self.read(path, **query)
        if reply.cut:
            raise Unanswered(
                f"{self._name} answered GET {path} with more than {MOST_BYTES >> 20} MiB: narrow the step."
            )
        try:
            found: Json = json.loads(reply.body)
        except (ValueError, RecursionError) as fault:
            raise Unanswered(f"{self._name} answered GET {path} with something that is no JSON.") from fault
        return found

    async def read(self, path: str, **query: str) -> Reply:
        """The bytes at a path, up to the cap. Raises Denied or Unanswered."""
        reply = await self.send("GET", path, query)
        if reply.status >= 400:
            raise Denied(f"{self._name} refused GET {path}: {reply.status}, {reply.message}.")
        return reply

    async def send(
        self, method: str, path: str, query: Mapping[str, str], body: Json = None, *, heard: HeardBytes = nobody
    ) -> Reply:
        """One request, whatever is answered; ``heard`` takes the answer as it comes. Raises Unanswered."""
        if not self.version:
            await self._agree()
        return await self._send(method, f"/v{self.version}{path}", query, body, heard)

    async def _agree(self) -> None:
        """Take the newest version that both sides speak. Raises Unanswered."""
        reply = await self._send("GET", "/version", {}, None, nobody)
        try:
            told = json.loads(reply.body)
            theirs = tuple(int(part) for part in str(told["ApiVersion"]).split("."))
        except (ValueError, KeyError, TypeError, RecursionError) as fault:
            raise Unanswered(
                f"{self._name} did not tell its version (status {reply.status}): an engine's API must be there."
            ) from fault
        if theirs < OLDEST:
            raise Unanswered(
                f"{self._name} speaks version {told['ApiVersion']} of the API: Muster needs 1.41 or newer."
            )
        self.version = ".".join(str(part) for part in min(theirs, NEWEST))

    async def _send(self, method: str, path: str, query: Mapping[str, str], body: Json, heard: HeardBytes) -> Reply:
        url = URL(self._base + path, encoded=True).with_query(query)
        self.asked += 1
        try:
            async with self._session.request(method, url, json=body, allow_redirects=False) as response:
                content, cut = await _content(response, heard)
        except aiohttp.ClientConnectorError as fault:
            raise Unanswered(
                f"{self._name} could not be reached: see whether the engine runs, and its address."
            ) from fault
        except aiohttp.ClientResponseError as fault:
            raise Unanswered(f"What answers at the address of {self._name} is no engine: check it.") from fault
        except _FAULTS as fault:
            raise Unanswered(
                f"{self._name} closed the connection within its answer: see whether it restarts."
            ) from fault
        self.received += len(content)
        return Reply(status=response.status, body=content, cut=cut, content_type=response.content_type)


@asynccontextmanager
async def engine(address: str, caps: Caps, *, name: str) -> AsyncIterator[Engine]:
    """A line to the engine at ``unix:///path`` or ``http://host:port``; no proxy, no redirect, no cookie."""
    path = address.removeprefix(_UNIX)
    connector = aiohttp.UnixConnector(path) if path != address else aiohttp.TCPConnector(use_dns_cache=False)
    async with aiohttp.ClientSession(
        connector=connector,
        cookie_jar=aiohttp.DummyCookieJar(),
        trust_env=False,
        timeout=aiohttp.ClientTimeout(total=None, sock_connect=caps.connect_seconds),
    ) as session:
        yield Engine(session, "http://engine" if path != address else address.rstrip("/"), name=name)


def segment(name: str) -> str:
    """A name as one part of a path, whatever it holds."""
    return quote(name, safe="")


async def _content(response: aiohttp.ClientResponse, heard: HeardBytes) -> tuple[bytes, bool]:
    """The body up to the cap, and whether it went on; the rest is never fetched."""
    content = bytearray()
    async for chunk in response.content.iter_any():
        content += chunk
        heard(chunk)
        if len(content) > MOST_BYTES:
            response.close()
            return bytes(content[:MOST_BYTES]), True
    return bytes(content), False
