"""One remediation from its start to the verdict: cancelled or not, what it printed, how it ended, whether it helped."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from msgspec.structs import replace

from incident import answering, approval, clock, course, refusal, reverting, whole
from incident.approval import Approval, ApprovalState
from incident.change import Change
from incident.clock import ClockKind
from incident.digest import Facts
from incident.effect import Effect, Found
from incident.finding import Comparison, Finding, Outcome, OutcomeState, compare
from incident.incident import Incident
from incident.job import Claim, Job, JobName, owe
from incident.owing import CHATTER, decided
from incident.remedy import event_of, named, with_request
from incident.responder import UserId, person
from incident.timeline import Event, Kind
from incident.typed import visible
from incident.working import mitigated

ON_CARD: Final = 600
"""Characters of what a run printed that its card shows; more of it stands in the card's thread."""

OUTPUT_AFTER: Final = timedelta(seconds=1)
"""How long the whole output waits, so that an edit which is on its way when the run ends does not come after it."""


def cancel(
    incident: Incident,
    asked: Approval,
    *,
    by: UserId,
    allowed: bool,
    cause: str,
    now: datetime,
    under: Approval | None = None,
) -> Change:
    """Somebody stops it: at once what was not begun; whoever runs it sees this and stops. Raises as answering.cancel.

    ``under``: the approval for the whole procedure that it is of.
    """
    stopped = answering.cancel(asked, by=by, allowed=allowed, now=now)
    begun = stopped.state is ApprovalState.RUNNING
    event = Event(
        kind=Kind.CANCELLED,
        at=now,
        actor=person(by),
        facts={**named(stopped), "begun": begun},
        evidence=(f"approval:{stopped.id}",),
    )
    return with_request(incident, stopped, cause, now, event, beside=whole.after(under, stopped, now))


def show_output(incident: Incident, asked: Approval, *, message: str, now: datetime) -> Change:
    """What it prints is being shown. One that has ended meanwhile owes that message the whole output.

    Its card, which held the output until now, says then where it stands.
    """
    shown = replace(asked, output=message)
    jobs = _output(incident, shown, now)
    if shown.state.final:
        rank = incident.severity.rank
        jobs = (*jobs, owe(JobName.APPROVAL_CARD, incident.id, now, subject=shown.id, urgency=rank))
    return Change(cause=f"output:{shown.id}", at=now, incident=incident, approvals=(shown,), jobs=jobs)


def settle(
    incident: Incident,
    asked: Approval,
    outcome: Outcome,
    *,
    settles: Claim,
    now: datetime,
    effect_after: timedelta = timedelta(0),
    under: Approval | None = None,
) -> Change:
    """It ended: told, recorded, and looked at again once its effect shows. ``under`` as in ``cancel``.

    A temporary mitigation opens a follow-up to revert it; the run of its undo ends that.
    """
    ended = approval.settle(asked, replace(outcome, ended_at=outcome.ended_at or now))
    beside = whole.after(under, ended, now)
    event = Event(
        kind=Kind.REMEDIATED,
        at=now,
        facts={
            **named(ended),
            "state": outcome.state.value,
            "sentence": outcome.sentence,
            "cancelled_by": ended.cancelled_by if ended.state is ApprovalState.CANCELLED else None,
            "changed": outcome.changed,
        },
        evidence=(f"approval:{ended.id}",),
    )
    jobs = _owed(incident, ended, effect_after, now)
    after, more = reverting.follow(incident, ended, now)
    return with_request(
        after, ended, settles.cause, now, event, *more, jobs=jobs, settles=settles, before=incident, beside=beside
    )


def cut_short(
    incident: Incident, asked: Approval, *, settles: Claim, now: datetime, under: Approval | None = None
) -> Change:
    """Muster died while it ran: nobody knows how it ended, a person must look, and it is never run again by itself."""
    sentence = (
        "Muster was stopped while this ran. It may or may not have happened: look at the target before trying again."
    )
    unknown = Outcome(state=OutcomeState.UNKNOWN, sentence=sentence)
    return settle(incident, asked, unknown, settles=settles, now=now, under=under)


