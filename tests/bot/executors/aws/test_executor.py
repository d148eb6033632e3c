"""AWS calls as the command lines mean them: against moto, which keeps IAM's rules, and a stub where AWS fails."""

import asyncio
import dataclasses
import json
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
import pytest_asyncio
from aiohttp import ClientConnectionError, web
from aiohttp.test_utils import TestServer
from moto.sts.models import sts_backends
from msgspec import Struct
from msgspec.structs import replace

from bot.executors.aws.executor import AwsTarget, AwsTool
from bot.executors.aws.session import Login, Place
from bot.executors.caps import Caps
from bot.executors.tool.executor import ToolExecutor
from bot.redaction.redactor import Redactor
from commands.outage import Outage
from demo.aws import ACCOUNT, AwsApi
from incident.digest import Json
from incident.finding import OutcomeState
from incident.plan import NO_PROMISE, Plan
from incident.verdict import Verdict
from tests.bot.executors.conftest import PATIENT, cut

pytestmark = pytest.mark.asyncio(loop_scope="module")
REGION = "eu-central-1"
READS = ["ecs:Describe*", "ecs:List*", "logs:FilterLogEvents", "logs:Describe*", "rds:Describe*", "logs:StartQuery"]
READS += ["logs:GetQueryResults", "ec2:Describe*", "secretsmanager:ListSecrets", "cloudwatch:DescribeAlarms"]


class Account(Struct, frozen=True):
    """An account with one ECS service, a log group, a secret, and users with and without rights."""

    endpoint: str
    logins: dict[str, Login]


@pytest.fixture(scope="module")
def account() -> Iterator[Account]:
    """From the end of its preparation on it checks every call's rights."""
    aws = AwsApi(REGION)
    aws.start()
    yield Account(aws.url, _prepared(aws))
    aws.stop()


def _prepared(aws: AwsApi) -> dict[str, Login]:
    ecs, logs = aws.client("ecs"), aws.client("logs")
    ecs.create_cluster(clusterName="shop")
    task = {"name": "web", "image": "shop:1", "memory": 128, "environment": [{"name": "KEY", "value": "hidden-value"}]}
    for _ in range(2):
        ecs.register_task_definition(family="web", containerDefinitions=[task])
    ecs.create_service(cluster="shop", serviceName="web", taskDefinition="web:2", desiredCount=2)
    logs.create_log_group(logGroupName="/ecs/web")
    logs.create_log_stream(logGroupName="/ecs/web", logStreamName="one")
    now = int(datetime.now(UTC).timestamp() * 1000)
    lines = ["started", "ERROR no database", "ERROR no database, token=abcdefgh1234"]
    logs.put_log_events(
        logGroupName="/ecs/web", logStreamName="one", logEvents=[{"timestamp": now, "message": line} for line in lines]
    )
    ec2 = aws.client("ec2")
    ec2.run_instances(ImageId=ec2.describe_images()["Images"][0]["ImageId"], MinCount=1, MaxCount=1)
    aws.client("secretsmanager").create_secret(Name="DATABASE_URL", SecretString="postgres://x:y@z/w")
    trust = {"Effect": "Allow", "Principal": {"AWS": f"arn:aws:iam::{ACCOUNT}:user/taker"}, "Action": "sts:AssumeRole"}
    iam = aws.client("iam")
    iam.create_role(RoleName="acting", AssumeRolePolicyDocument=_document(trust))
    own = {"Effect": "Allow", "Action": ["ecs:*", "rds:*"], "Resource": "*"}
    iam.put_role_policy(RoleName="acting", PolicyName="rights", PolicyDocument=_document(own))
    stopping = {"Effect": "Allow", "Action": "ecs:Stop*", "Resource": f"arn:aws:ecs:{REGION}:{ACCOUNT}:task/shop/*"}
    policy = iam.create_policy(PolicyName="stopping", PolicyDocument=_document(stopping))["Policy"]["Arn"]
    iam.create_group(GroupName="stoppers")
    iam.attach_group_policy(GroupName="stoppers", PolicyArn=policy)
    rights = {
        "looker": READS,
        "reader": [*READS, "iam:Get*", "iam:List*"],
        "insider": [*READS, "iam:Get*", "iam:List*"],
        "admin": ["*"],
        "taker": ["sts:AssumeRole"],
        "fixer": ["ecs:*", "ec2:StopInstances"],
        "spy": [*READS, "secretsmanager:GetSecretValue"],
    }
    keys = aws.enforce(rights)
    admin = aws.client("iam", keys["admin"])
    admin.add_user_to_group(GroupName="stoppers", UserName="insider")
    return {name: Login(access_key=key.id, secret_key=key.secret) for name, key in keys.items()}


