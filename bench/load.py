"""Many at once: forty people declare in the same moment."""

import asyncio
import statistics
from typing import Final

from demo.stage import Stage
from sandbox.driver import Person

DECLARERS: Final = 40
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


def _person(stage: Stage, name: str) -> Person:
    stage.sandbox.add_person(name)
    return Person(stage.sandbox, name)
