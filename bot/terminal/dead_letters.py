"""``muster alerts dead`` and ``replay``: what monitors sent and nobody understood, and taking it in after all."""

from collections.abc import AsyncIterator, Callable, Sequence
from pathlib import Path
from typing import Final, TypeAlias

import typer

from bot import config
from bot.json_lines import json_line
from bot.redaction.redactor import Redactor
from bot.runbooks.load import load_runbooks
from bot.settings.team import TeamSettings
from bot.sources.changes import TELLERS, reader
from bot.sources.table import ParserTable
from bot.stores.place import StorePlace, opened
from bot.terminal.ending import NotFoundError
from bot.terminal.inspection import utc_now
from bot.web.changes import places
from commands.ports import AlertPorts
from commands.store import Store
from commands.take_change import take_change
from commands.take_delivery import replay
from incident.alert import Delivery, DeliveryState
from incident.system_change import SystemChange

Read: TypeAlias = Callable[[Delivery], tuple[SystemChange, ...]]

AT_ONCE: Final = 200
"""So many are read into memory: each is as large as its monitor's request."""


async def list_dead(place: StorePlace, *, as_json: bool) -> None:
    """Print the dead letters, oldest first, one a line. Raises Outage."""
    async with opened(place) as store:
        async for each in _every(store):
            listed = f"{each.key}\t{each.received_at.isoformat()}\t{each.reason}"
            typer.echo(json_line(_row(each)) if as_json else listed)


async def replay_dead(config_file: Path, keys: Sequence[str], *, every: bool) -> bool:
    """Take in dead letters, each once, by this version and the settings in the file; print what became of each.

    Whether all were understood. Raises Outage, WrongSetting, and NotFoundError for a key that is no dead letter.
    """
    written = config.written(config_file)
    runbooks, hide = load_runbooks(written), Redactor(config.secrets_here(config_file)).clean
    async with opened(config.store_of(config_file)) as store:
        ports = AlertPorts(
            store=store,
            runbooks=runbooks,
            settings=TeamSettings(written.file, runbooks),
            sources=ParserTable(written.file.sources.mapped, written.file.priorities, hide),
            clock=utc_now,
        )
        read = reader(places(written.file), hide)
        if every:
            return all([await _replayed(each, ports, read) async for each in _every(store)])
        return all([await _replayed(each, ports, read) for each in await _named(store, keys)])


async def _every(store: Store) -> AsyncIterator[Delivery]:
    """All that are dead, oldest first, also behind those that stay so."""
    last: Delivery | None = None
    while some := await store.dead_deliveries(limit=AT_ONCE, after=last):
        for last in some:
            yield last


async def _named(store: Store, keys: Sequence[str]) -> tuple[Delivery, ...]:
    found = [(key, await store.delivery(key)) for key in keys]
    for key, delivery in found:
        if delivery is None or delivery.state is not DeliveryState.DEAD:
            raise NotFoundError(f"{key} is no dead letter: `muster alerts dead` lists them.")
    return tuple(delivery for _, delivery in found if delivery is not None)


async def _replayed(delivery: Delivery, ports: AlertPorts, read: Read) -> bool:
    if delivery.source in TELLERS:
        dead = (await take_change(delivery, read=read, store=ports.store, replayed=True)).error
    else:
        dead = (await replay(delivery, ports=ports)).dead
    typer.echo(f"{delivery.key}\t{f'still dead: {dead}' if dead else 'taken'}")
    return not dead


def _row(delivery: Delivery) -> dict[str, object]:
    return {
        "key": delivery.key,
        "source": delivery.source,
        "received_at": delivery.received_at.isoformat(),
        "reason": delivery.reason,
        "body": delivery.body.decode(errors="replace"),
    }
