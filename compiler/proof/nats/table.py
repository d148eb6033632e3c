"""The verbs of the NATS client and of `nats-server` as a runbook writes them, with the short names that the client
takes."""

from compiler.proof.client import client

_OTHER_IDENTITY = "it names another identity or connection: those belong to the target"
_PAYLOAD = "it shows or takes what the messages hold"
_ENDLESS = "it goes on until somebody stops it"
_KEYS = "it handles keys and credentials"

_OPTIONS = (
    "-s=natsserver --server=natsserver --context=name --timeout=time --js-domain=name --domain=name --no-context "
    "--colors=name --connection-name=name --tlsfirst --tls-first"
)
_FIND = (
    "--server-name=word --cluster=word --empty --idle=time --created=time --consumers=number --subject=subject "
    "--replicas=number --sourced --mirrored --leader=name -n --names --invert --api-level=number"
)
_LIMITS = (
    "-RjlJS --reverse --json --leaders --js-enabled --server-only --compact --all --host=name --cluster=name "
    "--tags=names ~--watch=time"
)

_REPORTS = (
    "accounts/acct/connections/conn/connz/conns/cpu/mem/gateways/gateway/super/health/jetstream/jsz/js/leafnodes/leaf/"
    "leafz/routes/route"
)
_REQUESTS = (
    "accounts/accountz/acct/connections/conn/connz/gateways/gateway/gwy/gatewayz/ipqueue/ipq/ipqueuesz/jetstream-health/"
    "healthz/jetstream/jsz/js/leafnodes/leaf/leafz/raft/raftz/routes/route/routez/subscriptions/sub/subsz/variables/var/varz"
)

_READS = f"""
stream/str/st/s/ms ls/list/l: -anj --all --names --json --subject=subject | # lists streams
stream/str/st/s/ms report/rep: -aomntrlj --all --consumers --messages --name --storage --raw --leaders --json
    --subject=subject --cluster=name | # shows what each stream holds and where
stream/str/st/s/ms find/query: {_FIND} | # finds streams
stream/str/st/s/ms info/nfo/i, stream/str/st/s/ms state: -ja --json --state --no-select --all | name? # shows the
    state of a stream
stream/str/st/s/ms subjects/subj: -jR --json --sort=name --reverse --names | name subject? # counts a stream's
    messages by subject
consumer/con/c/obs ls/list: -jna --json --names --no-select --all | name? # lists the consumers of a stream
consumer/con/c/obs info/nfo, consumer/con/c/obs state: -ja --json --no-select --all | name? name? # shows the state
    of a consumer
consumer/con/c/obs report: -rla --raw --leaders --all | name? # shows the consumers of a stream with what is pending
consumer/con/c/obs find/query: --pull --push --bound --waiting=number --ack-pending=number --pending=number
    --idle=time --created=time --replicas=number --leader=name --pinned --invert --api-level=number | name # finds
    consumers
server/srv/sys/system list/ls: -jR --json --sort=name --reverse --compact | number? # lists the servers
server/srv/sys/system info/i: -j --json | name? # shows one server
server/srv/sys/system ping: --id --graph | number? # pings the servers
server/srv/sys/system mappings/mapping: | subject subject subject? # tries a subject mapping out
server/srv/sys/system account/acct info/i: -j --json --host=name | name # shows the use of an account
server/srv/sys/system stream-check: --stream=name --raft-group=name --health --expected=number --unsynced
    --read-timeout=number --csv | # compares the replicas of streams
server/srv/sys/system consumer-check: --stream=name --consumer=name --raft-group=name --health --expected=number
    --unsynced --read-timeout=number --csv | # compares the replicas of consumers
server/srv/sys/system report/rep
    {_REPORTS}:
    {_LIMITS} --sort=word --top=lines --account=name --subject=subject --username=name --state=name
    --closed-reason=word --filter-name=name --stream=name --consumer=name | word? # reports on the servers
server/srv/sys/system request/req
    {_REQUESTS}:
    -JS --limit=lines --offset=number --name=name --host=name --cluster=name --tags=names --account=name --sort=word
    --subscriptions --filter-cid=number --filter-state=name --filter-user=name --filter-account=name
    --filter-subject=subject --filter-empty --accounts --all --filter=name --js-enabled --server-only --stream=name
    --consumer --streams --details --config --raft --leader --stream-leader --group=name --detail | number? name? #
    asks the servers about themselves
server/srv/sys/system check connection/conn: --format=name --namespace=name --connect-warn=time
    --connect-critical=time --rtt-warn=time --rtt-critical=time --req-warn=time --req-critical=time | # checks the
    connection
server/srv/sys/system check stream: --format=name --namespace=name --stream=name --lag-critical=number
    --seen-critical=time --min-sources=number --max-sources=number --peer-expect=number --peer-lag-critical=number
    --peer-seen-critical=time --msgs-warn=number --msgs-critical=number --subjects-warn=number
    --subjects-critical=number | # checks a stream's health
server/srv/sys/system check consumer: --format=name --namespace=name --stream=name --consumer=name
    --outstanding-ack-critical=number --waiting-critical=number --unprocessed-critical=number
    --last-delivery-critical=time --last-ack-critical=time --redelivery-critical=number --pinned | # checks a
    consumer's health
server/srv/sys/system check meta/raft: --format=name --namespace=name --expect=number --lag-critical=number
    --seen-critical=time | # checks the cluster's meta group
server/srv/sys/system check jetstream/js: --format=name --namespace=name --mem-warn=number --mem-critical=number
    --store-warn=number --store-critical=number --streams-warn=number --streams-critical=number
    --consumers-warn=number --consumers-critical=number --replicas --replica-seen-critical=time
    --replica-lag-critical=number | # checks JetStream's use
server/srv/sys/system check server: --format=name --namespace=name --name=name --cpu-warn=number
    --cpu-critical=number --mem-warn=number --mem-critical=number --conn-warn=number --conn-critical=number
    --subs-warn=number --subs-critical=number --uptime-warn=time --uptime-critical=time --auth-required
    --tls-required --js-required --tls-cert-warn=time --tls-cert-crit=time | # checks one server's health
server/srv/sys/system check kv: --format=name --namespace=name --bucket=name --values-critical=number
    --values-warn=number --key=subject | # checks that a bucket holds what it should
kv ls/list: -nv --names --verbose | name? subject? # lists buckets or keys, without values
kv info/status/view: | name # shows the state of a bucket
object/obj ls: -n --names | name? # lists buckets or objects
object/obj info/show/i: | name word? # shows what is known about a bucket or object
account/a info/nfo: | # shows the account's use and limits
account/a report/rep connections/conn/connz/conns: -R --sort=word --top=lines --subject=subject --username=name
    --reverse --state=name | # lists the account's connections
account/a report/rep statistics/stats/statsz: | # counts the account's traffic
account/a tls: --expire-warn=time --ocsp --pem --no-pem | # shows the certificates of the server
rtt: -j --json | samples? # measures the round trip
micro/service list/ls/l: -j --json | name? # lists services
micro/service info/i, micro/service stats: -j --json | name name? # shows a service
micro/service ping: | name? # pings services
schema search/find/list/ls: --json | text? # lists the schemas that the client knows
schema info/show/view: --yaml | name # shows a schema that the client knows
errors/err/error ls/list: -R --reverse | text? word? # lists the codes of errors
errors/err/error lookup/find/get/l/view/show: | number # says what the code of an error means
--version: | # shows the client's version
"""

