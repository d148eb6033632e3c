"""Signed HTTP: what Slack signed is taken once; whatever else comes is refused before anything reads it."""

import asyncio
import time
from collections.abc import AsyncIterator, Mapping
from urllib.parse import urlencode

import pytest
from aiohttp import ClientSession as Client
from slack_bolt.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from bot.slack.signed_http import PATH, SignedHttp
from sandbox.deliveries.signed_http import signature
from sandbox.driver import Person
from sandbox.server import Sandbox
from tests.fakes.web import listening, served

BODY = urlencode({"command": "/incident", "text": "show", "team_id": "T1", "user_id": "U1"}).encode()
FORM = "application/x-www-form-urlencoded"


class App:
    """A Bolt app as Muster builds it: the door has judged, so Bolt does not. ``heard`` are the commands' words."""

    def __init__(self, slack: AsyncWebClient) -> None:
        self.heard: list[str] = []
        self.bolt = AsyncApp(client=slack, signing_secret="", request_verification_enabled=False)

        @self.bolt.command("/incident")
        async def answer(ack, command):  # type: ignore[no-untyped-def]  # Bolt passes arguments by name
            self.heard.append(command["text"])
            await ack(f"heard {command['text']}")
            if command["text"].startswith("sleep"):
                await asyncio.sleep(float(command["text"].split()[1]))
                self.heard.append("woke")


@pytest.fixture
def app(slack: AsyncWebClient) -> App:
    return App(slack)


@pytest.fixture
def line(app: App, box: Sandbox) -> SignedHttp:
    return SignedHttp(app.bolt, box.app.signing_secret)


@pytest.fixture
async def client(line: SignedHttp, box: Sandbox) -> AsyncIterator[Client]:
    """The web server; the workspace delivers there from now on."""
    await line.open()
    async with listening(line.door) as port, Client(f"http://127.0.0.1:{port}") as made:
        box.app.request_url = f"http://127.0.0.1:{port}{PATH}"
        yield made


def headers(box: Sandbox, body: bytes = BODY, *, at: str = "", secret: str = "", **more: str) -> dict[str, str]:
    """The headers with which Slack would send a body."""
    at = at or str(int(time.time()))
    signed = signature(secret or box.app.signing_secret, at, body)
    return {"Content-Type": FORM, "X-Slack-Request-Timestamp": at, "X-Slack-Signature": signed, **more}


async def knock(client: Client, sent: Mapping[str, str], body: bytes = BODY) -> int:
    async with client.post(PATH, data=body, headers=sent) as answer:
        await answer.read()
        return answer.status


async def test_the_workspace_delivers_signed_and_is_answered(
    client: Client, line: SignedHttp, box: Sandbox, ana: Person
) -> None:
    assert (await line.health()).silent_for is None
    assert await box.http.verify(box.app), "the address is confirmed by repeating the challenge"
    assert (await ana.command("/incident show")).payload == {"text": "heard show"}
    health = await line.health()
    assert health.connected
    assert health.silent_for is not None
    assert health.silent_for < 60


async def test_the_same_request_again_is_refused(client: Client, app: App, box: Sandbox) -> None:
    sent = headers(box)
    assert [await knock(client, sent) for _ in range(3)] == [200, 401, 401]
    assert await knock(client, {**sent, "X-Slack-Retry-Num": "1"}) == 401, "what is not signed changes nothing"
    assert app.heard == ["show"]


async def test_a_retry_that_slack_signed_anew_comes_through(client: Client, box: Sandbox) -> None:
    earlier = str(int(time.time()) - 60)
    assert await knock(client, headers(box, at=earlier)) == 200
    assert await knock(client, headers(box)) == 200


@pytest.mark.parametrize("seconds", [-302, 400, -86_400])
async def test_a_request_of_another_time_is_stale(client: Client, app: App, box: Sandbox, seconds: int) -> None:
    assert await knock(client, headers(box, at=str(int(time.time()) + seconds))) == 401
    assert app.heard == []


@pytest.mark.parametrize(
    "change",
    [
        {"X-Slack-Signature": ""},
        {"X-Slack-Signature": "v0=" + "0" * 64},
        {"X-Slack-Signature": "v0=caf\u00e9"},
        {"X-Slack-Request-Timestamp": ""},
        {"X-Slack-Request-Timestamp": "soon"},
        {"X-Slack-Request-Timestamp": "9" * 400},
        {"X-Slack-Request-Timestamp": "9" * 5_000},
        {"X-Slack-Request-Timestamp": str(int(time.time()) - 1)},
    ],
    ids=["none", "zeros", "no ascii", "no time", "no number", "too large", "far too large", "another time"],
)
async def test_a_forged_request_is_refused_and_breaks_nothing(
    client: Client, app: App, box: Sandbox, change: Mapping[str, str]
) -> None:
    assert await knock(client, {**headers(box), **change}) == 401
    assert await knock(client, headers(box, secret="guessed")) == 401
    assert await knock(client, {"Content-Type": FORM}) == 401
    assert app.heard == []


async def test_it_is_the_raw_bytes_that_are_signed(client: Client, app: App, box: Sandbox) -> None:
    assert await knock(client, headers(box), BODY + b"&text=other") == 401
    in_another_alphabet = BODY.decode().encode("utf-16")
    sent = {**headers(box), "Content-Type": f"{FORM}; charset=utf-16"}
    assert await knock(client, sent, in_another_alphabet) == 401
    assert app.heard == []


@pytest.mark.parametrize(("body", "status"), [(b"\xff\xfe", 401), (b"{", 400), (b'{"payload":', 400)])
async def test_what_is_neither_form_nor_json_breaks_nothing(
    client: Client, box: Sandbox, body: bytes, status: int
) -> None:
    """Bytes that are no text cannot be judged, whoever signed them."""
    assert await knock(client, {**headers(box, body), "Content-Type": "application/json"}, body) == status


async def test_a_replay_is_known_as_long_as_its_time_would_pass(app: App, box: Sandbox) -> None:
    now = 1000.0
    line = SignedHttp(app.bolt, box.app.signing_secret, clock=lambda: now)
    ahead = headers(box, at=str(int(time.time()) + 290))
    async with served(line.door) as client:
        assert await knock(client, ahead) == 200
        now += 599
        assert await knock(client, headers(box, BODY + b"&a=1"), BODY + b"&a=1") == 200
        assert await knock(client, ahead) == 401


async def test_closing_waits_for_what_was_begun(client: Client, line: SignedHttp, app: App, ana: Person) -> None:
    await ana.command("/incident sleep 0.2")
    await ana.command("/incident sleep 600")
    assert await line.close(within=2) == 1
    assert app.heard.count("woke") == 1
