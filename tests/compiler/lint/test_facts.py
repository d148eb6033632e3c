"""What lint says of contacts, reviews, objectives, alerts, symptoms, fences and what is bound."""

from textwrap import dedent

import pytest

from compiler.lint.remark import Weight
from tests.compiler.lint.linting import report, said


@pytest.mark.parametrize("blank", ["TBD", "-", "[Contact]", "<name>", "to be defined", ""])
def test_somebody_whom_nobody_could_reach_is_told(blank: str) -> None:
    (remark,) = said(
        f"# Contacts\n\n| Role | Contact |\n|---|---|\n| DBA | {blank} |\n| CTO | Ann, 030 1234567 |", "empty-contact"
    )
    assert remark.line == 5
    assert "DBA" in remark.text


@pytest.mark.parametrize(
    "reach",
    ["PagerDuty's schedule", "[#shop-oncall]", "<ann@shop.example>", "[support](https://x.example)", "+49 30 123456"],
)
def test_whoever_can_be_reached_is_no_empty_contact(reach: str) -> None:
    assert not said(f"# Contacts\n\n| Role | Contact |\n|---|---|\n| DBA | {reach} |", "empty-contact")


@pytest.mark.parametrize(
    "line",
    [
        "Every quarter. Last review: 2026-11-22. Next review: 2027-02-22.",
        "Last updated: November 2026",
        "Last review: 2026-10-01",
        "Last updated: 2026-10-01, reviewed every quarter.",
        "> Last reviewed: 2026-11-01",
    ],
)
def test_a_review_that_is_not_due_is_fine(line: str) -> None:
    assert not said(f"# Shop\n\n{line}", "overdue-review")


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("Last updated: 2026-01-01. Reviewed every quarter.", "due again on"),
        ("Last review: 2026-11-01. Next review: 2026-11-21.", "due on 2026-11-21"),
        ("Last updated: [Current Date]", "no date"),
        ("The shop.", "does not say"),
        ("> Mended: the last change was on 2026-11-01.", "does not say"),
    ],
)
def test_a_review_that_is_overdue_or_has_no_date_is_told(line: str, told: str) -> None:
    (remark,) = said(f"# Shop\n\n{line}", "overdue-review")
    assert told in remark.text


def test_what_stands_before_a_page_for_its_generator_may_say_when_it_was_reviewed() -> None:
    front = "---\ntitle: Shop\nlast_reviewed: {}\nreview_every: 6 months\n---\n\n## Orders\n\nThe shop.\n"
    assert not said(front.format("2026-10-01"), "overdue-review")
    (remark,) = said(front.format("2026-01-01"), "overdue-review")
    assert "due again on 2026-06-30" in remark.text


def _recovery(*lines: str) -> str:
    return "\n".join(["# Recovery", "", "- RPO: 1 hour", "", "## Backups", "", *lines])


def test_a_role_with_nothing_after_its_colon_is_empty_unless_it_stands_below() -> None:
    found = said("# Shop\n\n## Contacts\n\n- DBA:\n- Network:\n  - call +49 30 1234567\n- Ops: @ops\n", "empty-contact")
    assert [remark.line for remark in found] == [5]


def test_an_hour_beside_another_objective_is_not_met_by_a_daily_snapshot() -> None:
    text = "# Shop\n\n## Objectives\n\nRPO: 1 hour, RTO: 4 hours.\n\n## Backups\n\n- **Database**: snapshot daily\n"
    (remark,) = said(text, "unreachable-objective")
    assert "At most 1 hour may be lost" in remark.text


def test_an_hour_is_not_met_by_a_daily_snapshot() -> None:
    (remark,) = said(_recovery("- **Database**: daily snapshots, kept 7 days"), "unreachable-objective")
    assert (remark.line, remark.weight) == (3, Weight.ERROR)
    assert "every day (line 7)" in remark.text


@pytest.mark.parametrize(
    "told",
    [
        "Automated snapshots are taken daily at 03:00 UTC and kept for 14 days.",
        "Velero backs the whole cluster up every 6 hours.",
        "- Snapshots: daily",
        "## Backups\n\n| What | How often | Kept |\n|---|---|---|\n| Database | daily | 7 days |",
    ],
)
def test_an_hour_is_not_met_by_what_is_told_in_passing_or_in_a_table(told: str) -> None:
    (remark,) = said(f"# Shop\n\n## RTO and RPO\n\n- RPO: 1 hour\n\n{told}\n", "unreachable-objective")
    assert "At most 1 hour may be lost" in remark.text


@pytest.mark.parametrize(
    "told",
    [
        "Check daily that the backups ran.",
        "Snapshots older than 14 days are deleted daily.",
        "Backups are made daily, and the WAL is archived all the time.",
        "Snapshots are taken every 30 minutes.",
    ],
)
def test_a_sentence_about_something_else_makes_no_backup(told: str) -> None:
    assert not said(f"# Shop\n\n## RTO and RPO\n\n- RPO: 1 hour\n\n{told}\n", "unreachable-objective")


