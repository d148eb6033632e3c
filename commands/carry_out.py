"""One begun remediation is carried out: run in a task of its own, and stopped as soon as somebody cancels it."""

import asyncio
from typing import Final

from commands.outage import Outage
from commands.ports import Heard, Ports, Stopped
from incident.approval import Approval
from incident.finding import Outcome, OutcomeState

LOOK_EVERY: Final = 0.25
"""Seconds between two looks into the store, whichever process the click came to."""

STOPS_WITHIN: Final = 2.0
"""Seconds that a cancelled run has to stop; then it is told as it is: nobody knows."""


async def carry_out(begun: Approval, *, heard: Heard, ports: Ports) -> Outcome:
    """How it ended. When this is cancelled itself, the run is stopped too, and how it ended stays unknown."""
    run = asyncio.create_task(_run(begun, heard, ports), name=f"run:{begun.id}")
    try:
        while not run.done():
            await asyncio.wait({run}, timeout=LOOK_EVERY)
            if not run.done() and await _is_cancelled(begun, ports):
                return await _stop(run)
        return run.result()
    finally:
        # One that somebody cancelled was waited for already.
        if not run.done() and not run.cancelling():
            run.cancel()
            await asyncio.wait({run}, timeout=STOPS_WITHIN)


async def _run(begun: Approval, heard: Heard, ports: Ports) -> Outcome:
    try:
        return await ports.executors.of(begun.plan.target).run(begun.plan, heard=heard)
    except Stopped as stopped:
        return stopped.outcome


async def _is_cancelled(begun: Approval, ports: Ports) -> bool:
    try:
        now = await ports.store.approval(begun.id)
    except Outage:
        return False
    return now is not None and now.cancelled_by is not None


async def _stop(run: "asyncio.Task[Outcome]") -> Outcome:
    run.cancel()
    await asyncio.wait({run}, timeout=STOPS_WITHIN)
    if run.done() and not run.cancelled():
        return run.result()
    sentence = f"It did not stop within {STOPS_WITHIN:g} s, and may have taken effect: look at the target."
    return Outcome(state=OutcomeState.UNKNOWN, sentence=sentence)
