"""Where deployment tools knock: ``POST /changes``, ``/changes/github``, ``/changes/ecs``, each where it is configured.

202 means: kept, a repeat, a dead letter with the reason, or in the spool for the store's return. Every other answer is
that of all doors (knock.py).
"""

from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime

from bot.http.addresses import NAMED, Addresses
from bot.http.call import Answer, Call, said
from bot.settings.sections import File
from bot.sources import changes_generic
from bot.sources.admission import Request
from bot.sources.change_places import Places
from bot.sources.changes import TELLERS, delivery_of
from bot.sources.doors import Admits
from bot.web.knock import Taken, door
from commands.take_change import Taken as TakenChange
from incident.alert import Delivery


def places(file: File) -> Places:
    """Which systems a change concerns, as the team configured it."""
    repositories: dict[str, tuple[str, ...]] = {}
    services: dict[str, tuple[str, ...]] = {}
    for system, section in file.systems.items():
        for known, names in ((repositories, section.changes.repositories), (services, section.changes.services)):
            for name in names:
                known[name.lower()] = (*known.get(name.lower(), ()), system)
    return Places(systems=tuple(file.systems), repositories=repositories, services=services)


def add_changes(
    addresses: Addresses,
    *,
    admits: Mapping[str, Admits],
    take: Callable[[Delivery], Awaitable[TakenChange | None]],
    clock: Callable[[], datetime],
    counted: Callable[[str, str], None],
) -> None:
    """Open the doors of all that are configured. ``take`` keeps a request; None: in the spool.

    ``counted`` hears each request's teller and outcome.
    """

    async def taken(name: str, came: Request) -> Taken:
        return _answer(await take(delivery_of(name, came)))

    knock = door(
        who=_teller,
        strangers=lambda _: "No changes are taken here: name who tells them under “changes” in muster.yaml.",
        admits=admits,
        proofs=lambda name: TELLERS[name].proof,
        take=taken,
        clock=clock,
        counted=counted,
    )
    addresses.add(("POST",), "/changes", knock)
    addresses.add(("POST",), f"/changes/{NAMED}", knock)


def _teller(call: Call) -> str:
    """Who tells: the generic one at ``/changes`` itself, and nowhere else."""
    if call.path == "/changes":
        return changes_generic.NAME
    return call.name if call.name != changes_generic.NAME else ""


def _answer(taken: TakenChange | None) -> Taken:
    if taken is None:
        return "spooled", _told(taken=True, repeat=False)
    if taken.error:
        return "dead", _told(taken=False, error=f"It is kept, but could not be understood: {taken.error}.")
    outcome = "taken" if taken.fresh else "repeat"
    return outcome, _told(taken=True, repeat=not taken.fresh, changes=taken.changes)


def _told(**told: object) -> Answer:
    return said(202, told)
