"""Buttons, menus, shortcuts and response_urls with the real Bolt, acting as people."""

import asyncio
from typing import Any

import pytest
from slack_bolt.app.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.webhook.async_client import AsyncWebhookClient

from sandbox.deliveries.interactions import NotThere
from sandbox.driver import Person
from sandbox.server import Sandbox
from sandbox.state.model import Message, Shortcut


def plain(text: str) -> dict[str, Any]:
    return {"type": "plain_text", "text": text}


BUTTONS = {
    "type": "actions", "block_id": "choices",
    "elements": [
        {"type": "button", "action_id": "approve", "text": plain("Approve"), "value": "plan-1", "style": "primary"},
        {
            "type": "static_select", "action_id": "severity",
            "options": [{"text": plain(f"P{n}"), "value": f"p{n}"} for n in range(4)],
        },
        {"type": "external_select", "action_id": "runbook", "min_query_length": 0},
    ],
}  # fmt: skip


@pytest.fixture
async def card(bolt: AsyncApp, client: AsyncWebClient, ana: Person) -> Message:
    await client.chat_postMessage(channel="incidents", text="a plan", blocks=[BUTTONS])
    return ana.sees("incidents")[-1]


async def test_a_button_says_who_pressed_it_and_where(bolt: AsyncApp, card: Message, ana: Person) -> None:
    heard = {}

    @bolt.action("approve")
    async def approve(ack, body):
        heard.update(body)
        await ack()

    answer = await ana.click(card, "Approve")
    assert answer.ok
    assert heard["user"]["id"] == ana.id
    assert heard["container"] == {
        "type": "message", "message_ts": card.ts, "channel_id": card.channel, "is_ephemeral": False,
    }  # fmt: skip
    assert heard["actions"][0]["value"] == "plan-1"
    assert heard["message"]["ts"] == card.ts


async def test_a_menu_brings_the_chosen_option(bolt: AsyncApp, card: Message, ana: Person) -> None:
    heard = []

    @bolt.action("severity")
    async def severity(ack, action, body):
        heard.append((action["selected_option"]["value"], body["state"]["values"]["choices"]["severity"]))
        await ack()

    await ana.select(card, "severity", "P2")
    assert heard[0][0] == "p2"
    assert heard[0][1]["selected_option"]["value"] == "p2"


async def test_suggestions_are_asked_from_the_app(bolt: AsyncApp, card: Message, ana: Person) -> None:
    @bolt.options("runbook")
    async def runbook(ack, payload):
        await ack(options=[{"text": plain(f"{payload['value']} stuck"), "value": "1"}])

    found = await ana.suggestions(card, "runbook", "jobs")
    assert [option["text"]["text"] for option in found] == ["jobs stuck"]


async def test_the_same_click_twenty_times_at_once(bolt: AsyncApp, card: Message, ana: Person) -> None:
    seen = []

    @bolt.action("approve")
    async def approve(ack, body):
        seen.append(body["actions"][0]["action_ts"])
        await ack()

    await ana.click(card, "approve", times=20)
    assert len(seen) == 20
    assert len(set(seen)) == 1


async def test_nobody_clicks_what_they_do_not_see(
    bolt: AsyncApp, client: AsyncWebClient, ana: Person, ben: Person
) -> None:
    channel = ana.channel("incidents")
    await client.conversations_join(channel=channel.id)
    await client.chat_postEphemeral(channel=channel.id, user=ana.id, text="for you", blocks=[BUTTONS])
    mine = ana.sees("incidents")[-1]
    with pytest.raises(NotThere):
        await ben.click(mine, "approve")
    with pytest.raises(NotThere, match="approve"):
        await ana.click(mine, "reject")


async def test_an_ephemeral_is_replaced_through_its_response_url(
    bolt: AsyncApp, client: AsyncWebClient, box: Sandbox, ana: Person
) -> None:
    @bolt.action("approve")
    async def approve(ack, respond):
        await ack()
        await respond(text="done", replace_original=True)

    channel = ana.channel("incidents")
    await client.conversations_join(channel=channel.id)
    await client.chat_postEphemeral(channel=channel.id, user=ana.id, text="for you", blocks=[BUTTONS])
    mine = ana.sees(channel)[-1]
    await ana.click(mine, "approve")
    changed = await ana.wait_for(channel, "done")
    assert changed.ts == mine.ts
    assert changed.blocks == []
    assert box.calls.all("response_url")[0].cause == "click-" + box.calls.all("response_url")[0].cause.split("-")[1]


async def response_url(bolt: AsyncApp, ana: Person) -> str:
    urls = []

    @bolt.command("/incident")
    async def incident(ack, command):
        urls.append(command["response_url"])
        await ack()

    await ana.command("/incident", "incidents")
    return str(urls[0])


async def test_a_response_url_answers_five_times(bolt: AsyncApp, ana: Person, ben: Person) -> None:
    webhook = AsyncWebhookClient(await response_url(bolt, ana))
    for number in range(5):
        response_type = "in_channel" if number == 0 else "ephemeral"
        answer = await webhook.send(text=f"answer {number}", response_type=response_type)
        assert (answer.status_code, answer.body) == (200, "ok")
    sixth = await webhook.send(text="one too many")
    assert sixth.status_code == 404
    assert "used_url" in sixth.body
    assert [message.text for message in ana.sees("incidents")] == [f"answer {number}" for number in range(5)]
    assert [message.text for message in ben.sees("incidents")] == ["answer 0"]


async def test_a_response_url_ends_after_half_an_hour(bolt: AsyncApp, box: Sandbox, ana: Person) -> None:
    webhook = AsyncWebhookClient(await response_url(bolt, ana))
    box.clock.advance(1801)
    assert "expired_url" in (await webhook.send(text="late")).body


async def test_the_clicked_message_is_deleted_on_request(bolt: AsyncApp, card: Message, ana: Person) -> None:
    gone = asyncio.Event()

    @bolt.action("approve")
    async def approve(ack, respond):
        await ack()
        await respond(delete_original=True)
        gone.set()

    await ana.click(card, "approve")
    await asyncio.wait_for(gone.wait(), 20)
    assert card not in ana.sees("incidents")


async def test_shortcuts_global_and_on_a_message(bolt: AsyncApp, box: Sandbox, ana: Person) -> None:
    box.app.shortcuts["declare"] = Shortcut(callback_id="declare", name="Declare", kind="global")
    box.app.shortcuts["evidence"] = Shortcut(callback_id="evidence", name="Keep as evidence", kind="message")
    heard = []

    @bolt.shortcut("declare")
    async def declare(ack, shortcut):
        heard.append(shortcut["trigger_id"])
        await ack()

    @bolt.shortcut("evidence")
    async def evidence(ack, shortcut):
        heard.append(shortcut["message"]["text"])
        await ack()

    await ana.shortcut("declare")
    await ana.shortcut("evidence", ana.post("random", "look at this"))
    assert len(heard) == 2
    assert heard[1] == "look at this"
    with pytest.raises(NotThere):
        await ana.shortcut("unknown")
