"""Socket Mode with the real Bolt: acknowledgements, redelivery, tickets and the ways of hanging up."""

import asyncio
from typing import Any

import aiohttp
import pytest
from slack_bolt import BoltResponse
from slack_bolt.app.async_app import AsyncApp
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from sandbox.driver import Person
from sandbox.server import Sandbox


async def test_a_command_is_answered_to_its_person_alone(bolt: AsyncApp, ana: Person, ben: Person) -> None:
    @bolt.command("/incident")
    async def incident(ack, command):
        await ack(f"you said {command['text']}")

    answer = await ana.command("/incident declare db is down", "incidents")
    assert answer.ok
    assert answer.latency_ms > 0
    assert answer.payload == {"text": "you said declare db is down"}
    assert ana.sees("incidents")[-1].text == "you said declare db is down"
    assert ben.sees("incidents") == []


async def test_an_answer_in_channel_is_seen_by_all(bolt: AsyncApp, ana: Person, ben: Person) -> None:
    @bolt.command("/incident")
    async def incident(ack):
        await ack(text="the list", response_type="in_channel")

    await ana.command("/incident list", "incidents")
    assert [message.text for message in ben.sees("incidents")] == ["the list"]


async def test_mentions_in_a_command_become_references(bolt: AsyncApp, ana: Person, ben: Person) -> None:
    heard = []

    @bolt.command("/incident")
    async def incident(ack, command):
        heard.append(command["text"])
        await ack()

    await ana.command("/incident role commander @ben in #incidents, not me@ben.com")
    channel = ana.channel("incidents")
    assert heard == [f"role commander <@{ben.id}|ben> in <#{channel.id}|incidents>, not me@ben.com"]


async def test_silence_is_told_to_the_person_after_the_deadline(bolt: AsyncApp, box: Sandbox, ana: Person) -> None:
    @bolt.command("/incident")
    async def incident(ack):
        await asyncio.sleep(1)

    box.board.dispatcher.answer_seconds = 0.1
    answer = await ana.command("/incident", "random")
    assert answer.failure == "operation_timeout"
    assert 'failed with the error "operation_timeout"' in ana.sees("random")[-1].text


async def test_without_an_app_a_command_fails_at_once(box: Sandbox, ana: Person) -> None:
    answer = await ana.command("/incident")
    assert answer.failure == "dispatch_failed"


async def test_an_answer_that_breaks_block_kit_is_refused(bolt: AsyncApp, ana: Person) -> None:
    @bolt.command("/incident")
    async def incident(ack):
        await ack(blocks=[{"type": "header", "text": {"type": "mrkdwn", "text": "no"}}])

    assert (await ana.command("/incident")).failure == "invalid_command_response"


async def test_a_command_delivered_twenty_times_runs_twenty_times(bolt: AsyncApp, ana: Person) -> None:
    """Slack may deliver twice; that there is one effect is for the app to see to."""
    triggers = []

    @bolt.command("/incident")
    async def incident(ack, command):
        triggers.append(command["trigger_id"])
        await ack()

    await ana.command("/incident", times=20)
    assert len(triggers) == 20
    assert len(set(triggers)) == 1


async def test_an_event_that_is_not_acknowledged_comes_again_with_its_number(
    bolt: AsyncApp, box: Sandbox, ana: Person
) -> None:
    box.board.dispatcher.answer_seconds = 0.1
    attempts: list[tuple[str, str | None, Any]] = []
    done = asyncio.Event()

    @bolt.middleware
    async def see(req, body, next_):
        attempts.append((body["event_id"], req.headers.get("x-slack-retry-num", [None])[0], body["event"]["type"]))
        if len(attempts) < 3:
            return BoltResponse(status=500)
        done.set()
        return BoltResponse(status=200)

    general = ana.channel("general")
    general.members.append(box.app.user)
    ana.post("general", "hello")
    await asyncio.wait_for(done.wait(), 20)
    assert [number for _, number, _ in attempts] == ["0", "1", "2"]
    assert len({event_id for event_id, _, _ in attempts}) == 1


async def test_a_lost_acknowledgement_makes_an_event_come_again(bolt: AsyncApp, box: Sandbox, ana: Person) -> None:
    ids = []
    again = asyncio.Event()

    @bolt.event("message")
    async def heard(body):
        ids.append(body["event_id"])
        if len(ids) == 2:
            again.set()

    box.faults.lose_answers("message")
    ana.channel("general").members.append(box.app.user)
    ana.post("general", "hello")
    await asyncio.wait_for(again.wait(), 20)
    assert len(set(ids)) == 1


async def test_a_ticket_opens_one_connection(box: Sandbox, client: AsyncWebClient) -> None:
    opened = await client.apps_connections_open(app_token=box.app_token)
    async with aiohttp.ClientSession() as session:
        async with session.ws_connect(opened["url"]) as socket:
            hello = await socket.receive_json()
            assert hello["type"] == "hello"
            assert hello["num_connections"] == 1
            assert hello["connection_info"] == {"app_id": box.app.id}
        with pytest.raises(aiohttp.WSServerHandshakeError):
            await session.ws_connect(opened["url"])


async def test_a_refused_handshake_kills_the_ticket(box: Sandbox, client: AsyncWebClient) -> None:
    box.faults.refuse_handshakes()
    opened = await client.apps_connections_open(app_token=box.app_token)
    async with aiohttp.ClientSession() as session:
        for _ in range(2):
            with pytest.raises(aiohttp.WSServerHandshakeError):
                await session.ws_connect(opened["url"])


async def test_an_eleventh_socket_is_turned_away(box: Sandbox, client: AsyncWebClient) -> None:
    async with aiohttp.ClientSession() as session:
        sockets = []
        for _ in range(11):
            opened = await client.apps_connections_open(app_token=box.app_token)
            sockets.append(await session.ws_connect(opened["url"]))
        assert (await sockets[10].receive_json())["reason"] == "too_many_websockets"
        assert box.sockets.connections(box.app) == 10


async def test_a_refresh_makes_the_client_come_back(bolt: AsyncApp, box: Sandbox, ana: Person) -> None:
    @bolt.command("/incident")
    async def incident(ack):
        await ack("still here")

    await box.sockets.disconnect(box.app)
    await box.connected()
    assert (await ana.command("/incident")).ok


async def test_a_bot_token_opens_no_socket(client: AsyncWebClient) -> None:
    with pytest.raises(SlackApiError, match="not_allowed_token_type"):
        await client.apps_connections_open(app_token=str(client.token))
