"""The fields of a form: how each is shown, and how what people put in is read back."""

from collections.abc import Iterable, Mapping, Sequence
from typing import TypeAlias

from bot.slack import fit
from bot.slack.blocks import Block, Element, option
from bot.slack.names import INPUT

Values: TypeAlias = Mapping[str, Mapping[str, Mapping[str, object]]]
"""``view["state"]["values"]``: field → element → what it holds."""


def typed(
    field: str,
    label: str,
    *,
    required: bool = True,
    hint: str = "",
    given: str = "",
    lines: bool = False,
    most: int = fit.TYPED,
) -> Block:
    """A field to type into; ``lines`` gives it several lines."""
    element: Element = {"type": "plain_text_input", "action_id": INPUT, "multiline": lines, "max_length": most}
    return _input(field, label, _with(element, initial_value=fit.visible(given)[:most]), required=required, hint=hint)


def number(field: str, label: str, *, hint: str, given: str, minimum: int | None, maximum: int | None) -> Block:
    """A field for a whole number; Slack itself refuses others."""
    element: Element = {"type": "number_input", "action_id": INPUT, "is_decimal_allowed": False}
    bounds = {"min_value": minimum, "max_value": maximum}
    element |= {name: str(bound) for name, bound in bounds.items() if bound is not None}
    return _input(field, label, _with(element, initial_value=given), required=True, hint=hint)


def radio(
    field: str, label: str, options: Sequence[Element], *, chosen: str = "", hint: str = "", required: bool = True
) -> Block:
    """One of a few, all of them in sight."""
    element: Element = {"type": "radio_buttons", "action_id": INPUT, "options": list(options)}
    return _input(field, label, _with(element, initial_option=_of(options, chosen)), required=required, hint=hint)


def select(
    field: str, label: str, options: Sequence[Element], *, chosen: str = "", action: str = INPUT, dispatch: bool = False
) -> Block:
    """One of many; ``dispatch`` tells Muster of the choice before the form is sent."""
    element: Element = {
        "type": "static_select",
        "action_id": action,
        "options": list(options)[: fit.OPTIONS],
        "placeholder": {"type": "plain_text", "text": "Choose one"},
    }
    block = _input(field, label, _with(element, initial_option=_of(options, chosen)), required=True)
    return {**block, "dispatch_action": True} if dispatch else block


def user(field: str, label: str, *, chosen: str = "") -> Block:
    """A person of the workspace."""
    return _input(field, label, _with({"type": "users_select", "action_id": INPUT}, initial_user=chosen), required=True)


def _input(field: str, label: str, element: Element, *, required: bool, hint: str = "") -> Block:
    block: Block = {
        "type": "input",
        "block_id": field,
        "label": {"type": "plain_text", "text": fit.one_line(label, fit.LABEL), "emoji": False},
        "element": element,
        "optional": not required,
    }
    hinted = {"type": "plain_text", "text": fit.one_line(hint, fit.HINT), "emoji": False}
    return {**block, "hint": hinted} if hint else block


def _with(element: Element, **given: object) -> Element:
    return element | {name: value for name, value in given.items() if value}


def _of(options: Iterable[Element], value: str) -> Element | None:
    return next((each for each in options if each["value"] == value), None)


def value_of(values: Values, field: str) -> str:
    """What a field holds: the text typed, the option or person chosen; empty when nothing was."""
    for held in values.get(field, {}).values():
        chosen = held.get("selected_option")
        if isinstance(chosen, Mapping):
            return str(chosen.get("value", ""))
        return str(held.get("value") or held.get("selected_user") or "").strip()
    return ""


def options(pairs: Iterable[tuple[str, str]]) -> list[Element]:
    """Choices of (words, value)."""
    return [option(words, value) for words, value in pairs]
