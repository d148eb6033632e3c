"""Facts in the shapes that teams give them."""

from datetime import date, time, timedelta

import pytest

from compiler.recognise.facts import Channel, Healthy, Objective, ReviewKind
from compiler.recognise.procedure import Escalation
from incident.severity import Severity
from tests.compiler.recognise.reading import reading

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)

TABLE = """
    ## Severity levels

    | Level | Description | Response time | Updates | Escalate after | Examples |
    |---|---|---|---|---|---|
    | **P0** | Nothing works | 10 minutes | every 20 min | 25 min | Shop is down |
    | **P3** | Ugly | next business day | - | - | A typo |
    """
HEADINGS = """
    ## Incident classification

    ### 🔴 P0 – Critical
    - **Definition**: Nothing works
    - **Response time**: 10 minutes
    - **Update frequency**: every 20 min
    - **Escalation**: 25 min
    - **Examples**: Shop is down

    ### P3 – Low
    - **Definition**: Ugly
    - **Response time**: next business day
    - **Examples**: A typo
    """
BULLETS = """
    ## Severities

    - **P0 (Critical):** Nothing works
      - Response time: 10 minutes
      - Updates: every 20 min
      - Escalate after: 25 min
      - Examples: Shop is down
    - **P3 (Low):** Ugly
      - Response time: next business day
      - Examples: A typo
    """


@pytest.mark.parametrize("text", [TABLE, HEADINGS, BULLETS], ids=["table", "headings", "bullets"])
def test_severity_levels_in_three_shapes_are_the_same(text: str) -> None:
    worst, least = reading(text).levels
    assert (worst.severity, worst.definition, worst.examples) == (Severity.P0, "Nothing works", "Shop is down")
    spans = [stated.span for stated in (worst.response, worst.update, worst.escalation) if stated]
    assert spans == [10 * MINUTE, 20 * MINUTE, 25 * MINUTE]
    assert least.severity is Severity.P3
    assert least.response is not None
    assert (least.response.text, least.response.span) == ("next business day", None)
    assert least.update is None


@pytest.mark.parametrize(
    ("names", "severities"),
    [
        (("SEV1", "SEV2", "SEV3", "SEV4"), ("P0", "P1", "P2", "P3")),
        (("SEV-0", "SEV-1"), ("P0", "P1")),
        (("P1", "P2", "P3"), ("P1", "P2", "P3")),
        (("Critical", "High", "Medium", "Low"), ("P0", "P1", "P2", "P3")),
        (("Kritisch", "Niedrig"), ("P0", "P3")),
    ],
)
def test_every_scale_becomes_the_houses(names: tuple[str, ...], severities: tuple[str, ...]) -> None:
    rows = "".join(f"| {name} | as bad as that | 1 hour |\n" for name in names)
    found = reading("## Severity\n\n| Severity | Description | Response |\n|---|---|---|\n" + rows)
    assert tuple(level.severity.value for level in found.levels) == severities


def test_a_table_of_thresholds() -> None:
    cpu, ready, state = reading("""
        ## Thresholds

        | Metric | Normal | Warning | Critical | Action |
        |---|---|---|---|---|
        | CPU | 20–60% | > 75% | > 90% for 10 min | Add a node |
        | Ready pods | 4 | < 4 | < 2 | Look at the nodes |
        | Breaker | closed | half_open | open > 3 min | Reset it |
        """).thresholds
    assert (cpu.metric, cpu.healthy, cpu.action, cpu.line) == ("CPU", Healthy.LOW, "Add a node", 5)
    assert cpu.critical is not None
    assert (cpu.critical.number, cpu.critical.window) == (90, 10 * MINUTE)
    assert ready.healthy is Healthy.HIGH
    assert state.critical is not None
    assert (state.critical.state, state.critical.window) == ("open", 3 * MINUTE)


@pytest.mark.parametrize(
    "text",
    ["- Queue: warning 40, critical 80", "| Metric | Warning | Critical |\n|---|---|---|\n| Queue | 40 | 80 |"],
    ids=["bullet", "table"],
)
def test_bare_figures_are_bad_on_the_critical_ones_side(text: str) -> None:
    (queue,) = reading(f"## Thresholds\n\n{text}\n").thresholds
    assert queue.warning is not None
    assert queue.critical is not None
    assert (queue.metric, queue.warning.number, queue.critical.number) == ("Queue", 40, 80)
    assert queue.healthy is Healthy.LOW


