"""What stands before every method: tokens, scopes, arguments in any form, rate tiers, and ordered trouble."""

import aiohttp
import pytest
from slack_sdk.http_retry.builtin_async_handlers import AsyncRateLimitErrorRetryHandler, AsyncServerErrorRetryHandler
from slack_sdk.web.async_client import AsyncWebClient

from sandbox.driver import Person
from sandbox.methods.tiers import POST_BURST
from sandbox.server import Sandbox
from tests.sandbox.refusals import refused


async def test_tokens_are_asked_for(box: Sandbox) -> None:
    with refused("not_authed"):
        await AsyncWebClient(base_url=box.api_url).auth_test()
    with refused("invalid_auth"):
        await AsyncWebClient(token="xoxb-wrong", base_url=box.api_url).auth_test()


async def test_an_unknown_method_says_so(client: AsyncWebClient) -> None:
    with refused("unknown_method"):
        await client.api_call("incidents.declare")


async def test_a_missing_scope_is_named_beside_those_there_are(box: Sandbox, client: AsyncWebClient) -> None:
    box.app.scopes = frozenset({"chat:write", "users:read"})
    with refused("missing_scope") as refusal:
        await client.pins_add(channel="C1", timestamp="1.1")
    assert refusal.answer["needed"] == "pins:write"
    assert refusal.answer["provided"] == "chat:write,users:read"


async def test_each_kind_of_conversation_has_its_own_scope(box: Sandbox, client: AsyncWebClient) -> None:
    hidden = (await client.conversations_create(name="sec", is_private=True))["channel"]["id"]
    box.app.scopes -= {"groups:history"}
    with refused("missing_scope") as refusal:
        await client.conversations_history(channel=hidden)
    assert refusal.answer["needed"] == "groups:history"


async def test_answers_carry_the_scopes(client: AsyncWebClient) -> None:
    answer = await client.users_list()
    assert "users:read" in answer.headers["X-OAuth-Scopes"]
    assert answer.headers["X-Accepted-OAuth-Scopes"] == "users:read"


async def test_arguments_come_in_query_form_or_json(box: Sandbox) -> None:
    headers = {"Authorization": f"Bearer {box.bot_token}"}
    blocks = '[{"type":"divider"}]'
    url = f"{box.api_url}chat.postMessage"
    async with aiohttp.ClientSession(headers=headers) as session:
        answers = [
            await session.get(url, params={"channel": "general", "blocks": blocks}),
            await session.post(url, data={"channel": "general", "blocks": blocks}),
            await session.post(url, params={"channel": "general"}, json={"blocks": [{"type": "divider"}]}),
        ]
        for answer in answers:
            body = await answer.json()
            assert body["ok"], body
            assert body["message"]["blocks"][0]["type"] == "divider"
        broken = await (await session.post(url, data=b"{", headers={"Content-Type": "application/json"})).json()
        assert broken == {"ok": False, "error": "invalid_json"}


async def test_twenty_channels_a_minute_and_no_more(box: Sandbox, client: AsyncWebClient) -> None:
    box.clock.hold()
    box.tiers.on = True
    for number in range(20):
        await client.conversations_create(name=f"inc-{number}")
    with refused("ratelimited"):
        await client.conversations_create(name="inc-20")
    assert box.calls.all()[-1].status == 429
    box.clock.advance(59.5)
    with refused("ratelimited"):
        await client.conversations_create(name="inc-20")
    box.clock.advance(0.6)
    await client.conversations_create(name="inc-20")


async def test_a_channel_takes_a_burst_and_then_one_post_a_second(
    box: Sandbox, client: AsyncWebClient, ana: Person
) -> None:
    box.clock.hold()
    box.tiers.on = True
    for _ in range(POST_BURST):
        await client.chat_postMessage(channel="general", text="x")
    with refused("ratelimited"):
        await client.chat_postMessage(channel="general", text="x")
    await client.chat_postMessage(channel="random", text="another channel is free")
    box.clock.advance(1)
    await client.chat_postMessage(channel="general", text="x")
    with refused("ratelimited"):
        await client.chat_postMessage(channel="general", text="x")


async def test_the_official_retry_handlers_get_through(box: Sandbox, client: AsyncWebClient) -> None:
    client.retry_handlers += [AsyncRateLimitErrorRetryHandler(), AsyncServerErrorRetryHandler()]
    box.faults.limit("chat.postMessage", retry_after=1)
    box.faults.break_("users.list", status=503)
    await client.chat_postMessage(channel="general", text="x")
    await client.users_list()
    posts = box.calls.all("chat.postMessage")
    assert [(call.status, call.attempt) for call in posts] == [(429, 1), (200, 2)]
    assert [call.status for call in box.calls.all("users.list")] == [503, 200]


async def test_the_nth_call_fails_and_the_others_do_not(box: Sandbox, client: AsyncWebClient) -> None:
    box.faults.break_("chat.postMessage", nth=2)
    await client.chat_postMessage(channel="general", text="1")
    with refused("internal_error"):
        await client.chat_postMessage(channel="general", text="2")
    await client.chat_postMessage(channel="general", text="3")


async def test_an_answer_is_lost_after_the_effect(box: Sandbox, client: AsyncWebClient, ana: Person) -> None:
    client.retry_handlers.clear()
    box.faults.lose("conversations.create")
    with pytest.raises(aiohttp.ClientError):
        await client.conversations_create(name="inc-1")
    assert ana.channel("inc-1")
    with refused("name_taken"):
        await client.conversations_create(name="inc-1")


async def test_an_outage_ends_when_it_is_ended(box: Sandbox, client: AsyncWebClient) -> None:
    box.faults.outage = True
    with refused("service_unavailable"):
        await client.auth_test()
    box.faults.clear()
    await client.auth_test()
