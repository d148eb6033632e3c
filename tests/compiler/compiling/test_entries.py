"""What a step's entry holds: its kind, command, form, parameters, conditions and waits."""

import pytest

from incident.runbook import ParameterKind, StepKind
from incident.verdict import Verdict
from tests.compiler.compiling.compiled import loaded, mappings, procedures, steps, tree

RUNBOOK = """
    # Shop

    ## Slow answers

    **Symptoms**
    - latency > 2 s

    **Diagnosis**

    1. Look at the queries:

       ```bash
       psql -h shop-db -d shop -c "SELECT count(*) FROM orders WHERE customer = {{customer}}"
       ```

    2. Look at the page: `curl -s https://shop.internal/health | jq .status`

    **Temporary fix**

    ```bash
    # Serve fewer
    redis-cli -h cache SET shop:limit 5
    ```

    **Solution**

    1. If the pool is full, restart it:

       ```bash
       docker compose restart api
       ```

    2. Wait 10 minutes.
    3. Tell the landlord.
    4. Open a shell: `docker exec -it api bash`

    **Prevention**
    - Keep it small.

    **Escalation**: after 30 minutes call the CTO.

    ## Parameters

    | Name | What | Allowed | Default |
    |---|---|---|---|
    | customer | the customer's number | 1 to 5000 | 7 |
    """


def test_a_procedure_holds_its_steps_in_the_order_of_the_text_with_kinds_and_verdicts() -> None:
    (procedure,) = [each for each in loaded(RUNBOOK).procedures if each.title == "Slow answers"]
    assert [(step.verdict, step.written.split(" ")[0]) for step in procedure.steps] == [
        (Verdict.READ_ONLY, "psql"),
        (Verdict.READ_ONLY, "curl"),
        (Verdict.MUTATING, "redis-cli"),
        (Verdict.MUTATING, "docker"),
        (Verdict.READ_ONLY, ""),
        (Verdict.MUTATING, ""),
        (Verdict.REFUSED, "docker"),
    ]
    assert [step.origin.line for step in procedure.steps] == sorted(step.origin.line for step in procedure.steps)


def test_what_the_procedure_says_besides_is_kept() -> None:
    entry = procedures(RUNBOOK)[0]
    assert entry["symptoms"] == ["latency > 2 s"]
    assert entry["prevention"] == ["Keep it small."]
    assert entry["escalate_after"] == "30 minutes"
    assert entry["heading"] == "Shop › Slow answers"


def test_a_command_is_kept_in_the_executors_terms_with_the_place_that_it_names() -> None:
    sql, page, cache, *_ = steps(RUNBOOK)
    assert sql["sql"] == "SELECT count(*) FROM orders WHERE customer = $1"
    assert sql["arguments"] == ["customer"]
    assert sql["names"] == {"host": "shop-db", "dbname": "shop"}
    assert page["pick"] == ".status"
    assert cache["redis"] == ["SET", "shop:limit", "5"]
    assert cache["title"] == "Serve fewer"


@pytest.mark.parametrize(
    ("filtered", "keys"),
    [
        ("grep '^instantaneous_ops_per_sec:'", {"pick": "instantaneous_ops_per_sec"}),
        ("grep used_memory", {"filters": ["grep used_memory"]}),
    ],
)
def test_a_line_of_info_is_picked_where_the_filter_can_leave_no_other(filtered: str, keys: dict[str, object]) -> None:
    (look,) = steps(f"# Shop\n\n## Busy\n\n**Diagnosis**\n\n```bash\nredis-cli -h cache INFO stats | {filtered}\n```\n")
    assert {key: look[key] for key in ("pick", "filters") if key in look} == keys


def test_a_temporary_fix_is_marked_and_a_condition_is_told() -> None:
    by_command = {str(each.get("written", "")).split(" ")[0]: each for each in steps(RUNBOOK)}
    assert by_command["redis-cli"]["temporary"] is True
    assert "temporary" not in by_command["psql"]
    restart = next(each for each in steps(RUNBOOK) if "restart" in str(each.get("written", "")))
    assert "pool is full" in str(restart["when"])
    assert "temporary" not in restart


LED = """
    # Shop

    ## Queue is long

    Symptoms: orders wait

    {text}
    """
ONE, TWO = "kubectl rollout restart deploy/api -n shop", "kubectl rollout undo deploy/api -n shop"


@pytest.mark.parametrize(
    ("text", "when"),
    [
        (f"If the pool is full:\n\n```bash\n# First\n{ONE}\n# Then\n{TWO}\n```", ["the pool is full"] * 2),
        (f"If the pool is full:\n\n```bash\n{ONE}\n```\n\nOtherwise:\n\n- `{TWO}`",
         ["the pool is full", "unless the pool is full"]),
        (f"**If the pool is full:**\n\n1. `{ONE}`\n2. Else `{TWO}`",
         ["the pool is full", "unless the pool is full"]),
        (f"1. If the pool is full:\n   1. `{ONE}`\n   2. If that is not enough, `{TWO}`",
         ["the pool is full", "the pool is full, and that is not enough"]),
        (f"**Fix**:\n\nIf the pool is full: `{ONE}`\n\nRun `{TWO}`.", ["the pool is full", None]),
        (f"1. When the replica lags\n   - `{ONE}`\n2. `{TWO}`", ["the replica lags", None]),
        (f"If the pool is full:\n\n```bash\n{ONE}\n```\n\nRun `{TWO}`.", ["the pool is full", None]),
    ],
)  # fmt: skip
def test_a_condition_stands_on_every_step_that_it_leads(text: str, when: list[str | None]) -> None:
    found = steps(LED.format(text=text.replace("\n", "\n    ")))

    assert [step.get("when") for step in found if "remediation" in step] == when
    assert [step["title"] for step in found if "manual" in step] == []