def test_bullets_of_healthy_figures_and_bullets_of_alerts_differ() -> None:
    found = reading("""
        ## Monitoring

        ### Key metrics
        - **Disk**: < 80%
        - **Success rate**: > 99% (average)

        ### Alerts

        **Critical (page at once):**
        - Errors > 4%
        - Database down

        **Warning:**
        - Memory – > 70%
        """)
    disk, success, errors, memory = found.thresholds
    assert disk.normal is not None
    assert disk.critical is None
    assert (disk.healthy, success.healthy, success.statistic) == (Healthy.LOW, Healthy.HIGH, "average")
    assert errors.critical is not None
    assert (errors.metric, errors.healthy) == ("Errors", Healthy.LOW)
    assert memory.warning is not None
    assert (memory.metric, memory.critical) == ("Memory", None)
    assert [(rule.name, rule.severity, rule.action) for rule in found.alerts] == [
        ("Errors > 4%", "critical", "page at once"),
        ("Database down", "critical", "page at once"),
        ("Memory", "warning", ""),
    ]


def test_a_figure_in_a_symptom_is_a_threshold_and_the_symptom_stays() -> None:
    found = reading("### Slow shop\n\n**Symptoms**:\n- p99 latency > 3s\n\n**Fix**:\n1. Restart it\n")
    (threshold,) = found.thresholds
    assert threshold.critical is not None
    assert (threshold.metric, threshold.critical.number, threshold.statistic) == ("p99 latency", 3, "p99")
    assert [said.text for said in found.procedures[0].symptoms] == ["p99 latency > 3s"]


def test_prometheus_rules_are_read_whatever_the_fence_is_called() -> None:
    found = reading("""
        ## Alerting

        ```js
        groups:
        - name: shop
          rules:
          # Too many errors
          - alert: ShopErrors
            expr: |
              sum(rate(errors[5m]))
              > 0.2
            for: 3m
            labels:
              severity: warning
              team: shop
            annotations:
              summary: "Too many: errors"
              runbook_url: https://example.org/r#shop
          - alert: ShopDown
            expr: up == 0
        ```
        """)
    errors, down = found.alerts
    assert (errors.name, errors.severity, errors.line) == ("ShopErrors", "warning", 8)
    assert errors.held is not None
    assert errors.held.span == 3 * MINUTE
    assert errors.expression == "sum(rate(errors[5m]))\n> 0.2"
    assert errors.labels == (("severity", "warning"), ("team", "shop"))
    assert errors.runbook_url == "https://example.org/r#shop"
    assert dict(errors.annotations)["summary"] == "Too many: errors"
    threshold = found.thresholds[0]
    assert threshold.warning is not None
    assert (threshold.warning.number, threshold.warning.window) == (0.2, 3 * MINUTE)
    assert down.expression == "up == 0"


def test_contacts_and_places_left_empty() -> None:
    found = reading("""
        ## Contacts

        | Role | Primary | Phone |
        |---|---|---|
        | Lead | Ann | +49 30 1234567 |
        | DBA | [Name] | TBD |
        """)
    lead, dba = found.contacts
    assert [reach.channel for reach in lead.reaches] == [Channel.NAME, Channel.PHONE]
    assert (lead.empty, dba.empty) == (False, True)


def test_an_escalation_path_keeps_its_order_and_times() -> None:
    found = reading("""
        ## Escalation path

        1. **On-call**: the rota in PagerDuty
        2. **Lead**: after 20 minutes
        3. **Vendor**: for card payments
        """)
    assert [(c.role, c.order, c.after, c.when) for c in found.contacts] == [
        ("On-call", 1, None, ""),
        ("Lead", 2, 20 * MINUTE, "after 20 minutes"),
        ("Vendor", 3, None, "for card payments"),
    ]


def test_contacts_in_a_block() -> None:
    found = reading("## Emergency contacts\n\n```\nCommander: [name]\nDBA: dba@example.org\n```\n")
    assert [(contact.role, contact.empty, contact.line) for contact in found.contacts] == [
        ("Commander", True, 4),
        ("DBA", False, 5),
    ]


