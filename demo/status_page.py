"""A provider's own status page, which runbooks ask before anybody blames the service: well until told otherwise."""

from contextlib import AsyncExitStack

from aiohttp import web

from demo.serving import serve


class StatusPage:
    """``indicator`` is what the page says: none, minor, major or critical. Started, it has ``url``."""

    def __init__(self, provider: str) -> None:
        self._provider = provider
        self.indicator = "none"
        self.url = ""

    async def start(self, undo: AsyncExitStack) -> None:
        """Serve it until `undo` is closed."""
        application = web.Application()
        application.add_routes([web.get("/", self._page), web.get("/api/v2/status.json", self._status)])
        self.url = await serve(undo, application)

    def target(self) -> dict[str, object]:
        """What the bot's configuration says of it. Nobody may write there."""
        return {
            "kind": "http",
            "environment": "production",
            "base_url": self.url,
            "canary": {"method": "POST", "path": "/api/v2/status.json"},
        }

    @property
    def _said(self) -> str:
        return "All Systems Operational" if self.indicator == "none" else "Service Disruption"

    async def _page(self, _: web.Request) -> web.Response:
        return web.Response(text=f"<h1>{self._provider}</h1><p>{self._said}</p>", content_type="text/html")

    async def _status(self, _: web.Request) -> web.Response:
        status = {"indicator": self.indicator, "description": self._said}
        return web.json_response({"page": {"name": self._provider}, "status": status})
