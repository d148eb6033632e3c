"""Plain requests of monitors: read at once, answered as aiohttp's door would, and everything else left to aiohttp."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import pytest
from aiohttp import web
from hypothesis import given
from hypothesis import strategies as st

from bot.sources.doors import doors
from bot.telemetry.metrics import Counts
from bot.web import plain_connection
from bot.web.alerts import Health, application, monitors, runner
from bot.web.collector import Reception
from bot.web.plain_connection import PlainDoor
from bot.web.plain_request import LARGEST_HEAD, LARGEST_PLAIN, Plain, Unread, plain
from commands.outage import Outage
from incident.alert import Delivery
from tests.fakes import monitor
from tests.fakes.clock import FakeClock

TOKEN = "s3cret-token"
BODY = json.dumps(monitor.body()).encode()
WITHIN = 30.0


def written(
    body: bytes = BODY, *fields: str, first: str = "POST /alerts/alertmanager HTTP/1.1", token: str = TOKEN
) -> bytes:
    """A request as Alertmanager writes it; ``fields`` come besides its own."""
    own = ("Host: muster:8080", f"Authorization: Bearer {token}", f"Content-Length: {len(body)}")
    return "\r\n".join((first, *own, *fields, "", "")).encode("latin-1") + body


def test_a_request_is_read_with_its_headers_and_body() -> None:
    came = written(b"{}", "User-Agent: Alertmanager/0.27.0", "Content-Type:application/json \t", "X-Empty:")
    request = plain(came + b"POST")
    assert isinstance(request, Plain)
    assert (request.source, request.body, request.size) == ("alertmanager", b"{}", len(came))
    assert request.headers["authorization"] == f"Bearer {TOKEN}"
    assert request.headers["Content-Type"] == "application/json"
    assert request.headers["X-Empty"] == ""


def test_what_has_not_come_whole_is_waited_for() -> None:
    came = written()
    assert {plain(came[:cut]) for cut in range(len(came))} == {Unread.MORE}


@pytest.mark.parametrize(
    "came",
    [
        b"GET /healthz HTTP/1.1\r\n\r\n",
        b"\x16\x03\x01",
        written(first="POST /alerts/alertmanager HTTP/1.0"),
        written(first="POST /alerts/uptimerobot?token=x HTTP/1.1"),
        written(first="POST /alerts/../healthz HTTP/1.1"),
        written(first="POST http://muster/alerts/alertmanager HTTP/1.1"),
        written(BODY, "Transfer-Encoding: chunked"),
        written(BODY, "Expect: 100-continue"),
        written(BODY, "Upgrade: h2c"),
        written(BODY, "Connection: close"),
        written(BODY, f"content-length: {len(BODY)}"),
        written(BODY, "X-Folded: one\r\n two"),
        written(BODY, "X-Spaced : one"),
        written(BODY, "X-Bare: one\nX-Two: two"),
        written(BODY, "X-Zero: \0"),
        written(BODY, "X-Name: \xe9"),
        written().replace(b"Content-Length: ", b"Content-Length: +"),
        written().replace(b"Content-Length: ", b"Content-Length: 0x"),
        written().replace(b"Content-Length", b"Content-Size"),
        written(b"x" * (LARGEST_PLAIN + 1)),
        written(BODY, "X-Long: " + "x" * LARGEST_HEAD),
        b"POST /alerts/alertmanager HTTP/1.1\r\n" + b"x" * LARGEST_HEAD,
    ],
)
def test_what_is_odd_is_left_to_aiohttp(came: bytes) -> None:
    assert plain(came) is Unread.ODD


@given(st.binary(max_size=300), st.integers(0, 300))
def test_nothing_that_comes_breaks_it(noise: bytes, at: int) -> None:
    came = written()
    found = plain(came[:at] + noise + came[at:])
    assert isinstance(found, (Plain, Unread))


class Served:
    """The server as the bot has it, over a collector that answers when ``answers`` is set."""

    def __init__(self) -> None:
        self.clock = FakeClock()
        self.counts = Counts()
        self.taken: list[Delivery] = []
        self.waiting = asyncio.Event()
        self.answers = asyncio.Event()
        self.answers.set()
        self.leaving = False
        self.fault: Exception | None = None
        self.port = 0

    async def take(self, delivery: Delivery) -> Reception:
        """Take it, as the collector does."""
        self.waiting.set()
        await self.answers.wait()
        if self.fault is not None:
            raise self.fault
        self.taken.append(delivery)
        return Reception.TAKEN

    @asynccontextmanager
    async def opened(self) -> AsyncIterator[PlainDoor]:
        """Listen until the end of the block."""
        keeper = monitors(
            take=self.take, admits=doors({"alertmanager": [TOKEN]}, (), nowhere), counted=self.counts.delivery
        )
        app = application(monitors=keeper, health=self.healthy, clock=self.clock, metrics=self.measured)
        served: web.AppRunner = runner(app)
        await served.setup()
        assert served.server is not None
        door = PlainDoor(keeper, others=served.server, leaving=lambda: self.leaving, clock=self.clock)
        server = await asyncio.get_running_loop().create_server(door, "127.0.0.1", 0)
        self.port = server.sockets[0].getsockname()[1]
        looking = asyncio.create_task(door.look_after())
        try:
            yield door
        finally:
            looking.cancel()
            server.close()
            await door.close()
            await served.cleanup()

    async def healthy(self) -> Health:
        """Well."""
        return Health()

    async def measured(self) -> str:
        """Nothing."""
        return ""


async def nowhere(address: str) -> bytes:
    """No source that is asked here visits an address."""
    raise AssertionError(address)


class Wire:
    """One connection, byte by byte."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader = reader
        self.writer = writer

    async def said(self) -> tuple[int, str, bytes]:
        """The next answer: its status, head and body."""
        async with asyncio.timeout(WITHIN):
            head = (await self.reader.readuntil(b"\r\n\r\n")).decode()
            length = next(line for line in head.lower().split("\r\n") if line.startswith("content-length:"))
            return int(head.split()[1]), head, await self.reader.readexactly(int(length.partition(":")[2]))

    async def asked(self, came: bytes) -> tuple[int, bytes]:
        """The status and body of the answer to what is sent."""
        self.writer.write(came)
        status, _, body = await self.said()
        return status, body

    async def closed(self) -> bool:
        """True once the other side closed it."""
        async with asyncio.timeout(WITHIN):
            return await self.reader.read() == b""


