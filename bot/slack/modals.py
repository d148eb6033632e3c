"""The forms: what each asks, and what each says when it is sent. Only ids are kept in a form's private metadata."""

from collections.abc import Mapping, Sequence
from typing import Final, TypeAlias

from msgspec import Struct

from bot.slack import fields, fit
from bot.slack.blocks import Block, elements, option, paragraph, text
from bot.slack.fields import Values, value_of
from bot.slack.names import Field, Form, pack
from bot.words.phrase import Phrase
from incident import refusal
from incident.incident import Incident, Status
from incident.refusal import Refused
from incident.responder import Role, UserId
from incident.severity import Severity

View: TypeAlias = dict[str, object]

SEVERITY_HELP: Final = {
    Severity.P0: "Everything or everybody is affected. Wake people now.",
    Severity.P1: "A main function is broken for many. Work on it now.",
    Severity.P2: "Degraded, or broken for a few. Today.",
    Severity.P3: "Hardly noticed. It can wait for the morning.",
}
_STATUS_WORDS: Final = {
    Status.INVESTIGATING: "Investigating: we do not know the cause yet",
    Status.IDENTIFIED: "Identified: we know what is wrong",
    Status.MITIGATED: "Mitigated: people no longer feel it",
}


def form(callback: Form, title: str, submit: str, blocks: Sequence[Block | None], metadata: str = "") -> View:
    """A form with a button that sends it."""
    return {**told(title, blocks), "callback_id": str(callback), "submit": _plain(submit), "private_metadata": metadata}


def told(title: str, blocks: Sequence[Block | None]) -> View:
    """A window that only says something."""
    return {
        "type": "modal",
        "callback_id": str(Form.TOLD),
        "title": _plain(title),
        "close": _plain("Close"),
        "blocks": [block for block in blocks if block is not None],
    }


def _plain(words: str) -> dict[str, object]:
    return {"type": "plain_text", "text": fit.one_line(words, fit.VIEW_TITLE), "emoji": False}


def loading(title: str) -> View:
    """Opened at once, because a trigger lives three seconds; replaced when what it needs was read."""
    return told(title, [paragraph([text("One moment…")])])


def sorry(title: str, said: str | Phrase) -> View:
    """Why it cannot be done, where the form would have been."""
    return told(title, [paragraph(elements((said,) if isinstance(said, str) else said, fit.SECTION))])


class Declaration(Struct, frozen=True, kw_only=True):
    """What was put into the declare form. ``system`` is empty when there is only one."""

    title: str
    severity: Severity
    system: str
    summary: str


def declare(
    systems: Mapping[str, str],
    *,
    title: str = "",
    severity: Severity = Severity.P2,
    system: str = "",
    metadata: str = "",
) -> View:
    """*Declare an incident*: a title and a severity are enough."""
    several = fields.options((name, ident) for ident, name in systems.items()) if len(systems) > 1 else []
    return form(
        Form.DECLARE,
        "Declare an incident",
        "Declare",
        [
            fields.typed(Field.TITLE, "What is broken?", hint="As in “Checkout errors”. It names the channel.",
                         given=title, most=200),
            _severity(severity),
            fields.select(Field.SYSTEM, "System", several, chosen=system) if several else None,
            fields.typed(Field.SUMMARY, "What do you see?", required=False, lines=True),
        ],
        metadata,
    )  # fmt: skip


def _severity(chosen: Severity) -> Block:
    levels = [option(level.value, level.value, SEVERITY_HELP[level]) for level in Severity]
    return fields.radio(
        Field.SEVERITY, "Severity", levels, chosen=chosen.value, hint="When in doubt, take the worse one."
    )


def read_declare(values: Values) -> Declaration:
    """The declaration that was sent."""
    return Declaration(
        title=value_of(values, Field.TITLE),
        severity=Severity(value_of(values, Field.SEVERITY)),
        system=value_of(values, Field.SYSTEM),
        summary=value_of(values, Field.SUMMARY),
    )


class Update(Struct, frozen=True, kw_only=True):
    """What was put into the update form."""

    status: Status
    text: str
    impact: str
    next: str


def update(incident: Incident, text: str = "") -> View:
    """*Update*: the next status is preselected; what changed is required."""
    following = incident.status.next
    chosen = following if following in _STATUS_WORDS else incident.status
    return form(
        Form.UPDATE,
        "Update",
        "Send update",
        [
            fields.radio(Field.STATUS, "Status", fields.options((w, s.value) for s, w in _STATUS_WORDS.items()),
                         chosen=chosen.value),
            fields.typed(Field.WHAT, "What changed?", lines=True, given=text, most=2_000),
            fields.typed(Field.IMPACT, "Customer impact", required=False, most=500),
            fields.typed(Field.NEXT, "Next step, and who does it", required=False, most=500),
        ],
        pack(incident.id),
    )  # fmt: skip