@pytest.mark.parametrize(
    "lines",
    [
        ("- **Database**: every 15 minutes",),
        ("- **Database**: daily, and the WAL is archived all the time",),
        ("- **Database**: daily snapshots", "- **Point-in-time recovery**: always, kept 7 days"),
        ("- **Database**: hourly", "", "> Mended: this was saved daily once."),
    ],
)
def test_an_hour_is_met_by_what_is_saved_as_often_or_all_the_time(lines: tuple[str, ...]) -> None:
    assert not said(_recovery(*lines), "unreachable-objective")


def test_uploads_in_real_time_do_not_save_the_database() -> None:
    text = _recovery("- **Database**: daily snapshots", "- **User uploads**: real-time to S3")
    assert len(said(text, "unreachable-objective")) == 1


def test_a_row_that_only_heads_others_is_no_alert() -> None:
    table = "| Alert | Severity | Procedure |\n|---|---|---|\n| **Disks** | | |\n| DiskFull | high | |\n"
    (remark,) = said(f"# Shop\n\n## Alerts\n\n{table}", "unrouted-alert")
    assert "DiskFull" in remark.text


def test_an_alert_without_a_procedure_is_told_once_and_one_with_its_heading_is_not() -> None:
    text = """
        # Alerts
        ```yaml
        - alert: ShopDown
          expr: up == 0
        - alert: ShopSlow
          expr: latency > 1
        - alert: ShopSlow
          expr: latency > 2
        - alert: Known
          expr: x > 1
          annotations: {}
        ```
        ## Shop down
        1. Start it.
        ## Known
        1. Look.
        """
    assert [(each.line, each.text) for each in said(text, "unrouted-alert")] == [
        (5, "“ShopSlow” leads to no procedure of this runbook.")
    ]


@pytest.mark.parametrize(
    ("label", "bullet", "count"),
    [
        ("**Critical alerts (page at once)**:", "Database down", 1),
        ("**Info alerts (track)**:", "Deployment events", 0),
        ("#### Security Alerts", "Unusual patterns: seen in logs", 0),
    ],
)
def test_a_bullet_is_an_alert_only_where_its_list_says_how_bad_it_is(label: str, bullet: str, count: int) -> None:
    assert len(said(f"# Alerts\n\n{label}\n\n- {bullet}", "unrouted-alert")) == count


def test_symptoms_without_a_command_that_looks_are_told_and_with_one_are_not() -> None:
    text = "# Issues\n\n## Shop down\n\n**Symptoms**\n- no orders\n\n**Solution**\n```bash\n{}\n```"
    assert [each.line for each in said(text.format("docker restart shop"), "no-diagnostic")] == [3]
    assert not said(text.format("docker ps"), "no-diagnostic")


def test_a_fence_that_is_never_closed_is_told_where_it_opens() -> None:
    assert [each.line for each in said("# Shop\n\n```bash\nuptime", "unclosed-fence")] == [3]
    assert not said("# Shop\n\n```bash\nuptime\n```", "unclosed-fence")


def test_steps_without_a_target_are_told_once_somebody_has_bound_something() -> None:
    text = dedent("""
        # Shop
        ## Slow
        1. Look
           ```bash
           psql -h a -d shop -c "SELECT 1"
           redis-cli -h b PING
           ```
        """)
    bound = "targets:\n  - {target: shop-db, executor: postgres}\n"
    assert not [each for each in report(text).remarks if each.rule == "no-target"]
    (remark,) = [each for each in report(text, bound).remarks if each.rule == "no-target"]
    assert "redis" in remark.instead


def test_the_figures_count_what_was_understood() -> None:
    figures = report("# Shop\n\n## Slow\n\n```bash\nuptime\nrm -r /srv/x\ndocker exec -it a bash\n```")
    assert figures.understood == 1.0
    assert figures.commands == {"read-only": 1, "mutating": 1, "refused": 1}
    assert figures.procedures >= 0
    assert figures.runnable == 0


def test_the_hours_of_somebody_reach_nobody() -> None:
    table = "| Role | Phone | Hours |\n|---|---|---|\n| DBA | | on call |\n| Lead | 030 1234567 | always |"
    (remark,) = said(f"# Contacts\n\n{table}", "empty-contact")
    assert "DBA" in remark.text


def test_an_alert_that_a_page_says_to_be_about_leads_to_its_incident() -> None:
    page = "---\nalert: EtcdSlow\n---\n\n# Slow disk\n\nSymptoms: writes wait\n\n1. `kubectl get pods -n etcd`\n"
    assert not said(page, "unrouted-alert")
    several = "## Upgrade\n\n1. x\n\n## Restart\n\n1. y\n"
    assert said(page.replace("Symptoms: writes wait\n\n1. `kubectl get pods -n etcd`\n", several), "unrouted-alert")
