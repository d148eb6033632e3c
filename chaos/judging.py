"""What must hold once the faults have stopped: nothing lost, nothing there twice, every chain whole.

The crowd's knowledge, the store and the workspace are laid beside one another; each difference is one sentence.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from msgspec import Struct, field

from bot.slack.names import MARK
from bot.slack.render import render
from bot.stores.database import Row
from chaos.crowd import Told
from chaos.judging_flows import Aside, Found, judge_flows, played
from chaos.process import Outside
from chaos.shown import differs, shown_now
from commands.ports import Ports
from incident.alert import DeliveryState
from incident.approval import Approval, ApprovalState
from incident.clockwork import ESCALATED
from incident.incident import Incident
from incident.job import JobName, JobState
from incident.opening import AGAIN
from incident.owing import HEADLINE, LATE
from incident.timeline import Event, Kind, broken_at
from sandbox.state.model import Channel, Message

MARKED: Final = frozenset({JobName.PAGE, JobName.TELL, JobName.POST_FINDING, JobName.TELL_STOP})
"""Jobs that are done when a message with their mark is there, and only then."""
STARTED: Final = frozenset({Kind.REMEDIATION_STARTED})
RAN: Final = frozenset({ApprovalState.RAN})


class Verdict(Struct, kw_only=True):
    """Sentences about what was lost, what is there twice, and what else is wrong. All empty: the run was good."""

    lost: list[str] = field(default_factory=list)
    doubled: list[str] = field(default_factory=list)
    broken: list[str] = field(default_factory=list)
    played: Counter[str] = field(default_factory=Counter)
    """How much of what there was."""

    @property
    def good(self) -> bool:
        """Nothing to complain of."""
        return not (self.lost or self.doubled or self.broken)


class _Left(Struct, frozen=True, kw_only=True):
    """Everything that a run left behind."""

    incidents: tuple[Incident, ...]
    events: dict[str, list[Event]]
    no_news: set[str]
    """Events that something is late: once it came, nobody need hear of them."""
    approvals: tuple[Approval, ...]
    marked: Counter[str]
    """How many messages bear each mark."""
    posts: list[tuple[Channel, Message]]


async def judge(ports: Ports, outside: Outside, told: Told, unsettled: Iterable[str]) -> Verdict:
    """Look at the store and the workspace as they stand."""
    verdict = Verdict()
    verdict.lost += [f"never settled: {each}" for each in unsettled]
    verdict.broken += told.faults
    left = await _look(ports, outside, verdict)
    await _deliveries(ports, outside, told, verdict)
    _jobs(outside, left, verdict)
    _said(left, told, verdict)
    _channels(outside, left, verdict)
    _runs(outside, left, verdict)
    for incident in left.incidents:
        await _converged(ports, outside, incident, left, verdict)
    aside = Aside(outside=outside, told=told, incidents=left.incidents, events=left.events, approvals=left.approvals)
    judge_flows(aside, Found(lost=verdict.lost, doubled=verdict.doubled, broken=verdict.broken))
    verdict.played = played(aside)
    return verdict


async def _look(ports: Ports, outside: Outside, verdict: Verdict) -> _Left:
    ids = [row["id"] for row in outside.database.connection.rows("every_incident")]
    incidents = tuple([found for each in ids if (found := await ports.store.incident(each)) is not None])
    events, no_news = {}, set[str]()
    for chain in await ports.store.chains():
        links = await ports.store.timeline(chain)
        if (place := broken_at(chain, links)) is not None:
            verdict.broken.append(f"the chain {chain} does not verify at {place}")
        events[chain] = [link.event for link in links if link.event is not None]
        no_news |= {link.id for link in links if link.event is not None and _is_no_news(link.event)}
    posts = outside.slack.messages()
    marks = [mark_of(message) for _, message in posts]
    marked = Counter(mark for mark in marks if mark)
    verdict.doubled += [f"{count} messages bear the mark {mark}" for mark, count in marked.items() if count > 1]
    approvals = [each for one in incidents for each in await ports.store.approvals_of(one.id)]
    return _Left(
        incidents=incidents, events=events, no_news=no_news, approvals=tuple(approvals), marked=marked, posts=posts
    )


async def _deliveries(ports: Ports, outside: Outside, told: Told, verdict: Verdict) -> None:
    """Each request that was taken is decided or a dead letter, and each of its alerts counted once."""
    for key in sorted(told.deliveries):
        kept = await ports.store.delivery(key)
        if kept is None or kept.state is DeliveryState.RECEIVED:
            verdict.lost.append(f"the request {key} is {kept.state if kept else 'not there'}")
    for alert, sent in told.accepted.items():
        record = await ports.store.alert(alert)
        counted = record.count if record is not None else 0
        # A monitor that says first that it is over is recorded as ignored, and counted from its first alarm on.
        ignored = _ignored(alert, outside)
        if counted + ignored < sent:
            verdict.lost.append(f"{alert}: {sent} messages came, {counted} were counted and {ignored} ignored")
        if counted + ignored > sent:
            verdict.doubled.append(f"{alert}: {sent} messages came, {counted} were counted and {ignored} ignored")


def _ignored(alert: str, outside: Outside) -> int:
    rows = outside.database.connection.rows("ignored_alerts", alert=alert)
    return int(rows[0]["ignored"])


def _jobs(outside: Outside, left: _Left, verdict: Verdict) -> None:
    """What was owed is done; and what is done can be seen, once."""
    rows = outside.database.connection.rows("every_job")
    told = {each for row in rows if left.marked[row["key"]] for each in _lines(row["subject"])}
    told |= left.no_news
    calls = [row for row in rows if row["name"] == JobName.PAGE]
    called = {each for row in calls if left.marked[row["key"]] for each in _calls(row, calls)}
    for row in rows:
        key, name, state = row["key"], JobName(row["name"]), JobState(row["state"])
        if state is JobState.GIVEN_UP:
            verdict.lost.append(f"given up: {key} ({row['error']})")
        with_others = key in called or (name is JobName.TELL and told.issuperset(_lines(row["subject"])))
        if state is JobState.DONE and name in MARKED and not left.marked[key] and not with_others:
            verdict.lost.append(f"done, and nobody can see it: {key}")


def _calls(call: Row, calls: Sequence[Row]) -> Iterator[str]:
    """The keys of a person's other calls that one stands for: of other incidents, and those before it of its own."""
    user, *incidents = str(call["subject"]).split()
    yield from (f"{JobName.PAGE}:{each}:{user}" for each in incidents)
    first = f"{JobName.PAGE}:{call['incident_id']}:{user}"
    later = (f"{first}:{AGAIN}_", f"{first}:{ESCALATED}")
    if str(call["key"]).startswith(later):
        yield first
        yield from (each["key"] for each in calls[: calls.index(call)] if each["key"].startswith(later))


