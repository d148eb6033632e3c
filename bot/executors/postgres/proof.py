"""The proof that a PostgreSQL role only looks: its attributes, what it belongs to, owns and may do, and a test write.

One thing is left that no right governs: a role that may read may also create a large object. The receipt of every look
catches that, because a transaction that wrote one has a transaction id.
"""

from collections.abc import Sequence
from typing import Final

import asyncpg

from bot.executors.attestation import NotProven
from bot.executors.postgres.session import Connection, undo

ALLOWED_MEMBERSHIP: Final = "pg_monitor"

_ROLE: Final = """
SELECT r.rolname::text AS name,
       session_user = current_user AS itself,
       array_remove(ARRAY[
           CASE WHEN r.rolsuper THEN 'SUPERUSER' END, CASE WHEN r.rolreplication THEN 'REPLICATION' END,
           CASE WHEN r.rolcreatedb THEN 'CREATEDB' END, CASE WHEN r.rolcreaterole THEN 'CREATEROLE' END,
           CASE WHEN r.rolbypassrls THEN 'BYPASSRLS' END], NULL) AS attributes,
       ARRAY(SELECT m.roleid::regrole::text FROM pg_auth_members AS m
             WHERE m.member = r.oid AND m.roleid::regrole::text <> $1 ORDER BY 1) AS memberships,
       (SELECT count(*) FROM pg_shdepend AS d
        WHERE d.refclassid = 'pg_authid'::regclass AND d.refobjid = r.oid AND d.deptype = 'o') AS owned,
       pg_is_in_recovery() AS standby
FROM pg_roles AS r WHERE r.rolname = current_user
"""

# What any role may do counts as well: has_…_privilege also answers for PUBLIC. pg_settings is left out with the rest of
# the system's schemas: PUBLIC may "update" it, which is SET and ends with the transaction. CASE, because of two
# conditions joined by AND either may be tried first.
_WRITES: Final = """
SELECT kind || ' ' || name AS thing FROM (
    SELECT 'table' AS kind, c.oid::regclass::text AS name
    FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace
    WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f') AND n.nspname NOT IN ('pg_catalog', 'information_schema', 'pg_toast')
      AND (has_table_privilege(c.oid, $1) OR has_any_column_privilege(c.oid, 'INSERT, UPDATE, REFERENCES'))
    UNION ALL
    SELECT 'sequence', c.oid::regclass::text FROM pg_class AS c
    WHERE CASE c.relkind WHEN 'S' THEN has_sequence_privilege(c.oid, 'USAGE, UPDATE') END
    UNION ALL
    SELECT 'schema', n.nspname::text FROM pg_namespace AS n WHERE has_schema_privilege(n.oid, 'CREATE')
    UNION ALL
    SELECT 'database', current_database()::text WHERE has_database_privilege(current_database(), 'CREATE, TEMP')
) AS writable ORDER BY 1
"""
_TABLE_WRITES: Final = "INSERT, UPDATE, DELETE, TRUNCATE, REFERENCES, TRIGGER"

_TEST_WRITE: Final = "CREATE TABLE public.muster_test_write ()"
_NAMED_AT_MOST: Final = 5


async def prove_read_only(connection: Connection) -> str:
    """One sentence of proof for the role behind this connection. Raises NotProven with all that speaks against it."""
    role = await connection.fetchrow(_ROLE, ALLOWED_MEMBERSHIP)
    if role is None:
        raise NotProven("The server does not list the role that Muster is connected as.")
    # MAINTAIN (VACUUM, REINDEX and LOCK for others) came with version 17, and older servers do not know the word.
    writes = _TABLE_WRITES + (", MAINTAIN" if connection.get_server_version().major >= 17 else "")
    writable = [row["thing"] for row in await connection.fetch(_WRITES, writes)]
    against = [*_objections(role), *(["it may write to " + _some(writable)] if writable else [])]
    if not against:
        against += await _test_write(connection, standby=role["standby"])
    if against:
        raise NotProven(
            f"The role {role['name']} is no read-only role: {'; '.join(against)}."
            " Take that away from it, or give diagnostics a role of their own."
        )
    refused = "which a standby takes from nobody" if role["standby"] else "for lack of privilege"
    return (
        f"The role {role['name']} has no administrative attribute, belongs to nothing but {ALLOWED_MEMBERSHIP} at most,"
        f" owns nothing, has no right to write, and its test write was refused, {refused}."
    )


def _objections(role: asyncpg.Record) -> list[str]:
    against = []
    if not role["itself"]:
        against.append("it was assumed with SET ROLE, so it can be put off again")
    if role["attributes"]:
        against.append("it has " + _some(role["attributes"]))
    if role["memberships"]:
        against.append("it belongs to " + _some(role["memberships"]))
    if role["owned"]:
        against.append(f"it owns {role['owned']} things")
    return against


async def _test_write(connection: Connection, *, standby: bool) -> list[str]:
    """Try to create a table in a transaction that allows writing, so that only the role's rights can stop it."""
    refusal = asyncpg.ReadOnlySQLTransactionError if standby else asyncpg.InsufficientPrivilegeError
    await connection.execute("BEGIN" if standby else "BEGIN READ WRITE")
    try:
        await connection.fetch(_TEST_WRITE)
    except refusal:
        return []
    except asyncpg.PostgresError as fault:
        return [f"its test write failed for another reason than its rights ({fault})"]
    finally:
        await undo(connection)
    return ["its test write succeeded (and was rolled back)"]


def _some(things: Sequence[str]) -> str:
    named = ", ".join(things[:_NAMED_AT_MOST])
    return named if len(things) <= _NAMED_AT_MOST else f"{named} and {len(things) - _NAMED_AT_MOST} more"
