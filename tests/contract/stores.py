"""The stores under test, each reached by an address, so that another process can open the same one."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

from msgspec import Struct

from bot.stores.postgres import PostgresStore
from bot.stores.sqlite import SQLiteStore
from commands.store import Store

KINDS = ("sqlite", "postgres")


class MovedClock:
    """A clock that a test moves by hand."""

    def __init__(self) -> None:
        self.now = datetime(2026, 3, 1, 12, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def pass_(self, **span: float) -> None:
        self.now += timedelta(**span)


class Address(Struct, frozen=True, kw_only=True):
    """Where a store is: its kind, and what that kind needs to find it."""

    kind: str
    place: str

    @property
    def text(self) -> str:
        return f"{self.kind}:{self.place}"


def parse(text: str) -> Address:
    kind, _, place = text.partition(":")
    return Address(kind=kind, place=place)


async def open_store(address: Address, clock: Callable[[], datetime]) -> Store:
    """The store at an address, as one more process would open it."""
    if address.kind == "sqlite":
        return await SQLiteStore.open(Path(address.place), clock=clock)
    if address.kind == "postgres":
        return await PostgresStore.open(address.place, clock=clock, answers_within=60)
    raise ValueError(address.kind)