@pytest.fixture
async def served() -> AsyncIterator[Served]:
    made = Served()
    async with made.opened():
        yield made


@asynccontextmanager
async def wire(served: Served) -> AsyncIterator[Wire]:
    """A connection to the server."""
    reader, writer = await asyncio.open_connection("127.0.0.1", served.port)
    try:
        yield Wire(reader, writer)
    finally:
        writer.close()


TOOK = (202, b'{"taken": true, "repeat": false}')


async def test_one_connection_takes_requests_one_after_the_other(served: Served) -> None:
    async with wire(served) as one:
        assert await one.asked(written()) == TOOK
        assert await one.asked(written()) == TOOK
    first, second = served.taken
    assert (first.body, first.source, first.received_at) == (BODY, "alertmanager", served.clock())
    assert first.key == second.key


async def test_requests_that_come_at_once_are_answered_in_their_order(served: Served) -> None:
    async with wire(served) as one:
        one.writer.write(written(b"[1]") + written(b"[2]", token="wrong") + written(b"[3]"))
        assert [(await one.said())[0] for _ in range(3)] == [202, 401, 202]
    assert [each.body for each in served.taken] == [b"[1]", b"[3]"]


async def test_a_request_that_comes_in_pieces_is_one_request(served: Served) -> None:
    async with wire(served) as one:
        for byte in written():
            one.writer.write(bytes([byte]))
            await asyncio.sleep(0)
        assert (await one.said())[0] == 202
    assert served.taken[0].body == BODY


