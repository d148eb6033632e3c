"""Modals: submitting and closing them, and what the app's answer does to what is on the screen."""

from msgspec import Struct, field

from sandbox.blocks.guard import view_payload
from sandbox.deliveries.delivery import Answer, Delivery
from sandbox.deliveries.switchboard import Switchboard, first_good
from sandbox.state import views
from sandbox.state.model import User, View
from sandbox.state.shapes import view_json
from sandbox.state.views import CHOSEN
from sandbox.wire import Json, SlackError

TROUBLE = "We had some trouble connecting. Try again?"
INCOMPLETE = "Please complete this required field."


class Submitted(Struct, frozen=True, kw_only=True):
    """How a submission went: `ok`, or the errors by block_id, or one sentence when the app gave no usable answer."""

    ok: bool
    errors: dict[str, str] = field(default_factory=dict)
    error: str | None = None
    answer: Answer = field(default_factory=Answer)


async def submit(
    board: Switchboard, user: User, view: View, values: dict[str, dict[str, Json]], *, times: int = 1
) -> Submitted:
    """Send a filled-in modal. What Slack checks on the screen (required, length) is refused before any delivery."""
    for block_id, given in values.items():
        view.values.setdefault(block_id, {}).update(given)
    missing = unfilled(view)
    if missing:
        return Submitted(ok=False, errors=missing)
    delivery = board.delivery("interactive", "submit", board.workspace.apps[view.app_id], user, None)
    delivery.payload = {
        "type": "view_submission", **board.common(delivery, user), "trigger_id": board.trigger(delivery),
        "view": view_json(board.workspace, view), "response_urls": _response_urls(board, delivery, view),
    }  # fmt: skip
    answers = await board.send(delivery, times)
    return _apply(board, view, first_good(answers))


def _response_urls(board: Switchboard, delivery: Delivery, view: View) -> list[Json]:
    """Addresses for the channels chosen in selects that ask for one."""
    urls: list[Json] = []
    for block in view.payload["blocks"]:
        element = block.get("element") or {}
        if not element.get("response_url_enabled"):
            continue
        kept = view.values.get(block["block_id"], {}).get(element["action_id"], {})
        channel = kept.get("selected_conversation") or kept.get("selected_channel")
        if channel:
            delivery.channel = channel
            urls.append(
                {
                    "block_id": block["block_id"], "action_id": element["action_id"], "channel_id": channel,
                    "response_url": board.response_url(delivery),
                }
            )  # fmt: skip
    return urls


def unfilled(view: View) -> dict[str, str]:
    """What the screen itself would not let through: empty required inputs and text of the wrong length."""
    errors: dict[str, str] = {}
    for block in view.payload["blocks"]:
        if block["type"] != "input":
            continue
        element = block["element"]
        kept = view.values.get(block["block_id"], {}).get(element["action_id"], {})
        fault = _fault(element, kept.get(CHOSEN.get(element["type"], "value")), bool(block.get("optional")))
        if fault:
            errors[block["block_id"]] = fault
    return errors


def _fault(element: Json, value: object, optional: bool) -> str | None:
    if value in (None, "", []):
        return None if optional else INCOMPLETE
    if element["type"] == "plain_text_input" and isinstance(value, str):
        if len(value) < element.get("min_length", 0):
            return f"Please use at least {element['min_length']} characters."
        if len(value) > element.get("max_length", 3000):
            return f"Please use at most {element.get('max_length', 3000)} characters."
    return None


def _apply(board: Switchboard, view: View, answer: Answer) -> Submitted:
    """Do what the app's answer says: show errors, replace, push, clear, or close."""
    workspace, payload = board.workspace, answer.payload
    if not answer.ok:
        return Submitted(ok=False, error=f"{TROUBLE} (the app did not answer: {answer.failure})", answer=answer)
    action = payload.get("response_action")
    try:
        match action:
            case "errors":
                return _errors(board, view, answer)
            case "update":
                views.update(workspace, view, view_payload(payload.get("view")))
            case "push":
                app = workspace.apps[view.app_id]
                views.push_modal(workspace, app, view.user, view_payload(payload.get("view")))
            case "clear":
                views.close_modal(workspace, view, whole_stack=True)
            case _:
                views.close_modal(workspace, view)
    except SlackError as refusal:
        return Submitted(ok=False, error=f"{TROUBLE} (the app answered {refusal.code})", answer=answer)
    return Submitted(ok=True, answer=answer)


def _errors(board: Switchboard, view: View, answer: Answer) -> Submitted:
    given = answer.payload.get("errors")
    known = {block["block_id"] for block in view.payload["blocks"] if block["type"] == "input"}
    if not isinstance(given, dict) or not given or not set(given) <= known:
        return Submitted(ok=False, error=f"{TROUBLE} (the errors name no input block)", answer=answer)
    errors = {str(block): str(text) for block, text in given.items()}
    views.show_errors(board.workspace, view, errors)
    return Submitted(ok=False, errors=errors, answer=answer)


async def close(board: Switchboard, user: User, view: View, *, cleared: bool = False) -> None:
    """Close a modal, and tell the app if it asked to be told."""
    shown = view_json(board.workspace, view)
    views.close_modal(board.workspace, view, whole_stack=cleared)
    if not view.payload.get("notify_on_close"):
        return
    delivery = board.delivery(
        "interactive", "closed", board.workspace.apps[view.app_id], user, None, takes_answer=False
    )
    delivery.payload = {
        "type": "view_closed", **board.common(delivery, user), "view": shown, "is_cleared": cleared,
    }  # fmt: skip
    await board.send(delivery)
