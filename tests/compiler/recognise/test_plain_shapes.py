"""Facts and procedures of teams that mark little: labels without bold, rules in one line, figures within a sentence."""

from datetime import timedelta
from time import process_time

import pytest

from compiler.recognise.facts import Objective
from compiler.recognise.procedure import Hold, Step
from tests.compiler.recognise.reading import reading

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


def test_how_often_people_are_told_is_not_when_they_are_told_first() -> None:
    found = reading("""
        ## How bad is it?

        | Level | Means | Ack | First update | Updates |
        |---|---|---|---|---|
        | SEV-1 | Nobody can order | 5 min | 15 min | every 30 min |
        | SEV-2 | Orders are slow | 15 min | 30 min | hourly |
        """)
    assert [level.update and level.update.span for level in found.levels] == [30 * MINUTE, HOUR]


def test_a_table_of_alerts_says_where_to_go() -> None:
    found = reading("""
        ## Alerts

        | Alert | Sev | When | Go to |
        |---|---|---|---|
        | QueueDeep | SEV-1 | depth > 2000 | [Queue backs up](#queue-backs-up) |
        """)
    (alert,) = found.alerts
    assert (alert.name, alert.severity, alert.action) == ("QueueDeep", "SEV-1", "Queue backs up")


def test_what_is_good_and_what_is_bad_are_bounds() -> None:
    found = reading("""
        ## What is normal

        | What | Good | Warn | Bad |
        |---|---|---|---|
        | Depth | < 200 | > 1000 | > 2000 |
        """)
    (threshold,) = found.thresholds
    assert threshold.warning is not None
    assert threshold.critical is not None
    assert (threshold.metric, threshold.warning.number, threshold.critical.number) == ("Depth", 1000, 2000)


def test_labels_of_a_rule_may_stand_in_one_line_and_end_with_their_group() -> None:
    kafka, search = reading("""
        ## Rules

        ```yaml
        groups:
        - name: kafka
          rules:
          - alert: LagHigh
            expr: lag > 100
            labels: {severity: critical, "team": 'data'}
            annotations: {summary: "Lag, too high", runbook_url: https://example.org/r#lag}
        - name: search
          rules:
          - alert: SearchRed
            expr: red == 1
            labels:
              severity: warning
        ```
        """).alerts
    assert (kafka.severity, kafka.labels) == ("critical", (("severity", "critical"), ("team", "data")))
    assert dict(kafka.annotations) == {"summary": "Lag, too high", "runbook_url": "https://example.org/r#lag"}
    assert (search.severity, search.labels) == ("warning", (("severity", "warning"),))


@pytest.mark.parametrize(
    "text",
    [
        "Snapshots are taken daily. Recovery point objective (RPO): 1 hour. Recovery time objective (RTO): 4 hours.",
        "We promise 4 hours (RTO) and at most 1 hour of lost orders (RPO).",
        "Dumps run every night, at 02:00. RTO is 4 hours. RPO is 1 hour.",
    ],
)
def test_objectives_within_a_sentence(text: str) -> None:
    found = reading(f"## Backups\n\n{text}\n")
    targets = {each.objective: each.target.span for each in found.objectives}
    assert targets == {Objective.TIME: 4 * HOUR, Objective.POINT: HOUR}


def test_a_line_that_is_nothing_but_a_label_opens_its_part() -> None:
    (procedure,) = reading("""
        # Shop

        ## Connections run out

        Symptoms: too many clients

        Diagnosis

        ```
        psql -c "SELECT 1"
        ```

        Resolution

        1. Restart the pool.
        """).procedures
    assert [each.text for each in procedure.symptoms] == ["too many clients"]


def test_the_comma_of_a_large_number_ends_no_condition() -> None:
    (procedure,) = reading("""
        ## Queue backs up

        1. If the depth is above 2,000 and still growing, add workers.
        """).procedures
    (step,) = procedure.steps
    assert isinstance(step, Step)
    assert (step.condition, step.title) == ("the depth is above 2,000 and still growing", "add workers.")


def test_a_paragraph_without_end_is_read_in_time() -> None:
    paragraph = "\n".join(f"Run `uptime -{number}` now." for number in range(16_000))
    before = process_time()
    reading(f"# Shop\n\n{paragraph}\n")
    assert process_time() - before < 12  # Asking each sentence for each code takes twice as long again.


def test_what_waits_in_a_table_is_no_wait_for_people() -> None:
    (procedure,) = reading("""
        ## Queue backs up

        ```sql
        -- Labels that wait for longer than ten minutes
        SELECT count(*) FROM label;
        ```
        """).procedures
    assert not any(isinstance(step, Hold) for step in procedure.steps)
