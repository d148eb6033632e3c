"""The flows that the crash matrix cuts: what is played, and what has to be there before."""

import asyncio
from collections.abc import Callable, Coroutine
from functools import partial
from typing import Any, Final

from msgspec import Struct

from chaos.changing import restore
from chaos.crowd import Crowd
from chaos.flows import WRONG
from commands.answer_approval import approve
from commands.declare import declare_filled
from commands.fix import fix_filled
from incident.approval import ApprovalState
from incident.incident import Incident
from incident.paging import PagerState
from incident.severity import Severity
from tests.fakes.runbooks import STUCK

Play = Callable[[Crowd], Coroutine[Any, Any, None]]


class Flow(Struct, frozen=True, kw_only=True):
    """What is played, what has to be there before, and whether the team has a pager, and a watch."""

    name: str
    before: Play
    play: Play
    paged: bool = False
    watches: bool = False


async def nothing(crowd: Crowd) -> None:
    """There is nothing before."""


async def declared(crowd: Crowd) -> None:
    """Somebody declares an incident."""
    title, by = "Orders stand still 1 of many", crowd.people[0]

    def declare(asked: Any, ports: Any) -> Coroutine[Any, Any, object]:
        return declare_filled(asked, title=title, level=Severity.P1, ports=ports, procedure_id=STUCK.id)

    if await crowd.asked(declare, "", None, by=by):
        crowd.told.declared.add(title)


async def opened(crowd: Crowd) -> None:
    """An incident with all that belongs to its opening."""
    await declared(crowd)
    await asyncio.sleep(20)


async def storm(crowd: Crowd) -> None:
    """Many alerts of one outage, some of them again, and what is over."""
    await asyncio.gather(crowd.alert("OrdersStuck", alerts=3), crowd.alert("OrdersStuck", alerts=3))
    await crowd.alert("OrdersStuck", resolved=True, alerts=2)


async def remedied(crowd: Crowd) -> None:
    """A remediation is asked for, approved by another person, run and verified."""
    incident = await _found(crowd)
    await crowd.asked(
        lambda asked, ports: fix_filled(asked, step_id="requeue", parameters={"minutes": "15"}, ports=ports),
        "",
        incident,
        by=crowd.people[0],
    )
    for _ in range(100):
        await asyncio.sleep(1)
        requests = await crowd.look(lambda ports: ports.store.approvals_of(incident.id)) or ()
        asked_for = [each for each in requests if each.state is ApprovalState.ASKED]
        if asked_for:
            yes = partial(_yes, asked_for[0].id)
            await crowd.asked(yes, "", incident, by=crowd.people[2])
            return
        if requests and requests[0].state.final:
            return


async def resolved(crowd: Crowd) -> None:
    """It is owned, told, and over; the post-mortem is drafted and shared."""
    incident = await _found(crowd)
    for words in ("ack", "update they run again", "resolve restarted the workers"):
        await crowd.say(words, incident, by=crowd.people[0])


async def walked(crowd: Crowd) -> None:
    """A procedure is begun, its first step looks, one is skipped, and it is ended."""
    incident = await _found(crowd)
    for words in ("restore-orders", "next", "skip not needed", "abort the wrong one"):
        await crowd.say(f"procedure {words}", incident, by=crowd.people[0])
        await asyncio.sleep(3)


async def watched(crowd: Crowd) -> None:
    """A watch sees what is wrong, declares an incident, and sees that it is over."""
    crowd.outside.target.wrong = WRONG
    await _found(crowd)
    crowd.outside.target.wrong = 0
    await asyncio.sleep(25)


async def spooled(crowd: Crowd) -> None:
    """Something fires and is over while the store is away; then it is back."""
    with crowd.weather.store_away():
        await crowd.alert("DiskSlow", alerts=2)
        await crowd.alert("DiskSlow", resolved=True)
        await crowd.alert("QueueFull")


async def mirrored(crowd: Crowd) -> None:
    """PagerDuty was called; somebody acknowledges and notes there, somebody notes and resolves here."""
    incident, pager = await _found(crowd), crowd.outside.pager
    there, ben = next(iter(pager.there.values())), crowd.people[1]
    pager.put(there, PagerState.ACKNOWLEDGED, pager.account(ben))
    pager.note(there, "Noted there 2 of many", pager.account(ben))
    await asyncio.sleep(2)
    crowd.told.noted |= {"Noted there 2 of many", "Noted here 3 of many"}
    for words in ("note Noted here 3 of many", "page database we need you", "resolve restarted the workers"):
        await crowd.say(words, incident, by=crowd.people[0])


FLOWS: Final = (
    Flow(name="opening", before=nothing, play=declared),
    Flow(name="storm", before=nothing, play=storm),
    Flow(name="remediation", before=opened, play=remedied),
    Flow(name="resolve", before=opened, play=resolved),
    Flow(name="procedure", before=opened, play=walked),
    Flow(name="whole_procedure", before=opened, play=restore),
    Flow(name="watch", before=nothing, play=watched, watches=True),
    Flow(name="spool", before=nothing, play=spooled),
    Flow(name="pagerduty", before=opened, play=mirrored, paged=True),
)


async def _found(crowd: Crowd) -> Incident:
    while True:
        incident = await crowd.incident()
        if incident is not None:
            return incident
        await asyncio.sleep(1)


async def _yes(approval_id: str, asked: Any, ports: Any) -> object:
    return await approve(asked, approval_id, ports=ports)
