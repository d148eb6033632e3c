"""The record of calls: causes by data flow, and the longest chain of calls that waited for one another."""

import asyncio

import pytest
from slack_bolt.app.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from sandbox.driver import Person
from sandbox.record.calls import Call
from sandbox.server import Sandbox

LATENCY = 0.25
"""Seconds: long enough that two calls that are sent together overlap on a busy machine, too."""


def invited(call: Call) -> bool:
    return call.method == "conversations.invite" and call.ok


def carded(call: Call) -> bool:
    return call.method == "chat.postMessage" and "card" in str(call.arguments.get("text"))


async def declare(client: AsyncWebClient, name: str, person: str, announce: str) -> None:
    """What an incident bot does: create, then invite and card together, then the rest one after another."""
    created = await client.conversations_create(name=name)
    channel = created["channel"]["id"]
    await asyncio.gather(
        client.conversations_invite(channel=channel, users=[person]),
        client.chat_postMessage(channel=channel, text="the card"),
    )
    await client.conversations_setTopic(channel=channel, topic="P1")
    await client.chat_postMessage(channel=announce, text=f"declared in <#{channel}>")


@pytest.fixture
async def declaring(bolt: AsyncApp, box: Sandbox, client: AsyncWebClient, ana: Person) -> AsyncApp:
    """An app that declares; it has answered one command before, so that Bolt has asked auth.test already."""
    announce = ana.channel("incidents").id

    @bolt.command("/incident")
    async def incident(ack, command):
        await ack("declaring")
        if command["text"]:
            await declare(client, command["text"], command["user_id"], announce)

    await ana.command("/incident")
    return bolt


async def test_the_chain_counts_calls_that_waited_and_not_those_side_by_side(
    declaring: AsyncApp, box: Sandbox, ana: Person
) -> None:
    box.faults.delay(LATENCY)
    await ana.command("/incident inc-1-db")
    await ana.wait_for("incidents", "declared in")
    create = box.calls.all("conversations.create")[0]
    assert create.cause == "command-2"
    usable = box.calls.chain("command-2", invited, carded)
    assert len(usable) == 2
    assert usable[0].method == "conversations.create"
    await asyncio.sleep(2 * LATENCY)
    whole = [call.method for call in box.calls.chain("command-2")]
    assert len(whole) == 4
    assert whole[-2:] == ["conversations.setTopic", "chat.postMessage"]


async def test_two_people_declaring_at_once_are_two_causes(declaring: AsyncApp, box: Sandbox, ana: Person) -> None:
    ben = Person(box, "ben")
    await asyncio.gather(ana.command("/incident inc-1"), ben.command("/incident inc-2"))
    await ana.wait_for_channel("inc-1")
    await ben.wait_for_channel("inc-2")
    causes = {call.cause for call in box.calls.all("conversations.create")}
    assert causes == {"command-2", "command-3"}


async def test_a_create_without_a_delivery_is_its_own_cause(box: Sandbox, client: AsyncWebClient, ana: Person) -> None:
    await declare(client, "inc-alert", ana.id, ana.channel("incidents").id)
    (create,) = box.calls.all("conversations.create")
    assert create.cause == f"create-{create.n}"
    assert len(box.calls.all(cause=create.cause)) == 5


async def test_the_incident_in_metadata_links_calls_without_a_channel(
    box: Sandbox, client: AsyncWebClient, ana: Person
) -> None:
    metadata = {"event_type": "muster", "event_payload": {"incident": "INC-7"}}
    created = await client.conversations_create(name="inc-7")
    await client.chat_postMessage(channel=created["channel"]["id"], text="card", metadata=metadata)
    await client.chat_postMessage(channel=ana.id, text="you are paged", metadata=metadata)
    causes = [call.cause for call in box.calls.all()]
    assert causes == ["create-1"] * 3


async def test_a_modal_belongs_to_the_command_that_opened_it(bolt: AsyncApp, box: Sandbox, ana: Person) -> None:
    blank = {"type": "modal", "title": {"type": "plain_text", "text": "Wait"}, "blocks": []}

    @bolt.command("/incident")
    async def incident(ack, body, client):
        await ack()
        opened = await client.views_open(trigger_id=body["trigger_id"], view=blank)
        await client.views_update(view_id=opened["view"]["id"], view={**blank, "callback_id": "ready"})

    await ana.command("/incident")
    await ana.wait_for_modal(lambda view: view.payload.get("callback_id") == "ready")
    assert {call.cause for call in box.calls.all() if call.method.startswith("views.")} == {"command-1"}


async def test_a_condition_nobody_met_is_named(box: Sandbox, client: AsyncWebClient) -> None:
    await client.conversations_create(name="inc-9")
    with pytest.raises(LookupError, match="condition 1"):
        box.calls.chain("create-1", invited)


async def test_secrets_are_not_in_the_record(box: Sandbox, client: AsyncWebClient) -> None:
    await client.api_call("auth.test", params={"token": box.bot_token})
    assert box.bot_token not in str(box.calls.all())


async def test_the_hook_runs_after_the_effect_and_before_the_answer(
    box: Sandbox, client: AsyncWebClient, ana: Person
) -> None:
    seen = []

    async def hook(call: Call) -> None:
        seen.append((call.method, ana.channel("inc-3").name))

    box.on_call = hook
    await client.conversations_create(name="inc-3")
    assert seen == [("conversations.create", "inc-3")]
