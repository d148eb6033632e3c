"""The client asks again only where asking twice changes nothing."""

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from slack_sdk.web.async_client import AsyncWebClient

from bot.slack import client
from sandbox.driver import Person
from sandbox.server import Sandbox


async def test_a_read_whose_answer_was_lost_is_asked_again(box: Sandbox, slack: AsyncWebClient) -> None:
    """Nobody notices a connection that broke."""
    box.faults.lose("auth.test")
    assert (await slack.auth_test())["ok"]
    assert [call.method for call in box.calls.all()] == ["auth.test", "auth.test"]


async def test_a_post_whose_answer_was_lost_is_not_repeated(box: Sandbox, slack: AsyncWebClient, ana: Person) -> None:
    """It did happen; a blind second attempt would say it twice."""
    box.faults.lose("chat.postMessage")
    with pytest.raises(aiohttp.ClientError):
        await slack.chat_postMessage(channel=ana.channel("general").id, text="once")
    assert [message.text for message in ana.sees("general")] == ["once"]


async def test_each_call_is_counted_by_its_method_and_how_it_went() -> None:
    """*Too many*, a fault of Slack's and silence are told apart; a file's content goes to an address of its own."""
    counted: list[tuple[str, str]] = []

    async def answer(request: web.Request) -> web.Response:
        status = {"chat.update": 429, "pins.add": 503, "views.publish": 0}.get(request.path.rsplit("/", 1)[-1], 200)
        if not status:
            assert request.transport is not None
            request.transport.close()
        return web.Response(status=status or 200)

    app = web.Application()
    app.router.add_post("/{anything:.*}", answer)
    async with (
        TestServer(app, host="127.0.0.1") as server,
        client.session(lambda method, outcome: counted.append((method, outcome))) as session,
    ):
        for path in ("api/chat.postMessage", "api/chat.update", "api/pins.add", "upload/v1/F0ABC"):
            async with session.post(server.make_url(f"/{path}")):
                pass
        with pytest.raises(aiohttp.ClientError):
            await session.post(server.make_url("/api/views.publish"))
    assert counted == [
        ("chat.postMessage", "answered"),
        ("chat.update", "limited"),
        ("pins.add", "trouble"),
        ("upload", "answered"),
        ("views.publish", "silent"),
    ]
