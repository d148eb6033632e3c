"""One HTTP request to a configured target and nothing but that: no redirect, proxy or cookie, a checked address."""

import re
import socket
import time
from collections.abc import Mapping
from typing import Final

import aiohttp
from msgspec import Struct
from yarl import URL

from bot.executors.caps import Caps
from bot.executors.tool.answer import HeardBytes, nobody
from compiler.proof.http.address import objection_to_address


class NotSent(Exception):
    """There was no connection, so the request did not leave. The text is a sentence."""


class Lost(Exception):
    """The request left and its answer did not come. The text is a sentence."""


class _Forbidden(OSError):
    """An address that no target may have."""


class Reply(Struct, frozen=True, kw_only=True):
    """What came back. ``cut``: the body went on past the cap; ``broken``: the connection ended within it."""

    status: int
    reason: str
    headers: Mapping[str, str]
    body: bytes
    cut: bool
    broken: bool
    address: str
    seconds: float

    @property
    def line(self) -> str:
        """E.g. ``503 Service Unavailable``."""
        return f"{self.status} {self.reason}".strip()


_TEXT: Final = re.compile(r"text/.*|application/(?:.*\+)?(?:json|x-ndjson|jsonl|json-seq)")
"""The types of answers that people can follow while they come."""


class _Dialler:
    """Opens the sockets of one request, each only to an address that was checked there and then.

    The check is where the connection is made, so that a name cannot mean one address to the check and another to it.
    """

    def __init__(self) -> None:
        self.address = ""

    def __call__(self, info: "aiohttp.AddrInfoType") -> socket.socket:
        family, kind, protocol, _, place = info
        host = str(place[0])
        if objection := objection_to_address(host):
            raise _Forbidden(objection)
        self.address = f"[{host}]:{place[1]}" if ":" in host else f"{host}:{place[1]}"
        return socket.socket(family, kind, protocol)


async def ask(
    method: str,
    url: str,
    *,
    token: str | None,
    body: str | None,
    caps: Caps,
    seconds: float,
    heard: HeardBytes = nobody,
) -> Reply:
    """Send one request and read its answer up to the cap; ``heard`` takes text as it comes. Raises NotSent or Lost."""
    dialler = _Dialler()
    headers = {"Accept": "application/json, text/plain;q=0.9, */*;q=0.5", "Accept-Encoding": "identity"}
    headers |= {"Authorization": f"Bearer {token}"} if token else {}
    headers |= {"Content-Type": "application/json"} if body is not None else {}
    started = time.perf_counter()
    connector = aiohttp.TCPConnector(socket_factory=dialler, force_close=True, use_dns_cache=False)
    async with aiohttp.ClientSession(
        connector=connector,
        cookie_jar=aiohttp.DummyCookieJar(),
        trust_env=False,
        auto_decompress=False,
        timeout=aiohttp.ClientTimeout(total=caps.connect_seconds + seconds, sock_connect=caps.connect_seconds),
    ) as session:
        try:
            async with session.request(
                method, URL(url, encoded=True), headers=headers, data=body, allow_redirects=False
            ) as response:
                content, cut, broken = await _read(response, caps.characters, heard)
        except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError) as fault:
            raise NotSent(_unsent(fault, url)) from fault
        except (aiohttp.ClientError, TimeoutError, OSError) as fault:
            host = URL(url).host
            if isinstance(fault, aiohttp.ClientResponseError):
                raise Lost(f"What answers at {host} does not speak HTTP: check the target's base URL.") from fault
            how = "gave no answer in time" if isinstance(fault, TimeoutError) else "closed the connection unanswered"
            raise Lost(f"{host} {how}: see whether it is overloaded or restarting.") from fault
    return Reply(
        status=response.status,
        reason=response.reason or "",
        headers=response.headers,
        body=content,
        cut=cut,
        broken=broken,
        address=dialler.address,
        seconds=round(time.perf_counter() - started, 4),
    )


async def _read(response: aiohttp.ClientResponse, most: int, heard: HeardBytes) -> tuple[bytes, bool, bool]:
    """The body up to the cap, whether it went on, and whether it broke off. The rest is never fetched."""
    content = bytearray()
    follow = heard if response.ok and _TEXT.fullmatch(response.content_type) else nobody
    try:
        async for chunk in response.content.iter_any():
            content += chunk
            follow(chunk)
            if len(content) > most:
                response.close()
                return bytes(content[:most]), True, False
    except (TimeoutError, aiohttp.ClientError, OSError):
        return bytes(content), False, True
    return bytes(content), False, False


def _unsent(fault: BaseException, url: str) -> str:
    host = URL(url).host
    cause: BaseException | None = fault
    while cause is not None:
        if isinstance(cause, _Forbidden):
            return f"Nothing was sent: {cause}, and no target may be there."
        if isinstance(cause, socket.gaierror):
            return f"{host} has no address: check the target's base URL."
        cause = getattr(cause, "os_error", None) or cause.__cause__
    if isinstance(fault, aiohttp.ClientSSLError):
        return f"{host} could not prove who it is: check its certificate."
    return f"{host} could not be reached: see whether it is up and its base URL is right."
