"""What one alert means: it declares, joins, repeats, resolves, reopens, is told, muted or ignored, always for a reason.

firing    its route says that it is nothing              ignored
          known and firing, its incident open            repeats
          known and firing, its incident just resolved   repeats   (the monitor has not caught up)
          the end of this very outage came before it     repeats   (it was on the way for longer)
          a silence or maintenance holds for it          muted     (decided anew when that is over)
          its route wants no more than a line            notifies
          an open incident of its own or of its group    joins
          known and firing, its incident resolved longer reopens   (it never went away)
          it or its group came back within the window    reopens   (the one resolved last)
          came back later                                declares  (and leads back to the earlier one)
          nothing known, no incident of its group        declares
resolved  known and firing                               resolves
          known and quiet already                        repeats
          never heard of                                 ignored

An end that was ignored is remembered: when its beginning comes after it, both are decided, in their own order.

An end may be lost on its way: where each outage has a key of its own, the next that begins or ends tells those before.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from incident import flapping
from incident.alert import Alert, AlertRecord, AlertStatus
from incident.incident import Incident
from incident.routing import Deed, Routed

CATCH_UP: Final = timedelta(minutes=5)
"""How long a monitor may go on repeating an alert after people resolved its incident."""

OVERTAKEN_WITHIN: Final = timedelta(minutes=1)
"""How much later than its end the beginning of an outage may come; later, it is an outage of its own."""

END_LOST: Final = "its end was lost: its monitor tells of a later outage of it already"
"""Why an alert is over that nobody said was over."""


class Verb(StrEnum):
    """What an alert does."""

    DECLARES = "declares"
    JOINS = "joins"
    REPEATS = "repeats"
    RESOLVES = "resolves"
    REOPENS = "reopens"
    NOTIFIES = "notifies"
    MUTED = "muted"
    IGNORED = "ignored"


class Seen(Struct, frozen=True, kw_only=True):
    """What is known when an alert is decided. ``own`` is the incident of ``known``; ``last`` its group's newest.

    ``firing`` is how many other alerts of its own incident fire still. ``past`` is what is kept of its earlier outages,
    where each has a key of its own.
    """

    known: AlertRecord | None = None
    own: Incident | None = None
    last: Incident | None = None
    firing: int = 0
    past: AlertRecord | None = None


class Decision(Struct, frozen=True, kw_only=True):
    """What an alert does and why; the reason is logged, counted and shown. ``incident`` is the one concerned.

    ``earlier`` is the incident that a declared one comes after.
    """

    verb: Verb
    why: str
    incident: Incident | None = None
    earlier: Incident | None = None


def decide(alert: Alert, routed: Routed, seen: Seen, now: datetime) -> Decision:
    """The table above."""
    known, own = seen.known, seen.own
    if alert.status is AlertStatus.RESOLVED:
        return _quiet(alert, known, own)
    if routed.deed is Deed.NOTHING:
        return Decision(verb=Verb.IGNORED, why=routed.reason)
    if known is not None and known.firings and overtaken(alert, known, now):
        return Decision(verb=Verb.REPEATS, why="its end came before it, and is known", incident=own)
    still = known is not None and known.firing and not known.muted_by
    if still and own is not None and (own.open or _resolved_within(own, CATCH_UP, now)):
        return _caught_up(own)
    if routed.muted is not None:
        return Decision(verb=Verb.MUTED, why=routed.muted.reason, incident=own if own and own.open else None)
    if routed.deed is Deed.NOTICE:
        return Decision(verb=Verb.NOTIFIES, why=routed.reason)
    current = next((each for each in (own, seen.last) if each is not None and each.open), None)
    if current is not None:
        why = "fires again while its incident is open" if current is own else "belongs to an incident that is open"
        return Decision(verb=Verb.JOINS, why=_heard_again(why, known), incident=current)
    if still and own is not None:
        return Decision(verb=Verb.REOPENS, why="still firing after its incident was resolved", incident=own)
    return _came_back(seen, now, routed.reopens_within)


def _quiet(alert: Alert, known: AlertRecord | None, own: Incident | None) -> Decision:
    if known is None:
        return Decision(verb=Verb.IGNORED, why="resolved, and it was never heard of")
    if not known.firing:
        return Decision(verb=Verb.REPEATS, why="resolved already", incident=own)
    why = alert.description if alert.goes_on else "the monitor says it is over"
    return Decision(verb=Verb.RESOLVES, why=why, incident=own)


def _caught_up(own: Incident) -> Decision:
    why = "still firing" if own.open else "resolved by people a moment ago; the monitor repeats"
    return Decision(verb=Verb.REPEATS, why=why, incident=own)


def _came_back(seen: Seen, now: datetime, window: timedelta) -> Decision:
    ended = [each for each in (seen.own, seen.last) if each is not None]
    soon = [each for each in ended if _resolved_within(each, window, now)]
    if soon:
        # The group's newest comes last and wins: only that one can go on without a twin of its group.
        why = _heard_again("came back soon after its incident was resolved", seen.known)
        return Decision(verb=Verb.REOPENS, why=why, incident=soon[-1])
    if ended:
        why = _heard_again(f"came back long after {ended[-1].key} was resolved", seen.known)
        return Decision(verb=Verb.DECLARES, why=why, earlier=ended[-1])
    muted = seen.known is not None and seen.known.muted_by
    why = _heard_again("" if muted else "nothing is known of it yet", seen.known)
    return Decision(verb=Verb.DECLARES, why=why)


def _heard_again(why: str, known: AlertRecord | None) -> str:
    """The reason, and what kept the alert quiet until now."""
    if known is None or not known.muted_by:
        return why
    return "; ".join(filter(None, (why, f"fires still, now that “{known.muted_by}” is over")))


def _resolved_within(incident: Incident, span: timedelta, now: datetime) -> bool:
    return incident.resolved_at is not None and now - incident.resolved_at <= span


def overtaken(alert: Alert, known: AlertRecord, now: datetime) -> bool:
    """Whether an alert that fires was on the way for longer than its own end, by the same start of the outage."""
    same = alert.starts_at is not None and alert.starts_at == known.alert.starts_at
    return same and alert.status is AlertStatus.FIRING and not known.firing and now - known.last_at <= OVERTAKEN_WITHIN


def told(alert: Alert, known: AlertRecord | None, now: datetime) -> tuple[Alert, ...]:
    """What is to be decided for one message, in order: itself, and then its end, where that came before it."""
    if known is not None and not known.firings and overtaken(alert, known, now):
        return (alert, known.alert)
    return (alert,)


def lost_ends(
    alert: Alert, known: AlertRecord | None, outages: Iterable[AlertRecord], now: datetime
) -> tuple[Alert, ...]:
    """The ends that never came: of what still fires among the ``outages`` before this one, which begins or ends.

    A mere repeat tells nothing of them: two monitors may say when it began by clocks of their own.
    """
    if known is not None and known.alert.status is alert.status:
        return ()
    began = alert.starts_at or (known.first_at if known is not None else now)
    before = [each for each in outages if each.firing and each.id != alert.id and _began(each) < began]
    return tuple(replace(each.alert, status=AlertStatus.RESOLVED) for each in sorted(before, key=_began))


def _began(outage: AlertRecord) -> datetime:
    return outage.alert.starts_at or outage.first_at


def recorded(alert: Alert, known: AlertRecord | None, incident_id: str | None, now: datetime) -> AlertRecord:
    """The alert's record with this message in it, based on the version that was decided on.

    An end that nothing began before is remembered, and counted when its beginning comes.
    """
    firing = alert.status is AlertStatus.FIRING
    if known is None:
        once = int(firing)
        return AlertRecord(
            alert=alert,
            incident_id=incident_id,
            first_at=now,
            last_at=now,
            count=once,
            firings=once,
            changes=(now,) * once,
        )
    if known.firings and overtaken(alert, known, now):
        return replace(known, count=known.count + 1)
    return replace(
        known,
        alert=alert,
        incident_id=incident_id or known.incident_id,
        last_at=now,
        count=known.count + 1,
        firings=known.firings + (firing and not known.firing),
        changes=flapping.changed(known.changes, now) if firing is not known.firing else known.changes,
        muted_by="",
    )
