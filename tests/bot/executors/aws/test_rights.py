"""A role that is taken for one change may do that change to what the step names, as AWS's own rules are written."""

import json
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import boto3
import pytest
import yaml
from moto.iam.access_control import IAMPolicy, PermissionResult

from bot.executors.aws.rights import Rights, rights_of
from bot.executors.aws.rights_table import BESIDE, TABLE
from bot.executors.aws.values import parameters_of
from compiler.proof import aws
from compiler.proof.aws.call import Call

ROLE = "arn:aws:iam::123456789012:role/fixer"
HERE = "eu-central-1:123456789012"
LIBRARY = boto3.Session()
NAMED = {"elasticloadbalancing": "elbv2", "states": "stepfunctions"}
CATALOGS = (Path(__file__).parents[4] / "runbooks").glob("*/catalog.yaml")


def operation_of(call: Call) -> Any:
    """The library's model of what a command line calls."""
    name = call.operation.name.replace("-", "_")
    service = _client(call.service)
    return service.meta.service_model.operation_model(service.meta.method_to_api_mapping[name])


@cache
def _client(service: str) -> Any:
    return LIBRARY.client(
        {"s3api": "s3", "deploy": "codedeploy"}.get(service, service),
        region_name="eu-central-1",
        aws_access_key_id="a",
        aws_secret_access_key="b",
    )


def rights(line: str, role: str = ROLE) -> Rights:
    """What the role is left with for one command line, by the way that the executor takes."""
    call = aws.parse_call(["aws", *line.split()])
    assert isinstance(call, Call), call
    found = operation_of(call)
    return rights_of(found, parameters_of(call, found), role=role, region="eu-central-1")


def statements(found: Rights) -> list[dict[str, Any]]:
    assert found.policy is not None
    return list(json.loads(found.policy)["Statement"])


