"""The verdict for every other known tool: databases' own tools, queues, clouds, builds, migrations, and opaque scripts.

What is known of most of them is only that they change things. A script is judged by nothing but being one: its content
is what a reviewer pins.
"""

import re
from collections.abc import Callable, Mapping, Sequence

from compiler.proof import client, usage
from compiler.proof.named import named
from compiler.proof.tools.table import CLIENTS, FORMS
from compiler.proof.tools.versions import says_version
from compiler.proof.values import objection_to_value
from compiler.proof.word_list import word_list
from incident.verdict import Judgement, Verdict

_TABLES = {name: table for names, table in CLIENTS.items() for name in names.split(", ")}
_CHANGING = word_list(
    """
    ansible ansible-playbook ansible-galaxy make cmake gradle gradlew mvn ant npx bunx poetry pipenv pipx uv
    composer bundle gem rails rake artisan cargo go dotnet msbuild prisma knex sequelize typeorm liquibase goose
    dbmate sqitch django-admin flask gunicorn uvicorn hypercorn puma sidekiq dbt prefect dagster luigi pg_dump
    pg_dumpall pg_restore pg_basebackup pg_resetwal pg_rewind pg_upgrade initdb createdb
    dropdb createuser dropuser vacuumdb reindexdb clusterdb pgbench pg_repack wal-e mysqldump mysqlimport
    mysqlcheck mongodump mongorestore mongoimport mongoexport redis-server redis-sentinel redis-benchmark
    redis-check-aof redis-check-rdb memcached kafka-console-producer kafka-console-producer.sh
    kafka-reassign-partitions kafka-reassign-partitions.sh kafka-leader-election kafka-leader-election.sh
    kafka-delete-records kafka-delete-records.sh kafka-server-start
    kafka-server-start.sh kafka-server-stop kafka-server-stop.sh kafka-preferred-replica-election.sh packer
    pulumi cdk sam serverless sls kops kubelet skaffold kustomize linode-cli hcloud oci ibmcloud railway render
    newrelic datadog-agent sentry-cli pd cap fab capistrano deploy duplicity aws-vault k6 locust jmeter
    artillery pytest jest playwright cypress tox nox java
    """
)
FURTHER = word_list(
    """
    amtool barman birdc borg btrfs calicoctl ceph cilium cilium-dbg cloudflared cmctl cockroach ctr doctl drbdadm
    eksctl elasticsearch-keystore elasticsearch-plugin elasticsearch-users etcdutl flux fly flyctl glab gluster
    heroku hubble incus influx ipmitool istioctl k3s kafka-cluster kafka-cluster.sh kafka-features kafka-features.sh
    kafka-metadata-quorum kafka-metadata-quorum.sh kafka-transactions kafka-transactions.sh kind kubeadm linkerd
    logcli lxc mc mcli microk8s mimirtool minikube netlify nodetool nomad opensearch-keystore opensearch-plugin
    openstack patronictl pcs pct pg_ctl pgbackrest promtool pvecm pvesm qm rabbitmq-diagnostics rabbitmq-plugins
    rabbitmq-queues rabbitmqadmin rabbitmqctl rbd rclone repmgr restic rpk s3cmd tailscale temporal varnishadm
    velero vercel virsh vtctlclient vtctldclient wal-g wg wrangler zkCli.sh zookeeper-shell zookeeper-shell.sh
    """
)
"""Tools whose tables are read with the first command that names one."""
_FURTHER_JUDGE = named("tools.further:judge")
_STATEMENT = named("tools.statements:looks")
_REFUSED: Mapping[str, str] = {
    "kafka-console-consumer": "it takes and shows what the messages hold",
    "kafka-console-consumer.sh": "it takes and shows what the messages hold",
    "op": "it shows secrets",
    "doppler": "it shows secrets",
    "chamber": "it shows secrets",
}
_INTERPRETERS = word_list(
    "bash sh zsh dash ksh python python2 python3 perl ruby node nodejs deno bun php lua Rscript ts-node tsx java"
)
_OTHER_INTERPRETERS = word_list("fish csh tcsh osascript expect ipython irb tclsh")
_CODE_FLAG = re.compile(
    r"-[a-zA-Z]*[cerpE][a-zA-Z]*|--(?:eval|print|command|execute|require|import|init-file|rcfile)(?:=.*)?"
)
_SCRIPT = re.compile(r"(?:\./|[A-Za-z0-9_.-]+/)*[A-Za-z0-9_][A-Za-z0-9_.-]*", re.ASCII)
_WHOLE_PATH = re.compile(r"/(?:[A-Za-z0-9_.-]+/)*[A-Za-z0-9_.-]+", re.ASCII)
_SYSTEM_BINARIES = ("/bin/", "/sbin/", "/usr/", "/snap/", "/proc/", "/dev/", "/sys/", "/lib")
_SCRIPT_ENDINGS = (".sh", ".bash", ".py", ".rb", ".pl", ".js", ".ts", ".php")
_SQL_CLIENTS = {"mysql": ("-e", "--execute"), "mariadb": ("-e", "--execute"), "mongosh": ("--eval",),
                "mongo": ("--eval",), "sqlite3": (), "clickhouse-client": ("-q", "--query"),
                "cqlsh": ("-e", "--execute")}  # fmt: skip


