"""A running rehearsal workspace and Muster's own client on it."""

from collections.abc import AsyncIterator

import pytest
from aiohttp import ClientSession
from slack_sdk.web.async_client import AsyncWebClient

from bot.slack.account import identified
from bot.slack.budget import Budgets
from bot.slack.chat import SlackChat
from bot.slack.client import client, session
from bot.slack.reach import Reach
from bot.slack.shared_budget import SharedBudgets
from sandbox.deliveries import triggers
from sandbox.driver import Person
from sandbox.server import Sandbox


@pytest.fixture
async def box(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Sandbox]:
    """The workspace, which waits for longer than Slack: a busy machine is not what is tested here."""
    monkeypatch.setattr(triggers, "TRIGGER_SECONDS", 30.0)
    async with Sandbox(retry_delays=(0.0, 0.0, 0.0), answer_seconds=30) as sandbox:
        yield sandbox


@pytest.fixture
async def shared() -> AsyncIterator[ClientSession]:
    """The one HTTP session."""
    async with session() as opened:
        yield opened


@pytest.fixture
def slack(box: Sandbox, shared: ClientSession) -> AsyncWebClient:
    """Muster's client."""
    return client(box.bot_token, shared, box.api_url)


@pytest.fixture
async def reach(slack: AsyncWebClient) -> AsyncIterator[Reach]:
    """What is known of the workspace's being there."""
    made = Reach(lambda: identified(slack))
    yield made
    await made.close()


@pytest.fixture
async def chat(slack: AsyncWebClient, reach: Reach) -> SlackChat:
    """The Chat port on the workspace."""
    who = await identified(slack)
    return SlackChat(slack, who=lambda: who, budgets=SharedBudgets(Budgets()), reach=reach)


@pytest.fixture
def ana(box: Sandbox) -> Person:
    """Somebody on call."""
    return Person(box, "ana")


@pytest.fixture
def ben(box: Sandbox) -> Person:
    """Somebody else on call."""
    return Person(box, "ben")
