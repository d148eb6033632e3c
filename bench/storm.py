"""Many alerts at once: ten thousand of one outage, and a hundred outages within a minute."""

import asyncio
import tempfile
import time
from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import aiohttp

from bench.small_bot import TOKEN, SmallBot, small_bot
from bot.stores.place import StorePlace, open_store
from commands.store import Store
from incident.incident import Incident
from incident.timeline import Kind

ALERTS: Final = 10_000
A_WEBHOOK: Final = 50
OUTAGES: Final = 100
APART: Final = 0.3
"""Seconds between two outages of the flood."""
MINUTE: Final = 60.0
LATENCY: Final = 0.1


async def storm() -> dict[str, object]:
    """Ten thousand alerts of one outage: what people see of it, and what it costs Slack in the first minute."""
    with tempfile.TemporaryDirectory(prefix="muster-bench-") as name:
        async with small_bot(Path(name), latency=LATENCY) as running:
            began = time.perf_counter()
            await _knock(running, (_body("Outage", _storm(each)) for each in range(ALERTS // A_WEBHOOK)))
            taken = time.perf_counter() - began
            await asyncio.sleep(MINUTE - taken)
            calls = [call for call in running.sandbox.calls.all() if call.method != "auth.test"]
            channels = _channels(running)
        store = await open_store(StorePlace(data_dir=Path(name)))
        incidents = await store.recent_incidents(limit=10)
        tally = await store.alert_tally(incidents[0].id)
        await store.close()
    return {
        "alerts": ALERTS,
        "taken_in_s": round(taken, 2),
        "incidents": len(incidents),
        "channels": len(channels),
        "alerts_counted": tally.alerts,
        "messages_counted": tally.messages,
        "slack_calls_first_minute": len(calls),
        "by_method": dict(Counter(call.method for call in calls)),
    }


async def flood() -> dict[str, object]:
    """A hundred outages within half a minute: who was called for which of them a minute after the first."""
    with tempfile.TemporaryDirectory(prefix="muster-bench-") as name:
        async with small_bot(Path(name), latency=LATENCY) as running:
            began = time.perf_counter()
            for number in range(OUTAGES):
                await _knock(running, [_body(f"Outage {number:03}", [_alert(number, "one", number % 4)])])
                await asyncio.sleep(max(0.0, began + (number + 1) * APART - time.perf_counter()))
            await asyncio.sleep(MINUTE - (time.perf_counter() - began))
            channels, until = _channels(running), datetime.now(UTC)
        store = await open_store(StorePlace(data_dir=Path(name)))
        incidents = await store.recent_incidents(limit=2 * OUTAGES)
        called = [await _called(store, each, until) >= len(each.responders) for each in incidents]
        await store.close()
    return {
        "outages": OUTAGES,
        "recorded": len(incidents),
        "all_people_called": sum(called),
        "channels": len(channels),
        "channels_twice": len(channels) - len(set(channels)),
        "worst_left_waiting": Counter(i.severity.value for i in incidents if i.home.channel is None),
    }


def _storm(request: int) -> list[dict[str, object]]:
    return [_alert(0, f"{request}-{each}", 1) for each in range(A_WEBHOOK)]


def _alert(outage: int, instance: str, level: int) -> dict[str, object]:
    severity = ("critical", "major", "warning", "info")[level]
    return {
        "status": "firing",
        "labels": {"alertname": f"Outage{outage}", "instance": instance, "severity": severity},
        "annotations": {"summary": f"Outage {outage:03} on {instance}"},
        "startsAt": "2026-03-01T12:00:00Z",
        "fingerprint": f"{outage}-{instance}",
    }


def _body(group: str, alerts: list[dict[str, object]]) -> dict[str, object]:
    return {"version": "4", "groupKey": group, "status": "firing", "receiver": "muster", "alerts": alerts}


async def _knock(running: SmallBot, bodies: Iterable[Mapping[str, object]]) -> None:
    async with aiohttp.ClientSession(headers={"Authorization": f"Bearer {TOKEN}"}) as session:
        for body in bodies:
            async with session.post(running.address, json=body) as answer:
                if answer.status != 202:
                    raise RuntimeError(f"the bot answered {answer.status}")


def _channels(running: SmallBot) -> list[str]:
    return [each.name for each in running.sandbox.workspace.channels.values() if each.name.startswith("inc-")]


async def _called(store: Store, incident: Incident, until: datetime) -> int:
    """How many people were called for an incident by then."""
    events = [link.event for link in await store.timeline(incident.id) if link.event is not None]
    return sum(event.kind is Kind.PAGED and event.at <= until for event in events)
