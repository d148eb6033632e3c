"""What is done by the calendar: tables of tasks with their cadence, windows in lines, tables that count their steps."""

from datetime import time, timedelta

import pytest

from tests.compiler.compiling.compiled import steps
from tests.compiler.recognise.reading import reading

TASKS = """
    # Shop

    ## Maintenance

    | Task | {header} | Command |
    |---|---|---|
    | Check memory | daily | `redis-cli -h cache INFO memory` |
    | Rotate logs | Every 2 weeks | `logrotate -f /etc/logrotate.conf` |
    | Look at the disks | Daily (mornings) | `df -h` |
    | Test a restore | quarterly | |
    """


@pytest.mark.parametrize("header", ["Frequency", "Cadence", "How often", "Interval"])
def test_a_table_of_tasks_is_a_checklist_for_each_cadence(header: str) -> None:
    found = reading(TASKS.format(header=header))
    assert [(each.cadence, each.every, [item.text for item in each.items]) for each in found.checklists] == [
        ("daily", timedelta(days=1), ["Check memory", "Look at the disks"]),
        ("every 2 weeks", timedelta(weeks=2), ["Rotate logs"]),
        ("quarterly", timedelta(days=90), ["Test a restore"]),
    ]


def test_its_rows_are_steps_too_and_so_is_one_without_a_command() -> None:
    assert [each["title"] for each in steps(TASKS.format(header="Frequency"))] == [
        "Check memory",
        "Rotate logs",
        "Look at the disks",
        "Test a restore",
    ]


def test_a_table_whose_column_of_commands_is_called_something_else_tells_steps_all_the_same() -> None:
    text = "## Upkeep\n\n| Activity | Owner | Notes |\n|---|---|---|\n| Check the disks | L1 | `df -h` |\n"
    assert [(each["title"], each["written"]) for each in steps(text)] == [("Check the disks", "df -h")]


def test_a_table_that_counts_its_rows_is_called_by_what_they_tell() -> None:
    (procedure,) = reading("""
        ## WI-1 Queue depth

        | Step | Action | Command | Expected result |
        |---|---|---|---|
        | 1 | Look at the queue | `kubectl get pods -n pay` | all run |
        | 2 | Scale the workers if lag persists | `kubectl scale deploy/w --replicas=8` | |
        | 3 | Tell the desk | | |
        """).procedures
    assert [(each.number, each.title, each.condition, each.expected) for each in procedure.steps] == [
        (1, "Look at the queue", "", "all run"),
        (2, "Scale the workers", "lag persists", ""),
        (3, "Tell the desk", "", ""),
    ]


@pytest.mark.parametrize(
    ("line", "days", "start", "end"),
    [
        ("- Sundays 02:00–04:00 UTC, announced the day before", ("Sunday",), time(2), time(4)),
        ("Tuesdays and Thursdays, 9am to 11am", ("Tuesday", "Thursday"), time(9), time(11)),
        ("Maintenance window: Saturday 22:00 – Sunday 02:00 CET", ("Saturday", "Sunday"), time(22), time(2)),
        ("- No changes on Fridays", ("Friday",), None, None),
    ],
)
def test_days_with_hours_under_maintenance_are_a_window(
    line: str, days: tuple[str, ...], start: time | None, end: time | None
) -> None:
    (window,) = reading(f"# Shop\n\n## Maintenance\n\n{line}\n").windows
    assert (window.days, window.start, window.end) == (days, start, end)


def test_a_job_at_an_hour_is_no_window() -> None:
    assert reading("# Shop\n\n## Maintenance\n\n- Every Sunday at 02:00 UTC vacuum the orders\n").windows == ()


def test_known_errors_with_a_workaround_are_procedures() -> None:
    (procedure,) = reading("""
        ## Known errors

        | Id | Symptom | Cause | Workaround | Permanent fix |
        |---|---|---|---|---|
        | KE-1 | Refunds time out | the pool is used up | `docker restart refunds` | a larger pool |
        """).procedures
    assert (procedure.title, procedure.steps[0].title) == ("Refunds time out", "docker restart refunds")


@pytest.mark.parametrize(
    ("line", "on", "every"),
    [
        ("owner: shop / reviewed 2026-02-11, review every quarter", "2026-02-11", timedelta(days=90)),
        ("Last touched by Mina on 3 Feb 2026. Please read it again every 6 months.", "2026-02-03", timedelta(days=180)),
        ("Last verified: 2026-01-31", "2026-01-31", None),
    ],
)
def test_a_document_says_in_its_own_words_when_it_was_read(line: str, on: str, every: timedelta | None) -> None:
    reviews = reading(f"# Shop\n\n{line}\n").reviews
    assert [str(each.on) for each in reviews if each.on] == [on]
    assert [each.every for each in reviews if each.every] == ([every] if every else [])


def test_a_page_says_before_it_begins_whose_it_is_and_when_to_read_it() -> None:
    said = reading('---\nowner_slack: "#shop-ops"\nlast_reviewed_on: 2025-08-01\nreview_in: 6 months\n---\n# Shop\n')
    assert [(each.role, each.reaches[0].text) for each in said.contacts] == [("owner slack", "#shop-ops")]
    assert [each.every for each in said.reviews if each.every] == [timedelta(days=180)]
