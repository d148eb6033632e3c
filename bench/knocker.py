"""A process of its own that knocks: ``python -m bench.knocker ADDRESS TOKEN REQUESTS ALERTS CONNECTIONS FIRST``.

It posts what Alertmanager posts, over connections that stay open, each request as soon as the one before it on that
connection is answered. One JSON object on stdout: what was sent, how long it took, and how long each answer took.
"""

import asyncio
import json
import sys
import time
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
    bodies = [body(number, alerts) for number in range(first, first + requests)]
    bodies.reverse()
    sent = Sent()
    began = time.perf_counter()
    await asyncio.gather(*(_connection(address, token, bodies, sent) for _ in range(connections)))
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


async def _connection(address: str, token: str, bodies: list[bytes], sent: Sent) -> None:
    parts = urlsplit(address)
    reader, writer = await asyncio.open_connection(parts.hostname, parts.port)
    head = (
        f"POST {parts.path} HTTP/1.1\r\nHost: {parts.netloc}\r\nAuthorization: Bearer {token}\r\n"
        "Content-Type: application/json\r\nContent-Length: "
    ).encode()
    while bodies:
        content = bodies.pop()
        began = time.perf_counter()
        writer.write(head + str(len(content)).encode() + b"\r\n\r\n" + content)
        answer = await reader.readuntil(b"\r\n\r\n")
        length = int(answer.lower().partition(b"content-length:")[2].partition(b"\r\n")[0])
        await reader.readexactly(length)
        sent.took_ms.append((time.perf_counter() - began) * 1000)
        status = int(answer[9:12])
        sent.statuses[status] = sent.statuses.get(status, 0) + 1
        sent.requests += 1
    writer.close()
    await writer.wait_closed()


if __name__ == "__main__":
    where, token, *numbers = sys.argv[1:]
    requests, alerts, connections, first = map(int, numbers)
    print(json.dumps(asyncio.run(knock(where, token, requests, alerts, connections, first))))
