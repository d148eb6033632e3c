"""A line to a server that falls silent: it stays connected and answers nothing, as a machine does that hangs."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from urllib.parse import urlsplit


class SilentLine:
    """Passes on what is said in both directions, while ``speaks`` is set. ``address`` is that of its own end.

    It falls silent by itself when what was said ends with ``after``.
    """

    def __init__(self, address: str, after: bytes | None = None) -> None:
        self._after = after
        self._to = urlsplit(address)
        self.address = address
        self.speaks = asyncio.Event()
        self.speaks.set()
        self._calls: set[asyncio.Task[None]] = set()

    async def serve(self) -> asyncio.Server:
        """Listen on a free port."""
        server = await asyncio.start_server(self._accept, "127.0.0.1", 0)
        port = server.sockets[0].getsockname()[1]
        self.address = self._to._replace(netloc=self._to.netloc.replace(f":{self._to.port}", f":{port}")).geturl()
        return server

    async def hang_up(self) -> None:
        """End every call."""
        for call in self._calls:
            call.cancel()
        await asyncio.gather(*self._calls, return_exceptions=True)

    def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        call = asyncio.create_task(self._call(reader, writer))
        self._calls.add(call)
        call.add_done_callback(self._calls.discard)

    async def _call(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            with suppress(OSError):
                there, here = await asyncio.open_connection(self._to.hostname, self._to.port)
                await asyncio.gather(self._pass(reader, here), self._pass(there, writer))
        finally:
            writer.close()

    async def _pass(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while said := await reader.read(65536):
                await self.speaks.wait()
                writer.write(said)
                await writer.drain()
                if self._after is not None and said.endswith(self._after):
                    self.speaks.clear()
        finally:
            writer.close()


@asynccontextmanager
async def silent_line(address: str, *, after: bytes | None = None) -> AsyncIterator[SilentLine]:
    """A line to the server at an address, which speaks at first, or until it has said ``after``."""
    line = SilentLine(address, after)
    server = await line.serve()
    try:
        yield line
    finally:
        server.close()
        await line.hang_up()
