"""A copy of the SQLite file as it stood at one moment, taken while bots go on writing."""

import os
import sqlite3
from contextlib import closing
from pathlib import Path
from tempfile import mkstemp

from bot.stores.sqlite_connection import PATIENCE, outage
from commands.outage import Outage


def back_up(source: Path, target: Path) -> int:
    """Write the copy, which is whole or not there at all; its size in bytes. Nobody else may read it.

    Raises Outage when ``target`` exists, or either of the two fails.
    """
    if target.exists():
        raise Outage(f"{target} is there already: name a new file.", retry=False)
    try:
        descriptor, name = mkstemp(dir=target.parent, prefix=f".{target.name}.")
        os.close(descriptor)
        unfinished = Path(name)
        try:
            _copy(source, unfinished)
            _to_disk(unfinished)
            unfinished.rename(target)
            _to_disk(target.parent)
        finally:
            unfinished.unlink(missing_ok=True)
        return target.stat().st_size
    except OSError as error:
        raise Outage(f"{target} cannot be written: {error.strerror}.", retry=False) from error


def _copy(source: Path, unfinished: Path) -> None:
    try:
        with (
            closing(sqlite3.connect(source, timeout=PATIENCE)) as reading,
            closing(sqlite3.connect(unfinished)) as writing,
        ):
            reading.execute("PRAGMA query_only = ON")
            # All pages in one step: they are of one moment, and writers go on in the log meanwhile.
            reading.backup(writing, pages=-1)
            # The copy is one file: whoever moves it must not have to know of a log beside it.
            writing.execute("PRAGMA journal_mode = DELETE")
            (found,) = writing.execute("PRAGMA quick_check(1)").fetchone()
    except sqlite3.Error as error:
        full = getattr(error, "sqlite_errorcode", None) == sqlite3.SQLITE_FULL
        raise outage(error, unfinished.parent if full else source) from error
    if found != "ok":
        raise Outage(f"{source} is damaged ({found}): put a backup in its place.", retry=False)


def _to_disk(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
