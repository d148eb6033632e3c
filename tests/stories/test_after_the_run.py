"""What people can do with findings and remediations that have ended: prove, read in private, take back."""

import json
import re
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from demo.stage import Stage
from demo.storybook import SYSTEM
from sandbox.driver import Person, words
from sandbox.state.model import Channel, Message
from tests.stories.rig import PATIENCE

WITHIN = 60.0


@pytest.fixture
async def stage(tmp_path: Path) -> AsyncIterator[Stage]:
    async with Stage(SYSTEM, tmp_path, tiers=False) as it:
        it.sandbox.wait_longer(PATIENCE)
        yield it


async def test_a_private_finding_a_proof_and_an_undo(stage: Stage) -> None:
    """In the cost emergency, whose books cost most is private, and refusing orders is taken back by taking them."""
    ana, ben, chloe = (Person(stage.sandbox, name) for name in ("ana", "ben", "chloe"))
    await stage.monitor.fire("StorybookCostEmergency")
    channel = await ana.wait_for_channel("inc-", WITHIN)
    card = await ana.wait_for(channel, lambda message: _has(message, "fix"), WITHIN)

    private = await ana.wait_for_direct(lambda message: "only you can read this" in words(message), WITHIN)
    assert re.search(r"user_\d", words(private))
    told = await stage.sandbox.pulse.until(
        lambda: [each for each in ana.thread(channel, card.ts) if "What it saw is private" in words(each)] or None,
        WITHIN,
        lambda: "the thread never told of the private finding",
    )
    assert not any(re.search(r"user_\d", words(message)) for message in told)

    finding = await ana.wait_for(channel, lambda each: each.thread_ts == card.ts and _has(each, "proof"), WITHIN)
    await ana.click(finding, "proof")
    proof = await ana.wait_for_modal(within=WITHIN)
    assert "Whether its credential could write" in json.dumps(proof.payload)

    refused = await _asked(ana, channel, card, "refuse-orders")
    for person in (ben, chloe):  # a grave step: two people agree
        await person.click(refused, "approve")
    offered = await ana.wait_for(channel, lambda message: _has(message, "undo"), WITHIN)
    assert offered.ts == refused.ts
    await ana.click(offered, "undo")
    back = await ben.wait_for(channel, lambda message: _has(message, "approve") and message.ts != refused.ts, WITHIN)
    assert "Take orders again" in words(back)
    await ben.click(back, "approve")
    await ben.wait_for(channel, lambda message: message.ts == back.ts and "Remediation ran" in words(message), WITHIN)


async def _asked(person: Person, channel: Channel, card: Message, step: str) -> Message:
    """They asked for a step without parameters; its card."""
    await person.click(card, "fix")
    form = await person.wait_for_modal(lambda view: view.payload.get("callback_id") == "fix", WITHIN)
    await person.select(form, "choose_step", step)
    await person.wait_for_modal(lambda view: view.payload.get("callback_id") == "fix_step", WITHIN)
    await person.submit({})
    return await person.wait_for(channel, lambda message: _has(message, "approve"), WITHIN)


def _has(message: Message, action: str) -> bool:
    return f'"action_id": "{action}"' in json.dumps(message.blocks) and message.ephemeral_to is None
