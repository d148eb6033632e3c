"""Killed at each job boundary of a remediation: it runs at most once, and its card always ends in words."""

import asyncio
import json
import sqlite3
from collections.abc import AsyncIterator
from pathlib import Path

import asyncpg
import pytest

from demo.stage import Stage
from demo.storybook import SYSTEM
from sandbox.driver import Person, words
from sandbox.state.model import Channel, Message
from tests.stories.rig import PATIENCE

FINAL = ("ran", "unknown", "void", "expired", "cancelled")

BOUNDARIES = {
    "the request is saved": "SELECT 1 FROM approvals",
    "it is being previewed": "SELECT 1 FROM jobs WHERE name = 'preview' AND state <> 'owed'",
    "the request can be answered": "SELECT 1 FROM approvals WHERE state <> 'preparing'",
    "it is approved": "SELECT 1 FROM approvals WHERE state NOT IN ('preparing', 'asked')",
    "the run is claimed": "SELECT 1 FROM jobs WHERE name = 'run_remediation' AND state <> 'owed'",
    "it is running": "SELECT 1 FROM approvals WHERE state NOT IN ('preparing', 'asked', 'approved')",
    "its outcome is saved": "SELECT 1 FROM approvals WHERE state = 'ran'",
    "it is being verified": "SELECT 1 FROM jobs WHERE name = 'verify' AND state <> 'owed'",
}
"""What the store shows from then on: whoever looks a moment late, on a busy machine, sees it all the same."""

# Counts every statement of the remediation's role, and makes it last long enough to be killed in.
WITNESS = """
CREATE TABLE witness (at timestamptz NOT NULL DEFAULT clock_timestamp());
GRANT INSERT ON witness TO muster_remediation;
CREATE FUNCTION witnessed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF current_user = 'muster_remediation' THEN
        INSERT INTO witness DEFAULT VALUES;
        PERFORM pg_sleep(0.5);
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER witnessed AFTER UPDATE ON jobs FOR EACH STATEMENT EXECUTE FUNCTION witnessed();
"""


SLOWER = """
CREATE OR REPLACE FUNCTION witnessed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF current_user = 'muster_remediation' THEN
        INSERT INTO witness DEFAULT VALUES;
        PERFORM pg_sleep(300);
    END IF;
    RETURN NULL;
END $$;
"""


@pytest.fixture
async def stage(tmp_path: Path) -> AsyncIterator[Stage]:
    """The whole demo, with a witness in the patient's database and a short lease."""
    async with Stage(SYSTEM, tmp_path, tiers=False, lease="2s") as it:
        it.sandbox.wait_longer(PATIENCE)
        owner = await asyncpg.connect(it.patient.dsns["storybook"])
        try:
            await owner.execute(WITNESS)
        finally:
            await owner.close()
        yield it


@pytest.mark.parametrize("boundary", BOUNDARIES)
async def test_killed_when_it_runs_at_most_once_and_its_card_ends(stage: Stage, boundary: str) -> None:
    """kill -9 as soon as the store shows the boundary; then the bot is started again and people go on."""
    ana, ben = Person(stage.sandbox, "ana"), Person(stage.sandbox, "ben")
    await stage.patient.fault("stuck-jobs", True)
    await stage.monitor.fire("StorybookJobsStuck")
    channel = await ana.wait_for_channel("inc-", 60)
    card = await ana.wait_for(channel, lambda message: _has(message, "fix"), 60)
    killing = asyncio.create_task(_kill_at(stage, BOUNDARIES[boundary]))
    await ana.click(card, "fix")
    form = await ana.wait_for_modal(within=60)
    await ana.select(form, "choose_step", "fail-stuck-jobs")
    await ana.wait_for_modal(lambda view: view.payload.get("callback_id") == "fix_step", 60)
    await ana.submit({})
    await _approve_when_asked(ben, channel, killing)
    await asyncio.wait_for(killing, 60)
    await stage.bot.start()
    await stage.sandbox.connected()

    state = await _ended(stage, ben, channel)
    await asyncio.sleep(0.5)
    assert await _runs(stage) <= 1
    if state == "ran":
        assert await _runs(stage) == 1
    requests = [message for message in ana.reads(channel) if "fail" in words(message).lower() and _is_request(message)]
    assert len(requests) == 1
    assert not _has(requests[0], "approve")


