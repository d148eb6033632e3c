"""The runbook's procedures, for whoever asks: this incident's own first, then the others by what they are for."""

from collections.abc import Sequence
from itertools import groupby
from typing import Final

from bot.slack import fit
from bot.slack.blocks import (
    Block,
    Element,
    Rendered,
    actions,
    bold,
    button,
    choose,
    code,
    option,
    paragraph,
    rendered,
    text,
)
from bot.slack.names import Action, pack
from bot.slack.walk_card import walk_card
from commands.answers import AtOnce, Procedures, Underway
from incident.incident import Incident
from incident.runbook import Procedure

_LISTED: Final = 60
_TITLE: Final = 45
_PURPOSE: Final = 20


def procedures(answer: Procedures) -> Rendered:
    """The list, with a button for the incident's own procedure and a menu of all others."""
    incident, own = answer.incident, answer.own
    head = "Which procedure?" if own is not None or answer.others else "The runbook has no procedure."
    return rendered(
        head,
        [
            paragraph([bold(head)], _own(own) if own is not None else []),
            actions(_begin(incident, own)) if own is not None and incident.open else None,
            *_others(answer.others),
            actions(_menu(incident, answer.others)) if answer.others and incident.open else None,
            paragraph(
                [text("Nothing runs when you begin one: each step waits for you, each change for a second person.")]
            ),
        ],
    )


def at_once(answer: AtOnce) -> Rendered:
    """The changes that one card would ask for, and the way step by step."""
    incident, procedure = answer.incident, answer.procedure
    head = f"{_title(procedure)}: {len(answer.changes)} changes"
    about = pack(incident.id, procedure.id)
    return rendered(
        head,
        [
            paragraph([bold(head)], *([text(f"• {fit.one_line(each, _TITLE)}")] for each in answer.changes)),
            paragraph([
                text("Asked at once, all of them stand on one card: one approval for exactly these, in this order. "),
                text("Each still waits for you, and is looked at again just before it runs."),
            ]),
            actions(
                button("Ask once for all changes", Action.ASK_AT_ONCE, about, style="primary"),
                button("Go step by step", Action.WALK_BEGIN, about),
            ),
        ],
    )  # fmt: skip


def underway(answer: Underway) -> Rendered:
    """The procedure as its message in the channel shows it, buttons and all."""
    return walk_card(answer.message)


def _own(own: Procedure) -> list[Element]:
    return [text("This incident follows "), bold(_title(own)), text(f", {_steps(own)}")]


def _begin(incident: Incident, own: Procedure) -> Element:
    return button(f"Begin “{_title(own)}”", Action.WALK_BEGIN, pack(incident.id, own.id), style="primary")


def _others(others: Sequence[Procedure]) -> list[Block | None]:
    lines = []
    for purpose, group in groupby(others[:_LISTED], key=lambda each: each.purpose):
        names = ", ".join(f"{_title(each)} ({len(each.steps)})" for each in group)
        lines.append([bold(f"{fit.one_line(purpose.capitalize(), _PURPOSE)}: "), text(names)])
    return [paragraph(*lines, [text("By name: "), code("/incident procedure name")])] if lines else []


def _menu(incident: Incident, others: Sequence[Procedure]) -> Element:
    choices = [option(_title(each), pack(incident.id, each.id)) for each in others[:_LISTED]]
    return choose(Action.WALK_BEGIN, "Begin another one…", choices)


def _title(procedure: Procedure) -> str:
    return fit.one_line(procedure.title, _TITLE)


def _steps(procedure: Procedure) -> str:
    count = len(procedure.steps)
    return "1 step" if count == 1 else f"{count} steps"
