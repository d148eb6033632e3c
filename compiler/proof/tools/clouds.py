"""Clouds and hosting, virtual machines, backups and buckets, and the devices of networks and disks.

Each table holds only what looks. Whatever else the tool can do changes something, so it needs no list.
"""

from compiler.proof.client import client

_SECRETS = "it shows secrets"
_TERMINAL = "it is for a person at a terminal"
_ENDLESS = "it goes on until somebody stops it"
_IDENTITY = "it names another identity or configuration: those belong to the target"

_HOSTING = {
    "doctl": client(
        options="--context=name --no-header --format=names -o=name --output=name",
        reads="""
compute droplet/volume/snapshot/image/load-balancer/firewall/domain/certificate/reserved-ip/region/size/action list,
    compute droplet/volume/snapshot/image/load-balancer/firewall/certificate/action get: --region=name
    --tag-name=name | word* # shows what the cloud holds
kubernetes cluster list, kubernetes cluster get, kubernetes cluster node-pool list, account get, balance get,
    version:
    | word? # shows what the cloud holds
""",
        refused={"auth, databases, kubernetes cluster kubeconfig, registry login, compute ssh, apps": _SECRETS},
        refused_options={"-t, --access-token, -u, --api-url, -c, --config, --trace": _IDENTITY},
        rest_changes=True,
    ),
    "heroku": client(
        options="-a=name --app=name -r=name --remote=name",
        reads="""
ps, releases, status, maintenance, domains, addons, features, pipelines, buildpacks, certs, builds, apps, info, access,
    labs, teams, spaces, version, --version: --json | # shows the state of the app
apps:info, pg, pg:settings, pg:backups, pg:backups:schedules, kafka:topics, kafka:consumer-groups: --json | # shows the
    state of the app
redis:info, pipelines:info, certs:info, builds:info, features:info, domains:info, pg:info, spaces:ps, kafka:info,
    kafka:topics:info, pg:backups:info: --json | word? # shows the state of the app
pg:ps, pg:locks, pg:blocking, pg:long-running-queries, pg:outliers, pg:calls, pg:bloat, pg:cache-hit, pg:index-size,
    pg:index-usage, pg:seq-scans, pg:table-size, pg:total-table-size, pg:unused-indexes, pg:vacuum-stats:
    -v --verbose -t --truncate -n=lines --num=lines | word? # shows what the database is doing
releases: -n=lines --num=lines --json | # lists releases
logs: -n=lines --num=lines -p=name --ps=name --dyno=name -d=name -s=name --source=name ~-t ~--tail | # shows the
    end of the logs
""",
        refused={
            "config, config:get, auth, auth:token, pg:credentials, pg:credentials:url, redis:credentials, drains,"
            " releases:info, addons:info, authorizations, authorizations:info, authorizations:create, pg:backups:url,"
            " pg:backups:public-url, webhooks, kafka:credentials": _SECRETS,
            "run, pg:psql, redis:cli, ps:exec, run:inside, run:detached, login, auth:login, local, local:run, console,"
            " ps:forward, ps:socks, redis:maintenance, kafka:tail, addons:open, open": _TERMINAL,
            "pg:backups:download, pg:pull, ps:copy": "it copies the data out: a person fetches what is needed",
        },
        rest_changes=True,
    ),
    "fly, flyctl": client(
        options="-a=name --app=name",
        reads="""
status, releases, history, apps list, checks list, volumes list, ips list, scale show, regions list, certs list,
    services list, image show, platform status, platform regions, machine/machines/m list, secrets list, postgres/pg
    list, version: --all --image -q | # shows the state of the app
releases, apps list, volumes list, ips list, certs list, regions list, secrets list: -j --json | # shows the state of
    the app
machine/machines/m status: | name # shows the state of a machine
logs: -n --no-tail -r=name --region=name -i=name --instance=name | | -n/--no-tail # shows the end of the logs
""",
        refused={
            "ssh, console, proxy, postgres connect, pg connect, redis connect": _TERMINAL,
            "machine exec, m exec, machines exec": _TERMINAL,
            "auth, tokens, config, wireguard": _SECRETS,
        },
        refused_options={"-t, --access-token, -c, --config": _IDENTITY},
        rest_changes=True,
    ),
    "vercel": client(
        options="--scope=name -S=name",
        reads="ls, list, inspect, domains ls, alias ls, certs ls, project ls, whoami, --version: | word? # "
        "shows deployments",
        refused={"env, login, logs": _SECRETS},
        refused_options={"-t, --token, -A, --local-config, -Q, --global-config": _IDENTITY},
        rest_changes=True,
    ),
    "netlify": client(
        reads="status, --version: | # shows sites",
        refused={"env, env:list, env:get, login, dev, watch, logs": _SECRETS},
        refused_options={"--auth": _IDENTITY},
        rest_changes=True,
    ),
    "wrangler": client(
        options="--name=name --env=name -e=name",
        reads="deployments list, deployments status, versions list, queues list, r2 bucket list, d1 list, kv "
        "namespace list,"
        " whoami, --version, secret list: | # shows deployments",
        refused={"tail, dev, login": _ENDLESS},
        rest_changes=True,
    ),
    "openstack": client(
        options="-f=name --format=name -c=name",
        reads="""
server/network/subnet/port/router/volume/image/flavor/hypervisor/endpoint/service/aggregate list, network agent
    list,
    compute/volume service list, availability zone list, floating ip list, hypervisor stats show: --long
    --all-projects
    --status=name --host=name | # lists what the cloud holds
""",
        refused={"token, credential, ec2, application credential, server ssh, console": _SECRETS},
        rest_changes=True,
    ),
}

