"""What the rules of a store ask of a database: named queries in one transaction, whichever database is under it.

The rules are coroutines because PostgreSQL answers over a network. SQLite answers at once: ``at_once`` runs a rule on
it without an event loop, in whichever thread has the connection.
"""

from collections.abc import Coroutine, Sequence
from datetime import datetime
from typing import Any, Protocol, TypeAlias, TypeVar

T = TypeVar("T")

Value: TypeAlias = str | int | bytes | datetime | None
"""What a query takes. A bool is an int."""


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
