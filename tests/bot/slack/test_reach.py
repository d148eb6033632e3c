"""While Slack is away it is asked one small question, and nothing else is tried; on its return the worst goes first."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from datetime import timedelta
from types import MappingProxyType

import pytest

from bot.slack import reach as reaching
from bot.slack.chat import SlackChat
from bot.slack.faults import Refusal
from bot.slack.reach import FAILURES, FIRST_ASKED, Reach
from bot.telemetry.logs import about, told_about
from commands.messages import EventMessage
from commands.outage import NotYet, Outage
from incident.incident import Place
from incident.timeline import Event, Kind
from sandbox.server import Sandbox
from tests.bot.slack.examples import NOW, an_incident

SILENCE = Outage("Slack did not answer", retry=True)
NO = Refusal("Slack refused: it says nope", retry=False, code="nope", answer={})


class Slack:
    """Why it is not there."""

    fault: Outage | None = SILENCE
    asked = 0
    known: Reach | None = None
    after: list[float]
    """For how long a call was put off at each question, on a clock that stands still."""
    asked_about: Mapping[str, str] = MappingProxyType({"job": "not asked yet"})

    def __init__(self) -> None:
        self.after = []

    async def answers(self) -> None:
        self.asked += 1
        if self.known is not None:
            self.after.append(waits(self.known, 0))
        self.asked_about = told_about()
        if self.fault is not None:
            raise self.fault


@pytest.fixture
def asked() -> Slack:
    """Away."""
    return Slack()


@pytest.fixture
async def known(asked: Slack) -> AsyncIterator[Reach]:
    """What is known of it, nothing yet."""
    reach = Reach(asked.answers)
    yield reach
    await reach.close()


def fail(reach: Reach, times: int) -> None:
    """So many calls without an answer."""
    for _ in range(times):
        reach.heard(SILENCE)


def waits(reach: Reach, urgency: int) -> float:
    """For how long a call of that urgency is put off."""
    with pytest.raises(NotYet) as put_off:
        reach.check(urgency)
    assert put_off.value.after is not None
    return put_off.value.after.total_seconds()


async def test_a_few_silences_are_no_outage_and_any_answer_begins_anew(known: Reach) -> None:
    """A no, or too many, is an answer."""
    fail(known, FAILURES - 1)
    known.heard(NO)
    fail(known, FAILURES - 1)
    known.answered()
    fail(known, FAILURES - 1)
    known.check(3)
    assert known.last is None


async def test_asking_whether_it_is_back_is_no_part_of_the_job_that_noticed_it(known: Reach, asked: Slack) -> None:
    """The log names no incident for what concerns them all."""
    with about(job="page:1", incident="INC-1"):
        fail(known, FAILURES)
    async with asyncio.timeout(60):
        while not asked.asked:
            await asyncio.sleep(0.05)
    assert asked.asked_about == {}


async def test_nothing_is_tried_while_it_is_away_and_the_most_urgent_comes_first(asked: Slack) -> None:
    counted = 0.0
    known = Reach(asked.answers, counts=lambda: counted)
    fail(known, FAILURES)
    assert known.last is not None
    assert known.last.until is None
    assert waits(known, 0) < waits(known, 1) < waits(known, 3) < waits(known, 7) < 1.5
    asked.fault = None
    async with asyncio.timeout(60):
        while known.last.until is None:
            await asyncio.sleep(0.05)
    assert waits(known, 0) < waits(known, 3)
    assert known.last.covers(known.last.since)
    counted += 0.7
    known.check(3)
    await known.close()


@pytest.fixture
async def standing_still(asked: Slack) -> AsyncIterator[Reach]:
    """The same, on a clock that stands still."""
    asked.known = Reach(asked.answers, counts=lambda: 0.0)
    yield asked.known
    await asked.known.close()


async def test_it_is_asked_less_and_less_often(standing_still: Reach, asked: Slack) -> None:
    """But for as long as it lasts."""
    fail(standing_still, FAILURES)
    async with asyncio.timeout(60):
        while asked.asked < 2:
            await asyncio.sleep(0.05)
    assert asked.after[:2] == [FIRST_ASKED, 2 * FIRST_ASKED]


async def test_a_token_that_is_not_taken_keeps_everything_waiting_and_is_asked_about_less_often(
    standing_still: Reach, asked: Slack, caplog: pytest.LogCaptureFixture
) -> None:
    """One refusal says it; the job that met it has not failed."""
    asked.fault = Refusal("Slack refused: it was revoked", retry=False, code="token_revoked", answer={})
    assert isinstance(standing_still.heard(asked.fault), NotYet)
    with pytest.raises(NotYet, match="revoked"):
        standing_still.check(0)
    async with asyncio.timeout(60):
        while asked.asked < 2:
            await asyncio.sleep(0.05)
    assert asked.after[:2] == [FIRST_ASKED, 2 * FIRST_ASKED]
    assert caplog.text.count("slack does not take the bot token") == 1
    asked.fault = None
    async with asyncio.timeout(60):
        await standing_still.back()
    assert standing_still.trouble is None


async def test_a_start_without_slack_is_an_outage_from_its_beginning(known: Reach, asked: Slack) -> None:
    with pytest.raises(Outage, match="did not answer"):
        await known.begin()
    assert known.last is not None
    assert known.last.covers(NOW - timedelta(days=1)), "what another process left unsaid was held back by it, too"
    with pytest.raises(NotYet):
        known.check(0)
    asked.fault = None
    async with asyncio.timeout(60):
        await known.back()
    assert known.last.until is not None
    assert not known.last.covers(known.last.until + timedelta(seconds=1))


async def test_a_start_does_not_wait_long_for_slack(asked: Slack, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reaching, "AT_START", 0.05)
    reach = Reach(lambda: asyncio.sleep(60))
    with pytest.raises(Outage, match="did not answer") as silent:
        await reach.begin()
    assert silent.value.retry
    assert reach.trouble is not None
    await reach.close()


async def test_a_real_outage_is_noticed_and_its_end_too(box: Sandbox, chat: SlackChat, reach: Reach) -> None:
    """Over the wire: what is not tried leaves no call."""
    place = Place(channel=box.workspace.channel_named("general").id)  # type: ignore[union-attr]
    message = EventMessage(incident=an_incident(), event=Event(kind=Kind.NOTED, at=NOW, facts={"text": "x"}))

    async def post() -> None:
        await chat.post(place, message, mark="m", again=False, urgency=1)

    box.faults.outage = True
    for _ in range(FAILURES):
        with pytest.raises(Outage, match="Slack"):
            await post()
    with pytest.raises(NotYet):
        await post()
    box.faults.outage = False
    async with asyncio.timeout(60):
        while chat.last_away().until is None:  # type: ignore[union-attr]
            await asyncio.sleep(0.05)
    await asyncio.sleep(0.7)
    await post()
    assert [call.ok for call in box.calls.all("chat.postMessage")].count(True) == 1
