"""Databases' tools, queues, clouds and deployment tools: the few forms of each that are known to look."""

from compiler.proof import forms
from compiler.proof.client import client

_SECRETS = "it shows secrets"
_STATE = "the state holds secrets in the clear"
_IDENTITY = "it names another identity or configuration: those belong to the target"
_CODE = "it runs code that is written in its arguments"
_ENDLESS = "it goes on until somebody stops it"

FORMS = forms.table(
    """
pg_isready: -q --quiet -h=host --host=host -p=port --port=port -U=name --username=name -d=name --dbname=name
    -t=number --timeout=number | # says whether PostgreSQL answers
pg_lsclusters: -h | # lists the host's clusters
kafka-topics, kafka-topics.sh: ^--list/--describe --bootstrap-server=word --zookeeper=word --topic=name
    --exclude-internal --under-replicated-partitions --unavailable-partitions --at-min-isr-partitions
    --under-min-isr-partitions --topics-with-overrides --topic-id=word | # shows topics
kafka-consumer-groups, kafka-consumer-groups.sh: ^--list/--describe --bootstrap-server=word --group=name
    --all-groups
    --members --verbose --state --offsets --timeout=number | # shows consumer groups and their lag
kafka-log-dirs, kafka-log-dirs.sh: ^--describe --bootstrap-server=word --topic-list=names --broker-list=names
    | # shows what the brokers store
kafka-broker-api-versions, kafka-broker-api-versions.sh: ^--bootstrap-server=word | # says what the brokers speak
pg_ctlcluster: | number name statusword # says whether the cluster runs
mysqlshow: -h=host --host=host -P=port --port=port -u=name --user=name -kit --keys --status | name? name? name? # shows
    databases, tables and columns
mongostat, mongotop: -h=word --host=word --port=port -u=name --username=name --authenticationDatabase=name --ssl --tls
    --json --discover --all --noheaders -o=names -n=samples --rowcount=samples | number? | -n/--rowcount 1 # shows
    what the database does, once
kafka-acls, kafka-acls.sh: ^--list ^--bootstrap-server=word --topic=word --group=word --principal=word --cluster
    --transactional-id=word --resource-pattern-type=name | # lists who may do what
kafka-groups, kafka-groups.sh: ^--list ^--bootstrap-server=word --consumer --share --group-type=name --protocol=name |
    # lists groups
kafka-share-groups, kafka-share-groups.sh: ^--list/--describe ^--bootstrap-server=word --group=name --all-groups
    --members --offsets --state --verbose --timeout=number | # shows groups that share topics
mysqladmin: -h=host --host=host -P=port --port=port -u=name --user=name -s --password --silent
    | adminword+ # shows MySQL's state
kafka-configs, kafka-configs.sh: ^--describe ^--bootstrap-server=word --entity-type=name --entity-name=word --all
    --entity-default --topic=word --broker=number --broker-defaults --broker-logger=number --client=word --user=word
    | # shows settings, without those that are secret
kafka-get-offsets, kafka-get-offsets.sh: ^--bootstrap-server=word --topic=word --partitions=names --time=signed
    --topic-partitions=word --exclude-internal-topics | # shows how far topics go
kafka-run-class, kafka-run-class.sh: --broker-list=word --bootstrap-server=word --topic=word --partitions=names
    --time=signed | offsetshell # shows how far topics go
kafka-reassign-partitions, kafka-reassign-partitions.sh: ^--list ^--bootstrap-server=word | # lists moves of
    partitions
kcat, kafkacat: ^-L ^-b=word -t=word -Jq | # lists brokers and topics
pg_controldata: -D=path --pgdata=path | path? # shows the state of a database's files
pg_config: --bindir --libdir --sharedir --sysconfdir --pkglibdir | # shows where PostgreSQL is
pg_verifybackup: -eqs | path # checks a backup
stern: -A --all-namespaces -t --timestamps --no-follow -n=name --namespace=name --context=name -l=word
    --selector=word
    --since=name --tail=lines -c=plain --container=plain -e=plain --exclude=plain -i=plain --include=plain -o=name
    --output=name --color=name | plain? | --no-follow; --tail 200 # shows the end of logs
kubectx, kubens: -c --current | # shows the cluster or namespace that is chosen
grpcurl: -plaintext/--plaintext -insecure/--insecure -connect-timeout/--connect-timeout=number | server
    grpcword name?
    # lists what a server offers
grpcurl: -plaintext/--plaintext -insecure/--insecure -connect-timeout/--connect-timeout=number -d=grpcbody | server
    grpchealth # says whether a server is well
grpc_health_probe: ^-addr/--addr=server -service/--service=name -tls/--tls -connect-timeout/--connect-timeout=name
    -rpc-timeout/--rpc-timeout=name | # says whether a server is well
memcached-tool: | server memcword? # shows the cache's counters
vtysh: ^-c=routerword | # shows the routes
passenger-status, passenger-memory-stats: | # shows the application's processes
sidekiqmon: | name? # shows the queues
systemd-analyze: --no-pager --user --system | analyzeword? unit* # shows what the start took
"""
)

