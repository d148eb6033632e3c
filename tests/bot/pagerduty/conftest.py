"""An account of PagerDuty on loopback, and Muster's side of it."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from msgspec import Struct

from bot.pagerduty.calls import Calls
from bot.pagerduty.pager import PagerDuty, Reach, Rules
from bot.pagerduty.people import People
from incident.responder import UserId
from incident.severity import Severity
from tests.fakes.pagerduty_api import ROUTING_KEY, TOKEN, PagerDutyApi, pagerduty_api
from tests.fakes.settings import ANA, BEN

ADDRESSES = {ANA: "ana@example.com", BEN: "ben@example.com"}
PRIORITIES = {"P1": Severity.P0, "P2": Severity.P1, "P3": Severity.P2, "P4": Severity.P3, "P5": Severity.P3}


async def slack_of(address: str) -> UserId | None:
    """Who has that address in Slack."""
    return next((user for user, each in ADDRESSES.items() if each == address), None)


async def address_of(user: UserId) -> str:
    """The address of somebody in Slack."""
    return ADDRESSES.get(user, "")


class Side(Struct):
    """Muster's side; ``counted`` are its calls and how they went."""

    calls: Calls
    people: People
    pager: PagerDuty
    counted: list[tuple[str, str]]


@pytest.fixture
async def api(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[PagerDutyApi]:
    """It listens, and this process trusts its certificate."""
    async with pagerduty_api(tmp_path) as made:
        monkeypatch.setenv("SSL_CERT_FILE", str(made.certificate))
        yield made


@pytest.fixture
async def side(api: PagerDutyApi) -> AsyncIterator[Side]:
    """As it is set up for two systems: one with a service, one with an integration."""
    counted: list[tuple[str, str]] = []
    calls = Calls(
        token=TOKEN, api_url=api.url, events_url=api.url, counted=lambda name, how: counted.append((name, how))
    )
    people = People(calls, named={}, slack_of=slack_of, address_of=address_of)
    rules = Rules(
        address="muster@example.com",
        priorities=PRIORITIES,
        policies={},
        reaches={"shop": Reach(service="PSERVIC"), "edge": Reach(routing_key=ROUTING_KEY)},
    )
    yield Side(calls=calls, people=people, pager=PagerDuty(calls, people, rules), counted=counted)
    await calls.close()
