"""Watches as people see them: all of them in a list, the bad ones in Muster's home."""

from collections.abc import Iterable, Sequence, Set
from typing import Final

from bot.slack import fit, signs
from bot.slack.blocks import (
    Element,
    Rendered,
    bold,
    context,
    fallback,
    joined,
    moment,
    paragraph,
    rendered,
    text,
)
from bot.words.phrase import When
from bot.words.systems import STATES
from commands.answers import Watches
from commands.watched import Watched, WatchesOf
from incident.watch import WatchRecord, WatchState

_SHOWN: Final = 25
_LENGTH: Final = 60
_REASON: Final = 120
_AT_HOME: Final = 8
_BLIND: Final = "🙈"


def watches(answer: Watches) -> Rendered:
    """Each system with its watches, what is bad first."""
    if not answer.systems:
        said = "No diagnostic is watched. docs/runbooks.md says how a step of the overlay becomes a watch."
        return rendered(said, [paragraph([text(said)])])
    head = summary(answer.systems)
    worst = sorted((watch for each in answer.systems for watch in each.watches), key=_worst_first)
    shown, more = frozenset(each.name for each in worst[:_SHOWN]), len(worst) - _SHOWN
    return rendered(
        fallback(head),
        [
            paragraph([bold(head)]),
            *(_system(each, shown) for each in answer.systems),
            context(f"{more} more are not shown; what is bad goes first.") if more > 0 else None,
        ],
    )


def summary(systems: Iterable[WatchesOf]) -> str:
    """``14 watches: 1 beyond its threshold, 2 see nothing``."""
    every = [watch for each in systems for watch in each.watches]
    firing, blind = sum(each.firing for each in every), sum(bool(each.blind) for each in every)
    bad = [f"{firing} beyond {'its' if firing == 1 else 'their'} threshold"] if firing else []
    unseen = [f"{blind} {'sees' if blind == 1 else 'see'} nothing"] if blind else []
    return f"{len(every)} watch{'' if len(every) == 1 else 'es'}: " + (", ".join([*bad, *unseen]) or "all is well")


def bad_lines(systems: Iterable[WatchesOf]) -> list[list[Element]]:
    """The watches that fire or see nothing, for Muster's home."""
    bad = [watch for each in systems for watch in each.watches if watch.firing or watch.blind]
    return [_line(each) for each in sorted(bad, key=_worst_first)[:_AT_HOME]]


def _system(system: WatchesOf, shown: Set[str]) -> dict[str, object] | None:
    lines = [_line(each) for each in sorted(system.watches, key=_worst_first) if each.name in shown]
    return paragraph([bold(fit.one_line(system.title, fit.NAME))], *lines) if lines else None


def _worst_first(watch: Watched) -> tuple[int, str]:
    if watch.firing:
        return 0, watch.name
    beyond = watch.record is not None and watch.record.state is WatchState.BREAKING
    return (1 if watch.blind else 2 if beyond else 3), watch.name


def _line(watch: Watched) -> list[Element]:
    """``🔴 Stuck jobs (stuck-count) · 7, should be at most 5 · beyond its threshold since 12:03 · next look 12:10``."""
    record, step = watch.record, watch.step
    sign = _BLIND if watch.blind else signs.WATCH[record.state if record is not None else WatchState.NEW]
    title = fit.one_line(step.title, _LENGTH)
    return joined(
        [text(f"{sign} {title} ({step.id})")],
        [text(f"{_value(record)}should be {step.threshold}")],
        _state(watch),
        [text("next look "), moment(When(record.next_at, day=True))] if record is not None else [],
    )


def _value(record: WatchRecord | None) -> str:
    return f"{fit.one_line(record.value, _LENGTH)}, " if record is not None and record.value is not None else ""


def _state(watch: Watched) -> Sequence[Element]:
    record = watch.record
    if watch.blind:
        since = record.blind_since if record is not None else None
        seen = [text(" since "), moment(When(since, day=True))] if since is not None else []
        return [text("sees nothing"), *seen, text(f": {fit.one_line(watch.blind, _REASON)}")]
    state = record.state if record is not None else WatchState.NEW
    since = record.since if record is not None else None
    return [text(STATES[state]), *([text(" since "), moment(When(since, day=True))] if since is not None else [])]
