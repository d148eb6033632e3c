"""Looks whether PagerDuty takes the token, has what the configuration names, and names people whom Slack knows."""

import asyncio
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Final

from bot.config import Configuration
from bot.doctor.remark import Remark, fail, ok, warn
from bot.pager_account import Addresses, PagerAccount, account_of
from bot.pagerduty.calls import No
from commands.outage import Outage

ABOUT: Final = "PagerDuty"
_PLACES: Final[Mapping[str, str]] = {
    "service": "services",
    "schedules": "schedules",
    "escalation_policy": "escalation_policies",
    "help_policy": "escalation_policies",
}
"""A setting of a system → where such things are in PagerDuty's API."""


async def look_at_pagerduty(configuration: Configuration, addresses: Addresses, now: datetime) -> tuple[Remark, ...]:
    """Everything that the section names. It only asks."""
    try:
        account = account_of(configuration, addresses, clock=lambda: now)
    except Outage as missing:
        return (fail(ABOUT, missing.sentence, "pip install 'muster-chatops[pagerduty]', or take pagerduty out"),)
    try:
        return await _looked(configuration, account)
    finally:
        await account.calls.close()


async def _looked(configuration: Configuration, account: PagerAccount) -> tuple[Remark, ...]:
    try:
        abilities = (await account.calls.get("/abilities"))["abilities"]
    except Outage as away:
        return (fail(ABOUT, f"{away.sentence}.", "until then people are called by Slack and muster.yaml alone"),)
    named = await asyncio.gather(*(_there(account, *each) for each in _named(configuration)))
    return (
        ok(ABOUT, "It takes the token."),
        *_requests(abilities),
        *(each for each in named if each is not None),
        *await _priorities(configuration, account),
        *await _user(configuration, account),
        *await _on_call(configuration, account),
        *_hook(configuration),
    )


def _named(configuration: Configuration) -> Iterator[tuple[str, str, str]]:
    """Each id: the setting that names it, the kind of thing, the id."""
    section = configuration.file.pagerduty
    for system, each in section.systems.items() if section is not None else ():
        for setting, kind in _PLACES.items():
            value = getattr(each, setting)
            for known in value if isinstance(value, tuple) else filter(None, (value,)):
                yield f"pagerduty.systems.{system}.{setting}", kind, known
    for name, policy in section.policies.items() if section is not None else ():
        yield f"pagerduty.policies.{name}", "escalation_policies", policy


async def _there(account: PagerAccount, setting: str, kind: str, known: str) -> Remark | None:
    try:
        await account.calls.get(f"/{kind}/{known}")
    except No as no:
        return fail(ABOUT, f"{setting} is {known}: {no.sentence}.", "copy the id from the address of its page there")
    except Outage as away:
        return warn(ABOUT, f"{setting} could not be looked at: {away.sentence}.", "ask again in a moment")
    return None


async def _user(configuration: Configuration, account: PagerAccount) -> tuple[Remark, ...]:
    section = configuration.file.pagerduty
    try:
        if section is None or await account.people.by_address(section.user) is not None:
            return ()
    except Outage as away:
        return (warn(ABOUT, f"Its users could not be looked at: {away.sentence}.", "ask again in a moment"),)
    mend = "name the address of a user there in pagerduty.user: without one it takes no change from Muster"
    return (fail(ABOUT, f"It has no user with the address {section.user}.", mend),)


async def _on_call(configuration: Configuration, account: PagerAccount) -> tuple[Remark, ...]:
    """Whoever is on call there must be somebody here."""
    try:
        await account.on_call.ask(keep=False)
    except Outage as away:
        return (warn(ABOUT, f"It did not say who is on call: {away.sentence}.", "ask again in a moment"),)
    systems = configuration.file.pagerduty.systems if configuration.file.pagerduty is not None else {}
    return tuple(_standing(system, account) for system, each in systems.items() if each.knows_on_call)


def _standing(system: str, account: PagerAccount) -> Remark:
    doubt, shifts = account.on_call.doubt(system), account.on_call.shifts(system)
    if doubt:
        return warn(ABOUT, f"{system}: {doubt}.", "write them under pagerduty.people, or mend the address")
    if not shifts:
        return warn(ABOUT, f"Nobody is on call for {system} there.", "muster.yaml's people are called until then")
    return ok(ABOUT, f"On call for {system} there: {', '.join(each.person for each in shifts)}.")


async def _priorities(configuration: Configuration, account: PagerAccount) -> tuple[Remark, ...]:
    wanted = configuration.file.priorities
    if not wanted:
        return ()
    try:
        listed = (await account.calls.get("/priorities"))["priorities"]
    except Outage as away:
        return (warn(ABOUT, f"Its priorities could not be looked at: {away.sentence}.", "ask again in a moment"),)
    there = {str(each.get("summary") or each.get("name")) for each in listed}
    missing = [name for name in wanted if name not in there]
    mend = f"name them as there: {', '.join(sorted(there)) or 'it has none'}"
    return (fail(ABOUT, f"It has no priority {', '.join(missing)}.", mend),) if missing else ()


def _requests(abilities: object) -> tuple[Remark, ...]:
    if isinstance(abilities, list) and "coordinated_responding" in abilities:
        return ()
    words = "Its plan has no requests for responders: who is wanted gets an incident of their own there."
    return (ok(ABOUT, words),)


def _hook(configuration: Configuration) -> tuple[Remark, ...]:
    if configuration.file.sources.pagerduty is not None:
        return ()
    mend = "name sources.pagerduty, and add a webhook there (docs/pagerduty.md)"
    return (warn(ABOUT, "What happens there does not come here: sources.pagerduty is not set.", mend),)
