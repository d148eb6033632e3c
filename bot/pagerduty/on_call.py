"""Who is on call by PagerDuty, asked every half minute and kept while PagerDuty is away."""

import asyncio
import json
import logging
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from msgspec import Struct

from bot.pagerduty.calls import Answer, Calls
from bot.pagerduty.people import People
from commands.outage import Outage
from incident.responder import UserId
from incident.rota import Shift

EVERY: Final = 30.0
"""Seconds between two askings."""
FRESH: Final = timedelta(seconds=60)
"""For so long an answer is taken as what is so now."""
FILE: Final = "on-call.json"
PAGE: Final = 100
"""Rows of one answer, as many as PagerDuty gives."""

log = logging.getLogger(__name__)


class Asks(Struct, frozen=True, kw_only=True):
    """Where PagerDuty knows who is on call for a system: in schedules, or at the first level of a policy."""

    schedules: tuple[str, ...] = ()
    policy: str | None = None


class Turns(Struct, frozen=True, kw_only=True):
    """What PagerDuty said of one system, and when. ``strangers`` are on call and nobody in Slack."""

    at: datetime
    first: tuple[Shift, ...]
    then: tuple[UserId, ...] = ()
    strangers: tuple[str, ...] = ()


class OnCallList:
    """The newest answer for each system; ``folder`` keeps it over a restart."""

    def __init__(
        self, calls: Calls, people: People, asks: Mapping[str, Asks], *, folder: Path, clock: Callable[[], datetime]
    ) -> None:
        self._calls = calls
        self._people = people
        self._asks = asks
        self._file = folder / FILE
        self._clock = clock
        self._known = _kept(self._file)

    def shifts(self, system: str) -> tuple[Shift, ...]:
        """Who is on call, as far as PagerDuty said; nobody where it said nothing yet."""
        known = self._known.get(system) if system in self._asks else None
        return known.first if known is not None else ()

    def escalation(self, system: str) -> tuple[UserId, ...]:
        """Who comes next by the policy."""
        known = self._known.get(system) if system in self._asks else None
        return known.then if known is not None else ()

    def doubt(self, system: str) -> str:
        """Why that may not be right now; empty while it is fresh and whole."""
        known = self._known.get(system)
        if system not in self._asks:
            return ""
        if known is None:
            return "PagerDuty has not said yet who is on call, so it goes by the people in muster.yaml"
        if self._clock() - known.at > FRESH:
            who = "whom it named then" if known.first else "the people in muster.yaml"
            return f"PagerDuty does not say who is on call since {known.at:%d %b %H:%M} UTC, so it goes by {who}"
        if known.strangers:
            return f"On call in PagerDuty, but nobody in Slack has their address: {', '.join(known.strangers)}"
        return ""

    async def keep_asking(self) -> None:
        """Ask for ever. Raises nothing but its own cancellation."""
        while True:
            try:
                await self.ask()
            except Outage as away:
                log.warning("on call is not known anew", extra={"error": away.sentence})
            await asyncio.sleep(EVERY)

    async def ask(self, *, keep: bool = True) -> None:
        """Ask for every system now, and ``keep`` it in the folder.

        Raises Outage; what was known of a system holds as long as nothing new is told of it.
        """
        known: dict[str, Turns] = {}
        faults: list[Outage] = []
        for system, asks in self._asks.items():
            try:
                known[system] = await self._told(asks)
            except Outage as fault:
                faults.append(fault)
                if fault.retry:
                    break  # away for one, away for all; what it refuses of one system says nothing of the others
        self._known = {**self._known, **known}
        if keep and known:
            await self._remember()
        if faults:
            raise faults[0]

    async def _remember(self) -> None:
        try:
            await asyncio.to_thread(_keep, self._file, self._known)
        except OSError as error:
            # Only the next start would read it; who is on call is known here all the same.
            log.warning("who is on call is not kept for a restart", extra={"error": error.strerror})

    async def _told(self, asks: Asks) -> Turns:
        """What PagerDuty says now. Raises Outage."""
        try:
            return await self._turns(asks)
        except (KeyError, TypeError, ValueError, AttributeError) as odd:
            raise Outage("PagerDuty answered something else than who is on call", retry=False) from odd

    async def _turns(self, asks: Asks) -> Turns:
        at = self._clock()
        query: dict[str, str | tuple[str, ...]] = {"include[]": "users"}
        if asks.schedules:
            query["schedule_ids[]"] = asks.schedules
        else:
            query["escalation_policy_ids[]"] = asks.policy or ""
        told = await self._rows(query)
        first = list(_first(told, asks))
        later = [each for each in told if not asks.schedules and each["escalation_level"] > 1]
        shifts, strangers = await self._named(first)
        then, _ = await self._named(sorted(later, key=lambda each: int(each["escalation_level"])))
        return Turns(at=at, first=shifts, then=tuple(each.person for each in then), strangers=strangers)

    async def _rows(self, query: Mapping[str, str | tuple[str, ...]]) -> list[Answer]:
        """Every page of it: a schedule has a row for each level of each policy that goes by it."""
        rows: list[Answer] = []
        while True:
            page = await self._calls.get("/oncalls", **query, limit=str(PAGE), offset=str(len(rows)))
            rows += page["oncalls"]
            if not page.get("more") or not page["oncalls"]:
                return rows

    async def _named(self, told: Iterable[Answer]) -> tuple[tuple[Shift, ...], tuple[str, ...]]:
        found: dict[UserId, Shift] = {}
        strangers: dict[str, None] = {}
        for each in told:
            user = each["user"]
            person = await self._people.slack(str(user["id"]), str(user.get("email") or ""))
            if person is None:
                strangers[str(user.get("summary") or user["id"])] = None
            else:
                found.setdefault(person, Shift(person=person, until=_until(each)))
        return tuple(found.values()), tuple(strangers)


def _first(told: Iterable[Answer], asks: Asks) -> Iterable[Answer]:
    """Those who are called at once: of each schedule in its order, else the policy's first level."""
    if not asks.schedules:
        return [each for each in told if each["escalation_level"] == 1]
    order = {schedule: position for position, schedule in enumerate(asks.schedules)}
    of_schedules = [each for each in told if (each.get("schedule") or {}).get("id") in order]
    return sorted(of_schedules, key=lambda each: order[each["schedule"]["id"]])


def _until(told: Answer) -> datetime | None:
    end = told.get("end")
    return datetime.fromisoformat(str(end)) if end else None


def _keep(file: Path, known: Mapping[str, Turns]) -> None:
    kept = {
        system: {
            "at": turns.at.isoformat(),
            "first": [[each.person, each.until.isoformat() if each.until else None] for each in turns.first],
            "then": list(turns.then),
            "strangers": list(turns.strangers),
        }
        for system, turns in known.items()
    }
    beside = file.with_suffix(".new")
    beside.write_text(json.dumps(kept), encoding="utf-8")
    beside.replace(file)


def _kept(file: Path) -> dict[str, Turns]:
    """What was known before the restart; nothing, when it cannot be read."""
    try:
        kept = json.loads(file.read_text(encoding="utf-8"))
        return {system: _turns_of(turns) for system, turns in kept.items()}
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return {}


def _turns_of(kept: Answer) -> Turns:
    first = ((UserId(person), datetime.fromisoformat(until) if until else None) for person, until in kept["first"])
    return Turns(
        at=datetime.fromisoformat(kept["at"]),
        first=tuple(Shift(person=person, until=until) for person, until in first),
        then=tuple(map(UserId, kept["then"])),
        strangers=tuple(map(str, kept["strangers"])),
    )
