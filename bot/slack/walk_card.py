"""A procedure that is walked, in one message: what is done, the step whose turn it is with its buttons, what comes.

The final command of a change is on its approval card; here a long one is cut, and says so.
"""

from typing import Final

from bot.slack import fit
from bot.slack.blocks import (
    Block,
    Element,
    Rendered,
    actions,
    bold,
    code,
    context,
    fallback,
    header,
    joined,
    mention,
    moment,
    paragraph,
    preformatted,
    rendered,
    text,
)
from bot.slack.walk_buttons import step_buttons, walk_buttons
from bot.slack.walk_leg import sign, state_of
from bot.words.phrase import When
from commands.messages import WalkMessage
from incident.runbook import StepKind
from incident.walk import Walk, WalkState

BEFORE: Final = 8
AFTER: Final = 10
"""How many steps before and after the one whose turn it is have a line; the others are counted."""
_NOW: Final = 1_800
_TITLE: Final = 90
_LATER: Final = 90

_ENDED: Final = {WalkState.GOING: "🧭", WalkState.FINISHED: "🏁", WalkState.ABORTED: "🛑"}


def walk_card(message: WalkMessage) -> Rendered:
    """The whole procedure as it stands; only one that goes on has the buttons of its steps."""
    walk = message.walk
    head = f"{_ENDED[walk.state]} {fit.one_line(walk.title, 90)} · {message.incident.key}"
    now = walk.next if walk.state is WalkState.GOING else None
    cut = len(walk.legs) if now is None else now
    return rendered(
        fallback(f"{head}: {walk.settled} of {len(walk.legs)} steps"),
        [
            header(head),
            paragraph(_standing(walk), _ending(walk), _approved(walk)),
            _earlier(message, cut),
            *(_current(message, now) if now is not None else []),
            _later(message, cut + 1),
            actions(*walk_buttons(message)),
            context(_watching(message)),
        ],
    )


def _standing(walk: Walk) -> list[Element]:
    count = f"{walk.settled} of {len(walk.legs)} steps"
    return joined([bold(count)], [text("begun by "), mention(walk.by), text(" "), moment(When(walk.begun_at))])


def _approved(walk: Walk) -> list[Element]:
    return [text("Its changes are approved: the card is in this channel")] if walk.whole else []


def _ending(walk: Walk) -> list[Element]:
    if walk.ended_at is None:
        return []
    word = "Finished " if walk.state is WalkState.FINISHED else "Ended before its end "
    who = [text(" by "), mention(walk.ended_by)] if walk.ended_by is not None else []
    why = [text(f": {fit.one_line(walk.reason, fit.SAID)}")] if walk.reason else []
    return [text(word), moment(When(walk.ended_at)), *who, *why]


def _earlier(message: WalkMessage, cut: int) -> Block | None:
    first = max(0, cut - BEFORE)
    hidden = [[text(f"… {first} earlier steps are settled", italic=True)]] if first else []
    return paragraph(*hidden, *(_line(message, index) for index in range(first, cut)))


def _later(message: WalkMessage, start: int) -> Block | None:
    legs = message.walk.legs
    if message.walk.state is not WalkState.GOING:
        return None
    end = min(len(legs), start + AFTER)
    more = [[text(f"… {len(legs) - end} more steps", italic=True)]] if end < len(legs) else []
    lines = [line for index in range(start, end) for line in (_line(message, index), *_ahead(message, index))]
    return paragraph(*lines, *more)


def _line(message: WalkMessage, index: int) -> list[Element]:
    leg = message.walk.legs[index]
    title = text(f"{sign(leg, message)} {index + 1}. {fit.one_line(leg.title, _TITLE)}")
    return joined([title], state_of(leg, message))


def _ahead(message: WalkMessage, index: int) -> list[list[Element]]:
    words = _words(message, index)
    command = [text("      "), code(fit.one_line(words, _LATER))] if words else []
    return [each for each in (_condition(message, index, "      "), command) if each]


def _condition(message: WalkMessage, index: int, indent: str = "") -> list[Element]:
    step = message.steps[index]
    said = fit.one_line(step.condition, _LATER) if step is not None and step.condition.strip() else ""
    only = "Not" if said.startswith("unless ") else "Only if:"
    return [text(f"{indent}{only} {said}", italic=True)] if said else []


def _warning(message: WalkMessage, index: int) -> list[Element]:
    step = message.steps[index]
    said = fit.one_line(step.warning, fit.SAID) if step is not None and step.warning else ""
    return [bold("The runbook warns: "), text(said)] if said else []


def _by_hand(message: WalkMessage, index: int) -> list[Element]:
    """Why a command of the runbook is a person's to run."""
    leg, step = message.walk.legs[index], message.steps[index]
    if step is None or leg.kind is not StepKind.MANUAL or not step.written.strip() or leg.only_waits:
        return []
    return [bold("By hand: "), text(fit.one_line(step.reason, fit.SAID))]


def _words(message: WalkMessage, index: int) -> str:
    """What the step runs, or what a person does."""
    leg, step = message.walk.legs[index], message.steps[index]
    return leg.text or (message.walk.command(index, step) if step is not None else "")


def _current(message: WalkMessage, index: int) -> list[Block | None]:
    walk, incident = message.walk, message.incident
    leg = walk.legs[index]
    words = _words(message, index)
    shown, left = fit.excerpt(words, _NOW)
    changed = "The runbook was changed and no longer has this step: skip it, or abort." if _gone(message, index) else ""
    return [
        paragraph(
            [bold(f"{sign(leg, message, now=True)} {index + 1}. {fit.one_line(leg.title, _TITLE)}")],
            _condition(message, index),
            _warning(message, index),
            _by_hand(message, index),
            state_of(leg, message),
            [text(changed)] if changed else [],
        ),
        preformatted(shown + (f"\n… {left} more characters" if left else "")) if words.strip() else None,
        actions(*step_buttons(incident, walk, index)),
    ]


def _gone(message: WalkMessage, index: int) -> bool:
    return message.steps[index] is None and bool(message.walk.legs[index].step)


def _watching(message: WalkMessage) -> str:
    if not any(leg.hold and not leg.state.settled for leg in message.walk.legs):
        return ""
    if not message.watched_by:
        return "No diagnostic watches this procedure's waits: look for yourself."
    return "During a wait these look: " + fit.one_line(", ".join(message.watched_by), fit.SAID)
