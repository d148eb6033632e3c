"""What must hold of watches, spools, PagerDuty and procedures once the faults have stopped; and how much was played."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Final

from msgspec import Struct

from chaos.crowd import Told
from chaos.pager import There
from chaos.process import Outside
from chaos.team import WATCHED
from incident.approval import Approval, ApprovalState
from incident.course import place
from incident.following import VIA
from incident.incident import Incident
from incident.job import JobName, JobState
from incident.paging import PagerState, key_of, own
from incident.timeline import Event, Kind
from incident.walk import Leg, LegState, Walk, WalkState
from incident.watch import SOURCE
from incident.watching import SAY_AGAIN

FIRING, RESOLVED = "firing", "resolved"
ABOUT: Final = timedelta(seconds=30)
"""So much earlier than it may, a watch's alert may come again: it is sent a moment after it was decided."""
ONCE: Final = frozenset({Kind.STEP_DONE, Kind.STEP_SKIPPED, Kind.HOLD_OVER, Kind.WALK_FINISHED, Kind.WALK_ABORTED})
"""What is told once of a walk, or of one step of it."""
ENDS: Final = frozenset({JobName.RESOLVE_QUIET, JobName.STEADY_ALERT})
"""What is owed where a monitor will resolve an incident in a while."""


class Aside(Struct, frozen=True, kw_only=True):
    """What a run left behind, as far as it is asked for here."""

    outside: Outside
    told: Told
    incidents: Sequence[Incident]
    events: Mapping[str, Sequence[Event]]
    approvals: Sequence[Approval]

    def every_event(self) -> Iterator[Event]:
        """All chains, one after the other."""
        for chain in self.events.values():
            yield from chain


class Found(Struct, kw_only=True):
    """What was found to be lost, doubled or broken, in sentences."""

    lost: list[str]
    doubled: list[str]
    broken: list[str]


def judge_flows(aside: Aside, found: Found) -> None:
    """Lay each flow beside what it should have come to."""
    watch(_sent_by_watches(aside), wrong=aside.outside.target.wrong > 0, found=found)
    _over(aside, found)
    behind(aside.told.behind, list(aside.outside.database.taken), found)
    if aside.outside.team.paged is not None:
        _pager(aside, found)
    for incident in aside.incidents:
        for walk in incident.walks:
            _walk(walk, aside.events.get(incident.id, ()), aside.approvals, found)
        if incident.id in aside.told.finished and not _finished(incident):
            found.lost.append(f"{incident.key}: its procedure was seen at its end, and is not")


def played(aside: Aside) -> Counter[str]:
    """How much of each flow there was: without it, nothing found would mean nothing."""
    there = aside.outside.pager.there.values()
    legs = [leg for each in aside.incidents for walk in each.walks for leg in walk.legs]
    return aside.told.played + Counter(
        alerts_spooled=aside.told.spooled,
        alerts_of_watches=len(_sent_by_watches(aside)),
        ends_lost=sum(bool(event.facts.get("end_lost")) for event in aside.every_event()),
        resolved_by_monitors=sum(
            event.kind is Kind.RESOLVED and _said_by_monitor(event) for event in aside.every_event()
        ),
        pager_called=sum(bool(each.key) for each in there),
        pager_told=sum(each.told.total() + sum(map(own, each.notes)) + len(each.asked) for each in there),
        pager_heard=sum(event.facts.get("via") == VIA for event in aside.every_event()),
        steps_done=sum(leg.state is LegState.DONE for leg in legs),
        procedures_finished=sum(map(_finished, aside.incidents)),
    )


def watch(sent: Sequence[tuple[str, datetime]], *, wrong: bool, found: Found) -> None:
    """The watch's alerts (what each says, and when): once for every time that it was wrong, and its end once."""
    if sent and sent[0][0] == RESOLVED:
        found.broken.append("the watch said that it is over before it had begun")
    for (before, earlier), (word, at) in pairwise(sent):
        if word == before and (word == RESOLVED or at - earlier < SAY_AGAIN - ABOUT):
            found.doubled.append(f"the watch said {word} again at {at:%H:%M:%S}")
    if wrong != (bool(sent) and sent[-1][0] == FIRING):
        found.lost.append(f"the watch's last word is {sent[-1][0] if sent else 'none'}, and it is {wrong=}")


