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
    "kafka-features, kafka-features.sh": client(
        options="--bootstrap-server=word --bootstrap-controller=word",
        reads="describe: | # shows the cluster's features",
        rest_changes=True,
    ),
    "kafka-cluster, kafka-cluster.sh": client(
        reads="cluster-id, list-endpoints: --bootstrap-server=word --bootstrap-controller=word | # names the cluster",
        rest_changes=True,
    ),
    "elasticsearch-plugin, opensearch-plugin": client(
        reads="list: -v --verbose -s --silent | # lists the plug-ins", rest_changes=True
    ),
    "elasticsearch-users": client(reads="list: | name? # lists users and their roles", rest_changes=True),
    "elasticsearch-keystore, opensearch-keystore": client(
        reads="list, has-passwd: | # lists the names of what is stored", refused={"show": _SECRETS}, rest_changes=True
    ),
    "pg_ctl": client(
        options="-D=path --pgdata=path -s --silent",
        reads="status: | # says whether PostgreSQL runs on the host",
        rest_changes=True,
    ),
    "kafka-transactions, kafka-transactions.sh": client(
        options="--bootstrap-server=word",
        reads="list, describe, describe-producers, find-hanging: --transactional-id=name --topic=name "
        "--partition=number"
        " --broker-id=number | # shows transactions",
        rest_changes=True,
    ),
    "rabbitmqctl, rabbitmq-diagnostics, rabbitmq-queues": client(
        options="-n=name --node=name -t=number --timeout=number -q --quiet -s --silent -l --longnames",
        reads="""
status, cluster_status, ping, version, server_version, alarms, listeners, memory_breakdown, list_vhosts, list_users,
    list_nodes, list_feature_flags,
    check_if_node_is_mirror_sync_critical, check_if_new_quorum_queue_replicas_have_finished_initial_sync, maybe_stuck,
    list_network_interfaces, runtime_thread_stats, resolve_hostname, list_ciphers, cipher_suites,
    check_running, check_local_alarms, check_alarms, check_port_connectivity, check_virtual_hosts, is_running,
    is_booting,
    node_health_check, check_if_node_is_quorum_critical, quorum_status,
    discover_peers: -p=vhost --vhost=vhost --unit=name --formatter=name | word* # shows the broker's state
list_queues, list_connections, list_channels, list_consumers, list_exchanges, list_bindings, list_policies,
    list_permissions, list_user_permissions, list_topic_permissions, list_user_topic_permissions,
    list_operator_policies, list_vhost_limits, list_user_limits, list_deprecated_features,
    list_unresponsive_queues: -p=vhost --vhost=vhost --online --offline --local --formatter=name
    --no-table-headers |
    names* # lists what the broker holds
log_tail: -N=lines --number=lines | # shows the end of the log
check_certificate_expiration: --within=number --unit=name | # checks the broker's certificates
""",
        changes="""
stop, stop_app, start_app, shutdown, reset, force_reset, force_boot, join_cluster, forget_cluster_node, purge_queue
delete_queue, sync_queue, cancel_sync_queue, close_connection, close_all_connections, add_user, delete_user,
    change_password
clear_password, set_permissions, clear_permissions, set_user_tags, add_vhost, delete_vhost, set_policy, clear_policy
set_parameter, clear_parameter, set_vm_memory_high_watermark, set_disk_free_limit, rotate_logs, restart_vhost,
    enable_feature_flag
set_cluster_name, update_cluster_nodes, rename_cluster_node, trace_on, trace_off, rebalance, grow, shrink,
    add_member, delete_member
close_all_user_connections, set_log_level, force_gc, import_definitions, suspend_listener, suspend_all_listeners
resume_listener, resume_all_listeners, update_vhost_metadata, set_operator_policy, clear_operator_policy,
    set_topic_permissions, clear_topic_permissions, set_vhost_limits, clear_vhost_limits, set_user_limits
clear_user_limits, set_vhost_tags, delete_queues, enable_all_feature_flags, reclaim_quorum_memory,
    force_standalone_khepri_boot, activate_free_disk_space_monitoring, deactivate_free_disk_space_monitoring
""",
        refused={
            "eval, rpc, remote_shell, observer, eval_file": _CODE,
            "environment, report, list_parameters": _SECRETS,
            "consume_event_stream, log_tail_stream": "it goes on until somebody stops it",
            "erlang_cookie_sources, erlang_cookie_hash, list_global_parameters, export_definitions, peek": _SECRETS,
        },
        refused_options={"--erlang-cookie": "it names another identity"},
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
