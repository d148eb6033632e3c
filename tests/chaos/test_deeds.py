"""The people of a round: each deed to its end, whatever becomes of the answers."""

from random import Random
from types import SimpleNamespace
from typing import Any, cast

import pytest

from chaos.deeds import RESOLVED, Deeds
from chaos.known import Known
from chaos.place import Place
from sandbox.pulse import Pulse
from sandbox.record.calls import Calls
from sandbox.record.causes import Causes
from sandbox.state.clock import Clock
from sandbox.state.model import Channel
from sandbox.state.workspace import Workspace

CHANNEL = cast(Channel, None)  # the answers do not look at it


def ana_who_hears(*answers: tuple[bool, str], known: Known) -> Deeds:
    """Her commands are answered so, one after the other: whether it came in time, and what it says."""
    left = iter(answers)

    async def command(text: str, channel: Channel) -> Any:
        ok, said = next(left)
        return SimpleNamespace(ok=ok, payload=said.format(text=text))

    it = SimpleNamespace(
        person=lambda name: SimpleNamespace(command=command),
        sandbox=SimpleNamespace(pulse=Pulse(Workspace(clock=Clock(), era="TEST"), Calls(Causes()))),
    )
    return Deeds(cast(Place, SimpleNamespace(it=it)), Random(0), "deed", known)


async def test_who_is_told_that_it_is_so_after_a_lost_answer_is_content() -> None:
    known = Known()
    ana = ana_who_hears((False, ""), (True, "INC-3 is resolved. If it is back: /incident reopen."), known=known)
    await ana.say(CHANNEL, "resolve", "restarted", so=RESOLVED)
    assert known.said == set(), "nobody answered that what was said is done"


async def test_who_is_answered_knows_what_was_said() -> None:
    known = Known()
    await ana_who_hears((True, "Done: {text}"), known=known).say(CHANNEL, "note", "noted")
    assert known.said == {"noted deed-001"}


async def test_who_only_hears_that_it_is_so_asks_again_where_that_is_no_answer() -> None:
    ana = ana_who_hears((True, "INC-3 is resolved."), known=Known())
    with pytest.raises(RuntimeError, match="StopIteration"):
        await ana.say(CHANNEL, "note", "noted")
