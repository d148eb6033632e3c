"""HTTP as it comes from anybody: in pieces, too much, too slowly, malformed; and a server that nobody finds gone."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from msgspec import Struct, field

from bot.http import server
from bot.http.call import Answer, Call, Cut, Handler
from bot.http.server import Server

LARGEST = 1000
POST = b"POST /a?x=1 HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\n\r\nabc"
SECOND = b"GET /b HTTP/1.1\r\nHost: h\r\n\r\n"
CHUNKED = (
    b"POST /c HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nde\r\n1\r\nf\r\n0\r\nTrailer: t\r\n\r\n"
)
ENOUGH = 60
"""Seconds that a loaded machine may need for what takes no time."""


class House(Struct):
    """Answers with what it heard; ``hold`` keeps it from answering."""

    calls: list[Call] = field(default_factory=list)
    hold: asyncio.Event = field(default_factory=asyncio.Event)

    async def answer(self, call: Call) -> Answer:
        self.calls.append(call)
        if call.path == "/held":
            await self.hold.wait()
        if call.path == "/broken":
            raise LookupError("a fault of the handler's")
        if call.path == "/large":
            return Answer(body=b"x" * 8_000_000)
        return Answer(body=call.path.encode(), content_type="text/plain", status=413 if call.cut else 200)


@pytest.fixture
def house() -> House:
    return House()


@asynccontextmanager
async def connected(handler: Handler) -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
    async with Server(handler, largest=LARGEST).listening(("127.0.0.1", 0)) as port, guest(port) as streams:
        yield streams


@asynccontextmanager
async def guest(port: int) -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        yield reader, writer
    finally:
        writer.close()


async def answered(reader: asyncio.StreamReader) -> tuple[int, dict[str, str], bytes]:
    """The next answer: its status, its headers, its body."""
    async with asyncio.timeout(ENOUGH):
        head = (await reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
        headers = dict(line.split(": ", 1) for line in head[1:] if line)
        return int(head[0].split()[1]), headers, await reader.readexactly(int(headers["Content-Length"]))


async def ended(reader: asyncio.StreamReader) -> bytes:
    """What comes until the other side ends the connection."""
    async with asyncio.timeout(ENOUGH):
        return await reader.read()


async def asks_on(writer: asyncio.StreamWriter) -> None:
    """Ask again and again. Raises ConnectionError once the other side is gone."""
    while True:
        writer.write(SECOND)
        await writer.drain()
        await asyncio.sleep(0.05)


async def test_a_request_is_whole_with_its_address_headers_and_body(house: House) -> None:
    async with connected(house.answer) as (reader, writer):
        writer.write(POST + CHUNKED)
        assert [(await answered(reader))[2] for _ in range(2)] == [b"/a", b"/c"]
    first, second = house.calls
    assert (first.method, first.query, first.body, first.headers["hOST"]) == ("POST", {"x": "1"}, b"abc", "h")
    assert second.body == b"def"


async def test_what_is_no_http_is_refused_and_nothing_behind_it_is_read(house: House) -> None:
    async with connected(house.answer) as (reader, writer):
        writer.write(b"\x16\x03\x01\x02\x00\x01\r\n\r\n" + POST)
        assert (await ended(reader)).split()[1] == b"400"
    assert not house.calls


@pytest.mark.parametrize("length", [b"Content-Length: 3\r\n\r\na", b"Transfer-Encoding: chunked\r\n\r\n2\r\nde\r\n"])
async def test_whoever_hangs_up_within_a_body_has_asked_nothing(
    house: House, caplog: pytest.LogCaptureFixture, length: bytes
) -> None:
    async with connected(house.answer) as (_, writer):
        writer.write(b"POST /a HTTP/1.1\r\nHost: h\r\n" + length)
        await asyncio.sleep(0.05)
    assert not house.calls
    assert not caplog.records


async def test_whoever_offers_another_protocol_is_answered_in_this_one(house: House) -> None:
    """Java's client offers HTTP/2 with each request."""
    offer = b"Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAEAAEAAAAIAAAAA\r\n"
    async with connected(house.answer) as (reader, writer):
        writer.write(b"POST /u HTTP/1.1\r\nHost: h\r\n%bContent-Length: 3\r\n\r\nabc" % offer)
        assert (await answered(reader))[2] == b"/u"
        writer.write(POST)
        assert (await answered(reader))[2] == b"/a"
    assert [call.body for call in house.calls] == [b"abc", b"abc"]