def behind(spooled: Mapping[str, Sequence[tuple[int, str]]], taken: Sequence[str], found: Found) -> None:
    """What one machine put aside was taken in in the order in which it came."""
    position = {key: number for number, key in enumerate(taken)}
    for machine, keys in spooled.items():
        order = [key for _, key in sorted(keys) if key in position]
        late = [key for key, after in pairwise(order) if position[key] > position[after]]
        found.broken += [f"{machine}: {key} was spooled first, and taken in later" for key in late]


def _over(aside: Aside, found: Found) -> None:
    """What broke again and again and is over: no outage of it fires, and its incident is resolved or will be."""
    look = aside.outside.database.connection.rows
    outages = [row for thing in sorted(aside.told.over) for row in look("outages", thing=thing)]
    found.lost += [f"{row['id']} fires still, and is over" for row in outages if row["firing"]]
    will_be = {row["incident_id"] for row in look("every_job") if row["name"] in ENDS and row["state"] == JobState.OWED}
    theirs = {row["incident_id"] for row in outages} - will_be
    for incident in aside.incidents:
        reopened = [each for each in aside.events.get(incident.id, ()) if each.kind is Kind.REOPENED]
        if incident.open and incident.id in theirs and all(map(_said_by_monitor, reopened)):
            found.lost.append(f"{incident.key} is open, and all its alerts are over")


def _said_by_monitor(event: Event) -> bool:
    return event.actor.startswith("monitor:")


def _pager(aside: Aside, found: Found) -> None:
    heard = Counter(event.evidence[0] for event in aside.every_event() if _heard(event) and event.evidence)
    found.doubled += [f"{count} things happened by {each}" for each, count in heard.items() if count > 1]
    echoes = [event for event in aside.every_event() if _heard(event) and own(str(event.facts.get("text")))]
    found.doubled += [f"a note of Muster's own came back: {event.facts['text']}" for event in echoes]
    for incident in aside.incidents:
        _mirrored(incident, aside, found)
    _owed_to_pager(aside, found)


def _mirrored(incident: Incident, aside: Aside, found: Found) -> None:
    """One call, unless people there end it alone, and the same state on both sides."""
    pager = aside.outside.pager
    calls = pager.of_key(key_of(incident.id))
    ended = PagerState.RESOLVED.value
    # What somebody resolved there while it goes on here is called for anew when it gets worse.
    if len(calls) > 1 + sum(each.came[ended] - each.told[ended] for each in calls):
        found.doubled.append(f"{incident.key}: PagerDuty was called {len(calls)} times")
    refs = incident.paged.refs if incident.paged is not None else ()
    _told_back(incident, [pager.there[ref] for ref in refs], aside.events.get(incident.id, ()), found)
    for there in (pager.there[ref] for ref in refs):
        _told_once(incident, there, aside.events.get(incident.id, ()), found)
        if not incident.open and there.state is not PagerState.RESOLVED:
            found.lost.append(f"{incident.key} is over, and {there.ref} is {there.state}")
        if _owned(incident) and there.state is PagerState.TRIGGERED:
            found.lost.append(f"{incident.key} is acknowledged, and {there.ref} is not")


def _owned(incident: Incident) -> bool:
    """Whether somebody owns it who knows how bad it is: a call because it became worse is for whoever hears it."""
    owed_at = incident.paged.call_owed_at if incident.paged is not None else None
    if not incident.open or incident.acknowledged_at is None:
        return False
    return owed_at is None or incident.acknowledged_at > owed_at


def _told_once(incident: Incident, there: There, events: Sequence[Event], found: Found) -> None:
    """Muster brings PagerDuty's incident to a state once for every time that it came there itself."""
    kinds = {
        PagerState.ACKNOWLEDGED: {Kind.ACKNOWLEDGED, Kind.REOPENED},
        PagerState.RESOLVED: {Kind.RESOLVED},
        PagerState.TRIGGERED: {Kind.REOPENED},
    }
    for state, ours in kinds.items():
        reasons = sum(event.kind in ours for event in events)
        if there.told[state.value] > reasons:
            found.doubled.append(
                f"{incident.key}: {there.ref} was {state} by Muster {there.told[state.value]} times for {reasons}"
            )


