"""What happens without anybody in the chat: watches, spools, PagerDuty, and ends that get lost."""

from collections import Counter
from collections.abc import Mapping
from typing import Final

from chaos.crowd import Crowd
from chaos.pager import There
from incident.paging import PagerState

WRONG: Final = 7
"""So many orders are wrong when some are."""
MOST_LOOKS: Final = 200
"""So often a monitor's next word waits for its last one to be heard: between two outages of a thing pass minutes."""


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


async def lapse(crowd: Crowd) -> None:
    """Something breaks again and again, and is over by itself; of its ends only the last one surely arrives."""
    thing, outages, sent, alone = crowd.unique("Thing"), crowd.number(4), Counter[str](), True
    for number in range(outages):
        began = crowd.now()
        words = [False] * crowd.number(2)
        if number + 1 == outages or crowd.number(2) == 1:
            words.append(True)
        for over in words:
            alone &= await crowd.outage(thing, began, over=over)
            sent[f"alertmanager:{thing}@{began.isoformat()}"] += 1
            await _heard(crowd, sent)
            await crowd.wait(10)
    if alone:
        crowd.told.over.add(f"alertmanager:{thing}@")
        crowd.told.accepted.update(sent)


async def _heard(crowd: Crowd, sent: Mapping[str, int]) -> None:
    """Wait until the last word is decided, which may lie in a spool."""
    name, count = list(sent.items())[-1]
    for _ in range(MOST_LOOKS):
        record = await crowd.look(lambda ports: ports.store.alert(name))
        if record is not None and record.count >= count:
            return
        await crowd.wait(1)


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
