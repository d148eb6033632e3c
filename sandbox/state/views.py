"""Modals, stacked at most three high, and Home tabs; each change gives a new hash, so a stale writer is refused."""

from typing import Literal

from sandbox.blocks.walk import interactive_elements
from sandbox.state.model import App, Change, View
from sandbox.state.workspace import Workspace
from sandbox.wire import Json, SlackError

MOST_STACKED = 3

_INITIAL = {
    "plain_text_input": ("value", "initial_value"), "email_text_input": ("value", "initial_value"),
    "url_text_input": ("value", "initial_value"), "number_input": ("value", "initial_value"),
    "rich_text_input": ("rich_text_value", "initial_value"), "static_select": ("selected_option", "initial_option"),
    "external_select": ("selected_option", "initial_option"), "radio_buttons": ("selected_option", "initial_option"),
    "users_select": ("selected_user", "initial_user"), "channels_select": ("selected_channel", "initial_channel"),
    "conversations_select": ("selected_conversation", "initial_conversation"),
    "multi_static_select": ("selected_options", "initial_options"),
    "multi_external_select": ("selected_options", "initial_options"),
    "checkboxes": ("selected_options", "initial_options"),
    "multi_users_select": ("selected_users", "initial_users"),
    "multi_channels_select": ("selected_channels", "initial_channels"),
    "multi_conversations_select": ("selected_conversations", "initial_conversations"),
    "datepicker": ("selected_date", "initial_date"), "timepicker": ("selected_time", "initial_time"),
    "datetimepicker": ("selected_date_time", "initial_date_time"), "file_input": ("files", "initial_files"),
}  # fmt: skip
"""Where each input keeps what is chosen, and where its block says what is chosen at first."""

CHOSEN = {kind: member for kind, (member, _) in _INITIAL.items()}


def first_values(blocks: list[Json], kept: dict[str, dict[str, Json]] | None = None) -> dict[str, dict[str, Json]]:
    """The state of a form as it opens; what was filled in before (`kept`) stays where its element stays."""
    values: dict[str, dict[str, Json]] = {}
    for block_id, element in interactive_elements(blocks):
        kind = element["type"]
        if kind not in _INITIAL:
            continue
        member, initial = _INITIAL[kind]
        empty: object = [] if member.endswith("options") and kind.startswith(("multi", "check")) else None
        fresh: Json = {"type": kind, member: element.get(initial, empty)}
        known = (kept or {}).get(block_id, {}).get(element["action_id"])
        values.setdefault(block_id, {})[element["action_id"]] = known or fresh
    return values


def _refuse_taken_external_id(workspace: Workspace, payload: Json, itself: View | None = None) -> None:
    external = payload.get("external_id")
    if external and any(view is not itself and view.external_id == external for view in _all_views(workspace)):
        raise SlackError("duplicate_external_id")


def _all_views(workspace: Workspace) -> list[View]:
    return [view for stack in workspace.modals.values() for view in stack] + list(workspace.homes.values())


def _new_hash(workspace: Workspace) -> str:
    return f"{workspace.seconds()}.{workspace.mint('h')}"


def _make(workspace: Workspace, app: App, user: str, kind: Literal["modal", "home"], payload: Json) -> View:
    view_id = workspace.mint("V")
    return View(
        id=view_id, app_id=app.id, user=user, kind=kind, payload=payload, hash=_new_hash(workspace),
        root_view_id=view_id, values=first_values(payload["blocks"]),
    )  # fmt: skip


def _tell(workspace: Workspace, view: View, action: str, **detail: object) -> None:
    workspace.announce(Change(kind="view", user=view.user, view=view, detail={"action": action, **detail}))


def open_modal(workspace: Workspace, app: App, user: str, payload: Json) -> View:
    """Show a first modal; one that was open gives way."""
    _refuse_taken_external_id(workspace, payload)
    view = _make(workspace, app, user, "modal", payload)
    workspace.modals[user] = [view]
    _tell(workspace, view, "open")
    return view


def push_modal(workspace: Workspace, app: App, user: str, payload: Json) -> View:
    """Lay a modal over the open one. Raises `push_limit_reached` on the fourth, `not_found` without a first."""
    stack = workspace.modals.get(user, [])
    if not stack:
        raise SlackError("not_found")
    if len(stack) >= MOST_STACKED:
        raise SlackError("push_limit_reached")
    _refuse_taken_external_id(workspace, payload)
    view = _make(workspace, app, user, "modal", payload)
    view.root_view_id, view.previous_view_id = stack[0].id, stack[-1].id
    stack.append(view)
    _tell(workspace, view, "push")
    return view


def find(workspace: Workspace, view_id: str | None, external_id: str | None) -> View:
    """An open view by Slack's id or the app's. Raises `not_found`."""
    for view in _all_views(workspace):
        if view.id == view_id or (external_id and view.external_id == external_id):
            return view
    raise SlackError("not_found")


def update(workspace: Workspace, view: View, payload: Json, expected_hash: str | None = None) -> View:
    """Replace what a view shows. Raises `hash_conflict` when somebody else did so since the caller looked."""
    if expected_hash and expected_hash != view.hash:
        raise SlackError("hash_conflict")
    _refuse_taken_external_id(workspace, payload, view)
    view.payload = payload
    view.hash = _new_hash(workspace)
    view.values = first_values(payload["blocks"], view.values)
    _tell(workspace, view, "update")
    return view


def publish_home(workspace: Workspace, app: App, user: str, payload: Json, expected_hash: str | None) -> View:
    """Put an app's Home tab in front of one person."""
    workspace.user(user)
    known = workspace.homes.get((app.id, user))
    if known:
        return update(workspace, known, payload, expected_hash)
    if expected_hash:
        raise SlackError("hash_conflict")
    view = _make(workspace, app, user, "home", payload)
    workspace.homes[app.id, user] = view
    _tell(workspace, view, "update")
    return view


def top_modal(workspace: Workspace, user: str) -> View | None:
    """The modal that somebody has in front of them."""
    stack = workspace.modals.get(user)
    return stack[-1] if stack else None


def close_modal(workspace: Workspace, view: View, *, whole_stack: bool = False) -> None:
    """Take a modal away, or all of its stack; the one beneath shows again."""
    stack = workspace.modals.get(view.user, [])
    if view not in stack:
        return
    remaining = [] if whole_stack else stack[: stack.index(view)]
    workspace.modals[view.user] = remaining
    _tell(workspace, view, "close", beneath=remaining[-1].id if remaining else None)


def show_errors(workspace: Workspace, view: View, errors: dict[str, str]) -> None:
    """Tell a modal's person what to correct, block by block."""
    _tell(workspace, view, "update", errors=errors)
