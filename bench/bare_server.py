"""The web server alone: ``python -m bench.bare_server PORT`` reads each request and answers it, and that is all."""

import asyncio
import sys

from bot.http.call import Answer, Call, said
from bot.http.server import Server
from bot.web.knock import LARGEST_BODY


async def serve(port: int) -> None:
    """Serve until the process is ended."""

    async def answer(_: Call) -> Answer:
        return said(202, {"taken": True})

    async with Server(answer, largest=LARGEST_BODY).listening(("127.0.0.1", port)):
        print("ready", flush=True)
        await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(serve(int(sys.argv[1])))
