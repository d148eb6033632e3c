"""``python -m bench [INCIDENTS EVENTS]``: one JSON object on stdout, what is being measured on stderr.

The numbers say how much is stored for years before the last measurement; a hundred thousand incidents and five million
events take longer than all the rest.
"""

import asyncio
import compileall
import json
import os
import sys
import tempfile
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Final

from bench import compile as compiling
from bench import findings as ten
from bench import intake, line, load, page, scale, steps, storm
from bench.soak import resident_mb
from demo.bot_process import ROOT
from demo.stage import Stage
from demo.storybook import SYSTEM

LATENCY: Final = 0.1
STARTS: Final = 3
IDLE_SECONDS: Final = 5.0
INCIDENTS: Final = 10_000
EVENTS: Final = 500_000


async def measure(incidents: int = INCIDENTS, events: int = EVENTS) -> dict[str, object]:
    """Everything, one after the other."""
    for package in ("incident", "commands", "compiler", "bot"):
        # As in the image: what is measured is a start, not a compilation.
        await asyncio.to_thread(compileall.compile_dir, ROOT / package, quiet=2)
    return {
        "machine": {"cpus": os.cpu_count(), "slack_call_ms": LATENCY * 1000},
        **await _alone("start and idle", start_and_idle),
        **await _alone("the line", declare),
        **await _alone("forty at once", burst),
        **await webhooks(),
        **await _alone("diagnostics beside bare calls", looks),
        **await _alone("findings of ten diagnostics", findings, runbook=ten.write_runbook),
        **await _alone("a hundred yeses", clicks),
        **await _alone("a cancel", cancel),
        **await sandbox_page(),
        **await compiler(),
        **await stored_for_years(incidents, events),
    }


async def start_and_idle(stage: Stage) -> dict[str, object]:
    """From the process's start to healthy, without latency in Slack; and what it holds in memory when idle."""
    stage.sandbox.faults.delay(0)
    took = []
    for _ in range(STARTS):
        await stage.bot.stop()
        took.append(await stage.bot.start())
    await asyncio.sleep(IDLE_SECONDS)
    return {
        "start": {"healthy_s": round(sorted(took)[STARTS // 2], 3)},
        "idle": {"rss_mb": resident_mb(stage.bot.pid)},
    }


async def declare(stage: Stage) -> dict[str, object]:
    """The chains of Slack calls, by a person and by an alert, with warm caches."""
    await line.by_person(stage, "Warm the caches")
    person = await line.by_person(stage, "Checkout fails")
    alert = await line.by_alert(stage)
    worst = {
        name: max(int(str(person[name])), int(str(alert[name])))
        for name in ("sequential_calls_to_usable", "sequential_calls_to_complete")
    }
    return {"declare": {**worst, "by_person": person, "by_alert": alert}}


async def burst(stage: Stage) -> dict[str, object]:
    """Forty people at once."""
    return {"burst": await load.burst(stage)}


async def webhooks() -> dict[str, object]:
    """How many of them are taken in, and what becomes of many alerts at once."""
    print("measuring webhooks …", file=sys.stderr, flush=True)
    taken = await intake.measure()
    print("measuring a storm and a flood …", file=sys.stderr, flush=True)
    return {"intake": taken, "storm": await storm.storm(), "flood": await storm.flood()}


async def looks(stage: Stage) -> dict[str, object]:
    """What a diagnostic costs beside the bare call."""
    return {"diagnostics": await steps.looks(stage)}


async def findings(stage: Stage) -> dict[str, object]:
    """How soon the first finding of ten is in the channel."""
    return {"findings": await ten.measure(stage)}


async def clicks(stage: Stage) -> dict[str, object]:
    """A hundred clicks on Approve at once."""
    stage.sandbox.faults.delay(0)
    return {"approve": await steps.clicks(stage)}


async def cancel(stage: Stage) -> dict[str, object]:
    """A remediation that is cancelled while it runs."""
    return {"cancel": await steps.cancel(stage)}


async def sandbox_page() -> dict[str, object]:
    """The workspace in a box and its page, without a bot."""
    print("measuring the sandbox's page …", file=sys.stderr, flush=True)
    return await page.measure()


async def compiler() -> dict[str, object]:
    """The runbook compiler, by itself."""
    print("measuring the compiler …", file=sys.stderr, flush=True)
    return await asyncio.to_thread(compiling.measure)


async def stored_for_years(incidents: int, events: int) -> dict[str, object]:
    """Every command beside years of incidents."""
    print("measuring beside years of incidents …", file=sys.stderr, flush=True)
    return await scale.measure(incidents, events)


async def _alone(
    name: str,
    measuring: Callable[[Stage], Awaitable[dict[str, object]]],
    *,
    runbook: Callable[[Path], Path] = lambda _: ROOT / "runbooks" / SYSTEM.name,
) -> dict[str, object]:
    """One measurement on a stage of its own; ``runbook`` may write another than the system's into its folder."""
    print(f"measuring {name} …", file=sys.stderr, flush=True)
    with tempfile.TemporaryDirectory(prefix="muster-bench-") as folder:
        async with Stage(SYSTEM, Path(folder), latency=LATENCY, runbook=runbook(Path(folder))) as stage:
            return await measuring(stage)


if __name__ == "__main__":
    print(json.dumps(asyncio.run(measure(*map(int, sys.argv[1:3]))), indent=2))
