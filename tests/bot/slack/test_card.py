"""The live card, the checklist and the announcement show how it stands, and offer only what can be done."""

from datetime import timedelta

from msgspec.structs import replace

from bot.slack.names import Action
from bot.slack.render import render
from commands.messages import Announcement, Card, ChecklistMessage
from incident import clock
from incident.alert import AlertTally
from incident.checklist import Item, tick
from incident.clock import ClockKind
from incident.incident import Earlier, Home, Incident, Place, Status
from incident.responder import Role, monitor
from incident.runbook import Procedure
from tests.bot.slack.examples import ADA, BOB, NOW, a_procedure, a_step, an_incident
from tests.bot.slack.reading import buttons, lines, menu


def card(incident: Incident, procedure: Procedure | None = None, approvals: int = 0) -> Card:
    """A card with two alerts, one of which fires."""
    return Card(
        incident=incident,
        alerts=AlertTally(alerts=2, firing=1, messages=2, sources=("alertmanager",)),
        procedure=procedure,
        open_approvals=approvals,
        runbook_url="https://example.com/runbook",
    )


def test_the_card_tells_everything_on_a_few_lines() -> None:
    """State, people, deadlines, roles, counts and the runbook."""
    incident = an_incident(checklist=tick(an_incident().checklist, 1, ADA, NOW))
    shown = lines(render(card(incident, a_procedure(a_step()), approvals=1)))
    assert shown.splitlines()[0] == "🔴 P1 · INC-142 · Checkout errors"
    assert "Investigating · 2 responders · started 12:03 UTC" in shown
    assert "Payments fail in the EU." in shown
    assert "⏳ acknowledge by 13:03 UTC · ⏳ confirm the severity by 12:33 UTC · ⏳ next update due 12:33 UTC" in shown
    assert "Commander @U0ADA0001 · Scribe — · Comms —" in shown
    assert "2 alerts (1 firing) · Checklist 1/2 · 1 approval open" in shown
    assert "Runbook: 2.4 Stuck jobs" in shown


def test_deadlines_are_shown_in_the_readers_zone() -> None:
    """As Slack's own dates, which need no edit to stay right."""
    blocks = str(render(card(an_incident()))["blocks"])
    due = int((NOW + timedelta(minutes=30)).timestamp())
    assert f"'type': 'date', 'timestamp': {due}, 'format': '{{time}}', 'fallback': '12:33 UTC'" in blocks


def test_the_buttons_follow_what_can_be_done() -> None:
    """Acknowledge goes once it was pressed; Fix needs something that Muster may run."""
    assert list(buttons(render(card(an_incident())))) == ["Acknowledge", "Update", "Resolve"]
    acknowledged = an_incident(acknowledged_at=NOW, roles={})
    offered = buttons(render(card(acknowledged, a_procedure(a_step()))))
    assert list(offered) == ["Take command", "Update", "Diagnose", "Fix", "Resolve"]
    assert offered["Take command"] == f"inc_1\n{Role.COMMANDER}"
    by_hand = a_procedure(a_step(executor=None))
    assert "Fix" not in buttons(render(card(acknowledged, by_hand)))
    assert menu(render(card(acknowledged)), Action.MORE)["Change severity"] == "severity\ninc_1"


def test_a_resolved_incident_offers_only_its_post_mortem() -> None:
    """And says how long it lasted."""
    waiting = clock.start(ClockKind.POSTMORTEM, an_incident().policy, NOW)
    ended = an_incident(status=Status.RESOLVED, resolved_at=NOW + timedelta(minutes=65), clocks=waiting)
    message = render(card(ended, a_procedure(a_step())))
    assert lines(message).startswith("✅ P1 · INC-142")
    assert "resolved 13:08 UTC after 1 h 5 min" in lines(message)
    assert list(buttons(message)) == ["Post-mortem draft", "Post-mortem done"]
    done = replace(ended, clocks=clock.meet(waiting, ClockKind.POSTMORTEM, NOW))
    assert list(buttons(render(card(done)))) == ["Post-mortem draft"]


def test_open_deadlines_come_before_met_ones() -> None:
    """What is still to be done is read first."""
    met = clock.meet(an_incident().clocks, ClockKind.ACKNOWLEDGE, NOW + timedelta(minutes=3))
    shown = lines(render(card(an_incident(clocks=met))))
    assert shown.index("next update due") < shown.index("acknowledged after 3 min of 1 h")


def test_the_checklist_has_a_button_for_each_open_item() -> None:
    """A ticked one shows who and when, and can be opened again."""
    incident = an_incident(checklist=tick(an_incident().checklist, 2, BOB, NOW))
    message = render(ChecklistMessage(incident=incident))
    assert buttons(message) == {"Done": "inc_1\n1"}
    assert "✅ 2. Tell support — @U0BOB0002 12:03 UTC" in lines(message)
    assert menu(message, Action.UNTICK) == {"2. Tell support": "inc_1\n2"}
    ended = replace(incident, status=Status.RESOLVED)
    assert not buttons(render(ChecklistMessage(incident=ended)))
    assert "⬜ 1. Check the provider's status page — left open" in lines(render(ChecklistMessage(incident=ended)))


def test_an_item_shows_the_command_that_a_person_types_for_it() -> None:
    incident = an_incident(checklist=(Item(text="Look at the disks", command="df -h /data"),))
    assert "1. Look at the disks\n$ df -h /data" in lines(render(ChecklistMessage(incident=incident)))


def test_a_very_long_checklist_says_what_it_does_not_show() -> None:
    """Every item can still be ticked by its number."""
    incident = an_incident(checklist=tuple(Item(text=f"item {number}") for number in range(60)))
    assert "20 more items are not shown" in lines(render(ChecklistMessage(incident=incident)))


def test_the_announcement_leads_to_the_channel() -> None:
    """Or says that its thread is the place until the channel comes."""
    message = render(
        Announcement(
            incident=an_incident(), alerts=AlertTally(alerts=1, firing=1, messages=1, sources=("alertmanager",))
        )
    )
    assert "#C0CHAN001 · from alertmanager: 1 alert (1 firing)" in lines(message)
    assert list(buttons(message)) == ["Join channel"]
    homeless = an_incident(home=Home(announcement=Place(channel="C0ANN0001", thread="1.0")))
    waiting = render(Announcement(incident=homeless, alerts=AlertTally(), channel_due=NOW + timedelta(minutes=1)))
    assert "Work in this thread until its channel opens at 12:04 UTC" in lines(waiting)
    assert list(buttons(waiting)) == ["Acknowledge", "Update", "Resolve"]
    ended = an_incident(status=Status.RESOLVED, resolved_at=NOW)
    assert not buttons(render(Announcement(incident=ended, alerts=AlertTally())))


def test_a_card_leads_back_to_the_incident_of_the_same_alerts_before() -> None:
    before = Earlier(id="inc_0", number=97, resolved_at=NOW - timedelta(hours=5), channel="C0BEFORE1")
    shown = lines(render(card(an_incident(earlier=before))))
    assert "Again: the same alerts led to INC-97, resolved " in shown
    assert "C0BEFORE1" in shown


def test_a_card_says_that_a_monitor_resolved_it_and_why() -> None:
    ended = an_incident(status=Status.RESOLVED, resolved_at=NOW, resolved_by=monitor("grafana"))
    assert "by Grafana, all alerts being quiet" in lines(render(card(ended)))
