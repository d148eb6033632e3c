"""Muster starts while Slack is away, or takes its token no more: what needs no Slack goes on from the start."""

import asyncio
import json
import shutil
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import aiohttp
import pytest

from bot.stores.place import StorePlace, opened
from commands.store import Store
from demo.bot_process import ROOT, NotReadyError
from incident.incident import Incident
from incident.timeline import Kind
from sandbox.driver import words
from tests.fakes.pagerduty_api import TOKEN, PagerDutyApi, pagerduty_api
from tests.stories.opened import incident_channels, kinds_posted
from tests.stories.rig import PAGERDUTY_SECRETS, Rig, rig
from tests.stories.test_pagerduty_both_ways import SETTINGS
from tests.stories.test_slack_away import alert, at_terminal

SOON = "P1: {line: 38, acknowledge: 2 seconds"


@asynccontextmanager
async def between(folder: Path, store: str = "") -> AsyncIterator[tuple[Rig, PagerDutyApi]]:
    """A bot that was not started yet, between Slack and PagerDuty; a P1 is to be acknowledged within two seconds."""
    async with pagerduty_api(folder) as api:
        api.secret = PAGERDUTY_SECRETS[0]
        environment = {"RIG_PAGERDUTY_TOKEN": TOKEN, "SSL_CERT_FILE": str(api.certificate)}
        rules = SETTINGS.format(url=api.url)
        async with rig(folder, store=store, rules=rules, environment=environment, started=False) as it:
            _hurry(folder)
            yield it, api


def _hurry(folder: Path) -> None:
    own, config = folder / "ai-storybook", folder / "muster.yaml"
    shutil.copytree(ROOT / "runbooks" / "ai-storybook", own)
    catalog = (own / "catalog.yaml").read_text(encoding="utf-8")
    usual = "P1: {line: 38, acknowledge: 1 hour"
    assert usual in catalog
    (own / "catalog.yaml").write_text(catalog.replace(usual, SOON), encoding="utf-8")
    text = config.read_text(encoding="utf-8")
    config.write_text(text.replace(str(ROOT / "runbooks" / "ai-storybook"), str(own)), encoding="utf-8")


@asynccontextmanager
async def starting(it: Rig) -> AsyncIterator[None]:
    """The bot runs, ready or not."""
    task = asyncio.create_task(it.bot.start(within=110))
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def until(so: Callable[[], object], within: float = 60.0) -> None:
    async with asyncio.timeout(within):
        while not so():
            await asyncio.sleep(0.05)


def running(it: Rig) -> bool:
    """Whether the bot's process is there."""
    try:
        return bool(it.bot.pid)
    except LookupError:
        return False


async def missing(it: Rig) -> str:
    """What it says it lacks to be ready."""
    async with aiohttp.ClientSession() as session, session.get(f"{it.bot.web_url}/readyz") as answer:
        return "; ".join((await answer.json())["missing"])


async def recorded(store: Store, number: int, kind: Kind) -> Incident:
    """The incident, once its timeline says so."""
    async with asyncio.timeout(60):
        while True:
            incident = await store.incident_by_number(number)
            links = await store.timeline(incident.id) if incident is not None else ()
            if incident is not None and any(each.event is not None and each.event.kind is kind for each in links):
                return incident
            await asyncio.sleep(0.1)


@pytest.fixture(params=["sqlite", "postgres"])
def store(request: pytest.FixtureRequest) -> str:
    """The address of a PostgreSQL; empty for a file."""
    return str(request.getfixturevalue("database")) if request.param == "postgres" else ""


