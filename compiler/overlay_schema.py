"""The JSON Schema of overlay.yaml, by which an editor completes and checks what people write."""

from typing import Final

from compiler.command import ARGV_KINDS
from incident.digest import Facts, Json
from incident.expectation import Operator
from incident.measure import Measure
from incident.severity import Severity
from incident.watch import Bound

_ID: Final = "^[a-z0-9]+(-[a-z0-9]+)*$"
_SPAN: Final[Facts] = {"type": "string", "pattern": "^[1-9][0-9]{0,4} (second|minute|hour|day)s?$"}
_TEXT: Final[Facts] = {"type": "string", "minLength": 1}
_WORDS: Final[Facts] = {"type": "array", "items": _TEXT}
_LEVELS: Final = [severity.value for severity in Severity]


def overlay_schema() -> Facts:
    """The schema, draft 2020-12."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "What a team adds to a compiled runbook (overlay.yaml)",
        **_object(
            {
                "targets": _list(_TARGET),
                "steps": _by_id(_STEP, "What is added to a step, by the id that the catalog gave it."),
                "procedures": _by_id(_PROCEDURE, "What is added to a procedure, by its id."),
                "routes": _list(_ROUTE),
                "policies": _object(dict.fromkeys(_LEVELS, _POLICY)),
            }
        ),
    }


def _object(properties: Facts, *, required: tuple[str, ...] = (), description: str = "") -> Facts:
    made: dict[str, Json] = {"type": "object", "properties": properties, "additionalProperties": False}
    if required:
        made["required"] = list(required)
    return {"description": description, **made} if description else made


def _list(items: Facts) -> Facts:
    return {"type": "array", "items": items}


def _by_id(entry: Facts, description: str) -> Facts:
    return {
        "type": "object",
        "description": description,
        "propertyNames": {"pattern": _ID},
        "additionalProperties": entry,
    }


def _said(description: str, schema: Facts) -> Facts:
    return {**schema, "description": description}


_EXPECTATION: Final[Facts] = {
    **_object({operator.value: {"type": ["number", "string", "boolean"]} for operator in Operator}),
    "minProperties": 1,
    "maxProperties": 1,
}
_PARAMETER: Final = _object(
    {
        "name": {"type": "string", "pattern": "^[a-z][a-z0-9_]*$"},
        "label": _said("What a person reads beside the field.", _TEXT),
        "default": {"type": ["string", "number"]},
        "integer": _object({"from": {"type": "integer"}, "to": {"type": "integer"}}, required=("from", "to")),
        "choice": _WORDS,
        "text": _said("A regular expression (of RE2) that the whole value must match.", _TEXT),
        "from": _said(
            "The earlier step whose value it takes when nobody gives another.", {"type": "string", "pattern": _ID}
        ),
    },
    required=("name", "label"),
)
_READ: Final[Facts] = {
    "type": "object",
    "description": "A read on the same target that counts, or shows one value: sql, redis, get …",
    "properties": {"sql": _TEXT, "arguments": _WORDS, "redis": _WORDS, "get": _TEXT, "pick": _TEXT},
}
_GUARD: Final = _object(
    {
        "rows": _said("The rows that the statement would change; above that number it is rolled back.", _READ),
        "count": _said("What would be touched; above that number nothing runs.", _READ),
        "fingerprint": _said("A value that must still be what it was when it was approved; else nothing runs.", _READ),
        "of": _said("What the fingerprint's value is, for people: the revision, the leader.", _TEXT),
        "none": _said("Why nothing needs to be checked.", _TEXT),
        "headroom": _said("How much more than was seen is still as approved.", {"type": "integer", "minimum": 0}),
    },
    description="What must still hold when the approved step runs.",
)
_WATCH: Final = _object(
    {
        "every": _said("How often it looks by itself.", _SPAN),
        "for": _said("How long its value must be beyond the bound; at once, unless said.", _SPAN),
        "bound": _said(
            "Which bound is the threshold: expects, unless said.", {"enum": [bound.value for bound in Bound]}
        ),
        "severity": _said("That of the incident; as the runbook says, unless said.", {"enum": _LEVELS}),
        "procedure": _said("Where its alert leads; to the procedure it stands in, unless said.", _TEXT),
    },
    required=("every",),
    description="A diagnostic that looks on a schedule and raises an alert.",
)
_STEP: Final = _object(
    {
        "for": _said("The first 8 characters of the form that the step had when this was written.", _TEXT),
        "name": _said("The id that people use.", {"type": "string", "pattern": _ID}),
        "title": _TEXT,
        "target": _said("A target of muster.yaml, where the list of targets does not say it.", _TEXT),
        "environment": _said("The environment that the target must be of.", _TEXT),
        "expects": _said("What the value is when nothing is wrong.", _EXPECTATION),
        "critical": _said("What the value is as long as it is not critical.", _EXPECTATION),
        "measure": _said(
            "What of the times or percentages that it shows is its value, to which its bounds apply.",
            {"enum": [measure.value for measure in Measure]},
        ),
        "watch": _WATCH,
        "parameters": _list(_PARAMETER),
        "sha256": _said(
            "The content of the script that it runs, as sha256sum prints it.",
            {"type": "string", "pattern": "^[0-9a-f]{64}$"},
        ),
        "guard": _GUARD,
        "undo": _said("How to take it back, in words.", _TEXT),
        "undo_step": _said("The step of this procedure that takes it back.", {"type": "string", "pattern": _ID}),
        "undo_takes": _said(
            "The parameter of that step which takes what the guard's fingerprint showed before.",
            {"type": "string", "pattern": "^[a-z][a-z0-9_]*$"},
        ),
        "private": _said("What it sees may name people: one person reads it, not the channel.", {"type": "boolean"}),
        "temporary": _said("A mitigation: it opens a follow-up to revert it.", {"type": "boolean"}),
        "cool_down": _said("How long it may not run again.", _SPAN),
        "effect_after": _said("How long its effect takes to show; the diagnostics look again after that.", _SPAN),
        "tags": _said("Words by which the rules in muster.yaml speak of several steps at once.", _WORDS),
        "when": _said("When to do it.", _TEXT),
        "gives": _said(
            "What its one value is called for later steps.", {"type": "string", "pattern": "^[a-z][a-z0-9_]*$"}
        ),
        "by_hand": _said("Why a person does it although Muster could.", _TEXT),
        "verdict": _said("Stricter than the judge's, never looser.", {"enum": ["read-only", "mutating", "refused"]}),
    },
    required=("for",),
)
_TARGET: Final[Facts] = {
    "type": "object",
    "description": "A target, and which steps reach it: all whose `names` in the catalog hold these values.",
    "required": ["target", "executor"],
    "properties": {
        "target": _said("Its name in muster.yaml.", _TEXT),
        "executor": {"enum": ["postgres", "redis", "http", *ARGV_KINDS]},
        "environment": _said("The environment that the target must be of.", _TEXT),
    },
    "additionalProperties": _TEXT,
}
_PROCEDURE: Final = _object({"name": {"type": "string", "pattern": _ID}, "title": _TEXT, "escalate_after": _SPAN})
_ROUTE: Final = _object(
    {
        "labels": {
            "type": "object",
            "minProperties": 1,
            "additionalProperties": {"type": ["string", "number", "boolean"]},
        },
        "procedure": _TEXT,
        "severity": {"enum": _LEVELS},
    },
    required=("labels", "procedure"),
    description="Which alerts belong to a procedure: each label must have exactly this value.",
)
_POLICY: Final = _object(
    dict.fromkeys(("acknowledge", "assess", "update", "escalate", "postmortem", "watch"), _SPAN),
    required=("acknowledge", "escalate"),
)
