"""Where the store is, as the team configured it, and the way into it."""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Final

from bot.stores.sql_store import SqlStore
from bot.stores.sqlite import SQLiteStore, utc_now
from commands.outage import Outage

FILE: Final = "muster.db"
FIRST_WAIT: Final = 0.5
LONGEST_WAIT: Final = 5.0
AT_TERMINAL: Final = 4.0
"""Seconds that a PostgreSQL has for its first answer where somebody waits for it."""
FOR_A_BOT: Final = 5.0
"""The same where nobody does, and it is asked again."""

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class StorePlace:
    """A PostgreSQL at ``url``, which may hold a password and is never shown; without one, a file in ``data_dir``."""

    data_dir: Path
    url: str | None = field(default=None, repr=False)

    @property
    def file(self) -> Path | None:
        """The SQLite file; None where it is a PostgreSQL."""
        return self.data_dir / FILE if self.url is None else None


async def open_store(
    place: StorePlace, *, clock: Callable[[], datetime] = utc_now, answers_within: float = AT_TERMINAL
) -> SqlStore:
    """Open the store, made and migrated if need be. ``clock`` is this process's; a PostgreSQL has its own.

    Raises Outage with one sentence when that cannot be done.
    """
    try:
        await asyncio.to_thread(place.data_dir.mkdir, parents=True, exist_ok=True)
    except OSError as error:
        raise Outage(
            f"The data directory {place.data_dir} cannot be made ({error.strerror}): set data_dir or "
            "MUSTER_DATA_DIR to a folder that Muster may write to.",
            retry=False,
        ) from error
    if place.url is not None:
        # Its driver would be a part of every start; most teams have the file.
        from bot.stores.postgres import PostgresStore

        return await PostgresStore.open(place.url, answers_within=answers_within)
    return await SQLiteStore.open(place.data_dir / FILE, clock=clock)


async def store_in_time(place: StorePlace, *, clock: Callable[[], datetime]) -> SqlStore:
    """Open the store, and wait for as long as it is away. Raises Outage when waiting is no use."""
    wait = FIRST_WAIT
    while True:
        try:
            return await open_store(place, clock=clock, answers_within=FOR_A_BOT)
        except Outage as away:
            if not away.retry:
                raise
            log.warning("store cannot be reached yet", extra={"error": away.sentence, "again_in_s": wait})
            await asyncio.sleep(wait)
            wait = min(wait * 2, LONGEST_WAIT)


@asynccontextmanager
async def opened(place: StorePlace) -> AsyncIterator[SqlStore]:
    """The store for as long as one command of the terminal lasts. Raises Outage; so too when no file was made yet."""
    if place.file is not None and not await asyncio.to_thread(place.file.exists):
        raise Outage(
            f"There is no {place.file} yet; set MUSTER_DATA_DIR to where the bot keeps its data, or name its "
            "muster.yaml with --config.",
            retry=False,
        )
    store = await open_store(place)
    try:
        yield store
    finally:
        await store.close()
