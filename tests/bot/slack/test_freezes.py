"""What stands still is seen on every card that it concerns, with who and why; a quorum shows who is still missing."""

from datetime import timedelta

from msgspec.structs import replace

from bot.slack.answers import answered, refused
from bot.slack.home import home
from bot.slack.render import render
from commands.answers import CatchUp, Listing, Stopping
from commands.messages import ApprovalMessage, Card, StopMessage
from commands.overview import Overview
from incident import refusal
from incident.alert import AlertTally
from incident.approval import Approval, ApprovalState
from incident.approval_policy import ApprovalPolicy
from incident.evidence import EvidenceFreeze, Lift
from incident.incident import Incident
from incident.postmortem import Record
from incident.responder import MUSTER, TERMINAL, person
from incident.stop import Stop
from incident.timeline import Event, Kind
from tests.bot.slack.examples import ADA, BOB, NOW, a_request, an_incident
from tests.bot.slack.reading import buttons, lines
from tests.bot.slack.test_home import read

STOP = Stop(id="stop_1", by=person(ADA), at=NOW, reason="a wrong deploy")
STANDS = "🛑 Remediations are stopped everywhere since 12:03 UTC by @U0ADA0001: a wrong deploy"
FROZEN = EvidenceFreeze(by=MUSTER, at=NOW, reason="a break-in")


def asked(
    request: Approval, *, incident: Incident | None = None, wanted: int = 1, stop: Stop | None = None
) -> ApprovalMessage:
    return ApprovalMessage(
        incident=incident or an_incident(), approval=request, runbook_url=None, origin="", wanted=wanted, stop=stop
    )


def test_a_quorum_shows_how_many_and_who() -> None:
    policy = ApprovalPolicy(approvers=(BOB, "commander", "on-call"), approvals=2, break_glass=False)
    card = render(asked(a_request(policy=policy), wanted=2))
    assert "May approve: @U0BOB0002, the commander, whoever is on call" in lines(card)
    assert "0 of 2 have said yes" in lines(card)
    assert list(buttons(card)) == ["Approve", "Reject"], "a rule forbids to break the glass"
    assert "1 of 2 have said yes: @U0BOB0002" in lines(render(asked(a_request(policy=policy, yes=(BOB,)), wanted=2)))
    ended = a_request(ApprovalState.RAN, policy=policy, yes=(ADA, BOB), decided_by=BOB)
    assert "approved by @U0ADA0001, @U0BOB0002" in lines(render(asked(ended, wanted=2)))


def test_a_maintenance_window_shows_when_it_is_over() -> None:
    message = replace(asked(a_request()), until=NOW + timedelta(minutes=30))
    assert "may run until 12:33 UTC" in lines(render(message))


def test_where_one_yes_is_enough_nothing_is_counted() -> None:
    assert "have said yes" not in lines(render(asked(a_request())))


def test_a_stop_and_frozen_evidence_stand_on_an_open_request_and_not_on_one_that_ended() -> None:
    incident = an_incident(evidence=FROZEN)
    shown = lines(render(asked(a_request(), incident=incident, stop=STOP)))
    assert STANDS in shown
    assert "🧊 Evidence is frozen since 12:03 UTC: a break-in" in shown
    over = lines(render(asked(a_request(ApprovalState.RAN), incident=incident, stop=STOP)))
    assert "stopped everywhere" not in over
    assert "Evidence" not in over
    lift = Lift(step_id=a_request().plan.step_id, by=ADA, at=NOW, reason="copied")
    lifted = an_incident(evidence=FROZEN.with_lift(lift))
    assert "Evidence" not in lines(render(asked(a_request(), incident=lifted)))


def test_the_live_card_the_list_and_the_home_tell_of_a_stop() -> None:
    incident = an_incident(evidence=FROZEN.with_lift(Lift(step_id="x", by=ADA, at=NOW, reason="copied")))
    card = Card(incident=incident, alerts=AlertTally(), procedure=None, open_approvals=0, runbook_url=None, stop=STOP)
    shown = lines(render(card))
    assert STANDS in shown
    assert "🧊 Evidence is frozen since 12:03 UTC: a break-in · 1 step may run nevertheless" in shown
    record = Record(incident=incident, timeline=(), alerts=(), findings=(), approvals=())
    caught_up = lines(answered(CatchUp(record=record, procedure=None, now=NOW, stop=STOP)))
    assert STANDS in caught_up
    assert "🧊 Evidence is frozen" in caught_up
    assert STANDS in lines(answered(Listing(incidents=(), ended=(), now=NOW, stop=STOP)))
    assert STANDS in lines(read(home(Overview(incidents=(), more=False, on_call=(), now=NOW, stop=STOP))))
    assert "stopped" not in lines(render(replace(card, stop=None)))


def test_whoever_stops_hears_what_goes_on_and_how_to_lift_it() -> None:
    event = Event(kind=Kind.STOPPED, at=NOW, actor=person(ADA), facts={"reason": "a wrong deploy"})
    running = a_request(ApprovalState.RUNNING)
    told = lines(answered(Stopping(event=event, running=(running,), fresh=True)))
    assert "🛑 @U0ADA0001 stopped all remediations everywhere: a wrong deploy" in told
    assert f"What had begun goes on:\n• {running.plan.title} on storybook-db" in told
    assert "/incident unfreeze" in told
    assert "Nothing was running." in lines(answered(Stopping(event=event, running=(), fresh=True)))


def test_the_announcement_names_whoever_did_it_also_from_a_terminal() -> None:
    lifted = Event(kind=Kind.STOP_LIFTED, at=NOW, actor=TERMINAL, facts={"reason": "", "seconds": 300.0})
    told = lines(render(StopMessage(event=lifted)))
    assert told == "🟢 Somebody at Muster's terminal let remediations run again after 5 min"


def test_refusals_say_what_to_do_or_until_when() -> None:
    """The sentences that people read at three in the morning, word for word."""
    said = {
        refusal.Stopped(by=ADA, at=NOW, reason="a wrong deploy"): "✋ All remediations are stopped everywhere since "
        "22 Nov 12:03 UTC, by @U0ADA0001: a wrong deploy. Whoever is on call can let them run again with "
        "/incident unfreeze.",
        refusal.EvidenceFrozen(step="requeue", title="Queue", reason="a break-in"): "✋ Evidence is frozen here "
        "(a break-in), and this step would change something. The commander may let it run: /incident evidence lift "
        "requeue and the reason.",
        refusal.SaidYes(missing=1): "✋ You have said yes to this already, and one more person must. Ask somebody else "
        "whom the card names.",
        refusal.MayNotAsk(
            step="Queue", askers=("commander", "U1")
        ): "✋ Only the commander or the people whom the rules "
        "in muster.yaml name may ask for “Queue”. Ask one of them to do it.",
        refusal.QuietHours(step="Queue", until=NOW): "✋ This step may not run in quiet hours. They are over "
        "22 Nov 12:03 UTC: ask again then.",
        refusal.WindowClosed(step="Queue", until=None): "✋ This step may run in its maintenance windows only.",
        refusal.NotTheCommander(
            commander=None
        ): "✋ Only the commander may decide that. To lead the incident yourself: /incident role commander.",
        refusal.UnknownWord(asked="thaw", usage="freeze"): "✋ That is not complete. “thaw” is no word that goes here. "
        "Write freeze.",
    }
    for no, sentence in said.items():
        assert lines(refused(no)) == sentence
