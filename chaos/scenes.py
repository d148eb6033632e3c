"""What happens on a bad day: alerts, declarations, work, silences, a terminal while Slack is away, the end of it."""

import asyncio
from typing import Final

from chaos.changing import remedy, restore, walk
from chaos.crowd import Crowd, Scene
from chaos.flows import answer, call_for_help, go_wrong, lapse, ring, store_away
from commands.acknowledge import acknowledge
from commands.declare import declare_filled
from commands.note import note
from commands.resolve import resolve
from commands.update import update
from incident.incident import Incident
from incident.severity import Severity
from tests.fakes.runbooks import STUCK

ALERTS: Final = ("OrdersStuck", "OrdersStuck", "QueueFull", "DiskSlow")
"""What fires: the first is the runbook's, the others are groups of their own."""


async def play(crowd: Crowd, scenes: int) -> None:
    """So many scenes, side by side; returns when everybody has what they came for or has given up."""
    drawn_from = SCENES + (WATCHED if crowd.outside.team.watches else ()) + (PAGED if crowd.outside.team.paged else ())
    playing = [asyncio.create_task(crowd.drawn(BEGINNINGS)(crowd))]
    for _ in range(scenes - 1):
        await crowd.wait(4)
        playing.append(asyncio.create_task(crowd.drawn(drawn_from)(crowd)))
    await asyncio.gather(*playing)


async def outage(crowd: Crowd) -> None:
    """An alert fires, is repeated, perhaps by many, and perhaps it is over."""
    name = ALERTS[crowd.number(len(ALERTS)) - 1]
    for _ in range(crowd.number(3)):
        await crowd.alert(name, alerts=crowd.number(4))
        await crowd.wait(3)
    if crowd.number(2) == 1:
        await crowd.alert(name, resolved=True, alerts=crowd.number(4))


async def declaration(crowd: Crowd) -> None:
    """Somebody declares what no monitor saw."""
    title = crowd.unique("Orders stand still")
    level = list(Severity)[crowd.number(4) - 1]
    if await crowd.asked(
        lambda asked, ports: declare_filled(asked, title=title, level=level, ports=ports, procedure_id=STUCK.id),
        "",
        None,
        by=crowd.somebody(),
    ):
        crowd.told.declared.add(title)


async def work(crowd: Crowd) -> None:
    """People write down, tell and tick, and somebody owns it."""
    incident = await crowd.incident()
    if incident is None:
        return
    await crowd.say("ack", incident)
    note, update = crowd.unique("Seen"), crowd.unique("Known")
    if await crowd.say(f"note {note}", incident):
        crowd.told.noted.add(note)
    await crowd.wait(2)
    await crowd.say(f"severity P{crowd.number(4) - 1} worse", incident)
    if await crowd.say(f"update {update}", incident):
        crowd.told.updated.add(update)
    await crowd.say(f"check {crowd.number(4)}", incident)
    await crowd.say(f"role commander <@{crowd.somebody()}>", incident)


async def silence(crowd: Crowd) -> None:
    """One alert is kept quiet; it fires nevertheless, and perhaps the silence is lifted before its end."""
    name, by = ALERTS[crowd.number(len(ALERTS)) - 1], crowd.people[2]
    if not await crowd.say(f"silence alertname={name} for {crowd.number(3)}m because we look", None, by=by):
        return
    await crowd.alert(name, alerts=crowd.number(3))
    await crowd.wait(5)
    if crowd.number(2) == 1:
        await crowd.say(f"silence lift alertname={name}", None, by=by)


async def slack_away(crowd: Crowd) -> None:
    """Slack answers nobody for a while; people go on at a terminal, and it is all told when Slack is back."""
    incident = await crowd.incident()
    with crowd.weather.slack_away():
        await crowd.wait(20)
        if incident is not None:
            await _typed(crowd, incident)
        await crowd.wait(10)


async def terminal(crowd: Crowd) -> None:
    """Somebody would rather type."""
    incident = await crowd.incident()
    if incident is not None:
        await _typed(crowd, incident)


async def _typed(crowd: Crowd, incident: Incident) -> None:
    await crowd.type(acknowledge, "", incident, "ana")
    noted, told = crowd.unique("Typed"), crowd.unique("Told")
    if await crowd.type(note, noted, incident, "ana"):
        crowd.told.noted.add(noted)
    await crowd.wait(2)
    if await crowd.type(update, told, incident, "ben"):
        crowd.told.updated.add(told)
    if crowd.number(3) == 1:
        await crowd.type(resolve, "restarted by hand", incident, "ben")


async def freeze(crowd: Crowd) -> None:
    """Everything is stopped for a while."""
    by = crowd.people[0]
    await crowd.say("freeze let me look", None, by=by)
    await crowd.wait(6)
    await crowd.say("unfreeze go on", None, by=by)


async def evidence(crowd: Crowd) -> None:
    """Evidence is frozen, and let go."""
    incident = await crowd.incident()
    if incident is not None:
        await crowd.say("evidence freeze a break-in", incident)
        await crowd.wait(5)
        await crowd.say("evidence release all copied", incident)


async def end(crowd: Crowd) -> None:
    """It is over, told more than once; perhaps it comes back."""
    incident = await crowd.incident()
    if incident is None:
        return
    await asyncio.gather(*(crowd.say("resolve restarted it", incident) for _ in range(crowd.number(3))))
    await crowd.wait(3)
    if crowd.number(3) == 1:
        await crowd.say("reopen it is back", incident)
    await crowd.say("postmortem", incident)


BEGINNINGS: Final[tuple[tuple[Scene, int], ...]] = ((outage, 4), (declaration, 2), (lapse, 1))
"""How a run begins."""
SCENES: Final[tuple[tuple[Scene, int], ...]] = (
    (outage, 6),
    (declaration, 3),
    (work, 4),
    (remedy, 6),
    (walk, 3),
    (restore, 2),
    (store_away, 2),
    (lapse, 4),
    (silence, 2),
    (slack_away, 2),
    (terminal, 2),
    (freeze, 1),
    (evidence, 1),
    (end, 3),
)
"""What may happen then, and how often beside the others."""
WATCHED: Final[tuple[tuple[Scene, int], ...]] = ((go_wrong, 5),)
"""The same, where a watch looks."""
PAGED: Final[tuple[tuple[Scene, int], ...]] = ((ring, 4), (answer, 4), (call_for_help, 2))
"""The same, where the team has a pager."""
