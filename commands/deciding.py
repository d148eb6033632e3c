"""Decide, save; and when another change came between, decide anew on what is now true."""

from collections.abc import Awaitable, Callable
from typing import Final, TypeVar

from commands.outage import Conflict
from commands.store import Saved, Store
from incident import refusal
from incident.approval import Approval
from incident.change import Change, event_id
from incident.incident import Incident
from incident.timeline import Event

T = TypeVar("T")

MOST_TRIES: Final = 100
"""Each try loses only to a change that was saved, so this many means that something is wrong."""


async def anew(attempt: Callable[[], Awaitable[T]]) -> T:
    """``attempt``, again for as long as somebody else's change comes between. Raises Conflict after MOST_TRIES."""
    for _ in range(MOST_TRIES - 1):
        try:
            return await attempt()
        except Conflict:
            continue
    return await attempt()


async def decide(store: Store, incident_id: str, decision: Callable[[Incident], Change]) -> Saved:
    """Save what ``decision`` makes of the incident as it is now. Raises NoSuchIncident and whatever it refuses."""

    async def attempt() -> Saved:
        return await store.save(decision(await known(store, incident_id)))

    return await anew(attempt)


async def said_before(store: Store, cause: str) -> Event | None:
    """What the same delivery made happen when it came first, so that its repeat is not told that it is refused."""
    link = await store.event(event_id(cause, 0))
    return link.event if link is not None else None


async def known(store: Store, incident_id: str) -> Incident:
    """The incident of that id. Raises NoSuchIncident."""
    incident = await store.incident(incident_id)
    if incident is None:
        raise refusal.NoSuchIncident(asked=incident_id)
    return incident


async def with_approval(store: Store, approval_id: str) -> tuple[Incident, Approval]:
    """A request and its incident, such that a save on that incident's version also guards the request.

    The request is read after the incident: whoever changes it later changes the incident's version too.
    """
    first = await store.approval(approval_id)
    if first is None:
        raise refusal.NoSuchApproval(asked=approval_id)
    incident = await known(store, first.incident_id)
    return incident, await store.approval(approval_id) or first