def judge(argv: Sequence[str]) -> Judgement | None:
    """The verdict for a command line; None when its tool is not known at all and it is no script. Never raises."""
    tool = argv[0] if argv else ""
    if says_version(argv):
        return Judgement(Verdict.READ_ONLY, f"shows the version of {tool}")
    if tool in _SPECIAL:
        return _SPECIAL[tool](argv)
    if tool in FURTHER:
        further: Judgement = _FURTHER_JUDGE(argv)
        return further
    if tool in _TABLES:
        return client.judge(_TABLES[tool], argv)
    if tool in FORMS:
        looks = usage.judge(FORMS[tool], argv)
        return looks if looks.verdict is Verdict.READ_ONLY else _changes(f"{tool} in another form than those that look")
    if tool in _REFUSED:
        return _refused(tool, _REFUSED[tool])
    if tool in _CHANGING:
        return _changes(f"{tool}: what it does depends on files that are not seen here")
    return _script(tool) if "/" in tool or tool.endswith(_SCRIPT_ENDINGS) else None


def is_script(argv: Sequence[str]) -> bool:
    """Whether the words start a script of the team's own by its path, and no interpreter or tool."""
    path = argv[0] if argv else ""
    return "/" in path and _script(path).verdict is Verdict.MUTATING


def judge_script(argv: Sequence[str]) -> Judgement:
    """The verdict for a script with its arguments, which say nothing of its effect."""
    return _script(argv[0] if argv else "")


def _refused(tool: str, reason: str) -> Judgement:
    return Judgement(Verdict.REFUSED, f"{tool}: {reason}")


def _changes(reason: str) -> Judgement:
    return Judgement(Verdict.MUTATING, reason)


def _script(path: str) -> Judgement:
    """A script of the team's own: its effect is in its content, which is pinned before anybody may run it."""
    if path.startswith(_SYSTEM_BINARIES):
        return _refused(path[:60], "a tool is written by its plain name, so that the one on the host's list runs")
    if ".." in path.split("/") or not (_SCRIPT.fullmatch(path) or _WHOLE_PATH.fullmatch(path)):
        return _refused(path[:60], "it is not the plain path of a script")
    return _changes(f"{path} is a script: its effect is not analysed, and it runs only with its content pinned")


def _interpreter(argv: Sequence[str]) -> Judgement:
    """An interpreter is known only as the way to start one script or module; code in its arguments is refused."""
    words = list(argv[1:])
    if (
        words[:1] == ["-m"]
        and argv[0].startswith("python")
        and len(words) > 1
        and not objection_to_value("name", words[1])
    ):
        return _changes(f"{words[1]} is a module: its effect is not analysed")
    if argv[0] == "java" and words[:1] == ["-jar"]:
        words = words[1:]
    while (
        words
        and words[0] in ("-x", "-e", "-u", "-ex", "-eux", "-B", "--")
        and argv[0] in ("bash", "sh", "python3", "python")
    ):
        if words[0].startswith("-e") and not argv[0].endswith("sh"):
            break
        words.pop(0)
    if not words or words[0].startswith("-") or _CODE_FLAG.fullmatch(words[0]):
        return _refused(argv[0], "an interpreter runs whatever it is given: only a script's file may stand here")
    return _script(words[0])


def _database(argv: Sequence[str]) -> Judgement:
    """A database whose language is not read here: a statement may change it, and a session is for a person."""
    options = _SQL_CLIENTS[argv[0]]
    looks: Judgement | None = _STATEMENT(argv)
    if looks:
        return looks
    if any(re.fullmatch(r"-p.+|--password=.+", word) for word in argv[1:]):
        return _refused(
            argv[0], "a password on the command line is shown to every user of the host: name a secret instead"
        )
    given = any(word in options or word.startswith(tuple(f"{option}=" for option in options)) for word in argv[1:])
    if argv[0] == "sqlite3" and len(argv) > 2:
        return _changes("sqlite3 may write to the file whatever the statement is: with -readonly a look is a look")
    if given:
        return _changes(f"{argv[0]}: its language is not read here, so the statement may change anything")
    return _refused(argv[0], "a session without a statement is interactive")


_SPECIAL: Mapping[str, Callable[[Sequence[str]], Judgement]] = {
    **dict.fromkeys(_INTERPRETERS, _interpreter),
    **dict.fromkeys(_OTHER_INTERPRETERS, lambda argv: _refused(argv[0], "an interpreter runs whatever it is given")),
    **dict.fromkeys(("gcloud", "az"), named("tools.google:judge")),
    **dict.fromkeys(_SQL_CLIENTS, _database),
}
