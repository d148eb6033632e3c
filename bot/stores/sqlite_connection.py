"""A connection to the SQLite file: how it is opened and migrated, how a query is called, and what its faults mean."""

import json
import re
import sqlite3
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Final, TypeAlias

from bot.stores import database
from bot.stores.codec import stamp
from bot.stores.migrations import Migration, pending
from commands.outage import Outage

Value: TypeAlias = str | int | bytes | None

OLDEST: Final = (3, 37, 0)
"""The oldest SQLite that knows the tables' strict types."""
PATIENCE: Final = 5.0
"""Seconds to wait while another process writes."""

MOST_ROWS: Final = 1000
"""In one statement; SQLite takes 32,766 values."""
_ROWS: Final = re.compile(r"new \(([^)]*)\) AS \(VALUES :rows\)")

_SENTENCES: Final[Mapping[int, tuple[str, bool]]] = {
    sqlite3.SQLITE_FULL: ("The disk that holds {path} is full: free some space.", True),
    sqlite3.SQLITE_READONLY: ("{path} cannot be written: give Muster the right to write it and its directory.", False),
    sqlite3.SQLITE_BUSY: ("{path} is locked by another process: end that process, or wait until it is done.", True),
    sqlite3.SQLITE_LOCKED: ("{path} is locked by another process: end that process, or wait until it is done.", True),
    sqlite3.SQLITE_CANTOPEN: ("{path} cannot be opened: see that its directory exists and Muster may write it.", False),
    sqlite3.SQLITE_CORRUPT: ("{path} is damaged: put a backup in its place.", False),
    sqlite3.SQLITE_NOTADB: ("{path} is no database of Muster: name another file, or move this one away.", False),
    sqlite3.SQLITE_IOERR: ("The disk that holds {path} fails: look at the machine's disk and its log.", True),
}


def outage(error: Exception, path: Path) -> Outage:
    """What a fault of the database means to people: one sentence, and whether asking again can help."""
    code = getattr(error, "sqlite_errorcode", None)
    sentence, retry = _SENTENCES.get(code & 0xFF if isinstance(code, int) else -1, ("", True))
    said = str(error) or type(error).__name__
    return Outage(sentence.format(path=path) or f"The database {path} failed: {said}.", retry=retry)


class Connection:
    """One connection, and the queries by name. For one thread at a time; whoever needs a transaction begins it."""

    def __init__(self, path: Path, queries: Mapping[str, str], *, writes: bool) -> None:
        self._raw = sqlite3.connect(path, timeout=PATIENCE, isolation_level=None, check_same_thread=False)
        self._raw.row_factory = sqlite3.Row
        self._queries = queries
        try:
            if writes:
                _use_wal(self._raw)
            self._raw.execute("PRAGMA synchronous = FULL" if writes else "PRAGMA query_only = ON")
        except sqlite3.Error:
            self._raw.close()
            raise

    def run(self, query: str, **values: Value) -> int:
        """Run a named query that returns no rows; how many it changed."""
        return self._raw.execute(self._queries[query], values).rowcount

    def run_many(self, query: str, rows: Sequence[Mapping[str, database.Value]]) -> int:
        """Run a named query for all rows at once; how many it changed. ``:rows`` in it stands for their values."""
        sql, changed = self._queries[query], 0
        columns = _columns(sql)
        for start in range(0, len(rows), MOST_ROWS):
            some = rows[start : start + MOST_ROWS]
            places = ", ".join([f"({', '.join('?' * len(columns))})"] * len(some))
            values = [_value(row[column]) for row in some for column in columns]
            changed += self._raw.execute(sql.replace(":rows", places), values).rowcount
        return changed

    def row(self, query: str, **values: Value) -> sqlite3.Row | None:
        """The first row of a named query."""
        row: sqlite3.Row | None = self._raw.execute(self._queries[query], values).fetchone()
        return row

    def rows(self, query: str, **values: Value) -> list[sqlite3.Row]:
        """All rows of a named query."""
        return self._raw.execute(self._queries[query], values).fetchall()

    def control(self, statement: str) -> None:
        """Begin, end or divide a transaction."""
        self._raw.execute(statement)

    def take_back(self) -> None:
        """End what a fault left begun: what came next would be a part of it, or see only what was so then."""
        if self.in_transaction:
            self.control("ROLLBACK")

    @contextmanager
    def at_one_moment(self) -> Iterator[None]:
        """What is read inside is of one moment."""
        self.control("BEGIN")
        try:
            yield
        finally:
            if self.in_transaction:
                self.control("COMMIT")

    @property
    def in_transaction(self) -> bool:
        """False too when SQLite itself took a transaction back."""
        return self._raw.in_transaction

    def migrate(self, known: Sequence[Migration]) -> tuple[str, ...]:
        """Apply what is missing, all of it or nothing; the names applied. Raises Outage when one was changed since."""
        self._raw.execute("BEGIN IMMEDIATE")
        try:
            missing = pending(known, self._applied())
            for migration in missing:
                for statement in _statements(migration.sql):
                    self._raw.execute(statement)
                record = (migration.name, migration.checksum, stamp(datetime.now(UTC)))
                self._raw.execute("INSERT INTO migrations (name, checksum, applied_at) VALUES (?, ?, ?)", record)
        except BaseException:
            self._raw.execute("ROLLBACK")
            raise
        self._raw.execute("COMMIT")
        return tuple(migration.name for migration in missing)

    def close(self) -> None:
        """Close it; closed already is fine."""
        self._raw.close()

    def _applied(self) -> Mapping[str, str]:
        self._raw.execute(
            "CREATE TABLE IF NOT EXISTS migrations"
            " (name TEXT PRIMARY KEY, checksum TEXT NOT NULL, applied_at TEXT NOT NULL) STRICT"
        )
        return dict(tuple(row) for row in self._raw.execute("SELECT name, checksum FROM migrations ORDER BY name"))