def test_commands_that_nothing_leads_are_called_by_their_own_words() -> None:
    found = steps(LED.format(text="```bash\n    kubectl get pods\n    docker restart api\n    ```"))
    assert [step["title"] for step in found] == ["kubectl get pods", "docker restart api"]


def test_a_wait_is_a_step_that_holds_and_words_are_a_step_for_a_person() -> None:
    hold = next(each for each in steps(RUNBOOK) if "hold" in each)
    assert (hold["hold"], hold["verdict"]) == ("10 minutes", "read-only")
    words = next(each for each in steps(RUNBOOK) if each["title"] == "Tell the landlord")
    assert "manual" in words
    assert "verdict" not in words


def test_a_table_of_parameters_types_the_blank_of_a_command() -> None:
    (parameter,) = loaded(RUNBOOK).procedures[0].steps[0].parameters
    assert (parameter.kind, parameter.minimum, parameter.maximum) == (ParameterKind.INTEGER, 1, 5000)
    assert (parameter.default, parameter.label) == ("7", "the customer's number")


def test_of_two_tables_the_one_that_stands_nearer_counts() -> None:
    table = "| Parameter | Allowed |\n|---|---|\n| colour | one of {} |\n"
    text = "# Shop\n\n## A\n\n```bash\nredis-cli SET a {{colour}}\n```\n\n" + table.format("red, green")
    text += "\n## B\n\n```bash\nredis-cli SET b {{colour}}\n```\n\n" + table.format("blue, grey")
    choices = [mappings(each["parameters"])[0]["choice"] for each in steps(text)]
    assert choices == [["red", "green"], ["blue", "grey"]]


def test_a_blank_that_no_table_names_stays_a_careful_text() -> None:
    (step,) = steps("# Shop\n\n## A\n\n```bash\nredis-cli GET cart:<user-id>\n```")
    (parameter,) = mappings(step["parameters"])
    assert parameter["text"]
    assert "default" not in parameter


def test_a_threshold_row_with_a_read_is_a_watch_with_its_bounds() -> None:
    text = """
        # Shop
        ## Thresholds
        | Metric | Warning | Critical | Command |
        |---|---|---|---|
        | Waiting orders | > 10 | > 50 | `redis-cli -h cache LLEN orders` |
        | Free places | < 5 | < 2 | `redis-cli -h cache GET places` |
        | Returns | >= 3 | >= 9 | `redis-cli -h cache GET returns` |
        """
    (watch,) = [each for each in procedures(text) if each.get("purpose") == "watch"]
    bounds = [(each["title"], each["expects"], each["critical"]) for each in mappings(watch["steps"])]
    assert bounds == [
        ("Waiting orders", {"at most": 10}, {"at most": 50}),
        ("Free places", {"at least": 5}, {"at least": 2}),
        ("Returns", {"less than": 3}, {"less than": 9}),
    ]


def test_a_healthy_bound_is_as_strict_as_it_is_written() -> None:
    text = """
        # Shop
        ## Thresholds
        | Metric | Healthy | Critical | Command |
        |---|---|---|---|
        | Waiting orders | below 5 | > 50 | `redis-cli -h cache LLEN orders` |
        | Free places | at least 5 | <= 2 | `redis-cli -h cache GET places` |
        | Tills | above 3 | < 1 | `redis-cli -h cache GET tills` |
        """
    (watch,) = [each for each in procedures(text) if each.get("purpose") == "watch"]
    assert [(each["expects"], each["critical"]) for each in mappings(watch["steps"])] == [
        ({"less than": 5}, {"at most": 50}),
        ({"at least": 5}, {"more than": 2}),
        ({"more than": 3}, {"at least": 1}),
    ]


def test_severities_become_policies_and_what_they_leave_open_is_the_houses() -> None:
    text = """
        # Shop
        ## Severity levels
        | Level | Description | Response time |
        |---|---|---|
        | P0 | everything down | 5 minutes |
        | P2 | one thing slow | 2 hours |
        ## A
        1. Look.
        """
    policies = tree(text)["policies"]
    assert isinstance(policies, dict)
    assert policies["P0"]["acknowledge"] == "5 minutes"
    assert policies["P2"]["acknowledge"] == "2 hours"
    assert policies["P0"]["escalate"]