def _lines(subject: str) -> list[str]:
    """The ids of the events that a line says; a late one says several."""
    return subject.removeprefix(HEADLINE).removeprefix(LATE).split()


def _said(left: _Left, told: Told, verdict: Verdict) -> None:
    """What people were told was done is on the timeline, and nothing that they asked once is there twice."""
    titles = Counter(each.title for each in left.incidents)
    texts = Counter(
        str(event.facts.get("text")) for chain in left.events.values() for event in chain if "text" in event.facts
    )
    for heard, there in ((told.declared, titles), (told.noted | told.updated, texts)):
        verdict.lost += [f"answered as done, and not there: {each}" for each in sorted(heard) if not there[each]]
        verdict.doubled += [f"{count} times there: {each}" for each, count in there.items() if _own(each, count)]


def _own(text: str, count: int) -> bool:
    """Whether it is one of the crowd's own texts, each of which is used once."""
    return count > 1 and text.endswith(" of many")


def _channels(outside: Outside, left: _Left, verdict: Verdict) -> None:
    """Each incident has one channel, of its own, with its people in it."""
    names = [each.name for each in outside.slack.workspace.channels.values() if each.name.startswith("inc-")]
    for incident in left.incidents:
        own = [name for name in names if name.startswith(f"inc-{incident.number}-")]
        if len(own) > 1:
            verdict.doubled.append(f"{incident.key} has the channels {', '.join(own)}")
        channel = outside.slack.workspace.channels.get(incident.home.channel or "")
        if channel is None or not own:
            verdict.lost.append(f"{incident.key} has no channel")
            continue
        away = [user for user in incident.responders if user not in channel.members]
        verdict.lost += [f"{incident.key}: {user} is not in its channel" for user in away]
        uncalled = [user for user in incident.responders[:2] if not _called(user, incident, left)]
        verdict.lost += [f"{incident.key}: {user} was never called" for user in uncalled]