async def test_requests_on_one_connection_are_answered_in_their_order(house: House) -> None:
    async with connected(house.answer) as (reader, writer):
        writer.write(POST.replace(b"/a?x=1", b"/held") + CHUNKED + SECOND * 30)
        async with asyncio.timeout(ENOUGH):
            while not house.calls:
                await asyncio.sleep(0.01)
        await asyncio.sleep(0.05)
        assert [call.path for call in house.calls] == ["/held"]
        house.hold.set()
        assert [(await answered(reader))[2] for _ in range(32)] == [b"/held", b"/c", *[b"/b"] * 30]


async def test_an_answer_says_when_it_was_given_and_what_it_is(house: House) -> None:
    async with connected(house.answer) as (reader, writer):
        writer.write(SECOND)
        status, headers, body = await answered(reader)
        assert (status, body, headers["Content-Type"]) == (200, b"/b", "text/plain")
        assert headers["Date"].endswith(" GMT")
        assert "Connection" not in headers


async def test_whoever_asks_for_the_head_alone_gets_no_body(house: House) -> None:
    async with connected(house.answer) as (reader, writer):
        writer.write(SECOND.replace(b"GET", b"HEAD").replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n"))
        assert (await ended(reader)).endswith(b"\r\n\r\n")


async def test_a_client_that_waits_for_a_word_gets_it_unless_its_body_is_not_wanted(house: House) -> None:
    expecting = b"POST /a HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\nContent-Length: %d\r\n\r\n"
    async with connected(house.answer) as (reader, writer):
        writer.write(expecting % 3)
        async with asyncio.timeout(ENOUGH):
            assert await reader.readuntil(b"\r\n\r\n") == b"HTTP/1.1 100 Continue\r\n\r\n"
        writer.write(b"abc")
        assert (await answered(reader))[0] == 200
        writer.write(expecting % 2000)
        assert (await answered(reader))[0] == 413


async def test_a_body_may_be_as_large_as_said_and_not_a_byte_larger(house: House) -> None:
    async with connected(house.answer) as (reader, writer):
        writer.write(b"POST /a HTTP/1.1\r\nHost: h\r\nContent-Length: 1000\r\n\r\n" + b"x" * 1000)
        assert (await answered(reader))[0] == 200
    assert len(house.calls[0].body) == LARGEST
    for too_large in (b"Content-Length: 1001\r\n\r\n", b"Transfer-Encoding: chunked\r\n\r\n3e9\r\n"):
        async with connected(house.answer) as (reader, writer):
            writer.write(b"POST /a HTTP/1.1\r\nHost: h\r\n" + too_large + b"x" * 1001)
            assert (await answered(reader))[0] == 413
        assert (house.calls[-1].cut, house.calls[-1].body) == (Cut.TOO_LARGE, b"")


@pytest.mark.parametrize("head", [b"Content-Length: 5000000\r\n\r\n", b"Transfer-Encoding: chunked\r\n\r\n4c4b40\r\n"])
async def test_a_client_that_sends_too_much_can_read_why(house: House, head: bytes) -> None:
    async with connected(house.answer) as (reader, writer):
        writer.write(b"POST /a HTTP/1.1\r\nHost: h\r\n" + head + b"x" * 5_000_000)
        status, headers, _ = await answered(reader)
        assert (status, headers["Connection"]) == (413, "close")
        await writer.drain()
    assert len(house.calls) == 1


async def test_whoever_is_too_slow_is_told_so(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server, "READ_WITHIN", 0.1)
    async with connected(house.answer) as (reader, writer):
        writer.write(b"POST /a HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\n\r\na")
        status, headers, _ = await answered(reader)
        assert (status, headers["Connection"]) == (413, "close")
    assert house.calls[0].cut is Cut.TOO_SLOW


async def test_whoever_says_nothing_is_let_go(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server, "IDLE_WITHIN", 0.5)
    for began in (b"", POST[:30]):
        async with connected(house.answer) as (reader, writer):
            writer.write(began)
            assert await ended(reader) == b""
    async with connected(house.answer) as (reader, writer):
        writer.write(SECOND)
        await answered(reader)
        assert await ended(reader) == b""


async def test_a_handler_that_is_called_off_ends_the_connection(house: House) -> None:
    """Else its client would wait for ever, and take the next answer for this one."""

    async def called_off(call: Call) -> Answer:
        house.calls.append(call)
        raise asyncio.CancelledError

    async with connected(called_off) as (reader, writer):
        writer.write(SECOND)
        assert await ended(reader) == b""
    assert len(house.calls) == 1


async def test_a_fault_of_the_handler_is_told_and_the_connection_stays(
    house: House, caplog: pytest.LogCaptureFixture
) -> None:
    async with connected(house.answer) as (reader, writer):
        writer.write(SECOND.replace(b"/b", b"/broken"))
        assert (await answered(reader))[0] == 500
        writer.write(SECOND)
        assert (await answered(reader))[0] == 200
    assert "LookupError" in caplog.text


async def test_what_a_client_asked_counts_though_it_hung_up(house: House) -> None:
    done = asyncio.Event()

    async def slowly(call: Call) -> Answer:
        answer = await house.answer(call)
        done.set()
        return answer

    async with Server(slowly, largest=LARGEST).listening(("127.0.0.1", 0)) as port:
        async with guest(port) as (_, writer):
            writer.write(SECOND.replace(b"/b", b"/held"))
            async with asyncio.timeout(ENOUGH):
                while not house.calls:
                    await asyncio.sleep(0.01)
        house.hold.set()
        async with asyncio.timeout(ENOUGH):
            await done.wait()


# Leaving.


async def test_a_server_that_leaves_answers_whoever_is_there_and_asks_them_to_connect_anew(house: House) -> None:
    async with Server(house.answer, largest=LARGEST).listening(("127.0.0.1", 0)) as port:
        pass
    with pytest.raises(ConnectionRefusedError):
        await asyncio.open_connection("127.0.0.1", port)
    serving = Server(house.answer, largest=LARGEST)
    async with serving.listening(("127.0.0.1", 0)) as port, guest(port) as (reader, writer):
        serving.leave()
        writer.write(SECOND)
        assert (await answered(reader))[1]["Connection"] == "close"
        assert await ended(reader) == b""


async def test_what_was_let_in_in_the_last_moment_is_answered(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """One waits for its answer, one has sent half of its body, one has not said anything yet."""
    monkeypatch.setattr(server, "ACCEPTED", 3.0)
    serving = asyncio.Event()
    leaving = asyncio.Event()
    ports: list[int] = []

    async def serve() -> None:
        async with Server(house.answer, largest=LARGEST).listening(("127.0.0.1", 0)) as port:
            ports.append(port)
            serving.set()
            await leaving.wait()

    served = asyncio.create_task(serve())
    await serving.wait()
    async with (
        guest(ports[0]) as (held, w1),
        guest(ports[0]) as (half, w2),
        guest(ports[0]) as (fresh, w3),
    ):
        w1.write(SECOND.replace(b"/b", b"/held"))
        w2.write(POST[:-1])
        async with asyncio.timeout(ENOUGH):
            while not house.calls:
                await asyncio.sleep(0.01)
        leaving.set()
        await asyncio.sleep(0.1)
        w3.write(SECOND)
        assert (await answered(fresh))[1]["Connection"] == "close"
        w2.write(POST[-1:])
        assert (await answered(half))[2] == b"/a"
        house.hold.set()
        assert (await answered(held))[2] == b"/held"
        async with asyncio.timeout(ENOUGH):
            await served


async def test_several_take_from_one_socket_that_was_handed_over(house: House) -> None:
    with socket.create_server(("127.0.0.1", 0)) as shared:
        port = shared.getsockname()[1]
        for _ in range(2):
            serving = Server(house.answer, largest=LARGEST).listening(shared.dup())
            async with serving, guest(port) as (reader, writer):
                writer.write(SECOND)
                assert (await answered(reader))[0] == 200


@pytest.mark.parametrize("turns", range(5))
async def test_whoever_is_let_in_while_the_server_ends_is_answered_by_it_or_by_the_next(
    house: House, turns: int
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as shared, socket.socket() as client:
        async with Server(house.answer, largest=LARGEST).listening(shared.dup()):
            client.connect(shared.getsockname())
            client.sendall(SECOND)
            for _ in range(turns):
                await asyncio.sleep(0)
        async with Server(house.answer, largest=LARGEST).listening(shared.dup()):
            client.setblocking(False)
            reader, writer = await asyncio.open_connection(sock=client)
            assert (await answered(reader))[2] == b"/b"
            writer.close()
