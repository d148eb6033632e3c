"""Muster beside its channels, as somebody meets it in Slack: its home, and its direct messages."""

import asyncio
import json
from pathlib import Path

from tests.stories.opened import complete
from tests.stories.rig import rig


async def test_the_home_shows_what_is_open_and_declares_from_there(tmp_path: Path) -> None:
    async with rig(tmp_path) as it:
        emi, ana = it.person("emi"), it.person("ana")
        assert (await emi.command("/incident declare P1 Checkout fails", "general")).ok
        await complete(it)
        ana.open_home()
        async with asyncio.timeout(60):
            while ana.home is None:  # nothing tells a test when a home is there
                await asyncio.sleep(0.02)
        told = json.dumps(ana.home.payload, ensure_ascii=False)
        assert "INC-1 · Checkout fails" in told
        assert ana.channel("inc-1-checkout-fails").id in told
        assert (await ana.click(ana.home, "Declare an incident")).ok
        form = await ana.wait_for_modal()
        assert form.payload["title"]["text"] == "Declare an incident"


async def test_who_acknowledges_from_the_call_for_help_is_told_that_it_was_done(tmp_path: Path) -> None:
    """The incident's card, which says so to everybody else, is not before them."""
    async with rig(tmp_path) as it:
        emi, ana = it.person("emi"), it.person("ana")
        assert (await emi.command("/incident declare P1 Checkout fails", "general")).ok
        call = await ana.wait_for_direct("Checkout fails")
        assert (await ana.click(call, "Acknowledge")).ok
        assert await ana.wait_for_direct("acknowledged after")
