"""Silences are made and lifted, in words as people type them."""

import re
from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Final

from msgspec.structs import replace

from incident import refusal
from incident.change import Change, event_id
from incident.job import Job, JobName
from incident.matching import BadMatcher, matcher
from incident.responder import Actor
from incident.silence import Silence
from incident.timeline import Event, Kind
from incident.typed import visible

LONGEST: Final = timedelta(days=7)
"""What must be quiet for longer belongs into the settings, where it is reviewed."""
USAGE: Final = "labels or system for 2h because reason | lift labels or system"

_ASKED: Final = re.compile(
    r"(?P<what>.+?)\s+for\s+(?P<count>\d{1,4})\s*(?P<unit>m(?:in(?:ute)?s?)?|h(?:(?:ou)?rs?)?|d(?:ays?)?)"
    r"\s+because\s+(?P<why>.+)",
    re.S,
)
_UNITS: Final = {
    "m": timedelta(minutes=1),
    "h": timedelta(hours=1),
    "d": timedelta(days=1),
}
_WORD: Final = re.compile(r'(?:[^\s"]|"[^"]*")+')
_NAME: Final = re.compile(r"[\w-]+")
_CURLY: Final = str.maketrans({"“": '"', "”": '"', "„": '"'})


def silence(words: str, *, systems: Collection[str], by: Actor, cause: str, now: datetime) -> Change:
    """Keep alerts quiet from now on, as ``words`` say. Raises BadSilence."""
    asked = _ASKED.fullmatch(words.translate(_CURLY).strip())
    if asked is None:
        raise refusal.BadSilence(problem="say what, for how long (30m, 2h, 1d) and why")
    span = int(asked["count"]) * _UNITS[asked["unit"][0]]
    if not timedelta() < span <= LONGEST or not visible(asked["why"]):
        raise refusal.BadSilence(problem="it lasts a minute to 7 days, and says why")
    matchers, named = _what(asked["what"], systems)
    made = Silence(
        name=" ".join((*named, *matchers)),
        matchers=matchers,
        systems=named,
        by=by,
        at=now,
        until=now + span,
        reason=asked["why"].strip(),
    )
    facts = {"name": made.name, "until": made.until.isoformat(), "reason": made.reason}
    return _told(Event(kind=Kind.SILENCED, at=now, actor=by, facts=facts), made, cause, now)


def lift(words: str, standing: Sequence[Silence], *, by: Actor, cause: str, now: datetime) -> Change:
    """End the silence of the same words, in any order: what fires still is decided anew. Raises NoSuchSilence."""
    asked = _WORD.findall(words.translate(_CURLY))
    found = next((each for each in standing if sorted(_WORD.findall(each.name)) == sorted(asked)), None)
    if found is None:
        raise refusal.NoSuchSilence(asked=" ".join(asked), standing=tuple(each.name for each in standing))
    facts = {"name": found.name, "reason": found.reason}
    return _told(Event(kind=Kind.SILENCE_LIFTED, at=now, actor=by, facts=facts), replace(found, until=now), cause, now)


def _what(words: str, systems: Collection[str]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    matchers, named = [], []
    for word in _WORD.findall(words):
        if word in systems:
            named.append(word)
            continue
        try:
            read = matcher(word)
        except BadMatcher as bad:
            # What is only a name may be meant for a system.
            instead = f", or a system: {', '.join(systems)}" if _NAME.fullmatch(word) else ""
            raise refusal.BadSilence(problem=f"{bad}{instead}") from None
        # Without its quotation marks a value with blanks would be read differently.
        matchers.append(word if '"' in word else str(read))
    return tuple(matchers), tuple(named)


def _told(event: Event, made: Silence, cause: str, now: datetime) -> Change:
    told = event_id(cause, 0)
    job = Job(name=JobName.TELL_NOTICE, key=f"{JobName.TELL_NOTICE.value}:{told}", due_at=now, subject=told)
    return Change(cause=cause, at=now, events=(event,), silence=made, jobs=(job,))
