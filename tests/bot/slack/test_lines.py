"""Findings and the short messages: the answer first, the proof last, the button for what is asked."""

from datetime import timedelta

import pytest
from msgspec.structs import replace

from bot.slack.blocks import Rendered
from bot.slack.modals_proof import proof
from bot.slack.render import files, render
from commands.call_people import MOST_CALLED_FOR
from commands.messages import EventMessage, FindingMessage, PageMessage, ReminderMessage, VerdictMessage
from incident.clock import ClockKind, start
from incident.finding import Comparison, Finding, Phase, Sight, public
from incident.incident import Place, Status
from incident.responder import person
from incident.severity import HOUSE, Severity
from incident.timeline import Event, Kind
from tests.bot.slack.examples import ADA, NOW, a_finding, an_incident
from tests.bot.slack.reading import buttons, codes, lines


def shown(found: Finding) -> str:
    """A finding as it is read."""
    return lines(render(FindingMessage(incident=an_incident(), finding=found)))


def test_a_finding_answers_first_and_proves_last() -> None:
    """Title and verdict, value against what is healthy, command, output, and why it could not have written."""
    read = shown(a_finding())
    assert read.splitlines()[0] == "❗ Count stuck jobs · read-only · 12:03 UTC"
    assert read.splitlines()[1] == "12 · not healthy (healthy: at most 0)"
    message = render(FindingMessage(incident=an_incident(), finding=a_finding()))
    assert codes(message) == ["SELECT count(*) FROM jobs", "count\n12"]
    assert read.splitlines()[-1] == "storybook-db, 0.02 s"
    assert buttons(message) == {"Proof": "fnd_1"}


def test_a_number_of_things_found_is_told_from_a_number_that_was_asked_for() -> None:
    """*7* says nothing of seven rows, and *0* nothing of a log without a line."""
    rows = a_finding(sight=Sight(output="a\nb", value=2, rows=2))
    assert shown(rows).splitlines()[1] == "2 found · not healthy (healthy: at most 0)"
    none = a_finding(sight=Sight(output="", value=0, rows=0), healthy=None, expectation="")
    assert shown(none).splitlines()[1] == "0 found"
    yes = a_finding(sight=Sight(output="true", value=True, single=True), healthy=None, expectation="")
    assert shown(yes).splitlines()[1] == "true"
    one = a_finding(sight=Sight(output="count\n1", value=1, rows=1, single=True))
    assert shown(one).splitlines()[1] == "1 · not healthy (healthy: at most 0)"


def test_the_proof_says_what_judged_it_what_could_not_write_and_what_the_receipt_says() -> None:
    """All of it, behind the button: the command to the letter, too."""
    read = lines(Rendered(text="", blocks=proof(a_finding())["blocks"]))  # type: ignore[typeddict-item]  # a view's
    assert "```SELECT count(*) FROM jobs```" in read
    assert "1. It was judged read-only\na SELECT without locks" in read
    assert "2. Whether its credential could write\nrole reader holds SELECT only" in read
    assert "3. The receipt of this one look\ntransaction: read only\nrole: reader" in read
    unproven = a_finding(attested="", sight=Sight(output="", error="off"))
    read = lines(Rendered(text="", blocks=proof(unproven)["blocks"]))  # type: ignore[typeddict-item]  # a view's
    assert "That was not proven, so nothing was read." in read
    assert "There is none: nothing was read." in read


def test_what_a_private_step_saw_is_only_in_its_readers_message() -> None:
    """The thread says who can read it, and whether it is healthy."""
    saw = Sight(output="ana@example.com", value=12, rows=1)
    private = a_finding(sight=public(saw), withheld=saw)
    thread = lines(render(FindingMessage(incident=an_incident(), finding=private, reader=ADA)))
    assert "example.com" not in thread
    assert "12" not in thread.splitlines()[1]
    assert "not healthy (healthy: at most 0)" in thread
    assert "What it saw is private: only @U0ADA0001 can read it, in a direct message." in thread
    direct = lines(render(FindingMessage(incident=an_incident(), finding=replace(private, sight=saw), reader=ADA)))
    assert "ana@example.com" in direct
    assert "only you can read this" in direct


def test_a_value_beyond_the_critical_bound_is_called_so() -> None:
    read = shown(a_finding(critical=True))
    assert read.splitlines()[0].startswith("🚨 Count stuck jobs")
    assert read.splitlines()[1] == "12 · critical (healthy: at most 0)"


def test_a_failed_look_says_why() -> None:
    """It is not shown as healthy."""
    failed = a_finding(sight=Sight(output="", error="the database did not answer"), healthy=None, phase=Phase.AFTER)
    assert shown(failed).startswith("⚠️ Count stuck jobs · read-only · after the remediation")
    assert "Could not look: the database did not answer" in shown(failed)


