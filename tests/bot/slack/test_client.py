"""The client asks again only where asking twice changes nothing."""

import aiohttp
import pytest
from slack_sdk.web.async_client import AsyncWebClient

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