def test_recovery_objectives_in_a_list_and_in_a_table() -> None:
    listed = reading("## RTO/RPO\n\n- **RTO** (Recovery Time Objective): 2 hours\n- **RPO:** 15 min (log shipping)\n")
    assert [(o.objective, o.target.span) for o in listed.objectives] == [
        (Objective.TIME, 2 * HOUR),
        (Objective.POINT, 15 * MINUTE),
    ]
    tabled = reading("## Recovery\n\n| Service | RTO | RPO |\n|---|---|---|\n| ledger | 1h | 5m |\n")
    assert [(o.scope, o.target.span) for o in tabled.objectives] == [("ledger", HOUR), ("ledger", 5 * MINUTE)]


def test_backups_say_how_often_how_long_and_where() -> None:
    found = reading("""
        ## Backups

        ### Ledger
        - **Frequency**: every 3 hours
        - **Retention**: 14 days local, 2 years Glacier

        ### Backup strategy
        - Photos: nightly to S3 (retained 10 days)

        ### Log backup
        ```bash
        # Keep 5 days
        30 1 * * * tar czf /backup/logs.tgz /var/log
        ```
        """)
    ledger, photos, logs = found.backups
    assert (ledger.what, ledger.every, [r.span for r in ledger.retention]) == (
        "Ledger",
        3 * HOUR,
        [14 * DAY, 730 * DAY],
    )
    assert (photos.what, photos.every, photos.where, photos.retention[0].span) == ("Photos", DAY, "S3", 10 * DAY)
    assert (logs.every, logs.retention[0].span) == (DAY, 5 * DAY)
    assert (logs.line, logs.last) == (12, 13)
    assert [step.line for each in found.procedures for step in each.steps] == [12]


def test_a_backup_in_a_sentence() -> None:
    (backup,) = reading("## Backup and restore\n\nDumps are taken every 8 hours and kept for 20 days.\n").backups
    assert (backup.every, backup.retention[0].span) == (8 * HOUR, 20 * DAY)


def test_checklists_by_cadence() -> None:
    found = reading("""
        ## Maintenance

        ### Weekly tasks
        - [ ] Read the slow query log
        - [x] Clean up

        **Quarterly**:
        - Test the restore
        """)
    weekly, quarterly = found.checklists
    assert (weekly.cadence, weekly.every, [i.line for i in weekly.items]) == ("weekly", 7 * DAY, [4, 5])
    assert [item.text for item in quarterly.items] == ["Test the restore"]


@pytest.mark.parametrize(
    ("text", "days", "start", "end", "zone"),
    [
        ("Saturday 01:00-03:30 UTC", ("Saturday",), time(1), time(3, 30), "UTC"),
        ("Sunday 10:00 PM - 11:00 PM CET", ("Sunday",), time(22), time(23), "CET"),
        ("Tue and Thu, 3-5 AM UTC", ("Tuesday", "Thursday"), time(3), time(5), "UTC"),
        ("Anytime after a notice", (), None, None, ""),
    ],
)
def test_a_maintenance_window(
    text: str, days: tuple[str, ...], start: time | None, end: time | None, zone: str
) -> None:
    (window,) = reading(f"## Maintenance windows\n\n- **Production**: {text}\n").windows
    assert (window.environment, window.days, window.start, window.end, window.zone) == (
        "Production", days, start, end, zone,
    )  # fmt: skip


def test_services_with_urls_ports_and_needs() -> None:
    found = reading("""
        ## Service URLs

        | Service | Staging | Production |
        |---|---|---|
        | shop | http://shop.test | https://shop.example.org |

        ## Service ports
        - ledger: 8081

        ## Service dependencies
        - **shop** depends on: ledger, Redis (cache, sessions)
        """)
    shop, ledger, needing = found.services
    assert shop.urls == (("Staging", "http://shop.test"), ("Production", "https://shop.example.org"))
    assert (ledger.name, ledger.port) == ("ledger", 8081)
    assert (needing.name, needing.needs) == ("shop", ("ledger", "Redis (cache, sessions)"))


