"""Trouble on the delivery side: repeated envelopes, cut sockets, an outage; and the pure arithmetic of chains."""

import asyncio

import pytest
from msgspec import Struct
from slack_bolt.app.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from sandbox import acts
from sandbox.driver import Person
from sandbox.methods.arguments import arguments, checked
from sandbox.record.chains import longest_chain
from sandbox.server import Sandbox
from sandbox.wire import SlackError


async def test_every_command_comes_twice_while_ordered(bolt: AsyncApp, box: Sandbox, ana: Person) -> None:
    seen = []

    @bolt.command("/incident")
    async def incident(ack, command):
        seen.append(command["trigger_id"])
        await ack()

    box.faults.repeat_deliveries("command")
    await ana.command("/incident")
    box.faults.repeat_deliveries("command", times=1)
    await ana.command("/incident")
    assert len(seen) == 3
    assert len(set(seen)) == 2


async def test_a_lost_acknowledgement_fails_a_command_that_was_done(bolt: AsyncApp, box: Sandbox, ana: Person) -> None:
    done = []

    @bolt.command("/incident")
    async def incident(ack):
        done.append(True)
        await ack("done")

    box.faults.lose_answers("command")
    assert (await ana.command("/incident")).failure == "operation_timeout"
    assert done == [True]


async def test_a_cut_socket_is_opened_again(bolt: AsyncApp, box: Sandbox, ana: Person) -> None:
    @bolt.command("/incident")
    async def incident(ack):
        await ack()

    box.faults.break_("apps.connections.open", times=1_000)
    await box.sockets.drop(box.app)
    async with asyncio.timeout(60):
        while box.sockets.connections(box.app):
            await asyncio.sleep(0.01)
        assert (await ana.command("/incident")).failure == "dispatch_failed"
        box.faults.clear()
        await box.connected()
    assert (await ana.command("/incident")).ok


async def test_nobody_connects_during_an_outage(box: Sandbox, client: AsyncWebClient) -> None:
    opened = await client.apps_connections_open(app_token=box.app_token)
    box.faults.outage = True
    async with client.session.get(opened["url"].replace("ws:", "http:")) as answer:
        assert answer.status == 401


async def test_a_person_cannot_write_where_they_are_not(box: Sandbox, client: AsyncWebClient, ana: Person) -> None:
    await client.conversations_create(name="inc-1")
    with pytest.raises(acts.NotPossible, match="Join #inc-1"):
        ana.post("inc-1", "hello")
    ana.join("inc-1")
    ana.post("inc-1", "hello")
    with pytest.raises(LookupError, match="nobody in the sandbox"):
        Person(box, "zoe")


async def test_waiting_says_what_was_seen_instead(ana: Person) -> None:
    ana.post("general", "hello")
    with pytest.raises(TimeoutError, match="ana saw no such message in #general, only \\['hello'\\]"):
        await ana.wait_for("general", "goodbye", 0.05)


async def test_who_waits_for_a_call_that_changes_nothing_is_woken_by_it(box: Sandbox, client: AsyncWebClient) -> None:
    waiting = asyncio.create_task(box.pulse.until(lambda: box.calls.all("auth.test") or None, 20, lambda: "no call"))
    await asyncio.sleep(0)
    await client.auth_test()
    async with asyncio.timeout(10):
        assert [call.method for call in await waiting] == ["auth.test"]


async def test_who_stops_waiting_as_it_comes_true_has_stopped(box: Sandbox) -> None:
    """Else whoever ends it waits for it in vain."""
    seen: list[bool] = []
    waiting = asyncio.create_task(box.pulse.until(lambda: None if len(seen) < 2 else True, 20, lambda: "never"))
    await asyncio.sleep(0)
    box.pulse.beat()
    waiting.cancel()
    done, _ = await asyncio.wait({waiting}, timeout=5)
    assert done
    assert waiting.cancelled()


class Span(Struct, frozen=True):
    start: float
    end: float | None


def test_the_longest_chain_follows_ends_to_starts() -> None:
    create, invite, card, topic, lone = Span(0, 1), Span(1, 2), Span(1.1, 2.1), Span(2.1, 3), Span(0.5, 2.9)
    spans = [lone, topic, card, invite, create]
    assert longest_chain(spans) in ([create, card, topic], [create, invite, topic])
    assert longest_chain(spans, [lambda span: span is invite, lambda span: span is card])[0] is create
    assert longest_chain(spans, [lambda span: span is lone]) == [lone]
    assert longest_chain([]) == []


def test_arguments_are_read_from_their_line() -> None:
    spec = arguments("channel! text<5 limit:int blocks:json users:ids force:bool")
    given = {"channel": "C1", "text": "abc", "limit": "7", "blocks": "[1]", "users": "U1, U2", "force": "true", "x": 1}
    found = checked(spec, given)
    assert (found.text("channel"), found.number("limit", 0), found.json("blocks")) == ("C1", 7, [1])
    assert (found.ids("users"), found.flag("force")) == (["U1", "U2"], True)
    with pytest.raises(SlackError) as refusal:
        checked(spec, {"text": "abcdef", "limit": "many", "blocks": "[", "force": "perhaps"})
    assert refusal.value.messages == (
        "[ERROR] missing required field: channel",
        "[ERROR] must be less than 6 characters [json-pointer:/text]",
        "[ERROR] must be an integer [json-pointer:/limit]",
        "[ERROR] must be valid JSON [json-pointer:/blocks]",
        "[ERROR] must be a boolean [json-pointer:/force]",
    )
