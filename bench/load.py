"""Many at once: forty people declare in the same moment; monitors knock one after the other."""

import asyncio
import statistics
import time
from typing import Final

import aiohttp

from demo.stage import Stage
from sandbox.driver import Person

DECLARERS: Final = 40
KNOCKS: Final = 300
SETTLED_AFTER: Final = 8.0


async def burst(stage: Stage) -> dict[str, object]:
    """Forty people declare at the same moment: how long each waited for the acknowledgement, and who has a channel."""
    people = [_person(stage, f"declarer{number}") for number in range(DECLARERS)]
    answers = await asyncio.gather(
        *(
            person.command(f"/incident declare P{number % 4} Burst number {number}", "general")
            for number, person in enumerate(people)
        )
    )
    waited = sorted(answer.latency_ms for answer in answers if answer.ok)
    await asyncio.sleep(SETTLED_AFTER)
    opened = [each for each in stage.sandbox.workspace.channels.values() if "-burst-" in each.name]
    return {
        "declared": DECLARERS,
        "answered": len(waited),
        "ack_p50_ms": round(statistics.median(waited), 1),
        "ack_p99_ms": round(waited[int(len(waited) * 0.99)], 1),
        "channels_at_once": len(opened),
        "worst_left_waiting": _waiting(stage),
    }


def _waiting(stage: Stage) -> dict[str, int]:
    """How many of each level still wait for their channel: Slack allows twenty a minute, and the worst come first."""
    names = [each.name for each in stage.sandbox.workspace.channels.values() if "-burst-" in each.name]
    opened = [int(name.rsplit("-", 1)[1]) % 4 for name in names]
    return {f"P{level}": DECLARERS // 4 - opened.count(level) for level in range(4)}


async def intake(stage: Stage) -> dict[str, object]:
    """Webhooks one after the other: from the request to the answer, the body being durable before it."""
    took = []
    async with aiohttp.ClientSession(headers={"Authorization": f"Bearer {stage.token}"}) as session:
        for number in range(KNOCKS):
            body = {"alerts": [{"status": "resolved", "labels": {"alertname": f"Bench{number}"}}]}
            began = time.perf_counter()
            async with session.post(f"{stage.web_url}/alerts/alertmanager", json=body) as answer:
                await answer.read()
                if answer.status != 202:
                    raise RuntimeError(f"the bot answered {answer.status}")
            took.append((time.perf_counter() - began) * 1000)
    took.sort()
    return {
        "requests": KNOCKS,
        "answer_p50_ms": round(statistics.median(took), 2),
        "answer_p99_ms": round(took[int(KNOCKS * 0.99)], 2),
    }


def _person(stage: Stage, name: str) -> Person:
    stage.sandbox.add_person(name)
    return Person(stage.sandbox, name)
