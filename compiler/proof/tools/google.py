"""gcloud, and what az has in common with it: lists, descriptions and logs look, what names a secret is refused."""

from collections.abc import Sequence

from compiler.proof import usage
from compiler.proof.tools import further
from compiler.proof.word_list import word_list
from incident.verdict import Judgement, Verdict

_SECRETS = word_list(
    """
    auth login secrets secret keyvault keys key credential credentials appsettings connection-string get-access-token
    print-access-token print-identity-token get-credentials list-keys show-keys show-connection-string
    list-credentials show-credentials list-publishing-credentials list-publishing-profiles generate-sas tokens access
    signed-url
    """
)
_IDENTITY = ("--impersonate-service-account", "--access-token-file", "--account", "--configuration",
                   "--flags-file", "--credential-file-override", "--subscription-key")  # fmt: skip
_LIST = usage.usage(
    "--project=name --region=name --zone=name --zones=names --filter=plain --limit=lines --sort-by=sort "
    "--instance=name --cluster=name --service=name |",
    "lists what the cloud holds",
)
_ONE = usage.usage(
    "--project=name --region=name --zone=name --instance=name --global --format=projection | name",
    "describes one thing in the cloud",
)
_LOGS = usage.usage(
    "--project=name --freshness=time --order=name --limit=lines --format=projection | plain | --limit 50",
    "shows the cloud's logs",
)
_OTHER = {
    "compute backend-services get-health": usage.usage(
        "--global --region=name --project=name | name", "says which backends are well"
    ),
    "storage ls": usage.usage("-lraLR --long --recursive --project=name | word*", "lists objects"),
    "storage du": usage.usage("-sr --summarize --readable-sizes --project=name | word+", "shows what takes up space"),
}
_LISTED = frozenset(
    f"{service} {group}".strip()
    for service, groups in {
        "compute": "instances disks snapshots images networks addresses firewall-rules forwarding-rules routes routers "
        "backend-services url-maps target-pools health-checks instance-groups instance-templates zones regions "
        "machine-types operations vpn-tunnels ssl-certificates reservations commitments target-http-proxies",
        "container": "clusters node-pools operations images",
        "sql": "instances databases backups operations users tiers",
        "run": "services revisions jobs regions",
        "pubsub": "topics subscriptions snapshots",
        "logging": "logs sinks metrics buckets",
        "dns": "managed-zones record-sets",
        "artifacts": "repositories packages versions",
        "redis": "instances regions",
        "app": "versions services instances regions",
        "iam": "roles service-accounts",
        "spanner": "instances databases backups operations",
        "filestore": "instances",
        "memcache": "instances",
        "scheduler": "jobs",
        "tasks": "queues",
        "bigtable": "instances clusters",
        "dataflow": "jobs",
        "composer": "environments",
        "deploy": "delivery-pipelines releases rollouts targets",
    }.items()
    for group in groups.split()
) | word_list("functions projects services builds")
"""What gcloud lists, written out: `gcloud compute instances delete list` deletes an instance of that name."""
_DESCRIBED = frozenset(
    """
    sql instances,sql operations,sql backups,sql databases,pubsub topics,pubsub subscriptions,compute disks,compute
    snapshots,compute networks,compute addresses,compute forwarding-rules,compute backend-services,compute
    health-checks,compute routes,compute operations,compute firewall-rules,container operations,dns managed-zones,redis
    instances,logging sinks,logging metrics,projects
    """.replace("\n    ", " ")
    .strip()
    .split(",")
)
"""What gcloud describes without the settings of a program or a machine, which may hold secrets."""


def judge(argv: Sequence[str]) -> Judgement:
    """The verdict for a command line, `argv[0]` being `gcloud` or `az`. Never raises."""
    words = [word for word in argv[1:] if not word.startswith("-")]
    if any(word.partition("=")[0] in _IDENTITY for word in argv):
        return _refused(argv[0], "it names another identity or configuration: those belong to the target")
    if not _SECRETS.isdisjoint(words):
        return _refused(argv[0], "it shows or makes credentials")
    if "ssh" in words or "scp" in words or "interactive" in words:
        return _refused(argv[0], "it opens a session on a machine")
    place = next((n for n, word in enumerate(argv) if word in ("list", "read")), 0)
    verb = " ".join(argv[1 : place + 1])
    if not place and argv[0] == "gcloud" and "describe" in argv:
        return _described(argv, argv.index("describe"))
    form = _LOGS if verb == "logging read" else _LIST if verb.removesuffix(" list") in _LISTED else None
    if argv[0] == "gcloud" and form:
        judgement = usage.judge((form,), ["gcloud", *argv[place + 1 :]])
        rewrite = judgement.rewrite and " ".join([*argv[: place + 1], judgement.rewrite.removeprefix("gcloud ")])
        return Judgement(judgement.verdict, judgement.reason, rewrite)
    if argv[0] == "gcloud" and (form := _OTHER.get(" ".join(argv[1:4])) or _OTHER.get(" ".join(argv[1:3]))):
        taken = 4 if " ".join(argv[1:4]) in _OTHER else 3
        return usage.judge((form,), ["gcloud", *argv[taken:]])
    if argv[0] == "gcloud" and tuple(argv[1:3]) in (("config", "get-value"), ("config", "get")) and len(argv) == 4:
        return _setting(argv[3])
    if argv[0] == "az":
        return further.judge(argv)
    return _changes(f"{argv[0]}: the effect of this command is not analysed")


def _described(argv: Sequence[str], place: int) -> Judgement:
    if " ".join(argv[1:place]) not in _DESCRIBED:
        return _changes("gcloud: what it describes may hold secrets or be more than a description")
    judgement = usage.judge((_ONE,), ["gcloud", *argv[place + 1 :]])
    return Judgement(judgement.verdict, judgement.reason)


def _setting(name: str) -> Judgement:
    if name in ("project", "core/project", "account", "core/account", "compute/region", "compute/zone", "run/region"):
        return Judgement(Verdict.READ_ONLY, f"shows which {name} the cloud's client uses")
    return _refused("gcloud", f"{name[:40]} is not among the settings that hold no secret")


def _refused(tool: str, reason: str) -> Judgement:
    return Judgement(Verdict.REFUSED, f"{tool}: {reason}")


def _changes(reason: str) -> Judgement:
    return Judgement(Verdict.MUTATING, reason)
