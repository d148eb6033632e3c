"""The forms of a procedure that is walked: a step's parameters, how it was done, why it is skipped, why it ends."""

from typing import Final

from bot.slack import fields, fit
from bot.slack.blocks import Block, bold, paragraph, preformatted, text
from bot.slack.modals import View, form, sorry
from bot.slack.modals_fix import parameters
from bot.slack.names import Field, pack, unpack
from bot.slack.names import Form as Callback
from commands.answers import Form, FormWanted
from incident.course import Turn
from incident.incident import Incident
from incident.runbook import Step, StepKind
from incident.walk import Leg

_WRITTEN: Final = 1_500
_REASON: Final = 500

WALK_FORMS: Final = frozenset({Form.STEP_RUN, Form.STEP_DONE, Form.STEP_SKIP, Form.WALK_ABORT, Form.WALK_BACK})


def about(incident: Incident, turn: Turn) -> str:
    """What a button or a form of one step carries."""
    return pack(incident.id, turn.walk, str(turn.index), "" if turn.tries is None else str(turn.tries))


def turn_of(value: str) -> Turn:
    """The step that a button or a form carries."""
    _, walk, index, tries = unpack(value, 4)
    return Turn(walk=walk, index=int(index), tries=int(tries) if tries else None)


def wanted(asked: FormWanted, incident: Incident) -> View:
    """The window for one step, or for the whole walk."""
    if asked.turn is None:
        return sorry("Procedure", "No procedure is under way here: see those of the runbook with /incident procedure.")
    walk, leg = asked.turn.among(incident)
    carried = about(incident, asked.turn)
    match asked.form:
        case Form.STEP_RUN if asked.step is not None:
            return _run(leg, asked.step, carried)
        case Form.STEP_DONE:
            return _done(leg, asked.step, carried)
        case Form.STEP_SKIP:
            return _skip(leg, asked.step, carried)
        case Form.WALK_ABORT:
            return _end(Callback.WALK_ABORT, walk.title, "Nothing more of it is begun. What runs now goes on.", carried)
        case Form.WALK_BACK:
            words = "What was done is taken back, the last step first. Each change still needs its own approval."
            return _end(Callback.WALK_BACK, walk.title, words, carried)
        case _:
            return sorry("Procedure", "The runbook was changed and has this step no longer: skip it, or abort.")


def _run(leg: Leg, step: Step, carried: str) -> View:
    changes = leg.kind is StepKind.REMEDIATION
    words = "Nothing runs before somebody else approves it." if changes else "It only looks, and runs at once."
    blocks = [*_head(leg, step), *parameters(step), paragraph([text(words)])]
    return form(Callback.STEP_RUN, "Run a step", "Ask for approval" if changes else "Run", blocks, carried)


def _done(leg: Leg, step: Step | None, carried: str) -> View:
    how = fields.typed(Field.NOTE, "How was it done?", lines=True, most=2_000, hint="It goes on the timeline.")
    gives = fit.one_line(leg.gives, fit.NAME)
    value = fields.typed(Field.VALUE, f"Value of {gives}", most=500, hint="Later steps take it.") if leg.gives else None
    return form(Callback.STEP_DONE, "Step done", "Done", [*_head(leg, step), how, value], carried)


def _skip(leg: Leg, step: Step | None, carried: str) -> View:
    condition = step.condition.strip() if step is not None else ""
    given = f"Not so: {fit.one_line(condition, fit.SAID)}" if condition else ""
    why = fields.typed(Field.REASON, "Why?", lines=True, given=given, most=_REASON, hint="It goes on the timeline.")
    return form(Callback.STEP_SKIP, "Skip a step", "Skip", [*_head(leg, step), why], carried)


def _end(callback: Callback, title: str, words: str, carried: str) -> View:
    aborts = callback is Callback.WALK_ABORT
    why = fields.typed(Field.REASON, "Why?", lines=True, most=_REASON, hint="The channel is told.")
    blocks = [paragraph([bold(fit.one_line(title, fit.NAME))], [text(words)]), why]
    return form(callback, "Abort" if aborts else "Roll back", "Abort" if aborts else "Roll back", blocks, carried)


def _head(leg: Leg, step: Step | None) -> list[Block | None]:
    written = leg.text or (step.written if step is not None else "")
    shown = preformatted(fit.excerpt(written, _WRITTEN)[0]) if written.strip() else None
    return [paragraph([bold(fit.one_line(leg.title, fit.NAME))]), shown]
