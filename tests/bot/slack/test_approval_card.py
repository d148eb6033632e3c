"""The approval card shows exactly what would run, and always ends in words with who and when."""

import pytest
from msgspec.structs import replace

from bot.slack.approval_card import ON_CARD, guard_words
from bot.slack.render import files, render
from commands.messages import ApprovalMessage
from incident.approval import Approval, ApprovalState, Part, Preview
from incident.effect import Effect, Found
from incident.finding import Outcome, OutcomeState
from incident.plan import Promise
from incident.runbook import GuardKind
from incident.whole import MOST_CHANGES, MOST_SHOWN
from sandbox.blocks.guard import message_blocks
from tests.bot.slack.examples import ADA, BOB, NOW, a_finding, a_plan, a_request, an_incident
from tests.bot.slack.reading import buttons, codes, lines


def message(request: Approval) -> ApprovalMessage:
    """The card of a request."""
    return ApprovalMessage(
        incident=an_incident(),
        approval=request,
        runbook_url="https://example.com/runbook",
        origin="2.4 Stuck jobs, line 118",
        before=(a_finding(),),
    )


def test_an_open_request_shows_everything_that_is_approved() -> None:
    """Command, place, changes, guard, before, undo, people and deadline."""
    card = render(message(a_request()))
    shown = lines(card)
    assert shown.splitlines()[0] == "⚠️ Remediation needs approval · INC-142"
    assert "Runbook: 2.4 Stuck jobs, line 118" in shown
    assert codes(card) == ["UPDATE jobs SET status = 'queued' WHERE id = $1\n-- $1 = 7"]
    assert "Where: storybook-db · production" in shown
    assert "Changes: 12 rows of jobs" in shown
    assert "Guard: at most 12 rows; if it would change more, it is rolled back" in shown
    assert "Before: Count stuck jobs: 12" in shown
    assert "Undo: Set them back by hand." in shown
    assert "Asked by @U0ADA0001 12:03 UTC · expires 12:18 UTC · @U0ADA0001 may not approve" in shown
    assert "May approve: @U0BOB0002, @S0ONCALL1" in shown
    assert a_request().digest[:12] in shown
    assert buttons(card) == {"Approve": "apr_1", "Reject": "apr_1", "Break glass…": "apr_1"}


def test_what_is_not_healthy_is_told_before_all_else_that_was_seen() -> None:
    """A card has room for five findings; the one for which the change is asked is never left out."""
    many = [a_finding(step_id=f"look_{n}", title=f"Look {n}", healthy=None) for n in range(6)]
    well = a_finding(step_id="well", title="API", healthy=True)
    shown = lines(render(replace(message(a_request()), before=(*many, well, a_finding()))))
    assert "Before: Count stuck jobs: 12, not healthy; API: 12; Look 0: 12; Look 1: 12; Look 2: 12\n" in shown


def test_a_step_without_a_way_back_says_so() -> None:
    """As does one without a guard, and one that is only temporary."""
    plan = a_plan(undo="", temporary=True, promise=Promise(kind=GuardKind.NONE))
    shown = lines(render(message(a_request(plan=plan))))
    assert "Undo: none: there is no way back" in shown
    assert "Guard: none: nothing is checked when it runs" in shown
    assert "Temporary: a follow-up" in shown
    why = Promise(kind=GuardKind.NONE, why="Each task is replaced by one of the same revision.")
    shown = lines(render(message(a_request(plan=a_plan(promise=why)))))
    assert "Guard: none. Each task is replaced by one of the same revision." in shown


def test_what_the_runbook_warns_of_is_read_before_anybody_approves() -> None:
    assert "Runbook warns" not in lines(render(message(a_request())))
    shown = lines(render(message(a_request(plan=a_plan(warning="It ends every session.")))))
    assert "Runbook warns: It ends every session." in shown


@pytest.mark.parametrize("kind", GuardKind)
def test_every_guard_has_words(kind: GuardKind) -> None:
    """With and without its number."""
    assert guard_words(Promise(kind=kind, most=7))
    assert guard_words(Promise(kind=kind))


def test_a_fingerprint_is_told_with_what_it_is_of() -> None:
    promise = Promise(kind=GuardKind.FINGERPRINT, of="the revision that runs", value="41")
    assert guard_words(promise) == "only while the revision that runs is 41"