def _document(statement: dict[str, Any]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


def clock() -> datetime:
    return datetime.now(UTC)


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def shop(account: Account) -> AsyncIterator[ToolExecutor]:
    """The account as a target, with its two identities."""
    made = executor(account)
    yield made
    await made.close()


def executor(account: Account, **changes: object) -> ToolExecutor:
    target = AwsTarget(
        name="shop-aws",
        environment="production",
        place=Place(region=REGION, endpoint=account.endpoint),
        diagnostic=account.logins["looker"],
        remediation=account.logins["fixer"],
        caps=PATIENT,
    )
    tool = AwsTool(replace(target, **changes), clock=clock)  # type: ignore[arg-type]  # the settings of one test
    return ToolExecutor(tool, redactor=Redactor(), clock=clock)


def plan(line: str, *filters: str) -> Plan:
    command: dict[str, Json] = {"argv": ["aws", *line.split()]}
    if filters:
        command["filters"] = [each.split() for each in filters]
    return Plan(
        step_id="step",
        title="A step",
        verdict=Verdict.READ_ONLY,
        executor="aws",
        target="shop-aws",
        environment="production",
        command=command,
        shown=line,
        parameters={},
        catalog="0" * 64,
        promise=NO_PROMISE,
    )


async def test_an_identity_that_is_refused_every_change_is_proven(shop: ToolExecutor) -> None:
    found = await shop.attest()
    assert found.proven, found.proof
    assert "user/looker was refused all of 11 changes that were tried as it (ecs update-service, ecs" in found.proof
    assert "may not read its policies" in found.proof
    assert "may not ask for a simulation" in found.proof


async def test_policies_that_an_identity_may_read_are_read_to_the_last_one(account: Account) -> None:
    """Of the second user a group's policy allows to stop one service's tasks: no change that is tried would show it."""
    good = executor(account, diagnostic=account.logins["reader"])
    found = await good.attest()
    assert found.proven, found.proof
    assert "Every statement of its one policy was read, and none allows a change of anything." in found.proof
    await good.close()
    weak = executor(account, diagnostic=account.logins["insider"])
    found = await weak.attest()
    assert not found.proven
    assert "user/insider allows ecs:Stop* (with ecs:stop" in found.proof
    await weak.close()


@pytest.mark.parametrize(
    ("user", "said"), [("fixer", "ecs update-service"), ("spy", "secretsmanager get-secret-value")]
)
async def test_an_identity_with_a_right_to_change_is_not_proven_and_looks_at_nothing(
    account: Account, user: str, said: str
) -> None:
    weak = executor(account, diagnostic=account.logins[user], remediation=account.logins["looker"])
    found = await weak.attest()
    assert not found.proven
    assert said in found.proof
    assert "diagnostics on shop-aws are off" in str((await weak.look(plan("ecs list-clusters"))).error)
    await weak.close()


async def test_one_identity_for_both_is_not_proven(account: Account) -> None:
    one = executor(account, remediation=account.logins["looker"])
    assert "as one identity" in (await one.attest()).proof
    await one.close()


@pytest.mark.parametrize(
    ("line", "filters", "value", "shown"),
    [
        ("ecs list-clusters --region eu-central-1", (), 1, "cluster/shop"),
        ("ecs describe-services --cluster shop --services web", (), 1, '"desiredCount": 2'),
        ("ecs describe-services --cluster shop --services web --query services[0].desiredCount", (), 2, "2"),
        ("ecs describe-services --cluster shop --services web --query services[].status", (), 1, "ACTIVE"),
        ("ecs list-clusters --output text", (), 1, "CLUSTERARNS"),
        ("ecs list-task-definitions --family-prefix web --sort DESC --max-items 1", (), 1, "task-definition/web:"),
        ("logs tail /ecs/web --since 1h --follow", (), 3, "one ERROR no database"),
        ("logs tail /ecs/web --since 1h", ("grep ERROR", "wc -l"), 2, "2"),
        ("logs filter-log-events --log-group-name /ecs/web", ("jq -r .events[0].message",), "started", "started"),
        ("secretsmanager list-secrets", (), 1, "DATABASE_URL"),
        ("ec2 describe-instances --filters Name=instance-state-name,Values=running,stopped", (), 1, "Reservations"),
        ("rds describe-db-clusters", (), 0, "DBClusters"),
    ],
)  # fmt: skip
async def test_what_a_command_line_asks_is_what_it_shows(
    shop: ToolExecutor, line: str, filters: tuple[str, ...], value: Json, shown: str
) -> None:
    sight = await shop.look(plan(line, *filters))
    assert sight.error is None
    assert sight.value == value
    assert shown in sight.output
    assert sight.receipt["region"] == REGION


async def test_secrets_by_the_way_are_left_out_and_tokens_are_hidden(shop: ToolExecutor) -> None:
    sight = await shop.look(plan("ecs describe-task-definition --task-definition web:2"))
    assert "shop:1" in sight.output
    assert "hidden-value" not in sight.output
    assert "abcdefgh1234" not in (await shop.look(plan("logs tail /ecs/web --since 1h"))).output


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("ecs update-service --cluster shop --service web --desired-count 4", "mutating"),
        ("secretsmanager get-secret-value --secret-id DATABASE_URL", "refused"),
        ("ecs list-clusters --region us-east-1", "the step is for us-east-1, and shop-aws is eu-central-1"),
        ("logs tail /ecs/none", "ResourceNotFoundException"),
        ("ecs list-clusters --query [", "--query is wrong"),
        ("sqs list-queues", "does not allow Muster that"),
        ("ec2 describe-instances --filters Name", "is no Key=Value"),
    ],
)
async def test_what_may_not_be_looked_at_or_is_not_there_is_one_sentence(
    shop: ToolExecutor, line: str, said: str
) -> None:
    sight = await shop.look(plan(line))
    assert sight.error is not None
    assert said in sight.error
    assert "\n" not in sight.error
    assert sight.output == ""


