"""The verdict for a kubectl or helm command line, its bounded form, and the command that exec carries."""

import shlex

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from compiler.proof import kubernetes
from compiler.proof.carrier import Carried
from compiler.proof.kubernetes import helm as kubernetes_helm
from compiler.proof.kubernetes.options import CHANGES, READS, REFUSED
from incident.verdict import Judgement, Verdict
from tests.compiler.proof.cases import cases, texts


@pytest.mark.parametrize(("verdict", "command"), cases("kubernetes"))
def test_a_kubectl_command_line_gets_exactly_its_verdict(verdict: Verdict, command: str) -> None:
    judgement = kubernetes.judge(shlex.split(command))
    assert judgement.verdict is verdict, judgement.reason


@pytest.mark.parametrize(("verdict", "command"), cases("helm"))
def test_a_helm_command_line_gets_exactly_its_verdict(verdict: Verdict, command: str) -> None:
    judgement = kubernetes_helm.judge(shlex.split(command))
    assert judgement.verdict is verdict, judgement.reason


@pytest.mark.parametrize(
    ("command", "bounded"),
    [
        ("kubectl get pods -n shop --watch", "kubectl get pods --namespace=shop"),
        ("kubectl logs -f deploy/cart", "kubectl logs deploy/cart --tail=1000"),
        ("kubectl logs cart-0 --tail=-1", "kubectl logs cart-0 --tail=1000"),
        ("kubectl logs cart-0 --tail 99999", "kubectl logs cart-0 --tail=1000"),
        ("kubectl logs -f -l app=cart", "kubectl logs --selector=app=cart"),
        ("kubectl rollout status deploy/cart", "kubectl rollout status deploy/cart --watch=false"),
        ("kubectl rollout status deploy/cart --timeout=0s", "kubectl rollout status deploy/cart --watch=false"),
        ("kubectl rollout status deploy/cart --timeout=5m", "kubectl rollout status deploy/cart --timeout=30s"),
        ("kubectl wait --for=delete pod/x --timeout=-1s", "kubectl wait pod/x --for=delete --timeout=30s"),
        ("kubectl events -w", "kubectl events"),
    ],
)
def test_a_read_without_end_runs_in_a_bounded_form(command: str, bounded: str) -> None:
    assert kubernetes.judge(shlex.split(command)).rewrite == bounded


@pytest.mark.parametrize(
    "command", ["kubectl get pods", "kubectl logs p --tail=5", "kubectl wait --for=delete pod/x --timeout=10s"]
)
def test_a_bounded_read_runs_as_it_stands(command: str) -> None:
    assert kubernetes.judge(shlex.split(command)).rewrite is None


@pytest.mark.parametrize("command", texts("kubernetes", Verdict.READ_ONLY))
def test_the_bounded_form_is_read_only_itself_and_has_no_other(command: str) -> None:
    if rewrite := kubernetes.judge(shlex.split(command)).rewrite:
        again = kubernetes.judge(shlex.split(rewrite))
        assert (again.verdict, again.rewrite) == (Verdict.READ_ONLY, None)


def test_helm_status_as_data_is_told_without_the_values_in_it() -> None:
    assert kubernetes_helm.judge(["helm", "status", "cart", "-o", "json"]).rewrite == "helm status cart"


def test_a_whole_object_with_containers_says_that_its_environment_is_dropped() -> None:
    for command in ("kubectl get pod p -o yaml", "kubectl describe pod p"):
        assert "dropped" in kubernetes.judge(command.split()).reason


@pytest.mark.parametrize(
    ("command", "argv", "names"),
    [
        ("kubectl exec cache-0 -- redis-cli INFO", ("redis-cli", "INFO"), {"pod": "cache-0"}),
        (
            "kubectl --context=prod exec -it -nshop deploy/db -c main -- psql -c 'select 1'",
            ("psql", "-c", "select 1"),
            {"pod": "deploy/db", "namespace": "shop", "container": "main", "context": "prod"},
        ),
        ("kubectl exec db-0 -n shop -- sh -c ls", ("sh", "-c", "ls"), {"pod": "db-0", "namespace": "shop"}),
    ],
)
def test_exec_carries_the_words_after_the_dashes(command: str, argv: tuple[str, ...], names: dict[str, str]) -> None:
    assert kubernetes.unwrap(shlex.split(command)) == Carried(via="kubernetes", argv=argv, names=names)


