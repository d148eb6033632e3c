"""Looking after the store from a terminal: ``muster migrate`` and ``muster store``."""

import asyncio
from pathlib import Path

import typer

from bot.stores.place import FILE, StorePlace, open_store
from bot.stores.sqlite_backup import back_up
from bot.terminal.inspection import verify
from commands.outage import Outage


async def migrate(place: StorePlace) -> None:
    """Make or migrate the tables, and print each migration that was applied. Raises Outage."""
    store = await open_store(place)
    await store.close()
    for name in store.migrated:
        typer.echo(name)
    if not store.migrated:
        typer.echo("Nothing is missing.", err=True)


async def copy(source: Path | None, place: StorePlace) -> bool:
    """Copy a SQLite file into the PostgreSQL of ``place``, print the rows of each table, and verify every chain there.

    Whether all of them are whole. Raises Outage when nothing was copied.
    """
    if place.url is None:
        raise Outage("Name the PostgreSQL to copy to in muster.yaml: store.url_env (docs/settings.md).", retry=False)
    file = source or place.data_dir / FILE
    if not await asyncio.to_thread(file.is_file):
        raise Outage(f"There is no {file} to copy; name it with --from.", retry=False)
    # Only this needs the driver together with the file.
    from bot.stores.copying import copy_store

    for table, count in (await copy_store(file, place.url)).items():
        typer.echo(f"{table}\t{count}")
    return await verify(place)


async def backup(place: StorePlace, target: Path) -> None:
    """Copy the SQLite file as it stands now, while the bot goes on. Raises Outage; so too where it is a PostgreSQL."""
    if place.file is None:
        raise Outage("What is kept in a PostgreSQL is backed up with pg_dump or by its operator.", retry=False)
    if not await asyncio.to_thread(place.file.is_file):
        raise Outage(f"There is no {place.file} to back up; set MUSTER_DATA_DIR or name --config.", retry=False)
    size = await asyncio.to_thread(back_up, place.file, target)
    typer.echo(f"{target}\t{size}")
