"""Diagnostics run only under a role that is proven to only look."""

import pytest

from bot.executors.postgres.reading import Query
from bot.executors.tool.executor import ToolExecutor
from bot.redaction.redactor import Redactor
from tests.bot.executors.conftest import PASSWORD, Clock, Shop, plan


async def test_a_role_that_only_looks_is_proven(executor: ToolExecutor[Query], shop: Shop) -> None:
    attestation = await executor.attest()
    assert attestation.proven
    assert shop.role("looker") in attestation.proof
    assert "its test write was refused, for lack of privilege" in attestation.proof
    assert executor.attestation == attestation
    assert await shop.superuser.fetchval("SELECT to_regclass('muster_test_write')") is None


@pytest.mark.parametrize(
    ("weakness", "said"),
    [
        ("ALTER ROLE {role} SUPERUSER", "SUPERUSER"),
        ("ALTER ROLE {role} REPLICATION", "REPLICATION"),
        ("ALTER ROLE {role} CREATEDB", "CREATEDB"),
        ("ALTER ROLE {role} CREATEROLE", "CREATEROLE"),
        ("ALTER ROLE {role} BYPASSRLS", "BYPASSRLS"),
        ("GRANT pg_signal_backend TO {role}", "belongs to pg_signal_backend"),
        ("GRANT pg_write_all_data TO {role}", "belongs to pg_write_all_data"),
        ("GRANT {fixer} TO {role}", "belongs to fixer"),
        ("ALTER TABLE other OWNER TO {role}", "it owns 1 things"),
        ("CREATE SCHEMA AUTHORIZATION {role}", "it owns 1 things"),
        ("GRANT INSERT ON other TO {role}", "table other"),
        ("GRANT UPDATE (note) ON jobs TO {role}", "table jobs"),
        ("GRANT TRUNCATE ON jobs TO PUBLIC", "table jobs"),
        ("GRANT CREATE ON SCHEMA public TO {role}", "schema public"),
        ("GRANT TEMP ON DATABASE {database} TO {role}", "database"),
        ("GRANT CREATE ON DATABASE {database} TO PUBLIC", "database"),
        ("CREATE SEQUENCE numbers; GRANT USAGE ON SEQUENCE numbers TO {role}", "sequence numbers"),
    ],
)
async def test_a_role_that_may_do_more_is_not_proven_and_nothing_is_looked_at(
    executor: ToolExecutor[Query], shop: Shop, weakness: str, said: str
) -> None:
    statement = weakness.format(role=shop.role("looker"), fixer=shop.role("fixer"), database=shop.name)
    await shop.superuser.execute(statement)
    attestation = await executor.attest()
    assert not attestation.proven
    assert said in attestation.proof
    sight = await executor.look(plan("SELECT count(*) FROM jobs"))
    assert str(sight.error).startswith("Nothing was run, because diagnostics on shop-db are off.")
    assert attestation.proof in str(sight.error)


async def test_the_superuser_is_not_proven(shop: Shop, clock: Clock) -> None:
    executor = shop.target(diagnostic_dsn=shop.postgres.dsn(shop.name)).executor(redactor=Redactor(), clock=clock)
    assert not (await executor.attest()).proven
    await executor.close()


async def test_a_proof_holds_for_seventy_minutes(executor: ToolExecutor[Query], shop: Shop, clock: Clock) -> None:
    """A right given meanwhile is seen at the next proof, which a look asks for itself when the old one lapsed."""
    assert (await executor.attest()).proven
    await shop.superuser.execute(f"GRANT INSERT ON other TO {shop.role('looker')}")
    clock.forward(minutes=70)
    assert (await executor.look(plan("SELECT count(*) FROM jobs"))).error is None
    clock.forward(seconds=1)
    assert "table other" in str((await executor.look(plan("SELECT count(*) FROM jobs"))).error)


async def test_a_server_that_gives_no_answer_leaves_the_proof_valid(
    executor: ToolExecutor[Query], shop: Shop, clock: Clock
) -> None:
    """The incident itself must not switch the diagnostics off."""
    proven = await executor.attest()
    await shop.superuser.execute(f"ALTER ROLE {shop.role('looker')} CONNECTION LIMIT 0")
    await shop.superuser.execute(
        f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = '{shop.role('looker')}'"
    )
    clock.forward(minutes=60)
    assert not (await executor.attest()).proven
    assert executor.attestation == proven
    await shop.superuser.execute(f"ALTER ROLE {shop.role('looker')} CONNECTION LIMIT 5")
    assert (await executor.look(plan("SELECT count(*) FROM jobs"))).value == 7


async def test_a_target_that_was_down_at_start_is_looked_at_once_it_is_back(
    executor: ToolExecutor[Query], shop: Shop, clock: Clock
) -> None:
    await shop.superuser.execute(f"ALTER ROLE {shop.role('looker')} CONNECTION LIMIT 0")
    assert not (await executor.attest()).proven
    await shop.superuser.execute(f"ALTER ROLE {shop.role('looker')} CONNECTION LIMIT 5")
    assert "no connection left" in str((await executor.look(plan("SELECT 1"))).error), "it was asked a moment ago"
    clock.forward(seconds=30)
    assert (await executor.look(plan("SELECT 1"))).value == 1


async def test_a_look_that_left_a_trace_is_undone_and_switches_diagnostics_off(
    executor: ToolExecutor[Query], shop: Shop, clock: Clock
) -> None:
    """A reviewed view can call a function that the text does not show; the receipt catches it."""
    await shop.superuser.execute(
        f"""CREATE VIEW sly AS SELECT pg_logical_emit_message(true, 'a', 'b');
        GRANT SELECT ON sly TO {shop.role("looker")}"""
    )
    executor = shop.target(relations=frozenset({"public.sly"})).executor(redactor=Redactor([PASSWORD]), clock=clock)
    sight = await executor.look(plan("SELECT * FROM sly"))
    assert "wrote to the database" in str(sight.error)
    assert sight.output == ""
    assert executor.attestation is not None
    assert not executor.attestation.proven
    clock.forward(minutes=5)
    assert "are off" in str((await executor.look(plan("SELECT 1"))).error), "a look does not switch them on again"
    assert (await executor.attest()).proven
    assert (await executor.look(plan("SELECT 1"))).value == 1
    await executor.close()
