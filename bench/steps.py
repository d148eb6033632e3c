"""What steps cost and how they behave under people's hands: looks beside bare calls, a hundred yeses, a cancel."""

import asyncio
import json
import sqlite3
import statistics
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Final

import aiohttp
import asyncpg

from bot.config import load
from bot.executors.registry import Registry
from bot.redaction.redactor import Redactor
from bot.runbooks.load import load_runbooks
from bot.targets import targets_of
from demo.stage import Stage
from demo.storybook.patient import Patient
from incident.plan import draw_up
from incident.runbook import Catalog, Step
from sandbox.driver import Person
from sandbox.state.model import Channel, Message

LOOKS: Final = 200
CLICKS: Final = 100
WITHIN: Final = 30.0
SLOW: Final = """
CREATE FUNCTION slow() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF current_user = 'muster_remediation' THEN PERFORM pg_sleep(20); END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER slow AFTER UPDATE ON jobs FOR EACH STATEMENT EXECUTE FUNCTION slow();
"""

Call = Callable[[], Awaitable[object]]


async def looks(stage: Stage) -> dict[str, object]:
    """Diagnostics beside the bare call of the same kind: medians in milliseconds, one after the other."""
    await stage.bot.stop()
    configuration = load(stage.config, stage.environment)
    catalog = load_runbooks(configuration).catalog(stage.system.name)
    assert catalog is not None
    registry = Registry(
        targets_of(configuration), redactor=Redactor(configuration.every_secret()), clock=lambda: datetime.now(UTC)
    )
    try:
        for name in registry.targets:
            await registry.of(name).attest()
        return {
            "postgres": await _beside(_look(registry, catalog, "connection-count"), *await _bare_sql(stage)),
            "http": await _beside(_look(registry, catalog, "stuck-count"), *await _bare_http(stage)),
        }
    finally:
        await registry.close()


async def _beside(look: Call, bare: Call, end: Call) -> dict[str, float]:
    """Both in turn, so that whatever else the machine does hits both."""
    pairs = [(await _took(look), await _took(bare)) for _ in range(LOOKS)]
    await end()
    ours, theirs = (statistics.median(each) for each in zip(*pairs, strict=True))
    return {"look_ms": round(ours, 2), "bare_ms": round(theirs, 2), "costs_more_ms": round(ours - theirs, 2)}


async def _took(call: Call) -> float:
    began = time.perf_counter()
    await call()
    return (time.perf_counter() - began) * 1000


def _look(registry: Registry, catalog: Catalog, step_id: str) -> Call:
    step: Step = next(each for procedure in catalog.procedures for each in procedure.steps if each.id == step_id)
    plan = draw_up(step, {}, catalog=catalog, environment=registry.environment(step.target or ""))
    executor = registry.of(step.target or "")

    async def look() -> None:
        sight = await executor.look(plan)
        if sight.error:
            raise RuntimeError(sight.error)

    return look


async def _bare_sql(stage: Stage) -> tuple[Call, Call]:
    connection = await asyncpg.connect(stage.environment["DEMO_DIAGNOSTIC_DSN"])
    sql = "SELECT count(*) FROM pg_stat_activity WHERE datname = 'storybook'"
    return (lambda: connection.fetch(sql)), connection.close


async def _bare_http(stage: Stage) -> tuple[Call, Call]:
    url = f"{stage.patient.targets['storybook-api']['base_url']}/health/detailed"

    async def ask() -> None:
        async with aiohttp.ClientSession() as session, session.get(url) as answer:
            await answer.json()

    async def end() -> None:
        """Nothing is open between two."""

    return ask, end


async def clicks(stage: Stage) -> dict[str, object]:
    """A hundred clicks on Approve at once, of people who may: how many runs begin."""
    channel, card = await _asked(stage)
    people = [Person(stage.sandbox, name) for name in ("ben", "chloe", "dev")]
    for each in people[1:]:
        each.join(channel)
    await asyncio.gather(*(people[number % 3].click(card, "approve") for number in range(CLICKS)))
    await _state(stage, "ran")
    return {"clicks": CLICKS, "runs": _count(stage, "SELECT count(*) FROM causes WHERE cause LIKE 'begin:%'")}


async def cancel(stage: Stage) -> dict[str, object]:
    """From the click on Cancel to the end of a statement that would take 20 s, as the database and the store see it."""
    assert isinstance(stage.patient, Patient)
    owner = await asyncpg.connect(stage.patient.dsns["storybook"])
    try:
        await owner.execute(SLOW)
        channel, card = await _asked(stage)
        ben = Person(stage.sandbox, "ben")
        await ben.click(card, "approve")
        await _state(stage, "running")
        running = await ben.wait_for(channel, lambda message: has_button(message, "cancel"), WITHIN)
        await _until(lambda: owner.fetchval(_RUNS))
        began = time.perf_counter()
        await ben.click(running, "cancel")
        await _until(lambda: owner.fetchval(f"SELECT ({_RUNS}) = 0"))
        stopped = time.perf_counter() - began
        await _state(stage, "cancelled")
        return {"statement_stopped_s": round(stopped, 2), "told_s": round(time.perf_counter() - began, 2)}
    finally:
        await owner.close()


_RUNS: Final = """
SELECT count(*) FROM pg_locks JOIN pg_stat_activity USING (pid)
WHERE usename = 'muster_remediation' AND mode = 'RowExclusiveLock'
"""
"""Counts the statements of remediations that are under way."""


async def _asked(stage: Stage) -> tuple[Channel, Message]:
    """Ana asked for a remediation; its card."""
    ana, ben = Person(stage.sandbox, "ana"), Person(stage.sandbox, "ben")
    await stage.patient.fault("stuck-jobs", True)
    await stage.monitor.fire("StorybookJobsStuck")
    channel = await ana.wait_for_channel("inc-", WITHIN)
    await ana.click(await ana.wait_for(channel, lambda message: has_button(message, "fix"), WITHIN), "fix")
    form = await ana.wait_for_modal(within=WITHIN)
    await ana.select(form, "choose_step", "fail-stuck-jobs")
    await ana.wait_for_modal(lambda view: view.payload.get("callback_id") == "fix_step", WITHIN)
    await ana.submit({})
    return channel, await ben.wait_for(channel, lambda message: has_button(message, "approve"), WITHIN)


def has_button(message: Message, action: str) -> bool:
    """Whether it is a message for all, with that button."""
    return f'"{action}"' in json.dumps(message.blocks) and message.ephemeral_to is None


async def _until(holds: Callable[[], Awaitable[object]]) -> None:
    async with asyncio.timeout(WITHIN):
        while True:
            if await holds():
                return
            await asyncio.sleep(0.01)


async def _state(stage: Stage, state: str) -> None:
    """Wait until a request has come to that state."""

    async def there() -> bool:
        return bool(_count(stage, "SELECT count(*) FROM approvals WHERE state = ?", state))

    await _until(there)


def _count(stage: Stage, query: str, *values: str) -> int:
    store = sqlite3.connect(f"file:{stage.data_dir / 'muster.db'}?mode=ro", uri=True)
    try:
        return int(store.execute(query, values).fetchone()[0])
    finally:
        store.close()
