"""What the catalogs ask of PostgreSQL is what a real one understands, with the parameters as they would be bound."""

import json
from collections.abc import AsyncIterator
from pathlib import Path

import asyncpg
import pytest

from bot.runbooks.files import DOCUMENT, OVERLAY, compilation
from incident.plan import Plan, draw_up
from incident.runbook import GuardKind, StepKind

# The tables as far as the runbooks name them, and one row that each remediation is about.
TABLES = """
CREATE VIEW pg_stat_statements AS SELECT ''::text AS query, 0::bigint AS calls, 0::float8 AS mean_exec_time;
CREATE TABLE story_packs (status varchar(20), created_at timestamptz);
CREATE TABLE generation_jobs (status text, error_message text, completed_at timestamp, created_at timestamp);
CREATE TABLE users (id varchar PRIMARY KEY, email text, subscription_tier text, is_active boolean);
CREATE TABLE user_credits (user_id varchar, balance integer, base_quota integer, billing_cycle_end timestamp);
CREATE TABLE credit_ledger (user_id varchar, event_type varchar, amount integer, balance_after integer,
    description text, idempotency_key varchar, created_at timestamp);
CREATE PROCEDURE recalculate_user_credits(who varchar) LANGUAGE sql AS
    'UPDATE user_credits SET balance = 0 WHERE user_id = who';
CREATE TABLE telemetry_events (timestamp timestamp);
CREATE TABLE art_sessions (last_used_at timestamp, is_saved boolean);
CREATE TABLE subscriptions (user_id varchar, status text, renews_at timestamptz);
CREATE TABLE jobs (id varchar, user_key varchar, status text, current_step text, error_code text, error_message text,
    cost_usd numeric, created_at timestamptz, updated_at timestamptz);
INSERT INTO story_packs VALUES ('processing', now() - interval '2 hours');
INSERT INTO generation_jobs VALUES ('pending', NULL, NULL, now() - interval '2 hours');
INSERT INTO users VALUES ('u1', 'a@example.org', 'pro', true);
INSERT INTO user_credits VALUES ('u1', -5, 100, now());
INSERT INTO credit_ledger VALUES ('u1', 'used', -5, -5, '', NULL, now());
INSERT INTO telemetry_events VALUES (now() - interval '40 days');
INSERT INTO art_sessions VALUES (now() - interval '100 days', false);
INSERT INTO subscriptions VALUES ('u1', 'pending', NULL);
INSERT INTO jobs VALUES ('j1', 'user_1', 'processing', '', NULL, NULL, 1, now() - interval '1 day', now() - interval '2 hours');
INSERT INTO jobs VALUES ('j2', 'user_1', 'running', '', NULL, NULL, 1, now() - interval '1 day', now() - interval '2 hours');
"""  # noqa: E501
GIVEN = {"user_id": "u1", "grant_key": "INC-42"}


def _plans() -> list[tuple[str, StepKind, Plan]]:
    found: list[tuple[str, StepKind, Plan]] = []
    for overlay in sorted((Path(__file__).parents[2] / "runbooks").glob(f"*/{OVERLAY}")):
        catalog = compilation(overlay.parent / DOCUMENT).catalog
        assert catalog is not None
        for step in (step for procedure in catalog.procedures for step in procedure.steps):
            if step.runnable and step.kind is not StepKind.MANUAL and step.executor == "postgres":
                given = {each.name: GIVEN[each.name] for each in step.parameters if each.name in GIVEN}
                plan = draw_up(step, given, catalog=catalog, environment=step.environment or "production")
                found.append((f"{catalog.system}: {step.id}", step.kind, plan))
    return found


@pytest.fixture
async def connection(database: str) -> AsyncIterator[asyncpg.Connection]:
    opened = await asyncpg.connect(database)
    await opened.execute(TABLES)
    yield opened
    await opened.close()


async def test_every_statement_runs_and_every_guard_counts_what_it_changes(connection: asyncpg.Connection) -> None:
    """One server for all of them: each runs in a transaction of its own, which is rolled back."""
    plans = _plans()
    assert {kind for _, kind, _ in plans} == {StepKind.DIAGNOSTIC, StepKind.REMEDIATION}
    for name, _, plan in plans:
        transaction = connection.transaction()
        await transaction.start()
        try:
            await _check(connection, name, plan)
        except asyncpg.PostgresError as fault:
            pytest.fail(f"{name}: {fault}")
        finally:
            await transaction.rollback()


async def _check(connection: asyncpg.Connection, name: str, plan: Plan) -> None:
    text, arguments = str(plan.command["sql"]), _arguments(plan.command.get("arguments"))
    probe = plan.promise.probe
    seen = await connection.fetchval(str(probe["sql"]), *_arguments(probe.get("arguments"))) if probe else None
    if plan.promise.kind is GuardKind.ROWS:
        planned = json.loads(await connection.fetchval(f"EXPLAIN (FORMAT JSON) {text}", *arguments))
        assert planned[0]["Plan"]["Node Type"] == "ModifyTable", f"{name} changes no rows itself"
    statement = await connection.prepare(text)
    await statement.fetch(*arguments)
    if plan.promise.kind is GuardKind.ROWS:
        changed = str(statement.get_statusmsg()).split()[-1]
        assert (seen, changed) == (1, "1"), f"{name} and its guard differ"


def _arguments(listed: object) -> list[object]:
    return list(listed) if isinstance(listed, list | tuple) else []