def _told_back(incident: Incident, there: Sequence[There], events: Sequence[Event], found: Found) -> None:
    """What happened here because of PagerDuty's word is what people did there, and nothing that Muster did itself."""
    for kind, state in ((Kind.RESOLVED, PagerState.RESOLVED), (Kind.REOPENED, PagerState.TRIGGERED)):
        here = sum(event.kind is kind and _heard(event) for event in events)
        people = sum(each.came[state.value] - each.told[state.value] for each in there)
        if here > people:
            found.doubled.append(f"{incident.key} was {kind} by PagerDuty {here} times, and by people there {people}")


def _owed_to_pager(aside: Aside, found: Found) -> None:
    """Each note and each call for help is there once."""
    written = Counter(note.rpartition("[")[2] for each in aside.outside.pager.there.values() for note in each.notes)
    asked = Counter(text.rpartition("[")[2] for each in aside.outside.pager.there.values() for text in each.asked)
    ours = {mark: count for mark, count in written.items() if mark.startswith("muster:")}
    found.doubled += [f"{count} notes bear {mark}" for mark, count in ours.items() if count > 1]
    found.doubled += [f"help was asked for {count} times by {mark}" for mark, count in asked.items() if count > 1]
    # One that was over before PagerDuty could be called has nothing there on which a note could be.
    called = {each.id for each in aside.incidents if each.paged is not None and each.paged.refs}
    for row in aside.outside.database.connection.rows("every_job"):
        done = row["state"] == JobState.DONE and row["incident_id"] in called
        if done and row["name"] == JobName.NOTE_PAGER and not written[f"muster:{row['subject']}]"]:
            found.lost.append(f"done, and not in PagerDuty: {row['key']}")


def _heard(event: Event) -> bool:
    return event.facts.get("via") == VIA


def _walk(walk: Walk, events: Sequence[Event], approvals: Sequence[Approval], found: Found) -> None:
    own_events = [event for event in events if event.facts.get("walk") == walk.id]
    told = Counter((event.kind, event.facts.get("number")) for event in own_events)
    name = f"the walk {walk.title} ({walk.id})"
    often = [(kind, number, count) for (kind, number), count in told.items() if kind in ONCE and count > 1]
    found.doubled += [f"{name}: {count} times {kind} {number}" for kind, number, count in often]
    for index, leg in enumerate(walk.legs):
        if told[Kind.STEP_BEGUN, index + 1] > leg.tries:
            found.doubled.append(f"{name}: “{leg.title}” was begun more often than {leg.tries} times")
        ran = sum(each.leg == place(walk, index) and each.state is ApprovalState.RAN for each in approvals)
        if ran > 1:
            found.doubled.append(f"{name}: “{leg.title}” ran {ran} times")
        if _unproven(leg, approvals):
            found.broken.append(f"{name}: “{leg.title}” is done, and no request of it ran")
    if walk.state is WalkState.FINISHED and walk.next is not None:
        found.broken.append(f"{name} is finished, and “{walk.legs[walk.next].title}” is not")


def _unproven(leg: Leg, approvals: Sequence[Approval]) -> bool:
    """A change that is said to be done, and whose request did not run."""
    if leg.state is not LegState.DONE or leg.approval is None:
        return False
    return not any(each.id == leg.approval and each.state is ApprovalState.RAN for each in approvals)


def _finished(incident: Incident) -> bool:
    return any(walk.state is WalkState.FINISHED for walk in incident.walks)


def _sent_by_watches(aside: Aside) -> list[tuple[str, datetime]]:
    rows = aside.outside.database.connection.rows("every_delivery")
    return [
        (str(row["key"]).rpartition(":")[2], datetime.fromisoformat(row["received_at"]))
        for row in rows
        if row["source"] == SOURCE and WATCHED in row["key"]
    ]
