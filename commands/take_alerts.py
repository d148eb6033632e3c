"""A monitor asks: what was heard is decided and durable before anybody is told that it was taken.

Everything that waits is taken in together: known by one look at the store, decided one alert after the other, saved in
one transaction. What another process changed meanwhile is decided anew.
"""

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator, Sequence
from datetime import datetime
from functools import partial
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from commands.deciding import anew
from commands.follow_pager import tidings_owed
from commands.hear_alert import heard_as
from commands.outage import Conflict, LostClaim, Outage, Unreadable
from commands.ports import AlertPorts
from incident.alert import Alert, Delivery, DeliveryState
from incident.change import Change
from incident.consequence import follow
from incident.digest import identifier
from incident.job import Job
from incident.muting import Mute
from incident.responder import monitor
from incident.routing import Routed
from incident.silence import read, silenced
from incident.taking import Batch, Known, Taking, View, request_keys
from incident.timeline import Event, Kind

PATIENCE: Final = 2.5
"""Seconds that the store has for each of its answers."""
TOGETHER: Final = 3
"""So many times a batch is decided anew as a whole; then each of it alone."""
NO_ALERT: Final = "nothing in it is an alert"
FAULT: Final = "of a fault of Muster's own, which is in its log"

log = logging.getLogger(__name__)


class Taken(Struct, frozen=True, kw_only=True):
    """What became of something heard. ``fresh``: it was not known before. ``key`` names its delivery.

    ``dead`` is why it was kept as a dead letter.
    """

    key: str
    fresh: bool
    dead: str = ""


class Unsure(Outage):
    """The store went away while it saved: nobody knows yet what it kept. ``keys`` are those it may have kept them by.

    Whoever takes them in again by the same keys takes in nothing twice.
    """

    def __init__(self, away: str, keys: Sequence[str]) -> None:
        super().__init__(away, retry=True)
        self.keys = tuple(keys)


def heard(delivery: Delivery, *, ports: AlertPorts, cause: str = "") -> Taking:
    """A request as it is to be taken in. ``cause`` tells it from a copy of itself that was left in a spool."""
    try:
        alerts, dead = ports.sources.parse(delivery), ""
    except Unreadable as unreadable:
        alerts, dead = (), str(unreadable)
    except Exception:
        # Parsers read what strangers send: the others of its batch must not be taken anew for it.
        log.exception("a parser failed", extra={"delivery": delivery.key})
        alerts, dead = (), FAULT
    return Taking(delivery=delivery, alerts=alerts, cause=cause, dead=dead)


async def take_alerts(taking: Taking, *, ports: AlertPorts, within: float = PATIENCE) -> Taken:
    """Take in what was heard, whatever heard it: decided and durable when this returns. Raises Outage.

    Raises LostClaim when another has the job that ``taking`` settles. ``within`` is how many seconds it may take.
    """

    async def attempt() -> Taken:
        (taken,) = await _take((taking,), ports, within)
        return taken

    if taking.dead:
        return await anew(attempt)
    try:
        return await anew(attempt)
    except (Outage, Conflict, LostClaim):
        raise
    except Exception:
        # Whatever keeps one request out, what it said is kept, and those behind it are heard.
        log.exception("a request could not be taken in", extra={"delivery": taking.delivery.key})
    return await take_alerts(_kept_out(taking), ports=ports, within=within)


async def take_together(takings: Sequence[Taking], *, ports: AlertPorts, within: float = PATIENCE) -> tuple[Taken, ...]:
    """The same for many at once, in their order. A fault of one makes a dead letter of that one alone.

    Fewer come back where the store went away after the first few. Raises Outage, and then none was taken; Unsure, and
    then none or all.
    """
    if len(takings) < 2:
        return tuple([await take_alerts(each, ports=ports, within=within) for each in takings])
    for _ in range(TOGETHER):
        try:
            return await _take(takings, ports, within)
        except Conflict:
            continue
        except Outage:
            raise
        except Exception:
            # One of them holds up the others: it is found by halves, the last of which is itself.
            log.exception("requests could not be taken in together")
            break
    half = len(takings) // 2
    taken = await take_together(takings[:half], ports=ports, within=within)
    if len(taken) == half:
        with contextlib.suppress(Outage):
            taken += await take_together(takings[half:], ports=ports, within=within)
    return taken


async def _take(takings: Sequence[Taking], ports: AlertPorts, within: float) -> tuple[Taken, ...]:
    now = ports.clock()
    routes = [[ports.settings.routed(alert, now) for alert in each.alerts] for each in takings]
    async with soon(within):
        known = await ports.store.known(
            {name for each in takings for alert in each.alerts for name in alert.names},
            {routed.group for each in routes for routed in each},
            now,
            partial(request_keys, takings, now=now),
            {each.cause for each in takings if each.cause},
        )
    mutes = read(known.silences)
    asked = [
        _asked(one, key, _silenced(one, each, mutes, now), ports)
        for one, key, each in zip(takings, known.keys, routes, strict=True)
    ]
    batch, taken = _decided(asked, known, now, ports)
    try:
        async with soon(within):
            await ports.store.take(batch)
    except Outage as away:
        raise Unsure(away.sentence, [each.key for each in taken]) from away
    return taken


