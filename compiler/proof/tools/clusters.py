"""Clusters and what runs in them: meshes, deployments from git, networks of pods, storage, and the engines below.

Each table holds only what looks. Whatever else the tool can do changes something, so it needs no list.
"""

from compiler.proof.client import client

_SECRETS = "it shows secrets"
_TERMINAL = "it is for a person at a terminal"
_MANIFEST = "what it prints may hold secrets"
_PLACE = "-n=name --namespace=name --context=name"

CLIENTS = {
    "rpk": client(
        reads="""
cluster health, cluster info, cluster metadata, cluster status, topic list, topic describe, group list, group describe,
    version: -a -s -p -d --detailed --summary --print-all --print-partitions | name* # shows the brokers, or a topic
""",
        refused={"topic consume": "it takes and shows what the messages hold", "profile, cloud, security": _SECRETS},
        refused_options={"-X, --config, --profile, --user, --password": "it names another identity"},
        rest_changes=True,
    ),
    "istioctl": client(
        options=f"{_PLACE} -i=name --istioNamespace=name",
        reads="""
proxy-status, ps: --revision=name | word? # says which proxies have the mesh's settings
version: -s --short --remote -o=name --output=name | # shows the versions of the mesh
analyze: -A --all-namespaces --failure-threshold=name -o=name --output=name --suppress=word --color | # looks for
    mistakes in the mesh's settings
proxy-config/pc cluster/clusters/c/listener/listeners/l/route/routes/r/endpoint/endpoints/ep/eds: --fqdn=word
    --port=number --direction=name --subset=name --address=word --type=name --name=word --status=name
    --cluster=word -o=name --output=name --verbose | word # shows what a proxy was told
proxy-config/pc log/o: | word # shows the log levels of a proxy
""",
        refused={
            "proxy-config/pc secret/secrets/s/all/bootstrap/b": _SECRETS,
            "dashboard, dash, d, admin": _TERMINAL,
        },
        rest_changes=True,
    ),
    "linkerd": client(
        options=f"{_PLACE} -L=name --linkerd-namespace=name --verbose",
        reads="""
check, viz check, multicluster check, jaeger check: --proxy --pre --wait=name -o=name --output=name | # checks
    the mesh
version: --client --short --proxy | # shows the versions of the mesh
viz stat, viz edges, viz routes: -A --all-namespaces --to=word --from=word -o=name --output=name -t=name
    --time-window=name | word+ # shows the traffic's figures
viz list, multicluster gateways: | # lists what the mesh knows
""",
        refused={"viz tap, viz top, viz dashboard, viz profile": _TERMINAL, "identity, viz auth": _SECRETS},
        rest_changes=True,
    ),
    "flux": client(
        options=_PLACE,
        reads="""
get: -A --all-namespaces --no-header -l=word --label-selector=word --status-selector=word ~-w ~--watch | name+
    # shows
    the state of what is deployed from git
check: --pre | # checks the deployment from git
events: -A --all-namespaces --for=word --types=names ~-w ~--watch --no-header | # lists events
tree kustomization/ks: --compact | name # lists what belongs to an application
trace: --kind=name --api-version=word | word* # says which source an object comes from
logs: --level=name --kind=name --name=name --since=name --tail=lines ~-f ~--follow -A --all-namespaces |
    | --tail 200 # shows the end of the logs
version, stats: --client -o=name --output=name -A --all-namespaces | # shows versions and counts
""",
        refused={"export, build, diff, debug, envsubst": _MANIFEST},
        rest_changes=True,
    ),
    "velero": client(
        options="-n=name --namespace=name --kubecontext=name",
        reads="""
backup/restore/schedule/backup-location/snapshot-location/plugin/repo get, get
    backup/backups/restore/restores/schedule/schedules/backup-locations/snapshot-locations/plugins: -o=name
    --output=name -l=word --selector=word --show-labels | name* # lists backups and their places
backup/restore/schedule describe, describe backup/backups/restore/restores/schedule/schedules: --details
    -l=word | name* # describes a backup
backup/restore logs: | name # shows the log of a backup
version: --client-only --timeout=name | # shows the version
""",
        rest_changes=True,
    ),
    "cilium, cilium-dbg": client(
        options=_PLACE,
        reads="""
status: --brief --verbose --all-health --all-nodes --all-controllers -o=name --output=name --wait-duration=name
    | # shows the state of the network
endpoint list, identity list, node list, service list, ip list, metrics list, bgp peers, bgp routes, encrypt status,
    clustermesh status, lrp list, version: -o=name --output=name --client --brief | # shows what the network knows
endpoint get, identity get: | name # shows what the network knows
""",
        refused={"monitor, hubble ui": _TERMINAL, "config": _MANIFEST},
        rest_changes=True,
    ),
    "hubble": client(
        reads="status, list nodes, list namespaces, version: -o=name --output=name | # shows the state of the network",
        refused={"observe": "it shows what passes through the network"},
        rest_changes=True,
    ),
    "calicoctl": client(
        reads="""
node status, version, ipam show: --show-blocks --ip=word | # shows the state of the network
get: -o=name --output=name -A --all-namespaces -n=name --namespace=name | names name* # shows the network's objects
""",
        rest_changes=True,
    ),
    "cmctl": client(
        options=_PLACE,
        reads="""
status certificate: | name # shows how the renewal of a certificate stands
check api: --wait=name | # says whether certificates are managed
version: --client --short -o=name | # shows the version
""",
        refused={"inspect": _SECRETS},
        rest_changes=True,
    ),
    "eksctl": client(
        options="--region=name -r=name",
        reads="""
get cluster/clusters/nodegroup/nodegroups/ng/addon/addons/fargateprofile/iamserviceaccount/labels: --cluster=name
    -n=name --name=name -o=name --output=name | name? # lists what belongs to a cluster
version, info: -o=name | # shows the version
""",
        rest_changes=True,
    ),
    "kubeadm": client(
        reads="""
version: -o=name --output=name | # shows the version
certs check-expiration: | # shows when the cluster's certificates end
config images list: | # lists the images of a cluster
upgrade plan: | # says to which versions the cluster could go
""",
        refused={"token, certs certificate-key, config print": _SECRETS},
        rest_changes=True,
    ),
    "kind": client(
        reads="get clusters, version: | # lists clusters\nget nodes: --name=name -A | # lists nodes",
        refused={"get kubeconfig": _SECRETS},
        rest_changes=True,
    ),
    "minikube": client(
        options="-p=name --profile=name",
        reads="status, ip, version, profile list, service list, addons list, node list: -o=name --output=name "
        "| # shows "
        "the state of the cluster",
        refused={"docker-env, podman-env, ssh, ssh-key, dashboard, tunnel": _TERMINAL},
        rest_changes=True,
    ),
    "microk8s": client(
        reads="status, version: --wait-ready --timeout=seconds --format=name | # shows the state of the cluster",
        refused={"config, add-node": _SECRETS},
        rest_changes=True,
    ),
    "k3s": client(
        reads="--version, check-config, etcd-snapshot list, etcd-snapshot ls, secrets-encrypt status: | # "
        "shows the state of"
        " the cluster",
        refused={"token": _SECRETS},
        rest_changes=True,
    ),
    "ceph": client(
        options="-f=name --format=name --connect-timeout=number",
        reads="""
status, -s, --status, health, health detail, df, df detail, versions, features, quorum_status, time-sync-status,
    mon stat, mon dump, mgr stat, mgr services, mgr module ls, mds stat, fs status, fs ls, fs dump, osd stat,
    osd dump,
    osd status, osd perf, osd blocked-by, osd utilization, osd pool stats, osd pool autoscale-status, osd crush
    tree,
    osd crush rule ls, osd crush rule dump, pg stat, pg dump, pg ls, pg dump_stuck, pg dump_pools_json, crash ls,
    crash ls-new, crash stat, orch status, orch ps, orch ls, orch host ls, orch device ls, orch upgrade status,
    device ls, balancer status, progress, progress json, telemetry status, osd df, osd df tree, osd df plain: | #
    shows the state of the storage
osd tree, osd tree-from, pg dump, pg ls, pg dump_stuck, pg ls-by-osd, pg ls-by-pool, osd pool ls, osd lspools,
    fs subvolumegroup ls, fs subvolume ls, osd blocklist ls, osd pool stats,
    osd find, osd metadata, osd ok-to-stop, osd safe-to-destroy, pg map, device info, crash info, orch ps, mds
    metadata,
    mon metadata, fs status, log last: | name* # shows the state of the storage
osd pool get: | name name # shows a setting of a pool
pg: | name pgword # shows the state of a placement group
""",
        refused={
            "auth, config-key, config dump/get/show/show-with-defaults/log, dashboard": _SECRETS,
            "-w, --watch": "it goes on until somebody stops it",
        },
        refused_options={"-k, --keyring, --key, -n, --name, --id, -c, --conf": "it names another identity"},
        rest_changes=True,
    ),
    "rbd": client(
        options="-p=name --pool=name --format=name --pretty-format",
        reads="""
ls, list: -l --long | name? # lists images
status, info, du, disk-usage, snap ls, snap list, lock ls, mirror pool status, mirror image status, trash ls,
    showmapped, device list: --verbose | word? # shows facts about images
""",
        refused_options={"-k, --keyring, -n, --name, --id, -c, --conf": "it names another identity"},
        rest_changes=True,
    ),
    "ctr": client(
        options="-n=name --namespace=name",
        reads="""
containers/container/c/images/image/i/tasks/task/t/namespaces/namespace/ns/snapshots/plugins list/ls: -q --quiet | #
    lists what the engine holds
version: | # shows the version
""",
        rest_changes=True,
    ),
}