def _called(user: str, incident: Incident, left: _Left) -> bool:
    """Whether a person was called, or needed no call: they declared it, or came or acted by themselves."""
    if incident.declared_by.endswith(f":{user}"):
        return True
    events = left.events.get(incident.id, [])
    return any(event.facts.get("user") == user or event.actor.endswith(f":{user}") for event in events)


def _runs(outside: Outside, left: _Left, verdict: Verdict) -> None:
    """A request runs at most once, and what ran is known of."""
    begun: Counter[str] = Counter()
    for chain in left.events.values():
        begun.update(str(event.facts.get("approval")) for event in chain if event.kind in STARTED)
    verdict.doubled += [f"the request {each} was begun {count} times" for each, count in begun.items() if count > 1]
    known, ran = Counter[str](), Counter[str]()
    for request in left.approvals:
        known[request.plan.digest] += begun[request.id]
        ran[request.plan.digest] += request.state in RAN
        if request.state in (ApprovalState.PREPARING, ApprovalState.APPROVED, ApprovalState.RUNNING):
            verdict.lost.append(f"the request {request.id} still stands as {request.state}")
    for digest, count in outside.target.runs.items():
        if count > known[digest]:
            verdict.doubled.append(f"{digest[:12]} reached the target {count} times, {known[digest]} were begun")
    for digest, count in ran.items():
        if count > outside.target.runs[digest]:
            verdict.lost.append(f"{digest[:12]} is told to have run {count} times, {outside.target.runs[digest]} did")


async def _converged(ports: Ports, outside: Outside, incident: Incident, left: _Left, verdict: Verdict) -> None:
    """Whatever Slack shows of an incident is its latest state."""
    for what, place, message in await shown_now(incident, left.approvals, ports):
        channel = outside.slack.workspace.channels.get(place.channel)
        stands = channel.messages.get(place.thread or "") if channel is not None else None
        if stands is None:
            verdict.lost.append(f"{incident.key}: its {what} is not in Slack")
        elif message is None or (apart := differs(render(message), stands)):
            verdict.broken.append(f"{incident.key}: its {what} is not up to date: {apart if message else 'no place'}")
    channel = outside.slack.workspace.channels.get(incident.home.channel or "")
    wanted = f"{incident.severity} · {incident.status.value} ·"
    if channel is not None and not channel.topic.value.startswith(wanted):
        verdict.broken.append(f"{incident.key}: its topic is “{channel.topic.value}”")


def _is_no_news(event: Event) -> bool:
    return event.kind is Kind.TROUBLE and not event.facts.get("given_up")


def mark_of(message: Message) -> str:
    """The mark that a message of Muster bears; an empty text where it bears none."""
    metadata = message.metadata or {}
    if metadata.get("event_type") != MARK:
        return ""
    return str((metadata.get("event_payload") or {}).get("mark") or "")
