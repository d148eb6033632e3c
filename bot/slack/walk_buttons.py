"""What can be pressed in a procedure that is walked: its next step, its end, its way back."""

from collections.abc import Sequence
from typing import Final

from bot.slack.blocks import Element, button, choose, option
from bot.slack.names import Action, pack
from bot.words.sentences import duration
from commands.messages import WalkMessage
from incident.incident import Incident
from incident.runbook import StepKind
from incident.timeline import Event, Kind, fact
from incident.walk import Leg, LegState, Walk, WalkState

_INSTEAD: Final = 5


def step_buttons(incident: Incident, walk: Walk, index: int) -> Sequence[Element | None]:
    """Those of the step whose turn it is; none while it runs."""
    leg = walk.legs[index]
    if not incident.open:
        return []
    about = pack(incident.id, walk.id, str(index), str(leg.tries))
    if leg.state is LegState.HOLDING:
        return [button("Cut the wait short…", Action.STEP_SKIP, about)]
    if not leg.state.offered:
        return []
    return [
        button(_take(leg, walk), Action.STEP_TAKE, about, style="primary"),
        button("Skip…", Action.STEP_SKIP, about),
    ]


def walk_buttons(message: WalkMessage) -> Sequence[Element | None]:
    """Those of the whole procedure; once it was ended early, the runbook's procedures for rolling back, too."""
    incident, walk = message.incident, message.walk
    if not incident.open:
        return []
    other = incident.going is not None and incident.going.id != walk.id
    instead = [option(each.title, pack(incident.id, each.id)) for each in message.instead[:_INSTEAD]]
    return [
        button("Ask once for all changes", Action.ASK_AT_ONCE, pack(incident.id, walk.procedure))
        if message.at_once
        else None,
        _abort(incident, walk) if walk.state is WalkState.GOING else None,
        _roll_back(incident, walk) if message.has_way_back and not other else None,
        choose(Action.WALK_BEGIN, "Begin another procedure…", instead) if instead else None,
    ]


def next_buttons(event: Event, incident: Incident) -> Sequence[Element | None]:
    """Those under a line about how a change of a walk ended: what is next, or the same again."""
    walk = incident.going
    ended = fact(event, "approval")
    if walk is None or walk.next is None or ended not in {leg.approval for leg in walk.legs}:
        return []
    return step_buttons(incident, walk, walk.next)


def wait_buttons(event: Event, incident: Incident) -> Sequence[Element | None]:
    """Those under a line about a wait: its end offers the next step, a bad sight a way out."""
    walk = incident.going
    if walk is None or walk.id != fact(event, "walk") or walk.next is None:
        return []
    following = step_buttons(incident, walk, walk.next) if event.kind is Kind.HOLD_OVER else []
    return [*following, _abort(incident, walk), _roll_back(incident, walk)]


def _abort(incident: Incident, walk: Walk) -> Element:
    return button("Abort…", Action.WALK_ABORT, pack(incident.id, walk.id))


def _roll_back(incident: Incident, walk: Walk) -> Element:
    return button("Roll back…", Action.WALK_BACK, pack(incident.id, walk.id), style="danger")


def _take(leg: Leg, walk: Walk) -> str:
    """What pressing it does; by an approval for all of them a change runs at once."""
    if leg.kind is StepKind.REMEDIATION and walk.whole:
        return "Run, as approved"
    again = leg.state is LegState.FAILED
    if leg.only_waits:
        return f"Begin the wait of {duration(leg.hold)}"
    return {
        StepKind.DIAGNOSTIC: "Run again" if again else "Run",
        StepKind.REMEDIATION: "Ask again" if again else "Ask for approval",
        StepKind.MANUAL: "Done…",
    }[leg.kind]
