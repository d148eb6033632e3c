"""What lint says about values under two names, names with two meanings, and values that nobody gives or takes."""

import time

import pytest
from msgspec.structs import replace

from compiler.compiling.compiled import compile_runbook
from compiler.lint.passing import of_values
from compiler.lint.remark import Remark
from incident.digest import Facts
from tests.compiler.compiling.compiled import step_id, steps
from tests.compiler.lint.linting import report, said, shell


@pytest.mark.parametrize(
    ("one", "other"),
    [("<pod>", "<pod-name>"), ("{{pod_name}}", "<pod>"), ("$POD_NAME", "<pod>"), ("<your-pod>", "<pod>")],
)
def test_one_value_under_two_names_is_remarked_on_where_the_second_stands(one: str, other: str) -> None:
    (remark,) = said(shell(f"kubectl logs {one}", f"kubectl delete pod {other}"), "two-names")
    assert remark.line == 4


@pytest.mark.parametrize(
    ("one", "other"),
    [("<pod>", "{{pod}}"), ("<user-id>", "<user-name>"), ("<pod>", "<port>"), ("<blue-pod>", "<green-pod>")],
)
def test_two_values_are_not(one: str, other: str) -> None:
    assert not said(shell(f"kubectl logs {one}", f"kubectl delete pod {other}"), "two-names")


def test_names_of_two_procedures_have_nothing_to_do_with_each_other() -> None:
    text = "# Runbook\n## Look\n```sh\nkubectl logs <pod>\n```\n## End\n```sh\nkubectl delete pod <pod-name>\n```"
    assert not said(text, "two-names")


def test_a_vague_name_for_two_kinds_of_value_is_remarked_on() -> None:
    """An id of a task and one of a user: what fits one is wrong in the other."""
    text = shell(
        "aws ecs stop-task --cluster c --task <id>",
        "psql -c \"UPDATE users SET active = false WHERE user_id = '<id>'\"",
    )
    (remark,) = said(text, "two-meanings")
    assert (remark.line, remark.instead) == (4, "{{user_id}} and {{task_id}}")


@pytest.mark.parametrize(
    "lines",
    [
        ("aws ecs stop-task --cluster c --task <id>", "aws ecs describe-tasks --cluster c --task <id>"),
        ("docker stop <id>", "docker rm <id>"),
        ("aws ecs stop-task --cluster c --task <task>", "aws ecs update-service --cluster c --service <task>"),
    ],
)
def test_one_kind_of_value_is_not(lines: tuple[str, ...]) -> None:
    assert not said(shell(*lines), "two-meanings")


def test_a_variable_that_nothing_uses_is_remarked_on() -> None:
    (remark,) = said(shell("ID=$(redis-cli LINDEX failed 0)", "redis-cli LLEN failed"), "unused-value")
    assert remark.line == 3


@pytest.mark.parametrize("use", ["echo $ID", 'curl "https://x.example/${ID}"', 'if [ -n "$ID" ]; then ls; fi'])
def test_a_variable_that_anything_uses_is_not(use: str) -> None:
    assert not said(shell("ID=$(redis-cli LINDEX failed 0)", use), "unused-value")


def test_a_value_that_may_be_several_is_remarked_on_with_the_form_that_is_one() -> None:
    (remark,) = said(shell("PODS=$(kubectl get pods -o name)", "kubectl delete $PODS"), "no-value")
    assert (remark.line, remark.instead[:8]) == (3, "-o jsonp")


def test_a_value_that_words_promise_and_no_answer_holds_is_remarked_on() -> None:
    text = """
        # Runbook
        ## Restore
        1. Note the snapshot id: `aws rds describe-db-snapshots`
        2. Restore: `aws rds delete-db-snapshot --db-snapshot-identifier <snapshot-id>`
        """
    (remark,) = said(text, "no-value")
    assert remark.line == 3


def test_a_value_that_is_given_is_not_remarked_on() -> None:
    text = shell("ID=$(redis-cli LINDEX failed 0)", "redis-cli LREM failed 1 $ID")
    assert not [each for each in report(text).remarks if each.rule in ("no-value", "unused-value", "two-names")]


def _with_overlay(keys: str) -> list[Remark]:
    text = shell("redis-cli LINDEX failed 0", "redis-cli LREM failed 1 {{job}}")
    first = steps(text)[0]
    overlay = f"steps:\n  {step_id(first)}:\n    for: '{str(first['form'])[:8]}'\n    {keys}\n"
    return [each for each in report(text, overlay).remarks if each.rule == "unused-value"]


def test_what_the_overlay_gives_to_nobody_is_remarked_on() -> None:
    (remark,) = _with_overlay("gives: task")
    assert remark.line == 3
    assert not _with_overlay("gives: job"), "a later parameter is called so"


def test_many_names_are_compared_in_time_in_proportion() -> None:
    """Nobody writes twenty thousand, and they must not hang a build."""
    names = [f"pod_{'a' * (n % 50)}{n}" for n in range(10_000)] + [f"{'the_' * n}pod_name" for n in range(500)]
    step: Facts = {"line": 1, "written": "", "parameters": [{"name": name} for name in names]}
    compiled = replace(compile_runbook("", system="shop"), catalog={"procedures": [{"steps": [step]}]})
    began = time.process_time()
    list(of_values("", compiled))
    assert time.process_time() - began < 10