@pytest.mark.parametrize(
    ("line", "action", "resources"),
    [
        ("ecs update-service --cluster shop --service web --desired-count 2", "ecs:UpdateService",
         [f"arn:aws:ecs:{HERE}:service/shop/web"]),
        ("ecs update-service --service web --desired-count 2", "ecs:UpdateService",
         [f"arn:aws:ecs:{HERE}:service/default/web"]),
        (f"ecs update-service --cluster arn:aws:ecs:{HERE}:cluster/shop --service web", "ecs:UpdateService",
         [f"arn:aws:ecs:{HERE}:service/shop/web"]),
        (f"ecs update-service --service arn:aws:ecs:{HERE}:service/shop/web", "ecs:UpdateService",
         [f"arn:aws:ecs:{HERE}:service/shop/web"]),
        ("ecs run-task --cluster shop --task-definition web", "ecs:RunTask",
         [f"arn:aws:ecs:{HERE}:task-definition/web:*"]),
        ("ecs run-task --cluster shop --task-definition web:3", "ecs:RunTask",
         [f"arn:aws:ecs:{HERE}:task-definition/web:3"]),
        ("rds reboot-db-instance --db-instance-identifier Shop", "rds:RebootDBInstance",
         [f"arn:aws:rds:{HERE}:db:shop"]),
        ("rds create-db-snapshot --db-instance-identifier shop --db-snapshot-identifier one", "rds:CreateDBSnapshot",
         [f"arn:aws:rds:{HERE}:db:shop", f"arn:aws:rds:{HERE}:snapshot:one"]),
        ("secretsmanager rotate-secret --secret-id KEY", "secretsmanager:RotateSecret",
         [f"arn:aws:secretsmanager:{HERE}:secret:KEY-??????"]),
        (f"secretsmanager rotate-secret --secret-id arn:aws:secretsmanager:{HERE}:secret:KEY",
         "secretsmanager:RotateSecret",
         [f"arn:aws:secretsmanager:{HERE}:secret:KEY", f"arn:aws:secretsmanager:{HERE}:secret:KEY-??????"]),
        ("logs put-retention-policy --log-group-name /ecs/web --retention-in-days 7", "logs:PutRetentionPolicy",
         [f"arn:aws:logs:{HERE}:log-group:/ecs/web", f"arn:aws:logs:{HERE}:log-group:/ecs/web:*"]),
        ("sqs purge-queue --queue-url https://sqs.eu-central-1.amazonaws.com/123456789012/jobs", "sqs:PurgeQueue",
         ["arn:aws:sqs:eu-central-1:*:jobs"]),
        ("lambda put-function-concurrency --function-name resize --reserved-concurrent-executions 0",
         "lambda:PutFunctionConcurrency", [f"arn:aws:lambda:{HERE}:function:resize"]),
        ("autoscaling set-desired-capacity --auto-scaling-group-name web --desired-capacity 3",
         "autoscaling:SetDesiredCapacity", [f"arn:aws:autoscaling:{HERE}:autoScalingGroup:*:autoScalingGroupName/web"]),
        ("ec2 stop-instances --instance-ids i-1 i-2", "ec2:StopInstances",
         [f"arn:aws:ec2:{HERE}:instance/i-1", f"arn:aws:ec2:{HERE}:instance/i-2"]),
        ("s3api put-bucket-versioning --bucket assets --versioning-configuration Status=Enabled",
         "s3:PutBucketVersioning", ["arn:aws:s3:::assets"]),
        ("s3api delete-object --bucket assets --key a/b*", "s3:DeleteObject", ["arn:aws:s3:::assets/a/b${*}"]),
        ("cloudwatch disable-alarm-actions --alarm-names one two", "cloudwatch:DisableAlarmActions",
         [f"arn:aws:cloudwatch:{HERE}:alarm:one", f"arn:aws:cloudwatch:{HERE}:alarm:two"]),
        ("elbv2 deregister-targets --targets Id=i-1 --target-group-arn "
         f"arn:aws:elasticloadbalancing:{HERE}:targetgroup/web/1", "elasticloadbalancing:DeregisterTargets",
         [f"arn:aws:elasticloadbalancing:{HERE}:targetgroup/web/1"]),
        ("ssm put-parameter --name /shop/mode --value slow --overwrite", "ssm:PutParameter",
         [f"arn:aws:ssm:{HERE}:parameter/shop/mode"]),
    ],
)  # fmt: skip
def test_a_step_is_given_its_operation_on_what_it_names(line: str, action: str, resources: list[str]) -> None:
    first = statements(rights(line))[0]
    assert first["Action"][0] == action
    assert first["Resource"] == resources


@pytest.mark.parametrize(
    ("action", "resource", "permitted"),
    [
        ("ecs:UpdateService", f"arn:aws:ecs:{HERE}:service/shop/web", True),
        ("ecs:UpdateService", f"arn:aws:ecs:{HERE}:service/shop/worker", False),
        ("ecs:UpdateService", "arn:aws:ecs:us-east-1:123456789012:service/shop/web", False),
        ("ecs:DeleteService", f"arn:aws:ecs:{HERE}:service/shop/web", False),
        ("iam:CreateUser", "*", False),
    ],
)
def test_the_policy_permits_nothing_else(action: str, resource: str, permitted: bool) -> None:
    policy = rights("ecs update-service --cluster shop --service web --desired-count 2").policy
    found = IAMPolicy(policy).is_action_permitted(action, resource)
    assert (found is PermissionResult.PERMITTED) == permitted


def test_a_restored_cluster_needs_its_source_its_groups_and_a_key_by_way_of_the_service() -> None:
    line = "rds restore-db-cluster-from-snapshot --db-cluster-identifier back --snapshot-identifier rds:old"
    own, keys = statements(rights(f"{line} --engine aurora-postgresql --db-subnet-group-name net"))
    assert f"arn:aws:rds:{HERE}:cluster:back" == own["Resource"][0]
    assert {f"arn:aws:rds:{HERE}:cluster-snapshot:rds:old", f"arn:aws:rds:{HERE}:subgrp:net"} <= set(own["Resource"])
    assert keys["Condition"] == {"StringLike": {"kms:ViaService": "rds.eu-central-1.amazonaws.com*"}}


