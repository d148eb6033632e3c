"""Looking after the store from a terminal: ``muster migrate``."""

import typer

from bot.stores.place import StorePlace, open_store


async def migrate(place: StorePlace) -> None:
    """Make or migrate the tables, and print each migration that was applied. Raises Outage."""
    store = await open_store(place)
    await store.close()
    for name in store.migrated:
        typer.echo(name)
    if not store.migrated:
        typer.echo("Nothing is missing.", err=True)
