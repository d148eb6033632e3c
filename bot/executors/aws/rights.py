"""What a role that is taken for one change may do: this operation, on the resources that the step names, and no more.

Which those are is data (`aws_rights_table`). Where AWS has no such rights, or a step does not name what it touches, the
operation alone is the limit, and people are told so before they approve.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from itertools import product
from typing import Any, Final

from msgspec import Struct

from bot.executors.aws.rights_table import BESIDE, TABLE
from compiler.proof.word_list import word_list
from incident.digest import Facts, Json, canonical

_LONGEST: Final = 2048
"""Characters of a session policy that AWS takes."""
_SHOWN: Final = 3
"""Resources that a sentence names."""
_PREFIXES: Final = {"monitoring": "cloudwatch", "tagging": "tag"}
"""Services that IAM names otherwise than the library."""
_OTHER_ACTIONS: Final = word_list("apigateway s3")
"""Services whose actions in IAM are not named as their operations are: the rest of them is limited to the service."""
_AS_CALLER: Final = word_list("cloudformation")
"""Services that change others' resources with the caller's own rights, whichever those are."""
_PASSING: Final = word_list("RunTask RegisterTaskDefinition")
"""Operations that hand on the roles of a document which the step does not hold."""
_LOWERED: Final = word_list("rds elasticache redshift")
"""Services that keep every name in small letters."""
_ENCRYPTING: Final = word_list("dynamodb ec2 lambda rds s3 secretsmanager sns sqs ssm")
"""Services that use keys of KMS as the caller."""
_KEYS: Final = ("kms:CreateGrant", "kms:Decrypt", "kms:DescribeKey", "kms:GenerateDataKey*")
_ROLE: Final = re.compile(r"arn:(aws[a-z-]*):iam::(\d{12}):role/\S+")
_PARAMETER: Final = re.compile(r"\{(?P<slash>/)?(?P<name>\w+)(?P<part>/|:\*)?(?:\|(?P<otherwise>[^}]*))?\}")
_WILD: Final = re.compile(r"[*?$]")


class Rights(Struct, frozen=True, kw_only=True):
    """What one taken role may do. ``policy`` is the session's, None for the whole role; ``told`` a sentence of it."""

    policy: str | None
    told: str


class _Row(Struct, frozen=True):
    """One line of the table."""

    actions: tuple[str, ...]
    resources: tuple[str, ...]


class _Step(Struct, frozen=True):
    """One call, and where what it touches is."""

    prefix: str
    operation: str
    given: Mapping[str, Any]
    partition: str
    account: str
    region: str

    def placed(self, template: str) -> str:
        """A resource of the table with partition, region and account put in."""
        whole = template if template.startswith("arn:") else f"arn:PARTITION:{self.prefix}:REGION:ACCOUNT:{template}"
        places = {"PARTITION": self.partition, "REGION": self.region, "ACCOUNT": self.account}
        return re.sub("|".join(places), lambda found: places[found[0]], whole)


def rights_of(model: Any, given: Mapping[str, Any], *, role: str, region: str) -> Rights:
    """What a role is left with for one call; ``model`` is the operation's in the library, ``role`` the role's ARN."""
    signed, found = str(model.service_model.signing_name), _ROLE.fullmatch(role)
    prefix = _PREFIXES.get(signed, signed)
    if found is None or prefix in _AS_CALLER:
        return Rights(policy=None, told=f"The role is taken with all its rights: {prefix} acts by those of its caller.")
    step = _Step(prefix, str(model.name), given, found[1], found[2], region)
    row = next(iter(_rows(TABLE).get((prefix, step.operation), ())), None)
    actions = _actions(step, row)
    resources = _resources(step, row.resources if row else ())
    beside = [*_beside(step), *_passed(step), *_keys(step)]
    policy = _policy(_may(actions, resources or ["*"]), beside)
    if len(policy) > _LONGEST:
        resources, policy = [], _policy(_may(actions, ["*"]), beside)
    return Rights(policy=policy, told=_told(actions, resources))


def changes() -> frozenset[str]:
    """The actions of all changes whose resources are known, as IAM names them."""
    return frozenset(action for rows in _rows(TABLE).values() for row in rows for action in row.actions)


@cache
def _rows(table: str) -> Mapping[tuple[str, str], tuple[_Row, ...]]:
    """The lines of a table by service and operation; one that begins with blanks goes on with the line before."""
    rows: dict[tuple[str, str], tuple[_Row, ...]] = {}
    for line in table.replace("\n    ", " ").split("\n"):
        if not line:
            continue
        prefix, named, *resources = line.split()
        operation, _, other = named.partition("=")
        actions = tuple(f"{prefix}:{each}" if ":" not in each else each for each in (other or operation).split(","))
        key = prefix, operation.split(",")[0]
        rows[key] = (*rows.get(key, ()), _Row(actions, tuple(resources)))
    return rows


