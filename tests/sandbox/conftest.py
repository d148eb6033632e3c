"""A running sandbox, the official client on it, and a real Bolt app connected over Socket Mode."""

from collections.abc import AsyncIterator

import pytest
from aiohttp import ClientSession
from slack_bolt.adapter.socket_mode.async_handler import AsyncSocketModeHandler
from slack_bolt.app.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from sandbox.driver import Person
from sandbox.server import Sandbox


@pytest.fixture
async def box() -> AsyncIterator[Sandbox]:
    async with Sandbox(retry_delays=(0.0, 0.0, 0.0)) as sandbox:
        yield sandbox


@pytest.fixture
async def session() -> AsyncIterator[ClientSession]:
    async with ClientSession() as session:
        yield session


@pytest.fixture
def client(box: Sandbox, session: ClientSession) -> AsyncWebClient:
    return AsyncWebClient(token=box.bot_token, base_url=box.api_url, session=session)


@pytest.fixture
def app(client: AsyncWebClient) -> AsyncApp:
    """A Bolt app without listeners yet."""
    return AsyncApp(client=client, token=client.token, raise_error_for_unhandled_request=False)


@pytest.fixture
async def bolt(app: AsyncApp, box: Sandbox) -> AsyncIterator[AsyncApp]:
    """The Bolt app, connected over Socket Mode."""
    handler = AsyncSocketModeHandler(app, box.app_token, ping_interval=1)
    await handler.connect_async()
    await box.connected()
    yield app
    await handler.close_async()


@pytest.fixture
def ana(box: Sandbox) -> Person:
    return Person(box, "ana")


@pytest.fixture
def ben(box: Sandbox) -> Person:
    return Person(box, "ben")
