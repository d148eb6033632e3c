"""The forms around a remediation: choose it, give its parameters; say why it is rejected, or why it runs alone."""

from collections.abc import Sequence
from typing import Final

from msgspec import Struct

from bot.slack import fields, fit
from bot.slack.blocks import Block, bold, paragraph, preformatted, text
from bot.slack.fields import Values, value_of
from bot.slack.modals import View, form, sorry
from bot.slack.names import PARAMETER, Action, Field, Form, pack
from bot.words.gates import EFFECTS
from bot.words.sentences import verdict_words
from incident.approval import Approval
from incident.incident import Incident
from incident.runbook import Parameter, ParameterKind, Procedure, Step

_WRITTEN: Final = 1_500
_PARAMETERS: Final = 40


class Wish(Struct, frozen=True, kw_only=True):
    """A remediation that somebody asks for, with its parameters as they were typed."""

    step: str
    parameters: dict[str, str]


def fix(incident: Incident, procedure: Procedure) -> View:
    """*Fix*: the runbook's remediations; choosing one shows its parameters in the same window."""
    steps = procedure.remediations
    if not steps:
        return sorry("Fix", "The runbook has nothing here that Muster may run. Work by the checklist.")
    return form(Form.FIX, "Fix", "Ask for approval", [_choice(steps, "")], pack(incident.id))


def fix_step(incident: Incident, procedure: Procedure, step: Step, undoes: str = "") -> View:
    """The same with one remediation chosen: what it does, how it is taken back, and its parameters.

    ``undoes`` is the request that it takes back.
    """
    about = paragraph(
        [text(fit.one_line(step.condition, fit.SAID), italic=True)] if step.condition.strip() else [],
        [bold("The runbook warns: "), text(fit.one_line(step.warning, fit.SAID))] if step.warning else [],
        [bold("Verdict: "), text(verdict_words(step.verdict))],
        [bold("Undo: "), text(fit.one_line(step.undo, fit.SAID) if step.undo.strip() else "there is no way back")],
    )
    blocks = [
        _choice(procedure.remediations, step.id),
        about,
        preformatted(fit.excerpt(step.written, _WRITTEN)[0]),
        *parameters(step),
        paragraph([text("Muster looks first at what it would touch. Nothing runs before somebody else approves it.")]),
    ]
    return form(Form.FIX_STEP, "Fix", "Ask for approval", blocks, pack(incident.id, step.id, *filter(None, [undoes])))


def _choice(steps: Sequence[Step], chosen: str) -> Block:
    choices = fields.options((step.title, step.id) for step in steps)
    return fields.select(Field.STEP, "Remediation", choices, chosen=chosen, action=Action.CHOOSE_STEP, dispatch=True)


def parameters(step: Step) -> list[Block]:
    """A field for each of a step's parameters."""
    return [_parameter(each) for each in step.parameters[:_PARAMETERS]]


def _parameter(parameter: Parameter) -> Block:
    field, given = f"{PARAMETER}{parameter.name}", parameter.default or ""
    if parameter.kind is ParameterKind.INTEGER:
        low = parameter.minimum if parameter.minimum is not None else 0
        return fields.number(
            field, parameter.label, hint=rule(parameter), given=given, minimum=low, maximum=parameter.maximum
        )
    if parameter.kind is ParameterKind.CHOICE and _selectable(parameter.choices):
        return fields.select(
            field, parameter.label, fields.options((each, each) for each in parameter.choices), chosen=given
        )
    return fields.typed(field, parameter.label, hint=rule(parameter), given=given, most=fit.SAID)


def _selectable(choices: Sequence[str]) -> bool:
    return 0 < len(choices) <= fit.OPTIONS and all(
        0 < len(each) <= fit.OPTION and fit.visible(each) == each for each in choices
    )


def rule(parameter: Parameter) -> str:
    """What a parameter may be, for whoever fills it in."""
    if parameter.kind is ParameterKind.CHOICE:
        return "One of " + ", ".join(parameter.choices)
    if parameter.kind is ParameterKind.TEXT:
        return parameter.shape[0].upper() + parameter.shape[1:]
    low = parameter.minimum if parameter.minimum is not None else 0
    top = f" to {parameter.maximum}" if parameter.maximum is not None else " upwards"
    return f"A whole number from {low}{top}"


def read_fix(values: Values) -> Wish:
    """The remediation that was asked for."""
    return Wish(step=value_of(values, Field.STEP), parameters=read_parameters(values))


def read_undone(about: str, wish: Wish) -> str:
    """The request that the wished step takes back: the form was opened for that step on its card. Empty: none."""
    _, step, undoes = (*about.split("\n"), "", "")[:3]
    return undoes if step == wish.step else ""


def read_parameters(values: Values) -> dict[str, str]:
    """A step's parameters as they were typed."""
    return {field.removeprefix(PARAMETER): value_of(values, field) for field in values if field.startswith(PARAMETER)}


def reject(approval: Approval) -> View:
    """*Reject*: why, so that whoever asked knows what to do instead."""
    asked = _about(approval, "It will not run.")
    reason = fields.typed(Field.REASON, "Why not?", lines=True, most=500)
    return form(Form.REJECT, "Reject", "Reject", [asked, reason], pack(approval.id))


def break_glass(approval: Approval) -> View:
    """*Break glass*: the reason is told to everybody and reviewed afterwards."""
    runs = "Each of them may then run, as you take it, " if approval.parts else "It will run at once "
    asked = _about(
        approval, f"{runs}without a second person. The channel is told, somebody else is called, and it is reviewed."
    )
    reason = fields.typed(Field.REASON, "Why can it not wait for a second person?", lines=True, most=500)
    return form(Form.BREAK_GLASS, "Break glass", "Run it alone", [asked, reason], pack(approval.id))


def find_effect(approval: Approval) -> View:
    """*Say what you found there*: whether a run that was cut short took effect, and how one can see that."""
    asked = _about(approval, "Muster does not know how it ended. Look at the target first, then say what is so there.")
    effects = fields.options((words[0].upper() + words[1:], effect.value) for effect, words in EFFECTS.items())
    blocks = [
        asked,
        fields.radio(Field.EFFECT, "What is so there?", effects),
        fields.typed(Field.NOTE, "How do you know?", lines=True, most=500, hint="It goes on the timeline."),
    ]
    return form(Form.FIND_EFFECT, "What you found", "Say so", blocks, pack(approval.id))


def read_reason(values: Values) -> str:
    """The reason that was given."""
    return value_of(values, Field.REASON)


def _about(approval: Approval, words: str) -> Block | None:
    return paragraph([bold(fit.one_line(approval.plan.title, fit.NAME))], [text(words)])