async def test_after_a_cut_a_person_says_what_became_of_it(stage: Stage) -> None:
    """The card asks for it, once; what was found stands on it and is told in the channel."""
    ana, ben = Person(stage.sandbox, "ana"), Person(stage.sandbox, "ben")
    await _slowed(stage)
    channel = await _asked(stage, ana)
    killing = asyncio.create_task(_kill_at(stage, BOUNDARIES["it is running"]))
    await ben.click(await ben.wait_for(channel, lambda message: _has(message, "approve"), 60), "approve")
    await asyncio.wait_for(killing, 60)
    await stage.bot.start()
    await stage.sandbox.connected()
    assert await _ended(stage, ben, channel) == "unknown"
    card = await ana.wait_for(channel, lambda message: _has(message, "find_effect"), 60)
    await ana.click(card, "find_effect")
    form = await ana.wait_for_modal(lambda view: view.payload.get("callback_id") == "find_effect", 60)
    assert "What is so there?" in json.dumps(form.payload)
    await ana.submit({"effect": "none", "note": "All three are running still."})
    said = "nothing was changed. All three are running still."
    on_card = await ben.wait_for(channel, lambda message: message.ts == card.ts and said in words(message), 60)
    assert not _has(on_card, "find_effect")
    await ben.wait_for(channel, lambda message: f"which was cut short: {said}" in words(message), 60)


async def test_killed_as_it_is_cancelled_it_is_never_run_again_and_its_card_says_who_cancelled(stage: Stage) -> None:
    """kill -9 as soon as the click is saved, while the statement is under way: nothing is repeated."""
    ana, ben = Person(stage.sandbox, "ana"), Person(stage.sandbox, "ben")
    await _slowed(stage)
    channel = await _asked(stage, ana)
    killing = asyncio.create_task(_kill_at(stage, 'SELECT 1 FROM approvals WHERE body LIKE \'%"cancelled_by":"U%\''))
    await ben.click(await ben.wait_for(channel, lambda message: _has(message, "approve"), 60), "approve")
    running = await ana.wait_for(channel, lambda message: _has(message, "cancel"), 60)
    async with asyncio.timeout(60):
        while _state(stage) != "running":
            await asyncio.sleep(0.002)
    await ana.click(running, "cancel")
    await asyncio.wait_for(killing, 60)
    await stage.bot.start()
    await stage.sandbox.connected()

    assert await _ended(stage, ben, channel) in ("unknown", "cancelled")
    await asyncio.sleep(0.5)
    assert await _runs(stage) <= 1
    (card,) = [message for message in ana.reads(channel) if _is_request(message)]
    assert "Cancelled by" in words(card)


async def test_a_statement_that_runs_is_cancelled_from_its_card_long_before_its_end(stage: Stage) -> None:
    """Rolled back, told with who, and nothing is left of it. It would last for minutes."""
    ana, ben = Person(stage.sandbox, "ana"), Person(stage.sandbox, "ben")
    await _slowed(stage)
    channel = await _asked(stage, ana)
    await ben.click(await ben.wait_for(channel, lambda message: _has(message, "approve"), 60), "approve")
    running = await ana.wait_for(channel, lambda message: _has(message, "cancel"), 60)
    async with asyncio.timeout(60):
        while _state(stage) != "running":
            await asyncio.sleep(0.002)
    await asyncio.sleep(0.3)
    await ana.click(running, "cancel")
    assert await _ended(stage, ben, channel) == "cancelled"
    assert await _runs(stage) == 0
    (card,) = [message for message in ana.reads(channel) if _is_request(message)]
    assert "rolled back" in words(card)


