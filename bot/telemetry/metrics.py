"""What Muster counts of itself, for Prometheus: what came in, what it asked of Slack, what is owed, and what is off."""

import math
from collections import Counter
from collections.abc import Iterable, Mapping

from bot.telemetry.exposition import Metric, Tally, gauge
from commands.figures import Figures
from commands.watched import Watched, WatchesOf
from incident.clock import ClockState
from incident.incident import Incident
from incident.job import JobName, JobState
from incident.severity import Severity
from incident.watch import WatchState

_UNFINISHED = (JobState.OWED, JobState.CLAIMED, JobState.DOING, JobState.UNKNOWN)


class Counts:
    """What one process did since its start."""

    def __init__(self) -> None:
        self._deliveries = Tally(
            "muster_deliveries_total",
            "Requests of monitors, by outcome: taken, repeat, dead, spooled, refused, too_large or not_kept.",
            "source",
            "outcome",
        )
        self._slack_calls = Tally(
            "muster_slack_calls_total",
            "Calls to Slack, by how they went: answered, limited (429), trouble (another status) or silent.",
            "method",
            "outcome",
        )
        self._pagerduty_calls = Tally(
            "muster_pagerduty_calls_total",
            "Calls to PagerDuty, by how they went: answered, refused, limited (429), trouble (5xx) or silent.",
            "call",
            "outcome",
        )
        self._attempts = Tally(
            "muster_job_attempts_total",
            "Jobs that this process took up, by how that went: done, put_off, failed, given_up or lost.",
            "job",
            "outcome",
        )

    def delivery(self, source: str, outcome: str) -> None:
        """A request of a monitor was answered."""
        self._deliveries.add(source, outcome)

    def slack_call(self, method: str, outcome: str) -> None:
        """A call to Slack ended."""
        self._slack_calls.add(method, outcome)

    def pagerduty_call(self, call: str, outcome: str) -> None:
        """A call to PagerDuty ended."""
        self._pagerduty_calls.add(call, outcome)

    def attempt(self, name: JobName, outcome: str) -> None:
        """A job was taken up, and that ended."""
        self._attempts.add(name.value, outcome)

    def metrics(self) -> tuple[Metric, ...]:
        """As they stand."""
        return tuple(
            each.metric() for each in (self._deliveries, self._slack_calls, self._pagerduty_calls, self._attempts)
        )


def of_store(figures: Figures, incidents: Iterable[Incident]) -> tuple[Metric, ...]:
    """What the store holds: the same for every process that shares it. ``incidents`` are the open ones."""
    standing = [(state, figures.jobs.get(state)) for state in _UNFINISHED]
    return (
        Metric(
            name="muster_jobs",
            kind="gauge",
            meaning="Jobs that have not ended, by state. A job that is unknown was cut short: a person looks at it.",
            labels=("state",),
            samples=[((state.value,), each.jobs if each else 0) for state, each in standing],
        ),
        Metric(
            name="muster_job_age_seconds",
            kind="gauge",
            meaning="For how long the longest due job of a state has been due; 0 when none is.",
            labels=("state",),
            samples=[((state.value,), each.age.total_seconds() if each else 0) for state, each in standing],
        ),
        gauge("muster_jobs_due", "Owed jobs that should have begun by now.", figures.due),
        gauge("muster_dead_letters", "Requests of monitors that could not be understood.", figures.dead_letters),
        *_of_incidents(tuple(incidents)),
    )


def _of_incidents(incidents: tuple[Incident, ...]) -> tuple[Metric, Metric]:
    levels = Counter(each.severity for each in incidents)
    breached = Counter(
        (clock.kind.value, each.severity.value)
        for each in incidents
        for clock in each.clocks
        if clock.state is ClockState.BREACHED
    )
    return (
        Metric(
            name="muster_incidents_open",
            kind="gauge",
            meaning="Incidents that are not resolved, by severity.",
            labels=("severity",),
            samples=[((level.value,), levels[level]) for level in Severity],
        ),
        Metric(
            name="muster_clocks_breached",
            kind="gauge",
            meaning="Deadlines of open incidents that passed and are still not met.",
            labels=("clock", "severity"),
            samples=sorted(breached.items()),
        ),
    )


def of_targets(proven: Mapping[str, bool]) -> Metric:
    """Which targets' diagnostics run."""
    return Metric(
        name="muster_target_proven",
        kind="gauge",
        meaning="1 while a target's diagnostic credential is proven unable to write; at 0 its diagnostics are off.",
        labels=("target",),
        samples=[((name,), int(is_proven)) for name, is_proven in sorted(proven.items())],
    )


def of_watches(systems: Iterable[WatchesOf]) -> tuple[Metric, Metric]:
    """How the watches stand, and what each saw last where that is a number."""
    every = [(each.system, watch) for each in systems for watch in each.watches]
    states = Counter((system, _watch_state(watch)) for system, watch in every)
    values = [((system, watch.step.id), number) for system, watch in every if (number := _number(watch)) is not None]
    return (
        Metric(
            name="muster_watches",
            kind="gauge",
            meaning="Watches by state: new, healthy, breaking, firing, or blind while its target cannot be looked at.",
            labels=("system", "state"),
            samples=sorted(states.items()),
        ),
        Metric(
            name="muster_watch_value",
            kind="gauge",
            meaning="What a watch saw last, where that is a number.",
            labels=("system", "watch"),
            samples=values,
        ),
    )


def _watch_state(watch: Watched) -> str:
    if watch.blind:
        return "blind"
    return (watch.record.state if watch.record is not None else WatchState.NEW).value


def _number(watch: Watched) -> float | None:
    try:
        number = float(watch.record.value or "") if watch.record is not None else math.nan
    except ValueError:
        return None
    return number if math.isfinite(number) else None


def process_gauges(*, connected: bool, stored: bool, spooled: int) -> tuple[Metric, ...]:
    """Whether Slack reaches this process, whether it reaches its store, and what waits for that."""
    return (
        gauge("muster_slack_connected", "1 while Slack reaches this process, and answers it.", int(connected)),
        gauge("muster_spooled", "Requests in this process's spools, which wait for the store.", spooled),
        gauge("muster_store_up", "1 while the store answers; at 0 its numbers are left out.", int(stored)),
    )
