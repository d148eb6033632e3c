"""A team's document becomes a procedure that two people walk, on a real database, with the bot killed on the way."""

import json
import re
from collections.abc import AsyncIterator
from pathlib import Path

import asyncpg
import pytest

from bot.runbooks.files import compilation
from demo.bot_process import ROOT
from demo.stage import Stage
from demo.story import newest_draft
from demo.storybook import SYSTEM
from sandbox.driver import Person, words
from sandbox.state.model import Channel, Message
from tests.stories.rig import PATIENCE

DOCUMENT = Path(__file__).parent / "runbooks" / "oldest-job.md"
OVERLAY = """\
targets: [{target: storybook-db, executor: postgres}]
steps:
  give-up-the-oldest-stuck-job-05a624:
    for: 8a9c0250
    name: give-up
    guard: {rows: {sql: "SELECT count(*) FROM jobs WHERE id = $1::uuid AND status = 'running'", arguments: [job_id]}}
    undo: No way back; the customer orders the book again.
  give-up-the-oldest-stuck-job-2000f2: {for: 0c4b19b2, name: still-stuck}
"""
WITHIN = 60


@pytest.fixture
async def stage(tmp_path: Path) -> AsyncIterator[Stage]:
    """The demo, whose bot was started anew with the document of this story."""
    folder = tmp_path / "runbooks" / SYSTEM.name
    folder.mkdir(parents=True)
    (folder / "runbook.md").write_bytes(DOCUMENT.read_bytes())
    (folder / "catalog.yaml").write_text(compilation(folder / "runbook.md").compiled.text, encoding="utf-8")
    (folder / "overlay.yaml").write_text(OVERLAY, encoding="utf-8")
    async with Stage(SYSTEM, tmp_path / "data", tiers=False, lease="2s") as it:
        it.sandbox.wait_longer(PATIENCE)
        await it.bot.stop()
        config = it.config.read_text(encoding="utf-8").replace(str(ROOT / "runbooks" / SYSTEM.name), str(folder))
        # The document marks no step as grave, and a rule about what there is not stops a start.
        it.config.write_text(re.sub(r"(?m)^approvals:\n(?: .*\n)+", "", config), encoding="utf-8")
        await it.bot.start()
        await it.sandbox.connected()
        yield it


async def test_a_procedure_of_a_document_is_walked_to_its_end(stage: Stage) -> None:
    """A look gives a value, a change takes it behind the gate, a wait survives kill -9, a person does the rest."""
    ana, ben = Person(stage.sandbox, "ana"), Person(stage.sandbox, "ben")
    await stage.patient.fault("stuck-jobs", True)
    await ana.command("/incident declare P2 A book hangs")
    channel = await ana.wait_for_channel("inc-", WITHIN)
    await ana.command("/incident procedure give up the oldest", channel)

    card = await _at(ana, channel, "0 of 5 steps")
    await ana.click(card, "step_take")
    card = await _at(ana, channel, "1 of 5 steps")
    oldest = await _stuck(stage)
    await ana.click(card, "step_take")
    form = await ana.wait_for_modal(within=WITHIN)
    assert oldest in json.dumps(form.payload["blocks"])
    await ana.submit({})
    request = await ana.wait_for(channel, lambda message: _has(message, "approve"), WITHIN)
    assert oldest in words(request)
    await ana.click(request, "approve")
    assert await _status(stage, oldest) == "running"
    await ben.click(request, "approve")

    card = await _at(ana, channel, "2 of 5 steps")
    assert await _status(stage, oldest) == "failed"
    await ben.click(card, "step_take")
    card = await _at(ana, channel, "3 of 5 steps")
    await ana.click(card, "step_take")
    await _at(ana, channel, "wait until")
    await stage.bot.kill()
    await stage.bot.start()
    await stage.sandbox.connected()

    card = await _at(ana, channel, "4 of 5 steps")
    await ana.wait_for(channel, "The wait after “Monitor for 5 seconds” is over", WITHIN)
    await ben.click(card, "step_take")
    await ben.wait_for_modal(within=WITHIN)
    await ben.submit({"note": "Mailed the customer"})
    await _at(ana, channel, "5 of 5 steps")
    assert len([message for message in ana.reads(channel) if _is_walk(message)]) == 1
    await _written_down(ana, stage, channel, oldest)


async def _written_down(ana: Person, stage: Stage, channel: Channel, oldest: str) -> None:
    """The post-mortem tells the procedure, who did what, and the value that was passed on."""
    await ana.command("/incident resolve the job was given up", channel)
    await ana.wait_for(channel, lambda message: bool(message.files), WITHIN)
    draft = newest_draft(stage.data_dir).read_text(encoding="utf-8")
    for told in ("Give up the oldest stuck job", "Mailed the customer", oldest, "The wait after"):
        assert told in draft


async def _at(person: Person, channel: Channel, said: str) -> Message:
    """The procedure's one message, once it says so."""
    return await person.wait_for(channel, lambda message: _is_walk(message) and said in words(message), WITHIN)


def _is_walk(message: Message) -> bool:
    payload = (message.metadata or {}).get("event_payload") or {}
    return str(payload.get("mark", "")).startswith("walk_card:")


def _has(message: Message, action: str) -> bool:
    return f'"{action}"' in json.dumps(message.blocks) and message.ephemeral_to is None


async def _stuck(stage: Stage) -> str:
    return str(await _asked(stage, "SELECT id FROM jobs WHERE status = 'running' ORDER BY updated_at LIMIT 1"))


async def _status(stage: Stage, job: str) -> str:
    return str(await _asked(stage, "SELECT status FROM jobs WHERE id = $1::uuid", job))


async def _asked(stage: Stage, sql: str, *arguments: object) -> object:
    owner = await asyncpg.connect(stage.patient.dsns["storybook"])
    try:
        return await owner.fetchval(sql, *arguments)
    finally:
        await owner.close()
