"""What Slack tells without being asked: somebody came in, a message was pinned, Muster was mentioned."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from slack_bolt.context.say.async_say import AsyncSay

from bot.slack import answers
from bot.slack.account import Account
from bot.slack.seen import SeenEvents
from commands.answers import Help
from commands.ports import Ports
from commands.watch_channel import came_in, pinned
from incident.responder import UserId


class Events:
    """The listeners of events. An event that comes twice does nothing the second time: its id is the cause."""

    def __init__(self, ports: Ports, account: Account, seen: SeenEvents) -> None:
        self._ports = ports
        self._account = account
        self._seen = seen

    async def member_joined(self, event: Mapping[str, Any], body: Mapping[str, Any]) -> None:
        """A responder came into an incident's channel."""
        if event["user"] == self._account.identity().user:
            return
        async with self._seen.taking(body["event_id"]) as ours:
            if ours:
                await came_in(
                    event["channel"],
                    UserId(event["user"]),
                    cause=f"event:{body['event_id']}",
                    at=self._ports.clock(),
                    ports=self._ports,
                )

    async def pin_added(self, event: Mapping[str, Any], body: Mapping[str, Any]) -> None:
        """A person pinned a message: it goes on the timeline at its own time. Muster's own pins do not."""
        message = (event.get("item") or {}).get("message") or {}
        if event["user"] == self._account.identity().user or not message.get("ts"):
            return
        async with self._seen.taking(body["event_id"]) as ours:
            if ours:
                await pinned(
                    event["channel_id"],
                    by=UserId(event["user"]),
                    text=message.get("text", ""),
                    message=message["ts"],
                    said_at=datetime.fromtimestamp(float(message["ts"]), UTC),
                    cause=f"event:{body['event_id']}",
                    at=self._ports.clock(),
                    ports=self._ports,
                )

    async def mentioned(self, event: Mapping[str, Any], body: Mapping[str, Any], say: AsyncSay) -> None:
        """Whoever calls Muster by name is shown the menu, in a thread."""
        async with self._seen.taking(body["event_id"]) as ours:
            if ours:
                menu = answers.answered(Help())
                await say(text=menu["text"], blocks=menu["blocks"], thread_ts=event.get("thread_ts") or event["ts"])