@contextlib.asynccontextmanager
async def soon(seconds: float) -> AsyncIterator[None]:
    """A store that does not answer in time is away: a monitor waits for a few seconds only."""
    try:
        async with asyncio.timeout(seconds):
            yield
    except TimeoutError as late:
        raise Outage("The store does not answer in time.", retry=True) from late


class _Asked(Struct, frozen=True, kw_only=True):
    """Something heard, the key that it is known again by, where each alert of it leads, and what it tells besides."""

    taking: Taking
    key: str
    routes: Sequence[Routed]
    tidings: tuple[Job, ...]

    @property
    def names(self) -> frozenset[str]:
        return frozenset(filter(None, (self.key, self.taking.cause)))


def _asked(taking: Taking, key: str, routes: Sequence[Routed], ports: AlertPorts) -> _Asked:
    tidings = () if taking.dead else tidings_owed(replace(taking.delivery, key=key), ports=ports)
    return _Asked(taking=taking, key=key, routes=routes, tidings=tidings)


def _silenced(taking: Taking, routes: Sequence[Routed], mutes: Sequence[Mute], now: datetime) -> Sequence[Routed]:
    return [silenced(routed, alert, mutes, now) for alert, routed in zip(taking.alerts, routes, strict=True)]


def _decided(
    asked: Sequence[_Asked], known: Known, now: datetime, ports: AlertPorts
) -> tuple[Batch, tuple[Taken, ...]]:
    """What is to be saved, and what became of each."""
    view, gone = View(known), set(known.kept)
    fresh: list[_Asked] = []
    changes: list[Change] = []
    for each in asked:
        if not each.taking.replayed and not gone.isdisjoint(each.names):
            continue
        changes += _changes(each, view, now, ports)
        gone |= each.names
        fresh.append(each)
    new = set(map(id, fresh))
    taken = tuple(Taken(key=each.key, fresh=id(each) in new, dead=each.taking.dead) for each in asked)
    batch = Batch(
        at=now,
        changes=tuple(changes),
        deliveries=tuple(_kept(each) for each in fresh if not each.taking.replayed),
        replayed=tuple(_kept(each) for each in fresh if each.taking.replayed),
        causes=tuple(each.taking.cause for each in fresh if each.taking.cause),
        settles=tuple(each.taking.settles for each in asked if each.taking.settles is not None),
    )
    return batch, taken


def _changes(asked: _Asked, view: View, now: datetime, ports: AlertPorts) -> list[Change]:
    changes: list[Change] = []
    for position, (alert, routed) in enumerate(zip(asked.taking.alerts, asked.routes, strict=True)):
        for turn, (told, later) in enumerate(view.told(alert, now)):
            cause = f"{asked.key}#{position}{'+' * turn}"
            where = routed if later is None else ports.settings.routed(told, now)
            changes.append(_change(told, where, asked, later, cause=cause, view=view, now=now, ports=ports))
            view.apply(changes[-1])
    if asked.tidings:
        changes.append(Change(cause=f"tidings:{asked.key}", at=now, jobs=asked.tidings))
    if asked.taking.dead and not asked.taking.replayed:
        changes.append(_buried(asked, now))
    return changes


def _change(
    alert: Alert,
    routed: Routed,
    asked: _Asked,
    later: Alert | None,
    *,
    cause: str,
    view: View,
    now: datetime,
    ports: AlertPorts,
) -> Change:
    seen, at = view.seen(alert, routed.group), asked.taking.delivery.received_at
    one = heard_as(alert, routed, seen, delivery=asked.key, received_at=at, now=now, ground=ports, later=later)
    return follow(one, cause=cause, now=now)


def _kept(asked: _Asked) -> Delivery:
    dead = asked.taking.dead
    state = DeliveryState.DEAD if dead else DeliveryState.TAKEN
    reason = dead or ("" if asked.taking.alerts or asked.tidings else NO_ALERT)
    return replace(asked.taking.delivery, key=asked.key, state=state, reason=reason)


def _kept_out(taking: Taking) -> Taking:
    """What a fault of Muster's own keeps out, as a dead letter; under another key, because its own may be the fault."""
    kept = taking.delivery
    if not taking.replayed:
        kept = replace(kept, key=f"{kept.source}:{identifier('fault', ascii(kept.key))}", by_body=False)
    return replace(taking, delivery=kept, alerts=(), dead=FAULT)


def _buried(asked: _Asked, now: datetime) -> Change:
    source = asked.taking.delivery.source
    facts = {"source": source, "delivery": asked.key, "reason": asked.taking.dead}
    event = Event(kind=Kind.DEAD_LETTER, at=now, actor=monitor(source), facts=facts)
    return Change(cause=f"dead:{asked.key}", at=now, events=(event,))
