"""Why lines come late, as far as it is known: nothing is called a limit that may have been another thing."""

import pytest

from bot.slack.render import render
from commands.messages import LateMessage
from commands.outage import Away
from incident.timeline import Event, Kind
from tests.bot.slack.examples import NOW, an_incident
from tests.bot.slack.reading import lines


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
