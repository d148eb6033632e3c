"""HTTP as it comes from anybody: in pieces, too much, too slowly, malformed; and a server that nobody finds gone."""

import asyncio
import gc
import socket
import weakref
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import Struct, field

from bot.http import connection, server
from bot.http.call import Answer, Call, Cut, Handler
from bot.http.reader import LARGEST_HEAD, Asked, Phase, Reader
from bot.http.server import Server

LARGEST = 1000
POST = b"POST /a?x=1 HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\n\r\nabc"
SECOND = b"GET /b HTTP/1.1\r\nHost: h\r\n\r\n"
CHUNKED = (
    b"POST /c HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nde\r\n1\r\nf\r\n0\r\nTrailer: t\r\n\r\n"
)
ENOUGH = 20
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


def read(*pieces: bytes, largest: int = LARGEST) -> list[Asked]:
    reader = Reader(largest)
    return [asked for piece in pieces for asked in reader.feed(piece)]


# What the bytes mean.


def test_a_request_is_whole_with_its_address_headers_and_body() -> None:
    (asked,) = read(POST)
    assert asked.call is not None
    assert (asked.call.method, asked.call.path, asked.call.query, asked.call.body) == ("POST", "/a", {"x": "1"}, b"abc")
    assert (asked.call.headers["hOST"], asked.last) == ("h", False)


@given(st.lists(st.integers(1, len(POST + CHUNKED + SECOND) - 1), max_size=30))
def test_the_same_requests_are_read_in_whatever_pieces_they_come(cuts: list[int]) -> None:
    whole = POST + CHUNKED + SECOND
    places = pairwise([0, *sorted(set(cuts)), len(whole)])
    pieces = [whole[start:end] for start, end in places]
    calls = [asked.call for asked in read(*pieces)]
    told = [(call.method, call.path, call.body) for call in calls if call]
    assert told == [("POST", "/a", b"abc"), ("POST", "/c", b"def"), ("GET", "/b", b"")]


@given(st.lists(st.binary(max_size=200), max_size=5))
def test_whatever_comes_is_read_without_a_fault(pieces: list[bytes]) -> None:
    for asked in read(POST, *pieces):
        assert (asked.call is None) is (asked.answer is not None)


@pytest.mark.parametrize(
    "bytes_",
    [
        b"nonsense\r\n\r\n",
        b"POST / HTTP/1.1\r\nContent-Length: 3\r\nContent-Length: 4\r\n\r\nabcd",
        b"POST / HTTP/1.1\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        b"POST / HTTP/1.1\r\nContent-Length: -1\r\n\r\n",
        b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        b"POST / HTTP/1.1\r\nTransfer-Encoding: gzip, identity\r\n\r\nabc",
        b"POST / HTTP/1.1\r\nHost : h\r\n\r\n",
        b"GET / HTTP/1.1\r\nA: b\r\n folded\r\n\r\n",
        b"CONNECT h:443 HTTP/1.1\r\nHost: h\r\n\r\n",
        b"GET http://[ HTTP/1.1\r\n\r\n",
        b"GET / HTTP/9.9\r\n\r\n",
        b"GET / HTTP/1.1\nHost: h\n\n" * 2 + b"\x00",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
    ],
)
def test_what_could_mean_two_things_or_none_is_refused_and_nothing_behind_it_is_read(bytes_: bytes) -> None:
    asked = read(bytes_ + POST)
    assert asked[-1].last
    refusal = asked[-1].answer
    assert refusal is not None
    assert refusal.status == 400


def test_a_body_may_be_as_large_as_said_and_not_a_byte_larger() -> None:
    (asked,) = read(b"POST / HTTP/1.1\r\nContent-Length: 1000\r\n\r\n" + b"x" * 1000)
    assert asked.call is not None
    assert len(asked.call.body) == 1000
    for too_large in (b"Content-Length: 1001\r\n\r\n", b"Transfer-Encoding: chunked\r\n\r\n3e9\r\n" + b"x" * 1001):
        (asked,) = read(b"POST / HTTP/1.1\r\n" + too_large + POST)
        assert asked.call is not None
        assert (asked.call.cut, asked.call.body, asked.last) == (Cut.TOO_LARGE, b"", True)


def test_headers_without_end_are_refused_before_they_fill_the_memory() -> None:
    reader, sent = Reader(LARGEST), 0
    asked = reader.feed(b"GET / HTTP/1.1\r\n")
    while not asked:
        asked = reader.feed(b"A: " + b"x" * 997 + b"\r\n")
        sent += 1000
    assert sent <= LARGEST_HEAD + 1000
    assert asked[0].answer is not None
    assert (asked[0].answer.status, reader.phase) == (431, Phase.OVER)


@pytest.mark.parametrize("endless", [b"A: " + b"x" * 997 + b"\r\n", b"x" * 1000])
def test_what_stands_around_a_body_is_refused_before_it_fills_the_memory(endless: bytes) -> None:
    """Headers behind the body, or one of them without end."""
    reader, sent = Reader(LARGEST), 0
    asked = reader.feed(CHUNKED.removesuffix(b"t\r\n\r\n"))
    while not asked:
        asked = reader.feed(endless)
        sent += 1000
        assert sent <= LARGEST_HEAD + 1000
    assert asked[0].answer is not None
    assert (asked[0].answer.status, reader.phase) == (431, Phase.OVER)