_MACHINES = {
    "virsh": client(
        options="-r --readonly",
        reads="""
list: --all --inactive --name --title | # lists virtual machines
dominfo, domstate, domblklist, domiflist, domblkinfo, vcpuinfo, dommemstat, domtime, snapshot-list, vol-list,
    pool-info,
    net-info: --reason | word word? # shows facts about a virtual machine
nodeinfo, net-list, pool-list, version, capabilities: --all | # shows facts about the host
""",
        refused={"console, edit, dumpxml, secret-get-value, qemu-agent-command": _SECRETS},
        rest_changes=True,
    ),
    "qm, pct": client(reads="list: | # lists machines\nstatus: | number # shows a machine's state", rest_changes=True),
    "pvecm, pvesm": client(reads="status, nodes: | # shows the state of the cluster", rest_changes=True),
    "lxc, incus": client(
        reads="list, ls: -f=name --format=name | name? # lists containers\nversion: | # shows the version",
        refused={"exec, shell, console, config": _SECRETS},
        rest_changes=True,
    ),
    "pcs": client(
        reads="status: | # shows the state of the cluster\nstatus resources, status cluster, status nodes, "
        "status quorum,"
        " resource status, quorum status, cluster status, constraint list: | name? # shows the state of the "
        "cluster",
        refused={"config, cluster cib, stonith config, stonith show": _SECRETS},
        rest_changes=True,
    ),
    "drbdadm": client(reads="status, cstate, dstate, role: | name? # shows the state of the mirror", rest_changes=True),
    "gluster": client(
        reads="volume status, volume info, volume list, peer status, pool list: | name? # shows the state of "
        "the storage",
        rest_changes=True,
    ),
    "btrfs": client(
        reads="filesystem/fi df/show/usage/du, device/dev stats/usage, scrub status, subvolume/sub list, "
        "balance status: -h"
        " -s | measured? # shows the state of the file system",
        rest_changes=True,
    ),
    "ipmitool": client(
        reads="sel list/elist/info, sdr list/elist/info, sdr, sensor, sensor list, chassis status, power "
        "status, fru, fru print,"
        " lan print, mc info: | # shows the state of the machine",
        refused={"shell, sol, user, raw": _TERMINAL},
        refused_options={"-P, -U, -H, -E, -f": _IDENTITY},
        rest_changes=True,
    ),
    "varnishadm": client(
        reads="backend.list, ban.list, vcl.list, status, ping, panic.show, storage.list: -p -j | word? # "
        "shows the cache",
        refused_options={"-S, -T, -n": _IDENTITY},
        rest_changes=True,
    ),
    "tailscale": client(
        reads="status, ip, netcheck, version: -4 -6 --peers --self --active | name? # shows the network\n"
        "ping: -c=packets --until-direct | host # probes the way to a host",
        refused={"cert, file, ssh, debug, bugreport, serve, funnel": _SECRETS},
        rest_changes=True,
    ),
    "wg": client(
        reads=": | # shows the tunnels\nshow: | name? # shows the tunnels",
        refused={"showconf": _SECRETS},
        rest_changes=True,
    ),
    "birdc": client(
        reads="show protocols, show route, show status, show interfaces, show symbols: | word* # shows the routes",
        rest_changes=True,
    ),
    "cloudflared": client(
        reads="tunnel list, tunnel info, version, --version: | name? # shows the tunnels",
        refused={"tunnel token, access": _SECRETS},
        rest_changes=True,
    ),
}