async def test_a_start_without_slack_pages_keeps_time_and_records_and_tells_all_once_on_its_return(
    tmp_path: Path, store: str
) -> None:
    """Nothing of Muster was ever heard by this Slack. People are called by PagerDuty, and work at the terminal."""
    async with between(tmp_path, store) as (it, api):
        it.sandbox.faults.outage = True
        async with starting(it), opened_in_time(StorePlace(data_dir=tmp_path, url=store or None), it) as kept:
            assert await it.knocked(alert(1, "critical"), within=60) == 202
            await until(lambda: api.incidents)
            await at_terminal(it, "declare", "P1", "Checkout fails", RIG_STORE_URL=store)
            await recorded(kept, 2, Kind.CLOCK_BREACHED)
            await at_terminal(it, "ack", "INC-2", RIG_STORE_URL=store)
            await at_terminal(it, "update", "INC-2", "looking", "at", "the", "workers", RIG_STORE_URL=store)
            await recorded(kept, 2, Kind.UPDATED)
            assert await missing(it) == "the connection to Slack"
            assert str((await it.health())["slack"]).startswith("away")
            assert it.sandbox.workspace.channel_named("inc-2-checkout-fails") is None
            await asyncio.sleep(6)
            it.sandbox.faults.outage = False
            await it.sandbox.connected()
            await it.person("ana").wait_for_channel("inc-2", 60)
            await it.person("ana").wait_for_channel("inc-1", 60)
            await until(lambda: late_lines(it, "looking at the workers"))
            await until(lambda: it.calls("pins.add"))
            await asyncio.sleep(2)
            kinds_posted(it)
            (late,) = late_lines(it, "looking at the workers")
            assert "Slack was away until" in late
            assert late.index("acknowledged") < late.index("looking at the workers")
            assert len(incident_channels(it)) == 2
            assert await missing(it) == ""


def late_lines(it: Rig, wanted: str) -> list[str]:
    """The messages of late lines with these words: in the channel, or under the announcement while that is not open."""
    channels = it.sandbox.workspace.channels.values()
    messages = [each for channel in channels for each in channel.messages.values() if "late line" in each.text]
    return [words(each) for each in messages if wanted in words(each)]


@asynccontextmanager
async def opened_in_time(place: StorePlace, it: Rig) -> AsyncIterator[Store]:
    """The bot's store, once the bot has made it."""
    async with asyncio.timeout(60):
        while True:
            try:
                if (await it.health()).get("store") == "on":
                    break
            except aiohttp.ClientError:
                pass
            await asyncio.sleep(0.05)
    async with opened(place) as store:
        yield store


async def test_a_wrong_token_ends_the_very_first_start_with_what_to_do(tmp_path: Path) -> None:
    async with rig(tmp_path, started=False) as it:
        it.sandbox.app.bot_token = "xoxb-another"
        with pytest.raises(NotReadyError, match="the token is not valid: create the token anew"):
            await it.bot.start()
        assert not running(it)


async def test_a_wrong_token_for_the_line_ends_the_very_first_start_each_time(tmp_path: Path) -> None:
    async with rig(tmp_path, started=False) as it:
        it.sandbox.app.app_token = "xapp-another"
        for _ in range(2):
            with pytest.raises(NotReadyError, match="the token is not valid: create the token anew"):
                await it.bot.start()
            assert not running(it)


async def test_tokens_that_are_revoked_while_it_is_replaced_close_no_door(tmp_path: Path) -> None:
    """Both of them: the page is taken, its people are called by PagerDuty, and once they hold again all is told."""
    async with between(tmp_path) as (it, api):
        await it.bot.start()
        await it.bot.stop()
        app = it.sandbox.app
        right, app.bot_token, app.app_token = (app.bot_token, app.app_token), "xoxb-another", "xapp-another"
        async with starting(it):
            assert await it.knocked(alert(1, "critical"), within=60) == 202
            await until(lambda: api.incidents)
            async with asyncio.timeout(60):
                while "the connection to Slack: Slack refused" not in await missing(it):
                    await asyncio.sleep(0.1)
            assert "a bot token that Slack takes: Slack refused: the token is not valid" in await missing(it)
            app.bot_token, app.app_token = right
            await it.person("ana").wait_for_channel("inc-1", 60)
            kinds_posted(it)


async def test_a_token_that_is_revoked_while_it_runs_gives_nothing_up(tmp_path: Path) -> None:
    """Jobs wait as in an outage, and the sockets that stand do not make it ready."""
    async with rig(tmp_path) as it:
        right, it.sandbox.app.bot_token = it.sandbox.app.bot_token, "xoxb-another"
        assert await it.knocked(alert(1, "critical"), within=60) == 202
        async with asyncio.timeout(60):
            while "the token is not valid" not in await missing(it):
                await asyncio.sleep(0.1)
        await asyncio.sleep(3)
        it.sandbox.app.bot_token = right
        channel = await it.person("ana").wait_for_channel("inc-1", 60)
        await it.person("ana").wait_for(channel, lambda message: '"acknowledge"' in json.dumps(message.blocks), 60)
        kinds_posted(it)
        assert await missing(it) == ""