@pytest.mark.parametrize(
    "came",
    [
        written(),
        written(token="wrong"),
        written(first="POST /alerts/sentry HTTP/1.1"),
        written(b"", "X-Webhook-Id: 7"),
    ],
)
async def test_both_ways_give_the_same_answer_and_keep_the_same(served: Served, came: bytes) -> None:
    async with wire(served) as plainly, wire(served) as by_aiohttp:
        # An odd request first: from then on, aiohttp reads the connection.
        assert (await by_aiohttp.asked(b"GET /healthz HTTP/1.1\r\nHost: muster\r\n\r\n"))[0] == 200
        assert await plainly.asked(came) == await by_aiohttp.asked(came)
    assert served.taken[:1] == served.taken[1:]


async def test_while_it_cannot_be_taken_the_sender_is_asked_to_come_again(served: Served) -> None:
    served.fault = Outage("The spool is full.", retry=True)
    async with wire(served) as one:
        one.writer.write(written())
        status, head, _ = await one.said()
    assert status == 503
    assert "Retry-After: 5\r\n" in head


async def test_a_fault_of_its_own_is_an_answer_too_and_the_connection_goes_on(served: Served) -> None:
    served.fault = ZeroDivisionError()
    async with wire(served) as one:
        assert (await one.asked(written()))[0] == 500
        served.fault = None
        assert (await one.asked(written()))[0] == 202


async def test_an_odd_request_after_plain_ones_is_answered_by_aiohttp_and_so_are_those_behind_it(
    served: Served,
) -> None:
    async with wire(served) as one:
        assert await one.asked(written()) == TOOK
        chunked = written(b"2\r\n[]\r\n0\r\n\r\n", "Transfer-Encoding: chunked").replace(b"Content-Length", b"X-Length")
        one.writer.write(chunked + written())
        assert [(await one.said())[0] for _ in range(2)] == [202, 202]
    assert [each.body for each in served.taken] == [BODY, b"[]", BODY]


async def test_a_slow_request_goes_over_to_aiohttp_and_is_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(plain_connection, "WHOLE_WITHIN", 0.05)
    monkeypatch.setattr(plain_connection, "LOOK_EVERY", 0.01)
    served = Served()
    async with served.opened() as door, wire(served) as one:
        one.writer.write(written()[:-1])
        await until(lambda: len(door.connections) == 1)
        await until(lambda: not door.connections)
        one.writer.write(written()[-1:])
        status, head, body = await one.said()
    assert (status, body) == TOOK
    assert "Server: " in head, "aiohttp answered"


async def test_a_connection_that_says_nothing_is_closed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(plain_connection, "WHOLE_WITHIN", 0.0)
    monkeypatch.setattr(plain_connection, "IDLE_FOR", 0.05)
    monkeypatch.setattr(plain_connection, "LOOK_EVERY", 0.01)
    served = Served()
    async with served.opened(), wire(served) as one:
        assert await one.asked(written()) == TOOK
        assert await one.closed()


async def test_whoever_was_heard_is_answered_before_the_server_closes() -> None:
    served = Served()
    served.answers.clear()
    async with served.opened() as door, wire(served) as one, wire(served) as idle:
        one.writer.write(written())
        await served.waiting.wait()
        await until(lambda: len(door.connections) == 2)
        closing = asyncio.create_task(door.close())
        assert await idle.closed()
        served.answers.set()
        status, head, _ = await one.said()
        await closing
        assert await one.closed()
    assert status == 202
    assert "Connection: close\r\n" in head


async def test_a_process_that_leaves_asks_everybody_to_connect_anew(served: Served) -> None:
    async with wire(served) as one:
        assert await one.asked(written()) == TOOK
        served.leaving = True
        one.writer.write(written())
        status, head, _ = await one.said()
        assert await one.closed()
    assert status == 202
    assert "Connection: close\r\n" in head


async def test_whoever_reads_no_answers_is_cut_off() -> None:
    served = Served()
    async with served.opened() as door, wire(served) as one:
        assert await one.asked(written()) == TOOK
        (connection,) = door.connections
        connection.pause_writing()  # as asyncio does once too much of what was said is not read
        with pytest.raises((ConnectionError, asyncio.IncompleteReadError)):
            await one.asked(written())
    assert len(served.taken) == 1


async def until(true: Callable[[], bool]) -> None:
    """Wait for a condition."""
    async with asyncio.timeout(WITHIN):
        while not true():
            await asyncio.sleep(0.01)
