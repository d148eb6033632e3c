"""A pager that keeps its own incidents in memory. ``away`` makes it silent; ``forgets`` loses the next answers."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from commands.outage import Outage
from commands.pager import Called, Expect, Pager, Wanted
from incident.incident import Incident
from incident.paging import PagerPerson, PagerState, Standing, key_of
from incident.responder import UserId
from incident.severity import Severity, of_word

_REACHED: Final = {
    PagerState.TRIGGERED: {PagerState.TRIGGERED, PagerState.ACKNOWLEDGED},
    PagerState.ACKNOWLEDGED: {PagerState.ACKNOWLEDGED, PagerState.RESOLVED},
    PagerState.RESOLVED: {PagerState.RESOLVED},
}


@dataclass
class There:
    """One of the pager's incidents."""

    key: str = ""
    state: PagerState = PagerState.TRIGGERED
    notes: list[str] = field(default_factory=list)
    asked: list[Wanted] = field(default_factory=list)
    severity: Severity | None = None


@dataclass
class FakePager(Pager):
    """Everything works, and everybody is known by the name that the pager has for them."""

    there: dict[str, There] = field(default_factory=dict)
    people: dict[str, UserId] = field(default_factory=dict)
    strangers: frozenset[UserId] = frozenset()
    changes: list[str] = field(default_factory=list)
    """What was changed there, in order."""
    keyed: bool = True
    away: bool = False
    forgets: int = 0
    named: dict[str, str] = field(default_factory=lambda: {"database": "PDBA000"})

    @property
    def policies(self) -> Mapping[str, str]:
        return self.named

    async def call(self, incident: Incident) -> Called:
        self._reach()
        key = key_of(incident.id)
        rings = (ref for ref, each in self.there.items() if each.key == key and each.state is not PagerState.RESOLVED)
        return Called(ref=next(rings, None) or self._made(key, "called"), keyed=self.keyed)

    async def find(self, incident: Incident) -> str | None:
        self._reach()
        return next((ref for ref, each in reversed(self.there.items()) if each.key == key_of(incident.id)), None)

    async def key(self, ref: str) -> str:
        self._reach()
        return self.there[ref].key if ref in self.there else ""

    async def tell(self, ref: str, news: Standing, *, by: UserId | None, expect: Expect) -> tuple[str, ...]:
        self._reach()
        each, changed = self.there[ref], list[str]()
        if news.state is not None and each.state not in _REACHED[news.state]:
            await expect(news.state)
            each.state = news.state
            self._changed(f"{ref} {news.state.value} by {by}")
            changed.append(news.state.value)
        if news.severity is not None and each.severity not in (None, news.severity):
            await expect(news.severity)
            each.severity = news.severity
            changed.append(f"priority {news.severity}")
        return tuple(changed)

    async def note(self, ref: str, text: str, *, mark: str, by: UserId | None, again: bool) -> None:
        self._reach()
        each = self.there[ref]
        if not any(mark in note for note in each.notes):
            each.notes.append(f"{text} [{mark}]")
            self._changed(f"{ref} noted by {by}")

    async def summon(
        self, incident: Incident, wanted: Wanted, message: str, *, mark: str, by: UserId | None, again: bool
    ) -> str | None:
        self._reach()
        if wanted.user in self.strangers:
            return None
        refs = incident.paged.refs if incident.paged is not None else ()
        key = key_of(incident.id, mark)
        made = next((ref for ref, each in self.there.items() if each.key == key), None)
        ref = refs[-1] if refs else made or self._made(key, "called")
        if wanted not in self.there[ref].asked:
            self.there[ref].asked.append(wanted)
            self._changed(f"{ref} asked {wanted.user or wanted.policy}")
        return ref

    async def person(self, known: PagerPerson) -> UserId | None:
        self._reach()
        return self.people.get(known.id)

    def severity_of(self, priority: str) -> Severity | None:
        return of_word(priority)

    def _made(self, key: str, what: str) -> str:
        ref = f"PD{len(self.there) + 1}"
        self.there[ref] = There(key=key)
        self._changed(f"{ref} {what}")
        return ref

    def _changed(self, what: str) -> None:
        self.changes.append(what)
        if self.forgets:
            self.forgets -= 1
            raise Outage("PagerDuty did not answer", retry=True)

    def _reach(self) -> None:
        if self.away:
            raise Outage("PagerDuty did not answer", retry=True)
