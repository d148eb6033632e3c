"""What stands before every post and view: refuse what Slack refuses, in Slack's shape, and complete the rest.

Completing means what Slack does when it stores blocks: a block_id and an action_id where the app gave none.
"""

import copy
import secrets

from sandbox.blocks.layouts import MESSAGE_TEXT, VIEW_BYTES
from sandbox.blocks.validator import Violation, check_blocks, check_view
from sandbox.blocks.walk import total_text
from sandbox.wire import Json, SlackError, compact

_STATIC = frozenset({"image", "plain_text", "mrkdwn", "url", "raw_text"})


def _lines(violations: list[Violation]) -> list[str]:
    return [f"{found.message} [json-pointer:{found.pointer}]" for found in violations]


def message_blocks(blocks: object) -> list[Json]:
    """Blocks fit to be stored in a message. Raises `invalid_blocks` or `msg_blocks_too_long`."""
    violations = check_blocks(blocks, "message", "/blocks")
    if violations or not isinstance(blocks, list):
        lines = _lines(violations)
        raise SlackError("invalid_blocks", errors=lines, messages=[f"[ERROR] {line}" for line in lines])
    if total_text(blocks) > MESSAGE_TEXT:
        raise SlackError("msg_blocks_too_long")
    return completed(blocks)


def view_payload(view: object) -> Json:
    """A view fit to be shown. Raises `invalid_arguments` or `view_too_large`."""
    violations = check_view(view)
    if violations or not isinstance(view, dict):
        raise SlackError("invalid_arguments", messages=[f"[ERROR] {line}" for line in _lines(violations)])
    if len(compact(view).encode()) > VIEW_BYTES:
        raise SlackError("view_too_large")
    return {**view, "blocks": completed(view["blocks"])}


def completed(blocks: list[Json]) -> list[Json]:
    """A copy in which every block has a block_id and every element that can be used has an action_id."""
    own = copy.deepcopy(blocks)
    _name(own)
    return own


def _name(blocks: list[Json]) -> None:
    for block in blocks:
        if not block.get("block_id"):
            block["block_id"] = secrets.token_urlsafe(4)[:5]
        if block["type"] == "container":
            _name(block["child_blocks"])
        held = [block.get("accessory"), block.get("element")]
        for member in ("elements", "actions"):
            if isinstance(block.get(member), list) and block["type"] != "rich_text":
                held += block[member]
        for element in held:
            if isinstance(element, dict) and element.get("type") not in _STATIC and not element.get("action_id"):
                element["action_id"] = secrets.token_urlsafe(4)[:5]


def validate(kind: str, payload: object) -> None:
    """`blocks.validate`: raises `invalid_blocks`, `invalid_view` or `invalid_message` with every violation as data."""
    match kind:
        case "blocks":
            violations = check_blocks(payload, "message")
        case "view":
            violations = check_view(payload, "")
        case _:
            violations = _message(payload)
    if violations:
        raise SlackError(
            f"invalid_{kind}",
            errors=[
                {
                    "code": "failed_constraint", "message": found.message, "pointer": found.pointer,
                    "constraint": found.constraint,
                }
                for found in violations
            ],
        )  # fmt: skip


def _message(payload: object) -> list[Violation]:
    """A message holds blocks and attachments; anything else is one property too many."""
    if not isinstance(payload, dict):
        return [Violation(pointer="", message="must be an object", constraint={"type": "type", "expected": "object"})]
    found = [
        Violation(
            pointer="", message=f"invalid additional property: {member}",
            constraint={"type": "additional_properties", "got": member},
        )
        for member in payload
        if member not in ("blocks", "attachments")
    ]  # fmt: skip
    return found + check_blocks(payload.get("blocks", []), "message", "/blocks")
