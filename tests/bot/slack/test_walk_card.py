"""A procedure's message: what is done and how, the step whose turn it is with its buttons, what comes, how it ended."""

from datetime import timedelta

from msgspec.structs import replace

from bot.slack.approval_card import approval_card
from bot.slack.lines import event_line
from bot.slack.walk_answers import procedures
from bot.slack.walk_card import walk_card
from commands.answers import Procedures
from commands.messages import ApprovalMessage, EventMessage, WalkMessage
from incident.approval import ApprovalState
from incident.finding import Sight
from incident.incident import Status
from incident.runbook import StepKind
from incident.timeline import Event, Kind
from incident.walk import Leg, LegState, Walk, WalkState, leg_of
from tests.bot.slack.examples import ADA, BOB, NOW, a_finding, a_procedure, a_request, a_step, an_incident
from tests.bot.slack.reading import buttons, codes, lines, menu

LOOK = replace(
    a_step(), id="look", title="Count stuck jobs", kind=StepKind.DIAGNOSTIC, parameters=(), written="psql -c …"
)
REQUEUE = a_step(condition="the monitor does not help")
TELL = replace(LOOK, id="tell", title="Tell support", target=None, condition="", written="Call 555-0100")
STEPS = (LOOK, REQUEUE, TELL)


def message(*states: LegState, **changed: object) -> WalkMessage:
    """Ada's walk of three steps in these states."""
    legs = tuple(
        replace(leg_of(step), state=state, by=BOB, at=NOW, note="done so")
        for step, state in zip(STEPS, states, strict=True)
    )
    walk = Walk(id="walk_1", procedure="p", title="Free stuck jobs", by=ADA, begun_at=NOW, legs=legs)
    walk = replace(walk, **changed)  # type: ignore[arg-type]  # tests name any field
    incident = an_incident(walks=(walk,))
    return WalkMessage(incident=incident, walk=walk, steps=STEPS, findings={}, requests={}, has_way_back=False)


def with_leg(shown: WalkMessage, index: int, **changed: object) -> WalkMessage:
    """The same with one leg changed."""
    leg = replace(shown.walk.legs[index], **changed)  # type: ignore[arg-type]  # tests name any field
    walk = shown.walk.with_leg(index, leg)
    return replace(shown, walk=walk, incident=shown.incident.with_walk(walk))


AHEAD, DONE = LegState.AHEAD, LegState.DONE


def test_a_new_walk_shows_every_step_and_the_buttons_of_the_first() -> None:
    shown = walk_card(message(AHEAD, AHEAD, AHEAD))
    read = lines(shown)
    assert "0 of 3 steps" in read
    assert "▶️ 1. Count stuck jobs" in read
    assert "⬜ 2. Requeue stuck jobs" in read
    assert "Only if: the monitor does not help" in read
    assert "⬜ 3. Tell support" in read
    assert buttons(shown) == {
        "Run": "inc_1\nwalk_1\n0\n0", "Skip…": "inc_1\nwalk_1\n0\n0", "Abort…": "inc_1\nwalk_1",
    }  # fmt: skip


def test_the_step_whose_turn_it_is_says_what_the_runbook_warns_of() -> None:
    shown = message(AHEAD, AHEAD, AHEAD)
    first, *others = shown.steps
    assert first is not None
    warned = replace(shown, steps=(replace(first, warning="It is slow."), *others))
    assert "The runbook warns: It is slow." in lines(walk_card(warned))
    assert "The runbook warns" not in lines(walk_card(shown))


def test_what_a_diagnostic_saw_is_on_its_line_and_a_bad_sight_looks_bad() -> None:
    found = a_finding(healthy=False, sight=Sight(output="12", value=12), critical=False)
    shown = replace(with_leg(message(DONE, AHEAD, AHEAD), 0, finding="f"), findings={"f": found})
    assert "❗ 1. Count stuck jobs · 12 · not healthy" in lines(walk_card(shown))


def test_a_change_is_asked_for_and_its_line_follows_its_request() -> None:
    ahead = message(DONE, AHEAD, AHEAD)
    assert "Ask for approval" in buttons(walk_card(ahead))
    waits = replace(with_leg(ahead, 1, state=LegState.RUNNING, approval="a"), requests={"a": a_request()})
    assert "waits for a second person" in lines(walk_card(waits))
    assert list(buttons(walk_card(waits))) == ["Abort…"]
    ran = replace(
        with_leg(ahead, 1, state=DONE, approval="a"), requests={"a": a_request(ApprovalState.RAN)}, has_way_back=True
    )
    assert "✅ 2. Requeue stuck jobs · 12 rows changed" in lines(walk_card(ran))
    assert "Roll back…" in buttons(walk_card(ran))


def test_a_failed_step_says_why_and_can_be_asked_for_again() -> None:
    shown = walk_card(message(DONE, LegState.FAILED, AHEAD))
    assert "not done: done so" in lines(shown)
    assert "Ask again" in buttons(shown)


def test_a_persons_step_shows_what_to_do() -> None:
    shown = walk_card(message(DONE, LegState.SKIPPED, AHEAD))
    assert codes(shown) == ["Call 555-0100"]
    assert "Done…" in buttons(shown)
    assert "⏭️ 2. Requeue stuck jobs · skipped: done so" in lines(shown)