class Direct(database.Database):
    """A connection as the rules of the store use it: nothing that is asked of it ever waits."""

    def __init__(self, connection: Connection, clock: Callable[[], datetime]) -> None:
        self._connection = connection
        self._clock = clock

    async def run(self, query: str, **values: database.Value) -> int:
        try:
            return self._connection.run(query, **_kept(values))
        except sqlite3.IntegrityError as error:
            raise database.NotUnique(str(error)) from error

    async def run_many(self, query: str, rows: Sequence[Mapping[str, database.Value]]) -> int:
        try:
            return self._connection.run_many(query, rows)
        except sqlite3.IntegrityError as error:
            raise database.NotUnique(str(error)) from error

    async def row(self, query: str, **values: database.Value) -> database.Row | None:
        return self._connection.row(query, **_kept(values))

    async def rows(self, query: str, **values: database.Value) -> Sequence[database.Row]:
        return self._connection.rows(query, **_kept(values))

    async def now(self) -> datetime:
        return self._clock()

    async def lock(self, name: str) -> None:
        """Nothing to do: SQLite has one writer at a time."""


def _kept(values: Mapping[str, database.Value]) -> dict[str, Value]:
    return {name: _value(value) for name, value in values.items()}


def _value(value: database.Value) -> Value:
    if value is None or isinstance(value, (str, int, bytes)):
        return value
    return stamp(value) if isinstance(value, datetime) else json.dumps(list(value))


@cache
def _columns(sql: str) -> tuple[str, ...]:
    """What the rows of a query hold, in its order."""
    found = _ROWS.search(sql)
    assert found is not None, "run_many is asked of queries with rows"
    return tuple(column.strip() for column in found[1].split(","))


def _use_wal(raw: sqlite3.Connection) -> None:
    # Two processes that both switch a new file to WAL do not wait for each other: one of them is told "locked" at once.
    deadline = time.monotonic() + PATIENCE
    while True:
        try:
            raw.execute("PRAGMA journal_mode = WAL")
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode != sqlite3.SQLITE_BUSY or time.monotonic() > deadline:
                raise
            time.sleep(0.01)
        else:
            return


def _statements(sql: str) -> Iterator[str]:
    statement = ""
    for line in sql.splitlines(keepends=True):
        statement += line
        if sqlite3.complete_statement(statement):
            yield statement
            statement = ""
