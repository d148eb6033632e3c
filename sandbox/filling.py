"""Filling in forms by what a person reads: a field by its label, an option by its text."""

from sandbox.state.model import View
from sandbox.state.views import CHOSEN
from sandbox.state.workspace import Workspace
from sandbox.wire import Json

_SEVERAL = ("multi_", "checkboxes")


class NoSuchChoice(LookupError):
    """The form has no such field, or the menu no such option."""


def block_for(view: View, key: str) -> Json:
    """The input with that block_id or label. Raises NoSuchChoice naming the fields there are."""
    inputs = [block for block in view.payload["blocks"] if block["type"] == "input"]
    for block in inputs:
        if key in (block["block_id"], block["label"]["text"], block["element"]["action_id"]):
            return dict(block)
    known = ", ".join(repr(block["label"]["text"]) for block in inputs)
    raise NoSuchChoice(f"the form has no field {key!r}; it has {known or 'none'}")


def filled(workspace: Workspace, element: Json, wanted: object) -> Json:
    """The state of an element in which `wanted` is entered or chosen.

    An option is named by its value or its text, a user by id or handle, a channel by id or name.
    """
    kind = str(element["type"])
    member = CHOSEN.get(kind, "selected_option" if kind == "overflow" else "value")
    if kind.startswith(_SEVERAL):
        items = wanted if isinstance(wanted, list | tuple) else [wanted]
        return {"type": kind, member: [_one(workspace, element, kind, item) for item in items]}
    return {"type": kind, member: None if wanted is None else _one(workspace, element, kind, wanted)}


def _one(workspace: Workspace, element: Json, kind: str, wanted: object) -> object:
    if kind.endswith("users_select"):
        user = workspace.users.get(str(wanted)) or workspace.user_named(str(wanted))
        if user is None:
            raise NoSuchChoice(f"nobody here is called {wanted!r}")
        return user.id
    if kind.endswith(("channels_select", "conversations_select")):
        channel = workspace.channels.get(str(wanted)) or workspace.channel_named(str(wanted))
        if channel is None:
            raise NoSuchChoice(f"there is no channel {wanted!r}")
        return channel.id
    if kind.endswith(("static_select", "external_select")) or kind in ("radio_buttons", "checkboxes", "overflow"):
        return _option(element, wanted)
    return wanted if isinstance(wanted, int | dict | list) and kind != "number_input" else str(wanted)


def _option(element: Json, wanted: object) -> Json:
    if isinstance(wanted, dict):
        return wanted
    options = options_of(element)
    for option in options:
        if wanted in (option["value"], option["text"]["text"]):
            return option
    known = ", ".join(repr(option["text"]["text"]) for option in options)
    raise NoSuchChoice(f"the menu has no option {wanted!r}; it has {known or 'none'}")


def options_of(element: Json) -> list[Json]:
    """All options of a menu, groups laid flat."""
    groups = element.get("option_groups") or []
    return list(element.get("options") or []) + [option for group in groups for option in group["options"]]
