"""What one person sees: lists, the choice of an incident, the catch-up, help and refusals."""

from datetime import UTC, datetime, timedelta

from bot.slack.answers import answered, refused, said
from bot.slack.names import Action, unpack
from commands.answers import CatchUp, Declared, Help, Listing, Which
from commands.menu import MENU
from commands.on_call import OnCall
from incident import refusal
from incident.approval import ApprovalState
from incident.incident import Home, Status
from incident.postmortem import Record
from incident.responder import person
from incident.rota import Shift
from incident.severity import Severity
from incident.timeline import Event, Kind, Link
from tests.bot.slack.examples import ADA, BOB, NOW, a_request, an_alert, an_incident
from tests.bot.slack.reading import buttons, lines

LATER = NOW + timedelta(minutes=7)


def test_outside_an_incident_the_newest_ones_are_offered() -> None:
    """The choice goes on with the command as it was typed."""
    incidents = tuple(an_incident(id=f"inc_{n}", number=n, declared_at=NOW - timedelta(minutes=n)) for n in range(1, 8))
    message = answered(Which(verb="severity", words="P1 all of\nthe EU", incidents=incidents, now=LATER))
    read = lines(message)
    assert "🔴 P1 · INC-1 · Checkout errors · 8 min" in read
    assert "INC-6" not in read
    values = [
        block["accessory"]["value"]  # type: ignore[index]  # plain JSON
        for block in message["blocks"]
        if "accessory" in block
    ]
    assert unpack(values[0], 2) == ("inc_1", "severity P1 all of\nthe EU")
    assert buttons(message)["Declare new"] == Action.DECLARE


def test_words_too_long_to_carry_are_not_cut() -> None:
    """The person is asked to send them again in the right place."""
    message = answered(Which(verb="note", words="x" * 3_000, incidents=(an_incident(),), now=LATER))
    assert "send it again" in lines(message)
    assert "#C0CHAN001" in lines(message)
    assert list(buttons(message)) == ["Declare new"]


def test_no_open_incident_to_choose_from() -> None:
    """Then only declaring is left."""
    assert "No incident is open." in lines(answered(Which(verb="note", words="", incidents=(), now=LATER)))


def test_the_list_shows_state_age_and_channel() -> None:
    """Open ones first, then those that ended last."""
    ended = an_incident(number=141, status=Status.RESOLVED, resolved_at=NOW + timedelta(minutes=5))
    read = lines(answered(Listing(incidents=(an_incident(),), ended=(ended,), now=LATER)))
    assert "🔴 P1 · INC-142 · Checkout errors · 7 min · investigating · #C0CHAN001" in read
    assert "✅ P1 · INC-141 · Checkout errors · 5 min" in read
    assert "No incident is open." in lines(answered(Listing(incidents=(), ended=(), now=LATER)))


def test_the_list_says_who_is_on_call_and_until_when() -> None:
    """Without a time for whoever is on call for good."""
    handover = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
    team = OnCall(system="AI Storybook", shifts=(Shift(person=ADA, until=handover), Shift(person=BOB)))
    read = lines(answered(Listing(incidents=(), ended=(), now=LATER, on_call=(team,))))
    assert "On call\nAI Storybook · @U0ADA0001 until 23 Nov 08:00 UTC · @U0BOB0002" in read


def test_the_help_has_every_word_of_the_menu() -> None:
    """An unknown word gets the nearest one named."""
    read = lines(answered(Help(unknown="sevrity", nearest="severity")))
    assert "There is no “sevrity”. Did you mean /incident severity?" in read
    assert all(f"/incident {verb.word}" in read for verb in MENU)


def test_a_declaration_is_answered_at_once() -> None:
    """Whether its channel is open already or not."""
    assert "INC-142 is declared. Its channel opens" in lines(
        answered(Declared(incident=an_incident(home=Home()), fresh=True))
    )
    read = lines(answered(Declared(incident=an_incident(home=Home(), severity=Severity.P2), fresh=True, assumed=True)))
    assert "Nobody said how bad it is, so it is P2: /incident severity changes that." in read
    assert "INC-142 was declared already. #C0CHAN001" in lines(answered(Declared(incident=an_incident(), fresh=False)))


def test_a_refusal_says_why_and_what_next() -> None:
    """Its people are mentions."""
    read = lines(refused(refusal.Spent(state="rejected", by=BOB)))
    assert "rejected by @U0BOB0002" in read


def test_the_catchup_tells_a_newcomer_everything() -> None:
    """What is so, what was tried, who does what, what waits and what is left; newest last."""
    events = (
        Event(kind=Kind.DECLARED, at=NOW, actor=person(ADA), facts={"severity": "P1", "title": "Checkout errors"}),
        Event(kind=Kind.PAGED, at=NOW, facts={"user": BOB}),
        Event(kind=Kind.NOTED, at=LATER, actor=person(BOB), facts={"text": "deploy at 12:01\n12:05 UTC  forged line"}),
    )
    links = tuple(
        Link(id=f"ev_{n}", seq=n, recorded_at=NOW, content="", link="", event=event)
        for n, event in enumerate(events, 1)
    )
    record = Record(
        incident=an_incident(),
        timeline=(*links, Link(id="x", seq=9, recorded_at=NOW, content="", link="", event=None)),
        alerts=(an_alert(),),
        findings=(),
        approvals=(a_request(), a_request(ApprovalState.RAN)),
    )
    read = lines(answered(CatchUp(record=record, procedure=None, now=LATER)))
    assert "12:03 UTC  @U0ADA0001 declared P1: Checkout errors" in read
    assert "12:10 UTC  @U0BOB0002 noted: deploy at 12:01 12:05 UTC  forged line" in read
    assert "was called" not in read
    assert "⚠️ Requeue stuck jobs, asked by @U0ADA0001, expires 12:18 UTC" in read
    assert read.count("Requeue stuck jobs") == 1
    assert "Checklist 0/2. Open: 1. Check the provider's status page; 2. Tell support" in read


def test_what_somebody_typed_is_shown_as_they_saw_it_and_calls_nobody_again() -> None:
    """Slack hands a mention and a link on as its own markup."""
    typed = "<@U0BEN0001|ben> looks at <#C0OPS|ops>, see <https://x.example/a?b=1|the board> and <b|c>"
    seen = "@ben looks at #ops, see https://x.example/a?b=1 and <b|c>"
    shown = said((typed,))
    assert seen in lines(shown)
    assert "<@U" not in str(shown)
    assert "'type': 'user'" not in str(shown)
