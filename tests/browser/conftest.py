"""A real Chromium on a real sandbox with a small real app. Nothing on the page may fail, or ask any other server."""

import shutil
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import AsyncExitStack

import pytest
import pytest_asyncio
from aiohttp import ClientSession
from playwright.async_api import Browser, Page, async_playwright, expect
from slack_bolt.adapter.socket_mode.async_handler import AsyncSocketModeHandler
from slack_bolt.app.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from sandbox.driver import Person
from sandbox.server import Sandbox
from tests.browser import small_app

CHROMIUM = "/usr/bin/chromium"
INSTALL = "apt-get update && apt-get install -y chromium"
FLAGS = (
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
)  # fmt: skip
DESKTOP = (1440, 900)
PHONE = (390, 844)

PATIENCE = 40_000
"""Milliseconds that something may take to be on the screen; a machine may be busy with other things."""

OpenPage = Callable[..., Awaitable[Page]]


@pytest.fixture(autouse=True)
def patience() -> Iterator[None]:
    """What is expected on the screen has more than Playwright's five seconds to come."""
    expect.set_options(timeout=PATIENCE)
    yield
    expect.set_options(timeout=None)


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def browser() -> AsyncIterator[Browser]:
    if not shutil.which(CHROMIUM):
        pytest.skip(f"the page is tested in Debian's Chromium; install it with: {INSTALL}")
    async with async_playwright() as playwright:
        yield await playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS, timeout=90_000)


@pytest.fixture
def patient() -> small_app.Patient:
    return small_app.Patient()


@pytest_asyncio.fixture(loop_scope="session")
async def box(patient: small_app.Patient) -> AsyncIterator[Sandbox]:
    async with Sandbox(title="Rehearsal", panel=patient) as sandbox:
        sandbox.wait_longer(20)
        yield sandbox


@pytest_asyncio.fixture(loop_scope="session")
async def client(box: Sandbox) -> AsyncIterator[AsyncWebClient]:
    """The app's own client."""
    async with ClientSession() as session:
        yield AsyncWebClient(token=box.bot_token, base_url=box.api_url, session=session)


@pytest_asyncio.fixture(loop_scope="session")
async def app(box: Sandbox, client: AsyncWebClient) -> AsyncIterator[AsyncApp]:
    """The small app, connected over Socket Mode."""
    app = AsyncApp(client=client, token=client.token)
    small_app.install(app)
    socket = AsyncSocketModeHandler(app, box.app_token).client
    await socket.connect()
    await box.connected()
    yield app
    await socket.close()


@pytest.fixture
def ana(box: Sandbox) -> Person:
    return Person(box, "ana")


@pytest.fixture
def ben(box: Sandbox) -> Person:
    return Person(box, "ben")


@pytest.fixture
def wrong() -> list[str]:
    """What went wrong on any page: faults, what the policy forbade, requests to anybody but the sandbox."""
    return []


@pytest_asyncio.fixture(loop_scope="session")
async def open_page(box: Sandbox, browser: Browser, wrong: list[str]) -> AsyncIterator[OpenPage]:
    """Opens the workspace as somebody. Anything that went wrong fails the test at its end."""
    async with AsyncExitStack() as stack:

        async def open_as(
            person: Person, channel: str = "incidents", size: tuple[int, int] = DESKTOP, more: str = ""
        ) -> Page:
            context = await browser.new_context(
                viewport={"width": size[0], "height": size[1]}, has_touch=size is PHONE, is_mobile=size is PHONE
            )
            stack.push_async_callback(context.close)
            page = await context.new_page()
            page.set_default_timeout(PATIENCE)
            page.on("pageerror", lambda error: wrong.append(str(error)))
            page.on("console", lambda line: wrong.append(line.text) if line.type in ("error", "warning") else None)
            page.on("request", lambda asked: None if asked.url.startswith(box.url) else wrong.append(asked.url))
            await page.goto(f"{box.url}/?as={person.id}&channel={person.channel(channel).id}{more}")
            await page.locator(".composer, .join, .shut").first.wait_for()
            return page

        yield open_as
    assert wrong == []
