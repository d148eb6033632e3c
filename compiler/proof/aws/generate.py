"""Writes the table of AWS operations that the judge reads, from the models that botocore ships.

Run by hand after botocore was upgraded: `python -m compiler.proof.aws.generate`. Judging needs the table only, so a
team's installation does without botocore. What the command line tool adds to the models or names otherwise is here.
"""

import re
from collections.abc import Iterator
from typing import Protocol

import botocore.session
from botocore import xform_name
from botocore.exceptions import UnknownServiceError
from botocore.loaders import DataNotFoundError

from compiler.proof.aws.additions import ADDED, OPPOSITES, RENAMED
from compiler.proof.aws.model import TABLE, packed
from compiler.proof.secret_names import names_a_secret
from compiler.proof.word_list import word_list


class _Shape(Protocol):
    """What is used of botocore's shapes, which carry no types."""

    name: str
    type_name: str
    metadata: dict[str, object]
    members: dict[str, "_Shape"]
    member: "_Shape"
    value: "_Shape"


NAMES = {"codedeploy": "deploy", "config": "configservice", "s3": "s3api"}
"""Services that the command line names otherwise than the models."""

_REMOVED = word_list(
    """
    rds:modify-option-group emr:run-job-flow emr:terminate-job-flows emr:add-job-flow-steps emr:describe-job-flows
    emr:set-termination-protection emr:list-bootstrap-actions emr:list-instance-groups ec2:import-instance
    ec2:import-volume kinesis:subscribe-to-shard lambda:invoke-with-response-stream logs:get-log-object
    logs:start-live-tail ses:list-verified-email-addresses ses:verify-email-address ses:delete-verified-email-address
    """
)
_NEVER_SECRET = word_list("boolean timestamp integer long float double")
_MARKS = {"list": "*", "boolean": "?"}
_READING = re.compile(r"(?:batch-get|batch-describe|describe|discover|filter|get|head|list|lookup|search|download)-")
_LEAF_SECRET = re.compile(
    r"(?:.*environment_?variables|environment|env|user_?data(?:override)?|(?:stage)?variables|authkey"
    r"|extraconnectionattributes|(?:default|nonoverridable)?arguments|(?:default|workflow)runproperties|(?:resource|actual|expected)properties"
    r"|customergatewayconfiguration|.*presigned.*|signedurl|.*connectionstring|logurl|(?:test)?artifactsurl|webhookurl|downloadurl|customerrouterconfig|.*basicauthcredentials"
    r"|templatebody|.*lifecycleconfigcontent|onstart|oncreate)",
    re.IGNORECASE,
)
_HARMLESS = re.compile(
    r"(?:(?:next|client|clientrequest|verification|idempotency|lock|update|sourceupdate|creation|hooksrequest|request|operation"
    r"|uploadsequence|viewversion|starting)token"
    r"|.*(?:arns?|arnlist|secretids?|credentialid|keyid|endpoint|url|type|materialid|mnemonic|spec|stages|method|source"
    r"|namelist|version|expression|provider|tokenhost|tokendomains|encryptionkey))",
    re.IGNORECASE,
)
_SECRET_MAP = re.compile(
    r"(?:resolved)?configuration|options|(?:spark)?properties|additionalconfigs|(?:header|querystring)parameters"
    r"|.*environment|outputvariables|.*variableoverrides|.*arguments",
    re.IGNORECASE,
)
"""Free settings by name, in which people put tokens and passwords."""
_NO_SECRET = word_list(
    "name description comment message error errormessage errortype cause reason displayname ipaddress privateipaddress"
    " logfiledata nexttoken keyid ssekmskeyid kmsmasterkeyid"
)
"""Members that a model marks as sensitive and that are what a responder asks for; all output is redacted anyway."""


def _leaks(shape: _Shape, above: frozenset[str] = frozenset()) -> Iterator[str]:
    """The members of an answer that hold a secret: marked sensitive by the model, or named like one."""
    if shape.name in above:
        return
    above |= {shape.name}
    if shape.type_name == "structure":
        for name, member in shape.members.items():
            if _is_leak(name, member):
                yield name
            else:
                yield from _leaks(member, above)
    elif shape.type_name in ("list", "map"):
        yield from _leaks(shape.member if shape.type_name == "list" else shape.value, above)


