"""The live card: pinned, first in the channel, edited in place. It shows how the incident stands and what can be done.

Deadlines are absolute and in the reader's own zone, so the card is right without ticking.
"""

from collections.abc import Sequence
from typing import Final

from bot.slack import fit, signs
from bot.slack.blocks import (
    Element,
    Rendered,
    actions,
    bold,
    button,
    channel,
    elements,
    fallback,
    header,
    joined,
    link,
    mention,
    menu,
    moment,
    paragraph,
    rendered,
    text,
)
from bot.slack.changes import change_lines
from bot.slack.freezes import evidence_line, stop_line
from bot.slack.names import Action, Choice, pack
from bot.words.phrase import When
from bot.words.sentences import actor_words, clock_words, duration
from commands.messages import Card
from incident import checklist
from incident.alert import AlertTally
from incident.clock import Clock, ClockKind, ClockState, current
from incident.incident import Incident
from incident.responder import Role, is_human

MENTIONED: Final = 10
"""How many of those who were called are named; a card of mentions alone would help nobody."""


def card(message: Card) -> Rendered:
    """The whole card; a resolved incident keeps only the buttons of its post-mortem."""
    incident = message.incident
    return rendered(
        fallback(f"{signs.headline(incident)} · {incident.status.value}"),
        [
            header(signs.headline(incident)),
            paragraph(state_line(incident, leader=False), summary_line(incident), earlier_line(incident)),
            paragraph(stop_line(message.stop) if incident.open else [], evidence_line(incident.evidence)),
            paragraph(*change_lines(message.changes)) if incident.open else None,
            paragraph(
                *clock_lines(incident.clocks),
                responders_line(incident),
                roles_line(incident),
                _counts_line(message),
                _runbook_line(message),
                _walk_line(message.incident),
            ),
            actions(*_buttons(message)),
        ],
    )


def state_line(incident: Incident, *, leader: bool = True) -> list[Element]:
    """``Investigating · Commander @ada · 4 responders · started 12:03``."""
    commander = incident.roles.get(Role.COMMANDER) if leader else None
    people = len(incident.responders)
    return joined(
        [bold(incident.status.value.capitalize())],
        [text("Commander "), mention(commander)] if commander else [],
        [text(f"{people} responder{'' if people == 1 else 's'}")] if people else [],
        [text("started "), moment(When(incident.started_at or incident.declared_at))],
        _end(incident),
    )


def _end(incident: Incident) -> list[Element]:
    if incident.resolved_at is None:
        return [text("mitigated "), moment(When(incident.mitigated_at))] if incident.mitigated_at else []
    lasted = duration(incident.resolved_at - (incident.started_at or incident.declared_at))
    ended = [text("resolved "), moment(When(incident.resolved_at)), text(f" after {lasted}")]
    by = incident.resolved_by
    if by is None or is_human(by):
        return ended
    return [*ended, text(f" by {actor_words(by)}, all alerts being quiet")]


def summary_line(incident: Incident) -> list[Element]:
    """At most two lines of summary."""
    return [text(fit.one_line(incident.summary, 240))] if incident.summary.strip() else []


def earlier_line(incident: Incident) -> list[Element]:
    """The incident that the same alerts led to before, and its channel."""
    before = incident.earlier
    if before is None:
        return []
    words = [text(f"Again: the same alerts led to {before.key}, resolved "), moment(When(before.resolved_at, day=True))]
    return joined(words, [channel(before.channel)] if before.channel is not None else [])


def clock_lines(clocks: Sequence[Clock]) -> list[list[Element]]:
    """``✅ acknowledged after 3 min of 15 min · ⏳ next update due 12:33``: running and broken ones first."""
    shown = [clock for clock in current(clocks) if clock.state is not ClockState.STOPPED]
    shown.sort(key=lambda clock: clock.met_at is not None)
    return [joined(*([text(signs.CLOCK[clock.state] + " "), *elements(clock_words(clock))] for clock in shown))]


def roles_line(incident: Incident) -> list[Element]:
    """Every role with who holds it, so that an empty one is seen."""
    return joined(
        *(
            [
                bold(role.value.capitalize()),
                text(" "),
                mention(holder) if (holder := incident.roles.get(role)) else text("—"),
            ]
            for role in Role
        )
    )


def responders_line(incident: Incident) -> list[Element]:
    """Everybody who was called or came, as mentions: Slack notifies them when the message is first posted."""
    called = incident.responders[:MENTIONED]
    more = len(incident.responders) - len(called)
    names = [element for user in called for element in (text(" "), mention(user))]
    return [bold("Called"), *names, *([text(f" and {more} more")] if more > 0 else [])] if called else []


def alerts_words(tally: AlertTally) -> str:
    """``12 alerts (3 firing)``; nothing when a person declared it."""
    if not tally.alerts:
        return ""
    return f"{tally.alerts} alert{'' if tally.alerts == 1 else 's'} ({tally.firing} firing)"


def _counts_line(message: Card) -> list[Element]:
    items = message.incident.checklist
    alerts = alerts_words(message.alerts)
    return joined(
        [text(alerts)] if alerts else [],
        [text(f"Checklist {checklist.done(items)}/{len(items)}")] if items else [],
        [bold(f"{message.open_approvals} approval{'' if message.open_approvals == 1 else 's'} open")]
        if message.open_approvals
        else [],
    )


def _runbook_line(message: Card) -> list[Element]:
    procedure = message.procedure
    if procedure is None:
        return []
    words = fit.one_line(procedure.origin.heading or procedure.title, fit.NAME)
    return [text("Runbook: "), link(message.runbook_url, words) if message.runbook_url else text(words)]


def _walk_line(incident: Incident) -> list[Element]:
    """The procedure under way, and how far it is."""
    walk = incident.going
    if walk is None:
        return []
    return [text("Under way: "), bold(fit.one_line(walk.title, fit.NAME)), text(f" {walk.settled}/{len(walk.legs)}")]


def _buttons(message: Card) -> list[Element | None]:
    incident, procedure = message.incident, message.procedure
    if not incident.open:
        return _last_buttons(incident)
    subject = pack(incident.id)
    acknowledge = button("Acknowledge", Action.ACKNOWLEDGE, subject, style="primary")
    commanded = Role.COMMANDER in incident.roles or incident.acknowledged_at is None
    return [
        acknowledge if incident.acknowledged_at is None else None,
        button("Take command", Action.TAKE_ROLE, pack(incident.id, Role.COMMANDER)) if not commanded else None,
        button("Update", Action.UPDATE, subject),
        button("Diagnose", Action.DIAGNOSE, subject) if procedure and procedure.diagnostics else None,
        button("Fix", Action.FIX, subject) if procedure and procedure.remediations else None,
        button("Resolve", Action.RESOLVE, subject),
        menu(
            Action.MORE,
            ("Catch me up", pack(Choice.SHOW, incident.id)),
            ("Go through a procedure", pack(Choice.PROCEDURE, incident.id)),
            ("Change severity", pack(Choice.SEVERITY, incident.id)),
            ("Give a role", pack(Choice.ROLE, incident.id)),
            ("Add a note", pack(Choice.NOTE, incident.id)),
        ),
    ]


def _last_buttons(incident: Incident) -> list[Element | None]:
    waits = any(clock.kind is ClockKind.POSTMORTEM and clock.open for clock in incident.clocks)
    subject = pack(incident.id)
    return [
        button("Post-mortem draft", Action.POSTMORTEM, subject),
        button("Post-mortem done", Action.POSTMORTEM_DONE, subject) if waits else None,
    ]
