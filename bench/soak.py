"""Whether memory stays flat: ``python -m bench.soak [MINUTES]`` posts 200 alerts a second and watches the bot's memory.

Twenty outages fire, are repeated with other values and end, over and over; one alert in ten is new. What is there after
the first fifth, when caches and pools have filled, is what later samples are held against.
"""

import asyncio
import json
import os
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path
from statistics import median
from typing import Final

import aiohttp

from bench.small_bot import TOKEN, SmallBot, small_bot

MINUTES: Final = 30.0
A_SECOND: Final = 200
TOGETHER: Final = 10
"""Alerts in one request."""
OUTAGES: Final = 20
KNOWN: Final = 50
"""Alerts of an outage that come again."""
NEW_EVERY: Final = 10
ENDS_EVERY: Final = 60
"""Seconds between an outage's turns to fire and to be over."""
SAMPLES: Final = 60
SETTLING: Final = 0.2
FLAT: Final = 0.1


async def measure(minutes: float = MINUTES) -> dict[str, object]:
    """Post for so long; the bot's memory from its warm state to the end."""
    with tempfile.TemporaryDirectory(prefix="muster-soak-") as folder:
        async with small_bot(Path(folder)) as it:
            statuses: Counter[int] = Counter()
            watching = asyncio.create_task(_watch(it, minutes * 60 / SAMPLES))
            late = await _post(it, minutes * 60, statuses)
            watching.cancel()
            samples = await watching
            stored = await asyncio.to_thread(_stored_mb, Path(folder))
    warm = samples[int(len(samples) * SETTLING) :]
    base = median(warm[: max(len(warm) // 8, 1)])
    return {
        "soak": {
            "minutes": minutes,
            "alerts": statuses.total() * TOGETHER,
            "alerts_per_s": round(statuses.total() * TOGETHER / (minutes * 60)),
            "statuses": dict(statuses),
            "late_s": round(late, 1),
            "rss_mb": samples,
            "warm_mb": base,
            "least": round(min(warm) / base, 3),
            "most": round(max(warm) / base, 3),
            "flat": min(warm) / base >= 1 - FLAT and max(warm) / base <= 1 + FLAT,
            "stored_mb": stored,
        }
    }


def _stored_mb(folder: Path) -> int:
    return round(sum(path.stat().st_size for path in folder.glob("muster.db*")) / 1_000_000)


async def _post(it: SmallBot, seconds: float, statuses: Counter[int]) -> float:
    """Post at the pace, however long an answer takes; by how many seconds the pace was missed at worst."""
    began, late, sending = time.monotonic(), 0.0, set[asyncio.Task[None]]()
    async with aiohttp.ClientSession(headers={"Authorization": f"Bearer {TOKEN}"}) as session:
        for number in range(int(seconds * A_SECOND / TOGETHER)):
            wait = began + number * TOGETHER / A_SECOND - time.monotonic()
            late = max(late, -wait)
            await asyncio.sleep(max(wait, 0))
            task = asyncio.create_task(_knock(session, it.address, number, statuses))
            sending.add(task)
            task.add_done_callback(sending.discard)
        await asyncio.gather(*sending)
    return late


async def _knock(session: aiohttp.ClientSession, address: str, number: int, statuses: Counter[int]) -> None:
    outage = number % OUTAGES
    second = number * TOGETHER // A_SECOND
    over = (second // ENDS_EVERY + outage) % 4 == 3
    alerts = [_alert(outage, number * TOGETHER + place, over, number) for place in range(TOGETHER)]
    body = {"version": "4", "groupKey": f"outage-{outage}", "receiver": "muster", "alerts": alerts}
    async with session.post(address, json=body) as answer:
        statuses[answer.status] += 1


def _alert(outage: int, place: int, over: bool, value: int) -> dict[str, object]:
    instance = f"new-{place}" if place % NEW_EVERY == 0 else f"known-{place // OUTAGES % KNOWN}"
    return {
        "status": "resolved" if over else "firing",
        "labels": {"alertname": f"Outage{outage}", "instance": instance, "severity": "warning"},
        "annotations": {"summary": f"Outage {outage} on {instance}", "value": str(value)},
        "fingerprint": f"{outage}-{instance}",
    }


async def _watch(it: SmallBot, every: float) -> list[float]:
    """The bot's memory in MB, now and then, until this is cancelled."""
    samples: list[float] = []
    try:
        while True:
            await asyncio.sleep(every)
            samples.append(resident_mb(it.bot.pid))
    except asyncio.CancelledError:
        return samples


def resident_mb(pid: int) -> float:
    """What a process holds in memory."""
    pages = int(Path(f"/proc/{pid}/statm").read_text(encoding="ascii").split()[1])
    return round(pages * os.sysconf("SC_PAGE_SIZE") / 1_000_000, 1)


if __name__ == "__main__":
    print(json.dumps(asyncio.run(measure(*map(float, sys.argv[1:2]))), indent=2))
