"""Muster's home: what is open, who is on call and how to begin, in front of whoever opens it, as of then."""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace
from slack_sdk.web.async_client import AsyncWebClient

from bot.slack.blocks import Rendered
from bot.slack.chat import SlackChat
from bot.slack.home import Homes, home
from bot.slack.names import Action
from bot.stores.sqlite import SQLiteStore
from bot.words.phrase import When, clock_time
from commands.on_call import OnCall
from commands.outage import Outage
from commands.overview import MOST, Overview, overview
from commands.ports import Ports
from incident.incident import Home
from incident.responder import Role, UserId
from incident.rota import Shift
from sandbox.blocks.guard import view_payload
from sandbox.driver import Person
from sandbox.server import Sandbox
from sandbox.state.model import View
from tests.bot.slack.examples import ADA, BOB, NOW, TEXT, an_incident, any_incident
from tests.bot.slack.reading import buttons, lines
from tests.fakes.clock import FakeClock
from tests.fakes.settings import ANA
from tests.fakes.world import ports

HANDOVER = NOW + timedelta(days=3)
TOLD = Overview(
    incidents=(an_incident(), an_incident(id="inc_2", number=143, roles={}, home=Home())),
    more=False,
    on_call=(OnCall(system="AI Storybook", shifts=(Shift(person=ADA, until=HANDOVER), Shift(person=BOB))),),
    now=NOW + timedelta(minutes=7),
)


def read(view: Any) -> Rendered:
    """A view as the tests read messages."""
    return Rendered(text="", blocks=view["blocks"])


def test_it_says_what_is_open_who_leads_it_and_who_is_on_call() -> None:
    told = lines(read(home(TOLD)))
    assert "2 open" in told
    assert "🔴 P1 · INC-142 · Checkout errors · 7 min · led by @U0ADA0001 · #C0CHAN001" in told
    assert "INC-143 · Checkout errors · 7 min · nobody leads it\n" in told
    assert f"AI Storybook · @U0ADA0001 until {clock_time(When(HANDOVER, day=True))} · @U0BOB0002" in told
    assert "/incident help" in told
    assert buttons(read(home(TOLD))) == {"Declare an incident": Action.DECLARE}


def test_it_says_that_all_is_well_and_that_not_all_is_shown() -> None:
    assert "No incident is open." in lines(read(home(replace(TOLD, incidents=()))))
    many = tuple(an_incident(id=f"inc_{n}", number=n) for n in range(MOST))
    assert f"The worst {MOST} of those that are open" in lines(read(home(replace(TOLD, incidents=many, more=True))))


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(any_incident(), max_size=3), TEXT)
def test_slack_takes_it_whatever_the_data(incidents: list[Any], words: str) -> None:
    on_call = (OnCall(system=words, shifts=(Shift(person=UserId(words), until=HANDOVER),) * 200),) * 200
    view_payload(home(replace(TOLD, incidents=tuple(incidents * 5), on_call=on_call)))


@pytest.fixture
async def company(tmp_path: Path) -> AsyncIterator[Ports]:
    """The fakes around a real store."""
    store = await SQLiteStore.open(tmp_path / "muster.db")
    yield ports(store, FakeClock())
    await store.close()


def shown(box: Sandbox, person: Person) -> View:
    """The home tab in front of somebody."""
    return box.workspace.homes[box.app.id, person.id]


async def test_who_opens_it_sees_it(box: Sandbox, chat: SlackChat, company: Ports, ana: Person) -> None:
    """And nobody else; the messages tab is left alone."""
    homes = Homes(company, chat.show_home)
    await homes.opened({"user": ana.id, "tab": "messages"})
    assert box.workspace.homes == {}
    await homes.opened({"user": ana.id, "tab": "home"})
    told = lines(read(shown(box, ana).payload))
    assert "No incident is open." in told
    assert f"@{ANA}" in told
    assert list(box.workspace.homes) == [(box.app.id, ana.id)]


async def test_another_process_that_was_quicker_is_overruled_by_what_is_true_now(
    box: Sandbox, chat: SlackChat, slack: AsyncWebClient, company: Ports, ana: Person
) -> None:
    """Slack refuses the old hash; the second attempt has read the store again."""
    homes = Homes(company, chat.show_home)
    await homes.opened({"user": ana.id, "tab": "home"})
    old = shown(box, ana).hash
    other = {"type": "home", "blocks": [{"type": "divider"}]}
    await slack.views_publish(user_id=ana.id, view=other)
    await homes.opened({"user": ana.id, "tab": "home", "view": {"hash": old}})
    assert [call.error for call in box.calls.all("views.publish")] == [None, None, "hash_conflict", None]
    assert "No incident is open." in lines(read(shown(box, ana).payload))


async def test_what_slack_refuses_is_a_line_in_the_log(
    box: Sandbox, chat: SlackChat, company: Ports, ana: Person, caplog: pytest.LogCaptureFixture
) -> None:
    box.faults.break_("views.publish")
    await Homes(company, chat.show_home).opened({"user": ana.id, "tab": "home"})
    assert "home not shown" in [record.message for record in caplog.records]


async def test_a_store_that_is_away_is_an_outage_too(
    chat: SlackChat, company: Ports, ana: Person, caplog: pytest.LogCaptureFixture
) -> None:
    await company.store.close()
    with pytest.raises(Outage):
        await overview(ports=company)
    await Homes(company, chat.show_home).opened({"user": ana.id, "tab": "home"})
    assert "home not shown" in [record.message for record in caplog.records]


def test_the_commander_is_the_one_of_the_roles() -> None:
    assert "led by @U0BOB0002" in lines(
        read(home(replace(TOLD, incidents=(an_incident(roles={Role.COMMANDER: BOB, Role.SCRIBE: ADA}),))))
    )
