"""PagerDuty and Slack, both real over HTTP: what happens on one side happens on the other, once, whatever breaks."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

from sandbox.driver import Person
from sandbox.state.model import Channel, Message
from tests.fakes.pagerduty_api import TOKEN, PagerDutyApi, Trouble, pagerduty_api
from tests.stories.opened import incident_channels
from tests.stories.rig import PAGERDUTY_SECRETS, Rig, rig

SETTINGS = """\
pagerduty:
  token_env: RIG_PAGERDUTY_TOKEN
  user: muster@example.com
  api_url: {url}
  events_url: {url}
  priorities: {{P1: P0, P2: P1, P3: P2, P4: P3}}
  systems:
    ai-storybook: {{service: PSERVIC, schedules: [PSCHED1], add_responders: true}}
"""


@contextlib.asynccontextmanager
async def both(folder: Path) -> AsyncIterator[tuple[Rig, PagerDutyApi]]:
    """A bot between the two. Ben is on call, by PagerDuty; muster.yaml names others."""
    async with pagerduty_api(folder) as api:
        api.on_call["PSCHED1"] = ["PBEN000"]
        api.secret = PAGERDUTY_SECRETS[0]
        environment = {"RIG_PAGERDUTY_TOKEN": TOKEN, "SSL_CERT_FILE": str(api.certificate)}
        async with rig(folder, rules=SETTINGS.format(url=api.url), environment=environment) as it:
            await until(lambda: (folder / "on-call.json").exists())
            api.hook = f"{it.bot.web_url}/alerts/pagerduty"
            yield it, api


async def until(so: Callable[[], bool], within: float = 60.0) -> None:
    """Wait for something outside of Slack."""
    async with asyncio.timeout(within):
        while not so():
            await asyncio.sleep(0.05)


async def quiet(api: PagerDutyApi) -> None:
    """Wait until every webhook was taken, and what came of it."""
    await api.settled()
    await asyncio.sleep(1.5)


async def opened(it: Rig) -> tuple[Person, Channel]:
    """Ben, who is called, sees the channel with its card."""
    ben = it.person("ben")
    channel = await ben.wait_for_channel("inc-1", 60)
    await ben.wait_for(channel, _card, 60)
    return ben, channel


def _card(message: Message) -> bool:
    return '"acknowledge"' in str(message.blocks).replace("'", '"')


async def test_a_page_is_acknowledged_noted_and_resolved_in_slack_and_once_in_pagerduty(tmp_path: Path) -> None:
    async with both(tmp_path) as (it, api):
        ref = api.trigger("Orders stand still")
        ben, channel = await opened(it)
        await it.person("ben").wait_for_direct("Orders stand still", 60)
        await ben.command("/incident ack", channel)
        await until(lambda: api.incidents[ref]["status"] == "acknowledged")
        await quiet(api)
        await ben.command("/incident note the disk is full", channel)
        await until(lambda: bool(api.incidents[ref]["notes"]))
        await quiet(api)
        await ben.command("/incident resolve made room", channel)
        await until(lambda: api.incidents[ref]["status"] == "resolved")
        await quiet(api)
        assert [each.partition(" ")[2] for each in api.changes] == [
            "triggered",
            "status acknowledged by PBEN000",
            "noted by PBEN000",
            "status resolved by PBEN000",
        ]
        assert incident_channels(it) == ["inc-1-orders-stand-still"]
        await ben.wait_for(channel, lambda message: "✅" in message.text and "resolved it" in message.text, 60)
        said = [message.text for message in ben.reads(channel)]
        assert len([each for each in said if "✅" in each and "resolved it" in each]) == 1
        assert not [each for each in said if "gave up" in each or "keeps trying" in each]


async def test_what_is_done_in_pagerduty_is_done_here_and_not_told_back(tmp_path: Path) -> None:
    async with both(tmp_path) as (it, api):
        ref = api.trigger("Orders stand still")
        ben, channel = await opened(it)
        api.change(ref, by="PBEN000", status="acknowledged")
        api.note(ref, "it is the disk", by="PJO0000")
        api.change(ref, by="PBEN000", priority="P1")
        await ben.wait_for(channel, "from P1 to P0", 60)
        api.change(ref, by="PBEN000", status="resolved")
        await ben.wait_for(channel, "resolved in PagerDuty", 60)
        before = list(api.changes)
        await quiet(api)
        assert api.changes == before
        async with asyncio.timeout(60):
            while "it is the disk" not in (shown := str(await ben.command("/incident show", channel))):
                await asyncio.sleep(0.1)
        assert "Jo (PagerDuty)" in shown


async def test_a_declaration_calls_once_through_limits_troubles_and_lost_answers(tmp_path: Path) -> None:
    async with both(tmp_path) as (it, api):
        api.troubles += [
            Trouble("GET /incidents", status=429, headers={"ratelimit-reset": "1"}),
            Trouble("POST /incidents", status=503),
            Trouble("POST /incidents", acts=True),
        ]
        ana = it.person("ana")
        await ana.command("/incident declare P1 Checkout fails")
        ben, channel = await opened(it)
        await until(lambda: bool(api.changes))
        await ben.command("/incident ack", channel)
        await until(lambda: any("acknowledged" in each for each in api.changes))
        await quiet(api)
        assert [each.partition(" ")[2] for each in api.changes] == ["triggered", "status acknowledged by PBEN000"]
        assert incident_channels(it) == ["inc-1-checkout-fails"]


async def test_while_pagerduty_is_away_the_incident_goes_on_and_says_what_is_late(tmp_path: Path) -> None:
    async with both(tmp_path) as (it, api):
        api.away = True
        await it.person("ana").command("/incident declare P1 Checkout fails")
        ben, channel = await opened(it)
        await it.person("ben").wait_for_direct("Checkout fails", 60)
        await ben.wait_for(channel, "could not call PagerDuty yet", 60)
        api.away = False
        await until(lambda: bool(api.changes), 60)


async def test_killed_after_pagerduty_took_it_and_before_that_was_recorded(tmp_path: Path) -> None:
    async with both(tmp_path) as (it, api):
        ref = api.trigger("Orders stand still")
        ben, channel = await opened(it)
        await quiet(api)
        killed = asyncio.Event()
        api.troubles.append(Trouble(f"PUT /incidents/{ref}", acts=True, then=_killing(it, killed)))
        await ben.command("/incident ack", channel)
        await asyncio.wait_for(killed.wait(), 60)
        assert api.incidents[ref]["status"] == "acknowledged"
        await it.bot.start()
        await quiet(api)
        await until(lambda: api.asked.count(f"GET /incidents/{ref}") >= 2)
        await quiet(api)
        assert [each for each in api.changes if "acknowledged" in each] == [f"{ref} status acknowledged by PBEN000"]


def _killing(it: Rig, killed: asyncio.Event) -> Callable[[], Awaitable[None]]:
    async def kill() -> None:
        await it.bot.kill()
        killed.set()

    return kill