def read_update(values: Values) -> Update:
    """The update that was sent."""
    return Update(
        status=Status(value_of(values, Field.STATUS)),
        text=value_of(values, Field.WHAT),
        impact=value_of(values, Field.IMPACT),
        next=value_of(values, Field.NEXT),
    )


class Resolution(Struct, frozen=True, kw_only=True):
    """What was put into the resolve form. ``lingering`` is *yes*, *no* or *unknown*."""

    fix: str
    lingering: str
    impact_note: str


def resolve(incident: Incident, fix: str = "") -> View:
    """*Resolve*: what fixed it, and whether anything lingers, must be said."""
    answers = fields.options([("No", "no"), ("Yes", "yes"), ("Nobody knows yet", "unknown")])
    return form(
        Form.RESOLVE,
        "Resolve",
        "Resolve",
        [
            fields.typed(Field.FIX, "What fixed it?", lines=True, given=fix, most=2_000),
            fields.radio(Field.LINGERING, "Lingering effects or data loss?", answers),
            fields.typed(Field.IMPACT, "A word on the impact", required=False, lines=True, most=1_000,
                         hint="How many people, which functions, how long: it goes into the post-mortem."),
        ],
        pack(incident.id),
    )  # fmt: skip


def read_resolve(values: Values) -> Resolution:
    """The resolution that was sent."""
    return Resolution(
        fix=value_of(values, Field.FIX),
        lingering=value_of(values, Field.LINGERING),
        impact_note=value_of(values, Field.IMPACT),
    )


class SeverityChange(Struct, frozen=True, kw_only=True):
    """What was put into the severity form."""

    severity: Severity
    reason: str


def severity(incident: Incident) -> View:
    """*Severity*: its deadlines change with it."""
    reason = fields.typed(Field.REASON, "Why?", required=False, most=500)
    blocks = [_severity(incident.severity), reason]
    return form(Form.SEVERITY, "Severity", "Change", blocks, pack(incident.id))


def read_severity(values: Values) -> SeverityChange:
    """The change that was sent."""
    return SeverityChange(severity=Severity(value_of(values, Field.SEVERITY)), reason=value_of(values, Field.REASON))


class RoleGift(Struct, frozen=True, kw_only=True):
    """What was put into the role form."""

    role: Role
    user: UserId


def role(incident: Incident, user: UserId, role: Role = Role.COMMANDER) -> View:
    """*Role*: who plays which part from now on; whoever opened the form is preselected."""
    parts = fields.options((each.value.capitalize(), each.value) for each in Role)
    blocks = [fields.radio(Field.ROLE, "Role", parts, chosen=role.value), fields.user(Field.USER, "Who?", chosen=user)]
    return form(Form.ROLE, "Give a role", "Give", blocks, pack(incident.id))


def read_role(values: Values) -> RoleGift:
    """The gift that was sent."""
    return RoleGift(role=Role(value_of(values, Field.ROLE)), user=UserId(value_of(values, Field.USER)))


def note(incident: Incident) -> View:
    """*Note*: it goes on the timeline."""
    blocks = [fields.typed(Field.NOTE, "Note for the timeline", lines=True, most=2_000)]
    return form(Form.NOTE, "Add a note", "Add", blocks, pack(incident.id))


def read_note(values: Values) -> str:
    """The note that was sent."""
    return value_of(values, Field.NOTE)


def field_errors(refused: Refused, sentence: str, blocks: Sequence[Mapping[str, object]]) -> dict[str, str]:
    """A refusal put to the field that it is about, or to the first one; ``blocks`` are the form's own.

    Empty for a window without fields.
    """
    inputs = [str(block["block_id"]) for block in blocks if block.get("type") == "input"]
    wanted = next((each for each in _fields_of(refused, blocks) if each in inputs), None)
    field = wanted or next(iter(inputs), None)
    return {field: fit.one_line(sentence, fit.HINT)} if field is not None else {}


def _fields_of(refused: Refused, blocks: Sequence[Mapping[str, object]]) -> list[str]:
    if isinstance(refused, refusal.BadTitle):
        return [Field.TITLE]
    if isinstance(refused, refusal.NothingSaid):
        return [str(refused.facts.get("what"))]
    if isinstance(refused, refusal.BadParameter):
        label = fit.one_line(str(refused.facts.get("name")), fit.LABEL)
        return [str(block.get("block_id")) for block in blocks if _label(block) == label]
    return []


def _label(block: Mapping[str, object]) -> str:
    label = block.get("label")
    return str(label.get("text")) if isinstance(label, Mapping) else ""