def _actions(step: _Step, row: _Row | None) -> list[str]:
    if row is not None:
        return list(row.actions)
    return [f"{step.prefix}:{'*' if step.prefix in _OTHER_ACTIONS else step.operation}"]


def _resources(step: _Step, templates: Iterable[str]) -> list[str]:
    """What the step touches, the table's first first."""
    return list(dict.fromkeys(each for template in templates for each in _filled(template, step)))


def _filled(template: str, step: _Step) -> Iterator[str]:
    """The resources that one template means; none where the step does not give what it needs."""
    placed = step.placed(template)
    named = list(_PARAMETER.finditer(placed))
    for chosen in product(*(list(_values(each, step)) for each in named)):
        if chosen and chosen[-1].startswith("arn:"):
            # The step names it whole, with or without what AWS puts behind the name.
            yield from (chosen[-1], chosen[-1] + placed[named[-1].end() :])
        else:
            yield _written(placed, chosen)


def _written(placed: str, chosen: Iterable[str]) -> str:
    values = iter(chosen)
    return _PARAMETER.sub(lambda _: next(values), placed)


def _values(wanted: re.Match[str], step: _Step) -> Iterator[str]:
    """What the step gives for one parameter, as it stands within an ARN."""
    given = step.given.get(wanted["name"])
    if given in (None, "", []):
        if wanted["otherwise"]:
            yield wanted["otherwise"]
        return
    for value in map(str, given if isinstance(given, list) else [given]):
        text = value.rpartition("/")[2] if wanted["part"] == "/" else value
        text = f"/{text.removeprefix('/')}" if wanted["slash"] else text
        text = text.lower() if step.prefix in _LOWERED and not text.startswith("arn:") else text
        text = _WILD.sub(lambda wild: f"${{{wild[0]}}}", text)
        any_revision = wanted["part"] == ":*" and ":" not in text.rpartition("/")[2]
        yield f"{text}:*" if any_revision else text


def _beside(step: _Step) -> Iterator[Facts]:
    """What the service does as the caller besides."""
    for row in _rows(BESIDE).get((step.prefix, step.operation), ()):
        actions, *templates = row.resources
        if resources := _resources(step, templates):
            yield _may(actions.split(","), resources)


def _passed(step: _Step) -> Iterator[Facts]:
    """The roles that the step hands to a service: those that it names, and of a task whichever its document names."""
    if roles := sorted(set(_roles_in(step.given))):
        yield _may(["iam:PassRole"], roles)
    if step.operation in _PASSING:
        every = _may(["iam:PassRole"], [f"arn:{step.partition}:iam::{step.account}:role/*"])
        yield {**every, "Condition": {"StringLike": {"iam:PassedToService": "ecs-tasks.amazonaws.com*"}}}


def _roles_in(value: object) -> Iterator[str]:
    if isinstance(value, str) and _ROLE.fullmatch(value):
        yield _WILD.sub(lambda wild: f"${{{wild[0]}}}", value)
    elif isinstance(value, Mapping):
        yield from (role for each in value.values() for role in _roles_in(each))
    elif isinstance(value, list):
        yield from (role for each in value for role in _roles_in(each))


def _keys(step: _Step) -> Iterator[Facts]:
    """Keys of KMS, only by way of the service."""
    if step.prefix in _ENCRYPTING:
        keys = _may(list(_KEYS), [f"arn:{step.partition}:kms:{step.region}:*:key/*"])
        yield {**keys, "Condition": {"StringLike": {"kms:ViaService": f"{step.prefix}.{step.region}.amazonaws.com*"}}}


def _may(actions: list[str], resources: list[str]) -> Facts:
    return {"Effect": "Allow", "Action": list[Json](actions), "Resource": list[Json](resources)}


def _policy(own: Facts, beside: list[Facts]) -> str:
    return canonical({"Version": "2012-10-17", "Statement": [own, *beside]})


def _told(actions: list[str], resources: list[str]) -> str:
    may = f"The role is taken for {', '.join(actions)} alone"
    if not resources:
        return f"{may}, on anything that it may touch: AWS cannot limit it to what this step names."
    more = f" and {len(resources) - _SHOWN} more" if len(resources) > _SHOWN else ""
    return f"{may}, on {', '.join(resources[:_SHOWN])}{more}."