_CHANGES = """
pub/publish, req/request
stream/str/st/s/ms add/create/new, stream/str/st/s/ms edit/update, stream/str/st/s/ms rm/delete/del,
    stream/str/st/s/ms purge
stream/str/st/s/ms rmm, stream/str/st/s/ms seal, stream/str/st/s/ms copy/cp, stream/str/st/s/ms restore
stream/str/st/s/ms cluster/c step-down/stepdown/sd/elect/down/d, stream/str/st/s/ms cluster/c peer-remove/pr
stream/str/st/s/ms cluster/c balance
consumer/con/c/obs add/create/new, consumer/con/c/obs edit/update, consumer/con/c/obs rm/delete/del,
    consumer/con/c/obs copy/cp
consumer/con/c/obs next, consumer/con/c/obs sub, consumer/con/c/obs pause, consumer/con/c/obs resume,
    consumer/con/c/obs reset, consumer/con/c/obs unpin
consumer/con/c/obs cluster/c step-down/stepdown/sd/elect/down/d, consumer/con/c/obs cluster/c balance
kv add/new, kv edit, kv put, kv create, kv update, kv del/rm, kv purge, kv revert, kv compact
object/obj add, object/obj edit, object/obj put, object/obj del/rm, object/obj seal
server/srv/sys/system request/req kick, server/srv/sys/system check request/req, server/srv/sys/system account/acct
    purge
server/srv/sys/system cluster/raft/r step-down/stepdown/sd/elect/down/d, server/srv/sys/system cluster/raft/r
    peer-remove/rm/pr
server/srv/sys/system cluster/raft/r balance, server/srv/sys/system config reload
micro/service request/req, counter incr, account/a restore, restore
"""

NATS = client(
    options=_OPTIONS,
    reads=_READS,
    changes=_CHANGES,
    refused={
        "sub/subscribe, stream/str/st/s/ms view, stream/str/st/s/ms get": _PAYLOAD,
        "kv get, kv history": _PAYLOAD,
        "kv watch, object/obj get, object/obj watch, trace, server/srv/sys/system check message": _PAYLOAD,
        "events/event/e, traffic, top, stream/str/st/s/ms graph, consumer/con/c/obs graph": _ENDLESS,
        "micro/service serve, reply": _ENDLESS,
        "server/srv/sys/system graph, server/srv/sys/system watch, server/srv/sys/system run": _ENDLESS,
        "context/ctx, auth, jwt, ngs, server/srv/sys/system check credential": _KEYS,
        "server/srv/sys/system mkpasswd/passwd, server/srv/sys/system request/req profile": _KEYS,
        "bench, latency, governor": "it puts load on the servers",
        "backup, account/a backup/snapshot, stream/str/st/s/ms backup/snapshot, audit, pa": "it copies data to a file",
        "stream/str/st/s/ms gaps": "it reads the whole stream through a consumer of its own",
        "plugins": "it runs another program",
        "server/srv/sys/system check exporter": _ENDLESS,
    },
    refused_options={
        "--user, --password, --token, --creds, --nkey, --jwt, --seed": _OTHER_IDENTITY,
        "--tlscert, --tlskey, --tlsca, --socks-proxy, --certstore, --certstore-match": _OTHER_IDENTITY,
        "--js-api-prefix, --js-event-prefix, --inbox-prefix": _OTHER_IDENTITY,
        "--trace": "it prints what is sent, credentials too",
        "--archive, --outfile, --dot, --output, --dump, --errors": "it reads or writes a file",
        "--translate": "it runs another program",
        "--display-value": _PAYLOAD,
    },
)