async def test_a_machine_is_stopped_only_after_a_dry_run_was_accepted(shop: ToolExecutor) -> None:
    states = "ec2 describe-instances --query Reservations[].Instances[].[InstanceId,State.Name] --output text"
    machine, running = str((await shop.look(plan(states))).output).split()
    preview = await shop.preview(plan(f"ec2 stop-instances --instance-ids {machine}"))
    assert preview.sentence == "A dry run was accepted by AWS."
    assert str((await shop.look(plan(states))).output).split() == [machine, running]
    with pytest.raises(Outage, match="does not allow Muster that"):
        await shop.preview(plan(f"ec2 reboot-instances --instance-ids {machine}"))


async def test_a_service_is_scaled_as_the_other_identity_with_its_undo_told_before(shop: ToolExecutor) -> None:
    step = plan("ecs update-service --cluster shop --service web --desired-count 4")
    preview = await shop.preview(step)
    assert "web: desiredCount 2 → 4, 0 of 2 tasks run now" in preview.sentence
    assert "To undo it: --desired-count 2." in preview.sentence
    outcome = await shop.run(step)
    assert outcome.state is OutcomeState.RAN
    count = plan("ecs describe-services --cluster shop --services web --query services[0].desiredCount")
    assert (await shop.look(count)).value == 4
    back = await shop.run(plan("ecs update-service --cluster shop --service web --desired-count 2"))
    assert back.state is OutcomeState.RAN
    assert back.value is None


async def test_what_a_change_is_asked_for_is_its_value(shop: ToolExecutor) -> None:
    """Later steps of a procedure may take it; a query that does not fit the answer spoils nothing."""
    line = "ecs update-service --cluster shop --service web --desired-count 2 --query"
    named = await shop.run(plan(f"{line} service.serviceName --output text"))
    assert (named.state, named.value) == (OutcomeState.RAN, "web")
    misfit = await shop.run(plan(f"{line} sum(service.serviceName)"))
    assert (misfit.state, misfit.value) == (OutcomeState.RAN, None)


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("ecs update-service --cluster shop --service none --desired-count 1", "ServiceNotFound"),
        (
            "rds create-db-cluster-snapshot --db-cluster-snapshot-identifier a --db-cluster-identifier b",
            "does not allow",
        ),
        ("s3 sync s3://a s3://b", "more than one call"),
        ("ecs list-clusters", "it changes nothing"),
    ],
)
async def test_a_change_that_is_not_made_says_that_nothing_was_changed(
    shop: ToolExecutor, line: str, said: str
) -> None:
    outcome = await shop.run(plan(line))
    assert outcome.state is OutcomeState.FAILED
    assert outcome.sentence.startswith("Nothing was")
    assert said in outcome.sentence