@pytest.mark.parametrize(
    "command",
    [
        "kubectl exec -it cache-0 redis-cli",
        "kubectl exec cache-0 --",
        "kubectl exec -- ls",
        "kubectl exec a b -- ls",
        "kubectl exec secret/db -- ls",
        "kubectl exec svc/x/y -- ls",
        "kubectl exec cache-0 --token=x -- redis-cli INFO",
        "kubectl --kubeconfig=/tmp/k exec cache-0 -- redis-cli INFO",
        "kubectl exec -f pod.yaml -- redis-cli INFO",
        "kubectl exec -v=9 cache-0 -- redis-cli INFO",
    ],
)
def test_an_exec_that_cannot_be_told_or_brings_an_identity_is_refused(command: str) -> None:
    carried = kubernetes.unwrap(shlex.split(command))
    assert isinstance(carried, Judgement)
    assert carried.verdict is Verdict.REFUSED


def test_a_command_that_carries_nothing_is_no_carrier() -> None:
    assert kubernetes.unwrap(["kubectl", "get", "pods"]) is None
    assert kubernetes.unwrap(["kubectl", "get", "pods", "--token", "x"]) is None


def test_a_command_is_in_one_table_only() -> None:
    assert not READS.keys() & CHANGES.keys()
    assert not (READS.keys() | CHANGES.keys()) & REFUSED.keys()


_NOT_READ_ONLY = [shlex.split(text) for text in texts("kubernetes", Verdict.MUTATING, Verdict.REFUSED)]
_HARMLESS = ["-nshop", "--namespace=shop", "--context=c", "-A", "-oname", "-owide", "--dry-run=client", "-l=a=b", "-w"]


@given(words=st.sampled_from(_NOT_READ_ONLY), more=st.lists(st.sampled_from(_HARMLESS), max_size=3), at=st.data())
@settings(max_examples=300)
def test_more_options_never_make_a_command_read_only(words: list[str], more: list[str], at: st.DataObject) -> None:
    mixed = list(words)
    for option in more:
        mixed.insert(at.draw(st.integers(1, len(mixed))), option)
    assert kubernetes.judge(mixed).verdict is not Verdict.READ_ONLY, mixed


@given(words=st.sampled_from(_NOT_READ_ONLY), flips=st.integers(0, 2**40))
@settings(max_examples=300)
def test_case_never_makes_a_command_read_only(words: list[str], flips: int) -> None:
    letters = iter(range(10_000))
    mixed = [
        # In another case the field of a path is another one, which is nowhere.
        word if "jsonpath=" in word else "".join(c.swapcase() if flips >> (next(letters) % 40) & 1 else c for c in word)
        for word in words
    ]
    assert kubernetes.judge(mixed).verdict is not Verdict.READ_ONLY, mixed


def _spelled(letter: str, name: str, value: str) -> st.SearchStrategy[list[str]]:
    """One option in every way that kubectl takes it."""
    long, short = f"--{name}", f"-{letter}"
    ways = [[long, value], [f"{long}={value}"], [short, value], [f"{short}{value}"], [f"{short}={value}"]]
    return st.sampled_from(ways)


@given(
    kind=st.sampled_from(["pods", "deploy,svc", "Secret", "pods,secrets", "po,secret"]),
    namespace=_spelled("n", "namespace", "shop"),
    selector=_spelled("l", "selector", "app=cart"),
    output=_spelled("o", "output", "wide"),
    first=st.booleans(),
    order=st.permutations(range(3)),
)
@settings(max_examples=100)
def test_how_and_where_options_are_written_changes_nothing(
    kind: str, namespace: list[str], selector: list[str], output: list[str], first: bool, order: list[int]
) -> None:
    head = namespace if first else []
    parts = [[kind], selector + ([] if first else namespace), output]
    argv = ["kubectl", *head, "get", *(word for place in order for word in parts[place])]
    expected = Verdict.REFUSED if "secret" in kind.lower() else Verdict.READ_ONLY
    assert kubernetes.judge(argv).verdict is expected, argv


@given(
    st.lists(
        st.one_of(
            st.text(max_size=10),
            st.sampled_from(["get", "pods", "exec", "--", "-o", "-it", "logs", "rollout", "status", "list", "-", "-n"]),
        ),
        max_size=7,
    )
)
@settings(max_examples=200)
def test_no_words_make_it_raise(words: list[str]) -> None:
    assert kubernetes.judge(["kubectl", *words]).reason
    assert kubernetes_helm.judge(["helm", *words]).reason
    kubernetes.unwrap(["kubectl", *words])
    assert kubernetes.judge(words).verdict is Verdict.REFUSED
