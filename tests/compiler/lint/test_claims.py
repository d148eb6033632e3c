"""Steps that cannot have the effect they claim, and those that look alike and can."""

import pytest

from compiler.lint.remark import Weight
from compiler.proof.line import prove
from incident.verdict import Verdict
from tests.compiler.lint.linting import said, shell


@pytest.mark.parametrize(
    "restart",
    [
        "docker compose restart api",
        "kubectl rollout restart deploy/api",
        "systemctl restart api",
        "docker restart api",
        "aws ecs update-service --cluster shop --service api --force-new-deployment",
        "sudo service api restart",
    ],
)
def test_a_variable_of_the_shell_does_not_reach_what_is_restarted(restart: str) -> None:
    (remark,) = said(shell("export LIMIT=1", restart), "no-effect")
    assert (remark.line, remark.weight) == (3, Weight.ERROR)
    assert "line 4" in remark.text


@pytest.mark.parametrize(
    "lines",
    [
        ("export TAG=v2", "docker compose up -d api"),
        ("export TAG=v2", "docker compose restart web", "docker compose up -d api"),
        ("export NAME=api", "docker compose restart $NAME"),
        ("export KUBECONFIG=/srv/kube", "kubectl rollout restart deploy/api"),
        ("export LIMIT=1", "uptime"),
        ("docker compose restart api", "export LIMIT=1"),
    ],
)
def test_a_variable_that_something_below_uses_is_fine(lines: tuple[str, ...]) -> None:
    assert not said(shell(*lines), "no-effect")


@pytest.mark.parametrize("command", ["redis-cli DEL cart:*", 'redis-cli UNLINK "cart:*"', "redis-cli TTL cart:?"])
def test_a_pattern_is_no_name_of_a_key_and_what_does_it_is_proven(command: str) -> None:
    (remark,) = said(shell(command), "no-effect")
    assert "--scan --pattern 'cart:" in remark.instead
    for each in remark.instead.split(", then "):
        assert prove(each).judgement.verdict is not Verdict.REFUSED


@pytest.mark.parametrize(
    "keys", ["cart:1", "cart:<user-id>", "cart:{{user}}", "cart:${USER_ID}", "$(redis-cli --scan)"]
)
def test_names_of_keys_and_blanks_are_no_patterns(keys: str) -> None:
    assert not said(shell(f"redis-cli DEL {keys}"), "no-effect")


def test_columns_that_every_cared_for_postgresql_has_lost_are_errors_and_later_losses_warnings() -> None:
    (old,) = said(shell('psql -c "SELECT mean_time FROM pg_stat_statements"'), "removed-column")
    (new,) = said(shell('psql -c "SELECT checkpoints_timed FROM pg_stat_bgwriter"'), "removed-column")
    assert (old.instead, old.weight) == ("mean_exec_time", Weight.ERROR)
    assert new.weight is Weight.WARNING


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT mean_exec_time AS mean_time FROM pg_stat_statements ORDER BY mean_time",
        "SELECT count(*) AS waiting FROM pg_stat_activity",
        "SELECT count(*) FROM pg_stat_activity WHERE state = 'waiting'",
        "SELECT mean_time FROM our_own_figures",
    ],
)
def test_a_name_that_the_query_gives_itself_is_no_removed_column(sql: str) -> None:
    assert not said(f"# Look\n```sql\n{sql};\n```", "removed-column")


def _rule(name: str, expression: str, summary: str = "") -> str:
    return f"# Alerts\n```yaml\n- alert: {name}\n  expr: {expression}\n  annotations:\n    summary: {summary}\n```"


@pytest.mark.parametrize(
    ("name", "expression", "summary"),
    [
        ("HighErrorRate", 'rate(http_requests_total{status=~"5.."}[5m]) > 0.05', ""),
        ("ManyErrors", 'rate(http_requests_total{path="/api/v1"}[5m]) > 0.05', "more than 5% fail"),
        ("ManyErrors", "rate(http_errors_total[5m]) > 5", "more than 5% fail"),
    ],
)
def test_a_rate_a_second_is_no_share(name: str, expression: str, summary: str) -> None:
    (remark,) = said(_rule(name, expression, summary), "wrong-unit")
    assert remark.line == 3


@pytest.mark.parametrize(
    ("name", "expression", "summary"),
    [
        ("HighErrorRate", "sum(rate(errors_total[5m])) / sum(rate(requests_total[5m])) > 0.05", "5%"),
        ("HighRequestRate", "rate(http_requests_total[5m]) < 0.1", "hardly any traffic"),
        ("ManyErrors", "rate(http_errors_total[5m]) > 100", "more than 100 errors a second, 5% usually"),
        ("SlowShare", "histogram_quantile(0.95, rate(http_seconds_count[5m])) > 0.5", "95% above half a second"),
        ("DiskShare", "disk_used_ratio > 0.9", "90%"),
    ],
)
def test_shares_and_plain_rates_are_fine(name: str, expression: str, summary: str) -> None:
    assert not said(_rule(name, expression, summary), "wrong-unit")


@pytest.mark.parametrize(
    ("expression", "told"),
    [
        ('sum(rate(http_requests_total{status=~"5.."}[5m]))', True),
        ('sum(rate(http_requests_total{path="/a"}[5m]))', True),
        ("sum(rate(errors_total[5m])) / sum(rate(requests_total[5m])) * 100", False),
    ],
)
def test_a_row_that_bounds_a_rate_a_second_by_per_cent_is_told(expression: str, told: bool) -> None:
    head = "# Shop\n\n## Thresholds\n\n| Metric | Normal | Warning | Critical | Query |\n|---|---|---|---|---|\n"
    row = f"| Errors | < 1 % | 1 % | 2 % | `{expression}` |\n"
    assert bool(said(head + row, "wrong-unit")) is told
