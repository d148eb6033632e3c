"""What must hold of real processes once the faults have stopped: the store, Slack, PagerDuty and the target agree."""

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from contextlib import AsyncExitStack
from datetime import datetime
from typing import Final

import asyncpg
from msgspec import Struct

from bot.stores.postgres import PostgresStore
from chaos.judging import Verdict, mark_of
from chaos.judging_flows import Found, watch
from chaos.known import Known
from chaos.place import Place
from chaos.storybook_runbook import WATCH
from incident.approval import Approval, ApprovalState
from incident.incident import Incident
from incident.paging import key_of
from incident.timeline import Event, broken_at
from incident.walk import LegState
from incident.watch import SOURCE

SENT: Final = "SELECT key, received_at FROM deliveries WHERE source = $1 AND key LIKE $2 ORDER BY xmin::text::bigint"
"""In the order in which they were saved: when they were received is said by clocks that may be wrong."""
NOT_ENDED: Final = frozenset({ApprovalState.PREPARING, ApprovalState.APPROVED, ApprovalState.RUNNING})
MAY_HAVE_RUN: Final = frozenset({ApprovalState.RAN, ApprovalState.UNKNOWN, ApprovalState.FAILED})


class Left(Struct, frozen=True, kw_only=True):
    """What a round left in the store."""

    incidents: Sequence[Incident]
    events: Mapping[str, Sequence[Event]]
    requests: Sequence[Approval]


async def judge(place: Place, known: Known, verdict: Verdict) -> None:
    """Lay everything beside what was answered as done."""
    async with AsyncExitStack() as undo:
        connection = await asyncpg.connect(place.database)
        undo.push_async_callback(connection.close)
        store = await PostgresStore.open(place.database)
        undo.push_async_callback(store.close)
        given_up = await connection.fetch("SELECT key, error FROM jobs WHERE state = 'given_up'")
        verdict.lost += [f"given up: {row['key']} ({row['error']})" for row in given_up]
        taken = await connection.fetch("SELECT key, state FROM deliveries WHERE state IN ('received', 'dead')")
        verdict.lost += [f"the request {row['key']} was never decided: {row['state']}" for row in taken]
        said = await said_by_watch(connection)
        found = Found(lost=verdict.lost, doubled=verdict.doubled, broken=verdict.broken)
        watch(said, wrong=False, found=found)
        verdict.played["alerts_of_watches"] = len(said)
        await _counted(store, known, verdict)
        left = await _left(store, verdict)
    ran(left.requests, place.storybook.effects, verdict)
    _told(left, known, verdict)
    _seen(place, left, verdict)
    _mirrored(place, left, known, verdict)
    verdict.played["procedures_finished"] = sum(_whole(each) for each in left.incidents)


async def said_by_watch(connection: "asyncpg.Connection[asyncpg.Record]") -> list[tuple[str, datetime]]:
    """What the watch of a round said, and when, one after the other."""
    sent = await connection.fetch(SENT, SOURCE, f"%{WATCH}:%")
    return [(str(row["key"]).rpartition(":")[2], row["received_at"]) for row in sent]


async def _counted(store: PostgresStore, known: Known, verdict: Verdict) -> None:
    for alert, sent in known.accepted.items():
        record = await store.alert(f"alertmanager:{alert}")
        counted = record.count if record is not None else 0
        if counted != sent:
            (verdict.lost if counted < sent else verdict.doubled).append(f"{alert}: {sent} came, {counted} counted")


async def _left(store: PostgresStore, verdict: Verdict) -> Left:
    events: dict[str, list[Event]] = {}
    for chain in await store.chains():
        links = await store.timeline(chain)
        events[chain] = [link.event for link in links if link.event is not None]
        if (broken := broken_at(chain, links)) is not None:
            verdict.broken.append(f"the chain {chain} does not verify at {broken}")
    incidents = await store.recent_incidents(limit=10_000)
    requests = [each for one in incidents for each in await store.approvals_of(one.id)]
    return Left(incidents=incidents, events=events, requests=requests)


