"""The names by which a click, a form or a field comes back from Slack. Buttons carry ids only, never data."""

from enum import StrEnum


class Action(StrEnum):
    """What a button or a menu does (``action_id``). Its value is made by ``pack``: the ids named here."""

    ACKNOWLEDGE = "acknowledge"
    """incident"""
    UPDATE = "update"
    """incident"""
    DIAGNOSE = "diagnose"
    """incident"""
    FIX = "fix"
    """incident"""
    RESOLVE = "resolve"
    """incident"""
    MORE = "more"
    """The menu of the card; the chosen option holds a Choice and the incident."""
    SHOW = "show"
    """incident"""
    JOIN = "join"
    """incident"""
    TAKE_ROLE = "take_role"
    """incident, role"""
    TICK = "tick"
    """incident, item number"""
    UNTICK = "untick"
    """incident, item number"""
    APPROVE = "approve"
    """approval"""
    REJECT = "reject"
    """approval"""
    BREAK_GLASS = "break_glass"
    """approval"""
    CANCEL = "cancel"
    """approval"""
    FIND_EFFECT = "find_effect"
    """approval"""
    UNDO = "undo"
    """approval"""
    PROOF = "proof"
    """finding"""
    POSTMORTEM = "postmortem"
    """incident"""
    POSTMORTEM_DONE = "postmortem_done"
    """incident"""
    CHOOSE_STEP = "choose_step"
    """In the fix form; the chosen option is the step's id."""
    PICK = "pick"
    """incident, then the command to go on with, as it was typed."""
    DECLARE = "declare"
    """nothing"""
    WALK_BEGIN = "walk_begin"
    """incident, procedure"""
    ASK_AT_ONCE = "ask_at_once"
    """incident, procedure"""
    WALK_ABORT = "walk_abort"
    """incident, walk"""
    WALK_BACK = "walk_back"
    """incident, walk"""
    STEP_TAKE = "step_take"
    """incident, walk, place of the step, how often it had been begun"""
    STEP_SKIP = "step_skip"
    """the same"""


class Choice(StrEnum):
    """What the card's menu offers."""

    SEVERITY = "severity"
    ROLE = "role"
    NOTE = "note"
    SHOW = "show"
    PROCEDURE = "procedure"


class Form(StrEnum):
    """Which form was sent (``callback_id``)."""

    DECLARE = "declare"
    UPDATE = "update"
    RESOLVE = "resolve"
    SEVERITY = "severity"
    ROLE = "role"
    NOTE = "note"
    FIX = "fix"
    FIX_STEP = "fix_step"
    REJECT = "reject"
    BREAK_GLASS = "break_glass"
    FIND_EFFECT = "find_effect"
    STEP_RUN = "step_run"
    STEP_DONE = "step_done"
    STEP_SKIP = "step_skip"
    WALK_ABORT = "walk_abort"
    WALK_BACK = "walk_back"
    TOLD = "told"
    """No form: it only says something (it is loading, or why it cannot be done)."""


class Field(StrEnum):
    """One field of a form (``block_id``), by which its error comes back to it."""

    TITLE = "title"
    SEVERITY = "severity"
    SYSTEM = "system"
    SUMMARY = "summary"
    STATUS = "status"
    WHAT = "update"
    IMPACT = "impact"
    NEXT = "next"
    FIX = "fix"
    LINGERING = "lingering"
    REASON = "reason"
    ROLE = "role"
    USER = "user"
    NOTE = "note"
    STEP = "step"
    VALUE = "value"
    EFFECT = "effect"


INPUT = "input"
"""The action_id of the one element in every field but the step's."""

PARAMETER = "parameter:"
"""What a step's parameter fields begin with; the parameter's name follows."""

MARK = "muster"
"""The event type of the metadata that Muster leaves on what it posts."""


def pack(*ids: str) -> str:
    """Ids in one button's value or a form's private metadata. The last one may be any text."""
    return "\n".join(ids)


def unpack(value: str, count: int) -> tuple[str, ...]:
    """The ``count`` ids that ``pack`` put together. ValueError when there are fewer."""
    ids = tuple(value.split("\n", count - 1))
    if len(ids) != count:
        raise ValueError(f"expected {count} ids, not {len(ids)}")
    return ids