def _is_leak(name: str, shape: _Shape) -> bool:
    inner = {"list": "member", "map": "value"}.get(shape.type_name)
    sensitive = shape.metadata.get("sensitive") or (inner and getattr(shape, inner).metadata.get("sensitive"))
    if name.lower() in _NO_SECRET or shape.type_name in _NEVER_SECRET:
        return False
    if sensitive or name.lower() == "userdata" or (shape.type_name == "map" and _SECRET_MAP.fullmatch(name)):
        return True
    if shape.type_name == "structure":
        return False
    if _LEAF_SECRET.fullmatch(name):
        return True
    holds_structures = shape.type_name == "list" and shape.member.type_name == "structure"
    return not holds_structures and names_a_secret(name) and not _HARMLESS.fullmatch(name)


def _parameters(service: str, operation: str, shape: _Shape | None) -> Iterator[str]:
    for member, kind in (shape.members if shape else {}).items():
        name = xform_name(member, "-")
        name = RENAMED.get(f"{service} {operation} {name}", name)
        single = kind.type_name == "structure" and [(k, v.type_name) for k, v in kind.members.items()]
        mark = "~" if service == "ec2" and single == [("Value", "boolean")] else _MARKS.get(kind.type_name, "")
        yield f"{name}{mark}"
        for owner in (operation, "*"):
            if opposite := OPPOSITES.get(f"{service} {owner} {name}"):
                yield f"{opposite}?"
    yield from ADDED.get(f"{service} {operation}", "").split()


def section(session: botocore.session.Session, model_name: str) -> str:
    """The table's lines for one service: its waiters, then one operation a line.

    An operation is `name|marks|parameters|members left out of its answer`: the mark `p` means that the tool pages it,
    `o` that it writes its answer to a file. A parameter ends in `*` (several values), `?` (a flag) or `~` (either).
    """
    model = session.get_service_model(model_name)
    service = NAMES.get(model_name, model_name)
    paged, waiters = _paged(session, model_name), _waiters(session, model_name)
    lines = [f"@{name} {operation}" for name, operation in sorted(waiters.items())]
    written = set()
    for original in sorted(model.operation_names):
        operation, shapes = xform_name(original, "-"), model.operation_model(original)
        if f"{service}:{operation}" in _REMOVED:
            continue
        marks = "p" * (original in paged) + "o" * shapes.has_streaming_output
        reads = _READING.match(operation) and shapes.output_shape
        leaks = sorted(set(_leaks(shapes.output_shape))) if reads else []
        parameters = _parameters(service, operation, shapes.input_shape)
        lines.append("|".join((operation, marks, " ".join(parameters), " ".join(leaks))))
        written.add(f"{service} {operation}")
    added = (name for name in ADDED if name.split()[0] == service and name not in written)
    lines += [f"{name.split()[1]}||{ADDED[name]}|" for name in added]
    return "\n".join(lines)


def _paged(session: botocore.session.Session, model_name: str) -> set[str]:
    try:
        config = session.get_component("data_loader").load_service_model(model_name, "paginators-1")
    except (DataNotFoundError, UnknownServiceError):
        return set()
    return set(config["pagination"])


def _waiters(session: botocore.session.Session, model_name: str) -> dict[str, str]:
    try:
        model = session.get_waiter_model(model_name)
    except (DataNotFoundError, UnknownServiceError):
        return {}
    waiters = {name: model.get_waiter(name).operation for name in model.waiter_names}
    return {xform_name(name, "-"): xform_name(operation, "-") for name, operation in waiters.items()}


def table() -> dict[str, str]:
    """The lines of all services, by their names on the command line."""
    session = botocore.session.Session()
    return {NAMES.get(name, name): section(session, name) for name in sorted(session.get_available_services())}


if __name__ == "__main__":
    TABLE.write_bytes(packed(table()))
