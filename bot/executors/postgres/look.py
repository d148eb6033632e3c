"""One look at a PostgreSQL: every gate that text alone cannot keep, the answer under caps, and the receipt."""

import math
import time
from collections.abc import Collection, Sequence
from functools import lru_cache
from typing import Final, TypeAlias

import asyncpg
from asyncpg.prepared_stmt import PreparedStatement
from msgspec import Struct
from msgspec.structs import replace

from bot.executors.caps import Caps
from bot.executors.postgres.plan import plan_of
from bot.executors.postgres.session import Connection, opening, undo
from bot.executors.table import CELL, Row, listed
from bot.executors.tool.answer import Answer, LeftATrace, NotAllowed
from compiler.proof import sql
from compiler.proof.sql.tree import parse
from incident.digest import Facts, Json
from incident.verdict import Judgement, Verdict

Statement: TypeAlias = "PreparedStatement[asyncpg.Record]"

_RELATIONS: Final = """
SELECT given, n.nspname::text AS schema, c.relname::text AS name, c.relkind::text AS kind
FROM unnest($1::text[]) AS given
LEFT JOIN pg_class AS c ON c.oid = to_regclass(given) LEFT JOIN pg_namespace AS n ON n.oid = c.relnamespace
"""
# `alias.name` calls a function when there is no such column and the function takes a whole row. Functions of
# PostgreSQL's own that do so only compute.
_ROW_FUNCTIONS: Final = """
SELECT p.proname::text FROM pg_proc AS p JOIN pg_type AS t ON t.oid = p.proargtypes[0]
WHERE p.proname = ANY($1::text[]) AND p.pronargs - p.pronargdefaults <= 1
  AND p.pronamespace <> 'pg_catalog'::regnamespace AND t.typtype IN ('c', 'p', 'd') LIMIT 1
"""
# Another schema's function or operator of the same name wins where its arguments fit better. Extensions bring such on
# purpose, for types of their own.
_NAMESAKES: Final = """
SELECT name, schema FROM (
    SELECT proname::text AS name, pronamespace AS namespace, oid, tableoid FROM pg_proc WHERE proname = ANY($1::text[])
    UNION ALL SELECT oprname::text, oprnamespace, oid, tableoid FROM pg_operator WHERE oprname = ANY($1::text[])
) AS namesake JOIN (SELECT oid, nspname::text AS schema FROM pg_namespace) AS n ON n.oid = namesake.namespace
WHERE schema <> 'pg_catalog' AND schema = ANY(current_schemas(true)::text[])
  AND NOT EXISTS (SELECT FROM pg_depend AS d
                  WHERE d.classid = namesake.tableoid AND d.objid = namesake.oid AND d.deptype = 'e') LIMIT 1
"""
_RECEIPT: Final = """
SELECT current_setting('transaction_read_only') AS read_only, pg_current_xact_id_if_assigned()::text AS xid,
       current_user::text AS role, current_setting('server_version') AS version
"""
_OWN_TABLES: Final = frozenset({"r", "p", "v", "m"})
_WHOLE_NUMBERS: Final = frozenset({"int2", "int4", "int8", "oid"})
_NUMBERS: Final = frozenset({"numeric", "float4", "float8"})


class Reading(Struct, frozen=True, kw_only=True):
    """What the text alone tells of a statement. ``text`` is the form that may run, bounded where the judge did so."""

    judgement: Judgement
    text: str
    relations: tuple[str, ...]
    attributes: tuple[str, ...]
    calls: tuple[str, ...]
    select: bool


class Query(Struct, frozen=True, kw_only=True):
    """One read as it will run, with its arguments apart from the text."""

    reading: Reading
    arguments: Sequence[Json]


@lru_cache(maxsize=256)
def reading_of(text: str) -> Reading:
    """Read a statement. The same text always reads the same, so that the looks before and after need it read once."""
    judgement = sql.judge(text)
    final = judgement.rewrite or text
    return Reading(
        judgement=judgement,
        text=final,
        relations=sql.relations(final),
        attributes=sql.attributes(final),
        calls=sql.calls(final),
        select=judgement.verdict is not Verdict.REFUSED and parse(final)[0].kind == "SelectStmt",
    )


def query_of(command: Facts) -> Query:
    """The command as a statement that was read. Raises NotAllowed when it holds none."""
    text, arguments = command.get("sql"), command.get("arguments", [])
    if not isinstance(text, str) or not isinstance(arguments, list | tuple):
        raise NotAllowed("Nothing was run: the step holds no SQL that a database could take.")
    return Query(reading=reading_of(text), arguments=arguments)


def judged(command: Facts) -> Query:
    """The command as a query, judged here whatever its plan says. Raises NotAllowed."""
    query = query_of(command)
    judgement = query.reading.judgement
    if judgement.verdict is not Verdict.READ_ONLY:
        raise NotAllowed(f"Nothing was run, because this is {judgement.verdict.value}: {judgement.reason}.")
    return query


async def look(connection: Connection, query: Query, *, relations: Collection[str], caps: Caps) -> Answer:
    """Run one judged read and roll it back. Raises NotAllowed, LeftATrace, or one of postgres_session.FAULTS."""
    started = time.perf_counter()
    await connection.execute(opening("READ ONLY", caps, seconds=caps.look_seconds))
    try:
        found = await read(connection, query, relations=relations, caps=caps)
        receipt = await _receipt(connection)
    finally:
        await undo(connection)
    seconds = round(time.perf_counter() - started, 4)
    return replace(found, receipt={**receipt, **found.receipt, "seconds": seconds})


