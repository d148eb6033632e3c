"""Can a service account only look? The cluster itself lists its rights, and then changes are tried as dry runs."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from bot.executors.attestation import NotProven
from bot.executors.kubernetes.session import DRY_RUN, JSON_PATCH, Session
from bot.executors.tool.answer import Denied
from compiler.proof.word_list import word_list
from incident.digest import Facts, Json

_LOOKING: Final = word_list("get list watch")
_NEVER: Final = word_list("* secrets")
_NEVER_WITHIN: Final = word_list("* exec attach portforward proxy ephemeralcontainers token")
"""What is too much even to look at: secrets, and what reaches into a container by a GET, of whichever resource."""
_ABOUT_ITSELF: Final = word_list("selfsubjectaccessreviews selfsubjectrulesreviews selfsubjectreviews")
CANARIES: Final[tuple[tuple[str, str, str, Json], ...]] = (
    ("DELETE", "pods/muster-canary", "/api/v1", None),
    ("PATCH", "deployments/muster-canary", "/apis/apps/v1", []),
    ("POST", "pods/muster-canary/eviction", "/api/v1", {"kind": "Eviction", "apiVersion": "policy/v1"}),
    ("GET", "secrets/muster-canary", "/api/v1", None),
)
"""Changes and a secret of what nobody has: method, what, and the group that it belongs to."""
_REVIEW: Final = "/apis/authorization.k8s.io/v1/selfsubjectrulesreviews"


async def prove_read_only(session: Session, namespaces: Sequence[str]) -> str:
    """One sentence of proof, or NotProven with the first right too many. Raises Denied or Unanswered."""
    count = 0
    for namespace in namespaces:
        rules = await _rules(session, namespace)
        count += len(rules)
        if many := next(_too_many(rules), None):
            raise NotProven(f"The service account may {many} in {namespace}: take that right from it.")
        await _try_changes(session, namespace)
    where, tried = ", ".join(namespaces), ", ".join(f"{method} {what}" for method, what, *_ in CANARIES)
    return (
        f"All of {count} rules for the service account in {where} only look, and it was refused every change tried "
        f"there ({tried})."
    )


async def _rules(session: Session, namespace: str) -> list[Facts]:
    answer = await session.send("POST", _REVIEW, {"spec": {"namespace": namespace}})
    status = answer.get("status")
    known: Facts = status if isinstance(status, Mapping) else {}
    if known.get("incomplete"):
        why = str(known.get("evaluationError") or "its authorizer cannot list them")
        raise NotProven(f"The cluster does not know all rights of the service account in {namespace}: {why}.")
    listed = [*_listed(known, "resourceRules"), *_listed(known, "nonResourceRules")]
    if not listed:
        raise NotProven(f"The service account may do nothing in {namespace}: grant it what it is to look at.")
    return listed


def _too_many(rules: Sequence[Facts]) -> Iterator[str]:
    for rule in rules:
        resources, verbs = _texts(rule.get("resources")), _texts(rule.get("verbs"))
        if resources and set(resources) <= _ABOUT_ITSELF:
            continue
        if changing := sorted(set(verbs) - _LOOKING):
            yield f"{', '.join(changing)} {', '.join(resources or _texts(rule.get('nonResourceURLs')))}"
        if never := sorted(each for each in resources if each in _NEVER or each.partition("/")[2] in _NEVER_WITHIN):
            yield f"{', '.join(verbs)} {', '.join(never)}"


async def _try_changes(session: Session, namespace: str) -> None:
    """Three changes and a secret, of an object that nobody has, as dry runs: each must be forbidden."""
    for method, what, group, body in CANARIES:
        path = f"{group}/namespaces/{namespace}/{what}"
        try:
            kind = JSON_PATCH if method == "PATCH" else "application/json"
            await session.send(method, path, body, kind=kind, query=DRY_RUN if method != "GET" else None)
        except Denied as refusal:
            if refusal.missing_right:
                continue
        raise NotProven(f"The service account was not refused {method} {path}: take that right from it.")


def _listed(facts: Facts, key: str) -> list[Facts]:
    listed = facts.get(key)
    return [each for each in listed if isinstance(each, Mapping)] if isinstance(listed, list) else []


def _texts(listed: Json) -> list[str]:
    return [str(each) for each in listed] if isinstance(listed, list) else []