def test_a_body_may_come_in_pieces_of_a_byte() -> None:
    (asked,) = read(CHUNKED.replace(b"2\r\nde\r\n", b"1\r\nx\r\n" * 50_000), largest=100_000)
    assert asked.call is not None
    assert asked.call.body == b"x" * 50_000 + b"f"


def test_headers_behind_a_body_say_nothing_of_this_request_or_the_next() -> None:
    token = b"Authorization: Bearer t"
    calls = [asked.call for asked in read(CHUNKED.replace(b"Trailer: t", token) + SECOND)]
    assert [set(call.headers) for call in calls if call] == [{"Host", "Transfer-Encoding"}, {"Host"}]


def test_blanks_around_what_a_header_says_are_no_part_of_it() -> None:
    (asked,) = read(b"GET / HTTP/1.1\r\nA: \t b c \t \r\nB: \r\n\r\n")
    assert asked.call is not None
    assert dict(asked.call.headers) == {"A": "b c", "B": ""}


def test_a_connection_that_ended_leaves_nothing_behind() -> None:
    gc.disable()
    try:
        reader = Reader(LARGEST)
        reader.feed(POST)
        reader.end()
        known = weakref.ref(reader)
        del reader
        assert known() is None
    finally:
        gc.enable()


@pytest.mark.parametrize("body", [b"", b"abc"])
def test_whoever_offers_another_protocol_is_answered_in_this_one(body: bytes) -> None:
    """Java's client offers HTTP/2 with each request."""
    offer = b"Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAEAAEAAAAIAAAAA\r\n"
    upgrade = b"POST /u HTTP/1.1\r\n%bContent-Length: %d\r\n\r\n%b" % (offer, len(body), body)
    calls = [asked.call for asked in read(upgrade + POST)]
    assert [(call.path, call.body) for call in calls if call] == [("/u", body), ("/a", b"abc")]


@pytest.mark.parametrize(
    ("request_", "last"),
    [
        (b"GET / HTTP/1.1\r\n\r\n", False),
        (b"GET / HTTP/1.1\r\nConnection: close\r\n\r\n", True),
        (b"GET / HTTP/1.1\r\nConnection: Upgrade, close\r\nUpgrade: h2c\r\n\r\n", True),
        (b"GET / HTTP/1.0\r\n\r\n", True),
        (b"GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n", True),
    ],
)
def test_the_client_says_whether_the_connection_stays(request_: bytes, last: bool) -> None:
    (asked,) = read(request_)
    assert asked.last is last


# Over a connection.


async def test_requests_on_one_connection_are_answered_in_their_order(house: House) -> None:
    async with connected(house.answer) as (reader, writer):
        writer.write(POST.replace(b"/a?x=1", b"/held") + CHUNKED + SECOND * 30)
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
    expecting = b"POST /a HTTP/1.1\r\nExpect: 100-continue\r\nContent-Length: %d\r\n\r\n"
    async with connected(house.answer) as (reader, writer):
        writer.write(expecting % 3)
        async with asyncio.timeout(ENOUGH):
            assert await reader.readuntil(b"\r\n\r\n") == b"HTTP/1.1 100 Continue\r\n\r\n"
        writer.write(b"abc")
        assert (await answered(reader))[0] == 200
        writer.write(expecting % 2000)
        assert (await answered(reader))[0] == 413


async def test_a_client_that_waits_for_a_word_gets_it_in_its_turn(house: House) -> None:
    async with connected(house.answer) as (reader, writer):
        writer.write(SECOND.replace(b"/b", b"/held"))
        writer.write(b"POST /a HTTP/1.1\r\nExpect: 100-continue\r\nContent-Length: 3\r\n\r\n")
        async with asyncio.timeout(ENOUGH):
            while not house.calls:
                await asyncio.sleep(0.01)
            house.hold.set()
            assert (await answered(reader))[2] == b"/held"
            assert await reader.readuntil(b"\r\n\r\n") == b"HTTP/1.1 100 Continue\r\n\r\n"
        writer.write(b"abc")
        assert (await answered(reader))[2] == b"/a"


def test_a_client_of_the_first_http_waits_for_no_word() -> None:
    """It would take the word for its answer."""
    reader = Reader(LARGEST)
    reader.feed(b"POST /a HTTP/1.0\r\nExpect: 100-continue\r\nContent-Length: 3\r\n\r\n")
    assert not reader.expecting


async def test_a_client_that_sends_too_much_can_read_why(house: House) -> None:
    async with connected(house.answer) as (reader, writer):
        writer.write(b"POST /a HTTP/1.1\r\nContent-Length: 5000000\r\n\r\n" + b"x" * 5_000_000)
        status, headers, _ = await answered(reader)
        assert (status, headers["Connection"]) == (413, "close")
        await writer.drain()
        assert await ended(reader) == b""
    assert len(house.calls) == 1


