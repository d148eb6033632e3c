"""The table of AWS operations: it is what botocore's models say, and the list of reads fits it."""

import re
import subprocess
import sys
from collections.abc import Mapping

import botocore.session
import pytest

from compiler.proof.aws import generate as generate_aws
from compiler.proof.aws.model import TABLE, Operation, Takes, section_of, service, services
from compiler.proof.aws.read_list import NO_READS, REVIEWED, only_looks, reads

_CHANGING_VERB = re.compile(
    r"(?:create|delete|put|update|modify|start|stop|reboot|terminate|purge|send|publish|set|reset|restore|run|invoke"
    r"|attach|detach|register|deregister|add|remove|enable|disable|cancel|receive)-"
)

_SPEAKS_OF_A_SECRET = re.compile(r"token|credential|password|secret|access-key|api-key|key-pair|private")


def _operations(name: str) -> Mapping[str, Operation]:
    found = service(name)
    assert found
    return found.operations


def _admitted() -> list[tuple[str, str]]:
    every = ((name, operation) for name in sorted(services()) for operation in _operations(name))
    return [one for one in every if only_looks(*one)]


@pytest.mark.parametrize("model", ["ecs", "s3", "codedeploy", "sqs", "sns", "lambda", "elasticache", "emr"])
def test_the_table_is_what_the_models_say(model: str) -> None:
    """After an upgrade of botocore: `python -m compiler.proof.aws.generate`, then go through the new reads."""
    written = section_of(generate_aws.NAMES.get(model, model))
    assert generate_aws.section(botocore.session.Session(), model) == written


def test_the_table_is_small_enough_to_keep() -> None:
    assert TABLE.stat().st_size < 400_000


def test_every_word_of_the_lists_is_an_operation() -> None:
    assert services() >= REVIEWED
    written = {f"{name}:{operation}" for name, operations in reads().items() for operation in operations}
    known = {f"{name}:{operation}" for name in services() for operation in _operations(name)}
    assert written | NO_READS <= known


def test_reads_that_nobody_has_gone_through_are_noticed() -> None:
    """A new table may bring `describe-…` operations: look at what they answer, then change this number."""
    assert len(_admitted()) == 2983


def test_no_read_is_called_like_a_change_but_for_the_query_over_logs() -> None:
    assert [one for one in _admitted() if _CHANGING_VERB.match(one[1])] == [("logs", "start-query")]


def test_no_read_writes_its_answer_to_a_file() -> None:
    assert not [one for one in _admitted() if _operations(one[0])[one[1]].writes_file]


def test_a_read_whose_name_speaks_of_a_secret_is_on_the_list_on_purpose() -> None:
    """What these answer is about keys, tokens and permissions, and holds none of them."""
    named = {f"{service} {name}" for service, name in _admitted() if _SPEAKS_OF_A_SECRET.search(name)}
    assert named == {
        "apigateway get-api-key",
        "apigateway get-api-keys",
        "codebuild list-source-credentials",
        "deploy list-git-hub-account-token-names",
        "ec2 describe-key-pairs",
        "grafana list-workspace-service-account-tokens",
        "iam get-access-key-last-used",
        "iam get-account-password-policy",
        "iam list-access-keys",
        "iam list-service-specific-credentials",
        "kafka list-scram-secrets",
        "secretsmanager describe-secret",
        "secretsmanager list-secret-version-ids",
        "secretsmanager list-secrets",
        "sts get-access-key-info",
        "waf get-change-token-status",
    }


def test_parameters_know_how_many_words_they_take() -> None:
    known = _operations("ec2")
    reboot, modify = known["reboot-instances"], known["modify-instance-attribute"]
    assert reboot.parameters["instance-ids"] is Takes.SEVERAL
    assert reboot.parameters["dry-run"] is Takes.NONE
    assert modify.parameters["disable-api-termination"] is Takes.ONE_OR_NONE
    assert modify.parameters["instance-id"] is Takes.ONE


def test_judging_needs_no_botocore() -> None:
    program = (
        "import sys; from compiler.proof import aws; "
        "assert aws.judge(['aws', 'ecs', 'list-clusters']).verdict == 'read-only'; "
        "assert 'botocore' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", program], check=True, timeout=60)
