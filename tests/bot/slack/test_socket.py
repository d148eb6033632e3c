"""The open line: it connects, mends itself, tells how it is, and hangs up without losing what it began."""

import asyncio
import time
from collections.abc import AsyncIterator

import pytest
from slack_bolt.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from bot.slack.client import client
from bot.slack.socket import QUIET, Connection
from commands.outage import Outage
from sandbox.driver import Person
from sandbox.server import Sandbox

PING, GRACE = 1.0, 15.0
"""Where the line is to hold: a busy machine's pause is no silence of Slack's."""


@pytest.fixture
def app(slack: AsyncWebClient) -> AsyncApp:
    """A Bolt app that answers one command."""
    app = AsyncApp(client=slack)

    @app.command("/incident")
    async def answer(ack, command):  # type: ignore[no-untyped-def]  # Bolt passes arguments by name
        await ack(f"heard {command['text']}")

    return app


@pytest.fixture
async def line(app: AsyncApp, box: Sandbox) -> AsyncIterator[Connection]:
    """An open line."""
    connection = Connection(app, box.app_token, ping=PING, grace=GRACE)
    await connection.open()
    yield connection
    await connection.close(within=2)


async def until_connected(connection: Connection, within: float = 60) -> None:
    """Wait for health, which can only be asked for."""
    async with asyncio.timeout(within):
        while not (await connection.health()).connected:  # nothing tells when it changes
            await asyncio.sleep(0.05)


async def until_sockets(box: Sandbox, count: int) -> None:
    """Wait until the app holds so many sockets."""
    async with asyncio.timeout(60):
        while box.sockets.connections(box.app) < count:  # nothing tells when it changes
            await asyncio.sleep(0.05)


async def until_heard(person: Person) -> None:
    """Ask until it is answered: what goes into a socket that is just being replaced is lost."""
    async with asyncio.timeout(60):
        while (await person.command("/incident show")).payload != {"text": "heard show"}:
            await asyncio.sleep(0.05)


async def test_a_command_is_answered_over_the_line(line: Connection, ana: Person) -> None:
    """Right after opening."""
    assert (await line.health()).connected
    began = time.monotonic()
    answer = await ana.command("/incident show")
    assert answer.payload == {"text": "heard show"}
    silent = (await line.health()).silent_for
    assert silent is not None
    assert silent < time.monotonic() - began


async def test_two_sockets_stand_side_by_side(line: Connection, box: Sandbox) -> None:
    """So that nothing is missed while Slack replaces one."""
    await until_sockets(box, 2)


async def test_a_wrong_token_is_said_at_once(app: AsyncApp) -> None:
    """Trying again cannot help: a person must mend it."""
    connection = Connection(app, "xapp-wrong", ping=0.2, grace=0.6)
    with pytest.raises(Outage, match="token") as refused:
        await connection.open()
    assert not refused.value.retry
    assert not (await connection.health()).connected
    await connection.close(within=1)


async def test_a_dead_ticket_is_thrown_away(app: AsyncApp, box: Sandbox, ana: Person) -> None:
    """The handshake fails although an address was issued: a new one is asked for."""
    box.faults.refuse_handshakes(3)
    connection = Connection(app, box.app_token, sockets=1, ping=0.2, grace=0.6)
    await connection.open()
    await until_connected(connection)
    await until_heard(ana)
    assert sum(call.method == "apps.connections.open" for call in box.calls.all()) > 1
    await connection.close(within=1)


async def test_slack_away_at_the_start_is_waited_for(app: AsyncApp, box: Sandbox) -> None:
    """Muster runs without Slack, and connects when it comes."""
    box.faults.break_("apps.connections.open", times=2)
    connection = Connection(app, box.app_token, ping=0.2, grace=0.6)
    await connection.open()
    await until_connected(connection)
    await connection.close(within=1)


async def test_a_closed_socket_is_replaced(line: Connection, box: Sandbox, ana: Person) -> None:
    """Slack closes sockets every few hours. What it sends into one that is just being replaced is asked again."""
    await until_sockets(box, 2)
    await box.sockets.disconnect(box.app, "refresh_requested")
    await until_sockets(box, 2)
    await until_heard(ana)


async def test_closing_waits_for_what_was_begun(box: Sandbox, slack: AsyncWebClient, ana: Person) -> None:
    """A listener that was acknowledged and still works gets its time; one that never ends is cut short."""
    done, begun = [], asyncio.Event()
    app = AsyncApp(client=slack)

    @app.command("/incident")
    async def work(ack, command):  # type: ignore[no-untyped-def]  # Bolt passes arguments by name
        await ack()
        begun.set()
        await asyncio.sleep(float(command["text"]))
        done.append(command["text"])

    connection = Connection(app, box.app_token, sockets=1, ping=PING, grace=GRACE)
    await connection.open()
    await ana.command("/incident 0.3")
    await ana.command("/incident 600")
    await begun.wait()
    assert await connection.close(within=2) == 1
    assert done == ["0.3"]
    assert not (await connection.health()).connected


async def test_what_has_come_when_it_closes_is_answered(app: AsyncApp, box: Sandbox, ana: Person) -> None:
    """Commands that were sent, and not read yet, when the line is asked to close after it was quiet for a while."""
    connection = Connection(app, box.app_token, ping=PING, grace=GRACE)
    await connection.open()
    await until_sockets(box, 2)
    assert [(await ana.command("/incident")).failure for _ in range(2)] == [None] * 2, "both sockets are read"
    await asyncio.sleep(2 * QUIET)
    asked = [asyncio.create_task(ana.command(f"/incident {number}")) for number in range(20)]
    await asyncio.sleep(0)
    await connection.close(within=30)
    assert [(await each).failure for each in asked] == [None] * 20


async def test_the_log_holds_no_ticket(app: AsyncApp, box: Sandbox, caplog: pytest.LogCaptureFixture) -> None:
    """A ticket opens the line to whoever has it."""
    box.faults.refuse_handshakes(1)
    connection = Connection(app, box.app_token, sockets=1, ping=0.2, grace=0.6)
    await connection.open()
    await until_connected(connection)
    await connection.close(within=1)
    assert "Failed to connect" in caplog.text
    assert "ticket=…" in caplog.text or "ticket=" not in caplog.text
    assert "Traceback" not in caplog.text


def test_the_client_is_given_a_session(slack: AsyncWebClient) -> None:
    """One connection pool for all calls."""
    assert slack.session is not None
    assert client("xoxb-1", slack.session, "http://127.0.0.1:1/api/").base_url == "http://127.0.0.1:1/api/"
