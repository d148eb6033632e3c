"""Slack without a network: the sandbox's own methods on its own state, called over lines that fail."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from types import MappingProxyType
from typing import Any, Final, Protocol, cast

import aiohttp
from msgspec import Struct
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.web.async_slack_response import AsyncSlackResponse

from chaos.weather import Fault, Weather
from sandbox.deliveries.triggers import Triggers
from sandbox.methods import files
from sandbox.methods.arguments import checked
from sandbox.methods.request import Caller, Request
from sandbox.methods.table import METHODS
from sandbox.methods.tiers import RateLimited, Tier, Tiers
from sandbox.state import seed
from sandbox.state.clock import Clock
from sandbox.state.model import Channel, Message
from sandbox.state.workspace import Workspace
from sandbox.wire import Json, SlackError

UPLOADS: Final = "sim://slack"
PATIENCE: Final = 10.0
"""Seconds after which a client gives a call up."""


class Slack:
    """One workspace with its people and with Muster as an app, as everybody would see it."""

    def __init__(self, clock: Clock) -> None:
        self.workspace = Workspace(clock=clock, era="SIMU")
        seed.found_company(self.workspace)
        self.app = seed.install_app(self.workspace, "Muster")
        self.calls: Counter[str] = Counter()
        self._tiers = Tiers(clock, on=True)
        self._triggers = Triggers(self.workspace)

    def person(self, name: str) -> str:
        """The id of one of the company's people."""
        user = self.workspace.user_named(name)
        assert user is not None, f"nobody is called {name}"
        return user.id

    def group(self, handle: str) -> str:
        """The id of one of its user groups."""
        return next(group.id for group in self.workspace.groups.values() if group.handle == handle)

    def do(self, method: str, given: Mapping[str, object]) -> Json:
        """Do one call and answer it. Raises SlackError for what Slack refuses."""
        line = METHODS[method]
        channel = str(given.get("channel", "")) if line.tier is Tier.POSTING else ""
        self._tiers.take(self.app.id, method, line.tier, channel)
        self.calls[method] += 1
        caller = Caller(app=self.app, user=self.app.user, kind="bot", scopes=self.app.scopes)
        request = Request(
            workspace=self.workspace,
            triggers=self._triggers,
            base=UPLOADS,
            caller=caller,
            arguments=checked(line.arguments, given),
            issue_ticket=lambda app: "",
        )
        return {"ok": True, **line.handler(request)}

    def receive(self, address: str, content: bytes) -> None:
        """Take the bytes of a file. Raises SlackError when they come twice."""
        files.receive(self.workspace.files[address.rpartition("/")[2]], content)

    def messages(self) -> list[tuple[Channel, Message]]:
        """Every message that Muster wrote, and where it stands."""
        return [
            (channel, message)
            for channel in self.workspace.channels.values()
            for message in channel.messages.values()
            if message.user == self.app.user and message.subtype is None
        ]


class Caught(Protocol):
    """What holds the line up: the process that calls, which may die at each of its awaits."""

    async def reach(self, what: str) -> None:
        """On the way to something outside."""
        ...

    async def hear(self, what: str) -> None:
        """On the way back from it."""
        ...


class Client(AsyncWebClient):
    """Slack's client as one process holds it."""

    def __init__(self, slack: Slack, process: Caught, weather: Weather) -> None:
        uploads = _Uploads(slack, process, weather)
        super().__init__(token="", session=cast(aiohttp.ClientSession, uploads))  # it is asked to post a file only
        self._slack = slack
        self._process = process
        self._weather = weather

    async def api_call(  # type: ignore[override]  # the two arguments that Muster's chat gives
        self, api_method: str, *, json: Mapping[str, Any] | None = None, params: Mapping[str, Any] | None = None
    ) -> AsyncSlackResponse:
        await self._process.reach(f"slack {api_method}")
        fault = await stopped_by(self._weather)
        if fault is Fault.LIMITED:
            raise _refused(api_method, 429, {"ok": False, "error": "ratelimited"}, {"Retry-After": "2"})
        if fault is Fault.BROKEN:
            raise _refused(api_method, 503, {"ok": False, "error": "service_unavailable"})
        try:
            answer = self._slack.do(api_method, dict(json or params or {}))
        except RateLimited as limited:
            raise _refused(api_method, 429, limited.body(), {"Retry-After": str(limited.retry_after)}) from limited
        except SlackError as refusal:
            raise _refused(api_method, 200, refusal.body()) from refusal
        await self._process.hear(f"slack {api_method}")
        if fault is Fault.UNHEARD:
            raise aiohttp.ServerDisconnectedError
        return _response(api_method, 200, answer)


async def stopped_by(weather: Weather) -> Fault | None:
    """How a call goes wrong, if it gets through at all. Raises TimeoutError when it does not."""
    slow = weather.strikes("slack_slow")
    await asyncio.sleep(weather.chance.uniform(1, PATIENCE) if slow else weather.chance.uniform(0.02, 0.2))
    fault = weather.slack()
    if fault is Fault.UNREACHED:
        await asyncio.sleep(PATIENCE)
        raise TimeoutError
    return fault


class _Status(Struct, frozen=True):
    status: int


class _Uploads:
    """Where the bytes of files are sent."""

    def __init__(self, slack: Slack, process: Caught, weather: Weather) -> None:
        self._slack = slack
        self._process = process
        self._weather = weather

    @asynccontextmanager
    async def post(self, address: str, *, data: bytes) -> AsyncIterator[_Status]:
        await self._process.reach("slack upload")
        fault = await stopped_by(self._weather)
        if fault in (Fault.LIMITED, Fault.BROKEN):
            yield _Status(503)
            return
        self._slack.receive(address, data)
        await self._process.hear("slack upload")
        if fault is Fault.UNHEARD:
            raise aiohttp.ServerDisconnectedError
        yield _Status(200)


def _refused(
    method: str, status: int, answer: Json, headers: Mapping[str, str] = MappingProxyType({})
) -> SlackApiError:
    return SlackApiError(  # type: ignore[no-untyped-call]  # the SDK gives it no types
        "", _response(method, status, answer, headers)
    )


def _response(
    method: str, status: int, answer: Json, headers: Mapping[str, str] = MappingProxyType({})
) -> AsyncSlackResponse:
    return AsyncSlackResponse(
        client=None, http_verb="POST", api_url=method, req_args={}, data=answer, headers=dict(headers),
        status_code=status,
    )  # fmt: skip
