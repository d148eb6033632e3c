"""The checklist: one line an item, a button for each that is open, a name and a time for each that is ticked."""

from typing import Final

from bot.slack import fit
from bot.slack.blocks import (
    Block,
    Rendered,
    actions,
    bold,
    button,
    choose,
    context,
    fallback,
    joined,
    mention,
    moment,
    option,
    paragraph,
    rendered,
    section,
    text,
)
from bot.slack.names import Action, pack
from bot.words.phrase import When
from commands.messages import ChecklistMessage
from incident.checklist import Item, done
from incident.incident import Incident

MOST: Final = 40
"""Items with a line of their own; Slack allows 50 blocks a message."""
_LENGTH: Final = 150
_COMMAND: Final = 300
_OPENED_AGAIN: Final = 20


def checklist(message: ChecklistMessage) -> Rendered:
    """The checklist; once the incident is resolved nothing can be ticked any longer."""
    incident = message.incident
    items = incident.checklist
    count = f"{done(items)} of {len(items)} done"
    left = len(items) - MOST
    return rendered(
        fallback(f"Checklist of {incident.key}: {count}"),
        [
            paragraph(joined([bold(f"Checklist · {incident.key}")], [text(count)])),
            *(_line(incident, number, item) for number, item in enumerate(items[:MOST], 1)),
            context(f"{left} more items are not shown: tick them by number, as in /incident check {MOST + 1}.")
            if left > 0
            else None,
            _open_again(incident),
        ],
    )


def _line(incident: Incident, number: int, item: Item) -> Block | None:
    words = f"{number}. {fit.one_line(item.text, _LENGTH)}"
    if item.ticked_by is not None and item.ticked_at is not None:
        who = [text("✅ "), text(words, strike=True), text(" — "), mention(item.ticked_by), text(" ")]
        return paragraph([*who, moment(When(item.ticked_at))])
    if not incident.open:
        return paragraph([text(f"⬜ {words} — left open")])
    command = f"\n$ {fit.one_line(item.command, _COMMAND)}" if item.command else ""
    return section(words + command, button("Done", Action.TICK, pack(incident.id, str(number))))


def _open_again(incident: Incident) -> Block | None:
    ticked = [
        option(f"{number}. {item.text}", pack(incident.id, str(number)))
        for number, item in enumerate(incident.checklist, 1)
        if item.ticked_by is not None
    ]
    return (
        actions(choose(Action.UNTICK, "Open an item again…", ticked[-_OPENED_AGAIN:]))
        if ticked and incident.open
        else None
    )
