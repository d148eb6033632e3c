"""The visible table of who may tell of changes: name → how it proves itself, and what its requests mean."""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Final

from msgspec import Struct

from bot.redaction.redactor import BY_SHAPE, Hide
from bot.sources import changes_ecs, changes_generic, changes_github
from bot.sources.admission import BEARER, SHARED, Proof, Request
from bot.sources.change_places import Places
from bot.sources.cleaning import cleaned_change
from commands.outage import Unreadable
from incident.alert import Delivery
from incident.system_change import SystemChange

KEPT_HEADERS: Final = ("Content-Type", "User-Agent", "Idempotency-Key", "X-GitHub-Event", "X-GitHub-Delivery")
"""What is kept of the headers: never a credential."""


class Teller(Struct, frozen=True, kw_only=True):
    """Whoever tells of changes: how it proves itself, what tells its requests apart, and what they mean."""

    proof: Proof
    request_key: Callable[[Request], str]
    """The same text for the same request sent again, and only for that."""
    read: Callable[[Delivery, Places], tuple[SystemChange, ...]]
    """The changes that a request tells, none when it is about something else. Raises Unreadable."""


TELLERS: Final[Mapping[str, Teller]] = MappingProxyType(
    {
        changes_generic.NAME: Teller(proof=BEARER, request_key=changes_generic.request_key, read=changes_generic.read),
        changes_github.NAME: Teller(
            proof=changes_github.PROOF, request_key=changes_github.request_key, read=changes_github.read
        ),
        changes_ecs.NAME: Teller(proof=SHARED, request_key=changes_ecs.request_key, read=changes_ecs.read),
    }
)


def reader(places: Places, hide: Hide = BY_SHAPE) -> Callable[[Delivery], tuple[SystemChange, ...]]:
    """What reads a delivery of any of them, without the secrets that it lets slip. It raises Unreadable, likewise."""

    def read(delivery: Delivery) -> tuple[SystemChange, ...]:
        teller = TELLERS.get(delivery.source)
        if teller is None:
            raise Unreadable(f"nobody of the name {delivery.source} tells of changes")
        try:
            return tuple(cleaned_change(each, hide) for each in teller.read(delivery, places))
        except Unreadable as unreadable:
            raise Unreadable(hide(str(unreadable))) from unreadable

    return read


def delivery_of(name: str, request: Request) -> Delivery:
    """One request as it is kept. Raises KeyError for a name that the table does not hold."""
    return Delivery(
        key=f"{name}:{TELLERS[name].request_key(request)}",
        source=name,
        received_at=request.at,
        headers=request.kept(KEPT_HEADERS),
        body=request.body,
    )
