"""The pager: a service that rings people's telephones and keeps incidents of its own, beside Muster's.

An incident that the pager began, and one that Muster called the pager for, are linked to the pager's own incident. From
then on each side is told what happens on the other, once: what is told is only what changed here since the last time,
and what has the pager's own state already is not told again. So no change comes back to where it began.
"""

import re
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from msgspec import Struct, field
from msgspec.structs import replace

from incident.severity import Severity

PAGER: Final = "pagerduty"
"""The source whose alerts are the pager's own incidents; an alert's key is that incident's id."""

ECHO_WITHIN: Final = timedelta(minutes=10)
"""So long after Muster changed something there, word of it may come back."""

CLIENT: Final = "Muster"
"""Who Muster says it is when it calls the pager by an event."""

_KEY: Final = re.compile(r"muster:(inc_[0-9a-f]{20})(:\S+)?", re.ASCII)
_MARK: Final = re.compile(r"\[muster:ev_[0-9a-f]{20}\]", re.ASCII)


class PagerState(StrEnum):
    """How one of the pager's incidents stands there. While it is triggered, the pager goes on calling people."""

    TRIGGERED = "triggered"
    ACKNOWLEDGED = "acknowledged"
    RESOLVED = "resolved"


class Paging(Struct, frozen=True, kw_only=True):
    """What the team wants of its pager for one system."""

    calls_from: Severity | None = None
    """An incident as bad as that calls the pager; None: only the escalation and people do."""
    escalation: str | None = None
    """The pager's id of the escalation policy that is asked for help when it lasts too long."""
    adds_responders: bool = False
    """Whoever is given a role is asked through the pager, too."""
    follows_resolve: bool = True
    """A person who resolves it in the pager resolves it here."""
    follows_priority: bool = True
    """Another priority in the pager is another severity here."""


class Standing(Struct, frozen=True, kw_only=True):
    """What both sides hold of an incident: how far it is, and how bad. None: that is no news, or nobody knows it."""

    state: PagerState | None = None
    severity: Severity | None = None

    def beside(self, known: "Standing | None") -> "Standing":
        """What is news in this for whoever knew that."""
        known = known or Standing()
        return Standing(
            state=self.state if self.state is not known.state else None,
            severity=self.severity if self.severity is not known.severity else None,
        )


class Paged(Struct, frozen=True, kw_only=True):
    """How one incident stands with the pager. ``refs`` are the pager's own incidents that are linked with it."""

    paging: Paging
    refs: tuple[str, ...] = ()
    helps: tuple[str, ...] = ()
    """Those that Muster made to call one person or policy; they end with this one, and else stand for themselves."""
    over: tuple[str, ...] = ()
    """Those that were resolved there alone: they call nobody any more, while the incident goes on here."""
    call_owed_at: datetime | None = None
    """When it was last decided to call the pager; None: not called by Muster."""
    told: Standing | None = None
    """What the pager was last told, or knew when it was linked; None before that. Of what it is just told, nothing."""
    newest: Mapping[str, datetime] = field(default_factory=dict)
    """When what the pager tells last changed there, by its own time: an older word of the same matter is no news."""
    echoes: Mapping[str, datetime] = field(default_factory=dict)
    """When Muster was about to change one of them, by ``echo_of``: the pager will tell of that, too, and much may have
    changed here meanwhile."""

    @property
    def there(self) -> bool:
        """Whether the pager has an incident of it, or will have."""
        return bool(self.refs) or self.call_owed_at is not None

    @property
    def living(self) -> tuple[str, ...]:
        """Those that are not over there alone."""
        return tuple(each for each in self.refs if each not in self.over)

    @property
    def silent(self) -> bool:
        """Whether all of them are over there alone: whoever is to be called is called anew."""
        return bool(self.refs) and not self.living

    def hearing(self, news: Standing) -> tuple[str, ...]:
        """Those that are told of it. Of those that are over there alone, all hear of the end, and one begins anew."""
        if news.state is PagerState.RESOLVED:
            return self.refs
        return self.refs[-1:] if news.state is PagerState.TRIGGERED and self.silent else self.living

    def ended(self, ref: str) -> "Paged":
        """With one that is over there alone."""
        return replace(self, over=tuple(dict.fromkeys((*self.over, ref))))

    def lives(self, ref: str) -> "Paged":
        """With one that goes on there, whatever it was before."""
        return replace(self, over=tuple(each for each in self.over if each != ref))

    def linked(self, refs: Sequence[str], knows: Standing) -> "Paged":
        """With more of the pager's incidents. ``knows`` is what the pager holds of the first one."""
        more = tuple(dict.fromkeys((*self.refs, *refs)))
        return replace(self, refs=more, told=self.told or knows)

    def expecting(self, echo: str, now: datetime) -> "Paged":
        """What Muster is about to change there: it may be told back, even where no answer comes."""
        return replace(self, echoes={**self.echoes, echo: now})

    def expecting_no(self, echoes: Collection[str]) -> "Paged":
        """The same once these came, or will not come: they were not changed."""
        return replace(self, echoes={each: at for each, at in self.echoes.items() if each not in echoes})

    def echoed(self, tiding: "Tiding", severity: Severity | None, now: datetime) -> "Paged | None":
        """The same once a tiding has come back that Muster caused itself; None: it is somebody else's.

        ``severity`` is what the priority means that it tells of.
        """
        holds = severity if tiding.word is Word.PRIORITY else STATE_OF.get(tiding.word)
        echo = echo_of(tiding.ref, holds) if holds is not None else ""
        caused = self.echoes.get(echo)
        if caused is None or now - caused > ECHO_WITHIN:
            return None
        answered = self._answered(tiding.ref, holds) if isinstance(holds, PagerState) else self
        return answered.expecting_no([echo])

    def _answered(self, ref: str, state: PagerState) -> "Paged":
        """With what the pager holds, where its word of what it was told last comes and its answer did not.

        Told again, it would undo what a person did there since.
        """
        asked = {each: self.echoes[echo] for each in PagerState if (echo := echo_of(ref, each)) in self.echoes}
        last = max(asked, key=lambda each: asked[each])
        if self.told is None or self.told.state is not None or self.refs != (ref,) or last is not state:
            return self
        return replace(self, told=replace(self.told, state=state))

    def helped(self, ref: str) -> "Paged":
        """With one that calls a single person or policy."""
        return replace(self, helps=tuple(dict.fromkeys((*self.helps, ref))))


