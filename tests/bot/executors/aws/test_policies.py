"""What a policy of AWS allows is read as AWS reads it: by patterns, without telling capitals apart."""

import json
from typing import Any

import pytest
from moto.iam.aws_managed_policies import aws_managed_policies_data

from bot.executors.aws.policies import too_much

MANAGED: dict[str, Any] = json.loads(aws_managed_policies_data)


def allowing(action: str | list[str]) -> dict[str, Any]:
    return {"Statement": {"Effect": "Allow", "Action": action, "Resource": "arn:aws:ecs:eu-central-1:1:service/a/b"}}


@pytest.mark.parametrize(
    "action",
    [
        "ecs:UpdateService", "ECS:updateservice", "ecs:*", "*", "*:*", "ecs:Update*", "rds:?eboot*", "iam:PassRole",
        "lambda:InvokeFunction", "secretsmanager:Get*", "kms:Decrypt", "sts:AssumeRole", "unheard-of:Do*",
        "sqs:ReceiveMessage", "s3:PutObject", "states:Start*", ["ecs:List*", "logs:DeleteLogGroup"],
    ],
)  # fmt: skip
def test_a_change_or_a_secret_is_found_whatever_resource_it_is_limited_to(action: str | list[str]) -> None:
    assert list(too_much(allowing(action)))


@pytest.mark.parametrize(
    "action", ["ecs:Describe*", "logs:StartQuery", "logs:FilterLogEvents", "ec2:Get*", "s3:ListBucket", "iam:Simulate*"]
)
def test_a_look_is_let_through(action: str) -> None:
    assert not list(too_much(allowing(action)))


def test_everything_but_something_is_too_much_and_a_denial_allows_nothing() -> None:
    assert list(too_much({"Statement": [{"Effect": "Allow", "NotAction": "iam:*", "Resource": "*"}]}))
    assert not list(too_much({"Statement": [{"Effect": "Deny", "Action": "*", "Resource": "*"}]}))


@pytest.mark.parametrize(
    ("name", "looks"),
    [
        ("ViewOnlyAccess", True),
        ("CloudWatchLogsReadOnlyAccess", True),
        ("AmazonRDSReadOnlyAccess", True),
        ("ReadOnlyAccess", False),
        ("PowerUserAccess", False),
    ],
)
def test_policies_of_aws_itself_are_told_apart(name: str, looks: bool) -> None:
    assert (not list(too_much(MANAGED[name]["Document"]))) == looks
