"""Rules of approval in a real bot: a team adds one to its file, and two people must agree before anything runs."""

from pathlib import Path

from demo.stage import Stage
from demo.storybook import SYSTEM
from sandbox.driver import Person, words

RULE = """
approvals:
  rules:
    - match: {step: [fail-stuck-jobs]}
      approvals: 2
      break_glass: false
"""


async def test_two_people_say_yes_and_then_it_runs_once(tmp_path: Path) -> None:
    async with Stage(SYSTEM, tmp_path, tiers=False) as it:
        with it.config.open("a", encoding="utf-8") as file:
            file.write(RULE)
        await it.bot.stop()
        await it.bot.start()
        await it.sandbox.connected()
        ana, ben, chloe = (Person(it.sandbox, name) for name in ("ana", "ben", "chloe"))
        await it.patient.fault("stuck-jobs", True)
        await it.monitor.fire("StorybookJobsStuck")
        channel = await ana.wait_for_channel("inc-", 20)
        await ana.wait_for(channel, "Called", 20)
        await ana.command("/incident fix fail-stuck-jobs", channel)
        await ana.wait_for_modal(within=10)
        await ana.submit({})

        card = await ben.wait_for(channel, "0 of 2", 20)
        assert "Break glass" not in words(card)
        await ben.click(card, "approve")
        await ben.wait_for(channel, "1 of 2", 10)
        await ben.click(card, "approve")
        await ben.wait_for(channel, "You have said yes to this already, and one more person must.", 10)
        await ana.click(card, "approve")
        await ana.wait_for(channel, "You asked for this, so somebody else must approve it.", 10)
        assert not any("Remediation" in words(each) and "needs" not in words(each) for each in ana.reads(channel))
        await chloe.click(await chloe.wait_for(channel, "1 of 2", 10), "approve")
        ran = await ana.wait_for(channel, "Remediation ran", 30)
        assert "approved by" in words(ran)
