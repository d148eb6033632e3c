"""Breaking the glass: alone on call, one remediation runs without a second person, loudly, and is reviewed."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from msgspec.structs import replace

from incident import answering, refusal
from incident.approval import Approval
from incident.change import Change
from incident.incident import FollowUp, Incident
from incident.job import JobName, owe
from incident.remedy import check, event_of, opened, owed_by_yes, with_request
from incident.responder import UserId, person
from incident.stop import Stop
from incident.timeline import Kind

REVIEW_WITHIN = timedelta(days=1)
"""When a break-glass run is reviewed."""


def break_glass(
    incident: Incident,
    asked: Approval,
    *,
    by: UserId,
    allowed: bool,
    reason: str,
    tell: Sequence[UserId],
    stop: Stop | None,
    cause: str,
    now: datetime,
) -> Change:
    """Alone on call: it runs without a second person, who is told loudly, and a review is opened.

    Of a whole procedure each change may then be taken in its turn, as after a yes.

    Raises Spent, Expired, NoBreakGlass, NotTheRequester, NotOnCall, NothingSaid, NobodyToTell, Ended, and whatever the
    gate refuses: a reason stands in for a second person and for nothing else.
    """
    incident.check_open()
    alone = answering.break_glass(asked, by=by, allowed=allowed, reason=reason, now=now)
    check(incident, asked, stop, now)
    if not set(tell) - {by}:
        raise refusal.NobodyToTell(system=incident.system)
    event = replace(event_of(Kind.BROKE_GLASS, alone, now, reason=alone.reason), actor=person(by))
    review = FollowUp(
        text=f"Review the break-glass run of “{alone.plan.title}”",
        why=f"break-glass: {alone.reason}",
        opened_at=now,
        due_at=now + REVIEW_WITHIN,
    )
    rank = incident.severity.rank
    pages = [
        owe(JobName.PAGE, incident.id, now, subject=user, urgency=rank, again=f"glass-{alone.id}")
        for user in tell
        if user != by
    ]
    after = replace(incident, follow_ups=(*incident.follow_ups, review))
    granted, runs = owed_by_yes(incident, alone, now)
    events = (event, opened(after, granted))
    return with_request(after, granted, cause, now, *events, jobs=(*runs, *pages), before=incident)
