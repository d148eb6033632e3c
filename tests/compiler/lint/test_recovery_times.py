"""What lint says of recovery times that the procedures cannot meet."""

import pytest

from compiler.lint.remark import Weight
from tests.compiler.lint.linting import said


def _told(*lines: str, title: str = "Restore the database", objective: str = "RTO: 15 minutes") -> list[str]:
    text = "\n".join(["# Shop", "", "## Recovery", "", f"- {objective}", "", f"### {title}", "", *lines, ""])
    return [each.text for each in said(text, "unreachable-objective")]


_STEPS = ("1. Stop the API.", "2. Restore the snapshot.", "3. Start the API.")


def test_both_figures_and_both_places_are_told() -> None:
    text = (
        "# Shop\n\n## Recovery\n\n- RTO: 15 minutes\n\n### Restore the database\n\nTakes 2 hours.\n\n1. Stop the API.\n"
    )
    (remark,) = said(text, "unreachable-objective")
    assert (remark.line, remark.weight) == (5, Weight.ERROR)
    assert remark.text == "A recovery may take 15 minutes, but “Restore the database” takes 2 hours (line 9)."


@pytest.mark.parametrize(
    "lines",
    [
        ("Takes about 45 minutes.", "", *_STEPS),
        ("Stop the API first. The restore takes 45 minutes.", "", *_STEPS),
        ("Estimated time: 45 min", "", *_STEPS),
        ("**Estimated time**: 45 min", "", *_STEPS),
        ("**Duration:** 45–90 minutes", "", *_STEPS),
        ("Allow 45 minutes for it.", "", *_STEPS),
        ("1. Stop the API.", "2. Restore the snapshot (about 45 minutes).", "3. Start the API."),
        ("1. Stop the API.", "2. Restore the snapshot. This takes 45 minutes.", "3. Start the API."),
    ],
)
def test_a_procedure_that_takes_longer_in_its_own_words_is_told(lines: tuple[str, ...]) -> None:
    (text,) = _told(*lines)
    assert "takes 45 minutes (line " in text


def test_a_length_in_the_heading_is_one_of_the_procedure() -> None:
    (text,) = _told(*_STEPS, title="Restore the database (about 45 minutes)")
    assert text.endswith("takes 45 minutes (line 7).")


def test_waits_before_the_service_is_back_are_added() -> None:
    (text,) = _told("1. Restore.", "2. Wait 10 minutes.", "3. Monitor for 30 minutes.", "4. Start the API.")
    assert text.endswith("waits 40 minutes (line 10).")


def test_a_procedure_is_held_to_the_objective_in_it() -> None:
    text = "# Shop\n\n## Restore the queue from backup\n\n**RTO**: 15 minutes\n\n1. Restore it (about 45 minutes).\n"
    (remark,) = said(text, "unreachable-objective")
    assert "“Restore the queue from backup” takes 45 minutes (line 7)" in remark.text


def test_a_rollback_and_a_failover_are_held_to_the_objective_over_them() -> None:
    assert _told("Takes 1 hour.", "", "1. Deploy the last image.", title="Roll back the release")
    assert _told("Takes 1 hour.", "", "1. Promote the standby.", title="Failover to the standby")


def test_a_thing_is_held_to_the_objective_that_names_it() -> None:
    table = "\n| What | RTO |\n|---|---|\n| Database | 15 minutes |\n| Warehouse | 4 hours |\n"
    text = f"# Shop\n\n## Recovery objectives\n{table}\n## Restore the {{}}\n\nTakes 2 hours.\n\n1. Restore it.\n"
    assert len(said(text.format("database"), "unreachable-objective")) == 1
    assert not said(text.format("warehouse"), "unreachable-objective")
    assert not said(text.format("cache"), "unreachable-objective")


@pytest.mark.parametrize(
    "lines",
    [
        _STEPS,
        ("Takes 15 minutes.", "", *_STEPS),
        ("Takes up to 45 minutes.", "", *_STEPS),
        ("Takes less than 45 minutes.", "", *_STEPS),
        ("Takes 10–45 minutes.", "", *_STEPS),
        ("The nightly backup takes 2 hours.", "", *_STEPS),
        ("Allow 2 hours of lost orders.", "", *_STEPS),
        ("DNS takes 2 hours to be seen everywhere.", "", *_STEPS),
        ("If the disk is slow, this takes 2 hours.", "", *_STEPS),
        ("> Mended: this takes 2 hours no longer.", "", *_STEPS),
        ("1. Restore the logs of the last hours (about 2 hours).", "2. Start the API."),
        ("1. Find the snapshot from 2 hours ago.", "2. Restore it, kept for 30 days."),
        ("1. Restore.", "2. Monitor for 30 minutes."),
        ("1. Restore.", "2. Monitor for 30 minutes.", "3. Check the error rate.", "4. Tell the customers."),
        ("1. Restore.", "2. Wait 24 hours.", "3. Delete the old database."),
        ("1. Restore.", "2. Wait up to 30 minutes.", "3. Start the API."),
        ("1. Restore.", "2. If the replica lags, wait 30 minutes.", "3. Start the API."),
        ("1. Restore.", "2. Wait 10 minutes.", "3. Start the API."),
        ("1. Restore.", "2. Delete the old database. This takes 2 hours."),
        (*_STEPS, "", "**Verification**", "", "A look at everything. This takes 2 hours."),
    ],
)
def test_a_length_that_is_met_or_is_not_certain_is_not_told(lines: tuple[str, ...]) -> None:
    assert not _told(*lines)


@pytest.mark.parametrize("title", ["Restore test", "Back up the database", "Recover stuck jobs", "Restart the API"])
def test_a_procedure_that_brings_nothing_back_is_not_told(title: str) -> None:
    assert not _told("Takes 2 hours.", "", *_STEPS, title=title)


def test_a_recovery_point_is_no_recovery_time() -> None:
    assert not _told("Takes 2 hours.", "", *_STEPS, objective="RPO: 15 minutes")