def test_levels_by_grade_alone_with_other_words_for_their_duties() -> None:
    levels = reading("""
        ## How bad is it

        | Severity | Impact | Acknowledgment | Initial Reply | Resolution target |
        |---|---|---|---|---|
        | Critical | all | 5 minutes | 10 minutes | 1 hour |
        | Warning (High) | many | 15 minutes | 30 minutes | 4 hours |
        | Warning | some | 30 minutes | 1 hour | 8 hours |
        | Info | none | Best effort | N/A | N/A |
        """).levels
    assert [level.severity for level in levels] == list(Severity)
    assert [level.response and level.response.span for level in levels] == [5 * MINUTE, 15 * MINUTE, 30 * MINUTE, None]


def test_columns_that_say_when_to_warn_and_when_to_page_are_bounds() -> None:
    (queue,) = reading("""
        ## Watched

        | Signal | OK | Warn at | Page at |
        |---|---|---|---|
        | Queue | < 5 | 20 | 100 |
        """).thresholds
    assert queue.warning is not None
    assert queue.critical is not None
    assert (queue.warning.number, queue.critical.number, queue.healthy) == (20, 100, Healthy.LOW)


def test_a_day_that_is_set_is_no_range_of_figures() -> None:
    (day,) = reading("```yaml\nreviewed: 2026-01-15\n```\n").settings
    assert (day.value, day.figure) == ("2026-01-15", None)


def test_each_clause_that_is_said_of_a_level_is_taken_by_its_own_words() -> None:
    """*Update every 30 minutes* is no time to answer, and *late by 20 minutes* obliges nobody."""
    texts = (
        "## Severity 1 - down\n\nRespond within 15 minutes, day and night. Update the page every 30 minutes.\n",
        "## How bad?\n\n* **P0 - critical.** Orders are 20 minutes late. Respond within 15 minutes;"
        " update every 30 minutes.\n* **P1 - high.** Slow.\n",
    )
    for text in texts:
        worst = reading(f"# Shop\n\n{text}").levels[0]
        assert worst.severity is Severity.P0
        assert worst.response is not None
        assert worst.update is not None
        assert (worst.response.span, worst.update.span) == (15 * MINUTE, 30 * MINUTE)


def test_a_scale_that_begins_at_one_means_the_same_everywhere_in_the_document() -> None:
    found = reading("""
        ## Severity levels

        | Level | Response time |
        |---|---|
        | SEV1 | 5 minutes |
        | SEV2 | 1 hour |

        ## Alerts

        | Alert | Severity | Condition | Procedure |
        |---|---|---|---|
        | ShopErrors | SEV1 | 5xx > 2 % for 5 min | Shop fails |
        | ShopSilent | SEV2 | no orders | Shop fails |
        | ShopSlow | P1 | latency > 3s | Shop fails |

        ## SEV2: Shop fails

        **Symptoms**: errors

        1. Restart it.

        SEV1: post updates every 15 minutes.
        """)
    assert [level.severity for level in found.levels] == [Severity.P0, Severity.P1]
    assert [(each.name, each.severity, each.action) for each in found.alerts] == [
        ("ShopErrors", "P0", "Shop fails"), ("ShopSilent", "P1", "Shop fails"), ("ShopSlow", "P1", "Shop fails"),
    ]  # fmt: skip
    bound = found.thresholds[0].critical
    assert bound is not None
    assert (bound.number, bound.unit, bound.window) == (2, "%", 5 * MINUTE)
    assert found.procedures[0].severity is Severity.P1


def test_error_codes_service_levels_and_logs() -> None:
    found = reading("""
        ## Error codes

        | Code | Meaning | Action |
        |---|---|---|
        | E42 | Card refused | Ask for another |

        ## SLA

        | Metric | Target |
        |---|---|
        | Availability | 99.9% |
        | p99 latency | < 400ms |

        ## Log locations
        - **Shop**: `/var/log/shop/app.log`
        """)
    assert [(code.code, code.meaning, code.action) for code in found.errors] == [
        ("E42", "Card refused", "Ask for another")
    ]
    assert [(level.metric, level.target.number) for level in found.service_levels] == [
        ("Availability", 99.9),
        ("p99 latency", 400),
    ]
    assert [(log.name, log.place) for log in found.logs] == [("Shop", "/var/log/shop/app.log")]