@pytest.mark.parametrize(
    ("annotation", "routed"),
    [
        ("runbook_url: https://wiki/shop#shop-is-down", True),
        ('action: "Shop is down"', True),
        ('action: "think"', False),
    ],
)
def test_an_alert_is_routed_by_its_link_or_by_what_it_says_to_do(annotation: str, routed: bool) -> None:
    text = f"""
# Shop
## Alerts
```yaml
- alert: TillSilent
  expr: up == 0
  labels:
    severity: P1
  annotations:
    {annotation}
```
## Shop is down
1. Look.
"""
    listed = mappings(tree(text).get("routes", []))
    expected = {"labels": {"alertname": "TillSilent"}, "procedure": "shop-is-down", "line": 4, "severity": "P1"}
    assert listed == ([expected] if routed else [])


def test_an_alert_whose_name_is_the_heading_is_routed() -> None:
    text = "# Shop\n## Alerts\n```yaml\n- alert: ShopIsDown\n  expr: up == 0\n```\n## Shop is down\n1. Look."
    assert [route.procedure for route in loaded(text).routes] == ["shop-is-down"]


def test_an_alarm_whose_name_has_blanks_is_routed_and_a_sentence_is_not() -> None:
    rows = "".join(f"| {name} | P1 | Shop is down |\n" for name in ("RDS CPU above 95 %", "RDS CPU"))
    text = f"# Shop\n## Alerts\n| Alert | Severity | Action |\n|---|---|---|\n{rows}## Shop is down\n1. Look."
    assert [route.labels for route in loaded(text).routes] == [{"alertname": "RDS CPU"}]


def test_every_fact_is_kept_by_its_kind_with_its_line() -> None:
    text = """
        # Shop
        Last updated: 2026-11-01
        ## Contacts
        | Role | Contact |
        |---|---|
        | DBA | Ann, 030 1234567 |
        ## Recovery
        - RTO: 4 hours
        """
    facts = tree(text)["facts"]
    assert isinstance(facts, dict)
    assert facts["review"][0] == {"line": 2, "kind": "updated", "text": "Last updated: 2026-11-01", "on": "2026-11-01"}
    assert facts["contact"][0]["role"] == "DBA"
    assert facts["recovery_objective"][0]["target"]["span"] == "4 hours"


def test_a_note_in_a_block_quote_states_nothing() -> None:
    text = """
        # Shop
        ## Backups
        - **Database**: daily
        > Mended: this said every 6 hours, and nobody was on-call.
        > Last updated was 2020-01-01.
        """
    facts = tree(text)["facts"]
    assert isinstance(facts, dict)
    assert [each["what"] for each in facts["backup"]] == ["Database"]
    assert "review" not in facts
    assert facts["said"]


def test_commands_outside_every_procedure_are_steps_under_their_heading() -> None:
    (entry,) = procedures("# Shop\n\n## At hand\n\nSome `docker ps` and `redis-cli PING`.")
    assert entry["purpose"] == "operation"
    assert [each.kind for each in loaded("# Shop\n\n## At hand\n\nSee `redis-cli PING`.").procedures[0].steps] == [
        StepKind.MANUAL
    ]


@pytest.mark.parametrize(
    ("text", "commands"),
    [
        ("```bash\nwatch -n 5 docker image prune -a --filter until=168h\n```", ["watch"]),
        ("1. Wait 10 minutes, then run `docker compose restart api`", ["docker"]),
        ("1. Run `docker compose restart api` and wait 10 minutes", ["docker"]),
        ("```bash\n# Wait 5 minutes\ndocker compose restart api\n```", ["docker"]),
    ],
)
def test_no_wait_takes_the_place_of_a_command(text: str, commands: list[str]) -> None:
    written = [str(each["written"]) for each in steps(f"# Shop\n\n## Slow\n\n{text}\n") if "written" in each]
    assert [each.split(" ")[0] for each in written] == commands


def test_braces_that_are_no_blank_leave_the_step_to_a_person() -> None:
    """In a catalog they would be the place of a parameter that there is not, and the catalog could not be loaded."""
    text = "# Shop\n\n## Slow\n\n```bash\nredis-cli DEL cart:{\t{user_id}}\nredis-cli GET cart:{user_id}\n```\n"
    change, look = loaded(text).procedures[0].steps
    assert (change.kind, change.verdict) == (StepKind.MANUAL, Verdict.MUTATING)
    assert "braces" in change.reason
    assert [each.name for each in look.parameters] == ["user_id"]


@pytest.mark.parametrize(
    ("sentence", "kind"),
    [
        ("Never run `redis-cli FLUSHALL` here.", "manual"),
        ("Do not yet call `redis-cli FLUSHALL`; ask first.", "manual"),
        ("Don't panic: run `redis-cli FLUSHALL`.", "remediation"),
        ("Run `redis-cli FLUSHALL`, and never look back.", "remediation"),
    ],
)
def test_what_the_runbook_warns_of_is_offered_to_nobody(sentence: str, kind: str) -> None:
    """Its verdict stays what it is; the reason is the runbook's own."""
    (step,) = (each for each in steps(f"# Runbook\n## Cache\n\n{sentence}\n") if "FLUSHALL" in str(each.get("written")))
    assert kind in step
    assert step["verdict"] == "mutating"
    assert ("why" in step) == (kind == "manual")
