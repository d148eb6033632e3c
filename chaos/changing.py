"""How people change a system in a simulation: remediations with a hundred clicks, and procedures step by step."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Final

from chaos.crowd import Crowd
from commands.answer_approval import approve, break_glass, cancel, reject
from commands.asked import Asked
from commands.fix import fix_filled
from commands.ports import Ports
from commands.turns import turn_now
from commands.walk_steps import run as run_step
from incident.approval import Approval, ApprovalState
from incident.incident import Incident
from incident.responder import UserId
from incident.runbook import StepKind
from incident.walk import LegState, Walk, WalkState

WALK_WORDS: Final = ("restore-orders", "next", "done seen to it", "skip not needed", "abort wrong one", "rollback back")

MOST_LOOKS: Final = 60
"""So often somebody looks how far a procedure is, before they leave it to others."""


async def remedy(crowd: Crowd) -> None:
    """A remediation is asked for; many click at once, some cancel, some never answer."""
    incident = await crowd.incident()
    if incident is None:
        return
    by, step, minutes = crowd.somebody(), ("requeue", "restart")[crowd.number(2) - 1], str(crowd.number(60))
    given = {"minutes": minutes} if step == "requeue" else {}
    await crowd.asked(
        lambda asked, ports: fix_filled(asked, step_id=step, parameters=given, ports=ports), "", incident, by=by
    )
    await crowd.wait(3)
    found = await crowd.look(lambda ports: ports.store.approvals_of(incident.id))
    request = next((each for each in reversed(found or ()) if each.state is ApprovalState.ASKED), None)
    if request is not None:
        await _answers(crowd, incident, request)


async def _answers(crowd: Crowd, incident: Incident, request: Approval) -> None:
    kind = crowd.number(8)
    if kind == 1:
        return
    if kind == 2:
        await _click(crowd, incident, lambda asked, ports: reject(asked, request.id, reason="not now", ports=ports))
        return
    if kind == 3:
        await _click(
            crowd,
            incident,
            lambda asked, ports: break_glass(asked, request.id, reason="alone here", ports=ports),
            by=request.requester,
        )
    clicks = 100 if kind == 4 else 3
    await asyncio.gather(
        *(_click(crowd, incident, lambda asked, ports: approve(asked, request.id, ports=ports)) for _ in range(clicks))
    )
    if kind >= 7:
        await crowd.wait(1)
        await _click(crowd, incident, lambda asked, ports: cancel(asked, request.id, ports=ports))


async def _click(
    crowd: Crowd, incident: Incident, does: Callable[[Asked, Ports], Awaitable[object]], by: UserId | None = None
) -> None:
    await crowd.asked(does, "", incident, by=by or crowd.somebody())


async def walk(crowd: Crowd) -> None:
    """A procedure is begun, and people go on, skip, end or take back."""
    incident = await crowd.incident()
    if incident is None:
        return
    await crowd.say("procedure restore-orders", incident)
    for _ in range(crowd.number(6)):
        await crowd.wait(2)
        word = WALK_WORDS[crowd.number(len(WALK_WORDS)) - 1]
        await crowd.say(f"procedure {word}", incident)
        if crowd.number(2) == 1:
            await crowd.asked(_next_leg, "", incident, by=crowd.somebody())


async def _next_leg(asked: Asked, ports: Ports) -> object:
    turn = turn_now(asked.incident)
    _, leg = turn.among(asked.incident)
    if leg.kind is StepKind.MANUAL:
        return None
    given = {"snapshot": "s-1"} if leg.kind is StepKind.REMEDIATION else {}
    return await run_step(asked, turn, parameters=given, ports=ports)


async def restore(crowd: Crowd) -> None:
    """Somebody walks a procedure from its beginning to its end, and another one says yes to its change."""
    incident = await crowd.incident()
    if incident is None or not await crowd.say("procedure restore-orders", incident, by=crowd.people[0]):
        return
    for _ in range(MOST_LOOKS):
        await crowd.wait(2)
        fresh = await crowd.look(lambda ports: ports.store.incident(incident.id))
        if fresh is None:
            continue
        if fresh.walks and fresh.going is None:
            if fresh.walks[-1].state is WalkState.FINISHED:
                crowd.told.finished.add(incident.id)
            return
        if fresh.going is not None:
            await _go_on(crowd, fresh, fresh.going)


async def _go_on(crowd: Crowd, incident: Incident, walk: Walk) -> None:
    """Do what the walk waits for, if it waits for a person."""
    leg = walk.legs[walk.next or 0]
    if leg.state is LegState.RUNNING and leg.approval is not None:
        request = leg.approval
        yes = crowd.people[2]
        await crowd.asked(lambda asked, ports: approve(asked, request, ports=ports), "", incident, by=yes)
    elif leg.state.offered and leg.kind is StepKind.REMEDIATION:
        await crowd.asked(_next_leg, "", incident, by=crowd.people[0])
    elif leg.state.offered:
        words = "done seen to it" if leg.kind is StepKind.MANUAL and not leg.only_waits else "next"
        await crowd.say(f"procedure {words}", incident, by=crowd.people[0])