def test_long_output_is_trimmed_and_says_so() -> None:
    """Cut at a line's end, with how much is missing."""
    output = "row\n" * 2_000
    found = a_finding(sight=replace(a_finding().sight, output=output, truncated=True))
    assert "more characters are in the file beside this; the output was cut off at its cap" in shown(found)
    message = render(FindingMessage(incident=an_incident(), finding=found))
    assert codes(message)[1].endswith("row")
    assert len(codes(message)[1]) <= 2_500
    (file,) = files(FindingMessage(incident=an_incident(), finding=found))
    assert file.content == output.encode()


def test_rows_are_counted_when_there_is_no_value() -> None:
    """A diagnostic that only lists still answers something."""
    assert "3 rows" in shown(a_finding(sight=Sight(output="a", rows=3), healthy=None, expectation=""))


def event(kind: Kind, **facts: object) -> EventMessage:
    """Something that Ada did."""
    return EventMessage(incident=an_incident(), event=Event(kind=kind, at=NOW, actor=person(ADA), facts=facts))  # type: ignore[arg-type]


def test_an_event_is_one_line_with_its_people() -> None:
    """Mentions, not names."""
    message = render(event(Kind.ROLE_TAKEN, user=ADA, role="commander"))
    assert lines(message).strip() == "🧢 @U0ADA0001 is now commander"
    assert message["text"] == "INC-142: 🧢 <@U0ADA0001> is now commander"


def test_an_update_is_told_whole() -> None:
    """People may write 2,000 characters, and all of them are read."""
    words = "y" * 2_000
    assert words in lines(render(event(Kind.UPDATED, text=words)))


def test_an_escalation_calls_people() -> None:
    """Everybody named is mentioned."""
    message = render(event(Kind.ESCALATED, users=[ADA, "U0BOB0002"], reason="30 min"))
    assert "Escalated to @U0ADA0001, @U0BOB0002: 30 min" in lines(message)


@pytest.mark.parametrize("kind", ClockKind)
def test_a_missed_deadline_offers_what_meets_it(kind: ClockKind) -> None:
    """No clock without a button."""
    breached = event(Kind.CLOCK_BREACHED, clock=kind.value, due_at=NOW.isoformat(), allowed_seconds=900)
    assert buttons(render(breached))
    clock = start(kind, HOUSE[Severity.P0], NOW)[0]
    reminder = render(ReminderMessage(incident=an_incident(), clock=clock, now=NOW + timedelta(minutes=10)))
    assert buttons(reminder)
    assert "P1 · INC-142 · Checkout errors" in lines(reminder)


def test_a_reminder_says_how_long_is_left() -> None:
    """And nothing of it once the time is over."""
    clock = start(ClockKind.ACKNOWLEDGE, HOUSE[Severity.P0], NOW)[0]
    for minutes, ending in ((10, "acknowledge by 12:18 UTC (5 min left)"), (20, "acknowledge by 12:18 UTC")):
        message = ReminderMessage(incident=an_incident(), clock=clock, now=NOW + timedelta(minutes=minutes))
        assert ending in lines(render(message)).splitlines()[0]
        assert "left" not in lines(render(message)) or minutes == 10


def test_a_page_says_what_why_and_where() -> None:
    """And can be answered from the direct message."""
    message = render(PageMessage(incident=an_incident(), user=ADA, place=Place(channel="C0CHAN001")))
    read = lines(message)
    assert "📟 You are on call." in read
    assert "Go to #C0CHAN001" in read
    assert list(buttons(message)) == ["Acknowledge", "Catch me up"]
    late = render(PageMessage(incident=an_incident(), user=ADA, place=None, escalated=True, reason="30 min passed"))
    assert "not under control in time. 30 min passed" in lines(late)
    ended = an_incident(status=Status.RESOLVED, resolved_at=NOW)
    assert not buttons(render(PageMessage(incident=ended, user=ADA, place=None)))


def test_a_call_for_several_incidents_can_be_answered_for_each() -> None:
    """By a button that names it, and only where nobody did yet; as many as one call holds fit into one message."""
    others = [an_incident(id=f"inc_{n}", number=200 + n, title="Mail stuck") for n in range(MOST_CALLED_FOR - 1)]
    others[1] = replace(others[1], acknowledged_at=NOW)
    message = render(PageMessage(incident=an_incident(), user=ADA, place=None, others=tuple(others)))
    assert lines(message).count("Mail stuck") == len(others)
    pressed = buttons(message)
    assert pressed["Acknowledge INC-200"] == "inc_0"
    assert "Acknowledge INC-201" not in pressed
    assert len(pressed) == 2 + len(others) - 1
    assert len(message["blocks"]) <= 50


def test_a_verdict_compares_before_and_after() -> None:
    """Each diagnostic with its two values."""
    after = a_finding(healthy=True, sight=Sight(output="", value=0))
    message = VerdictMessage(
        incident=an_incident(),
        title="Requeue",
        comparison=Comparison.HEALED,
        before=(a_finding(),),
        after=(after,),
        at=NOW,
    )
    read = lines(render(message))
    assert "✅ Healed: every diagnostic that was bad before is healthy now." in read
    assert "✅ Count stuck jobs: 12 → 0" in read
