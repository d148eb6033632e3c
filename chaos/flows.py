"""What happens without anybody in the chat: a watch sees what is wrong, the store goes away, PagerDuty rings."""

from typing import Final

from chaos.crowd import Crowd
from chaos.pager import There
from incident.paging import PagerState

WRONG: Final = 7
"""So many orders are wrong when some are."""


async def go_wrong(crowd: Crowd) -> None:
    """Orders become wrong, for shorter or longer than the watch minds; perhaps they stay so."""
    crowd.outside.target.wrong = WRONG
    await crowd.wait(50)
    if crowd.number(3) > 1:
        crowd.outside.target.wrong = 0


async def store_away(crowd: Crowd) -> None:
    """Nobody reaches the store for a while, and the monitors go on: something fires and is over, again and again."""
    with crowd.weather.store_away():
        for _ in range(crowd.number(4)):
            await crowd.alert("DiskSlow", alerts=crowd.number(3))
            await crowd.wait(2)
            await crowd.alert("DiskSlow", resolved=True, alerts=crowd.number(3))


async def ring(crowd: Crowd) -> None:
    """An integration of PagerDuty's opens an incident there, and whoever is on call does there what they do."""
    there = crowd.outside.pager.made("", None)
    for _ in range(crowd.number(3)):
        await crowd.wait(8)
        act(crowd, there)


async def answer(crowd: Crowd) -> None:
    """Somebody acts in PagerDuty on one of its incidents, whoever opened it."""
    if crowd.outside.pager.there:
        act(crowd, crowd.one_of(list(crowd.outside.pager.there.values())))


async def call_for_help(crowd: Crowd) -> None:
    """Somebody wants a person, or whoever is on call for the databases."""
    incident = await crowd.incident()
    if incident is not None:
        who = crowd.one_of([f"<@{crowd.somebody()}>", "database"])
        await crowd.say(f"page {who} we need you", incident)


def act(crowd: Crowd, there: There) -> None:
    """One thing that a person does in PagerDuty."""
    pager, by = crowd.outside.pager, crowd.outside.pager.account(crowd.somebody())
    if crowd.number(2) == 1:
        text = crowd.unique("Noted there")
        pager.note(there, text, by)
        crowd.told.noted.add(text)
        return
    after = {
        PagerState.TRIGGERED: (PagerState.ACKNOWLEDGED, PagerState.RESOLVED),
        PagerState.ACKNOWLEDGED: (PagerState.RESOLVED,),
        PagerState.RESOLVED: (PagerState.TRIGGERED,),
    }
    pager.put(there, crowd.one_of(after[there.state]), by)
