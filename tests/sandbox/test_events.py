"""What apps are told of: the events, their shapes, and that nobody hears what they may not."""

import asyncio
from typing import Any

import pytest
from slack_bolt import BoltResponse
from slack_bolt.app.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from sandbox import acts
from sandbox.driver import Person
from sandbox.server import Sandbox


class Heard:
    """The events an app has been told of."""

    def __init__(self) -> None:
        self.events: list[dict[str, Any]] = []
        self._more = asyncio.Event()

    def add(self, event: dict[str, Any]) -> None:
        self.events.append(event)
        self._more.set()

    async def until(self, kind: str, **members: str) -> dict[str, Any]:
        """The first event of that type or subtype with those members; Bolt may handle events in another order."""
        async with asyncio.timeout(20):
            while True:
                for event in self.events:
                    if kind in (event.get("subtype"), event["type"]) and members.items() <= event.items():
                        return event
                self._more.clear()
                await self._more.wait()


@pytest.fixture
def app(client: AsyncWebClient) -> AsyncApp:
    """A Bolt app that does not look away from what it did itself."""
    return AsyncApp(client=client, ignoring_self_events_enabled=False)


@pytest.fixture
async def heard(bolt: AsyncApp) -> Heard:
    found = Heard()

    @bolt.middleware
    async def listen(body):
        found.add(body["event"])
        return BoltResponse(status=200)

    return found


async def test_a_person_writes_edits_reacts_and_pins(
    heard: Heard, box: Sandbox, client: AsyncWebClient, ana: Person
) -> None:
    channel = ana.channel("incidents")
    await client.conversations_join(channel=channel.id)
    message = ana.post(channel, "it is slow")
    acts.edit(box.board, ana.user, channel, message, "it is down")
    ana.react(message, "eyes")
    ana.pin(message)
    pinned = await heard.until("pin_added")
    assert pinned["item"]["message"]["text"] == "it is down"
    said = await heard.until("message", text="it is slow")
    assert (said["channel"], said["channel_type"], said["user"]) == (channel.id, "channel", ana.id)
    edited = await heard.until("message_changed")
    assert edited["message"]["text"] == "it is down"
    assert edited["previous_message"]["text"] == "it is slow"
    reacted = await heard.until("reaction_added")
    assert reacted["item"] == {"type": "message", "channel": channel.id, "ts": message.ts}


async def test_a_bot_hears_its_own_posts_with_its_bot_id(
    heard: Heard, box: Sandbox, client: AsyncWebClient, ana: Person
) -> None:
    await client.conversations_join(channel=ana.channel("random").id)
    posted = await client.chat_postMessage(channel="random", text="echo")
    await client.chat_delete(channel=posted["channel"], ts=posted["ts"])
    deleted = await heard.until("message_deleted")
    assert deleted["deleted_ts"] == posted["ts"]
    echo = await heard.until("message", text="echo")
    assert echo["bot_id"] == box.app.bot_id


async def test_the_life_of_a_channel(heard: Heard, client: AsyncWebClient, ana: Person) -> None:
    channel = (await client.conversations_create(name="inc-1"))["channel"]["id"]
    await client.conversations_invite(channel=channel, users=[ana.id])
    await client.conversations_rename(channel=channel, name="inc-1-db")
    await client.conversations_archive(channel=channel)
    archived = await heard.until("channel_archive")
    assert archived["channel"] == channel
    joined = await heard.until("member_joined_channel", user=ana.id)
    assert joined["inviter"]
    assert (await heard.until("channel_rename"))["channel"]["name"] == "inc-1-db"
    assert (await heard.until("channel_created"))["channel"]["id"] == channel


async def test_a_bot_hears_nothing_from_where_it_is_not(heard: Heard, client: AsyncWebClient, ana: Person) -> None:
    ana.post("random", "between us")
    await client.conversations_join(channel=ana.channel("general").id)
    ana.post("general", "for all")
    await heard.until("message", text="for all")
    assert not any(event.get("text") == "between us" for event in heard.events)


async def test_a_mention_and_a_subscription(heard: Heard, box: Sandbox, client: AsyncWebClient, ana: Person) -> None:
    box.app.events = frozenset({"app_mention"})
    await client.conversations_join(channel=ana.channel("general").id)
    ana.post("general", f"<@{box.app.user}> help")
    assert (await heard.until("app_mention"))["text"] == f"<@{box.app.user}> help"
    assert {event["type"] for event in heard.events} == {"app_mention"}
