"""What the policies of an AWS identity say in their own words: does any of them allow a change, of whichever resource?

A simulation asks about all resources at once and tried changes about those that nobody has, so neither sees a right to
change one named service. Reading every statement does. What a policy denies is not weighed against what it allows: a
diagnostic identity has no use for a change that only a second policy keeps it from.
"""

from collections.abc import Iterator, Mapping
from fnmatch import fnmatchcase
from functools import cache
from typing import Any, Final

from bot.executors.aws.session import Session
from compiler.proof.aws.model import service
from compiler.proof.aws.read_list import only_looks
from compiler.proof.word_list import word_list

_TOOL_NAMES: Final[Mapping[str, tuple[str, ...]]] = {
    "codedeploy": ("deploy",),
    "config": ("configservice",),
    "elasticfilesystem": ("efs",),
    "elasticloadbalancing": ("elb", "elbv2"),
    "rds": ("rds", "docdb", "neptune"),
    "s3": ("s3api",),
    "ses": ("ses", "sesv2"),
    "states": ("stepfunctions",),
    "tag": ("resourcegroupstaggingapi",),
}
"""Services that the command line knows by other names than IAM does."""
_LOOKING: Final = ("describe", "list", "get", "search", "lookup", "filter", "batchget", "batchdescribe", "head", "view")
_SECRETS: Final = word_list(
    "secretsmanager:getsecretvalue secretsmanager:batchgetsecretvalue kms:decrypt sts:assumerole sts:getfederationtoken"
)
"""What shows a secret, or makes the identity another one."""


_HARMLESS: Final = word_list(
    """
    cloudwatch:createonetimedeeplinkcode cloudwatch:generatequery cloudwatch:generatequeryresultssummary
    logs:startlivetail logs:stoplivetail logs:stopquery observabilityadmin:testtelemetrypipeline
    observabilityadmin:validatetelemetrypipelineconfiguration xray:canceltraceretrieval xray:starttraceretrieval
    """
)
"""What AWS's own read-only policies for logs and metrics hold beside looks, and what ends nothing but a look."""


async def first_change(session: Session, *, kind: str, name: str, seconds: float) -> tuple[str | None, int]:
    """The first change that the policies of a ``user`` or ``role`` allow (None for none), and how many they are.

    Raises Denied where the identity may not read them, or Unanswered.
    """
    documents = await _documents(session, kind, name, seconds)
    changes = (change for document in documents for change in too_much(document))
    return next(changes, None), len(documents)


def too_much(document: Mapping[str, Any]) -> Iterator[str]:
    """Each action of a policy's document that is allowed and more than a look, as people read it."""
    for statement in _listed(document.get("Statement")):
        if statement.get("Effect") != "Allow":
            continue
        if "NotAction" in statement:
            yield "everything but what it names"
        for pattern in _listed(statement.get("Action")):
            if many := _change_in(str(pattern)):
                yield many


def _change_in(pattern: str) -> str | None:
    """A change that an action's pattern covers; None where it only covers looks. IAM does not tell capitals apart."""
    prefix, _, action = pattern.lower().partition(":")
    if f"{prefix}:{action}" in _HARMLESS:
        return None
    known = {name: looks for name, looks in _operations(prefix).items() if fnmatchcase(name, action)}
    if changing := next((name for name, looks in known.items() if not looks), None):
        return pattern if changing == action else f"{pattern} (with {prefix}:{changing})"
    if any(fnmatchcase(secret, f"{prefix}:{action}") for secret in _SECRETS):
        return pattern
    return None if known or action.startswith(_LOOKING) else pattern


@cache
def _operations(prefix: str) -> Mapping[str, bool]:
    """The operations of a service as IAM names them, in small letters, and whether each only looks."""
    found: dict[str, bool] = {}
    for tool in _TOOL_NAMES.get(prefix, (prefix,)):
        known = service(tool)
        for name in known.operations if known is not None else ():
            plain = name.replace("-", "")
            found[plain] = found.get(plain, True) and (plain.startswith(_LOOKING) or only_looks(tool, name))
    return found


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [] if value is None else [value]


async def _documents(session: Session, kind: str, name: str, seconds: float) -> list[Mapping[str, Any]]:
    """The policies of a user, role or group, and those of a user's groups."""
    own = {f"{kind.title()}Name": name}
    written = await session.pages("iam", f"list-{kind}-policies", own, {}, seconds=seconds)
    found: list[Mapping[str, Any]] = []
    for each in written.get("PolicyNames", []):
        policy = await session.call("iam", f"get-{kind}-policy", {**own, "PolicyName": each}, seconds=seconds)
        found.append(policy["PolicyDocument"])
    attached = await session.pages("iam", f"list-attached-{kind}-policies", own, {}, seconds=seconds)
    found += [await _managed(session, each["PolicyArn"], seconds) for each in attached.get("AttachedPolicies", [])]
    if kind == "user":
        groups = await session.pages("iam", "list-groups-for-user", own, {}, seconds=seconds)
        for group in groups.get("Groups", []):
            found += await _documents(session, "group", group["GroupName"], seconds)
    return found


async def _managed(session: Session, arn: str, seconds: float) -> Mapping[str, Any]:
    policy = await session.call("iam", "get-policy", {"PolicyArn": arn}, seconds=seconds)
    asked = {"PolicyArn": arn, "VersionId": policy["Policy"]["DefaultVersionId"]}
    version = await session.call("iam", "get-policy-version", asked, seconds=seconds)
    document: Mapping[str, Any] = version["PolicyVersion"]["Document"]
    return document
