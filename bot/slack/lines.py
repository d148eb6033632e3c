"""The short messages: something happened, a clock comes near, somebody is called, a fix helped or did not."""

from collections.abc import Iterator, Sequence
from typing import Final

from bot.slack import fit, signs
from bot.slack.blocks import (
    Block,
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
    moment,
    mrkdwn,
    paragraph,
    rendered,
    text,
)
from bot.slack.card import state_line, summary_line
from bot.slack.finding import said
from bot.slack.late import since
from bot.slack.names import Action, pack
from bot.slack.walk_buttons import next_buttons, wait_buttons
from bot.words.findings import amount
from bot.words.phrase import Phrase, When
from bot.words.sentences import clock_words, comparison_words, duration, event_phrase
from commands.messages import EventMessage, NoticeMessage, PageMessage, ReminderMessage, VerdictMessage
from incident.clock import ClockKind
from incident.finding import Comparison, Finding
from incident.incident import Incident
from incident.timeline import Kind

_LONGEST: Final = 2_900
"""An update is told whole: people may type 3,000 characters, and most of a line is theirs."""
_FINDINGS: Final = 15


def event_line(message: EventMessage) -> Rendered:
    """One line about what happened, with the button for what it asks for."""
    event, incident = message.event, message.incident
    sign = signs.EVENT.get(event.kind, "")
    phrase: Phrase = (*since(event.at, late=message.late), *((f"{sign} ",) if sign else ()), *event_phrase(event))
    return rendered(
        f"{incident.key}: {mrkdwn(phrase)}",
        [paragraph(elements(phrase, _LONGEST)), actions(*_event_buttons(message))],
    )


def notice(message: NoticeMessage) -> Rendered:
    """What concerns no incident: an alert that is only told, by which rule, or a target that watches cannot see."""
    phrase: Phrase = (
        *since(message.event.at, late=message.late),
        f"{signs.EVENT.get(message.event.kind, signs.EVENT[Kind.ALERT_NOTIFIED])} ",
        *event_phrase(message.event),
    )
    return rendered(mrkdwn(phrase), [paragraph(elements(phrase, _LONGEST))])


def _event_buttons(message: EventMessage) -> Sequence[Element | None]:
    event, incident = message.event, message.incident
    if event.kind is Kind.CLOCK_BREACHED and incident.open:
        return clock_buttons(ClockKind(str(event.facts.get("clock"))), incident)
    if event.kind is Kind.REMEDIATED:
        return next_buttons(event, incident)
    if event.kind in {Kind.HOLD_UNHEALTHY, Kind.HOLD_OVER}:
        return wait_buttons(event, incident)
    if event.kind in {Kind.RESOLVED, Kind.POSTMORTEM_WRITTEN}:
        return [button("Post-mortem draft", Action.POSTMORTEM, pack(incident.id))]
    return []


def clock_buttons(kind: ClockKind, incident: Incident) -> Sequence[Element | None]:
    """What meets a clock."""
    subject = pack(incident.id)
    acknowledge = button("Acknowledge", Action.ACKNOWLEDGE, subject, style="primary")
    update = button("Update", Action.UPDATE, subject)
    return {
        ClockKind.ACKNOWLEDGE: [acknowledge],
        ClockKind.ASSESS: [update],
        ClockKind.UPDATE: [update],
        ClockKind.ESCALATE: [update],
        ClockKind.WATCH: [button("Diagnose", Action.DIAGNOSE, subject)],
        ClockKind.POSTMORTEM: [
            button("Post-mortem draft", Action.POSTMORTEM, subject),
            button("Post-mortem done", Action.POSTMORTEM_DONE, subject),
        ],
    }[kind]


