"""Which kubectl command lines Muster carries out itself, against the API: the kinds and options it knows by heart."""

from collections.abc import Iterator, Mapping, Sequence

from msgspec import Struct

from compiler.proof import kubernetes
from compiler.proof.go_flags import Line, Refused
from compiler.proof.kubernetes import paths as kubernetes_paths
from compiler.proof.kubernetes.kinds import resolve, select
from compiler.proof.word_list import word_list
from incident.verdict import Judgement


class Resource(Struct, frozen=True):
    """One kind of object: its plural name, where its API is, and whether its objects live in a namespace."""

    plural: str
    api: str
    namespaced: bool = True

    def path(self, namespace: str | None, name: str | None = None) -> str:
        """Where its objects are, or the one of that name. Without a namespace: those of the whole cluster."""
        place = f"/namespaces/{namespace}" if self.namespaced and namespace else ""
        return f"{self.api}{place}/{self.plural}" + (f"/{name}" if name else "")


class Request(Struct, frozen=True):
    """One command: its words, its options, and the objects that it names (a name of None is every one)."""

    verb: tuple[str, ...]
    line: Line
    objects: tuple[tuple[Resource, str | None], ...] = ()


_PLACES: Mapping[str, str] = {
    "/api/v1": """pods services endpoints events persistentvolumeclaims configmaps serviceaccounts resourcequotas
        limitranges replicationcontrollers""",
    "/apis/apps/v1": "deployments daemonsets statefulsets replicasets",
    "/apis/batch/v1": "jobs cronjobs",
    "/apis/autoscaling/v2": "horizontalpodautoscalers",
    "/apis/networking.k8s.io/v1": "ingresses networkpolicies",
    "/apis/policy/v1": "poddisruptionbudgets",
    "/apis/discovery.k8s.io/v1": "endpointslices",
}
RESOURCES: Mapping[str, Resource] = {
    **{name: Resource(name, api) for api, names in _PLACES.items() for name in names.split()},
    **{name: Resource(name, "/api/v1", False) for name in ("nodes", "namespaces", "persistentvolumes")},
    "storageclasses": Resource("storageclasses", "/apis/storage.k8s.io/v1", False),
}
ROLLED = word_list("deployments daemonsets statefulsets")

_EVERYWHERE = word_list("namespace context request-timeout")
_OPTIONS: Mapping[tuple[str, ...], frozenset[str]] = {
    ("get",): word_list("all-namespaces selector field-selector output no-headers show-labels chunk-size sort-by"),
    ("describe",): word_list("show-events"),
    ("logs",): word_list(
        "container tail since since-time timestamps previous selector all-containers prefix limit-bytes"
    ),
    ("top", "pod"): word_list("all-namespaces selector sort-by no-headers"),
    ("top", "node"): word_list("selector sort-by no-headers"),
    ("events",): word_list("all-namespaces for no-headers types"),
    ("rollout", "status"): word_list("watch timeout"),
    ("rollout", "history"): frozenset(),
    ("rollout", "restart"): frozenset(),
    ("rollout", "undo"): word_list("to-revision"),
    ("scale",): word_list("replicas current-replicas"),
}
_OUTPUTS = word_list("wide name json yaml")


def runnable(argv: Sequence[str]) -> str:
    """Why Muster cannot run the command itself, as a sentence; empty when it can."""
    found = parse(argv)
    return found if isinstance(found, str) else ""


def parse(argv: Sequence[str]) -> Request | str:
    """The request that the command makes; or a sentence that says why Muster makes none. Never raises.

    A context that the command names belongs to the target, which the catalog's people bound to it.
    """
    read = kubernetes.parse(argv)
    if isinstance(read, Judgement):
        return f"Muster's Kubernetes executor does not run it: {read.reason.removeprefix('kubectl: ')}."
    verb, line = read
    try:
        if verb not in _OPTIONS:
            raise Refused("this command is not one of those it knows")
        if other := next((each.name for each in line.options if each.name not in _OPTIONS[verb] | _EVERYWHERE), None):
            raise Refused(f"it does not know --{other}")
        return Request(verb, line, tuple(_objects(verb, line)))
    except Refused as fault:
        return f"Muster's Kubernetes executor does not run this form of “kubectl {' '.join(verb)}”: {fault}."


def _objects(verb: tuple[str, ...], line: Line) -> Iterator[tuple[Resource, str | None]]:
    """The objects that the command names. Raises Refused."""
    if verb[0] in ("top", "events"):
        named = line.all("for")
        operands = [(RESOURCES[f"{verb[-1]}s"], name) for name in line.operands] if verb[0] == "top" else []
        yield from [*operands, *(_pair(each) for each in named)]
        return
    if verb == ("logs",):
        yield from _logged(line)
        return
    chosen = select(line.operands)
    if verb[0] in ("rollout", "scale"):
        yield from _rolled(verb, line)
        return
    _check_output(line)
    if any("/" in operand for operand in line.operands):
        yield from (_pair(operand) for operand in line.operands)
        return
    for kind in chosen.kinds:
        yield from ((_resource(kind), name) for name in chosen.names or (None,))


def _check_output(line: Line) -> None:
    """Raises Refused for a form of output that holds more than plain paths."""
    form, _, expression = (line.one("output") or "wide").partition("=")
    read = {"jsonpath": kubernetes_paths.template, "custom-columns": kubernetes_paths.columns}.get(form)
    if (read is None and form not in _OUTPUTS) or (read is not None and read(expression) is None):
        raise Refused("it prints tables, names, json, yaml and plain paths: pick the rest behind a pipe with jq")
    if (by := line.one("sort-by")) is not None and kubernetes_paths.path(by) is None:
        raise Refused("it sorts by one plain path")


def _rolled(verb: tuple[str, ...], line: Line) -> Iterator[tuple[Resource, str]]:
    words = list(line.operands)
    pairs = words if "/" in words[0] else [f"{words[0]}/{name}" for name in words[1:]]
    for resource, name in map(_pair, pairs):
        scalable = verb == ("scale",) and resource.plural in ("replicasets", "deployments", "statefulsets")
        if resource.plural not in ROLLED and not scalable:
            raise Refused(f"{resource.plural} have no rollout")
        if verb in (("rollout", "undo"), ("rollout", "history")) and resource.plural != "deployments":
            raise Refused("only a deployment's revisions are known to it")
        yield resource, name
    if len(pairs) != 1:
        raise Refused("it takes exactly one object")
    replicas = line.one("replicas")
    if verb == ("scale",) and not (replicas is not None and replicas.isascii() and replicas.isdecimal()):
        raise Refused("--replicas takes a number")


def _logged(line: Line) -> Iterator[tuple[Resource, str]]:
    if not line.operands:
        return
    word = line.operands[0]
    resource, name = _pair(word) if "/" in word else (RESOURCES["pods"], word)
    if resource.plural not in ROLLED | {"pods", "replicasets", "jobs"}:
        raise Refused(f"the pods of {resource.plural} are not known to it")
    yield resource, name


def _pair(word: str) -> tuple[Resource, str]:
    kind, _, name = word.partition("/")
    return _resource(kind), name


def _resource(spelling: str) -> Resource:
    kind = resolve(spelling)
    found = RESOURCES.get(kind.plural) if kind is not None else None
    if found is None:
        raise Refused(f"it does not know where objects of the kind {spelling[:40]!r} are")
    return found
