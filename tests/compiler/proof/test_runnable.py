"""What a judge lets pass and Muster's executor cannot do is told when the catalog is loaded, not when it is needed."""

import shlex

import pytest

from compiler.proof import aws, kubernetes, nats, runnable
from incident.verdict import Verdict

_JUDGES = {"aws": aws.judge, "kubernetes": kubernetes.judge, "nats": nats.judge}


@pytest.mark.parametrize(
    "line",
    [
        "nats stream info STORY",
        "nats -s nats.example:4222 stream info STORY --json",
        "nats consumer report STORY",
        "nats stream purge STORY --keep=10 -f",
        "aws ecs update-service --cluster c --service s --force-new-deployment",
        "aws logs tail /ecs/web --since 1h --follow",
        "aws ecs wait services-stable --cluster c --services s",
        "kubectl logs -f deployment/concierge -n swipesavvy",
        "kubectl --context=prod get pods -n swipesavvy -o wide",
        "kubectl rollout restart deployment/concierge -n swipesavvy",
        "kubectl scale deployment concierge --replicas=5 -n swipesavvy",
    ],
)
def test_it_can_be_run(line: str) -> None:
    argv = line.split()
    executor = {"kubectl": "kubernetes"}.get(argv[0], argv[0])
    judgement = _JUDGES[executor](argv)
    assert judgement.verdict is not Verdict.REFUSED
    assert runnable.objection(executor, runnable.final(argv, judgement)) == ""


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("nats server list", "does not run"),
        ("nats stream rm STORY -f", "does not run"),
        ("nats stream purge STORY --seq=5 --keep=5", "exclude each other"),
        ("nats stream info A.B", "a dot"),
        ("aws s3 sync s3://a s3://b", "more than one call"),
        ("aws ecs register-task-definition --cli-input-json file://task.json", "nobody pinned"),
        ("aws cloudformation create-stack --stack-name s --template-body file://t.yaml", "nobody pinned"),
        ("aws ses send-email --from a@b.c --to d@e.f --subject s --text t", "made into something else"),
        ("kubectl delete pod web", "not one of those it knows"),
        ("kubectl scale deploy/web --replicas=3 --dry-run=server", "--dry-run"),
        ("kubectl get pods -o 'jsonpath={range .items[*]}{.metadata.name}{end}'", "with jq"),
        ("kubectl get nodepools", "does not know where"),
        ("kubectl rollout undo statefulset/db", "only a deployment's revisions"),
        ("kubectl rollout restart deploy/a deploy/b", "exactly one object"),
    ],
)
def test_it_is_done_by_a_person_with_the_reason(line: str, why: str) -> None:
    argv = shlex.split(line)
    executor = {"kubectl": "kubernetes"}.get(argv[0], argv[0])
    judgement = _JUDGES[executor](argv)
    assert judgement.verdict is not Verdict.REFUSED
    told = runnable.objection(executor, runnable.final(argv, judgement))
    assert why in told
    assert told.endswith(".")
