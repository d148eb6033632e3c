"""The team's pager, as the commands need it: it rings telephones and keeps incidents of its own."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Protocol, TypeAlias

from msgspec import Struct

from incident.incident import Incident
from incident.paging import PagerPerson, PagerState, Standing
from incident.responder import UserId
from incident.severity import Severity

Expect: TypeAlias = Callable[[PagerState | Severity], Awaitable[None]]
"""Hears to what an incident of the pager's is just about to be brought."""


class Wanted(Struct, frozen=True, kw_only=True):
    """Whom the pager shall ask for help: a person, or whoever is on call by one of its escalation policies."""

    user: UserId | None = None
    policy: str | None = None


class Called(Struct, frozen=True, kw_only=True):
    """The pager rings by its incident ``ref``. ``keyed``: whatever it tells of that bears Muster's own key."""

    ref: str
    keyed: bool


class Pager(Protocol):
    """The pager. Methods raise Outage; whatever changes something is done once, however often it is asked for.

    ``ref`` is the pager's id of its own incident, ``by`` whoever decided it here, if it was a person.
    """

    async def call(self, incident: Incident) -> Called:
        """Ring whoever is on call for the incident's system."""
        ...

    async def find(self, incident: Incident) -> str | None:
        """The newest of the pager's incidents that Muster itself had made for this one."""
        ...

    async def key(self, ref: str) -> str:
        """The name that whoever made the pager's incident gave it; empty when it has none."""
        ...

    async def tell(self, ref: str, news: Standing, *, by: UserId | None, expect: Expect) -> tuple[str, ...]:
        """Bring the pager's incident to what is news, where it is not so there; what was changed.

        Right before each change ``expect`` hears which: word of it will come back.
        """
        ...

    async def note(self, ref: str, text: str, *, mark: str, by: UserId | None, again: bool) -> None:
        """Write a note on the pager's incident. ``mark`` stays in it; ``again``: look for it first."""
        ...

    async def summon(
        self, incident: Incident, wanted: Wanted, message: str, *, mark: str, by: UserId | None, again: bool
    ) -> str | None:
        """Ask somebody to come and help; the pager's incident by which. None: the pager does not know that person."""
        ...

    async def person(self, known: PagerPerson) -> UserId | None:
        """Who that is in the chat; None when nobody there has their address."""
        ...

    def severity_of(self, priority: str) -> Severity | None:
        """What one of the pager's priorities means here; None for one that the team did not name."""
        ...

    @property
    def policies(self) -> Mapping[str, str]:
        """The escalation policies that people may ask for help: the team's word → the pager's id."""
        ...
