"""Buttons, menus, suggestions and shortcuts: what people do to what an app has put before them."""

from sandbox.blocks.walk import find_element
from sandbox.deliveries.delivery import Answer, Delivery
from sandbox.deliveries.switchboard import Switchboard, first_good, place_json
from sandbox.state.model import App, Channel, Message, Shortcut, User, View
from sandbox.state.shapes import message_json, view_json
from sandbox.state.views import CHOSEN, first_values
from sandbox.wire import Json, present

Place = tuple[Channel, Message] | View
"""Where an element stands: in a message in a channel, or in a view."""


class NotThere(LookupError):
    """The person cannot do that: the element, view or shortcut is not in front of them."""


def blocks_of(place: Place) -> list[Json]:
    """The blocks that somebody sees there, attachments included."""
    if isinstance(place, View):
        return list(place.payload["blocks"])
    message = place[1]
    return message.blocks + [block for item in message.attachments for block in item.get("blocks", [])]


def app_of(board: Switchboard, place: Place) -> App:
    """The app that put it there. Raises NotThere for what a person wrote."""
    app_id = place.app_id if isinstance(place, View) else place[1].app_id
    if app_id not in board.workspace.apps:
        raise NotThere("no app put that there, so nobody hears of a click on it")
    return board.workspace.apps[app_id]


def chosen(kind: str, choice: Json) -> Json:
    """Of what the page or a test sends, the one member that an element of this kind has."""
    member = CHOSEN.get(kind, "selected_option" if kind == "overflow" else "value")
    return {member: choice.get(member)}


async def act(
    board: Switchboard, user: User, place: Place, action_id: str, choice: Json, *,
    block_id: str | None = None, values: dict[str, dict[str, Json]] | None = None, times: int = 1,
) -> Answer:  # fmt: skip
    """Use an element: press a button, choose from a menu. `values` are what else is filled in on a message.

    Raises NotThere when no such element stands there.
    """
    found = find_element(blocks_of(place), action_id, block_id)
    if found is None:
        raise NotThere(f"there is no element {action_id!r} in front of {user.name}")
    block, element = found
    app = app_of(board, place)
    channel = None if isinstance(place, View) else place[0]
    delivery = board.delivery("interactive", "click", app, user, channel, takes_answer=False)
    action = {
        **present(text=element.get("text"), style=element.get("style"), placeholder=element.get("placeholder")),
        "type": element["type"], "action_id": action_id, "block_id": block, "action_ts": board.workspace.stamp(),
        **_made(element, choice),
    }  # fmt: skip
    state = _state(place, block, element, choice, values or {})
    delivery.payload = {
        "type": "block_actions", **board.common(delivery, user), "trigger_id": board.trigger(delivery),
        **_where(board, delivery, place), "state": {"values": state}, "actions": [action],
    }  # fmt: skip
    return first_good(await board.send(delivery, times))


def _made(element: Json, choice: Json) -> Json:
    if element["type"] == "button":
        return present(value=element.get("value"))
    return chosen(element["type"], choice)


def _state(
    place: Place, block: str, element: Json, choice: Json, values: dict[str, dict[str, Json]]
) -> dict[str, dict[str, Json]]:
    """What stands in all inputs, the one just used included; in a view it stays there."""
    state = place.values if isinstance(place, View) else first_values(blocks_of(place), values)
    if element["type"] in CHOSEN:
        state.setdefault(block, {})[element["action_id"]] = {"type": element["type"], **chosen(element["type"], choice)}
    return state


def _where(board: Switchboard, delivery: Delivery, place: Place) -> Json:
    if isinstance(place, View):
        return {"container": {"type": "view", "view_id": place.id}, "view": view_json(board.workspace, place)}
    channel, message = place
    ephemeral = message.ephemeral_to is not None
    container = present(
        type="message", message_ts=message.ts, channel_id=channel.id, is_ephemeral=ephemeral,
        thread_ts=message.thread_ts,
    )  # fmt: skip
    where: Json = {
        "container": container, "channel": place_json(channel),
        "response_url": board.response_url(delivery, message.ts, message.thread_ts),
    }  # fmt: skip
    if not ephemeral:
        where["message"] = message_json(board.workspace, message, base=board.base, metadata=True)
    return where


async def suggest(board: Switchboard, user: User, place: Place, action_id: str, typed: str) -> list[Json]:
    """What an external select offers for what was typed; empty when the app does not answer."""
    found = find_element(blocks_of(place), action_id)
    if found is None:
        raise NotThere(f"there is no element {action_id!r} in front of {user.name}")
    app = app_of(board, place)
    channel = None if isinstance(place, View) else place[0]
    delivery = board.delivery("interactive", "options", app, user, channel)
    where = _where(board, delivery, place)
    where.pop("response_url", None)
    delivery.payload = {
        "type": "block_suggestion", **board.common(delivery, user), **where, "action_id": action_id,
        "block_id": found[0], "value": typed,
    }  # fmt: skip
    answer = first_good(await board.send(delivery))
    groups = answer.payload.get("option_groups") or []
    return list(answer.payload.get("options") or [option for group in groups for option in group["options"]])


async def shortcut(
    board: Switchboard, user: User, callback_id: str, place: tuple[Channel, Message] | None = None, *, times: int = 1
) -> Answer:
    """Take a shortcut, from the composer or (with a place) from a message's menu. Raises NotThere."""
    kind = "message" if place else "global"
    app, taken = _shortcut(board, callback_id, kind)
    delivery = board.delivery("interactive", "shortcut", app, user, place[0] if place else None, takes_answer=False)
    delivery.payload = {
        "type": "message_action" if place else "shortcut", **board.common(delivery, user),
        "callback_id": taken.callback_id, "action_ts": board.workspace.stamp(), "trigger_id": board.trigger(delivery),
    }  # fmt: skip
    if place:
        where = _where(board, delivery, place)
        del where["container"]
        delivery.payload |= {**where, "message_ts": place[1].ts}
    return first_good(await board.send(delivery, times))


def _shortcut(board: Switchboard, callback_id: str, kind: str) -> tuple[App, Shortcut]:
    for app in board.workspace.apps.values():
        known = app.shortcuts.get(callback_id)
        if known and known.kind == kind:
            return app, known
    raise NotThere(f"no app has a {kind} shortcut {callback_id!r}")
