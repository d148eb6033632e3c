"""A rule of approval in a real bot: what the overlay marks as grave, two people must agree to before it runs."""

from pathlib import Path

from demo.stage import Stage
from demo.storybook import SYSTEM
from sandbox.driver import Person, words
from tests.stories.rig import PATIENCE


async def test_two_people_say_yes_and_then_it_runs_once(tmp_path: Path) -> None:
    async with Stage(SYSTEM, tmp_path, tiers=False) as it:
        it.sandbox.wait_longer(PATIENCE)
        ana, ben, chloe = (Person(it.sandbox, name) for name in ("ana", "ben", "chloe"))
        await it.monitor.fire("StorybookCostEmergency")
        channel = await ana.wait_for_channel("inc-", 60)
        await ana.wait_for(channel, "Called", 60)
        await ana.command("/incident fix refuse-orders", channel)

        card = await ben.wait_for(channel, "0 of 2", 60)
        assert "Break glass" not in words(card)
        await ben.click(card, "approve")
        await ben.wait_for(channel, "1 of 2", 60)
        await ben.click(card, "approve")
        await ben.wait_for(channel, "You have said yes to this already, and one more person must.", 60)
        await ana.click(card, "approve")
        await ana.wait_for(channel, "You asked for this, so somebody else must approve it.", 60)
        assert not any("Remediation" in words(each) and "needs" not in words(each) for each in ana.reads(channel))
        counted = await chloe.wait_for(channel, lambda each: each.ts == card.ts and "1 of 2" in words(each), 60)
        await chloe.click(counted, "approve")
        ran = await ana.wait_for(channel, "Remediation ran", 60)
        assert "approved by" in words(ran)
