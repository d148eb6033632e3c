"""One account of PagerDuty, put together from the settings."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Protocol

from msgspec import Struct

from bot.config import Configuration
from bot.pagerduty.calls import Calls, Counted
from bot.pagerduty.on_call import Asks, OnCallList
from bot.pagerduty.pager import PagerDuty, Reach, Rules
from bot.pagerduty.people import People
from bot.settings.pager import PagedSystemSection, PagerDutySection
from incident.responder import UserId


class PagerAccount(Struct, frozen=True, kw_only=True):
    """The account: its ``pager``, who is ``on_call`` there, and who is who."""

    calls: Calls
    people: People
    pager: PagerDuty
    on_call: OnCallList


class Addresses(Protocol):
    """Who is who in Slack. Raises Outage when Slack cannot say."""

    async def person(self, address: str) -> UserId | None:
        """Whoever has that address; None when nobody has."""
        ...

    async def address(self, user: UserId) -> str:
        """The address of a person; empty when Slack shows none."""
        ...


def account_of(
    configuration: Configuration,
    addresses: Addresses,
    *,
    clock: Callable[[], datetime],
    counted: Counted = lambda name, how: None,
) -> PagerAccount:
    """The team's account, which the file names. Raises Outage without the library."""
    section = configuration.file.pagerduty
    assert section is not None, "asked for only where it is named"
    secrets = {name: configuration.secrets[name].get_secret_value() for name in section.variables()}
    token = secrets[section.token_env]
    calls = Calls(token=token, api_url=section.api_url, events_url=section.events_url, counted=counted)
    people = People(calls, named=section.people, slack_of=addresses.person, address_of=addresses.address)
    asks = {name: found for name, system in section.systems.items() if (found := _asks(system)) is not None}
    return PagerAccount(
        calls=calls,
        people=people,
        pager=PagerDuty(calls, people, _rules(section, secrets)),
        on_call=OnCallList(calls, people, asks, folder=configuration.data_dir, clock=clock),
    )


def _rules(section: PagerDutySection, secrets: Mapping[str, str]) -> Rules:
    reaches = {
        name: Reach(
            service=system.service,
            routing_key=secrets[system.routing_key_env] if system.routing_key_env is not None else None,
        )
        for name, system in section.systems.items()
    }
    return Rules(address=section.user, priorities=section.levels(), policies=section.policies, reaches=reaches)


def _asks(system: PagedSystemSection) -> Asks | None:
    return Asks(schedules=system.schedules, policy=system.escalation_policy) if system.knows_on_call else None