def test_a_command_cannot_leave_its_code_block() -> None:
    """Backticks in it are shown, not obeyed; a character that would reorder the text is shown by its code."""
    command = "SELECT '```' -- <!channel> \u202eevil"
    card = render(message(a_request(plan=a_plan(shown=command))))
    assert codes(card) == ["SELECT '```' -- <!channel> \\u202eevil"]


def test_a_long_command_is_split_and_complete() -> None:
    """Nothing that runs is left out of the card."""
    command = "\n".join(f"UPDATE jobs SET n = {number};" for number in range(170))
    assert 2_500 < len(command) < ON_CARD
    card = render(message(a_request(plan=a_plan(shown=command))))
    assert len(codes(card)) > 1
    assert "".join(codes(card)) == command
    assert "Runs, part 1 of" in lines(card)
    assert files(message(a_request(plan=a_plan(shown=command)))) == ()


def test_a_command_too_long_for_the_card_is_a_whole_file() -> None:
    """And the card says to read it before answering."""
    command = "x" * (ON_CARD + 1)
    asked = message(a_request(plan=a_plan(shown=command)))
    assert "Read it there before you answer." in lines(render(asked))
    (file,) = files(asked)
    assert file.content == command.encode()


@pytest.mark.parametrize("state", ApprovalState)
def test_only_an_open_request_can_be_answered(state: ApprovalState) -> None:
    """What was approved can only be stopped any more, and a card that has ended has no buttons left.

    Only of what was cut short a person can say what became of it.
    """
    shown = buttons(render(message(a_request(state))))
    stoppable = state in (ApprovalState.APPROVED, ApprovalState.RUNNING)
    assert ("Approve" in shown) is (state is ApprovalState.ASKED)
    assert (set(shown) == {"Cancel"}) is stoppable
    asks = {"Say what you found there…"} if state is ApprovalState.UNKNOWN else set()
    assert not state.final or set(shown) == asks


def test_what_a_person_found_stands_on_the_card_of_what_was_cut_short() -> None:
    found = Found(effect=Effect.PARTLY, note="5 of 12 are queued", by=BOB, at=NOW)
    shown = render(message(a_request(ApprovalState.UNKNOWN, found=found)))
    assert "Found: a part of it took effect. 5 of 12 are queued · @U0BOB0002 12:03 UTC" in lines(shown)
    assert buttons(shown) == {}


