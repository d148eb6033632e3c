"""AWS command lines: the call that each one makes, and what it would do."""

import shlex

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from compiler.proof import aws
from compiler.proof.aws.call import Call
from compiler.proof.aws.model import service, services
from compiler.proof.carrier import Carried
from compiler.proof.word_list import word_list
from incident.verdict import Judgement, Verdict
from tests.compiler.proof.cases import cases, texts

_NOT_READS = texts("aws", Verdict.MUTATING, Verdict.REFUSED)
_CHANGES = texts("aws", Verdict.MUTATING)
_ADDITIONS = sorted(
    word_list(
        """
        --dry-run --dryrun --no-paginate --no-cli-pager --no-dry-run --debug --no-sign-request --version --help
        --read-only --query=x --output=json --region=eu-west-1 --max-items=1 --page-size=1 --profile=x --color=off
        --generate-cli-skeleton --cli-input-json={} --no-execute-changeset help wait
        """
    )
)


def _call(command: str) -> Call:
    found = aws.parse_call(shlex.split(command))
    assert isinstance(found, Call), found
    return found


def _unwrapped(inner: str) -> Carried | Judgement | None:
    return aws.unwrap(
        ["aws", "ecs", "execute-command", "--cluster", "c", "--task", "t", "--interactive", *inner.split(" ", 1)]
    )


@pytest.mark.parametrize(("verdict", "command"), cases("aws"))
def test_the_operation_decides_and_not_how_its_verb_sounds(verdict: Verdict, command: str) -> None:
    judgement = aws.judge(shlex.split(command))
    assert judgement.verdict is verdict, judgement.reason


def test_words_become_a_service_an_operation_and_parameters() -> None:
    call = _call(
        "aws --region eu-west-1 ecs describe-services --cluster prod --services api worker --query a --output text"
    )
    assert (call.service, call.operation.name, call.region) == ("ecs", "describe-services", "eu-west-1")
    assert call.parameters == {"cluster": "prod", "services": ("api", "worker")}
    assert (call.query, call.output) == ("a", "text")


def test_a_flag_may_be_given_or_denied() -> None:
    assert _call("aws ec2 describe-instance-status --no-include-all-instances").parameters == {
        "no-include-all-instances": True
    }
    assert _call("aws logs describe-log-streams --log-group-name g --descending").parameters["descending"] is True


def test_one_value_stays_one_value() -> None:
    assert _call("aws ec2 describe-instances --instance-ids 'i-1 i-2'").parameters == {"instance-ids": ("i-1 i-2",)}


def test_what_waits_tells_what_it_asks_again_and_again() -> None:
    command = "aws ecs wait services-stable --cluster c --services s"
    call, judgement = _call(command), aws.judge(shlex.split(command))
    assert (call.waiter, call.operation.name) == ("services-stable", "describe-services")
    assert judgement.rewrite == command
    assert "no longer than" in judgement.reason


def test_following_a_log_becomes_one_look_at_its_last_events() -> None:
    command = "aws logs tail /ecs/api --follow --since 1h --filter-pattern ERROR --region eu-west-1"
    assert aws.judge(shlex.split(command)).rewrite == command.replace(" --follow", "")
    call = _call(command)
    assert (call.operation.name, call.since) == ("filter-log-events", "1h")
    assert call.parameters == {"log-group-name": "/ecs/api", "filter-pattern": "ERROR"}


def test_a_listing_in_s3_is_the_call_behind_it() -> None:
    call = _call("aws s3 ls s3://backups/db/ --human-readable")
    assert call.operation.name == "list-objects-v2"
    assert call.parameters == {"bucket": "backups", "prefix": "db/", "delimiter": "/"}
    assert "delimiter" not in _call("aws s3 ls backups --recursive").parameters
    assert _call("aws s3 ls").operation.name == "list-buckets"


@pytest.mark.parametrize(
    ("command", "bound"),
    [
        ("aws logs filter-log-events --log-group-name g", "--max-items 100"),
        ("aws logs get-log-events --log-group-name g --log-stream-name s", "--limit 100"),
        ("aws s3api list-objects-v2 --bucket b", "--max-items 1000"),
        ("aws cloudtrail lookup-events", "--max-items 50"),
    ],
)
def test_a_read_without_an_end_is_bounded_and_one_with_an_end_is_left_alone(command: str, bound: str) -> None:
    bounded = f"{command} {bound}"
    assert aws.judge(shlex.split(command)).rewrite == bounded
    assert aws.judge(shlex.split(bounded)) == Judgement(Verdict.READ_ONLY, aws.judge(shlex.split(command)).reason)


