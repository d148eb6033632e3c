"""What Prometheus reads of Muster: numbers that are true, in a form that it takes."""

import re
from collections.abc import AsyncIterator, Iterable
from datetime import timedelta

import pytest
from msgspec.structs import replace

from bot.telemetry.exposition import Metric, Tally, gauge, text
from bot.telemetry.metrics import Counts, of_store, of_targets
from commands.figures import Figures, Standing
from incident.job import JobName, JobState
from incident.severity import Severity
from tests.contract import making
from tests.contract.making import NOW
from tests.fakes.world import World, opened_world

LABEL = r'[a-z_]+="([^"\\\n]|\\["\\n])*"'
SAMPLE = re.compile(rf"[a-z_]+(\{{{LABEL}(,{LABEL})*\}})? -?[0-9]+(\.[0-9]+)?")


def numbers(metrics: Iterable[Metric]) -> dict[str, float]:
    """What a scrape would know: each series and its number. Fails on a line that Prometheus would not take."""
    lines = [line for line in text(metrics).splitlines() if not line.startswith("# ")]
    for line in lines:
        assert SAMPLE.fullmatch(line), line
    return {series: float(number) for series, _, number in (line.rpartition(" ") for line in lines)}


@pytest.fixture
async def world() -> AsyncIterator[World]:
    async with opened_world() as made:
        yield made


def test_a_counter_says_what_it_is_and_counts_each_combination_of_its_labels() -> None:
    tally = Tally("knocks_total", "Knocks at the door.", "who", "how")
    for who in ("ana", "ben", "ana"):
        tally.add(who, "loud")
    assert text([tally.metric()]) == (
        "# HELP knocks_total Knocks at the door.\n"
        "# TYPE knocks_total counter\n"
        'knocks_total{who="ana",how="loud"} 2\n'
        'knocks_total{who="ben",how="loud"} 1\n'
    )


def test_large_numbers_lose_nothing_and_labels_cannot_break_out() -> None:
    odd = of_targets({'a"b\\c\nd': True})
    assert numbers([gauge("many", "Many.", 123_456_789), odd]) == {
        "many": 123_456_789,
        'muster_target_proven{target="a\\"b\\\\c\\nd"}': 1,
    }


def test_what_a_process_did_is_counted_by_what_it_was_and_how_it_went() -> None:
    counts = Counts()
    counts.delivery("grafana", "taken")
    counts.slack_call("chat.postMessage", "limited")
    counts.attempt(JobName.CARD, "put_off")
    assert numbers(counts.metrics()) == {
        'muster_deliveries_total{source="grafana",outcome="taken"}': 1,
        'muster_slack_calls_total{method="chat.postMessage",outcome="limited"}': 1,
        'muster_job_attempts_total{job="card",outcome="put_off"}': 1,
    }


def test_every_state_and_severity_has_a_number_from_the_start_so_that_an_alert_on_it_can_work() -> None:
    told = numbers(of_store(Figures(jobs={}, due=0, dead_letters=0), ()))
    assert set(told.values()) == {0}
    assert {f'muster_jobs{{state="{state}"}}' for state in ("owed", "claimed", "doing", "unknown")} <= set(told)
    assert {f'muster_incidents_open{{severity="{level}"}}' for level in ("P0", "P1", "P2", "P3")} <= set(told)


def test_jobs_dead_letters_and_breached_clocks_are_told() -> None:
    incident = making.incident(severity=Severity.P0)
    first, *others = incident.clocks
    late = replace(incident, clocks=(replace(first, breached_at=NOW), *others))
    figures = Figures(jobs={JobState.OWED: Standing(jobs=7, age=timedelta(seconds=90.5))}, due=3, dead_letters=2)
    told = numbers(of_store(figures, [late]))
    assert told['muster_jobs{state="owed"}'] == 7
    assert told['muster_job_age_seconds{state="owed"}'] == 90.5
    assert (told["muster_jobs_due"], told["muster_dead_letters"]) == (3, 2)
    assert told['muster_incidents_open{severity="P0"}'] == 1
    assert told[f'muster_clocks_breached{{clock="{first.kind}",severity="P0"}}'] == 1