HANGING = web.AppKey("HANGING", asyncio.Event)
GO_ON = web.AppKey("GO_ON", asyncio.Event)
"""Whoever is kept waiting is answered."""
LET_GO = web.AppKey("LET_GO", asyncio.Event)
"""A flood was not read to its end."""
"""Set while the server keeps somebody waiting."""


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def stub() -> AsyncIterator[TestServer]:
    """An HTTP server that answers as AWS does where moto cannot: simulations, hangs, faults, and what is no answer."""

    async def answer(request: web.Request) -> web.StreamResponse:
        asked = await request.post()
        target = str(asked.get("Action", request.headers.get("X-Amz-Target", "")))
        key = request.headers.get("Authorization", "")
        if "GetCallerIdentity" in target:
            arn = "arn:aws:sts::123456789012:assumed-role/muster/here"
            return _xml("GetCallerIdentity", f"<Arn>{arn}</Arn><UserId>x</UserId><Account>123456789012</Account>")
        if "SimulatePrincipalPolicy" in target:
            assert asked["PolicySourceArn"] == "arn:aws:iam::123456789012:role/muster"
            decision = "allowed" if "generous" in key else "implicitDeny"
            member = "<EvalActionName>ecs:StopTask</EvalActionName>" + f"<EvalDecision>{decision}</EvalDecision>"
            return _xml("SimulatePrincipalPolicy", f"<EvaluationResults><member>{member}</member></EvaluationResults>")
        if "AssumeRole" in target:
            return _taken(str(asked["RoleArn"]), json.loads(str(asked["Policy"])))
        if target.startswith("Logs_20140328."):
            return _logs(target)
        tried = "muster-canary" in await request.text()
        if "DescribeServices" in target:
            state = {"status": "ACTIVE", "deployments": [{}], "runningCount": 2, "desiredCount": 2}
            return web.json_response({"services": [state if "slow" not in key else {**state, "runningCount": 1}]})
        if "ListClusters" in target or (target.endswith((".UpdateService", ".RunTask")) and not tried):
            return await _changed(request, target, key)
        denied = {"__type": "AccessDeniedException", "message": "no"}
        if target.startswith(("Delete", "Reboot", "Terminate", "ListUser", "ListRole")):
            return web.Response(
                status=403, text="<ErrorResponse><Error><Code>AccessDenied</Code></Error></ErrorResponse>"
            )
        return web.json_response(denied, status=403, headers={"X-Amzn-ErrorType": "AccessDeniedException"})

    application = web.Application(client_max_size=1 << 20)
    application[HANGING] = asyncio.Event()
    application[LET_GO] = asyncio.Event()
    application[GO_ON] = asyncio.Event()
    application.router.add_route("*", "/{path:.*}", answer)
    server = TestServer(application)
    await server.start_server()
    yield server
    await server.close()


def _taken(role: str, policy: dict[str, Any]) -> web.Response:
    assert role == "arn:aws:iam::123456789012:role/fixer"
    service = "arn:aws:ecs:eu-central-1:123456789012:service/shop/web"
    assert policy["Statement"] == [{"Effect": "Allow", "Action": ["ecs:UpdateService"], "Resource": [service]}]
    keys = "<AccessKeyId>taken-key-0123456</AccessKeyId><SecretAccessKey>s</SecretAccessKey>"
    rest = "<SessionToken>t</SessionToken><Expiration>2036-01-01T00:00:00Z</Expiration>"
    return _xml("AssumeRole", f"<Credentials>{keys}{rest}</Credentials>")


def _logs(target: str) -> web.Response:
    row = [
        {"field": "@message", "value": "no database"},
        {"field": "count", "value": "7"},
        {"field": "@ptr", "value": "x"},
    ]
    answers = {"StartQuery": {"queryId": "q"}, "GetQueryResults": {"status": "Complete", "results": [row]}}
    name = target.partition(".")[2]
    denied = {"__type": "AccessDeniedException", "message": "no"}
    return web.json_response(answers.get(name, denied), status=200 if name in answers else 400)


