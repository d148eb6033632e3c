"""gcloud, and what az has in common with it: lists, descriptions and logs look, what names a secret is refused."""

from collections.abc import Sequence

from compiler.proof import usage
from compiler.proof.tools import further
from compiler.proof.usage import Usage
from compiler.proof.word_list import word_list
from incident.verdict import Judgement, Verdict

_SECRETS = word_list(
    """
    auth login secrets secret keyvault keys key credential credentials appsettings connection-string get-access-token
    print-access-token print-identity-token get-credentials list-keys show-keys show-connection-string
    config-helper sign-url get-auth-string get-key-string reset-windows-password decrypt generate-login-token signurl
    retrieve-legacy-secret-key
    list-credentials show-credentials list-publishing-credentials list-publishing-profiles generate-sas tokens access
    signed-url
    """
)
_IDENTITY = ("--impersonate-service-account", "--access-token-file", "--account", "--configuration",
                   "--flags-file", "--credential-file-override", "--subscription-key")  # fmt: skip
_LISTING = (
    "-q --quiet --project=name --region=name --regions=names --zone=name --zones=names --location=name --global "
    "--filter=plain --limit=lines --page-size=lines --sort-by=cloudorder --instance=name --cluster=name --service=name "
    "--job=name --platform=name --status=name --release=name --delivery-pipeline=name --keyring=name --enabled"
)
_LIST = usage.usage(f"{_LISTING} --format=facts |", "lists what the cloud holds")
_LIST_OF_PLAIN = usage.usage(f"{_LISTING} --format=projection |", "lists what the cloud holds")
_LIST_BELOW = usage.usage(f"{_LISTING} --format=facts --iam-account=word --include-tags | word?", "lists what it holds")
_ONE = usage.usage(
    "--project=name --region=name --zone=name --instance=name --global --format=projection | name",
    "describes one thing in the cloud",
)
_FACTS = usage.usage(
    "--project=name --region=name --zone=name --location=name --platform=name --global ^--format=facts | name",
    "shows facts about one thing in the cloud",
)
_POLICY = usage.usage(
    "--project=name --region=name --zone=name --format=projection --flatten=word --filter=plain | word",
    "shows who may do what",
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
    **dict.fromkeys(
        (
            "secrets list",
            "secrets versions list",
            "kms keys list",
            "kms keyrings list",
            "iam service-accounts keys list",
            "auth list",
            "compute instance-groups managed list",
            "compute instance-groups managed list-instances",
            "compute instance-groups managed list-errors",
            "run jobs executions list",
            "artifacts docker images list",
            "artifacts docker tags list",
            "monitoring policies list",
            "monitoring dashboards list",
        ),
        _LIST_BELOW,
    ),
    **dict.fromkeys(
        (
            "projects get-iam-policy",
            "run services get-iam-policy",
            "pubsub topics get-iam-policy",
            "pubsub subscriptions get-iam-policy",
            "storage buckets get-iam-policy",
            "iam service-accounts get-iam-policy",
        ),
        _POLICY,
    ),
    "compute instances get-serial-port-output": usage.usage(
        "--project=name --zone=name --port=number --start=number | name", "shows a machine's console"
    ),
    "functions logs read": usage.usage(
        "--project=name --region=name --gen2 --limit=lines --min-log-level=name --execution-id=name --start-time=time "
        "--end-time=time | name | --limit 50",
        "shows a function's logs",
    ),
    "app logs read": usage.usage(
        "--project=name --service=name -s=name --version=name -v=name --level=name --severity=name --limit=lines | "
        "| --limit 50",
        "shows the logs",
    ),
    "builds log": usage.usage("--project=name --region=name | word", "shows a build's log"),
    "version": usage.usage("|", "shows the version"),
    "storage du": usage.usage("-sr --summarize --readable-sizes --project=name | word+", "shows what takes up space"),
}
_LISTED = frozenset(
    f"{service} {group}".strip()
    for service, groups in {
        "compute": "instances disks snapshots images networks addresses firewall-rules forwarding-rules routes routers "
        "backend-services url-maps target-pools health-checks instance-groups instance-templates zones regions "
        "machine-types disk-types operations vpn-tunnels ssl-certificates network-endpoint-groups "
        "target-https-proxies reservations commitments target-http-proxies",
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
_SETTING = usage.usage("| settingname", "shows what the cloud's client uses")
_SESSIONS = word_list("ssh scp interactive start-iap-tunnel connect-to-serial-port connect tail-serial-port-output")
_DESCRIBED = frozenset(
    """
    sql instances,sql operations,sql backups,sql databases,pubsub topics,pubsub subscriptions,compute
    disks,compute snapshots,compute networks,compute addresses,compute forwarding-rules,compute
    backend-services,compute health-checks,compute routes,compute operations,compute firewall-rules,container
    operations,dns managed-zones,redis instances,logging sinks,logging metrics,projects,compute regions,compute
    zones,compute machine-types,tasks queues,compute ssl-certificates,compute target-pools,compute url-maps
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
    if argv[0] == "az" and any(word.startswith("@") or "=@" in word for word in argv):
        return _refused(argv[0], "it takes a value from a file")
    looks = further.judge(argv) if argv[0] == "az" else _in_table(argv)
    if looks and looks.verdict is Verdict.READ_ONLY:
        return looks
    if not _SECRETS.isdisjoint(words):
        return _refused(argv[0], "it shows or makes credentials")
    if not _SESSIONS.isdisjoint(words):
        return _refused(argv[0], "it opens a session on a machine")
    return looks or _changes(f"{argv[0]}: the effect of this command is not analysed")


def _in_table(argv: Sequence[str]) -> Judgement | None:
    """The verdict by the form of a command of gcloud; None when its words lead to no form."""
    track = list(argv[1:2]) if list(argv[1:2]) in (["alpha"], ["beta"]) else []
    led, before = list(argv[1 + len(track) :]), list[str]()
    while led and led[0].partition("=")[0] in ("--project", "--quiet", "-q"):
        taken = 2 if led[0] == "--project" else 1
        before, led = [*before, *led[:taken]], led[taken:]
    led += before
    form, said = _form(led)
    if form is None:
        return None
    judgement = usage.judge((form,), ["gcloud", *led[said:]])
    if form is _FACTS and judgement.verdict is Verdict.REFUSED:
        return _refused("gcloud", "a description may hold secrets: choose facts, such as --format='value(status)'")
    if not judgement.rewrite:
        return judgement
    rewrite = " ".join(["gcloud", *track, *led[:said], judgement.rewrite.removeprefix("gcloud ")])
    return Judgement(judgement.verdict, judgement.reason, rewrite)


def _form(words: Sequence[str]) -> tuple[Usage | None, int]:
    """The form that the words of a command lead to, and how many words they are."""
    for length in (4, 3, 2, 1):
        if form := _OTHER.get(" ".join(words[:length])):
            return form, length
    place = next((n for n, word in enumerate(words) if word in ("list", "describe", "read")), 0)
    group, verb = " ".join(words[:place]), words[place] if words else ""
    if verb == "list" and group in _LISTED:
        return (_LIST_OF_PLAIN if group in _DESCRIBED else _LIST), place + 1
    if verb == "describe" and (group in _DESCRIBED or group in _LISTED):
        return (_ONE if group in _DESCRIBED else _FACTS), place + 1
    if (group, verb) == ("logging", "read"):
        return _LOGS, place + 1
    return (_SETTING, 2) if " ".join(words[:2]) in ("config get-value", "config get") else (None, 0)


def _refused(tool: str, reason: str) -> Judgement:
    return Judgement(Verdict.REFUSED, f"{tool}: {reason}")


def _changes(reason: str) -> Judgement:
    return Judgement(Verdict.MUTATING, reason)
