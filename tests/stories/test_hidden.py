"""Secrets that people write: at every door of Slack's they are hidden before anything is kept or said."""

import json
from pathlib import Path

from sandbox.driver import Person, words
from tests.stories.opened import complete
from tests.stories.rig import TOKEN, Rig, rig

# Put together here, so that nobody who looks for secrets in this file finds one.
SHAPED = "gh" + "p_" + "a1B2" * 9
TELLS = "is kept and said as [redacted]"


async def test_a_secret_that_somebody_writes_is_neither_kept_nor_said_and_they_are_told_once(tmp_path: Path) -> None:
    """By a form, a command and a pin; one is known from the settings alone, the other by how it looks."""
    async with rig(tmp_path) as it:
        emi, ana = it.person("emi"), it.person("ana")
        await emi.command("/incident declare", "general")
        await emi.wait_for_modal()
        await emi.submit({"title": f"Login with {TOKEN} fails", "severity": "P1"})
        channel = await ana.wait_for_channel("inc-1", within=60)
        await complete(it)
        await emi.wait_for_direct(TELLS, within=60)
        await emi.command(f"/incident update we tried {SHAPED}", channel)
        await ana.wait_for(channel, "we tried [redacted]", within=60)
        await emi.wait_for(channel, TELLS, within=60)
        await emi.command("/incident note nothing to hide", channel)
        ana.pin(ana.post(channel, f"It is {TOKEN}"))
        await ana.wait_for_direct(TELLS, within=60)
        assert [_told(it, emi), _told(it, ana)] == [2, 1], "once for each text that held one"
        await it.bot.stop()
        assert not [each for each in (TOKEN, SHAPED) if each in _said_by_muster(it)]
        kept = b"".join(each.read_bytes() for each in tmp_path.rglob("*") if each.is_file() and each.suffix != ".yaml")
        assert b"nothing to hide" in kept
        assert b"It is [redacted]" in kept
        assert not [each for each in (TOKEN, SHAPED) if each.encode() in kept]


def _told(it: Rig, person: Person) -> int:
    """How often a person was told of it, wherever."""
    seen = [each for channel in it.sandbox.workspace.channels.values() for each in channel.ephemerals]
    own = [each for each in seen if each.ephemeral_to == person.id]
    return sum(TELLS in words(each) for each in (*own, *person.direct_messages()))


def _said_by_muster(it: Rig) -> str:
    return json.dumps([call.arguments for call in it.sandbox.calls.all()], default=str)
