"""Programs that are another one under their own name: OpenShift's `oc` and everybody's `k` are kubectl.

The known program's words stand in their place, and its judge decides. What the other has besides is judged here or
left as it is written.
"""

from collections.abc import Sequence
from typing import Final

from compiler.proof.word_list import word_list
from incident.verdict import Judgement, Verdict

KUBECTL: Final = word_list(
    """
    get describe logs top rollout events wait explain api-resources api-versions cluster-info exec delete scale patch
    label annotate taint set apply create replace edit cp port-forward attach debug run expose autoscale diff kustomize
    auth cordon uncordon drain proxy
    """
)
_ADMINISTERING: Final = word_list("top cordon uncordon drain taint")
_PODMAN: Final = word_list(
    """
    ps logs stats top inspect images image volume network info version port diff history events system exec start stop
    restart kill rm rmi pause unpause update rename pull push tag cp export save load run create build wait container
    commit import attach login logout compose
    """
)
OTHER_ENGINES: Final = word_list("podman nerdctl podman-compose")
"""They read as docker does, and no executor reaches their containers."""
_SAME: Final = {
    "valkey-cli": "redis-cli",
    "keydb-cli": "redis-cli",
    "gitlab-redis-cli": "redis-cli",
    "gitlab-psql": "psql",
    "mariadb-admin": "mysqladmin",
    "mariadb-show": "mysqlshow",
}
_OPENSHIFT_READS: Final = (("whoami",), ("status",), ("version",), ("projects",), ("project",), ("adm", "upgrade"))
_REFUSED: Final = word_list(
    "login logout rsh rsync extract secrets registry serviceaccounts sa ex image observe plugin"
)


def plainly(argv: Sequence[str]) -> tuple[str, ...]:
    """The words with the known program's in the place of another spelling of it."""
    words = tuple(argv)
    if words[0] in _SAME:
        return (_SAME[words[0]], *words[1:])
    if words[0] in ("k3s", "microk8s") and words[1:2] == ("kubectl",):
        return words[1:]
    if words[:2] == ("clickhouse", "client"):
        return ("clickhouse-client", *words[2:])
    if words[0] == "podman-compose":
        return ("docker-compose", *words[1:])
    if words[0] in OTHER_ENGINES and _first(words) in _PODMAN:
        return ("docker", *words[1:])
    if words[0] == "k" and _first(words) in KUBECTL:
        return ("kubectl", *words[1:])
    if words[0] == "oc":
        return _openshift(words)
    return words


def judged(argv: Sequence[str]) -> Judgement | None:
    """The verdict for what only OpenShift's client has; None for everything else."""
    if argv[0] != "oc":
        return None
    if tuple(argv[1:]) in _OPENSHIFT_READS:
        return Judgement(Verdict.READ_ONLY, f"{' '.join(argv[:2])} shows facts about the cluster")
    if _first(argv) in _REFUSED or "-t" in argv or "--show-token" in argv:
        return Judgement(Verdict.REFUSED, f"oc {_first(argv)}: it shows credentials, or opens a session")
    return Judgement(Verdict.MUTATING, "oc in another form than those that look: it may change something")


def _openshift(words: tuple[str, ...]) -> tuple[str, ...]:
    verb = _first(words)
    if verb in KUBECTL:
        return ("kubectl", *words[1:])
    if verb == "adm" and words[1] == "adm" and words[2:3] and words[2] in _ADMINISTERING:
        return ("kubectl", *words[2:])
    if words[1:4] == ("adm", "certificate", "approve"):
        return ("kubectl", *words[2:])
    return words


def _first(words: Sequence[str]) -> str:
    """The verb: the first word that is no option. An option's own value before it is taken for one, and not known."""
    rest = list(words[1:])
    while rest and rest[0].startswith("-"):
        option = rest.pop(0)
        if option in ("-n", "--namespace", "--context") and rest:
            rest.pop(0)
    return rest[0] if rest else ""
