"""Events: what each app is told of the changes in the workspace, in the shapes of Slack's Events API."""

from collections.abc import Iterator

from sandbox.deliveries.switchboard import Switchboard
from sandbox.state.model import App, Change, Channel, Message
from sandbox.state.shapes import message_json, view_json
from sandbox.wire import Json, present

_HISTORY = {"channel": "channels:history", "group": "groups:history", "im": "im:history"}
_ANYWHERE = frozenset({"channel_created", "channel_renamed", "channel_archived", "channel_unarchived"})


class Events:
    """Listens to the workspace and delivers to every app what it may hear."""

    def __init__(self, board: Switchboard) -> None:
        self._board = board
        self._workspace = board.workspace
        self._workspace.listen(self.on_change)

    def on_change(self, change: Change) -> None:
        """Tell the apps of one change."""
        for app in self._workspace.apps.values():
            if not self._hears(app, change):
                continue
            for event in self._events(app, change):
                if app.events is None or subscription(event) in app.events:
                    self._deliver(app, change, event)

    def _hears(self, app: App, change: Change) -> bool:
        """Whether the app is where it happened, and may listen there."""
        channel = change.channel
        if channel is None:
            return change.kind == "home_opened" and change.detail["app"] == app.id
        if change.kind in _ANYWHERE:
            return channel.type == "channel" and "channels:read" in app.scopes
        if app.user not in channel.members and not (change.kind == "member_left" and change.user == app.user):
            return False
        if change.kind.startswith("message"):
            return _HISTORY[channel.type] in app.scopes or "app_mentions:read" in app.scopes
        return True

    def _deliver(self, app: App, change: Change, event: Json) -> None:
        workspace, actor = self._workspace, self._workspace.users.get(_actor(change))
        delivery = self._board.dispatcher.prepare(
            "events_api", str(event["type"]), app, {}, takes_answer=False,
            person=actor.id if actor and not actor.is_bot else "",
            channel=change.channel.id if change.channel else "",
        )  # fmt: skip
        authorization = {
            "enterprise_id": None, "team_id": workspace.id, "user_id": app.user, "is_bot": True,
            "is_enterprise_install": False,
        }  # fmt: skip
        delivery.payload = {
            "token": app.verification_token, "team_id": workspace.id, "context_team_id": workspace.id,
            "context_enterprise_id": None, "api_app_id": app.id, "event": event, "type": "event_callback",
            "event_id": workspace.mint("Ev"), "event_time": workspace.seconds(), "authorizations": [authorization],
            "is_ext_shared_channel": False, "event_context": workspace.mint("4-"),
        }  # fmt: skip
        self._board.dispatcher.publish(delivery)

    def _events(self, app: App, change: Change) -> Iterator[Json]:
        """The events that one change makes for one app."""
        ts = self._workspace.stamp()
        message, channel = change.message, change.channel
        if change.kind == "home_opened":
            yield self._home(app, change, ts)
        elif channel is None:
            return
        elif message and change.kind.startswith("message"):
            yield from self._message(app, change, channel, message, ts)
        elif message and change.kind in ("reaction_added", "reaction_removed"):
            yield {
                "type": change.kind, "user": change.user, "reaction": change.detail["reaction"],
                "item_user": message.user, "item": {"type": "message", "channel": channel.id, "ts": message.ts},
                "event_ts": ts,
            }  # fmt: skip
        elif message and change.kind in ("pin_added", "pin_removed"):
            yield self._pin(change, channel, message, ts)
        elif message and change.kind == "file_shared":
            file_id = change.detail["file_id"]
            yield {
                "type": "file_shared", "channel_id": channel.id, "file_id": file_id, "user_id": change.user,
                "file": {"id": file_id}, "event_ts": ts,
            }  # fmt: skip
        else:
            yield from self._of_channel(change, channel, ts)

    def _message(self, app: App, change: Change, channel: Channel, message: Message, ts: str) -> Iterator[Json]:
        workspace, base = self._workspace, self._board.base
        place: Json = {"channel": channel.id, "channel_type": channel.type}
        shown = message_json(workspace, message, base=base, metadata=app.user == message.user)
        if _HISTORY[channel.type] not in app.scopes:
            pass
        elif change.kind == "message":
            yield {**shown, **place, "event_ts": message.ts}
        elif change.kind == "message_changed":
            yield {
                "type": "message", "subtype": "message_changed", "hidden": True, "ts": ts, "event_ts": ts, **place,
                "message": shown, **change.detail,
            }  # fmt: skip
        else:
            yield {
                "type": "message", "subtype": "message_deleted", "hidden": True, "ts": ts, "event_ts": ts, **place,
                "deleted_ts": message.ts, **change.detail,
            }  # fmt: skip
        mentioned = f"<@{app.user}>" in message.text and change.kind == "message" and message.subtype is None
        if mentioned and message.user != app.user and channel.kind != "im" and "app_mentions:read" in app.scopes:
            yield {**shown, "type": "app_mention", "channel": channel.id, "event_ts": message.ts}

    def _pin(self, change: Change, channel: Channel, message: Message, ts: str) -> Json:
        item = {
            "type": "message", "channel": channel.id, "created": self._workspace.seconds(), "created_by": change.user,
            "message": message_json(self._workspace, message, base=self._board.base),
        }  # fmt: skip
        return {
            "type": change.kind, "user": change.user, "channel_id": channel.id, "item": item,
            "item_user": message.user, "pin_count": len(channel.pins), "has_pins": bool(channel.pins), "event_ts": ts,
        }  # fmt: skip

    def _of_channel(self, change: Change, channel: Channel, ts: str) -> Iterator[Json]:
        named = {"id": channel.id, "name": channel.name, "name_normalized": channel.name, "created": channel.created}
        match change.kind:
            case "member_joined" | "member_left":
                yield {
                    "type": f"{change.kind}_channel", "user": change.user, "channel": channel.id,
                    "channel_type": "G" if channel.is_private else "C", "team": self._workspace.id, "event_ts": ts,
                    **present(inviter=change.detail.get("inviter")),
                }  # fmt: skip
            case "channel_created":
                yield {
                    "type": "channel_created", "event_ts": ts,
                    "channel": {**named, "creator": channel.creator, "is_channel": True, "is_private": False},
                }  # fmt: skip
            case "channel_renamed":
                yield {"type": "channel_rename", "channel": named, "event_ts": ts}
            case "channel_archived" | "channel_unarchived":
                kind = change.kind.removesuffix("d")
                yield {"type": kind, "channel": channel.id, "user": change.user, "event_ts": ts}

    def _home(self, app: App, change: Change, ts: str) -> Json:
        view = self._workspace.homes.get((app.id, change.user))
        return {
            "type": "app_home_opened", "user": change.user, "channel": change.detail["channel"], "tab": "home",
            "event_ts": ts, **({"view": view_json(self._workspace, view)} if view else {}),
        }  # fmt: skip


def _actor(change: Change) -> str:
    """Who brought a change about: of somebody who was invited or removed, whoever did that."""
    detail = {**(change.message.detail if change.message else {}), **change.detail}
    return str(detail.get("inviter") or detail.get("actor") or change.user)


def subscription(event: Json) -> str:
    """The name under which an app subscribes to that event: messages are told apart by their kind of channel."""
    if event["type"] != "message":
        return str(event["type"])
    return {"channel": "message.channels", "group": "message.groups", "im": "message.im"}[event["channel_type"]]