def test_settings_in_lists_and_in_configuration() -> None:
    found = reading("""
        ## Limits
        - **Rate limiting**: 50 requests/minute per user

        ## Database tuning
        ```ini
        max_connections = 150
        url = redis://cache:6379/0  # the cache
        ```
        """)
    rate, connections, url = found.settings
    assert rate.figure is not None
    assert (rate.figure.number, rate.figure.unit) == (50, "requests/minute")
    assert (connections.name, connections.value, connections.line) == ("max_connections", "150", 6)
    assert url.value == "redis://cache:6379/0"


@pytest.mark.parametrize(
    ("text", "kind", "on"),
    [
        ("**Last updated**: March 4, 2026", ReviewKind.UPDATED, date(2026, 3, 4)),
        ("*Last reviewed: 2026-03-04*", ReviewKind.UPDATED, date(2026, 3, 4)),
        ("Next review: 4 March 2026", ReviewKind.NEXT, date(2026, 3, 4)),
        ("Stand: 04.03.2026", ReviewKind.UPDATED, date(2026, 3, 4)),
        ("Last updated: [date]", ReviewKind.UPDATED, None),
        ("Last updated: 2026-13-40", ReviewKind.UPDATED, None),
    ],
)
def test_dates_of_the_document(text: str, kind: ReviewKind, on: date | None) -> None:
    (review,) = reading(f"# Shop\n\n{text}\n").reviews
    assert (review.kind, review.on) == (kind, on)


def test_how_often_the_document_is_reviewed() -> None:
    (review,) = reading("# Shop\n\nThis document is reviewed every quarter.\n").reviews
    assert (review.kind, review.every) == (ReviewKind.INTERVAL, 90 * DAY)


def test_how_often_people_are_told() -> None:
    found = reading("## Incident response\n\n1. **Communicate**\n   - Post updates every 45 minutes\n")
    assert [cadence.every for cadence in found.cadences] == [45 * MINUTE]


def test_when_to_escalate_is_no_contact() -> None:
    found = reading("""
        # Shop

        ## Escalation

        - If it lasts for 30 minutes: page the database lead
        - Data loss is suspected
        - Team lead: Ben, ben@shop.internal
        - P1: page during the day
        - Use the pager, never a phone

        ## When to escalate

        - The cause is not known after 1 hour

        ## Escalation criteria

        | Condition | Escalate to |
        |---|---|
        | Personal data was seen | Security |

        ## Escalation path

        1. On call
        2. Team lead (after 30 minutes)
        """)
    assert [(each.text, each.after, each.to) for each in found.of(Escalation)] == [
        ("If it lasts for 30 minutes: page the database lead", timedelta(minutes=30), "database lead"),
        ("Data loss is suspected", None, ""),
        ("P1: page during the day", None, ""),
        ("The cause is not known after 1 hour", timedelta(hours=1), ""),
        ("Personal data was seen", None, "Security"),
    ]
    assert [contact.role for contact in found.contacts] == ["Team lead", "On call", "Team lead (after 30 minutes)"]


def test_an_incident_keeps_its_own_conditions_for_escalation() -> None:
    (procedure,) = reading("""
        # Shop

        ## Checkout is down

        1. Restart the shop.

        ### When to escalate

        - It is down after 30 minutes
        - Orders are lost
        """).procedures
    assert [each.text for each in procedure.escalations] == ["It is down after 30 minutes", "Orders are lost"]
    assert len(procedure.steps) == 1


def test_a_table_of_names_with_severities_lists_alerts() -> None:
    said = reading("""
        # Shop

        |Name|Summary|Severity|Runbook|
        |---|---|---|---|
        |ShopQueueGrows|Orders wait.|critical|[here](https://shop.example/x#queue)|
        |ShopPoolWaits|The pool is used up.|warning|[here](https://shop.example/x#pool)|
        """)
    assert [(each.name, each.severity) for each in said.alerts] == [
        ("ShopQueueGrows", "critical"), ("ShopPoolWaits", "warning"),
    ]  # fmt: skip
    assert said.levels == ()


def test_what_a_page_about_alerts_lists_elsewhere_is_none() -> None:
    said = reading("""
        # Responding to alerts

        ## Failed logins

        Filter by:

        * Scope to component: UAA
        * Application rate limits

        ## Queue alerts

        - Orders wait
        """)
    assert [each.name for each in said.alerts] == ["Orders wait"]
