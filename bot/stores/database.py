"""What the rules of a store ask of a database: named queries in one transaction, whichever database is under it.

The rules are coroutines because PostgreSQL answers over a network. SQLite answers at once: ``at_once`` runs a rule on
it without an event loop, in whichever thread has the connection.
"""

from collections.abc import Coroutine, Mapping, Sequence
from datetime import datetime
from typing import Any, Protocol, TypeAlias, TypeVar

T = TypeVar("T")

Value: TypeAlias = str | int | bytes | datetime | Sequence[str] | None
"""What a query takes. A bool is an int; texts are looked for one by one."""


class NotUnique(Exception):
    """A row would be there twice where the tables allow one; what was done in the transaction is taken back."""


class Row(Protocol):
    """One row of an answer: its columns by name. A time is what ``codec.moment`` reads."""

    def __getitem__(self, column: str, /) -> Any: ...


class Database(Protocol):
    """One connection inside a transaction that somebody else begins and ends."""

    async def run(self, query: str, **values: Value) -> int:
        """Run a named query that returns no rows; how many it changed. Raises NotUnique."""
        ...

    async def run_many(self, query: str, rows: Sequence[Mapping[str, Value]]) -> int:
        """Run a named query once for all of these rows; how many it changed. No rows, nothing to do. Raises NotUnique.

        One statement, however many they are: each that a thread runs costs it the interpreter's lock.
        """
        ...

    async def row(self, query: str, **values: Value) -> Row | None:
        """The first row of a named query."""
        ...

    async def now(self) -> datetime:
        """The time that decides leases and what is due: one clock for all processes of one database."""
        ...

    async def lock(self, name: str) -> None:
        """Keep every other transaction that asks for this name out until this one ends: for what has no row to lock."""
        ...

    async def rows(self, query: str, **values: Value) -> Sequence[Row]:
        """All rows of a named query."""
        ...


def at_once(work: Coroutine[Any, Any, T]) -> T:
    """What a coroutine returns that never has to wait. Raises what it raises; RuntimeError when it did want to wait."""
    try:
        work.send(None)
    except StopIteration as end:
        value: T = end.value
        return value
    work.close()
    raise RuntimeError("a rule of the store waited for something else than its database")