async def _changed(request: web.Request, target: str, key: str) -> web.StreamResponse:
    if "taken-key" in key:
        return web.json_response({"service": {"serviceName": "web", "password": "hidden-value"}})
    if target.endswith(".RunTask"):
        failures = [{"arn": "arn:aws:ecs:x", "reason": "RESOURCE:MEMORY"}, {"reason": "AGENT"}]
        return web.json_response({"tasks": [{"taskArn": "one"}], "failures": failures})
    return await _faulty(request, key)


async def _faulty(request: web.Request, key: str) -> web.StreamResponse:
    if "hangs" in key:
        request.app[HANGING].set()
        await request.app[GO_ON].wait()
    if "drops" in key and request.transport is not None:
        request.transport.abort()
    if "floods" in key:
        return await _flood(request)
    if "binary" in key:
        return web.Response(body=b"\0\xff\xfe" * 1000)
    if "wrong" in key:
        return web.json_response({"error": "no upstream"})
    return web.json_response({"message": "overloaded"}, status=503)


async def _flood(request: web.Request) -> web.StreamResponse:
    """An answer that never ends: it is over when nobody listens any more."""
    answer = web.StreamResponse(headers={"Content-Type": "application/x-amz-json-1.1"})
    await answer.prepare(request)
    await answer.write(b'{"clusterArns": ["')
    try:
        while True:
            await answer.write(b"x" * (64 << 10))
    except (ConnectionError, ClientConnectionError):
        return answer
    finally:
        request.app[LET_GO].set()


def _xml(name: str, inner: str) -> web.Response:
    text = f"<{name}Response><{name}Result>{inner}</{name}Result></{name}Response>"
    return web.Response(text=text, content_type="text/xml")


def stubbed(stub: TestServer, key: str, *, role: str | None = None, seconds: float = 30) -> ToolExecutor:
    logins = {
        "looker": Login(access_key=key, secret_key="s" * 10),
        "fixer": Login(access_key=key, secret_key="t" * 10, role=role),
    }
    account = Account(str(stub.make_url("")).rstrip("/"), logins)
    return executor(account, caps=Caps(connect_seconds=0.5, look_seconds=seconds, run_seconds=seconds))


async def test_a_simulation_is_asked_for_where_it_may_be(stub: TestServer) -> None:
    good = stubbed(stub, "frugal")
    found = await good.attest()
    assert found.proven, found.proof
    assert "AWS's simulation allows it none of 1 actions" in found.proof
    await good.close()
    weak = stubbed(stub, "generous")
    assert "allow ecs:StopTask: take that from it" in (await weak.attest()).proof
    await weak.close()


async def test_a_role_is_taken_for_one_run_and_may_do_nothing_else(stub: TestServer) -> None:
    narrowed = stubbed(stub, "frugal", role="arn:aws:iam::123456789012:role/fixer", seconds=60)
    outcome = await narrowed.run(plan("ecs update-service --cluster shop --service web --desired-count 4"))
    assert outcome.state is OutcomeState.RAN, outcome.sentence
    assert "hidden-value" not in outcome.output
    await narrowed.close()


async def test_aws_is_asked_for_a_role_that_may_change_the_one_service(account: Account) -> None:
    taking = dataclasses.replace(account.logins["taker"], role=f"arn:aws:iam::{ACCOUNT}:role/acting")
    taken = executor(account, remediation=taking)
    step = plan("ecs update-service --cluster shop --service web --desired-count 2")
    allowed = f"ecs:UpdateService alone, on arn:aws:ecs:{REGION}:{ACCOUNT}:service/shop/web."
    assert allowed in (await taken.preview(step)).sentence
    outcome = await taken.run(step)
    assert outcome.state is OutcomeState.RAN, outcome.sentence
    assert outcome.receipt["rights"] == f"The role is taken for {allowed}"
    newest = next(reversed(sts_backends[ACCOUNT]["aws"].assumed_roles))
    assert "service/shop/web" in newest.policy
    assert (newest.expiration.replace(tzinfo=UTC) - datetime.now(UTC)).total_seconds() <= 15 * 60
    whole = await taken.preview(plan("rds stop-db-cluster --db-cluster-identifier shop"))
    assert "on arn:aws:rds:eu-central-1:123456789012:cluster:shop" in whole.sentence
    await taken.close()


