"""The web server alone: ``python -m bench.bare_server PORT`` reads each request and answers it, and that is all."""

import asyncio
import sys

from aiohttp import web


async def serve(port: int) -> None:
    """Serve until the process is ended."""

    async def answer(request: web.Request) -> web.Response:
        await request.read()
        return web.Response(body=b'{"taken": true}', status=202, content_type="application/json")

    app = web.Application()
    app.router.add_post("/alerts/{source}", answer)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", port).start()
    print("ready", flush=True)
    await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(serve(int(sys.argv[1])))
