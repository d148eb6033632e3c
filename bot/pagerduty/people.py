"""Who is who: PagerDuty's users and Slack's, by the team's own list, else by their addresses."""

import time
from collections.abc import Awaitable, Callable, Mapping
from typing import Final

from msgspec import Struct

from bot.pagerduty.calls import Answer, Calls
from incident.responder import UserId

FRESH: Final = 600.0
"""Seconds for which it is known who somebody is."""


class Account(Struct, frozen=True, kw_only=True):
    """One user of PagerDuty."""

    id: str
    email: str
    name: str


class People:
    """``named`` is the team's list: a person of Slack → their id or address in PagerDuty.

    ``slack_of`` finds a person of Slack by address, ``address_of`` the address of one; either may raise Outage.
    """

    def __init__(
        self,
        calls: Calls,
        *,
        named: Mapping[str, str],
        slack_of: Callable[[str], Awaitable[UserId | None]],
        address_of: Callable[[UserId], Awaitable[str]],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._calls = calls
        self._named = named
        self._slack_of = slack_of
        self._address_of = address_of
        self._clock = clock
        self._slack: dict[str, tuple[float, UserId | None]] = {}
        self._accounts: dict[UserId, tuple[float, Account | None]] = {}

    async def slack(self, user_id: str, email: str = "") -> UserId | None:
        """Who a user of PagerDuty is in Slack; None when nobody there has their address."""
        known = self._slack.get(user_id)
        if known is None or self._clock() - known[0] >= FRESH:
            known = (self._clock(), await self._find_slack(user_id, email))
            self._slack[user_id] = known
        return known[1]

    async def account(self, user: UserId) -> Account | None:
        """The account of a person of Slack in PagerDuty; None when they have none."""
        known = self._accounts.get(user)
        if known is None or self._clock() - known[0] >= FRESH:
            known = (self._clock(), await self._find_account(user))
            self._accounts[user] = known
        return known[1]

    async def _find_slack(self, user_id: str, email: str) -> UserId | None:
        listed = next((user for user, there in self._named.items() if there == user_id), None)
        if listed is not None:
            return UserId(listed)
        address = email or (_account((await self._calls.get(f"/users/{user_id}"))["user"])).email
        listed = next((user for user, there in self._named.items() if there.lower() == address.lower()), None)
        return UserId(listed) if listed is not None else await self._slack_of(address)

    async def _find_account(self, user: UserId) -> Account | None:
        there = self._named.get(user) or await self._address_of(user)
        if not there:
            return None
        if "@" not in there:
            return _account((await self._calls.get(f"/users/{there}"))["user"])
        return await self.by_address(there)

    async def by_address(self, address: str) -> Account | None:
        """The user of PagerDuty with an address."""
        found = await self._calls.get("/users", query=address)
        accounts = (_account(each) for each in found["users"])
        return next((each for each in accounts if each.email.lower() == address.lower()), None)


def _account(user: Answer) -> Account:
    return Account(id=str(user["id"]), email=str(user.get("email") or ""), name=str(user.get("name") or ""))
