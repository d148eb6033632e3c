"""The deadlines that a severity sets: running, met or breached, and what is to be said when one comes near."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from incident.severity import Policy


class ClockKind(StrEnum):
    """What a clock waits for."""

    ACKNOWLEDGE = "acknowledge"
    ASSESS = "assess"
    UPDATE = "update"
    ESCALATE = "escalate"
    WATCH = "watch"
    POSTMORTEM = "postmortem"


class ClockState(StrEnum):
    """How a clock stands. *late* is met after the deadline: the breach stays on record."""

    RUNNING = "running"
    MET = "met"
    BREACHED = "breached"
    LATE = "late"
    STOPPED = "stopped"


class Signal(StrEnum):
    """What a clock has to say now."""

    REMIND = "remind"
    BREACH = "breach"


class Clock(Struct, frozen=True, kw_only=True):
    """One deadline. It is kept after it ended, because the post-mortem shows it."""

    kind: ClockKind
    started_at: datetime
    due_at: datetime
    reminders: tuple[datetime, ...] = ()
    """When people are still to be reminded; each is dropped once it was."""
    met_at: datetime | None = None
    breached_at: datetime | None = None
    stopped_at: datetime | None = None

    @property
    def state(self) -> ClockState:
        """How it stands, from what is recorded."""
        if self.met_at is not None:
            return ClockState.LATE if self.met_at > self.due_at else ClockState.MET
        if self.breached_at is not None:
            return ClockState.BREACHED
        return ClockState.STOPPED if self.stopped_at is not None else ClockState.RUNNING

    @property
    def open(self) -> bool:
        """True while somebody can still meet it, in time or late."""
        return self.met_at is None and self.stopped_at is None

    @property
    def allowed(self) -> timedelta:
        """From start to deadline."""
        return self.due_at - self.started_at


_REMINDERS: Final = {
    ClockKind.ACKNOWLEDGE: (0.5,),
    ClockKind.ASSESS: (2 / 3,),
    ClockKind.UPDATE: (),
    ClockKind.ESCALATE: (),
    ClockKind.WATCH: (),
    # Half of the day, and two hours before its end.
    ClockKind.POSTMORTEM: (12 / 24, 22 / 24),
}
"""At which parts of the allowed time people are reminded."""


def allowed(kind: ClockKind, policy: Policy) -> timedelta | None:
    """The time that a policy allows for one kind, or None when it sets no such duty."""
    return {
        ClockKind.ACKNOWLEDGE: policy.acknowledge,
        ClockKind.ASSESS: policy.assess,
        ClockKind.UPDATE: policy.update,
        ClockKind.ESCALATE: policy.escalate,
        ClockKind.WATCH: policy.watch,
        ClockKind.POSTMORTEM: policy.postmortem,
    }[kind]


def start(kind: ClockKind, policy: Policy, at: datetime) -> tuple[Clock, ...]:
    """The clock that ``policy`` starts at ``at``; empty when it sets no such duty."""
    span = allowed(kind, policy)
    return () if span is None else (_clock(kind, at, span),)


def started(policy: Policy, at: datetime) -> tuple[Clock, ...]:
    """All clocks that a declaration starts."""
    kinds = (ClockKind.ACKNOWLEDGE, ClockKind.ASSESS, ClockKind.UPDATE, ClockKind.ESCALATE)
    return tuple(clock for kind in kinds for clock in start(kind, policy, at))


def meet(clocks: Sequence[Clock], kind: ClockKind, at: datetime) -> tuple[Clock, ...]:
    """The clocks with every open one of ``kind`` met at ``at``."""
    return tuple(replace(c, met_at=at, reminders=()) if c.kind is kind and c.open else c for c in clocks)


def stop(clocks: Sequence[Clock], kinds: Iterable[ClockKind], at: datetime) -> tuple[Clock, ...]:
    """The clocks with every open one of ``kinds`` stopped: nobody waits for it any longer."""
    wanted = set(kinds)
    return tuple(replace(c, stopped_at=at, reminders=()) if c.kind in wanted and c.open else c for c in clocks)


def rescaled(clocks: Sequence[Clock], policy: Policy, now: datetime) -> tuple[Clock, ...]:
    """The clocks under another severity: running ones keep their start; a duty to update that was none starts now.

    Nothing is left to assess, because whoever changes the severity has just assessed it.
    """
    kept = []
    for clock in clocks:
        span = allowed(clock.kind, policy)
        if not clock.open or clock.breached_at is not None:
            kept.append(clock)
        elif span is None:
            kept.append(replace(clock, stopped_at=now, reminders=()))
        else:
            fresh = _clock(clock.kind, clock.started_at, span)
            kept.append(replace(fresh, reminders=tuple(at for at in fresh.reminders if at > now)))
    updating = any(clock.kind is ClockKind.UPDATE and clock.open for clock in kept)
    return (*kept, *(() if updating else start(ClockKind.UPDATE, policy, now)))


def next_instant(clocks: Iterable[Clock]) -> datetime | None:
    """When the next reminder or deadline comes, or None when no clock has anything left to say."""
    instants = [at for c in clocks if c.open for at in (*c.reminders, *(() if c.breached_at else (c.due_at,)))]
    return min(instants, default=None)


def ring(
    clocks: Sequence[Clock], policy: Policy, now: datetime
) -> tuple[tuple[Clock, ...], tuple[tuple[Clock, Signal], ...]]:
    """What the clocks have to say at ``now``, and how they stand afterwards.

    Everything that came due while nobody looked is said once: a breach covers the reminders before it. An update clock
    that is breached starts the next interval, so that silence is noticed again.
    """
    after: list[Clock] = []
    signals: list[tuple[Clock, Signal]] = []
    for clock in clocks:
        if not clock.open or clock.breached_at is not None:
            after.append(clock)
        elif clock.due_at <= now:
            breached = replace(clock, breached_at=clock.due_at, reminders=())
            after.append(breached)
            signals.append((breached, Signal.BREACH))
            if clock.kind is ClockKind.UPDATE:
                after.extend(start(ClockKind.UPDATE, policy, now))
        elif any(at <= now for at in clock.reminders):
            reminded = replace(clock, reminders=tuple(at for at in clock.reminders if at > now))
            after.append(reminded)
            signals.append((reminded, Signal.REMIND))
        else:
            after.append(clock)
    return tuple(after), tuple(signals)


def current(clocks: Iterable[Clock]) -> tuple[Clock, ...]:
    """The newest clock of each kind, in the order of the kinds: what the card shows."""
    newest = {clock.kind: clock for clock in sorted(clocks, key=lambda c: c.started_at)}
    return tuple(newest[kind] for kind in ClockKind if kind in newest)


def _clock(kind: ClockKind, at: datetime, span: timedelta) -> Clock:
    return Clock(
        kind=kind, started_at=at, due_at=at + span, reminders=tuple(at + span * part for part in _REMINDERS[kind])
    )
