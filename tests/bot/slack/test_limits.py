"""Whatever the data: Slack takes every message and window, and nothing in the data becomes markup or a mention."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from bot.slack import fit, modals, modals_fix, walk_modals
from bot.slack.answers import answered, refused, said
from bot.slack.blocks import Rendered
from bot.slack.render import RENDERERS, render
from commands.answers import (
    CatchUp,
    Declared,
    Done,
    Drafting,
    FormWanted,
    Help,
    Listing,
    Looking,
    Preparing,
    Procedures,
    RecentChanges,
    Silences,
    Stopping,
    Underway,
    Watches,
    Which,
    Why,
)
from commands.late import MOST_JOINED
from commands.messages import (
    Announcement,
    ApprovalMessage,
    Card,
    ChecklistMessage,
    EventMessage,
    FindingMessage,
    HiddenMessage,
    LateMessage,
    Message,
    NoticeMessage,
    OutputMessage,
    PageMessage,
    ReminderMessage,
    StopMessage,
    VerdictMessage,
    WalkMessage,
)
from commands.on_call import OnCall
from commands.outage import Away
from commands.watched import Watched, WatchesOf
from incident import refusal
from incident.alert import AlertTally
from incident.clock import Clock, ClockKind
from incident.course import Turn
from incident.finding import Comparison
from incident.incident import Place
from incident.postmortem import Record
from incident.responder import TERMINAL, person
from incident.rota import Shift
from incident.runbook import Parameter, ParameterKind
from incident.silence import Silence
from incident.stop import Stop
from incident.system_change import Progress, SystemChange
from incident.timeline import Event, Kind, Link
from incident.watch import Watch, WatchRecord, WatchState
from sandbox.blocks.guard import message_blocks, view_payload
from sandbox.blocks.walk import total_text
from tests.bot.slack.examples import (
    ADA,
    BOB,
    NOW,
    TEXT,
    a_procedure,
    a_step,
    an_alert,
    any_finding,
    any_incident,
    any_request,
)
from tests.bot.slack.walk_examples import any_walk_message

# Without shrinking: the examples are readable as they are drawn, and making them smaller takes minutes.
THOROUGH = settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=list(HealthCheck),
    phases=(Phase.explicit, Phase.reuse, Phase.generate),
)
ANY_STOP = st.none() | st.builds(
    Stop, id=st.just("stop_1"), by=st.sampled_from([person(ADA), TERMINAL]), at=st.just(NOW), reason=TEXT
)
URL = st.sampled_from([None, "https://example.com/runbook", "javascript:alert(1)", "https://e.com/" + "x" * 4_000])


@st.composite
def any_event(draw: st.DrawFn) -> Event:
    """Any event, every fact of which is any text."""
    words = draw(TEXT)
    facts = dict.fromkeys(("title", "text", "reason", "item", "error", "shown", "what", "fix", "impact", "next"), words)
    special = {
        "comparison": draw(st.sampled_from(Comparison)).value, "clock": draw(st.sampled_from(ClockKind)).value,
        "users": draw(st.lists(TEXT, max_size=8)), "user": words,
        "due_at": draw(st.sampled_from([NOW.isoformat(), "soon"])),
        "allowed_seconds": draw(st.sampled_from([1, 900.5, None])),
    }  # fmt: skip
    return Event(kind=draw(st.sampled_from(Kind)), at=NOW, facts={**facts, **special})


@st.composite
def a_card(draw: st.DrawFn) -> Card:
    procedure = a_procedure(a_step(title=draw(TEXT)))
    return Card(
        incident=draw(any_incident()),
        alerts=AlertTally(alerts=3, firing=3, messages=3, sources=(an_alert().alert.source,)),
        procedure=procedure,
        open_approvals=2,
        runbook_url=draw(URL),
        stop=draw(ANY_STOP),
        changes=(draw(any_change()),) * 20,
    )


@st.composite
def any_change(draw: st.DrawFn) -> SystemChange:
    words = draw(TEXT)
    return SystemChange(
        id="chg_1", source="changes", system="s", what=words[:300], at=NOW, moved_at=NOW, by=words[:120],
        link=draw(URL) or "", revision=words[:120], environment=words[:120], state=draw(st.sampled_from(Progress)),
    )  # fmt: skip


@st.composite
def some_watches(draw: st.DrawFn) -> tuple[WatchesOf, ...]:
    """More than are shown, with values and reasons of any kind."""
    words = draw(TEXT)
    step = replace(a_step(title=words), watch=Watch(every=timedelta(minutes=1)))
    record = WatchRecord(
        id="s/w", next_at=NOW, state=draw(st.sampled_from(WatchState)), since=NOW, value=words[:120],
        blind=words if draw(st.booleans()) else "", blind_since=NOW,
    )  # fmt: skip
    watches = tuple(Watched(name=f"s/{number}", step=step, record=record) for number in range(60))
    return tuple(WatchesOf(system=name, title=words, watches=watches) for name in ("s", "t", "u"))


@st.composite
def an_approval_card(draw: st.DrawFn) -> ApprovalMessage:
    before = tuple(draw(st.lists(any_finding(), max_size=2))) * 9
    request = draw(any_request())
    return ApprovalMessage(
        incident=draw(any_incident()),
        approval=request,
        runbook_url=draw(URL),
        origin=draw(TEXT),
        before=before,
        wanted=draw(st.integers(1, 10)),
        stop=draw(ANY_STOP),
    )


@st.composite
def a_verdict(draw: st.DrawFn) -> VerdictMessage:
    before, after = (tuple(draw(st.lists(any_finding(), max_size=2))) * 9 for _ in "ab")
    comparison = draw(st.sampled_from(Comparison))
    return VerdictMessage(
        incident=draw(any_incident()),
        title=draw(TEXT),
        comparison=comparison,
        before=before,
        after=after,
        at=NOW,
        late=draw(st.booleans()),
    )


@st.composite
def a_reminder(draw: st.DrawFn) -> ReminderMessage:
    due = NOW + timedelta(hours=draw(st.integers(-1, 30)))
    clock = Clock(kind=draw(st.sampled_from(ClockKind)), started_at=NOW, due_at=due)
    return ReminderMessage(incident=draw(any_incident()), clock=clock, now=NOW)


A_STOPPING = any_event().map(lambda event: replace(event, kind=Kind.STOPPED))
PLACE = st.sampled_from([None, Place(channel="C0CHAN001")])
MESSAGES: dict[type[Message], st.SearchStrategy[Message]] = {
    Card: a_card(),
    ChecklistMessage: st.builds(ChecklistMessage, incident=any_incident()),
    Announcement: st.builds(
        Announcement,
        incident=any_incident(),
        alerts=st.just(AlertTally(alerts=1, firing=1, messages=1, sources=(an_alert().alert.source,))),
        channel_due=st.just(NOW),
    ),
    PageMessage: st.builds(
        PageMessage, incident=any_incident(), user=st.just(ADA), place=PLACE, escalated=st.booleans(), reason=TEXT
    ),
    FindingMessage: st.builds(FindingMessage, incident=any_incident(), finding=any_finding()),
    ApprovalMessage: an_approval_card(),
    OutputMessage: st.builds(
        OutputMessage,
        incident=any_incident(),
        approval=any_request(),
        text=st.builds("".join, st.lists(TEXT, max_size=5)).map(lambda text: text * 40),
        ended=st.booleans(),
    ),
    EventMessage: st.builds(EventMessage, incident=any_incident(), event=any_event()),
    LateMessage: st.builds(
        LateMessage,
        incident=any_incident(),
        events=st.lists(any_event(), min_size=1, max_size=MOST_JOINED).map(tuple),
        away=st.sampled_from([None, Away(since=NOW), Away(since=NOW, until=NOW), Away(since=None)]),
    ),
    StopMessage: st.builds(StopMessage, event=A_STOPPING),
    NoticeMessage: st.builds(NoticeMessage, event=any_event()),
    HiddenMessage: st.builds(HiddenMessage),
    VerdictMessage: a_verdict(),
    ReminderMessage: a_reminder(),
    WalkMessage: any_walk_message(),
}


def a_silence(words: str) -> Silence:
    """One whose name and reason may be anything."""
    until = NOW + timedelta(hours=2)
    return Silence(name=words, matchers=(), systems=("shop",), by=person(ADA), at=NOW, until=until, reason=words)


def check(message: Rendered) -> None:
    """Slack would take it, and only people and times that Muster put there are markup."""
    assert message_blocks(message["blocks"])
    assert message["text"].strip()
    assert len(message["blocks"]) <= 50
    assert total_text(message["blocks"]) + len(message["text"]) < 10_000
    message["text"].encode()
    assert "<!channel>" not in message["text"]
    assert "<!here>" not in message["text"]
    assert "U0EVE0003" not in {str(leaf.get("user_id")) for leaf in leaves(message["blocks"])}
    for leaf in leaves(message["blocks"]):
        assert leaf.get("type") not in {"mrkdwn", "broadcast", "emoji"}
        assert not str(leaf.get("url", "https://")).startswith("javascript:")
        str(leaf.get("text", "")).encode()


def leaves(value: object) -> Iterator[dict[str, object]]:
    """Every object in blocks, whatever holds it."""
    if isinstance(value, dict):
        yield value
        for inner in value.values():
            yield from leaves(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from leaves(inner)


@pytest.mark.parametrize("kind", RENDERERS, ids=lambda kind: kind.__name__)
@THOROUGH
@given(st.data())
def test_every_message_fits_whatever_the_data(kind: type[Message], data: st.DataObject) -> None:
    """Titles, commands, outputs and notes of any length and content."""
    check(render(data.draw(MESSAGES[kind])))


@THOROUGH
@given(st.data())
def test_every_answer_fits_whatever_the_data(data: st.DataObject) -> None:
    """What only one person sees obeys the same limits."""
    incident, words = data.draw(any_incident()), data.draw(TEXT)
    event = Event(kind=Kind.NOTED, at=NOW, facts={"text": words, "title": words})
    link = Link(id="ev", seq=1, recorded_at=NOW, content="", link="", event=event)
    record = Record(
        incident=incident,
        timeline=(link,) * 60,
        alerts=(),
        findings=(),
        approvals=(data.draw(any_request()),) * 9,
        changes=(data.draw(any_change()),) * 20,
    )
    own = replace(a_procedure(a_step(title=words)), title=words.strip() or "A", purpose=words)
    for answer in (
        Done(incident=incident, event=event),
        Declared(incident=incident, fresh=True),
        Looking(incident=incident, titles=(words,) * 40),
        Preparing(incident=incident, title=words),
        Stopping(event=data.draw(A_STOPPING), running=(data.draw(any_request()),) * 60, fresh=False),
        Drafting(incident=incident),
        Which(verb="note", words=words, incidents=(incident,) * 9, now=NOW),
        Listing(
            incidents=(incident,) * 60,
            ended=(incident,) * 60,
            now=NOW,
            on_call=(OnCall(system=incident.title, shifts=(Shift(person=ADA, until=NOW),) * 60),) * 60,
        ),
        CatchUp(record=record, procedure=None, now=NOW),
        Silences(event=data.draw(any_event()), standing=(a_silence(words),) * 60),
        Why(incident=incident, events=tuple(data.draw(any_event()) for _ in range(3)) * 30),
        RecentChanges(incident=incident, changes=record.changes),
        Watches(systems=data.draw(some_watches()), now=NOW),
        Procedures(incident=incident, own=own, others=(own,) * 120),
        Underway(message=data.draw(any_walk_message())),
        Help(unknown=words, nearest="note"),
    ):
        check(answered(answer))
    check(refused(refusal.NoSuchStep(asked=words, offered=(words, words))))
    check(said((words.strip() or "–",)))


@THOROUGH
@given(st.data())
def test_every_window_fits_whatever_the_data(data: st.DataObject) -> None:
    """Forms are prefilled with data, and steps may have any number of parameters."""
    incident, request, words = data.draw(any_incident()), data.draw(any_request()), data.draw(TEXT)
    choices = (words,) * data.draw(st.sampled_from([0, 1, 120]))
    parameters = tuple(
        Parameter(name=f"p{n}", kind=kind, label=words, choices=choices, default=data.draw(st.none() | st.just("1")))
        for n, kind in enumerate(list(ParameterKind) * 20)
    )
    step = a_step(title=words, condition=words, undo=words, written=words, parameters=parameters)
    procedure = a_procedure(step, *(a_step(id=f"s{n}") for n in range(150)))
    for view in (
        modals.declare({"a": words, "b": "B"}, title=words),
        modals.update(incident, words),
        modals.resolve(incident, words),
        modals.severity(incident),
        modals.role(incident, BOB),
        modals.note(incident),
        modals.loading("Fix"),
        modals.sorry("Fix", words),
        modals_fix.fix(incident, procedure),
        modals_fix.fix_step(incident, procedure, step),
        modals_fix.reject(request),
        modals_fix.break_glass(request),
    ):
        assert view_payload(view)


@THOROUGH
@given(st.data())
def test_every_window_of_a_procedure_fits_whatever_the_data(data: st.DataObject) -> None:
    """Titles, conditions and texts of its steps go into its forms."""
    message = data.draw(any_walk_message())
    incident = message.incident.with_walk(message.walk)
    turn = Turn(walk=message.walk.id, index=0, tries=data.draw(st.sampled_from([None, 2])))
    for form in walk_modals.WALK_FORMS:
        asked = FormWanted(form=form, incident=incident, turn=turn, step=message.steps[0])
        assert view_payload(walk_modals.wanted(asked, incident))


@given(TEXT)
def test_a_command_that_is_split_is_complete(command: str) -> None:
    """The pieces put together are the whole command."""
    pieces = fit.split(command)
    assert "".join(pieces) == fit.visible(command)
    assert all(len(piece) <= fit.CODE for piece in pieces)


@given(TEXT, st.integers(2, 200))
def test_what_is_cut_is_never_longer_and_never_empty(words: str, limit: int) -> None:
    """A line has something in it, and fits."""
    assert 0 < len(fit.one_line(words, limit)) <= limit
    assert "\n" not in fit.one_line(words, limit)
