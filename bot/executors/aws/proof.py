"""Can an AWS identity only look? Its policies are read, AWS is asked what they allow, and changes are tried as it.

Every change that is tried names something that nobody has, so that one which is let through finds nothing. Where the
identity may neither read its policies nor ask for a simulation, the refusals alone are the proof, and it says so.
"""

import re
from collections.abc import Mapping
from typing import Any, Final

from bot.executors.attestation import NotProven
from bot.executors.aws.answer import sample
from bot.executors.aws.policies import first_change
from bot.executors.aws.rights import changes
from bot.executors.aws.session import Session
from bot.executors.tool.answer import Denied
from compiler.proof.word_list import word_list

_NOBODY: Final = "muster-canary"

CANARIES: Final[tuple[tuple[str, str, Mapping[str, Any]], ...]] = (
    ("ecs", "update-service", {"cluster": _NOBODY, "service": _NOBODY, "desiredCount": 0}),
    ("ecs", "stop-task", {"cluster": _NOBODY, "task": _NOBODY}),
    ("logs", "delete-log-group", {"logGroupName": _NOBODY}),
    ("rds", "delete-db-cluster", {"DBClusterIdentifier": _NOBODY, "SkipFinalSnapshot": True}),
    ("rds", "reboot-db-instance", {"DBInstanceIdentifier": _NOBODY}),
    ("secretsmanager", "delete-secret", {"SecretId": _NOBODY}),
    ("secretsmanager", "get-secret-value", {"SecretId": _NOBODY}),
    ("dynamodb", "delete-table", {"TableName": _NOBODY}),
    ("ec2", "terminate-instances", {"InstanceIds": ["i-00000000000000000"], "DryRun": True}),
    ("lambda", "delete-function", {"FunctionName": _NOBODY}),
    ("iam", "delete-user", {"UserName": _NOBODY}),
)
"""Changes, and the reading of a secret, that must be refused."""

_WORST: Final = word_list(
    """
    ecs:UpdateService ecs:StopTask ecs:RunTask ecs:DeleteService ecs:ExecuteCommand logs:DeleteLogGroup
    logs:PutLogEvents rds:DeleteDBCluster rds:DeleteDBInstance rds:RebootDBInstance rds:ModifyDBCluster
    rds:CreateDBClusterSnapshot rds:RestoreDBClusterFromSnapshot secretsmanager:GetSecretValue
    secretsmanager:UpdateSecret secretsmanager:DeleteSecret ssm:SendCommand ssm:StartSession ssm:PutParameter
    dynamodb:PutItem dynamodb:DeleteItem dynamodb:DeleteTable ec2:TerminateInstances ec2:StopInstances
    ec2:RunInstances ec2:AuthorizeSecurityGroupIngress lambda:InvokeFunction lambda:UpdateFunctionCode
    lambda:DeleteFunction iam:CreateUser iam:DeleteUser iam:PutRolePolicy iam:AttachRolePolicy
    iam:CreateAccessKey iam:PassRole s3:PutObject s3:DeleteObject s3:DeleteBucket sqs:SendMessage
    sqs:PurgeQueue sqs:ReceiveMessage sns:Publish kms:Decrypt cloudformation:DeleteStack
    autoscaling:UpdateAutoScalingGroup application-autoscaling:PutScalingPolicy
    elasticloadbalancing:DeleteLoadBalancer route53:ChangeResourceRecordSets ses:SendEmail
    """
)
"""What a simulation is asked for beside all changes that Muster knows the resources of."""
_OWNER: Final = re.compile(
    r"arn:aws[a-z-]*:(?:iam::\d{12}:user/(?:.*/)?(?P<user>[^/]+)|sts::\d{12}:assumed-role/(?P<role>[^/]+)/.+)"
)
_ASSUMED: Final = re.compile(r"arn:(aws[a-z-]*):sts::(\d{12}):assumed-role/([^/]+)/.+")


async def prove_read_only(session: Session, *, seconds: float) -> str:
    """One sentence of proof, or NotProven with the first right too many. Raises Denied or Unanswered."""
    who = await session.call("sts", "get-caller-identity", {}, seconds=seconds)
    arn = str(who.get("Arn", ""))
    if arn.endswith(":root"):
        raise NotProven(
            "Diagnostics are the account's root user, who may do everything: give them a role of their own."
        )
    told = [await _read(session, arn, seconds), await _simulated(session, arn, seconds)]
    for service, operation, given in CANARIES:
        if (answer := await _tried(session, service, operation, given, seconds)) is not None:
            raise NotProven(f"{arn} was not refused {service} {operation} ({answer}): take that right from it.")
    tried = ", ".join(f"{service} {operation}" for service, operation, _ in CANARIES)
    return f"{arn} was refused all of {len(CANARIES)} changes that were tried as it ({tried}). {' '.join(told)}"


async def _read(session: Session, arn: str, seconds: float) -> str:
    """What its policies say in their own words, where it may read them."""
    found = _OWNER.fullmatch(arn)
    if found is None:
        return "Its policies are none that IAM lists."
    kind, name = ("role", found["role"]) if found["role"] else ("user", found["user"])
    try:
        change, count = await first_change(session, kind=kind, name=name, seconds=seconds)
    except Denied:
        return "It may not read its policies, so a right to change one named thing would not have been seen."
    if change is not None:
        raise NotProven(f"A policy of {arn} allows {change}: take that from it.")
    policies = "its one policy was" if count == 1 else f"its {count} policies were"
    return f"Every statement of {policies} read, and none allows a change of anything."


async def _simulated(session: Session, arn: str, seconds: float) -> str:
    assumed = _ASSUMED.fullmatch(arn)
    source = f"arn:{assumed[1]}:iam::{assumed[2]}:role/{assumed[3]}" if assumed else arn
    given = {"PolicySourceArn": source, "ActionNames": sorted(changes() | _WORST)}
    try:
        answer = await session.pages("iam", "simulate-principal-policy", given, {}, seconds=seconds)
    except Denied as no:
        return "It may not ask for a simulation of its policies." if no.missing_right else f"No simulation: {no}"
    results = answer.get("EvaluationResults", [])
    allowed = [str(each.get("EvalActionName")) for each in results if each.get("EvalDecision") == "allowed"]
    if allowed:
        raise NotProven(f"The policies of {arn} allow {sample(allowed)}: take that from it.")
    return f"AWS's simulation allows it none of {len(results)} actions that change something or show a secret."


async def _tried(
    session: Session, service: str, operation: str, given: Mapping[str, Any], seconds: float
) -> str | None:
    """What answered a change that was let through; None when it was refused for want of the right."""
    try:
        await session.call(service, operation, given, seconds=seconds)
    except Denied as refusal:
        return None if refusal.missing_right else str(refusal)
    return "it was done"