CLIENTS = {
    "terragrunt": client(
        reads="version, -version, --version: | # shows the version",
        refused={"console, login, logout, show, output, graph": _STATE},
        rest_changes=True,
    ),
    "terraform, tofu": client(
        options="-chdir/-chdir=word",
        reads="""
version, -version, --version: | # shows the version
workspace list, workspace show: | # says which workspaces there are
state list: -id=name | word* # lists the addresses of resources, without what they hold
fmt: ^-check/--check -diff -recursive | # says whether the files are laid out as they should be
""",
        changes="""
apply, destroy, plan, init, import, refresh, taint, untaint, validate, fmt, get, force-unlock, test, modules,
    run-all, run
state mv, state rm, state push, state replace-provider, workspace new, workspace select, workspace delete
""",
        refused={
            "show, output, state show, state pull, graph, providers": _STATE,
            "console, login, logout": _CODE,
        },
    ),
    "helm": client(
        options="-n=name --namespace=name --kube-context=name",
        reads="""
list, ls: -Aaqr --all-namespaces --all --short --filter=plain --max=lines --pending --failed --deployed -o=name | #
    lists releases
status: --revision=number | name # shows a release
history, hist: --max=lines | name # shows a release's history
version, repo list: --short | # shows the client
search repo, search hub: -l | name? # searches charts
""",
        changes="""
install, upgrade, rollback, uninstall, delete, del, un, test, repo add, repo remove, repo update, dependency update
dependency build, push, package, create, registry, pull
""",
        refused={"env, get, get all, get values, get manifest, show, template, lint": _SECRETS, "plugin": _CODE},
        refused_options={
            "--kubeconfig, --kube-token, --kube-as-user, --kube-as-group, --kube-apiserver": _IDENTITY,
            "--post-renderer": _CODE,
        },
    ),
    "npm, pnpm, yarn": client(
        reads="ls, list, outdated, ping, why, explain: --depth=number --all --prod -g | word* # lists packages\n"
        "view, info, show: --json | word+ # shows a package\n"
        "audit: --json --production --audit-level=name --omit=name | # lists known weaknesses\n"
        "version, -v, --version: | # shows the version",
        changes="""
run, run-script, test, t, start, stop, restart, build, dev, install, i, ci, add, remove, uninstall, update, upgrade,
    up, link
version, publish, audit, audit fix, exec, dlx, prune, dedupe, rebuild, init, create, cache, deploy, migrate,
    workspace,
    workspaces
""",
        refused={"config, token, login, adduser, set, get, whoami": _SECRETS},
    ),
    "gsutil": client(
        options="-m -q",
        reads="ls: -lLhrRabd | word* # lists objects\ndu: -hsca | word+ # shows what takes up space\n"
        "stat: | word+ # shows facts about objects\nversion: -l | # shows the version",
        changes=(
            "cp, mv, rm, rsync, mb, rb, compose, rewrite, setmeta, acl, defacl, iam, lifecycle, versioning, cors,"
            " web, "
            "retention, label, logging, notification, kms, defstorageclass, ubla, pap, rpo, bucketpolicyonly, "
            "autoclass"
        ),
        refused={
            "cat": "it shows what the objects hold",
            "signurl, config, hmac": _SECRETS,
            "perfdiag, test": _ENDLESS,
        },
        refused_options={"-o, -i, -u": _IDENTITY, "-D, -DD": _SECRETS},
    ),
    "etcdctl": client(
        options="--endpoints=word -w=name --write-out=name --cluster --command-timeout=time --dial-timeout=time",
        reads=(
            "endpoint health, endpoint status, endpoint hashkv, member list, alarm list, version, --version: | # "
            "shows the cluster\nsnapshot status: | listed # shows facts about a snapshot"
        ),
        changes=(
            "put, del, txn, compact, compaction, defrag, member add, member remove, member update, member "
            "promote, alarm "
            "disarm, "
            "move-leader, snapshot restore, lease grant, lease revoke, lease keep-alive, migrate, rm, rmdir, mk, "
            "mkdir, set"
        ),
        refused={
            "get, watch, ls": _SECRETS,
            "user, role, auth": _IDENTITY,
            "snapshot save, make-mirror, elect, lock": _ENDLESS,
        },
        refused_options={"--user, --password, --key, --cert, --cacert": _IDENTITY},
    ),
    "consul": client(
        reads=(
            "members, info, version, catalog datacenters, catalog nodes, catalog services, operator raft "
            "list-peers,"
            " operator autopilot state, operator autopilot get-config: -wan/--wan -detailed/--detailed"
            " -status/--status=name -service/--service=name -format/--format=name | # shows the cluster\n"
            "kv get: ^-keys/--keys -separator/--separator=word | word? # lists keys, without what they hold"
        ),
        changes=(
            "kv put, kv delete, kv import, leave, join, force-leave, reload, maint, services register, services "
            "deregister, "
            "operator raft remove-peer, operator raft transfer-leader, snapshot restore, intention, config write,"
            " config delete, event"
        ),
        refused={
            "kv export, keygen, keyring, acl, snapshot save, debug": _SECRETS,
            "exec, lock, watch": _CODE,
            "monitor, agent": _ENDLESS,
        },
    ),
    "vault": client(
        reads=(
            "status, version, secrets list, auth list, policy list, audit list, namespace list, operator members,"
            " operator raft list-peers, operator raft autopilot state: -format/--format=name "
            "-detailed/--detailed | #"
            " shows the server's state"
        ),
        changes=(
            "write, delete, patch, kv put, kv delete, kv patch, kv destroy, kv undelete, kv rollback, operator "
            "seal, "
            "operator step-down, operator rotate, lease renew, lease revoke, policy write, policy delete, secrets"
            " enable, "
            "secrets disable, secrets tune, secrets move, auth enable, auth disable, audit enable, audit disable,"
            " token revoke, plugin reload"
        ),
        refused={
            "read, list, kv get, kv list, kv metadata, unwrap, token, login, print, ssh, agent, proxy": _SECRETS,
            "operator unseal, operator init, operator rekey, operator generate-root": _SECRETS,
        },
        refused_options={"-address, -token, -ca-cert, -client-key": _IDENTITY},
    ),
    "alembic": client(
        reads=(
            "current, heads, history, branches, show: -v --verbose -i --indicate-current | word? # shows the migrations"
        ),
        changes="upgrade, downgrade, stamp, revision, merge, edit, init, ensure_version",
        refused_options={"-c, --config, -x": _IDENTITY},
    ),
    "pip, pip3": client(
        reads="list, show, freeze, check, --version: --outdated | name* # lists packages",
        changes="install, uninstall, download, wheel, cache, config, index",
        refused={"config list, config get, config debug": _SECRETS},
    ),
    "flyway": client(
        reads="info, validate, version: | # shows the migrations", changes="migrate, clean, repair, baseline, undo"
    ),
    "celery": client(
        options="-A=name --app=name -q",
        reads="""
inspect ping, inspect active, inspect active_queues, inspect reserved, inspect scheduled, inspect revoked,
    inspect registered,
    inspect stats, status: -j --json -t=number --timeout=number -d=names --destination=names | # shows the workers
""",
        changes="purge, control, call, worker, beat, multi, amqp, migrate, upgrade, logtool",
        refused={
            "shell, events, flower": _CODE,
            "inspect conf, inspect report, report, result, inspect query_task": _SECRETS,
        },
        refused_options={"-b, --broker, --result-backend, --config": _IDENTITY},
    ),
    "airflow": client(
        reads=(
            "dags list, dags list-runs, dags list-import-errors, dags state, tasks list, tasks state, tasks "
            "states-for-dag-run, "
            "jobs check, pools list, version: -d=name --dag-id=name --state=name -o=name | word* # shows the "
            "schedule"
        ),
        changes=(
            "dags trigger, dags pause, dags unpause, dags backfill, dags delete, tasks clear, tasks run, tasks "
            "test, db migrate, "
            "db upgrade, db clean, db reset, db init, pools set, pools delete, variables set, variables delete, "
            "connections add, "
            "connections delete, users create, users delete, dags test, scheduler, webserver, backfill, celery"
        ),
        refused={
            "connections, connections list, connections get, variables, variables get, variables list, "
            "config, info": _SECRETS
        },
    ),
    "argocd": client(
        reads=(
            "app list, app history, app resources, cluster list, repo list, proj list, version: -p=name "
            "--project=name -l=word -o=name | name? # shows applications\napp get: | name # shows an application\n"
            "app wait: --health --sync --operation --suspended --degraded --timeout=seconds | name | "
            "--timeout 10 # waits"
            " for an application"
        ),
        changes=(
            "app sync, app rollback, app create, app delete, app set, app unset, app patch, app terminate-op, app"
            " actions, "
            "app delete-resource, proj create, proj delete, repo add, repo rm, cluster add, cluster rm"
        ),
        refused={"app manifests, app diff, app logs, admin, account, login, context": _SECRETS},
        refused_options={"--server, --auth-token, --config": _IDENTITY},
    ),
}
