"""Who Muster is in the workspace: Slack says it, and what it said outlives the process."""

import pytest
from slack_sdk.web.async_client import AsyncWebClient

from bot.http.call import Answer, Call
from bot.slack import client as slack_client
from bot.slack.account import Account
from bot.slack.faults import Refusal
from commands.outage import NotYet, Outage
from sandbox.server import Sandbox
from tests.fakes.web import listening


class Memory:
    """Keeps texts; ``away`` is a store that cannot be reached."""

    def __init__(self) -> None:
        self.kept: dict[str, str] = {}
        self.away = False

    async def recall(self, name: str) -> str | None:
        if self.away:
            raise Outage("the store is away", retry=True)
        return self.kept.get(name)

    async def remember(self, name: str, text: str) -> None:
        if self.away:
            raise Outage("the store is away", retry=True)
        self.kept[name] = text


async def test_a_later_process_knows_who_it_is_without_slack(box: Sandbox, slack: AsyncWebClient) -> None:
    memory = Memory()
    first = Account(slack, memory)
    assert not await first.ran_before()
    await first.ask()
    await first.keep()
    await box.stop()
    later = Account(slack, memory)
    with pytest.raises(NotYet):
        later.identity()
    assert await later.ran_before()
    assert later.identity() == first.identity()
    assert later.identity().user == box.app.user


async def test_what_slack_says_now_counts_before_what_was_kept(box: Sandbox, slack: AsyncWebClient) -> None:
    memory = Memory()
    account = Account(slack, memory)
    await account.ask()
    memory.kept["slack account"] = '{"user": "UOLD", "bot": "BOLD", "team": "T1", "url": "https://old.example"}'
    assert await account.ran_before()
    assert account.identity().user == box.app.user


@pytest.mark.parametrize(("kind", "body"), [("json", b'["nobody"]'), ("json", b'{"ok": "\xff"}'), ("gzip", b"?")])
async def test_whoever_answers_in_slacks_place_ends_no_asking(kind: str, body: bytes) -> None:
    async def answer(_: Call) -> Answer:
        return Answer(body=body, content_type=f"application/{kind}")

    async with listening(answer) as port, slack_client.session() as session:
        there = slack_client.client("xoxb-one", session, f"http://127.0.0.1:{port}/api/")
        with pytest.raises(Outage, match="Slack did not answer") as away:
            await Account(there, Memory()).ask()
    assert away.value.retry


async def test_a_token_that_is_not_taken_is_no_outage_that_passes(box: Sandbox, slack: AsyncWebClient) -> None:
    box.app.bot_token = "xoxb-another"
    with pytest.raises(Refusal, match="the token is not valid") as refused:
        await Account(slack, Memory()).ask()
    assert not refused.value.retry


async def test_with_the_store_away_nobody_takes_it_for_the_first_start(slack: AsyncWebClient) -> None:
    memory = Memory()
    memory.away = True
    account = Account(slack, memory)
    assert await account.ran_before()
    await account.ask()
    await account.keep()
    assert memory.kept == {}
