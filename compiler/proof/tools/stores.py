"""Databases, queues, coordination and observability: the tools that operate them.

Each table holds only what looks. Whatever else the tool can do changes something, so it needs no list.
"""

from compiler.proof.client import client

_SECRETS = "it shows secrets"
_CODE = "it runs code that is written in its arguments"
_CONTENT = "it shows what messages or workflows carry"

CLIENTS = {
    "patronictl": client(
        options="-c=place --config-file=place -k --insecure -d=word --dcs-url=word",
        reads="""
list, topology: -e --extended -t --timestamp -f=name --format=name --group=number ~-W ~-w=seconds ~--watch=seconds |
    name* # shows the members of the cluster
history: -f=name --format=name | name? # shows the cluster's failovers
version: | name* # shows the version
""",
        refused={"query, dsn, show-config": _SECRETS},
        rest_changes=True,
    ),
    "pgbackrest": client(
        options="--stanza=name --repo=number --config=place --log-level-console=name",
        reads="info: --output=name --set=name | # lists the backups\nversion: | # shows the version\n"
        "verify: --set=name --output=name | # checks the backups",
        rest_changes=True,
    ),
    "repmgr": client(
        options="-f=place --config-file=place --terse",
        reads="cluster show/matrix/crosscheck/event, node status/check, service/daemon status: --compact "
        "--csv --all"
        " --limit=lines | # shows the members of the cluster",
        rest_changes=True,
    ),
    "wal-g": client(
        reads="backup-list, wal-show: --pretty --json --detail --detailed-json | # lists the backups\n"
        "--version, version: | # shows the version",
        rest_changes=True,
    ),
    "barman": client(
        options="-q --quiet",
        reads="list-server/list-servers: --minimal | # lists the servers that are saved\n"
        "list-backup/list-backups/status/replication-status: --minimal | name # shows the backups of a server\n"
        "show-backup/show-backups: | name name # shows a backup",
        refused={"show-server, show-servers": _SECRETS},
        rest_changes=True,
    ),
    "nodetool": client(
        options="-h=host --host=host -p=number --port=number",
        reads="""
status, info, tpstats, compactionstats, netstats, describecluster, ring, gossipinfo, cfstats, tablestats, version,
    cfhistograms, tablehistograms, proxyhistograms, getcompactionthroughput, getstreamthroughput, getendpoints,
    getlogginglevels, getcompactionthreshold, gettimeout, gettraceprobability, listsnapshots, statusbinary,
    statusgossip, statushandoff, statusbackup, failuredetector, clientstats, compactionhistory, describering,
    datapaths: -r -H -F=name --human-readable --resolve-ip --all | name* # shows the state of the cluster
""",
        refused_options={"-u, --username, -pw, --password, -pwf, --password-file": "it names another identity"},
        rest_changes=True,
    ),
    "cockroach": client(
        options="--insecure --host=word --url=word --certs-dir=place",
        reads="node status, node ls: --all --ranges --stats --decommission --format=name | number* # shows "
        "the nodes\n"
        "version: | # shows the version",
        refused={"sql, auth-session, gen, debug": _CODE},
        rest_changes=True,
    ),
    "influx": client(
        reads="ping, version, bucket list, org list, task list: | # shows the state of the database",
        refused={"auth, config, query, repl": _SECRETS},
        rest_changes=True,
    ),
    "vtctldclient, vtctlclient": client(
        options="--server=word",
        reads="GetTablets, GetTablet, GetKeyspaces, GetKeyspace, GetShard, GetSrvKeyspaces, GetCellInfoNames,"
        " GetBackups, FindAllShardsInKeyspace, ListAllTablets, ListShardTablets, ListBackups: --keyspace=name"
        " --shard=word --cell=name --tablet-type=name | word* # shows the shards",
        rest_changes=True,
    ),
    "zkCli.sh, zookeeper-shell, zookeeper-shell.sh": client(
        options="-server/--server=word",
        reads="ls, ls2, stat: -s -R | znode # shows the names below a node",
        refused={"get, getAcl": _SECRETS},
        rest_changes=True,
    ),
    "kafka-metadata-quorum, kafka-metadata-quorum.sh": client(
        options="--bootstrap-server=word --bootstrap-controller=word",
        reads="describe: --status --replication --re --human-readable --hr | # shows the controllers",
        rest_changes=True,
    ),
    "kafka-transactions, kafka-transactions.sh": client(
        options="--bootstrap-server=word",
        reads="list, describe, describe-producers, find-hanging: --transactional-id=name --topic=name "
        "--partition=number"
        " --broker-id=number | # shows transactions",
        rest_changes=True,
    ),
    "rabbitmqadmin": client(
        options="-V=vhost --vhost=vhost -f=name --format=name",
        reads="list queues/nodes/connections/channels/exchanges/bindings/vhosts/policies/consumers, show "
        "overview: -S=name"
        " --sort=name | name* # shows the broker's state",
        refused={"get": _CONTENT, "export, list users": _SECRETS},
        refused_options={"-u, --username, -p, --password, -c, --config": "it names another identity"},
        rest_changes=True,
    ),
    "rabbitmq-plugins": client(
        options="-n=name --node=name -q --quiet -s --silent",
        reads="list, is_enabled, directories: -E -e -m -v --enabled --minimal --verbose | name* # lists the plug-ins",
        rest_changes=True,
    ),
    "nomad": client(
        options="-address/--address=word -region/--region=name -namespace/--namespace=name",
        reads="""
status, job status, job history, job allocs, job deployments, node status, node-pool list, server members,
    alloc status,
    deployment list, deployment status, eval list, eval status, operator raft list-peers, operator autopilot state,
    namespace list, volume status, service list, service info, agent-info, version: -verbose/--verbose
    -short/--short
    -stats/--stats -allocs/--allocs -self/--self -detailed/--detailed | word* # shows the cluster
alloc logs: -stderr/--stderr ~-f -tail/--tail -n=lines -job/--job | name name? | -tail/--tail; -n 200 # shows
    the end
    of a log
""",
        refused={
            "var, acl, job inspect, operator api, operator debug, operator snapshot save": _SECRETS,
            "exec, alloc exec, alloc fs, monitor, ui": "it is for a person at a terminal",
        },
        refused_options={"-token, --token": "it names another identity"},
        rest_changes=True,
    ),
    "etcdutl": client(
        options="-w=name --write-out=name",
        reads="snapshot status: | listed # shows facts about a snapshot\nversion: | # shows the version",
        rest_changes=True,
    ),
    "temporal": client(
        options="-n=name --namespace=name --address=word -o=name --output=name",
        reads="""
operator cluster health/system/describe/list, operator namespace list, operator search-attribute list, batch list,
    schedule list: --limit=lines | # shows the state of the service
operator namespace describe: | name? # shows a namespace
workflow list/count: -q=text --query=text --limit=lines | # lists workflows
workflow describe: -w=word --workflow-id=word -r=word --run-id=word | # shows the state of a workflow
task-queue describe: -t=word --task-queue=word --task-queue-type=name | # shows who works on a queue
""",
        refused={"workflow show, workflow query, workflow trace, workflow stack": _CONTENT, "env": _SECRETS},
        refused_options={"--api-key, --codec-auth, --env-file, --env": "it names another identity"},
        rest_changes=True,
    ),
    "promtool": client(
        reads="""
check config, check rules, check web-config: --syntax-only --lint=names | rulefile+ # checks settings
check healthy, check ready: --url=weburl | # says whether it runs
query instant: -o=name --format=name --time=word | weburl plain # asks for a value
query range: -o=name --start=word --end=word --step=name | weburl plain # asks for values
query labels: --start=word --end=word --match=plain | weburl name # lists the values of a label
query series: --match=plain --start=word --end=word | weburl # lists series
tsdb list: -r --human-readable | listed # lists blocks
""",
        refused={"debug": "it shows the memory of a program"},
        rest_changes=True,
    ),
    "amtool": client(
        options="--alertmanager.url=weburl -o=name --output=name",
        reads="""
alert: | # lists alerts
alert query: -a --active -i --inhibited -s --silenced -u --unprocessed --receiver=name | plain* # lists alerts
silence: | # lists silences
silence query: --expired -q --quiet --within=name --created-by=name --id=name | plain* # lists silences
config routes show: | # shows the routes
config routes test: --verify.receivers=names | plain* # says who would be told
check-config: | rulefile+ # checks settings
cluster show: | # shows the members of the cluster
""",
        refused={"config show": _SECRETS},
        rest_changes=True,
    ),
    "logcli": client(
        options="--addr=weburl --org-id=name -q --quiet --timezone=name -o=name --output=name",
        reads="""
query: --limit=lines --since=name --from=time --to=time --forward ~-f ~--tail | plain # reads logs
instant-query: --now=time | plain # asks for a value
labels: --since=name --from=time --to=time | name? # lists labels
series, stats, volume: --since=name --from=time --to=time --analyze-labels | plain # counts series
""",
        rest_changes=True,
    ),
    "mimirtool": client(
        options="--address=weburl --id=name",
        reads="rules list, rules print: --format=name | # shows the rules",
        refused={"alertmanager": _SECRETS},
        rest_changes=True,
    ),
}