async def read(connection: Connection, query: Query, *, relations: Collection[str], caps: Caps) -> Answer:
    """One judged read within a transaction that is open. Raises NotAllowed, or one of postgres_session.FAULTS."""
    await _check_names(connection, query.reading, relations)
    statement = await connection.prepare(query.reading.text)
    bounded = _bounded(query.reading, statement, caps)
    if bounded:
        cost: float | None = await _check_plan(connection, bounded, query.arguments, caps)
        # By the driver's cache: the same look is prepared once, and not again each time.
        found = await connection.fetch(bounded, *query.arguments)
    else:
        cost = None
        found = await (await statement.cursor(*query.arguments)).fetch(caps.rows + 1)
    rows = [[None if value is None else str(value) for value in record] for record in found]
    return _answer(statement.get_attributes(), rows, caps, {"cost": cost})


async def _check_names(connection: Connection, reading: Reading, reviewed: Collection[str]) -> None:
    """Only relations that were reviewed, and no column that is a function in disguise. Raises NotAllowed."""
    for row in await connection.fetch(_RELATIONS, reading.relations):
        full = f"{row['schema']}.{row['name']}"
        if row["name"] is None:
            raise NotAllowed(f"There is no table or view {row['given']}, or Muster's role may not see it.")
        if row["kind"] not in _OWN_TABLES:
            raise NotAllowed(f"Nothing was run: {full} is no table or view of this database's own.")
        if row["schema"] != "pg_catalog" and full not in reviewed:
            raise NotAllowed(f"Nothing was run: {full} is not among the target's reviewed `relations`; add it there.")
    if reading.attributes:
        function = await connection.fetchval(_ROW_FUNCTIONS, reading.attributes)
        if function is not None:
            raise NotAllowed(f"Nothing was run: .{function} may call the function of that name; drop the prefix.")
    if namesake := await connection.fetchrow(_NAMESAKES, reading.calls):
        name, schema = namesake
        raise NotAllowed(
            f"Nothing was run: {schema} has a {name} of its own; write pg_catalog.{name} for the server's."
        )


def _bounded(reading: Reading, statement: Statement, caps: Caps) -> str | None:
    """The same read with every column as text of bounded length, so that no single value can fill Muster's memory, and
    of at most one row more than the cap, so that it is known whether there are more.

    None when it is no SELECT (EXPLAIN, SHOW) and cannot be put inside one; those answer little by nature.
    """
    columns = len(statement.get_attributes())
    if not reading.select or not columns:
        return None
    cut = ", ".join(f"left(c{n}::text, {CELL + 1})" for n in range(columns))
    names = ", ".join(f"c{n}" for n in range(columns))
    # The judge has read the text as one whole statement; the line break ends a comment at its end.
    inner = reading.text.rstrip().rstrip(";")
    return f"SELECT {cut} FROM (\n{inner}\n) AS found ({names}) LIMIT {caps.rows + 1}"  # noqa: S608


async def _check_plan(connection: Connection, text: str, arguments: Sequence[Json], caps: Caps) -> float:
    """The planner's cost. Raises NotAllowed when it is too high, or when a foreign table hides behind a view."""
    plan = await plan_of(connection, text, arguments)
    if any(node.kind == "Foreign Scan" for node in plan.walk()):
        raise NotAllowed("Nothing was run: it would read a foreign table, whose server Muster cannot vouch for.")
    if plan.cost > caps.cost:
        raise NotAllowed(f"Nothing was run: the planner expects a cost of {plan.cost:.0f}, the cap is {caps.cost:.0f}.")
    if (rows := max(node.rows for node in plan.walk())) > caps.planned_rows:
        raise NotAllowed(
            f"Nothing was run: the planner expects to read {rows:.0f} rows, the cap is {caps.planned_rows}."
        )
    return plan.cost


async def _receipt(connection: Connection) -> Facts:
    """What the server says of the transaction that was the look. Raises LeftATrace."""
    row = await connection.fetchrow(_RECEIPT)
    if row is None or row["read_only"] != "on" or row["xid"] is not None:
        raise LeftATrace("A look wrote to the database although it was judged read-only; it was rolled back.")
    return {
        "transaction_read_only": "on",
        "transaction_id": None,
        "role": row["role"],
        "server": f"PostgreSQL {row['version']}",
    }


def _answer(columns: Sequence[asyncpg.Attribute], rows: Sequence[Row], caps: Caps, receipt: Facts) -> Answer:
    shown, more = rows[: caps.rows], len(rows) > caps.rows
    text, cut = listed([column.name for column in columns], shown, more=more, characters=caps.characters)
    single = len(rows) == 1 and len(columns) == 1
    return Answer(
        text=text,
        value=_scalar(rows[0][0], columns[0].type.name) if single else len(rows),
        rows=len(shown),
        cut=cut,
        more=more,
        receipt={**receipt, "rows": len(shown)},
        single=single and rows[0][0] is not None,
    )


def _scalar(value: str | None, kind: str) -> Json:
    if value is None:
        return None
    if kind in _WHOLE_NUMBERS:
        return int(value)
    if kind in _NUMBERS and math.isfinite(number := float(value)):
        return number
    return value
