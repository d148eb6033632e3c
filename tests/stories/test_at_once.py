"""A procedure whose changes one person asks for at once and another approves with one click, on real targets."""

import json
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from demo.stage import Stage
from demo.story import newest_draft
from demo.storybook import SYSTEM
from sandbox.driver import Person, words
from sandbox.state.model import Channel, Message
from tests.stories.rig import PATIENCE

WITHIN = 60


@pytest.fixture
async def stage(tmp_path: Path) -> AsyncIterator[Stage]:
    async with Stage(SYSTEM, tmp_path, tiers=False) as it:
        it.sandbox.wait_longer(PATIENCE)
        yield it


async def test_all_changes_are_asked_for_once_and_each_runs_when_somebody_takes_it(stage: Stage) -> None:
    """The card shows both commands; nothing runs at the yes; looks, a skipped step and a change come in turn."""
    ana, ben = Person(stage.sandbox, "ana"), Person(stage.sandbox, "ben")
    await stage.patient.fault("stuck-jobs", True)
    await ana.command("/incident declare P2 Books hang")
    channel = await ana.wait_for_channel("inc-", WITHIN)
    await ana.command("/incident fix stuck-jobs", channel)
    offer = await ana.wait_for(channel, lambda message: message.ephemeral_to == ana.id, WITHIN)
    await ana.click(offer, "ask_at_once")

    card = await ben.wait_for(channel, lambda message: _has(message, "approve"), WITHIN)
    for shown in ("1. Run the job monitor now", "2. ", "UPDATE jobs", "POST ", "these, in this order"):
        assert shown in words(card)
    await ana.click(card, "approve")
    await ana.wait_for(channel, lambda message: message.ephemeral_to == ana.id and message.ts != offer.ts, WITHIN)
    await ben.click(card, "approve")
    approved = "All changes are approved"
    await ben.wait_for(channel, lambda message: message.ts == card.ts and approved in words(message), WITHIN)

    for step in range(3):
        walk = await _at(ana, channel, f"{step} of 7 steps")
        await ana.click(walk, "step_take")
    await _at(ana, channel, "3 of 7 steps")
    await ana.command("/incident procedure skip nobody needs the logs", channel)
    walk = await _at(ana, channel, "Run, as approved")
    await ana.click(walk, "step_take")
    await _at(ana, channel, "5 of 7 steps")
    ran = await ana.wait_for(channel, lambda message: "Remediation ran" in words(message), WITHIN)
    assert ran.ts != card.ts

    await ana.command("/incident procedure abort the monitor was enough", channel)
    ended = "Approval void: each change asks for itself"
    await ana.wait_for(channel, lambda message: message.ts == card.ts and ended in words(message), WITHIN)
    await ana.command("/incident resolve the monitor started them anew", channel)
    await ana.wait_for(channel, lambda message: bool(message.files), WITHIN)
    assert "runs by the approval for" in newest_draft(stage.data_dir).read_text(encoding="utf-8")


async def _at(person: Person, channel: Channel, said: str) -> Message:
    """The procedure's one message, once it says so."""

    def there(message: Message) -> bool:
        return _has(message, "walk_abort") and "of 7 steps" in words(message) and said in json.dumps(message.blocks)

    return await person.wait_for(channel, there, WITHIN)


def _has(message: Message, action: str) -> bool:
    return f'"{action}"' in json.dumps(message.blocks) and message.ephemeral_to is None
