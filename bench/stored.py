"""Years of incidents in one SQLite file, made in minutes: one incident that was really played, copied under new names.

Every row has the form that the store gives it; the chains verify.
"""

import hashlib
import re
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Final

from bot.stores.codec import moment

Row = dict[str, object]

HOLE: Final = "@@@@@@@@"
"""Where a copy's number goes: eight characters of every id. What the template names itself has it already."""
TABLES: Final = ("incidents", "alerts", "findings", "approvals", "deliveries", "jobs", "causes")
KEYS: Final[Mapping[str, str]] = {"deliveries": "key", "causes": "cause", "jobs": "key", "alerts": "id"}
"""What must be unique and need not hold an id."""

_ID = re.compile(r"\b((?:inc|ev|find|app|again|walk)_)[0-9a-f]{8}([0-9a-f]{12})")


def copy(path: Path, incidents: int, events: int) -> None:
    """Bring a store that holds one incident, which is over, to so many incidents and timeline events together."""
    db = sqlite3.connect(path, isolation_level=None)
    db.row_factory = sqlite3.Row
    try:
        for pragma in ("journal_mode = OFF", "synchronous = OFF", "cache_size = -400000"):
            db.execute(f"PRAGMA {pragma}")
        chain = str(db.execute("SELECT id FROM incidents").fetchone()["id"])
        more = range(2, incidents + 1)
        db.execute("BEGIN")
        for table in TABLES:
            _insert(db, table, _copies(table, _template(db, table), more))
        told = _template(db, "events", "WHERE chain = ? ORDER BY seq", (chain,))
        _insert(db, "events", _timelines(told, more, events // incidents))
        db.execute("UPDATE counters SET value = ? WHERE name = 'incident'", (incidents,))
        db.execute("COMMIT")
        db.execute("PRAGMA journal_mode = WAL")
        db.execute("ANALYZE")
    finally:
        db.close()


def _template(db: sqlite3.Connection, table: str, where: str = "", values: Sequence[str] = ()) -> list[Row]:
    rows = [dict(row) for row in db.execute(f"SELECT * FROM {table} {where}", values)]  # noqa: S608  (constants)
    return [{name: _holed(value) for name, value in row.items()} for row in rows]


def _holed(value: object) -> object:
    return _ID.sub(rf"\1{HOLE}\2", value) if isinstance(value, str) else value


def _filled(row: Row, number: int) -> Row:
    name = f"{number:08x}"
    return {column: value.replace(HOLE, name) if isinstance(value, str) else value for column, value in row.items()}


def _copies(table: str, template: Sequence[Row], numbers: range) -> Iterator[Row]:
    key = KEYS.get(table)
    for number in numbers:
        for row in template:
            made = _filled(row, number)
            if table == "incidents":
                made["number"], made["channel"] = number, f"C{number:08x}"
                made["body"] = str(made["body"]).replace('"number":1,', f'"number":{number},', 1)
            if table == "jobs":
                del made["id"]
            if key is not None and HOLE not in str(row[key]):
                made[key] = f"{made[key]}~{number:08x}"
            yield made


def _timelines(template: Sequence[Row], numbers: range, each: int) -> Iterator[Row]:
    times = [moment(str(row["recorded_at"])).isoformat() for row in template]
    for number in numbers:
        link = "0" * 64
        for seq in range(1, each + 1):
            place = (seq - 1) % len(template)
            made = _filled(template[place], number)
            made["seq"], made["id"] = seq, f"{str(made['id'])[:-4]}{seq:04x}"
            # As incident/timeline.py has it, without taking each event apart first: its text is what is covered.
            content = hashlib.sha256(str(made["body"]).encode()).hexdigest()
            covered = f'["{link}","{made["chain"]}",{seq},"{times[place]}","{content}"]'
            link = hashlib.sha256(covered.encode()).hexdigest()
            made["content"], made["link"] = content, link
            yield made


def _insert(db: sqlite3.Connection, table: str, rows: Iterator[Row]) -> None:
    first = next(rows, None)
    if first is None:
        return
    columns = ", ".join(first)
    holes = ", ".join(f":{name}" for name in first)
    statement = f"INSERT INTO {table} ({columns}) VALUES ({holes})"  # noqa: S608  (names of our own tables' columns)
    db.execute(statement, first)
    db.executemany(statement, rows)