@pytest.mark.parametrize(
    ("sent", "status"), [(b"POST /a HTTP/1.1\r\nHo", 408), (b"POST /a HTTP/1.1\r\nContent-Length: 3\r\n\r\na", 413)]
)
async def test_whoever_is_too_slow_is_told_so(
    house: House, monkeypatch: pytest.MonkeyPatch, sent: bytes, status: int
) -> None:
    monkeypatch.setattr(connection, "READ_WITHIN", 0.1)
    monkeypatch.setattr(connection, "LINGER", 0.1)
    async with connected(house.answer) as (reader, writer):
        writer.write(sent)
        assert (await answered(reader))[0] == status
        assert await ended(reader) == b""


async def test_whoever_says_nothing_is_let_go(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connection, "IDLE_WITHIN", 0.1)
    async with connected(house.answer) as (reader, writer):
        assert await ended(reader) == b""
    async with connected(house.answer) as (reader, writer):
        writer.write(SECOND)
        await answered(reader)
        assert await ended(reader) == b""


async def test_whoever_does_not_read_is_not_answered_further_and_let_go(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connection, "IDLE_WITHIN", 3)
    async with connected(house.answer) as (_, writer):
        writer.write(SECOND.replace(b"/b", b"/large") * 3)
        async with asyncio.timeout(ENOUGH):
            while not house.calls:
                await asyncio.sleep(0.01)
            await asyncio.sleep(0.2)
            assert len(house.calls) == 1
            with pytest.raises(ConnectionError):
                await asks_on(writer)


async def test_whoever_does_not_read_its_last_answer_is_let_go(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of this answer, less waits than would be worth a pause."""
    monkeypatch.setattr(connection, "IDLE_WITHIN", 0.1)
    monkeypatch.setattr(server, "END_WITHIN", 5 * ENOUGH)

    async def middling(call: Call) -> Answer:
        house.calls.append(call)
        return Answer(body=b"x" * 50_000)

    with socket.create_server(("127.0.0.1", 0)) as narrow, socket.socket() as client:
        for each, option in ((narrow, socket.SO_SNDBUF), (client, socket.SO_RCVBUF)):
            each.setsockopt(socket.SOL_SOCKET, option, 1)
        async with asyncio.timeout(2 * ENOUGH):
            async with Server(middling, largest=LARGEST).listening(narrow.dup()):
                client.connect(narrow.getsockname())
                client.sendall(SECOND.replace(b"Host: h", b"Connection: close"))
                while not house.calls:
                    await asyncio.sleep(0.01)


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


async def test_a_client_that_closes_its_side_is_answered_before_the_other_is_closed(house: House) -> None:
    async with connected(house.answer) as (reader, writer):
        writer.write(SECOND.replace(b"/b", b"/held"))
        writer.write_eof()
        async with asyncio.timeout(ENOUGH):
            while not house.calls:
                await asyncio.sleep(0.01)
        house.hold.set()
        assert (await answered(reader))[2] == b"/held"
        assert await ended(reader) == b""


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
    """One waits for its answer, one has sent half of its request, one has not said anything, one has nothing to say."""
    monkeypatch.setattr(server, "ACCEPTED", 1.0)
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
        guest(ports[0]) as (silent, w4),
    ):
        w1.write(SECOND.replace(b"/b", b"/held"))
        w2.write(POST[:30])
        w4.write(SECOND)
        assert (await answered(silent))[0] == 200
        async with asyncio.timeout(ENOUGH):
            while [call.path for call in house.calls] != ["/held", "/b"]:
                await asyncio.sleep(0.01)
        leaving.set()
        await asyncio.sleep(0.1)
        w3.write(SECOND)
        assert (await answered(fresh))[1]["Connection"] == "close"
        assert await ended(silent) == b""
        w2.write(POST[30:])
        assert (await answered(half))[2] == b"/a"
        house.hold.set()
        assert (await answered(held))[2] == b"/held"
        async with asyncio.timeout(ENOUGH):
            await served


async def test_a_client_that_sends_too_much_can_read_why_from_a_server_that_leaves(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connection, "LINGER", 5 * ENOUGH)
    monkeypatch.setattr(server, "END_WITHIN", 5 * ENOUGH)
    monkeypatch.setattr(server, "ACCEPTED", 0)
    leaving = asyncio.Event()
    ports: asyncio.Queue[int] = asyncio.Queue()

    async def serve() -> None:
        async with Server(house.answer, largest=LARGEST).listening(("127.0.0.1", 0)) as port:
            ports.put_nowait(port)
            await leaving.wait()

    served = asyncio.create_task(serve())
    async with guest(await ports.get()) as (reader, writer):
        writer.write(b"POST /a HTTP/1.1\r\nContent-Length: 5000\r\n\r\n")
        async with asyncio.timeout(ENOUGH):
            while not house.calls:
                await asyncio.sleep(0.01)
        leaving.set()
        for _ in range(10):
            await asyncio.sleep(0.05)
            writer.write(b"x" * 500)
            await writer.drain()
        assert (await answered(reader))[0] == 413
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
