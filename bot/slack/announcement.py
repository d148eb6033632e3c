"""One incident in the announcements channel: short, edited in place, with a way in."""

from datetime import datetime

from bot.slack import fit, signs
from bot.slack.blocks import (
    Element,
    Rendered,
    actions,
    button,
    channel,
    fallback,
    header,
    joined,
    moment,
    paragraph,
    rendered,
    text,
)
from bot.slack.card import alerts_words, clock_lines, responders_line, state_line, summary_line
from bot.slack.names import Action, pack
from bot.words.phrase import When
from commands.messages import Announcement
from incident.incident import Incident


def announcement(message: Announcement) -> Rendered:
    """Until its channel exists it also says that this thread is the place, and offers what the card will."""
    incident = message.incident
    return rendered(
        fallback(f"{signs.headline(incident)} · {incident.status.value}"),
        [
            header(signs.headline(incident)),
            paragraph(
                state_line(incident),
                summary_line(incident),
                *(clock_lines(incident.clocks) if incident.open else []),
                responders_line(incident) if incident.open else [],
                _place_line(incident, message),
            ),
            actions(*_buttons(incident)),
        ],
    )


def _place_line(incident: Incident, message: Announcement) -> list[Element]:
    alerts = alerts_words(message.alerts)
    sources = fit.one_line(", ".join(message.alerts.sources), fit.NAME)
    return joined(
        _channel(incident, message.channel_due),
        [text(f"from {sources}: {alerts}")] if alerts else [],
    )


def _channel(incident: Incident, due: datetime | None) -> list[Element]:
    if incident.home.channel is not None:
        return [channel(incident.home.channel)]
    if not incident.open:
        return []
    words = "Work in this thread until its channel opens"
    return [text(words), *([text(" at "), moment(When(due))] if due is not None else [])]


def _buttons(incident: Incident) -> list[Element | None]:
    if not incident.open:
        return []
    subject = pack(incident.id)
    if incident.home.channel is not None:
        return [button("Join channel", Action.JOIN, subject)]
    acknowledge = button("Acknowledge", Action.ACKNOWLEDGE, subject, style="primary")
    return [
        acknowledge if incident.acknowledged_at is None else None,
        button("Update", Action.UPDATE, subject),
        button("Resolve", Action.RESOLVE, subject),
    ]
