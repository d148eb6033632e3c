"""A process of its own that knocks: ``python -m bench.knocker ADDRESS TOKEN REQUESTS ALERTS CONNECTIONS FIRST``.

It posts what Alertmanager posts, over connections that stay open, each request as soon as the one before it on that
connection is answered. One JSON object on stdout: what was sent, how long it took, and how long each answer took.
"""

import asyncio
import json
import sys
import time
from functools import partial
from typing import Final
from urllib.parse import urlsplit

from msgspec import Struct, field

OUTAGES: Final = 20
AGAIN: Final = 4
"""Each alert comes so many times, with another value each time."""


class Sent(Struct):
    """What was posted, and what was answered."""

    requests: int = 0
    alerts: int = 0
    statuses: dict[int, int] = field(default_factory=dict)
    took_ms: list[float] = field(default_factory=list)


def body(number: int, alerts: int) -> bytes:
    """One request: so many alerts of one outage."""
    outage = number % OUTAGES
    turn, place = divmod(number // OUTAGES, AGAIN)
    listed = [_alert(outage, f"{turn}-{each}", place) for each in range(alerts)]
    whole = {"version": "4", "groupKey": f"outage-{outage}", "status": "firing", "receiver": "muster", "alerts": listed}
    return json.dumps(whole).encode()


def _alert(outage: int, instance: str, value: int) -> dict[str, object]:
    return {
        "status": "firing",
        "labels": {"alertname": f"Outage{outage}", "instance": instance, "severity": "warning"},
        "annotations": {"summary": f"Outage {outage} on {instance}", "value": str(value)},
        "startsAt": "2026-03-01T12:00:00Z",
        "endsAt": "0001-01-01T00:00:00Z",
        "fingerprint": f"{outage}-{instance}",
    }


async def knock(
    address: str, token: str, requests: int, alerts: int, connections: int, first: int = 0
) -> dict[str, object]:
    """Post everything; the requests are numbered from ``first`` on. Raises OSError when nobody listens."""
    where = urlsplit(address)
    assert where.hostname is not None, "http://host:port/path"
    assert where.port is not None, "http://host:port/path"
    head = _head(where.path, where.netloc, token)
    ready = [_request(head, body(number, alerts)) for number in range(first, first + requests)]
    ready.reverse()
    sent, loop = Sent(), asyncio.get_running_loop()
    monitors = [_Monitor(ready, sent) for _ in range(connections)]
    began = time.perf_counter()
    for each in monitors:
        await loop.create_connection(partial(_itself, each), where.hostname, where.port)
    await asyncio.gather(*(each.done for each in monitors))
    seconds = time.perf_counter() - began
    sent.took_ms.sort()
    return {
        "requests": sent.requests,
        "alerts": sent.requests * alerts,
        "statuses": sent.statuses,
        "seconds": round(seconds, 3),
        "requests_per_s": round(sent.requests / seconds),
        "alerts_per_s": round(sent.requests * alerts / seconds),
        "answer_p50_ms": round(sent.took_ms[len(sent.took_ms) // 2], 1),
        "answer_p99_ms": round(sent.took_ms[int(len(sent.took_ms) * 0.99)], 1),
    }


class _Monitor(asyncio.Protocol):
    """One connection that stays open; it costs the machine as little as it can, which is there for what is measured."""

    _transport: asyncio.Transport

    def __init__(self, ready: list[bytes], sent: Sent) -> None:
        self.done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._ready = ready
        self._sent = sent
        self._came = b""
        self._began = 0.0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport), "a stream"
        self._transport = transport
        self._next()

    def data_received(self, data: bytes) -> None:
        self._came += data
        head, whole, rest = self._came.partition(b"\r\n\r\n")
        if not whole or len(rest) < _length(head):
            return
        self._came = b""
        self._sent.took_ms.append((time.perf_counter() - self._began) * 1000)
        status = int(head[9:12])
        self._sent.statuses[status] = self._sent.statuses.get(status, 0) + 1
        self._sent.requests += 1
        self._next()

    def connection_lost(self, error: Exception | None) -> None:
        if not self.done.done():
            self.done.set_exception(error or ConnectionResetError("the bot hung up"))

    def _next(self) -> None:
        if self._ready:
            self._began = time.perf_counter()
            self._transport.write(self._ready.pop())
        else:
            self.done.set_result(None)
            self._transport.close()


def _itself(monitor: _Monitor) -> _Monitor:
    return monitor


def _head(path: str, host: str, token: str) -> bytes:
    return (
        f"POST {path} HTTP/1.1\r\nHost: {host}\r\nUser-Agent: Alertmanager/0.27.0\r\nAuthorization: Bearer {token}\r\n"
        "Content-Type: application/json\r\nContent-Length: "
    ).encode()


def _request(head: bytes, content: bytes) -> bytes:
    return head + str(len(content)).encode() + b"\r\n\r\n" + content


def _length(head: bytes) -> int:
    return int(head.lower().partition(b"content-length:")[2].partition(b"\r\n")[0])


if __name__ == "__main__":
    where, token, *numbers = sys.argv[1:]
    requests, alerts, connections, first = map(int, numbers)
    print(json.dumps(asyncio.run(knock(where, token, requests, alerts, connections, first))))