def test_a_command_that_is_a_persons_to_run_says_why() -> None:
    shown = message(DONE, DONE, AHEAD)
    why = "No executor of Muster's runs it: git push changes something there."
    *others, tell = shown.steps
    assert tell is not None
    told = replace(shown, steps=(*others, replace(tell, reason=why)))
    assert f"By hand: {why}" in lines(walk_card(told))
    assert "By hand" not in lines(walk_card(replace(shown, steps=(*others, replace(tell, reason=why, written="")))))
    assert "By hand" not in lines(walk_card(message(AHEAD, AHEAD, AHEAD)))


def test_a_wait_shows_its_end_and_what_was_seen_and_can_only_be_cut_short() -> None:
    holds = with_leg(
        message(DONE, DONE, LegState.HOLDING), 2, hold=timedelta(minutes=10), hold_ends_at=NOW + timedelta(minutes=10),
        looked_at=NOW, unhealthy=("Error rate",),
    )  # fmt: skip
    shown = walk_card(replace(holds, watched_by=("Error rate",)))
    assert "wait until 12:13 UTC, not healthy: Error rate at 12:03 UTC" in lines(shown)
    assert "During a wait these look: Error rate" in lines(shown)
    assert list(buttons(shown)) == ["Cut the wait short…", "Abort…"]
    unwatched = walk_card(holds)
    assert "No diagnostic watches this procedure's waits: look for yourself." in lines(unwatched)


def test_a_walk_that_ended_has_no_step_buttons_and_says_how_it_ended() -> None:
    ended = message(DONE, AHEAD, AHEAD, state=WalkState.ABORTED, ended_at=NOW, ended_by=BOB, reason="it healed")
    back = replace(a_procedure(REQUEUE), id="roll-back", title="Roll back the API")
    shown = walk_card(replace(ended, instead=(back,)))
    assert "Ended before its end 12:03 UTC by @U0BOB0002: it healed" in lines(shown)
    assert buttons(shown) == {}
    assert menu(shown, "walk_begin") == {"Roll back the API": "inc_1\nroll-back"}


def test_nothing_can_be_pressed_once_the_incident_is_resolved() -> None:
    shown = message(DONE, AHEAD, AHEAD)
    closed = replace(shown, incident=replace(shown.incident, status=Status.RESOLVED))
    assert buttons(walk_card(closed)) == {}


def test_a_step_that_the_runbook_no_longer_has_is_told() -> None:
    shown = replace(message(AHEAD, AHEAD, AHEAD), steps=(None, REQUEUE, TELL))
    assert "The runbook was changed and no longer has this step" in lines(walk_card(shown))


def test_of_many_steps_those_around_the_current_one_are_shown() -> None:
    leg = Leg(step="", title="One of many", kind=StepKind.MANUAL, text="Do it.")
    legs = (*(replace(leg, state=DONE),) * 30, *(leg,) * 30)
    walk = replace(message(AHEAD, AHEAD, AHEAD).walk, legs=legs)
    shown = WalkMessage(
        incident=an_incident(walks=(walk,)), walk=walk, steps=(None,) * 60, findings={}, requests={}, has_way_back=False
    )
    read = lines(walk_card(shown))
    assert "… 22 earlier steps are settled" in read
    assert "31. One of many" in read
    assert "… 19 more steps" in read


def test_the_end_of_a_wait_offers_the_next_step_where_it_is_told() -> None:
    incident = message(DONE, DONE, AHEAD).incident
    over = Event(kind=Kind.HOLD_OVER, at=NOW, facts={"walk": "walk_1", "procedure": "p", "step": "Canary"})
    assert list(buttons(event_line(EventMessage(incident=incident, event=over)))) == [
        "Done…", "Skip…", "Abort…", "Roll back…",
    ]  # fmt: skip
    older = replace(over, facts={**over.facts, "walk": "walk_0"})
    assert buttons(event_line(EventMessage(incident=incident, event=older))) == {}


def test_the_line_about_a_change_that_ran_offers_the_walks_next_step() -> None:
    ran = with_leg(message(DONE, DONE, AHEAD), 1, approval="app_1").incident
    told = Event(kind=Kind.REMEDIATED, at=NOW, facts={"approval": "app_1", "title": "Requeue", "state": "ran"})
    assert list(buttons(event_line(EventMessage(incident=ran, event=told)))) == ["Done…", "Skip…"]
    other = replace(told, facts={**told.facts, "approval": "app_0"})
    assert buttons(event_line(EventMessage(incident=ran, event=other))) == {}


def test_an_approval_card_says_which_step_of_the_procedure_it_is() -> None:
    incident = message(DONE, LegState.RUNNING, AHEAD).incident
    card = ApprovalMessage(incident=incident, approval=a_request(leg="walk_1/1"), runbook_url=None, origin="")
    assert "Step 2 of 3 of “Free stuck jobs”" in lines(approval_card(card))
    assert "Step" not in lines(approval_card(replace(card, approval=a_request())))


def test_the_list_begins_with_the_incidents_own_procedure() -> None:
    own = replace(a_procedure(REQUEUE), id="own", title="Stuck jobs")
    other = replace(own, id="deploy", title="Deploy to production", purpose="deployment")
    shown = procedures(Procedures(incident=an_incident(), own=own, others=(other,)))
    assert buttons(shown) == {"Begin “Stuck jobs”": "inc_1\nown"}
    assert "Deployment: Deploy to production (2)" in lines(shown)
    assert menu(shown, "walk_begin") == {"Deploy to production": "inc_1\ndeploy"}
