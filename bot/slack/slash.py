"""``/incident …``: the words go to the menu; the answer comes with the acknowledgement, for whoever asked alone."""

import asyncio
import html
from collections.abc import Mapping
from typing import Final

from slack_bolt.context.ack.async_ack import AsyncAck
from slack_bolt.context.respond.async_respond import AsyncRespond
from slack_sdk.web.async_client import AsyncWebClient

from bot.slack import answers, forms, private
from bot.slack.blocks import Rendered
from bot.slack.tasks import Tasks
from bot.words.phrase import Phrase
from commands import menu
from commands.answers import Answer, FormWanted
from commands.asked import Asked
from commands.outage import Outage
from commands.ports import Ports
from incident.refusal import Refused
from incident.responder import UserId

PATIENCE: Final = 2.0
"""Seconds after which Slack is answered at once and the person later; Slack itself waits three."""

LATE: Final[Phrase] = ("Working on it; the answer comes in a moment.",)


class Slash:
    """The slash command's listener."""

    def __init__(self, ports: Ports, tasks: Tasks) -> None:
        self._ports = ports
        self._tasks = tasks

    async def typed(
        self, ack: AsyncAck, command: Mapping[str, str], client: AsyncWebClient, respond: AsyncRespond
    ) -> None:
        """Answer with the acknowledgement, which costs no call; when that would be late, by the response address."""
        work = asyncio.create_task(self._answer(command))
        done, _ = await asyncio.wait({work}, timeout=PATIENCE)
        if not done:
            await ack(**answers.said(LATE))
            self._tasks.start(self._later(work, command, client, respond), "late answer")
            return
        answer = work.result()
        if isinstance(answer, FormWanted):
            await ack()
            await self._open(answer, command, client, respond)
            return
        await ack(**_rendered(answer))

    async def _answer(self, command: Mapping[str, str]) -> Answer | Rendered:
        return await answer_words(
            self._ports,
            words=html.unescape(command.get("text", "")),
            by=UserId(command["user_id"]),
            channel=command["channel_id"],
            cause=f"command:{command['trigger_id']}",
        )

    async def _later(
        self,
        work: "asyncio.Task[Answer | Rendered]",
        command: Mapping[str, str],
        client: AsyncWebClient,
        respond: AsyncRespond,
    ) -> None:
        answer = await work
        if isinstance(answer, FormWanted):
            await private.tell(respond, answers.said(("That took too long for a form to open. Please ask again.",)))
        else:
            await private.tell(respond, _rendered(answer))

    async def _open(
        self, wanted: FormWanted, command: Mapping[str, str], client: AsyncWebClient, respond: AsyncRespond
    ) -> None:
        ports = self._ports
        view = forms.wanted(
            wanted,
            by=UserId(command["user_id"]),
            systems=ports.runbooks.systems,
            system=ports.runbooks.default(),
        )
        await private.show(client, respond, view, trigger=command["trigger_id"])


async def answer_words(ports: Ports, *, words: str, by: UserId, channel: str, cause: str) -> Answer | Rendered:
    """What the menu answers, or the sentence that says why not."""
    try:
        about = await ports.store.incident_by_channel(channel)
        return await menu.ask(Asked(by=by, words=words, cause=cause, at=ports.clock(), about=about), ports=ports)
    except Refused as refused:
        return answers.refused(refused)
    except Outage as outage:
        return answers.said((answers.not_now(outage),))


def _rendered(answer: Answer | Rendered) -> Rendered:
    return answers.answered(answer) if not isinstance(answer, dict) else answer
