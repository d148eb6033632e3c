"""PagerDuty without a network: its incidents, the webhooks that tell of them, and the lines on which it is called.

Its rules are PagerDuty's own: one open incident a key, a note as often as it is sent, and a webhook for every change,
whoever made it.
"""

import asyncio
from collections import Counter
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Final, TypeVar

from msgspec import Struct, field

from chaos.slack import Caught
from chaos.weather import Weather
from commands.outage import Outage
from commands.pager import Called, Expect, Pager, Wanted
from incident.incident import Incident
from incident.paging import PagerPerson, PagerState, Standing, key_of, marked
from incident.responder import UserId
from incident.severity import Severity, of_word
from tests.fakes import monitor

T = TypeVar("T")

MUSTER: Final = "PMUSTER"
"""The account in whose name Muster acts when nobody else did."""
_REACHED: Final = {
    PagerState.TRIGGERED: (PagerState.TRIGGERED, PagerState.ACKNOWLEDGED),
    PagerState.ACKNOWLEDGED: (PagerState.ACKNOWLEDGED, PagerState.RESOLVED),
    PagerState.RESOLVED: (PagerState.RESOLVED,),
}


class There(Struct, kw_only=True):
    """One of its incidents. ``came`` counts how often it came to a state, ``told`` how often by Muster."""

    ref: str
    key: str = ""
    state: PagerState = PagerState.TRIGGERED
    notes: list[str] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)
    """The messages with which somebody's help was asked for."""
    told: Counter[str] = field(default_factory=Counter)
    came: Counter[str] = field(default_factory=Counter)


class PagerDuty:
    """The account. ``posts`` takes each webhook's body, and its number."""

    def __init__(self, clock: Callable[[], datetime]) -> None:
        self.there: dict[str, There] = {}
        self.people: dict[str, UserId] = {}
        self.posts: Callable[[Mapping[str, object], str], None] = lambda body, number: None
        self._clock = clock
        self._posted = 0

    def made(self, key: str, by: str | None) -> There:
        """The open incident of that key, made now unless there is one. An empty key is nobody's."""
        found = next((each for each in self.of_key(key) if each.state is not PagerState.RESOLVED), None)
        if key and found is not None:
            return found
        each = There(ref=f"Q{len(self.there) + 1}", key=key)
        self.there[each.ref] = each
        self._tell("incident.triggered", each, by)
        return each

    def of_key(self, key: str) -> list[There]:
        """The incidents of a key, the newest first."""
        return [each for each in reversed(self.there.values()) if each.key == key]

    def put(self, each: There, state: PagerState, by: str) -> None:
        """Somebody, or Muster for them, brings an incident to a state."""
        before, each.state = each.state, state
        word = state.value
        each.came[word] += 1
        if state is PagerState.TRIGGERED:
            word = "reopened" if before is PagerState.RESOLVED else "unacknowledged"
        self._tell(f"incident.{word}", each, by)

    def note(self, each: There, text: str, by: str) -> None:
        """Somebody, or Muster for them, writes a note."""
        each.notes.append(text)
        # Of a note's incident only the id is told.
        about = {"type": "incident_note", "content": text, "id": "", "incident": {"id": each.ref}}
        self._post("incident.annotated", about, by)

    def account(self, user: UserId | None) -> str:
        """The account of a person."""
        return next((account for account, each in self.people.items() if each == user), MUSTER)

    def _tell(self, event_type: str, each: There, by: str | None) -> None:
        self._post(event_type, {"id": each.ref, "incident_key": each.key or None, "title": f"Page {each.ref}"}, by)

    def _post(self, event_type: str, changed: Mapping[str, object], by: str | None) -> None:
        self._posted += 1
        number = f"01SIM{self._posted}"
        event = monitor.pagerduty(event_type, **changed)["event"]
        assert isinstance(event, dict)
        agent = {"id": by, "type": "user_reference", "summary": by} if by is not None else None
        self.posts({"event": {**event, "id": number, "occurred_at": self._clock().isoformat(), "agent": agent}}, number)


class Line(Pager):
    """The way of one process to it: it looks before it changes anything, as Muster's own adapter does."""

    def __init__(self, pager: PagerDuty, process: Caught, weather: Weather) -> None:
        self._pager = pager
        self._process = process
        self._weather = weather

    @property
    def policies(self) -> Mapping[str, str]:
        return {"database": "PDBA000"}

    async def call(self, incident: Incident) -> Called:
        found = await self._open(key_of(incident.id))
        if found is None:
            found = await self._change("call", lambda: self._pager.made(key_of(incident.id), MUSTER))
        return Called(ref=found.ref, keyed=True)

    async def find(self, incident: Incident) -> str | None:
        await self._reach("find")
        return next((each.ref for each in self._pager.of_key(key_of(incident.id))), None)

    async def key(self, ref: str) -> str:
        await self._reach("key")
        return self._pager.there[ref].key if ref in self._pager.there else ""

    async def tell(self, ref: str, news: Standing, *, by: UserId | None, expect: Expect) -> tuple[str, ...]:
        await self._reach("look")
        each, state = self._pager.there[ref], news.state
        if state is None or each.state in _REACHED[state]:
            return ()

        def put() -> None:
            if each.state is not state:
                each.told[state.value] += 1
                self._pager.put(each, state, self._pager.account(by))

        await expect(state)
        await self._change("tell", put)
        return (state.value,)

    async def note(self, ref: str, text: str, *, mark: str, by: UserId | None, again: bool) -> None:
        each = self._pager.there[ref]
        if again:
            await self._reach("notes")
            if any(mark in note for note in each.notes):
                return
        await self._change("note", lambda: self._pager.note(each, marked(text, mark), self._pager.account(by)))

    async def summon(
        self, incident: Incident, wanted: Wanted, message: str, *, mark: str, by: UserId | None, again: bool
    ) -> str | None:
        await self._reach("look")
        refs = reversed(incident.paged.refs if incident.paged is not None else ())
        there = next((ref for ref in refs if self._pager.there[ref].state is not PagerState.RESOLVED), None)
        if there is None:
            made = await self._open(key_of(incident.id, mark))
            if made is None:
                made = await self._change("call", lambda: self._pager.made(key_of(incident.id, mark), MUSTER))
            return made.ref
        asked = self._pager.there[there].asked
        if not (again and any(mark in each for each in asked)):
            await self._change("summon", lambda: asked.append(marked(message, mark)))
        return there

    async def person(self, known: PagerPerson) -> UserId | None:
        await self._reach("person")
        return self._pager.people.get(known.id)

    def severity_of(self, priority: str) -> Severity | None:
        return of_word(priority)

    async def _open(self, key: str) -> There | None:
        await self._reach("find")
        found = self._pager.of_key(key)
        return next((each for each in found if each.state is not PagerState.RESOLVED), None)

    async def _reach(self, what: str) -> None:
        await self._process.reach(f"pager {what}")
        await asyncio.sleep(self._weather.chance.uniform(0.02, 0.3))
        if self._weather.strikes("pager_away"):
            raise Outage("PagerDuty did not answer", retry=True)

    async def _change(self, what: str, does: Callable[[], T]) -> T:
        await self._reach(what)
        done = does()
        await self._process.hear(f"pager {what}")
        if self._weather.strikes("pager_unheard"):
            raise Outage("PagerDuty's answer was lost", retry=True)
        return done