def of_a_whole_procedure(state: ApprovalState = ApprovalState.ASKED) -> Approval:
    """A request for as many changes as one card takes, with long titles, commands and ways back."""
    shown = "UPDATE jobs SET status = 'queued' WHERE id = 7;" + "x" * (MOST_SHOWN // MOST_CHANGES - 48)
    plans = [a_plan(title=f"{n} " + "t" * 300, shown=shown, undo="u" * 900) for n in range(MOST_CHANGES)]
    parts = tuple(
        Part(leg=f"walk_1/{n}", plan=plan, policy=a_request().policy, preview=Preview(sentence="12 rows", count=12))
        for n, plan in enumerate(plans)
    )
    return a_request(state, parts=parts)


def test_one_card_holds_all_changes_of_a_procedure_with_every_command_whole() -> None:
    request = of_a_whole_procedure()
    shown = render(message(request))
    assert message_blocks(shown["blocks"])
    assert codes(shown) == [part.plan.shown for part in request.parts]
    assert lines(shown).count("Undo: ") == MOST_CHANGES
    assert {"Approve", "Reject"} <= set(buttons(shown))


@pytest.mark.parametrize(
    ("state", "said"),
    [
        (ApprovalState.APPROVED, "All changes are approved"),
        (ApprovalState.RAN, "All changes ran"),
        (ApprovalState.VOID, "Approval void: each change asks for itself"),
    ],
)
def test_the_card_of_a_whole_procedure_ends_in_its_own_words(state: ApprovalState, said: str) -> None:
    shown = render(message(of_a_whole_procedure(state)))
    assert said in shown["text"]
    assert ("Cancel" in buttons(shown)) is (state is ApprovalState.APPROVED)
    assert ("The last of them may begin until" in lines(shown)) is (state is ApprovalState.APPROVED)


def test_a_card_without_break_glass_names_the_steps_whose_rules_forbid_it() -> None:
    request = of_a_whole_procedure()
    never = replace(request.policy, break_glass=False)
    parts = (*(replace(each, policy=never) for each in request.parts[:1]), *request.parts[1:])
    of_all, of_one = replace(request, policy=never, parts=parts), replace(a_request(), policy=never)
    for shown, title in ((render(message(of_all)), "“0 tttt"), (render(message(of_one)), f"“{of_one.plan.title}”")):
        assert f"No break-glass: a rule of your team keeps {title}" in lines(shown)
        assert "Break glass…" not in buttons(shown)
    assert "No break-glass" not in lines(render(message(request)))


@pytest.mark.parametrize("whole", [True, False])
def test_a_broken_glass_stands_at_the_head_of_the_card(whole: bool) -> None:
    request = of_a_whole_procedure() if whole else a_request()
    alone = replace(request, state=ApprovalState.APPROVED, broke_glass=True, decided_by=request.requester)
    head = "Glass broken: all changes may run" if whole else "Glass broken, about to run"
    assert head in render(message(alone))["text"]


def test_a_card_says_how_many_may_run_beside_it() -> None:
    policy = replace(a_request().policy, concurrency=3)
    shown = lines(render(message(a_request(policy=policy))))
    assert "Beside it: up to 2 other changes may run on the target at the same time" in shown
    assert "Beside it" not in lines(render(message(a_request())))


def test_the_values_that_the_undo_gets_are_shown_before_anybody_approves() -> None:
    shown = lines(render(replace(message(a_request()), undo_with=(("Number of tasks", "3"),))))
    assert "Undo: Set them back by hand. Its values: Number of tasks 3." in shown


def test_a_run_that_is_being_stopped_cannot_be_stopped_again() -> None:
    """Its card says who pressed Cancel, and when."""
    stopping = message(a_request(ApprovalState.RUNNING, cancelled_by=ADA, cancelled_at=NOW))
    assert buttons(render(stopping)) == {}
    assert "Being stopped: cancelled by @U0ADA0001 12:03 UTC" in lines(render(stopping))


@pytest.mark.parametrize(
    ("request_", "ending"),
    [
        (a_request(ApprovalState.REJECTED, reason="too many"), "rejected by @U0BOB0002 12:05 UTC after 2 min"),
        (a_request(ApprovalState.REJECTED, reason="too many"), "Reason: too many"),
        (a_request(ApprovalState.EXPIRED), "expired unanswered 12:18 UTC"),
        (a_request(ApprovalState.RUNNING), "approved by @U0BOB0002 12:05 UTC"),
        (a_request(ApprovalState.RAN), "Outcome: 12 rows changed · 12:03 UTC"),
        (a_request(ApprovalState.RAN, broke_glass=True, reason="alone"), "glass broken, without a second person, by @"),
        (a_request(ApprovalState.VOID, decided_by=None, reason="nothing to change"), "void since 12:05 UTC"),
        (a_request(ApprovalState.CANCELLED, cancelled_by=ADA, cancelled_at=NOW), "Cancelled by @U0ADA0001 12:03 UTC"),
        (
            a_request(ApprovalState.RAN, cancelled_by=ADA, cancelled_at=NOW),
            "Too late to be stopped: cancelled by @U0ADA",
        ),
        (a_request(ApprovalState.CANCELLED), "Remediation cancelled, nothing was changed"),
        (a_request(ApprovalState.UNKNOWN), "Remediation was cut short: look at the target"),
    ],
)
def test_it_ends_in_words(request_: Approval, ending: str) -> None:
    """With who and when."""
    assert ending in lines(render(message(request_)))


def test_what_the_run_printed_is_shown_trimmed() -> None:
    """The rest is counted."""
    outcome = Outcome(state=OutcomeState.FAILED, sentence="it failed", output="e" * 1_000)
    card = render(message(a_request(ApprovalState.FAILED, outcome=outcome)))
    assert codes(card)[-1].endswith("… 400 more characters in this card's thread")
    followed = a_request(ApprovalState.FAILED, outcome=outcome, output="C1/2.3")
    assert codes(render(message(followed))) == [a_plan().shown], "the thread has it all"
