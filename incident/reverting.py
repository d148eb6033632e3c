"""What an incident leaves to do: a temporary mitigation is reverted by its undo, or by a person, who says so."""

from datetime import datetime, timedelta
from typing import Final

from msgspec.structs import replace

from incident import refusal
from incident.approval import Approval, ApprovalState
from incident.change import Change
from incident.digest import Facts
from incident.incident import FollowUp, Incident
from incident.owing import decided
from incident.plan import Plan
from incident.remedy import opened
from incident.responder import UserId, person
from incident.timeline import Event, Kind
from incident.typed import visible

REVERT_WITHIN: Final = timedelta(days=7)
"""When a temporary mitigation is looked at again, unless somebody says otherwise."""


def follow(incident: Incident, ended: Approval, now: datetime) -> tuple[Incident, tuple[Event, ...]]:
    """The incident after a run has ended, with what the timeline says of the follow-ups it did and left.

    Only what surely ran does or leaves one: after a failed or unknown end nobody knows what holds.
    """
    if ended.state is not ApprovalState.RAN:
        return incident, ()
    done = [each for each in incident.follow_ups if _takes_back(ended.plan, each)]
    kept = (replace(each, done_at=now, done_by=ended.id) if each in done else each for each in incident.follow_ups)
    after = replace(incident, follow_ups=tuple(kept))
    events = tuple(_done(each, ended, now) for each in done)
    if not ended.plan.temporary:
        return after, events
    after, left = owe_revert(after, ended, now)
    return after, (*events, left)


def do(incident: Incident, *, number: int, note: str, by: UserId, cause: str, now: datetime) -> Change:
    """A person did a follow-up, also after the incident is over. ``number`` counts from 1, as in the draft.

    Raises NoSuchFollowUp, also for what is done already.
    """
    left = {at: each for at, each in enumerate(incident.follow_ups, start=1) if each.done_at is None}
    if number not in left:
        raise refusal.NoSuchFollowUp(asked=number, left=tuple(f"{at}. {each.text}" for at, each in left.items()))
    it = left[number]
    done = replace(it, done_at=now, done_by=by)
    after = replace(incident, follow_ups=tuple(done if each is it else each for each in incident.follow_ups))
    facts: Facts = {"number": number, "text": it.text, "note": visible(note), "left_by": it.approval}
    event = Event(kind=Kind.FOLLOW_UP_DONE, at=now, actor=person(by), facts=facts)
    return decided(cause, now, after, event, before=incident)


def owe_revert(incident: Incident, ended: Approval, now: datetime) -> tuple[Incident, Event]:
    """The incident with the follow-up that a temporary mitigation leaves, and the event of that."""
    plan = ended.plan
    revert = FollowUp(
        text=f"Revert “{plan.title}”{_of(plan)}" + (f": {plan.undo}" if plan.undo else ""),
        why="a temporary mitigation",
        opened_at=now,
        due_at=now + REVERT_WITHIN,
        approval=ended.id,
        undo_step=plan.undo_step,
        undo_values=_values(plan),
    )
    after = replace(incident, follow_ups=(*incident.follow_ups, revert))
    return after, opened(after, ended)


def _of(plan: Plan) -> str:
    """What it was done to: of two users who were blocked each is unblocked by itself."""
    values = ", ".join(f"{name} {visible(str(value))}" for name, value in plan.parameters.items())
    return f" ({values})" if values else ""


def _values(plan: Plan) -> Facts:
    """What the undo takes back: the same values, and of what it sets, the one that stood there before."""
    return {**plan.parameters, **({plan.undo_takes: plan.promise.value} if plan.undo_takes else {})}


def _takes_back(ran: Plan, left: FollowUp) -> bool:
    """Whether this run did what was left: the same step for another user or queue did not."""
    if left.done_at is not None or left.undo_step != ran.step_id:
        return False
    shared = left.undo_values.keys() & ran.parameters.keys()
    return all(str(left.undo_values[name]) == str(ran.parameters[name]) for name in shared)


def _done(left: FollowUp, ended: Approval, now: datetime) -> Event:
    return Event(
        kind=Kind.FOLLOW_UP_DONE,
        at=now,
        facts={"text": left.text, "title": ended.plan.title, "left_by": left.approval},
        evidence=(f"approval:{ended.id}",),
    )
