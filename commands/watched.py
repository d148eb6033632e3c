"""How every watch stands, system by system: for whoever asks, for Muster's home in Slack, and for its numbers."""

from collections.abc import Iterator

from msgspec import Struct

from commands.ports import Runbooks
from commands.store import Store
from incident.runbook import Step
from incident.watch import WatchRecord, watch_id


class Watched(Struct, frozen=True, kw_only=True):
    """One watch: its name, the step that looks, and how it stands; None before its first look."""

    name: str
    step: Step
    record: WatchRecord | None

    @property
    def blind(self) -> str:
        """Why it sees nothing now; empty while it sees."""
        if not self.step.runnable:
            return self.step.reason
        return self.record.blind if self.record is not None else ""

    @property
    def firing(self) -> bool:
        """Whether its alert stands."""
        return self.record is not None and self.record.firing


class WatchesOf(Struct, frozen=True, kw_only=True):
    """The watches of one system (its id and title)."""

    system: str
    title: str
    watches: tuple[Watched, ...]


def every_watch(runbooks: Runbooks) -> Iterator[tuple[str, Step]]:
    """Each watch's name, with the step that looks."""
    for system in runbooks.systems:
        catalog = runbooks.catalog(system)
        for step in catalog.watched if catalog is not None else ():
            yield watch_id(system, step.id), step


async def watches_of(store: Store, runbooks: Runbooks) -> tuple[WatchesOf, ...]:
    """The systems that have watches, each with its own."""
    known = {each.id: each for each in await store.watches()}
    found = [Watched(name=name, step=step, record=known.get(name)) for name, step in every_watch(runbooks)]
    systems = (
        WatchesOf(
            system=system, title=title, watches=tuple(each for each in found if each.name.startswith(f"{system}/"))
        )
        for system, title in runbooks.systems.items()
    )
    return tuple(each for each in systems if each.watches)