class Word(StrEnum):
    """What the pager tells of one of its incidents."""

    TRIGGERED = "triggered"
    ACKNOWLEDGED = "acknowledged"
    UNACKNOWLEDGED = "unacknowledged"
    RESOLVED = "resolved"
    MERGED = "merged"
    REOPENED = "reopened"
    NOTED = "noted"
    PRIORITY = "priority"
    ESCALATED = "escalated"
    DELEGATED = "delegated"
    REASSIGNED = "reassigned"
    RESPONDER_ADDED = "responder_added"
    RESPONDER_REPLIED = "responder_replied"


class PagerPerson(Struct, frozen=True, kw_only=True):
    """Somebody as the pager knows them."""

    id: str
    name: str


class Tiding(Struct, frozen=True, kw_only=True):
    """One thing that happened in the pager, with one of its incidents (``ref``), at its own time."""

    word: Word
    ref: str
    key: str = ""
    """What whoever made the pager's incident called it."""
    at: datetime | None = None
    by: PagerPerson | None = None
    """None when no person did it: a rule, a time that ran out, an integration."""
    text: str = ""
    """A note's words; the name of the priority; who it went to, or what they replied."""


STATE_OF: Final = {
    Word.TRIGGERED: PagerState.TRIGGERED,
    Word.REOPENED: PagerState.TRIGGERED,
    Word.UNACKNOWLEDGED: PagerState.TRIGGERED,
    Word.ACKNOWLEDGED: PagerState.ACKNOWLEDGED,
    Word.RESOLVED: PagerState.RESOLVED,
    Word.MERGED: PagerState.RESOLVED,
}
"""In which state the pager's incident is after what it tells."""


def echo_of(ref: str, holds: PagerState | Severity) -> str:
    """The name of what the pager tells when one of its incidents comes to that state, or is as bad as that."""
    return f"{ref}/{holds.value}"


def matter_of(tiding: Tiding) -> str | None:
    """What a tiding is the newest word of; None for what stands for itself, such as a note."""
    if tiding.word in STATE_OF:
        return f"state/{tiding.ref}"
    return f"priority/{tiding.ref}" if tiding.word is Word.PRIORITY else None


def key_of(incident_id: str, *more: str) -> str:
    """What Muster calls the pager's incident that it makes: the pager makes no second one while one is open."""
    return ":".join(("muster", incident_id, *more))


def incident_of(key: str) -> str | None:
    """The incident that Muster made a pager's incident for, by the name it gave it; None for anybody else's."""
    found = _KEY.fullmatch(key)
    return found[1] if found else None


def asks_for_help(key: str) -> bool:
    """Whether Muster made that one to call a single person or policy: how it stands is not how the incident stands."""
    found = _KEY.fullmatch(key)
    return found is not None and found[2] is not None


def marked(text: str, mark: str) -> str:
    """A text for the pager by which Muster knows it again; ``mark`` is the id of the event that it tells of."""
    return f"{text} [muster:{mark}]"


def own(text: str) -> bool:
    """Whether Muster wrote that text."""
    return _MARK.search(text) is not None