async def _slowed(stage: Stage) -> None:
    """From now on its statement lasts for minutes: longer than a busy machine needs for a click."""
    owner = await asyncpg.connect(stage.patient.dsns["storybook"])
    try:
        await owner.execute(SLOWER)
    finally:
        await owner.close()


async def _asked(stage: Stage, ana: Person) -> Channel:
    """The alert came, and Ana asked for its fix; the channel where its card goes up."""
    await stage.patient.fault("stuck-jobs", True)
    await stage.monitor.fire("StorybookJobsStuck")
    channel = await ana.wait_for_channel("inc-", 60)
    card = await ana.wait_for(channel, lambda message: _has(message, "fix"), 60)
    await ana.click(card, "fix")
    form = await ana.wait_for_modal(within=60)
    await ana.select(form, "choose_step", "fail-stuck-jobs")
    await ana.wait_for_modal(lambda view: view.payload.get("callback_id") == "fix_step", 60)
    await ana.submit({})
    return channel


async def _kill_at(stage: Stage, condition: str) -> None:
    """Look into the store as fast as it goes, and kill at the first sight."""
    store = sqlite3.connect(f"file:{stage.data_dir / 'muster.db'}?mode=ro", uri=True)
    try:
        while store.execute(condition).fetchone() is None:
            await asyncio.sleep(0.001)
        await stage.bot.kill()
    finally:
        store.close()


async def _approve_when_asked(ben: Person, channel: Channel, killing: "asyncio.Task[None]") -> None:
    """Ben approves as soon as the card is there, unless the bot was killed before."""

    async def approving() -> None:
        request = await ben.wait_for(channel, lambda message: _has(message, "approve"), 60)
        await ben.click(request, "approve")

    attempt = asyncio.create_task(approving())
    await asyncio.wait({attempt, killing}, return_when=asyncio.FIRST_COMPLETED)
    if not killing.done():
        await attempt
    attempt.cancel()
    await asyncio.gather(attempt, return_exceptions=True)


async def _ended(stage: Stage, ben: Person, channel: Channel) -> str:
    """Wait until the request has ended; when nobody answered it yet, Ben does."""
    async with asyncio.timeout(80):
        while True:
            state = _state(stage)
            if state in FINAL:
                await stage.sandbox.pulse.until(lambda: _card_ended(ben, channel), 60, lambda: "the card never ended")
                return state
            asked = [message for message in ben.reads(channel) if _has(message, "approve")]
            if state == "asked" and asked:
                await ben.click(asked[-1], "approve")
            await asyncio.sleep(0.1)


def _state(stage: Stage) -> str:
    store = sqlite3.connect(f"file:{stage.data_dir / 'muster.db'}?mode=ro", uri=True)
    try:
        row = store.execute("SELECT state FROM approvals").fetchone()
    finally:
        store.close()
    return str(row[0]) if row else ""


def _card_ended(ben: Person, channel: Channel) -> bool | None:
    """Whether it stands there, and neither waits for an answer nor runs."""
    requests = [message for message in ben.reads(channel) if _is_request(message)]
    going = any(_has(message, action) for message in requests for action in ("approve", "cancel"))
    return True if requests and not going else None


async def _runs(stage: Stage) -> int:
    owner = await asyncpg.connect(stage.patient.dsns["storybook"])
    try:
        return int(await owner.fetchval("SELECT count(*) FROM witness"))
    finally:
        await owner.close()


def _is_request(message: Message) -> bool:
    payload = (message.metadata or {}).get("event_payload") or {}
    return str(payload.get("mark", "")).startswith("approval_card:")


def _has(message: Message, action: str) -> bool:
    return f'"{action}"' in json.dumps(message.blocks) and message.ephemeral_to is None
