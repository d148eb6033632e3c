"""What Muster itself fetches of SNS comes whole, in however many pieces it is sent, and not without an end."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress

import pytest

from bot.web.server import LARGEST_FETCH, _fetched
from commands.outage import Outage


@asynccontextmanager
async def sending(*pieces: bytes) -> AsyncIterator[str]:
    """The address of a server that sends its answer piece by piece."""

    answered = asyncio.Event()

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(ConnectionError):
            await reader.readuntil(b"\r\n\r\n")
            writer.write(_head(pieces))
            for piece in pieces:
                writer.write(piece)
                await writer.drain()
                await asyncio.sleep(0.05)
            writer.close()
            await writer.wait_closed()
        answered.set()

    async with await asyncio.start_server(answer, "127.0.0.1", 0) as server:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/certificate"
        await answered.wait()


def _head(pieces: Sequence[bytes]) -> bytes:
    return f"HTTP/1.1 200 OK\r\nContent-Length: {sum(map(len, pieces))}\r\nConnection: close\r\n\r\n".encode()


async def test_a_certificate_in_two_packets_comes_whole() -> None:
    async with sending(b"BEGIN", b"END") as address:
        assert await _fetched(address) == b"BEGINEND"


async def test_what_is_too_long_for_a_certificate_is_not_taken() -> None:
    async with sending(b"x" * (LARGEST_FETCH + 1)) as address:
        with pytest.raises(Outage, match="too long"):
            await _fetched(address)
