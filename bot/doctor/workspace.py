"""Looks whether the channel, the people and the groups that the configuration names are there; it only asks."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Final

import aiohttp
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.web.async_slack_response import AsyncSlackResponse

from bot.doctor.remark import Remark, fail, ok, warn
from bot.doctor.tokens import scopes_of
from bot.settings.rota import people_of
from bot.settings.sections import File
from bot.slack.faults import MENDING, Refusal, outage

_AT_ONCE: Final = 4

_EVERYWHERE: Final = "chat:write.public"
"""A scope that the manifest does not ask for, with which Muster may post where it is no member."""


class Workspace:
    """One workspace, asked a few things at a time."""

    def __init__(self, client: AsyncWebClient) -> None:
        self._client = client
        self._places = asyncio.Semaphore(_AT_ONCE)

    async def look(self, file: File) -> tuple[Remark, ...]:
        """Everything that the configuration names."""
        channel = self._channel(file.slack.announcements)
        people = (self._person(user, where) for user, where in _people(file).items())
        groups = (self._group(group, where) for group, where in _groups(file).items())
        return tuple(await asyncio.gather(channel, *people, *groups))

    async def _channel(self, channel: str) -> Remark:
        about = f"channel {channel}"
        mend = "write the id of a channel where Muster is in slack.announcements"

        def judge(answer: AsyncSlackResponse) -> Remark:
            found = answer["channel"]
            name = f"#{found.get('name', channel)}"
            if found.get("is_archived"):
                return fail(about, f"{name} is archived.", "unarchive it, or name another in slack.announcements")
            if not found.get("is_member") and _EVERYWHERE not in scopes_of(answer):
                return fail(about, f"Muster is not in {name}, so it may not post there.", f"/invite @Muster in {name}")
            return ok(about, f"Muster may post in {name}.")

        asking = self._client.conversations_info
        return await self._asked(about, mend, lambda: asking(channel=channel), judge)

    async def _person(self, user: str, where: str) -> Remark:
        about = f"person {user}"
        mend = f"mend {where} in the configuration; a profile's menu in Slack copies its member ID"

        def judge(answer: AsyncSlackResponse) -> Remark:
            found = answer["user"]
            name = found.get("real_name") or found.get("name") or user
            if found.get("deleted"):
                return fail(about, f"The account of {name} is deactivated.", f"take them out of {where}")
            if found.get("is_bot"):
                return fail(about, f"{name} is a bot, and bots cannot be called or approve.", f"name people in {where}")
            return ok(about, f"{name}.")

        return await self._asked(about, mend, lambda: self._client.users_info(user=user), judge)

    async def _group(self, group: str, where: str) -> Remark:
        about = f"group {group}"
        mend = f"mend {where} in the configuration"

        def judge(answer: AsyncSlackResponse) -> Remark:
            members = len(answer["users"])
            if not members:
                return warn(about, "Nobody is in the group, so nobody of it can approve.", "add people to it in Slack")
            return ok(about, f"{members} {'person' if members == 1 else 'people'}.")

        asking = self._client.usergroups_users_list
        return await self._asked(about, mend, lambda: asking(usergroup=group), judge)

    async def _asked(
        self,
        about: str,
        mend: str,
        ask: Callable[[], Awaitable[AsyncSlackResponse]],
        judge: Callable[[AsyncSlackResponse], Remark],
    ) -> Remark:
        """Ask, and judge the answer; a refusal is a remark too."""
        try:
            async with self._places:
                answer = await ask()
        except (SlackApiError, aiohttp.ClientError, OSError, TimeoutError) as error:
            told = outage("the question", error)
            if isinstance(told, Refusal) and told.code != "missing_scope":
                return fail(about, f"Slack says that {MENDING.get(told.code, told.code)}.", mend)
            return warn(about, f"It could not be looked at: {told.sentence}.", "mend that, and ask again")
        return judge(answer)


def _people(file: File) -> dict[str, str]:
    """Every person who is named → where, the first time."""
    return {each: where for each, where in _named(file).items() if each.startswith(("U", "W"))}


def _groups(file: File) -> dict[str, str]:
    """Every user group that is named → where, the first time."""
    return {each: where for each, where in _named(file).items() if each.startswith("S")}


def _named(file: File) -> dict[str, str]:
    """Whoever is called, may approve, or is meant by a rule of approval; a rule also names people by their part."""
    places: list[tuple[str, tuple[str, ...]]] = []
    for name, system in file.systems.items():
        called = {"on_call": people_of(system.on_call), "escalation": people_of(system.escalation)}
        named = {**called, "approvers": system.approvers}
        places += [(f"systems.{name}.{key}", ids) for key, ids in named.items()]
    for number, rule in enumerate(file.approvals.rules):
        meant = {"ask": rule.ask, "approve": rule.approve}
        places += [(f"approvals.rules.{number}.{key}", ids or ()) for key, ids in meant.items()]
    found: dict[str, str] = {}
    for where, ids in places:
        for each in ids:
            found.setdefault(each, where)
    return found
