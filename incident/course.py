"""How a walk goes on when one of its steps ended: its hold begins, the next one is offered, or the walk is finished."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from msgspec import Struct
from msgspec.structs import replace

from incident import refusal
from incident import walk as walks
from incident.approval import Approval, ApprovalState
from incident.digest import Facts
from incident.effect import Effect
from incident.incident import Incident
from incident.responder import Actor, user_of
from incident.timeline import Event, Kind
from incident.walk import Leg, LegState, Walk, WalkState


class Turn(Struct, frozen=True, kw_only=True):
    """One step of one walk. ``tries`` is how often it had been begun when the person saw it; None: whatever is so."""

    walk: str
    index: int
    tries: int | None = None

    def among(self, incident: Incident) -> tuple[Walk, Leg]:
        """The walk and the leg. Raises NoSuchWalk, NotItsTurn."""
        walk = incident.walk(self.walk)
        if not 0 <= self.index < len(walk.legs):
            raise refusal.NotItsTurn(step="", state="", by=None)
        return walk, walk.legs[self.index]


def place(walk: Walk, index: int) -> str:
    """How a request, a job or a button names one leg of a walk."""
    return f"{walk.id}/{index}"


def placed(name: str) -> tuple[str, int]:
    """The walk's id and the leg's index of such a name."""
    walk_id, _, index = name.partition("/")
    return walk_id, int(index)


def facts(walk: Walk, index: int | None = None) -> dict[str, str | int | None]:
    """What every event of a walk names: the walk, its procedure, and the step with its number."""
    named: dict[str, str | int | None] = {"walk": walk.id, "procedure": walk.title}
    return named if index is None else {**named, "number": index + 1, "step": walk.legs[index].title}


def taken(incident: Incident, walk: Walk, index: int, leg: Leg, now: datetime) -> tuple[Incident, tuple[Event, ...]]:
    """The incident with a leg as it is now, and what follows from it while the walk goes on."""
    events: list[Event] = []
    if leg.state is LegState.DONE and leg.hold and leg.hold_ends_at is None and walk.state is WalkState.GOING:
        leg = replace(leg, state=LegState.HOLDING, hold_ends_at=now + leg.hold)
        until: Facts = {**facts(walk, index), "until": (now + leg.hold).isoformat()}
        events.append(Event(kind=Kind.HOLD_BEGUN, at=now, facts=until))
    walk = walk.with_leg(index, leg)
    if walk.next is None and walk.state is WalkState.GOING:
        walk = replace(walk, state=WalkState.FINISHED, ended_at=now, ended_by=leg.by)
        skipped = sum(each.state is LegState.SKIPPED for each in walk.legs)
        told: Facts = {**facts(walk), "done": len(walk.legs) - skipped, "skipped": skipped}
        events.append(Event(kind=Kind.WALK_FINISHED, at=now, facts=told))
    return incident.with_walk(walk), tuple(events)


def follow(incident: Incident, request: Approval, now: datetime) -> tuple[Incident, tuple[Event, ...]]:
    """The incident's walk after one of its requests changed; the incident as it is when the request is of no walk."""
    if request.parts:
        walk = incident.walk(placed(request.parts[0].leg)[0])
        stands = request.id if request.state is ApprovalState.APPROVED else ""
        return incident.with_walk(replace(walk, whole=stands)), ()
    if not request.leg:
        return incident, ()
    walk_id, index = placed(request.leg)
    walk = incident.walk(walk_id)
    leg = walk.legs[index]
    begins = request.state is ApprovalState.PREPARING
    if begins:
        leg = replace(leg, tries=leg.tries + 1)
    elif leg.approval != request.id:
        # It was asked for anew since: the older request has no say any longer.
        return incident, ()
    return taken(incident, walk, index, walks.after_request(leg, request, now), now)


def begins_before(incident: Incident, whole: Approval, leg: str) -> datetime:
    """Until when a step may begin by the approval for its whole procedure: as long after the yes as any step may.

    The waits that the runbook puts before it are added to that; how long earlier steps run is not.
    """
    walk_id, index = placed(leg)
    waits = sum((each.hold for each in incident.walk(walk_id).legs[:index]), timedelta(0))
    return (whole.decided_at or whole.asked_at) + whole.policy.expires_after + waits


def found(incident: Incident, request: Approval) -> Incident:
    """The incident after somebody said whether one of its requests took effect: its step is taken back, or is not."""
    if not request.leg or request.found is None:
        return incident
    walk_id, index = placed(request.leg)
    walk = incident.walk(walk_id)
    leg = walk.legs[index]
    if leg.approval != request.id:
        return incident
    sure = replace(leg, unsure=request.found.effect is not Effect.NONE)
    return incident.with_walk(walk.with_leg(index, sure))


def end(incident: Incident, walk: Walk, *, by: Actor, reason: str, now: datetime) -> tuple[Incident, Event]:
    """The walk ended before its end. What runs of it goes on; nothing more of it is begun."""
    ended = replace(walk, state=WalkState.ABORTED, ended_at=now, ended_by=user_of(by), reason=reason)
    told: Facts = {**facts(walk, walk.next), "reason": reason}
    return incident.with_walk(ended), Event(kind=Kind.WALK_ABORTED, at=now, actor=by, facts=told)


def resolved(
    incident: Incident, void: Iterable[Approval], *, by: Actor, now: datetime
) -> tuple[Incident, tuple[Event, ...]]:
    """The incident's walk ended with it; ``void`` are the requests that nobody can answer any longer."""
    walk = incident.going
    if walk is None:
        return incident, ()
    after, event = end(incident, walk, by=by, reason="the incident was resolved", now=now)
    for each in void:
        after, _ = follow(after, each, now)
    return after, (event,)