def test_a_role_that_the_step_names_may_be_passed_and_no_other() -> None:
    line = "lambda update-function-configuration --function-name resize --role arn:aws:iam::123456789012:role/resizer"
    passed = next(each for each in statements(rights(line)) if each["Action"] == ["iam:PassRole"])
    assert passed["Resource"] == ["arn:aws:iam::123456789012:role/resizer"]


def test_scaling_bounds_are_set_on_the_one_service_that_they_are_for() -> None:
    line = "application-autoscaling register-scalable-target --service-namespace ecs --min-capacity 2"
    line += " --resource-id service/shop/web --scalable-dimension ecs:service:DesiredCount"
    own, beside = statements(rights(line))
    assert own == {"Effect": "Allow", "Action": ["application-autoscaling:RegisterScalableTarget"], "Resource": ["*"]}
    assert beside["Resource"] == [f"arn:aws:ecs:{HERE}:service/shop/web"]


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("ecs update-service --cluster shop --service web --desired-count 2",
         f"The role is taken for ecs:UpdateService alone, on arn:aws:ecs:{HERE}:service/shop/web."),
        ("deploy stop-deployment --deployment-id d-1", "AWS cannot limit it to what this step names"),
        ("ec2 stop-instances --instance-ids " + " ".join(f"i-{n:017x}" for n in range(40)), "cannot limit it"),
        ("ec2 stop-instances --instance-ids i-1 i-2 i-3 i-4 i-5", "instance/i-3 and 2 more."),
        ("cloudformation cancel-update-stack --stack-name web", "taken with all its rights"),
    ],
)  # fmt: skip
def test_people_are_told_what_the_role_may_do_also_where_aws_limits_it_by_nothing(line: str, said: str) -> None:
    found = rights(line)
    assert said in found.told
    assert found.policy is None or len(found.policy) <= 2048


def test_a_role_in_china_touches_what_is_there() -> None:
    found = rights("rds reboot-db-instance --db-instance-identifier a", "arn:aws-cn:iam::123456789012:role/x")
    assert statements(found)[0]["Resource"] == [f"arn:aws-cn:rds:{HERE}:db:a"]


def test_every_line_of_the_table_is_an_operation_with_those_parameters() -> None:
    for line in (TABLE + BESIDE).replace("\n    ", " ").strip().split("\n"):
        if not line:
            continue
        prefix, named, rest = line.split(maxsplit=2)
        operation = re.split("[=,]", named)[0]
        known = _client(NAMED.get(prefix, prefix)).meta.service_model.operation_model(operation).input_shape.members
        assert set(re.findall(r"\{/?(\w+)", rest)) <= set(known), line


def test_every_change_of_the_catalogs_has_its_line_in_the_table() -> None:
    found = {operation for path in CATALOGS for operation in _changes(yaml.safe_load(path.read_text()))}
    assert len(found) > 5
    lines = {tuple(re.split("[ =,]", line)[:2]) for line in (TABLE + BESIDE).split("\n") if line[:1].strip()}
    assert found <= lines


def _changes(catalog: object) -> Iterator[tuple[str, str]]:
    """Service and operation of each change that one call makes, wherever in the catalog it stands."""
    if isinstance(catalog, list):
        yield from (each for part in catalog for each in _changes(part))
    if not isinstance(catalog, dict):
        return
    call = (
        aws.parse_call([str(word) for word in catalog["aws"]])
        if "remediation" in catalog and "aws" in catalog
        else None
    )
    if isinstance(call, Call):
        found = operation_of(call)
        yield found.service_model.signing_name, found.name
    yield from (each for part in catalog.values() for each in _changes(part))
