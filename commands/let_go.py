"""The clock asks, every hour: what the team keeps only for a time is let go, in small pieces."""

from datetime import timedelta
from typing import Final

from commands.ports import Ports
from incident.change import Change
from incident.job import Claim, Job, JobName

EVERY: Final = timedelta(hours=1)
SOON: Final = timedelta(seconds=10)
"""When it goes on, where more was old than one turn takes."""
PIECE: Final = 200
"""Rows in one transaction: nobody else waits for longer than it lasts."""
PIECES: Final = 20


async def owe_letting_go(*, process: str, ports: Ports) -> None:
    """Owe it at the start of a process, if anything has an end at all; that it is owed already is fine."""
    if list(ports.settings.retention):
        now = ports.clock()
        await ports.store.save(Change(cause=f"let_go:{process}:{now.isoformat()}", at=now, jobs=(_next(ports, EVERY),)))


async def let_go(claim: Claim, *, ports: Ports) -> None:
    """Let go of what is too old now, and owe the next turn."""
    more, now = False, ports.clock()
    for what, span in ports.settings.retention:
        for _ in range(PIECES):
            gone = await ports.store.let_go(what, before=now - span, limit=PIECE)
            if gone < PIECE:
                break
        else:
            more = True
    jobs = (_next(ports, SOON if more else EVERY),) if list(ports.settings.retention) else ()
    await ports.store.save(Change(cause=claim.cause, at=ports.clock(), jobs=jobs, settles=claim))


def _next(ports: Ports, wait: timedelta) -> Job:
    return Job(name=JobName.LET_GO, key=JobName.LET_GO.value, due_at=ports.clock() + wait, urgency=9)