_COPIES = {
    "restic": client(
        options="-r=word --repo=word -q --quiet --no-lock",
        reads="snapshots, stats, version: --latest=number --host=name --tag=name --path=path --mode=name "
        "--json | name* #"
        " shows the backups",
        refused={"dump, cat, key, mount": _SECRETS},
        refused_options={"-p, --password-file, --password-command": _IDENTITY},
        rest_changes=True,
    ),
    "borg": client(
        reads="list, info: --short --json --last=number | place # shows the backups\n--version: | # shows the version",
        refused={"key, mount, serve, extract": _SECRETS},
        refused_options={"--rsh, --remote-path": "it runs a program"},
        rest_changes=True,
    ),
    "rclone": client(
        reads="ls, lsd, lsl, lsf, size, about: --max-depth=number --fast-list --human-readable | word # lists "
        "objects\n"
        "listremotes, version: | # shows the places that are known",
        refused={"config, cat, obscure, serve, rcd, rc, mount": _SECRETS},
        refused_options={"--config, --dump, --password-command, --sftp-ssh": _IDENTITY},
        rest_changes=True,
    ),
    "s3cmd": client(
        reads="ls, du, info: -H --human-readable-sizes -r --recursive --limit=lines | word? # lists objects\n"
        "--version: | # shows the version",
        refused_options={"-c, --config, --dump-config, --access_key, --secret_key": _IDENTITY},
        rest_changes=True,
    ),
    "mc, mcli": client(
        reads="ls, du, stat, tree, ping: -r --recursive --json --versions | word? # lists objects\n"
        "admin info: | name # shows the state of the store\n--version, version info: | name? # shows the version",
        refused={"alias, admin user, admin config, admin trace, admin policy, cat, head, share": _SECRETS},
        rest_changes=True,
    ),
    "glab": client(
        options="-R=word --repo=word",
        reads="""
mr/issue/release list, ci list, pipeline list: -A --all -P=number --per-page=number --label=names --author=name
    -s=name --state=name | # lists them
mr/issue/release view, mr diff, ci status, pipeline status: -b=word --branch=word ~-l ~--live -c --comments |
    word? #
    shows what stands there
ci list, repo view, version, --version: | # shows what stands there
""",
        refused={"auth, config, token, variable, api, ssh-key, ci trace, ci view": _SECRETS},
        refused_options={"-h, --hostname, -w, --web": _IDENTITY},
        rest_changes=True,
    ),
}

CLIENTS = _HOSTING | _MACHINES | _COPIES
