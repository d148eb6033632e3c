"""The workspace as the browser page reads it: one person's view, and nothing that they may not see."""

import re

from msgspec import Struct

from sandbox.record.calls import Call, Calls, summary
from sandbox.state import canvases
from sandbox.state.model import Channel, File, Message, User
from sandbox.state.shapes import bookmark_json, view_json
from sandbox.state.workspace import SLACKBOT, Workspace
from sandbox.wire import Json, present

_CHAINS_SHOWN = 30


class Stage(Struct, frozen=True, kw_only=True):
    """Turns what is true into the JSON of the page's contract."""

    workspace: Workspace
    calls: Calls

    def state(self, me: User, *, panel: bool) -> Json:
        """Everything around the messages: people, groups, channels, Home tab, commands."""
        workspace = self.workspace
        home = next((view for (_, user), view in workspace.homes.items() if user == me.id), None)
        commands = [command for app in workspace.apps.values() for command in app.commands.values()]
        return {
            "team": {"name": workspace.name, "domain": workspace.domain, "id": workspace.id},
            "now": workspace.clock.now(), "me": me.id,
            "people": [self.person(user) for user in workspace.users.values() if user.id != SLACKBOT],
            "groups": [
                {"id": group.id, "handle": group.handle, "name": group.name, "users": group.users}
                for group in workspace.groups.values()
            ],
            "channels": [self.channel(channel, me) for channel in workspace.visible_channels(me.id)],
            "home": view_json(workspace, home) if home else None,
            "commands": [
                {"command": command.name, "description": command.description, "usage_hint": command.usage_hint}
                for command in commands
            ],
            "title": workspace.name, "panel": panel, "version": workspace.version,
        }  # fmt: skip

    @staticmethod
    def person(user: User) -> Json:
        """One user in the list of people."""
        return {
            "id": user.id, "name": user.name, "real_name": user.real_name, "title": user.title,
            "is_bot": user.is_bot, "color": user.color, "presence": user.presence,
        }  # fmt: skip

    def channel(self, channel: Channel, me: User) -> Json:
        """One channel or direct messages in the list at the side."""
        unread = self._unread(channel, me)
        latest = next(reversed(channel.messages), None)
        return {
            "id": channel.id, "name": channel.name or self._name(channel.other(me.id)), "kind": channel.kind,
            "topic": channel.topic.value, "purpose": channel.purpose.value, "is_private": channel.is_private,
            "is_archived": channel.is_archived, "is_member": me.id in channel.members, "members": channel.members,
            "pins": list(channel.pins), "unread": len(unread), "last_ts": latest, "created": channel.created,
            "mentions": sum(self._mentions(channel, message, me) for message in unread),
            "bookmarks": [
                {name: whole[name] for name in ("id", "title", "link", "emoji")}
                for whole in (bookmark_json(channel, bookmark) for bookmark in channel.bookmarks.values())
            ],
            "canvases": [
                {"id": canvas.id, "title": canvas.title, "updated": canvas.updated}
                for canvas in canvases.tabs(self.workspace, channel)
            ],
            **present(**{"with": channel.other(me.id) if channel.kind == "im" else None}),
        }  # fmt: skip

    def _unread(self, channel: Channel, me: User) -> list[Message]:
        if me.id not in channel.members:
            return []
        seen = channel.read.get(me.id, "")
        newer: list[Message] = []
        for message in reversed(channel.messages.values()):
            if message.ts <= seen:
                break
            if message.user != me.id and not message.is_reply and not message.subtype:
                newer.append(message)
        return newer

    def _mentions(self, channel: Channel, message: Message, me: User) -> bool:
        groups = [group.id for group in self.workspace.groups.values() if me.id in group.users]
        named = "|".join([f"<@{me.id}[|>]", "<!(channel|here|everyone)", *(f"<!subteam\\^{group}" for group in groups)])
        return channel.kind == "im" or bool(re.search(named, f"{message.text} {message.blocks}"))

    def _name(self, user_id: str) -> str:
        user = self.workspace.users.get(user_id)
        return user.real_name if user else user_id

    def message(self, message: Message) -> Json:
        """One message as the page draws it."""
        channel = self.workspace.channels[message.channel]
        replies = channel.threads.get(message.ts, []) if not message.is_reply else []
        return {
            "ts": message.ts, "channel": channel.id, "user": message.user,
            "username": message.username or self._name(message.user), "bot": message.bot_id is not None,
            "text": message.text, "blocks": message.blocks, "attachments": message.attachments,
            "reply_count": len(replies), "ephemeral": message.ephemeral_to is not None,
            "reply_users": list(dict.fromkeys(channel.messages[ts].user for ts in replies)),
            "system": message.subtype is not None and message.subtype.startswith("channel_"),
            "files": [self._file(file) for file in message.files], "pinned": message.ts in channel.pins,
            "reactions": [{"name": name, "users": users} for name, users in message.reactions.items()],
            **present(
                thread_ts=message.thread_ts, latest_reply=replies[-1] if replies else None, edited=message.edited
            ),
        }  # fmt: skip

    @staticmethod
    def _file(file: File) -> Json:
        return {
            "id": file.id, "name": file.name, "title": file.title or file.name, "mimetype": file.mimetype,
            "size": file.size, "url": f"/page/file/{file.id}",
        }  # fmt: skip

    def messages(self, channel: Channel, me: User, thread: str | None, before: str | None, limit: int) -> Json:
        """Part of a channel or of a thread, oldest first, ephemerals for this person among them."""
        own = [message for message in channel.ephemerals if message.ephemeral_to == me.id]
        found = sorted([*channel.messages.values(), *own], key=lambda message: message.ts)
        if thread:
            found = [message for message in found if thread in (message.ts, message.thread_ts)]
        else:
            found = [message for message in found if not message.is_reply or message.subtype == "thread_broadcast"]
        if before:
            found = [message for message in found if message.ts < before]
        return {"messages": [self.message(message) for message in found[-limit:]], "has_more": len(found) > limit}

    def call(self, call: Call) -> Json:
        """One line of the record of calls."""
        return {
            "n": call.n, "method": call.method, "args": summary(call.arguments), "status": call.status, "ok": call.ok,
            "start": self.calls.epoch(call.start), "end": self.calls.epoch(call.end or call.start),
            "cause": call.cause, **present(error=call.error, attempt=call.attempt if call.attempt > 1 else None),
        }  # fmt: skip

    def record(self, after: int) -> Json:
        """The calls after number `after`, and the chains of the latest causes."""
        finished = [call for call in self.calls.all(after=after) if call.end is not None]
        causes = self.calls.list_causes()[-_CHAINS_SHOWN:]
        return {"calls": [self.call(call) for call in finished], "chains": [self._chain(cause) for cause in causes]}

    def _chain(self, cause: str) -> Json:
        chain = self.calls.chain(cause)
        return {
            "cause": cause, "calls": len(self.calls.all(cause=cause)), "longest": len(chain),
            "methods": [call.method for call in chain],
        }  # fmt: skip
