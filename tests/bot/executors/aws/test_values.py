"""Every parameter that a command line may name finds its place in the library's models, and every value its shape."""

from typing import Any

import botocore.session
import pytest

from bot.executors.aws.values import parameters_of
from bot.executors.tool.answer import NotAllowed
from compiler.proof import aws
from compiler.proof.aws.call import Call
from compiler.proof.aws.model import Takes, service
from compiler.proof.aws.runnable import runnable
from compiler.proof.word_list import word_list

_LIBRARY = {"deploy": "codedeploy", "configservice": "config", "s3api": "s3"}
SERVICES = sorted(
    word_list(
        """
        application-autoscaling autoscaling cloudwatch codepipeline deploy ec2 ecs eks elbv2 lambda logs rds s3api ses
        sns sqs
        """
    )
)


@pytest.fixture(scope="module")
def library() -> Any:
    return botocore.session.Session()


def model(library: Any, name: str, operation: str) -> Any:
    from botocore import xform_name

    found = library.get_service_model(_LIBRARY.get(name, name))
    named = next(each for each in found.operation_names if xform_name(each, "-") == operation)
    return found.operation_model(named)


def given(library: Any, line: str) -> dict[str, Any]:
    call = aws.parse_call(["aws", *line.split()])
    assert isinstance(call, Call), call
    return parameters_of(call, model(library, call.service, call.operation.name))


@pytest.mark.parametrize("name", SERVICES)
def test_each_switch_of_a_service_is_known_to_the_library_or_told_at_load(library: Any, name: str) -> None:
    known = service(name)
    assert known is not None
    for operation in known.operations.values():
        for option in (option for option, takes in operation.parameters.items() if takes is Takes.NONE):
            call = Call(service=name, operation=operation, parameters={option: True})
            needed = [f"--{option}"]
            if runnable(["aws", name, operation.name, *needed]):
                continue
            assert list(parameters_of(call, model(library, name, operation.name)).values()) == [True]


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("ecs update-service --service w --desired-count 4", {"service": "w", "desiredCount": 4}),
        ("ecs update-service --service w --no-force-new-deployment", {"service": "w", "forceNewDeployment": False}),
        ("ecs describe-services --services a b", {"services": ["a", "b"]}),
        ('ecs describe-services --services ["a","b"]', {"services": ["a", "b"]}),
        (
            "ec2 describe-instances --filters Name=tag:app,Values=web,api Name=state,Values=on",
            {"Filters": [{"Name": "tag:app", "Values": ["web", "api"]}, {"Name": "state", "Values": ["on"]}]},
        ),
        (
            "cloudwatch get-metric-statistics --namespace AWS/ECS --metric-name CPU --period 60"
            " --start-time 2026-01-01T00:00:00Z --end-time 2026-01-01T01:00:00Z"
            " --statistics Average --dimensions Name=ServiceName,Value=web",
            {
                "Namespace": "AWS/ECS",
                "MetricName": "CPU",
                "Period": 60,
                "StartTime": "2026-01-01T00:00:00Z",
                "EndTime": "2026-01-01T01:00:00Z",
                "Statistics": ["Average"],
                "Dimensions": [{"Name": "ServiceName", "Value": "web"}],
            },
        ),
        (
            "ecs update-service --service w --network-configuration "
            "awsvpcConfiguration={subnets=[a,b],assignPublicIp=ENABLED}",
            {
                "service": "w",
                "networkConfiguration": {"awsvpcConfiguration": {"subnets": ["a", "b"], "assignPublicIp": "ENABLED"}},
            },
        ),
        (
            'ecs update-service --service w --deployment-configuration {"minimumHealthyPercent":50}',
            {"service": "w", "deploymentConfiguration": {"minimumHealthyPercent": 50}},
        ),
    ],
)
def test_words_become_the_values_of_the_call(library: Any, line: str, expected: dict[str, Any]) -> None:
    assert given(library, line) == expected


@pytest.mark.parametrize(
    "line",
    [
        "ecs update-service --service w --desired-count four",
        "ec2 describe-instances --filters Name",
        "ec2 describe-instances --filters Nam=a",
        "ecs update-service --service w --network-configuration awsvpcConfiguration={subnets=[a",
        "ecs update-service --service w --deployment-configuration {",
    ],
)
def test_a_value_of_another_shape_is_not_sent(library: Any, line: str) -> None:
    with pytest.raises(NotAllowed, match="Nothing was sent: what --"):
        given(library, line)