@pytest.mark.parametrize(
    ("command", "left_out"),
    [
        ("aws ecs describe-task-definition --task-definition api", "environment"),
        ("aws lambda get-function-configuration --function-name f", "Variables"),
        ("aws ec2 describe-launch-template-versions --launch-template-id l", "UserData"),
        ("aws autoscaling describe-launch-configurations", "UserData"),
        ("aws codebuild batch-get-projects --names a", "environmentVariables"),
        ("aws batch describe-jobs --jobs j", "environment"),
        ("aws directconnect describe-virtual-interfaces", "authKey"),
        ("aws ec2 describe-vpn-connections", "CustomerGatewayConfiguration"),
        ("aws elbv2 describe-rules", "ClientSecret"),
        ("aws glue get-jobs", "DefaultArguments"),
        ("aws dms describe-endpoints", "Password"),
        ("aws imagebuilder get-image --image-build-version-arn a", "userDataOverride"),
        ("aws sagemaker describe-optimization-job --optimization-job-name j", "OverrideEnvironment"),
        ("aws codepipeline list-action-executions --pipeline-name p", "resolvedConfiguration"),
        ("aws apigateway get-stages --rest-api-id a", "stageVariableOverrides"),
    ],
)
def test_a_secret_that_stands_by_the_way_is_left_out_of_the_answer_and_said(command: str, left_out: str) -> None:
    assert left_out in _call(command).operation.left_out
    assert left_out in aws.judge(shlex.split(command)).reason


def test_a_secret_written_out_and_a_file_are_said_on_the_card() -> None:
    written = aws.judge(shlex.split("aws secretsmanager update-secret --secret-id db --secret-string hunter2"))
    assert "--secret-string is written out" in written.reason
    named = aws.judge(shlex.split("aws secretsmanager update-secret --secret-id db --secret-string $NEW"))
    assert "written out" not in named.reason
    pinned = aws.judge(
        shlex.split("aws iam put-role-policy --role-name r --policy-name p --policy-document file://a.json")
    )
    assert "file://a.json" in pinned.reason


def test_what_is_more_than_one_call_has_none() -> None:
    found = aws.parse_call(shlex.split("aws s3 sync s3://a s3://b"))
    assert isinstance(found, Judgement)
    assert found.verdict is Verdict.REFUSED


def test_a_command_carried_into_a_task_is_unwrapped_with_its_place() -> None:
    found = aws.unwrap(
        shlex.split(
            "aws ecs execute-command --region eu-west-1 --cluster c --task <task-id> --container app --interactive "
            """--command "psql -c 'SELECT 1;'" """
        )
    )
    assert found == Carried(
        via="ecs",
        argv=("psql", "-c", "SELECT 1;"),
        names={"cluster": "c", "task": "<task-id>", "container": "app", "region": "eu-west-1"},
    )


@pytest.mark.parametrize(
    "inner",
    [
        "--command /bin/bash",
        "--command sh",
        "--command=bash -l",
        "--command redis-cli PING; reboot",
        "--command redis-cli PING && reboot",
        "--command cat<x",
        "--command echo `id`",
        "--command echo $(id)",
        "--command 'unclosed",
        "--command ls\nreboot",
        "--command=",
        "--commands x",
        "--cli-input-json {}",
        "--command file://inner",
    ],
)
def test_a_shell_or_several_commands_carried_into_a_task_are_refused(inner: str) -> None:
    found = _unwrapped(inner)
    assert isinstance(found, Judgement)
    assert found.verdict is Verdict.REFUSED


def test_only_execute_command_carries() -> None:
    for command in ("aws ecs list-clusters", "aws", "docker exec a b", "aws --profile x ecs list-clusters"):
        assert aws.unwrap(shlex.split(command)) is None


def test_no_waiter_asks_anything_that_does_more_than_look() -> None:
    for name in services():
        known = service(name)
        assert known
        for operation in known.waiters.values():
            assert operation.startswith(("describe-", "get-", "head-", "list-")), (name, operation)


@given(st.sampled_from(_NOT_READS), st.lists(st.sampled_from(_ADDITIONS), max_size=3), st.data())
@settings(max_examples=400)
def test_no_added_option_makes_anything_a_read(command: str, additions: list[str], data: st.DataObject) -> None:
    words = shlex.split(command)
    for addition in additions:
        words.insert(data.draw(st.integers(1, len(words))), addition)
    assume(words[-1].startswith("-") or not shlex.split(command)[-1].startswith("--"))  # It would be what was missing.
    if words != ["aws", "--version"]:
        assert aws.judge(words).verdict is not Verdict.READ_ONLY, words


@given(st.sampled_from(_CHANGES), st.data())
@settings(max_examples=400)
def test_no_spelling_of_a_change_makes_it_a_read(command: str, data: st.DataObject) -> None:
    words = shlex.split(command)
    place = data.draw(st.integers(0, len(words) - 1))
    change = data.draw(
        st.sampled_from((str.upper, str.title, lambda word: word[:-1], lambda word: f"--{word}", lambda _: ""))
    )
    words[place] = change(words[place])
    assert aws.judge(words).verdict is not Verdict.READ_ONLY, words


@given(
    st.lists(
        st.one_of(st.text(), st.sampled_from(["aws", "s3", "ecs", "wait", "--query", "--", "-", "--=", "logs", "tail"]))
    )
)
def test_no_words_make_the_judge_fail(words: list[str]) -> None:
    for argv in (words, ["aws", *words]):
        assert aws.judge(argv).reason
        aws.unwrap(argv)
        aws.parse_call(argv)
