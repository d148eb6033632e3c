"""Muster's home in Slack: what is open, who is on call, and how to begin. Made anew whenever somebody opens it."""

import logging
from collections.abc import Mapping
from typing import Any, Protocol

from bot.slack.answers import incident_line
from bot.slack.blocks import (
    Element,
    actions,
    bold,
    button,
    channel,
    code,
    header,
    joined,
    mention,
    moment,
    paragraph,
    text,
)
from bot.slack.faults import Refusal
from bot.slack.freezes import stop_line
from bot.slack.modals import View
from bot.slack.names import Action
from bot.slack.on_call import on_call_lines
from bot.slack.watches import bad_lines, summary
from bot.words.phrase import When
from commands.outage import Outage
from commands.overview import Overview, overview
from commands.ports import Ports
from incident.incident import Incident
from incident.responder import Role, UserId

log = logging.getLogger(__name__)


class Publish(Protocol):
    """Puts a home tab in front of one person, unless the one with the hash ``seen`` was replaced. Raises Outage."""

    async def __call__(self, user: UserId, view: View, *, seen: str) -> None: ...


class Homes:
    """The listener of the home tab. ``publish`` puts a view in front of one person, within Slack's limits."""

    def __init__(self, ports: Ports, publish: Publish) -> None:
        self._ports = ports
        self._publish = publish

    async def opened(self, event: Mapping[str, Any]) -> None:
        """Somebody looks at one of Muster's tabs; the messages tab is Slack's own affair."""
        if event.get("tab") != "home":
            return
        user, seen = UserId(event["user"]), str((event.get("view") or {}).get("hash") or "")
        try:
            await self._show(user, seen)
        except Outage as outage:
            # The next look at it is the next attempt; what stands there says from when it is.
            log.warning("home not shown", extra={"error": outage.sentence})

    async def _show(self, user: UserId, seen: str) -> None:
        try:
            await self._publish(user, home(await overview(ports=self._ports)), seen=seen)
        except Refusal as no:
            if no.code != "hash_conflict":
                raise
            # Another process was quicker, with what was true a moment ago: what is true now goes over it.
            await self._publish(user, home(await overview(ports=self._ports)), seen="")


def home(told: Overview) -> View:
    """The whole tab."""
    blocks = [
        header("Incidents"),
        paragraph(stop_line(told.stop), [bold(_count(told))], *(_incident(each, told) for each in told.incidents)),
        actions(button("Declare an incident", Action.DECLARE, Action.DECLARE.value, style="primary")),
        paragraph([bold("On call")], *on_call_lines(told.on_call)),
        paragraph([bold(summary(told.watches))], *bad_lines(told.watches)) if told.watches else None,
        paragraph(
            [bold("How to begin")],
            [code("/incident declare"), text("  opens an incident, from anywhere in Slack")],
            [code("/incident help"), text("  says what else there is")],
        ),
        paragraph([text("As of "), moment(When(told.now, day=True)), text(". It is made anew when you open it.")]),
    ]
    return {"type": "home", "callback_id": "home", "blocks": [block for block in blocks if block is not None]}


def _count(told: Overview) -> str:
    count = len(told.incidents)
    if not count:
        return "No incident is open."
    return f"The worst {count} of those that are open" if told.more else f"{count} open"


def _incident(incident: Incident, told: Overview) -> list[Element]:
    commander, place = incident.roles.get(Role.COMMANDER), incident.home.channel
    return joined(
        [text(incident_line(incident, told.now))],
        [text("led by "), mention(commander)] if commander is not None else [text("nobody leads it")],
        [channel(place)] if place is not None else [],
    )
