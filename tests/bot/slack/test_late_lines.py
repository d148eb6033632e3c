"""Why lines come late, as far as it is known: nothing is called a limit that may have been another thing."""

import pytest
from msgspec.structs import replace

from bot.slack.render import render
from commands.messages import EventMessage, LateMessage, Message, NoticeMessage, StopMessage, VerdictMessage
from commands.outage import Away
from incident.finding import Comparison
from incident.timeline import Event, Kind
from tests.bot.slack.examples import NOW, a_finding, an_incident
from tests.bot.slack.reading import lines

UPDATED = Event(kind=Kind.UPDATED, at=NOW, facts={"text": "x"})
NOTIFIED = Event(kind=Kind.ALERT_NOTIFIED, at=NOW, facts={"title": "Disk"})
STOPPED = Event(kind=Kind.STOPPED, at=NOW, facts={"reason": "x"})
VERDICT = VerdictMessage(
    incident=an_incident(),
    title="Requeue",
    comparison=Comparison.HEALED,
    before=(),
    after=(a_finding(),),
    at=NOW,
    late=True,
)


@pytest.mark.parametrize(
    ("away", "why"),
    [
        (None, "🕓 Slack's limits, or a stop of Muster's own, held these lines back; each has its time before it:"),
        (Away(since=NOW, until=NOW), "🕓 Slack was away from 12:03 UTC to 12:03 UTC; these lines are from then:"),
        (Away(since=NOW), "🕓 Slack was away from 12:03 UTC; these lines are from then:"),
        (Away(since=None, until=NOW), "🕓 Slack was away until 12:03 UTC; this was not said yet:"),
        (Away(since=None), "🕓 Slack was away; this was not said yet:"),
    ],
)
def test_why_lines_are_late_is_said_as_far_as_it_is_known(away: Away | None, why: str) -> None:
    event = Event(kind=Kind.UPDATED, at=NOW, facts={"text": "the workers are back"})
    read = lines(render(LateMessage(incident=an_incident(), events=(event,), away=away))).splitlines()
    assert read[0] == why
    assert "the workers are back" in read[1]


@pytest.mark.parametrize(
    ("message", "read"),
    [
        (
            EventMessage(incident=an_incident(), event=UPDATED, late=True),
            "🕓 12:03 UTC · 💬 Muster gave an update: x",
        ),
        (NoticeMessage(event=NOTIFIED, late=True), "🕓 12:03 UTC · 🔔 "),
        (StopMessage(event=STOPPED, late=True), "🕓 12:03 UTC · 🛑 "),
        (VERDICT, "🕓 12:03 UTC · After “Requeue”"),
    ],
)
def test_a_line_that_comes_late_by_itself_begins_with_its_time(message: Message, read: str) -> None:
    assert lines(render(message)).startswith(read)
    assert "🕓" not in lines(render(replace(message, late=False)))
