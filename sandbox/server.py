"""The sandbox as one object: start it, point a bot at it, act in it, look at what happened."""

from collections.abc import Iterable, Mapping
from pathlib import Path
from types import TracebackType
from typing import Self

from aiohttp import web

from sandbox.deliveries.delivery import Tasks
from sandbox.deliveries.dispatcher import ANSWER_SECONDS, RETRY_DELAYS, Dispatcher
from sandbox.deliveries.events import Events
from sandbox.deliveries.signed_http import SignedHttp
from sandbox.deliveries.socket_mode import SocketMode
from sandbox.deliveries.switchboard import Switchboard
from sandbox.deliveries.triggers import Triggers
from sandbox.faults import Faults
from sandbox.methods.tiers import Tiers
from sandbox.page_api import PageApi, guarded
from sandbox.page_shapes import Stage
from sandbox.panel import Panel
from sandbox.pulse import Pulse
from sandbox.record.calls import Calls
from sandbox.record.causes import Causes
from sandbox.side_doors import SideDoors
from sandbox.state import seed
from sandbox.state.clock import Clock
from sandbox.state.model import App, User
from sandbox.state.workspace import Workspace
from sandbox.web_api import OnCall, WebApi

MOST_BODY = 64 * 1024 * 1024
COMMANDS = {"/incident": ("Declare and run an incident", "[declare | show | help]")}


class Sandbox:
    """A Slack workspace on a loopback port.

    It starts with a small company and one installed app, whose tokens are `bot_token` and `app_token`. Rate limits
    are off until `tiers.on` is set; `clock` can be held and turned; `faults` orders trouble; `calls` is the record of
    what the apps did; `on_call` is awaited for each call after its effect and before its answer.
    """

    def __init__(
        self,
        *,
        app: str = "Muster",
        commands: Mapping[str, tuple[str, str]] | None = None,
        scopes: Iterable[str] = seed.BOT_SCOPES,
        host: str = "127.0.0.1",
        port: int = 0,
        answer_seconds: float = ANSWER_SECONDS,
        retry_delays: Iterable[float] = RETRY_DELAYS,
        panel: Panel | None = None,
        title: str = "Sandbox",
    ) -> None:
        self._host, self._port = host, port
        self._answer_seconds, self._retry_delays = answer_seconds, tuple(retry_delays)
        self.clock = Clock()
        self.workspace = Workspace(name=title, domain=title.lower().replace(" ", "-"), clock=self.clock)
        seed.found_company(self.workspace)
        self.app = seed.install_app(self.workspace, app, commands=commands or COMMANDS, scopes=scopes)
        self.faults = Faults()
        self.tiers = Tiers(self.clock)
        self.triggers = Triggers(self.workspace)
        self.causes = Causes()
        self.calls = Calls(self.causes)
        self.sockets = SocketMode(self.faults)
        self.http = SignedHttp()
        self.tasks = Tasks()
        self.pulse = Pulse(self.workspace, self.calls)
        self._runner: web.AppRunner | None = None
        self._board: Switchboard | None = None
        self._api = WebApi(
            workspace=self.workspace, triggers=self.triggers, calls=self.calls, tiers=self.tiers, faults=self.faults,
            sockets=self.sockets,
        )  # fmt: skip
        self._doors = SideDoors(workspace=self.workspace, triggers=self.triggers, calls=self.calls, faults=self.faults)
        self._pages = PageApi(
            stage=Stage(workspace=self.workspace, calls=self.calls), panel=panel, static=Path(__file__).parent / "page"
        )

    async def start(self) -> None:
        """Listen; from here on `url` is known."""
        await self.http.start()
        server = web.Application(client_max_size=MOST_BODY)
        server.add_routes([
            web.route("*", "/api/{method}", self._api.handle),
            web.get("/link/", self.sockets.accept),
            web.post("/response/{key}", self._doors.respond),
            web.post("/upload/v1/{file}", self._doors.upload),
            web.get("/files/{file}/{name}", self._doors.private_file),
            web.get("/page/file/{file}", guarded(self._doors.file)),
            *self._pages.routes(),
        ])  # fmt: skip
        self._runner = web.AppRunner(server, access_log=None, shutdown_timeout=1)
        await self._runner.setup()
        await web.TCPSite(self._runner, self._host, self._port).start()
        self._port = int(self._runner.addresses[0][1])
        self._board = self._wire()
        self._pages.board = self._board
        Events(self._board)

    def _wire(self) -> Switchboard:
        dispatcher = Dispatcher(
            sockets=self.sockets, http=self.http, faults=self.faults, causes=self.causes, tasks=self.tasks,
            answer_seconds=self._answer_seconds, retry_delays=self._retry_delays,
        )  # fmt: skip
        return Switchboard(
            workspace=self.workspace, triggers=self.triggers, dispatcher=dispatcher, causes=self.causes, base=self.url
        )

    async def stop(self) -> None:
        """Hang up on everybody and stop listening."""
        await self.tasks.stop()
        await self.sockets.stop()
        if self._runner:
            await self._runner.cleanup()
        await self.http.stop()

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.stop()

    @property
    def url(self) -> str:
        """The browser page's address."""
        return f"http://{self._host}:{self._port}"

    @property
    def api_url(self) -> str:
        """What a client takes as `base_url`."""
        return f"{self.url}/api/"

    @property
    def bot_token(self) -> str:
        """The app's xoxb token."""
        return self.app.bot_token

    @property
    def app_token(self) -> str:
        """The app's xapp token, for Socket Mode."""
        return self.app.app_token

    @property
    def board(self) -> Switchboard:
        """What people's acts go through. Raises RuntimeError before `start`."""
        if self._board is None:
            raise RuntimeError("the sandbox has not been started: use `async with Sandbox()` or await start()")
        return self._board

    def wait_longer(self, seconds: float) -> None:
        """Wait so long for answers, and let trigger_ids hold so long, once it is started: for a busy machine."""
        self.board.dispatcher.answer_seconds = self.triggers.seconds = seconds

    @property
    def on_call(self) -> OnCall | None:
        """Awaited for each call after its effect and before its answer."""
        return self._api.on_call

    @on_call.setter
    def on_call(self, hook: OnCall | None) -> None:
        self._api.on_call = self._doors.on_call = hook

    def add_person(self, name: str, real_name: str | None = None, title: str = "") -> User:
        """Somebody new, inside #general."""
        user = seed.add_person(self.workspace, name, real_name, title)
        general = next(channel for channel in self.workspace.channels.values() if channel.is_general)
        general.members.append(user.id)
        return user

    async def connected(self, app: App | None = None) -> None:
        """Wait until the app (the first, if none is named) holds a socket open."""
        await self.sockets.connected(app or self.app)
