"""No question of the store goes through everything that was ever stored: SQLite's plans say so."""

import re
import sqlite3
from pathlib import Path
from typing import Final

import pytest

from bot.stores.queries import queries
from bot.stores.sqlite import SQLiteStore

GROWS: Final = ("incidents", "events", "alerts", "findings", "approvals", "deliveries", "jobs", "causes", "stops")
SMALL: Final = {
    "incidents_open": "the open ones",
    "deliveries_dead": "what waits for its replay",
    "jobs_in_order": "what is owed or under way",
    "jobs_next": "what is owed",
}
"""An index that holds only what has not ended → what that is."""
BOUNDED: Final = {
    "recent_incidents": "reads from the newest on, and ends at its limit",
    "chains": "for `muster audit verify`, which reads all",
    "last_knock": "for the doctor, from the newest on, and ends at its limit",
}


@pytest.fixture
async def file(tmp_path: Path) -> Path:
    path = tmp_path / "muster.db"
    await (await SQLiteStore.open(path)).close()
    return path


@pytest.mark.parametrize("name", queries("sqlite"))
async def test_a_query_goes_by_an_index_that_does_not_grow_for_ever(file: Path, name: str) -> None:
    for step in _plan(file, queries("sqlite")[name]):
        scan = re.fullmatch(rf"SCAN ({'|'.join(GROWS)})(?: USING (?:COVERING )?INDEX (\w+))?", step)
        if scan is not None:
            assert name in BOUNDED or scan[2] in SMALL, f"{name}: {step}"


def _plan(file: Path, sql: str) -> list[str]:
    columns = re.search(r"new \(([^)]*)\) AS \(VALUES :rows\)", sql)
    if columns is not None:
        sql = sql.replace(":rows", f"({', '.join(['NULL'] * len(columns[1].split(',')))})")
    values = dict.fromkeys(re.findall(r":(\w+)", sql), "[]")
    db = sqlite3.connect(file)
    try:
        return [str(row[3]) for row in db.execute(f"EXPLAIN QUERY PLAN {sql}", values)]
    finally:
        db.close()