def reminder(message: ReminderMessage) -> Rendered:
    """A clock that comes near: what is due, when, how long that is, and the button that meets it."""
    clock, incident = message.clock, message.incident
    left = clock.due_at - message.now
    remaining: Phrase = (f" ({duration(left)} left)",) if left.total_seconds() > 0 else ()
    phrase: Phrase = ("⏳ ", *clock_words(clock), *remaining)
    about = f"{incident.severity.value} · {incident.key} · {fit.one_line(incident.title, fit.NAME)}"
    return rendered(
        f"{incident.key}: {mrkdwn(phrase)}",
        [paragraph(elements(phrase), [text(about)]), actions(*clock_buttons(clock.kind, incident))],
    )


def page(message: PageMessage) -> Rendered:
    """A direct message that calls somebody: what is broken, why they, where to go, and the button to answer."""
    incident = message.incident
    called = "You are called because it was not under control in time" if message.escalated else "You are on call"
    if message.reason and not message.escalated:
        called = "Look at this now"
    if message.declared:
        called = "You declared it. Slack holds its channel back for the moment: work in its thread until it opens"
    if not incident.open:
        called = "You were to be called; it is over by now"
    reason = fit.one_line(message.reason, fit.SAID) if message.reason.strip() else ""
    return rendered(
        fallback(f"📟 {signs.headline(incident)}. {called}."),
        [
            header(signs.headline(incident)),
            paragraph(
                [bold(f"📟 {called}."), *([text(f" {reason}")] if reason else [])],
                state_line(incident),
                summary_line(incident),
                [text("Go to "), channel(message.place.channel)] if message.place is not None else [],
            ),
            actions(*_page_buttons(incident)),
            paragraph([bold("And for these")]) if message.others else None,
            *(block for other in message.others for block in _called_too(other)),
        ],
    )


def _called_too(incident: Incident) -> Iterator[Block | None]:
    place = incident.home.place
    title = fit.one_line(incident.title, fit.NAME)
    where = [text(" in "), channel(place.channel)] if place is not None else []
    yield paragraph([text(f"{incident.severity.value} · {incident.key} · {title}"), *where])
    if incident.open and incident.acknowledged_at is None:
        yield actions(button(f"Acknowledge {incident.key}", Action.ACKNOWLEDGE, pack(incident.id), style="primary"))


def _page_buttons(incident: Incident) -> list[Element | None]:
    if not incident.open:
        return []
    acknowledge = button("Acknowledge", Action.ACKNOWLEDGE, pack(incident.id), style="primary")
    return [
        acknowledge if incident.acknowledged_at is None else None,
        button("Catch me up", Action.SHOW, pack(incident.id)),
    ]


def verdict(message: VerdictMessage) -> Rendered:
    """Whether a remediation helped, and each diagnostic before and after."""
    words = f"{signs.COMPARISON[message.comparison]} {comparison_words(message.comparison)}"
    title = fit.one_line(message.title, fit.NAME)
    when = elements(since(message.at, late=message.late))
    before = {found.step_id: found for found in message.before}
    return rendered(
        fallback(f"{message.incident.key}: after {title}: {words}"),
        [
            paragraph([*when, bold(f"After “{title}”")], [text(words)], _watched(message)),
            paragraph(*(_compared(before.get(found.step_id), found) for found in message.after[:_FINDINGS])),
        ],
    )


def _watched(message: VerdictMessage) -> list[Element]:
    """Until when a healed incident is watched, before it is looked at once more."""
    watches = [each for each in message.incident.clocks if each.kind is ClockKind.WATCH and each.open]
    if message.comparison is not Comparison.HEALED or not watches:
        return []
    return [text("Marked as mitigated; Muster looks once more at "), moment(When(watches[-1].due_at)), text(".")]


def _compared(before: Finding | None, after: Finding) -> list[Element]:
    was = _value(before) if before is not None else "not looked"
    line = [text(f"{signs.finding(after)} "), bold(fit.one_line(after.title, 80)), text(f": {was} → {_value(after)}")]
    return joined(line, [moment(When(after.at))])


def _value(found: Finding) -> str:
    return fit.one_line(said(found) if found.sight.value is None else amount(found.sight), 80)
