"""One look at a PostgreSQL: every gate that text alone cannot keep, the answer under caps, and the receipt."""

import math
import time
from collections.abc import Collection, Sequence
from contextlib import AsyncExitStack
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from bot.executors.caps import Caps
from bot.executors.postgres.names import Names, checked
from bot.executors.postgres.plan import plan_of
from bot.executors.postgres.reading import Query
from bot.executors.postgres.session import Connection, leave, opening, undo
from bot.executors.table import CELL, Row, listed
from bot.executors.tool.answer import Answer, NotAllowed
from incident.digest import Facts, Json

_WHOLE_NUMBERS: Final = frozenset({"int2", "int4", "int8", "oid"})
_NUMBERS: Final = frozenset({"numeric", "float4", "float8"})
_MOST_KNOWN: Final = 256
"""Reads whose columns are remembered for one database; runbooks have dozens."""


class Column(Struct, frozen=True, kw_only=True):
    """One column of an answer: its heading, and the name of its type."""

    name: str
    kind: str


class Reader:
    """Looks at one database: at its reviewed relations beside the server's own, and under caps.

    It remembers what the columns of a read are called and of which type they are, by the read's text and the columns of
    the relations that the server has just named (docs/decisions/016).
    """

    def __init__(self, *, relations: Collection[str], caps: Caps) -> None:
        self._relations = relations
        self._caps = caps
        self._known: dict[tuple[str, str, tuple[str, ...]], tuple[Column, ...]] = {}

    async def look(self, connection: Connection, query: Query) -> Answer:
        """Run one judged read and roll it back. Raises NotAllowed, LeftATrace, or one of session.FAULTS."""
        started = time.perf_counter()
        await connection.execute(opening("READ ONLY", self._caps, seconds=self._caps.look_seconds))
        async with AsyncExitStack() as failed:
            failed.push_async_callback(undo, connection)
            found = await self.read(connection, query)
            await leave(connection)
            failed.pop_all()
        seconds = round(time.perf_counter() - started, 4)
        seen: Facts = {"transaction_read_only": "on", "transaction_id": None}
        return replace(found, receipt={**seen, **found.receipt, "seconds": seconds})

    async def read(self, connection: Connection, query: Query) -> Answer:
        """One judged read within a transaction that is open. Raises NotAllowed, or one of session.FAULTS."""
        reading, caps = query.reading, self._caps
        names = await checked(connection, reading, self._relations)
        columns = await self._columns(connection, reading.text, names)
        cost: float | None = None
        if reading.select and columns:
            bounded = _bounded(reading.text, len(columns), caps)
            cost = await _check_plan(connection, bounded, query.arguments, caps)
            found = await connection.fetch(bounded, *query.arguments)
        else:
            # EXPLAIN and SHOW cannot be put inside a SELECT; they answer little by nature.
            found = await (await connection.cursor(reading.text, *query.arguments)).fetch(caps.rows + 1)
        rows = [[None if value is None else str(value) for value in record] for record in found]
        receipt = {"role": names.role, "server": f"PostgreSQL {names.version}", "cost": cost}
        return _answer(columns, rows, caps, receipt)

    async def _columns(self, connection: Connection, text: str, names: Names) -> tuple[Column, ...]:
        """What the read's columns are called, and of which type they are."""
        known = text, names.version, names.columns
        if known not in self._known:
            attributes = (await connection.prepare(text)).get_attributes()
            if len(self._known) >= _MOST_KNOWN:
                self._known.clear()
            self._known[known] = tuple(Column(name=each.name, kind=each.type.name) for each in attributes)
        return self._known[known]


def _bounded(text: str, columns: int, caps: Caps) -> str:
    """The same read with every column as text of bounded length, so that no single value can fill Muster's memory, and
    of at most one row more than the cap, so that it is known whether there are more."""
    cut = ", ".join(f"left(c{n}::text, {CELL + 1})" for n in range(columns))
    names = ", ".join(f"c{n}" for n in range(columns))
    # The judge has read the text as one whole statement; the line break ends a comment at its end.
    inner = text.rstrip().rstrip(";")
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


def _answer(columns: Sequence[Column], rows: Sequence[Row], caps: Caps, receipt: Facts) -> Answer:
    shown, more = rows[: caps.rows], len(rows) > caps.rows
    text, cut = listed([column.name for column in columns], shown, more=more, characters=caps.characters)
    single = len(rows) == 1 and len(columns) == 1
    return Answer(
        text=text,
        value=_scalar(rows[0][0], columns[0].kind) if single else len(rows),
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