def found(
    incident: Incident, asked: Approval, effect: Effect, *, note: str, by: UserId, cause: str, now: datetime
) -> Change:
    """Somebody looked at the target of a run whose end nobody knew, and says once what they found.

    What took effect is looked at again like any change, and may be taken back. Raises Spent unless that is unknown,
    AlreadySo, NothingSaid.
    """
    if asked.state is not ApprovalState.UNKNOWN:
        raise refusal.Spent(state=asked.state, by=asked.decided_by)
    if asked.found is not None:
        raise refusal.AlreadySo(what="looked at", by=asked.found.by, at=asked.found.at)
    if not visible(note):
        raise refusal.NothingSaid(what="note")
    told = replace(asked, found=Found(effect=effect, note=note.strip(), by=by, at=now))
    facts: Facts = {**named(told), "effect": effect.value, "note": note.strip()}
    events = [Event(kind=Kind.EFFECT_FOUND, at=now, actor=person(by), facts=facts, evidence=(f"approval:{told.id}",))]
    after = course.found(incident, told)
    there = effect is not Effect.NONE and incident.open
    if there and told.plan.temporary:
        after, left = reverting.owe_revert(after, told, now)
        events.append(left)
    jobs = (owe(JobName.VERIFY, incident.id, now, subject=told.id, urgency=incident.severity.rank),) if there else ()
    return decided(cause, now, after, *events, before=incident, jobs=jobs, approvals=(told,))


def may_be_taken_back(request: Approval, others: Sequence[Approval]) -> bool:
    """Whether what a request changed, or may have, is there to be taken back; ``others`` are the incident's requests.

    It is not while another one takes it back, or did. What an undo took away can be done again, once: whoever wants
    it to and fro asks for the step itself.
    """
    taken_back = any(each.undoes == request.id and _stands(each) for each in others)
    undone = next((each for each in others if each.id == request.undoes), None)
    return not taken_back and not (undone and undone.undoes) and _changed(request)


def _stands(request: Approval) -> bool:
    """Under way, or ended as it was meant to."""
    return not request.state.final or request.state is ApprovalState.RAN


def _changed(request: Approval) -> bool:
    """True once it changed something, or may have: of what was cut short, only after a person looked."""
    if request.state is ApprovalState.UNKNOWN:
        return request.found is not None and request.found.effect is not Effect.NONE
    return request.state in (ApprovalState.RAN, ApprovalState.FAILED) and not (
        request.outcome is not None and request.outcome.in_vain
    )


def cooled_down(incident: Incident, asked: Approval, *, settles: Claim, now: datetime) -> Change:
    """The step may be asked for again; nobody needs to hear that once the incident is over."""
    events = (event_of(Kind.COOLED_DOWN, asked, now, target=asked.plan.target),) if incident.open else ()
    return decided(settles.cause, now, incident, *events, before=incident, settles=settles)


def verify(
    incident: Incident,
    *,
    title: str,
    approval_id: str | None,
    before: Sequence[Finding],
    after: Sequence[Finding],
    settles: Claim,
    now: datetime,
) -> Change:
    """The before/after verdict. Healed means mitigated: the watch starts, and its end looks once more.

    ``approval_id`` is None for that last look, which starts no further watch.
    """
    verdict = compare(before, after)
    evidence = tuple(f"finding:{finding.id}" for finding in after)
    facts: Facts = {"approval": approval_id, "title": title, "comparison": verdict.value}
    event = Event(kind=Kind.VERIFIED, at=now, facts=facts, evidence=evidence)
    if verdict is not Comparison.HEALED:
        return decided(settles.cause, now, incident, event, before=incident, settles=settles)
    now_mitigated, more = mitigated(incident, how=f"“{title}” and healthy diagnostics", now=now, evidence=evidence)
    watched = now_mitigated
    if incident.open and approval_id is not None:
        clocks = clock.stop(now_mitigated.clocks, (ClockKind.WATCH,), now)
        watched = replace(now_mitigated, clocks=(*clocks, *clock.start(ClockKind.WATCH, incident.policy, now)))
    return decided(settles.cause, now, watched, event, *more, before=incident, settles=settles)


def _owed(incident: Incident, ended: Approval, effect_after: timedelta, now: datetime) -> list[Job]:
    """What an ended run leaves to do: look again, show what it printed, tell when it may be asked for again."""
    rank, jobs = incident.severity.rank, list(_output(incident, ended, now))
    if ended.state is ApprovalState.RAN:
        jobs.append(owe(JobName.VERIFY, incident.id, now + effect_after, subject=ended.id, urgency=rank))
    cool_down = ended.policy.cool_down
    if cool_down and ended.outcome is not None and ended.outcome.cools:
        jobs.append(owe(JobName.COOL_DOWN, incident.id, now + cool_down, subject=ended.id, urgency=rank))
    return jobs


def _output(incident: Incident, request: Approval, now: datetime) -> tuple[Job, ...]:
    """The whole output is owed to the card's thread where some of it is there already, or the card cannot hold it.

    What was shown of a run that was cut short stays as it is: nobody knows more than that.
    """
    printed = request.outcome.output if request.outcome is not None else ""
    if not printed or (request.output is None and len(printed) <= ON_CARD):
        return ()
    rank = incident.severity.rank + CHATTER
    return (owe(JobName.SHOW_OUTPUT, incident.id, now + OUTPUT_AFTER, subject=request.id, urgency=rank),)