def ran(requests: Sequence[Approval], effects: Counter[str], verdict: Verdict) -> None:
    """Each request reached its target at most once; exactly once where people were told that it ran."""
    wanted = Counter[str]()
    for request in requests:
        path = str(request.plan.command["path"])
        wanted[path] += request.state in MAY_HAVE_RUN
        if request.state in NOT_ENDED:
            verdict.lost.append(f"the request {request.id} still stands as {request.state}")
        if request.state is ApprovalState.RAN and not effects[path]:
            verdict.lost.append(f"{path} is told to have run, and did not")
    verdict.doubled += [
        f"{path} was done {count} times, and {wanted[path]} requests may have run"
        for path, count in effects.items()
        if count > wanted[path]
    ]


def _told(left: Left, known: Known, verdict: Verdict) -> None:
    """What was answered as declared, noted, updated, resolved or reopened is on a timeline, once."""
    titles = Counter(each.title for each in left.incidents)
    verdict.lost += [f"answered as declared, and not there: {each}" for each in known.declared if not titles[each]]
    verdict.doubled += [f"{count} incidents are {title}" for title, count in titles.items() if _own(title, count)]
    every = [json.dumps(event.facts) for chain in left.events.values() for event in chain]
    for text in known.said:
        count = sum(f'"{text}"' in facts for facts in every)
        if count != 1:
            (verdict.doubled if count else verdict.lost).append(f"{count} times on a timeline: {text}")


def _own(title: str, count: int) -> bool:
    """Whether it was declared by somebody: they use each title once."""
    return count > 1 and title.startswith("Checkout fails")


def _seen(place: Place, left: Left, verdict: Verdict) -> None:
    channels = place.it.sandbox.workspace.channels.values()
    names = [each.name for each in channels if each.name.startswith("inc-")]
    for incident in left.incidents:
        own = [name for name in names if name.startswith(f"inc-{incident.number}-")]
        if len(own) != 1:
            (verdict.doubled if own else verdict.lost).append(f"{incident.key} has the channels {own}")
    marks = Counter(mark for channel in channels for mark in map(mark_of, channel.messages.values()) if mark)
    verdict.doubled += [f"{number} messages bear the mark {mark}" for mark, number in marks.items() if number > 1]
    for incident in left.incidents:
        for kind in ("card", "announcement", "checklist"):
            if not marks[f"{kind}:{incident.id}"]:
                verdict.lost.append(f"{incident.key} has no {kind}")


def _mirrored(place: Place, left: Left, known: Known, verdict: Verdict) -> None:
    """Each incident called PagerDuty once, both sides end alike, and each note is there once."""
    there = place.pagerduty.incidents
    for incident in left.incidents:
        calls = [ref for ref, each in there.items() if each["incident_key"] == key_of(incident.id)]
        if sum(there[ref]["status"] != "resolved" for ref in calls) > 1:
            verdict.doubled.append(f"{incident.key}: PagerDuty is called by {calls}")
        for ref in incident.paged.refs if incident.paged is not None else ():
            status = there[ref]["status"]
            if (status == "resolved") is incident.open:
                verdict.lost.append(f"{incident.key} is {incident.status}, and {ref} is {status}")
    notes = Counter(note["content"] for each in there.values() for note in each["notes"])
    verdict.doubled += [f"{count} times in PagerDuty: {note}" for note, count in notes.items() if count > 1]
    verdict.played["pager_called"] = sum(each["incident_key"].startswith("muster:") for each in there.values())
    verdict.played["pager_told"] = len(place.pagerduty.changes) - len(there) - known.there.total()


def _whole(incident: Incident) -> int:
    return sum(all(leg.state is LegState.DONE for leg in walk.legs) for walk in incident.walks)
