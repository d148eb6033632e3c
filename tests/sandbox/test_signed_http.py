"""Signed HTTP deliveries beside Socket Mode: the real Bolt checks the signatures over HTTP."""

from collections.abc import AsyncIterator

import pytest
from aiohttp import web
from slack_bolt.app.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from sandbox.deliveries.signed_http import signature
from sandbox.driver import Person
from sandbox.server import Sandbox


@pytest.fixture
async def served(client: AsyncWebClient, box: Sandbox) -> AsyncIterator[AsyncApp]:
    """A Bolt app behind its own HTTP server on a free loopback port."""
    app = AsyncApp(client=client, signing_secret=box.app.signing_secret)
    runner = web.AppRunner(app.web_app(path="/slack/events"), shutdown_timeout=1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    box.app.request_url = f"http://127.0.0.1:{runner.addresses[0][1]}/slack/events"
    yield app
    await runner.cleanup()


async def test_commands_clicks_and_forms_travel_signed(served: AsyncApp, box: Sandbox, ana: Person) -> None:
    text = {"type": "plain_text", "text": "Approve"}
    blocks = [{"type": "actions", "elements": [{"type": "button", "action_id": "approve", "text": text}]}]

    @served.command("/incident")
    async def incident(ack):
        await ack(text="a plan", blocks=blocks)

    @served.action("approve")
    async def approve(ack, respond):
        await ack()
        await respond(text="approved", replace_original=True)

    assert await box.http.verify(box.app)
    assert (await ana.command("/incident", "incidents")).ok
    assert (await ana.click(ana.sees("incidents")[-1], "approve")).ok
    await ana.wait_for("incidents", "approved")


async def test_a_wrong_secret_is_refused_by_the_app(served: AsyncApp, box: Sandbox, ana: Person) -> None:
    box.app.signing_secret = "another"
    assert (await ana.command("/incident")).failure == "http_error"


async def test_events_come_as_json(served: AsyncApp, box: Sandbox, client: AsyncWebClient, ana: Person) -> None:
    @served.event("message")
    async def heard(event, say):
        if not event.get("bot_id") and "subtype" not in event:
            await say(f"heard {event['text']}")

    await client.conversations_join(channel=ana.channel("random").id)
    ana.post("random", "hello")
    await ana.wait_for("random", "heard hello")


def test_the_signature_is_slacks() -> None:
    """The worked example of Slack's documentation on verifying requests."""
    body = (
        b"token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow&channel_id=G8PSS9T3V"
        b"&channel_name=foobar&user_id=U2CERLKJA&user_name=roadrunner&command=%2Fwebhook-collect&text="
        b"&response_url=https%3A%2F%2Fhooks.slack.com%2Fcommands%2FT1DC2JH3J%2F397700885554%2F96rGlfmibIGlgcZRskXaIFfN"
        b"&trigger_id=398738663015.47445629121.803a0bc887a14d10d2c447fce8b6703c"
    )
    expected = "v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503"
    assert signature("8f742231b10e8888abcd99yyyzzz85a5", "1531420618", body) == expected