async def test_a_query_of_logs_is_waited_for_and_shown_as_a_table(stub: TestServer) -> None:
    aws = stubbed(stub, "frugal")
    line = "logs start-query --log-group-name /ecs/web --start-time 1 --end-time 2 --query-string fields"
    sight = await aws.look(plan(line))
    assert (sight.error, sight.value) == (None, 1)
    assert "no database" in sight.output
    assert "@ptr" not in sight.output
    await aws.close()


@pytest.mark.parametrize(("key", "there"), [("frugal", True), ("frugal-slow", False)])
async def test_a_waiter_answers_whether_it_is_so(stub: TestServer, key: str, there: bool) -> None:
    aws = stubbed(stub, key, seconds=30 if there else 4)
    sight = await aws.look(plan("ecs wait services-stable --cluster shop --services web"))
    assert (sight.error, sight.value) == (None, there)
    await aws.close()


@pytest.mark.parametrize(
    ("key", "said", "unknown"),
    [
        ("hangs", "in time", True),
        ("drops", "was lost in the middle", True),
        ("binary", "is no answer of AWS", True),
        ("wrong", "is no answer of AWS", True),
        ("overloaded", "had a fault of its own", True),
    ],
)
async def test_every_fault_of_aws_ends_in_one_sentence(stub: TestServer, key: str, said: str, unknown: bool) -> None:
    stub.app[GO_ON].clear()
    faulty = stubbed(stub, key, seconds=3 if key == "hangs" else 30)
    sight = await faulty.look(plan("ecs list-clusters"))
    assert sight.error is not None
    assert said in sight.error or "did not answer within" in sight.error
    outcome = await faulty.run(plan("ecs update-service --cluster shop --service web --desired-count 4"))
    assert (outcome.state is OutcomeState.UNKNOWN) == unknown
    assert "Nobody knows whether it took effect" in outcome.sentence
    stub.app[GO_ON].set()
    await faulty.close()


async def test_an_answer_past_the_cap_is_not_read_to_its_end(stub: TestServer) -> None:
    flooding = stubbed(stub, "floods", seconds=30)
    sight = await flooding.look(plan("ecs list-clusters"))
    assert sight.error == "shop-aws answered with more than 16 MiB: narrow the step."
    assert sight.output == ""
    async with asyncio.timeout(20):
        await stub.app[LET_GO].wait()
    await flooding.close()


async def test_a_batch_that_aws_did_only_in_part_has_failed_and_says_how_much_of_it(stub: TestServer) -> None:
    aws = stubbed(stub, "frugal")
    outcome = await aws.run(plan("ecs run-task --cluster shop --task-definition web --count 3"))
    assert outcome.state is OutcomeState.FAILED
    assert outcome.sentence == (
        "AWS took it, and says that 2 things were not done (RESOURCE:MEMORY). The rest may be done: run the "
        "diagnostics to see."
    )
    assert "taskArn" in outcome.output
    await aws.close()


async def test_aws_that_cannot_be_reached_changes_nothing() -> None:
    logins = {"looker": Login(access_key="a", secret_key="b"), "fixer": Login(access_key="c", secret_key="d")}
    away = executor(Account("http://127.0.0.1:9", logins))
    assert "could not be reached" in (await away.attest()).proof
    outcome = await away.run(plan("ecs update-service --cluster shop --service web --desired-count 4"))
    assert outcome.state is OutcomeState.FAILED
    assert outcome.sentence.startswith("Nothing was changed.")
    await away.close()


async def test_a_run_is_cut_short_at_once(stub: TestServer) -> None:
    slow = stubbed(stub, "hangs", seconds=60)
    stub.app[HANGING].clear()
    stub.app[GO_ON].clear()
    running = asyncio.create_task(slow.run(plan("ecs update-service --cluster shop --service web --desired-count 4")))
    async with asyncio.timeout(60):
        await stub.app[HANGING].wait()
    outcome = await cut(running)
    assert outcome.state is OutcomeState.UNKNOWN
    assert "may have taken effect" in outcome.sentence
    stub.app[GO_ON].set()
    await slow.close()
