"""Looks whether the data directory takes more, and whether what is kept in it is whole. Migrates and mends nothing."""

import asyncio
import shutil
import sqlite3
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from bot.doctor.remark import Remark, fail, ok, warn
from bot.stores import sqlite
from bot.stores.migrations import migrations, pending
from bot.stores.place import AT_TERMINAL, FILE, StorePlace, opened
from bot.stores.queries import folder
from bot.stores.sql_store import SqlStore
from bot.stores.sqlite_connection import outage
from bot.words.gates import stop_sentence
from commands.outage import Outage
from commands.store import Store
from incident.timeline import broken_at

_MEBIBYTE: Final = 1024 * 1024
_LITTLE: Final = 1024 * _MEBIBYTE
_TOO_LITTLE: Final = 100 * _MEBIBYTE
_MANY: Final = 100
PATIENCE: Final = 10.0
"""Seconds for timelines: years of them take minutes, and whoever asks the doctor has none."""
_APART: Final = 2.0
"""Seconds: more than a slow answer explains."""


async def look_at_storage(place: StorePlace) -> tuple[Remark, ...]:
    """The directory, the free space and, where there is a database already, what is in it."""
    remarks = await asyncio.to_thread(lambda: tuple(_directory(place.data_dir)))
    closed = await unopened(place)
    if closed is not None:
        return (*remarks, closed)
    try:
        async with opened(place) as store:
            clock = (await _clock(store),) if place.url is not None else ()
            return (*remarks, await _chains(store), *clock, await _dead_letters(store), await _remediations(store))
    except Outage as away:
        return (*remarks, fail("database", away.sentence, "mend that, and ask again"))


async def unopened(place: StorePlace) -> Remark | None:
    """Why the store is not looked into, or None: opening it as the bot does would make its tables, or migrate them."""
    return await _server(place.url) if place.url is not None else await asyncio.to_thread(_file, place.data_dir)


def _directory(data_dir: Path) -> Iterator[Remark]:
    there = next(each for each in (data_dir.absolute(), *data_dir.absolute().parents) if each.exists())
    try:
        with tempfile.TemporaryFile(dir=there):
            yield ok("data directory", f"{there} can be written.")
    except OSError as error:
        mend = "give Muster's account the right to write there, or set MUSTER_DATA_DIR"
        yield fail("data directory", f"{there} cannot be written: {error.strerror}.", mend)
    free = shutil.disk_usage(there).free
    words = f"{free // _MEBIBYTE:,} MiB are free."
    if free < _TOO_LITTLE:
        yield fail("disk", words, "free some space: without it nothing can be recorded")
    elif free < _LITTLE:
        yield warn("disk", words, "free some space before it runs out")
    else:
        yield ok("disk", words)


def _file(data_dir: Path) -> Remark | None:
    """The same for the file."""
    path = data_dir / FILE
    if not path.exists():
        return ok("database", f"There is none yet; the first start makes {path}.")
    try:
        with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)) as db:
            applied: dict[str, str] = dict(db.execute("SELECT name, checksum FROM migrations").fetchall())
    except sqlite3.Error as error:
        return fail("database", outage(error, path).sentence, "if it is no database of Muster, move it away")
    return _schema(sqlite.DIALECT, applied)


async def _server(url: str) -> Remark | None:
    """The same for a PostgreSQL."""
    # Its driver would be a part of every start; most teams have the file.
    from bot.stores.postgres import applied_at

    try:
        applied = await applied_at(url, answers_within=AT_TERMINAL)
    except Outage as away:
        return fail("database", away.sentence, "mend that: without it nothing can be recorded")
    if applied is None:
        return ok("database", "The store's PostgreSQL can be reached, and is empty; the first start makes its tables.")
    return _schema("postgres", applied)


def _schema(dialect: str, applied: Mapping[str, str]) -> Remark | None:
    try:
        missing = pending(migrations(folder(dialect)), applied)
    except Outage as wrong:
        return fail("database", wrong.sentence, "run the version of Muster that made it, or a later one")
    if missing:
        names = ", ".join(each.name for each in missing)
        return warn("database", f"It is of an older Muster ({names} is missing).", "back it up; the next start adds it")
    return None


async def _chains(store: Store) -> Remark:
    chains, broken, looked, begun = await store.chains(), list[str](), 0, time.monotonic()
    for chain in chains:
        if looked and time.monotonic() - begun > PATIENCE:
            break
        looked += 1
        if broken_at(chain, await store.timeline(chain)) is not None:
            broken.append(chain)
    if broken:
        words = f"{len(broken)} of {looked} timelines were changed after the fact: {', '.join(broken[:3])}."
        return fail("database", words, "`muster audit verify` shows where; compare with a backup")
    if looked < len(chains):
        words = f"{looked} of {len(chains)} timelines were looked at, and verify; `muster audit verify` looks at all."
        return ok("database", f"Its schema is current. In {PATIENCE:.0f} s {words}")
    return ok("database", f"Its schema is current, and all of {len(chains)} timelines verify.")


async def _clock(store: SqlStore) -> Remark:
    """The server's clock decides leases and what is due; this machine's says when something happened."""
    apart = (datetime.now(UTC) - await store.now()).total_seconds()
    if abs(apart) <= _APART:
        return ok("store's clock", "It agrees with this machine's.")
    words = f"This machine's clock is {abs(apart):.0f} s {'ahead of' if apart > 0 else 'behind'} the PostgreSQL's."
    return warn("store's clock", words, "keep both by NTP: reminders would be early or late, and times out of order")


async def _remediations(store: Store) -> Remark:
    stop = await store.stopped()
    if stop is None:
        return ok("remediations", "They may run, each behind its gate.")
    return warn("remediations", f"All of them are {stop_sentence(stop)}.", "`/incident unfreeze` lets them run again")


async def _dead_letters(store: Store) -> Remark:
    dead = await store.dead_deliveries(limit=_MANY)
    if not dead:
        return ok("dead letters", "None.")
    count, which = (f"{_MANY} or more", "one") if len(dead) == _MANY else (str(len(dead)), "the last")
    shown = dead[-1]
    words = f"{count} could not be understood, {which} from {shown.source}: {shown.reason or 'no reason is kept'}."
    mend = "`muster alerts dead` lists them; mend the sender or muster.yaml, then `muster alerts replay` takes them in"
    return warn("dead letters", words, mend)
