"""kubectl's commands asked of an API server: looked at by an account proven unable to write, changed by another."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from msgspec.structs import replace

from bot.executors.kubernetes.executor import KubernetesTarget, KubernetesTool
from bot.executors.kubernetes.session import Cluster, Identity
from bot.executors.kubernetes.text import age, quantity
from bot.executors.tool.executor import ToolExecutor
from bot.redaction.redactor import Redactor
from commands.outage import Outage
from incident.digest import Json
from incident.finding import OutcomeState
from incident.plan import NO_PROMISE, Plan, Promise
from incident.runbook import GuardKind
from incident.verdict import Verdict
from tests.bot.executors.conftest import CURBED, PATIENT, Clock, cut
from tests.fakes.kubernetes import FIXER, LOOKER, TAKER, FakeCluster


@pytest.fixture
async def cluster() -> AsyncIterator[FakeCluster]:
    """A cluster with a deployment of two pods and two revisions."""
    made = FakeCluster()
    await made.start()
    yield made
    await made.stop()


def executor(url: str, clock: Clock, **changes: object) -> ToolExecutor:
    target = KubernetesTarget(
        name="shop-k8s",
        environment="production",
        cluster=Cluster(url=url),
        namespaces=("shop", "jobs"),
        diagnostic=Identity(token=LOOKER),
        remediation=Identity(token=FIXER),
        caps=PATIENT,
    )
    tool = KubernetesTool(replace(target, **changes), clock=clock)  # type: ignore[arg-type]  # one test's settings
    return ToolExecutor(tool, redactor=Redactor([LOOKER, FIXER]), clock=clock)


def plan(line: str, *filters: str) -> Plan:
    command: dict[str, Json] = {"argv": ["kubectl", *line.split()]}
    if filters:
        command["filters"] = [each.split() for each in filters]
    return Plan(
        step_id="step",
        title="A step",
        verdict=Verdict.READ_ONLY,
        executor="kubernetes",
        target="shop-k8s",
        environment="production",
        command=command,
        shown=line,
        parameters={},
        catalog="0" * 64,
        promise=NO_PROMISE,
    )


async def test_an_account_whose_every_rule_only_looks_is_proven(cluster: FakeCluster, clock: Clock) -> None:
    found = await executor(cluster.url, clock).attest()
    assert found.proven, found.proof
    assert "in shop, jobs only look, and it was refused every change tried there (DELETE pods" in found.proof
    assert ("DELETE", "/api/v1/namespaces/jobs/pods/muster-canary") in cluster.asked


@pytest.mark.parametrize(
    ("token", "said"),
    [
        ("admin", "may * *"),
        ("execs", "get pods/exec"),
        ("anywhere", "get */exec"),
        ("spies", "get secrets"),
        ("deletes", "delete pods"),
        ("unlisted", "does not know all rights"),
        ("liar", "was not refused DELETE"),
    ],
)
async def test_an_account_with_a_right_too_many_is_not_proven_and_looks_at_nothing(
    cluster: FakeCluster, clock: Clock, token: str, said: str
) -> None:
    weak = executor(cluster.url, clock, diagnostic=Identity(token=token))
    found = await weak.attest()
    assert not found.proven
    assert said in found.proof
    assert "diagnostics on shop-k8s are off" in str((await weak.look(plan("get pods"))).error)


async def test_one_account_for_both_is_not_proven(cluster: FakeCluster, clock: Clock) -> None:
    assert "as one account" in (await executor(cluster.url, clock, remediation=Identity(token=LOOKER)).attest()).proof


@pytest.mark.parametrize(
    ("line", "filters", "value", "shown"),
    [
        ("get pods", (), 2, "NAME      STATUS"),
        ("get po -n shop -l app=web --show-labels", (), 2, "app=web"),
        ("get pods,deploy -o wide", (), 3, "shop:2"),
        ("get pods -A --no-headers", ("wc -l",), 2, "2"),
        ("get pods -o name", (), 2, "pods/web-h2-a"),
        ("get deployment web -o json", ("jq .status.availableReplicas",), 2, "2"),
        ("get deploy/web -o yaml", (), 1, "replicas: 2"),
        ("get pods --sort-by=.metadata.labels.age --no-headers", ("head -n 1", "cut -d- -f3"), "b  Running", "b"),
        ("get deploy web -o jsonpath={.status.availableReplicas}", (), 2, "2"),
        ("get pods -o jsonpath={.items[*].status.phase}", (), 2, "Running Running"),
        ("get pods -o custom-columns=POD:.metadata.name,PHASE:.status.phase", (), 2, "web-h2-b  Running"),
        ("describe pod web-h2-b", (), 1, "BackOff"),
        ("logs web-h2-a", (), 2, "ERROR no database"),
        ("logs web-h2-a --tail=1", (), 1, "ERROR no database"),
        ("logs -f deployment/web -n shop --tail=100", (), 4, "[web-h2-a] started"),
        ("logs -l app=web", ("grep ERROR",), 1, "ERROR no database"),
        ("top pods --sort-by=memory", (), 2, "web-h2-b  1000m       1024Mi"),
        ("top pod --no-headers", ("awk {print$2}", "head -1"), "250m", "250m"),
        ("events --types=Warning", (), 1, "pod/web-h2-b"),
        ("events --for pod/web-h2-a", (), 1, "60m"),
        ("rollout status deployment/web", (), True, "successfully rolled out"),
        ("rollout history deployment web", (), 2, "shop:1"),
    ],
)  # fmt: skip
async def test_what_a_command_line_asks_is_what_it_shows(
    cluster: FakeCluster, clock: Clock, line: str, filters: tuple[str, ...], value: Json, shown: str
) -> None:
    sight = await executor(cluster.url, clock).look(plan(line, *filters))
    assert sight.error is None
    assert sight.value == value
    assert shown in sight.output
    assert sight.receipt["server"] == cluster.url


async def test_the_one_value_of_a_path_is_given_to_later_steps(cluster: FakeCluster, clock: Clock) -> None:
    kubernetes = executor(cluster.url, clock)
    one = await kubernetes.look(plan("get deploy web -o jsonpath={.status.availableReplicas}"))
    several = await kubernetes.look(plan("get pods -o jsonpath={.items[*].status.phase}"))
    assert (one.given, several.given) == (2, None)


async def test_values_of_the_environment_and_tokens_are_never_shown(cluster: FakeCluster, clock: Clock) -> None:
    kubernetes = executor(cluster.url, clock)
    for line in ("get pod web-h2-a -o yaml", "get deploy -o json", "describe deploy web", "logs web-h2-b"):
        sight = await kubernetes.look(plan(line))
        assert sight.error is None
        assert "hidden-value" not in sight.output
        assert "abcdefgh1234" not in sight.output
    assert "DATABASE_URL" in (await kubernetes.look(plan("get pod web-h2-a -o yaml"))).output


async def test_a_rollout_under_way_is_told_and_waited_for(cluster: FakeCluster, clock: Clock) -> None:
    cluster.deployment["status"]["availableReplicas"] = 1
    kubernetes = executor(cluster.url, clock, caps=PATIENT)
    sight = await kubernetes.look(plan("rollout status deploy/web --watch=false"))
    assert (sight.value, sight.output) == (False, "1 of 2 new pods are available")
    waiting = asyncio.create_task(kubernetes.look(plan("rollout status deploy/web --timeout=20s")))
    await asyncio.sleep(0.1)
    cluster.deployment["status"]["availableReplicas"] = 2
    assert (await waiting).value is True


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("get secrets", "refused"),
        ("scale deploy/web --replicas=3", "mutating"),
        ("exec web-h2-a -- ls", "refused"),
        ("get pods -n other", "configured for shop, jobs, not for other"),
        ("get pods -o jsonpath={range.items[*]}{.status.phase}{end}", "refused"),
        ("get virtualservices", "does not know where"),
        ("get pod missing", "not found"),
        ("get services", "services not found"),
        ("get serviceaccounts", "does not allow Muster that"),
    ],
)
async def test_what_may_not_be_looked_at_or_is_not_there_is_one_sentence(
    cluster: FakeCluster, clock: Clock, line: str, said: str
) -> None:
    sight = await executor(cluster.url, clock).look(plan(line))
    assert sight.error is not None
    assert said in sight.error
    assert sight.output == ""


async def test_scaling_tells_old_and_new_before_and_runs_as_the_other_account(
    cluster: FakeCluster, clock: Clock
) -> None:
    kubernetes = executor(cluster.url, clock)
    step = plan("scale deployment web --replicas=5 -n shop")
    preview = await kubernetes.preview(step)
    assert preview.sentence == (
        "deployments/web in shop: 2 → 5 replicas. To undo it: kubectl scale --replicas=2."
        " A dry run was accepted by the cluster."
    )
    assert cluster.deployment["spec"]["replicas"] == 2
    assert (await kubernetes.run(step)).state is OutcomeState.RAN
    assert cluster.deployment["spec"]["replicas"] == 5
    stale = await kubernetes.run(plan("scale deploy/web --replicas=6 --current-replicas=2"))
    assert stale.state is OutcomeState.FAILED
    assert "there are 5 replicas now" in stale.sentence


async def test_a_token_of_ten_minutes_is_taken_for_each_run_by_an_account_that_may_do_nothing_else(
    cluster: FakeCluster, clock: Clock
) -> None:
    step = plan("scale deployment web --replicas=5 -n shop")
    kubernetes = executor(cluster.url, clock, remediation=Identity(token=TAKER, account="shop/changes"))
    assert "A dry run was accepted by the cluster." in (await kubernetes.preview(step)).sentence
    outcome = await kubernetes.run(step)
    assert outcome.state is OutcomeState.RAN, outcome.sentence
    assert outcome.receipt["as"] == "shop/changes, by a token of 10 minutes"
    assert cluster.deployment["spec"]["replicas"] == 5
    assert [each["spec"] for each in cluster.taken] == [{"expirationSeconds": 600}] * 2
    alone = await executor(cluster.url, clock, remediation=Identity(token=TAKER)).run(step)
    assert "does not allow Muster that" in alone.sentence


@pytest.mark.parametrize(
    ("token", "account", "said"), [(TAKER, "shop/nobody", "not found"), (LOOKER, "shop/changes", "does not allow")]
)
async def test_a_token_that_is_not_given_changes_nothing(
    cluster: FakeCluster, clock: Clock, token: str, account: str, said: str
) -> None:
    taking = executor(cluster.url, clock, remediation=Identity(token=token, account=account))
    outcome = await taking.run(plan("scale deployment web --replicas=5 -n shop"))
    assert (outcome.state, outcome.in_vain) == (OutcomeState.FAILED, True)
    assert said in outcome.sentence
    assert cluster.deployment["spec"]["replicas"] == 2


async def test_what_the_cluster_would_refuse_is_not_even_asked_for(cluster: FakeCluster, clock: Clock) -> None:
    cluster.admission = "at most 4 replicas"
    with pytest.raises(Outage, match="at most 4 replicas"):
        await executor(cluster.url, clock).preview(plan("scale deployment web --replicas=5 -n shop"))


async def test_a_cluster_whose_webhooks_take_no_dry_run_can_still_be_changed(
    cluster: FakeCluster, clock: Clock
) -> None:
    cluster.admission = "no dry run"
    kubernetes, step = executor(cluster.url, clock), plan("scale deployment web --replicas=5 -n shop")
    assert "takes no dry run" in (await kubernetes.preview(step)).sentence
    assert (await kubernetes.run(step)).state is OutcomeState.RAN


async def test_an_approval_holds_only_while_the_fingerprint_does(cluster: FakeCluster, clock: Clock) -> None:
    kubernetes = executor(cluster.url, clock)
    revision = r"jsonpath={.metadata.annotations.deployment\.kubernetes\.io/revision}"
    probe = plan(f"get deployment web -n shop -o {revision}").command
    promise = Promise(kind=GuardKind.FINGERPRINT, probe=probe, of="the revision that runs")
    step = replace(plan("rollout undo deployment/web"), promise=promise)
    assert (await kubernetes.preview(step)).value == "2"
    cluster.deployment["metadata"]["annotations"]["deployment.kubernetes.io/revision"] = "3"
    outcome = await kubernetes.run(replace(step, promise=replace(promise, value="2")))
    assert outcome.state is OutcomeState.VOID
    assert outcome.sentence == (
        "Nothing was sent: the revision that runs is 3 now, and was 2 when it was asked for. Look at it, and ask again."
    )
    assert cluster.deployment["metadata"]["generation"] == 2
    assert (await kubernetes.run(replace(step, promise=replace(promise, value="3")))).state is OutcomeState.RAN


async def test_a_restart_replaces_every_pod_once(cluster: FakeCluster, clock: Clock) -> None:
    kubernetes = executor(cluster.url, clock)
    step = plan("rollout restart deployment/web")
    assert "every pod is replaced" in (await kubernetes.preview(step)).sentence
    assert (await kubernetes.run(step)).state is OutcomeState.RAN
    annotations = cluster.deployment["spec"]["template"]["metadata"]["annotations"]
    assert annotations == {"kubectl.kubernetes.io/restartedAt": "2026-01-21T03:00:00+00:00"}


async def test_a_rollback_brings_the_earlier_revision_back(cluster: FakeCluster, clock: Clock) -> None:
    kubernetes = executor(cluster.url, clock)
    step = plan("rollout undo deployment/web")
    assert (
        "revision 2 → 1. To undo it: kubectl rollout undo --to-revision=2." in (await kubernetes.preview(step)).sentence
    )
    assert (await kubernetes.run(step)).state is OutcomeState.RAN
    template = cluster.deployment["spec"]["template"]
    assert template["spec"]["containers"][0]["image"] == "shop:1"
    assert template["metadata"]["labels"] == {"app": "web"}
    none = await kubernetes.run(plan("rollout undo deployment/web --to-revision=9"))
    assert none.state is OutcomeState.FAILED
    assert "has no revision 9: it has 1, 2" in none.sentence


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("delete pod web-h2-a", "not one of those it knows"),
        ("scale deploy/web --replicas=3 --dry-run=server", "does not know --dry-run"),
        ("scale deploy/none --replicas=3", "not found"),
        ("rollout restart daemonset/web", "does not allow Muster that"),
    ],
)
async def test_a_change_that_is_not_made_says_that_nothing_was(
    cluster: FakeCluster, clock: Clock, line: str, said: str
) -> None:
    outcome = await executor(cluster.url, clock).run(plan(line))
    assert outcome.state is OutcomeState.FAILED
    assert outcome.sentence.startswith("Nothing was")
    assert said in outcome.sentence
    assert cluster.deployment["spec"]["replicas"] == 2


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        ("hangs", "gave no answer within 3 s"),
        ("drops", "was lost"),
        ("overloaded", "had a fault of its own (503 etcd is away)"),
        ("binary", "are no JSON"),
        ("floods", "more than 4 MiB"),
    ],
)
async def test_every_fault_of_the_server_ends_in_one_sentence(
    cluster: FakeCluster, clock: Clock, fault: str, said: str
) -> None:
    kubernetes = executor(cluster.url, clock, caps=CURBED if fault == "hangs" else PATIENT)
    assert (await kubernetes.attest()).proven
    cluster.fault = fault
    sight = await kubernetes.look(plan("get pods"))
    assert said in str(sight.error)
    outcome = await kubernetes.run(plan("scale deploy/web --replicas=3"))
    assert outcome.state is OutcomeState.UNKNOWN
    assert said in outcome.sentence
    assert "Nobody knows whether it took effect" in outcome.sentence
    with pytest.raises(Outage, match="shop-k8s"):
        await kubernetes.preview(plan("scale deploy/web --replicas=3"))


async def test_an_answer_of_another_shape_is_told_and_not_raised(cluster: FakeCluster, clock: Clock) -> None:
    cluster.measured = "a lot"
    sight = await executor(cluster.url, clock).look(plan("top pods"))
    assert "answered something that Muster cannot read" in str(sight.error)


async def test_a_redirect_is_not_followed(cluster: FakeCluster, clock: Clock) -> None:
    kubernetes = executor(cluster.url, clock)
    assert (await kubernetes.attest()).proven
    cluster.fault = "redirects"
    assert "answered 302, which is not followed" in str((await kubernetes.look(plan("get pods"))).error)


async def test_a_server_that_is_away_or_lets_nobody_in_is_told(cluster: FakeCluster, clock: Clock) -> None:
    strange = executor(cluster.url, clock, diagnostic=Identity(token="unknown"))
    assert (await strange.attest()).proof == "shop-k8s did not let Muster in: renew its token."
    away = executor(cluster.url, clock)
    await cluster.stop()
    assert "could not be reached" in (await away.attest()).proof
    outcome = await away.run(plan("scale deploy/web --replicas=3"))
    assert (outcome.state, outcome.sentence[:20]) == (OutcomeState.FAILED, "Nothing was changed.")


async def test_a_run_is_cut_short_at_once(cluster: FakeCluster, clock: Clock) -> None:
    kubernetes = executor(cluster.url, clock, caps=PATIENT)
    cluster.fault = "hangs"
    running = asyncio.create_task(kubernetes.run(plan("scale deploy/web --replicas=3")))
    async with asyncio.timeout(PATIENT.run_seconds):
        await cluster.hangs.wait()
    outcome = await cut(running)
    assert outcome.state is OutcomeState.UNKNOWN
    assert "may have taken effect" in outcome.sentence


def test_quantities_and_ages_are_read_as_the_cluster_writes_them(clock: Clock) -> None:
    amounts = [quantity(text) for text in ("250m", "1", "64Mi", "100n", "")]
    assert amounts == pytest.approx([0.25, 1.0, 67108864.0, 1e-7, 0.0])
    assert [
        age(f"2026-01-{day}T{at}Z", clock.now)
        for day, at in (("21", "02:59:30"), ("21", "02:00:00"), ("18", "03:00:00"))
    ] == ["30s", "60m", "3d"]
