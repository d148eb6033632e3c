"""Slack limits, breaks, loses answers or is gone: the incident is complete in the end, once, and nothing is hidden."""

import asyncio
from collections.abc import Callable
from pathlib import Path

import pytest

from sandbox.faults import Faults
from tests.stories.opened import ONCE, complete, incident_channels, kinds_posted
from tests.stories.rig import rig

METHODS = (
    "conversations.create",
    "conversations.invite",
    "chat.postMessage",
    "conversations.setTopic",
    "pins.add",
    "bookmarks.add",
)

TROUBLES: dict[str, Callable[[Faults, str], None]] = {
    "limited": lambda faults, method: faults.limit(method, retry_after=1),
    "broken": lambda faults, method: faults.break_(method, times=2),
    "answer lost": lambda faults, method: faults.lose(method),
}


@pytest.mark.parametrize("trouble", TROUBLES)
async def test_every_method_fails_first_and_the_incident_is_complete_once_all_the_same(
    tmp_path: Path, trouble: str
) -> None:
    """429, 5xx and lost answers on the first call of each method of the opening."""
    async with rig(tmp_path) as it:
        for method in METHODS:
            TROUBLES[trouble](it.sandbox.faults, method)
        await it.person("emi").command("/incident declare P1 Checkout fails", "general")
        await complete(it, pages=3)
        await asyncio.sleep(0.5)
        assert incident_channels(it) == ["inc-1-checkout-fails"]
        # Emi declared it and waited for the channel: she was told where to work meanwhile, beside the two on call.
        assert kinds_posted(it) == {**ONCE, "page": 3}


async def test_what_cannot_be_done_is_said_in_the_channel(tmp_path: Path) -> None:
    """A bot without the scope to pin says so where people look, with what would mend it."""
    async with rig(tmp_path) as it:
        app = it.sandbox.app
        app.scopes = app.scopes - {"pins:write"}
        emi = it.person("emi")
        await emi.command("/incident declare P1 Checkout fails", "general")
        channel = await emi.wait_for_channel("inc-1", 60)
        message = await emi.wait_for(channel, "pins:write", 60)
        assert "could not pin the card" in message.text


async def test_declared_while_slack_is_gone_everything_follows_when_it_is_back(tmp_path: Path) -> None:
    """An outage between the declaration and its channel delays everything and loses nothing."""
    async with rig(tmp_path) as it:
        answer = await it.person("emi").command("/incident declare P1 Checkout fails", "general")
        it.sandbox.faults.outage = True
        assert answer.ok
        await asyncio.sleep(2)
        it.sandbox.faults.outage = False
        await complete(it)
        await asyncio.sleep(0.5)
        assert incident_channels(it) == ["inc-1-checkout-fails"]
        # The declarer too is told where to work, if the outage came before the channel.
        assert kinds_posted(it) in (ONCE, {**ONCE, "page": 3})


async def test_a_dead_ticket_does_not_keep_the_bot_from_slack(tmp_path: Path) -> None:
    """The first handshakes are refused; the bot asks for new tickets and connects."""
    async with rig(tmp_path, started=False) as it:
        it.sandbox.faults.refuse_handshakes(2)
        await it.bot.start(within=110)
        await it.sandbox.connected()
        assert (await it.person("emi").command("/incident list", "general")).ok


async def test_started_while_slack_is_gone_webhooks_are_kept_and_people_are_called_when_it_is_back(
    tmp_path: Path,
) -> None:
    """The door to the monitors does not wait for Slack; everything else follows when Slack answers."""
    async with rig(tmp_path, started=False) as it:
        it.sandbox.faults.outage = True
        starting = asyncio.create_task(it.bot.start(within=110))
        assert await it.knocked(ALERT, within=60) == 202
        it.sandbox.faults.outage = False
        await starting
        ana = it.person("ana")
        assert (await ana.wait_for_channel("inc-1", 60)).name == "inc-1-disk-almost-full"
        await ana.wait_for_direct("Disk almost full", 60)


ALERT = {
    "alerts": [
        {"status": "firing", "labels": {"alertname": "DiskFull"}, "annotations": {"summary": "Disk almost full"}}
    ]
}
