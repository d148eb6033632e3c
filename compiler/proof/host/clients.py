"""Services, packages and settings of a host: the clients with verbs that most hosts have."""

from compiler.proof import forms
from compiler.proof.client import client

_ELSEWHERE = "it names another machine or file system: the host belongs to the target"
_SHOWN = "Id,Description,LoadState,ActiveState,SubState,MainPID,ExecMainStatus,NRestarts,MemoryCurrent,TasksCurrent"

SYSTEMCTL = client(
    options="-ql --no-pager --quiet --system --user --full --no-ask-password -a --all",
    reads=f"""
: --plain --no-legend --failed -t=names --type=names --state=names -r --reverse | # lists units
list-units, list-unit-files, list-timers, list-sockets, list-jobs, list-automounts, list-paths, list-mounts:
    --plain --no-legend --failed -t=names --type=names --state=names -r --reverse | unit* # lists units
status: -n=lines --lines=lines -o=name --output=name -t=names --type=names --state=names | unit* # shows a unit's
    state
is-active, is-enabled, is-failed: | unit+ # says a unit's state
is-system-running, get-default, --version: | # says the system's state
list-dependencies: --plain --reverse | unit* # lists what a unit needs
show: --value -p=property --property=property | unit* | -p/--property {_SHOWN} # shows a unit's facts
""",
    changes="""
restart, start, stop, reload, try-restart, reload-or-restart, try-reload-or-restart, condrestart, force-reload
enable, disable, reenable, mask, unmask, preset, link, revert, add-wants, add-requires, set-property, set-default
kill, clean, freeze, thaw, reset-failed, isolate, daemon-reload, daemon-reexec, cancel, set-environment
unset-environment, reboot, poweroff, halt, kexec, suspend, hibernate, rescue, emergency, default, switch-root
""",
    refused={
        "cat, show-environment": "what it prints may hold secrets: look at the unit's status",
        "edit": "it opens an editor",
        "help": "it is for a person at a terminal",
        "import-environment": "it hands the environment over",
    },
    refused_options={"-H, --host, -M, --machine, --root, --image, -C, --capsule": _ELSEWHERE},
    anywhere="--now --no-block -f --force --runtime --no-reload --wait --show-transaction --no-wall --dry-run -i",
)

JOURNALCTL = forms.table(
    """
journalctl: ^--disk-usage/--list-boots/--verify/--header --no-pager | # shows what the journal holds
journalctl: -kreqxamb --dmesg --reverse --no-pager --catalog --pager-end --quiet --all --utc --no-hostname --no-full
    --user --system --merge --boot?=text -#=number -u=unit --unit=unit --user-unit=unit -n=lines --lines=lines
    -p=names --priority=word -S=time --since=time -U=time --until=time -o=name --output=name --output-fields=names
    -t=name --identifier=name -g=text --grep=text --case-sensitive?=name -N --fields -F=name --field=name ~-f
    ~--follow
    !--vacuum-size=name !--vacuum-time=name !--vacuum-files=number !--rotate !--flush !--sync !--relinquish-var
    !--smart-relinquish-var !--update-catalog | match* | -n/--lines 200 # shows the journal
"""
)

CLIENTS = {
    "systemctl": SYSTEMCTL,
    "supervisorctl": client(
        reads="""
status, pid, avail, version: | word* # shows the programs' state
tail: ~-f -#=lines | word name? # shows the end of a program's log
""",
        changes="restart, start, stop, reload, reread, update, add, remove, clear, signal, shutdown",
        refused={"fg, maintail": "it goes on until somebody stops it"},
    ),
    "pm2": client(
        reads="""
list, ls, l, status, ps: | # lists the processes
logs, log: --lines=lines --err --out --raw --nostream | word? | --nostream; --lines 200 # shows the logs
--version, ping: | # says whether it runs
""",
        changes="""
restart, reload, start, stop, delete, del, kill, scale, save, resurrect, reset, flush, update, deploy, startup
unstartup, reloadLogs, sendSignal, gracefulReload, install, uninstall, set, trigger
""",
        refused={
            "monit, dashboard, attach": "it is for a person at a terminal",
            "env, describe, show, info, jlist, prettylist, report, dump": "it shows the environment",
        },
    ),
    "service": client(reads="--status-all: | # shows the services' state"),
    "timedatectl": client(
        reads=(
            ": | # shows the clock\n"
            "status, timesync-status, show, show-timesync, list-timezones: --no-pager --value | # shows the clock"
        ),
        changes="set-time, set-timezone, set-ntp, set-local-rtc",
        refused_options={"-H, --host, -M, --machine": _ELSEWHERE},
    ),
    "hostnamectl": client(
        reads=": | # shows the host's name\nstatus: | # shows the host's name",
        changes="set-hostname, hostname, set-icon-name, set-chassis, set-deployment, set-location, chassis",
        refused_options={"-H, --host, -M, --machine": _ELSEWHERE},
    ),
    "loginctl": client(
        reads=": | # lists sessions\nlist-sessions, list-users, list-seats: --no-pager | # lists sessions",
        changes=(
            "terminate-session, terminate-user, kill-session, kill-user, lock-session, enable-linger, disable-linger"
        ),
    ),
    "resolvectl": client(
        reads="""
: | # shows the name service
status, statistics, dns, domain, query: | name? # shows the name service
""",
        changes="dns, domain, flush-caches, reset-statistics, reset-server-features, revert",
    ),
    "chronyc": client(
        options="-n -4 -6 -a",
        reads=(
            "tracking, sources, sourcestats, activity, serverstats, rtcdata, clients: -v | # shows the clock\n"
            "ntpdata: | name? # shows the clock"
        ),
        changes=(
            "makestep, burst, online, offline, reset sources, reload sources, rekey, shutdown, settime, add, delete"
        ),
    ),
    "ufw": client(
        reads="status: | word? # shows the firewall\nshow added, show listening, version: | # shows the firewall",
        changes=(
            "--force, enable, disable, allow, deny, reject, limit, delete, insert, prepend, reload, reset, "
            "default, logging, route, app update"
        ),
    ),
    "nft": client(
        options="-a -n -j -s",
        reads=(
            "list ruleset, list tables, list table, list chain, list chains, list sets, list set: | name* # lists"
            " the firewall's rules"
        ),
        changes="add, create, delete, destroy, flush, insert, replace, rename, reset, monitor",
    ),
    "firewall-cmd": client(
        reads=(
            "--state, --list-all, --list-ports, --list-services, --list-rich-rules, --get-zones, "
            "--get-active-zones,"
            " --get-default-zone, --list-all-zones: --zone=name --permanent | # shows the firewall"
        ),
        rest_changes=True,
    ),
    "fail2ban-client": client(
        reads="status, ping, version: | name? # shows the bans", changes="set, reload, restart, start, stop, unban"
    ),
    "certbot": client(
        reads="certificates: --cert-name=name -d=names | # lists the certificates\n--version: | # shows the version",
        changes=(
            "renew, certonly, run, install, delete, revoke, register, enhance, rollback, reconfigure, update_account"
        ),
    ),
    "postfix": client(reads="status: | # says whether it runs", changes="start, stop, reload, flush, abort, check"),
    "monit": client(
        reads="status, summary: | word? # shows the services' state",
        changes="start, stop, restart, monitor, unmonitor, reload, quit, validate",
    ),
    "coredumpctl": client(
        reads="list: --no-pager | word* # lists crashes",
        refused={"info, dump, debug, gdb": "what it prints is the memory of a program"},
    ),
    "crictl": client(
        reads="""
ps: -aql --all --quiet --name=name --state=name -o=name --output=name | # lists containers
pods: -ql --quiet --name=name --namespace=name --state=name -o=name --output=name | # lists pods
images: -qv --quiet | name? # lists images
stats, statsp: -a --all -o=name | name? # shows what containers use
logs: -tp --timestamps --previous ~-f ~--follow --tail=lines -n=lines --since=time | name | --tail/-n 200
    # shows the end of a log
version, imagefsinfo: | # shows facts about the engine
""",
        changes="rm, rmi, rmp, stop, stopp, start, create, pull, update, run, runp",
        refused={
            "exec, attach, port-forward": "it is for a person at a terminal",
            "inspect, inspectp, inspecti, info, checkpoint": "it shows the environment of containers",
        },
    ),
    "postqueue": client(reads="-p, -j: | # lists the mail queue", changes="-f, -s, -i"),
    "zpool": client(
        reads="status, list, get, history: -vxpHL | word* # shows the pools",
        changes=(
            "scrub, clear, online, offline, replace, import, export, attach, detach, add, remove, trim, create, destroy"
        ),
    ),
    "zfs": client(
        reads="list, get: -Hrp -t=names -o=names -d=number | word* # shows the file systems",
        changes="snapshot, destroy, rollback, set, create, rename, clone, promote, mount, unmount, receive",
    ),
    "apt, apt-get": client(
        reads=(
            "list: --installed --upgradable --upgradeable -a | word* # lists packages\nshow, policy, search, "
            "depends, rdepends, check: | word* # shows packages"
        ),
        changes=(
            "install, remove, purge, update, upgrade, full-upgrade, dist-upgrade, autoremove, autoclean, clean, "
            "reinstall, build-dep, download, source, satisfy, -y, --yes"
        ),
    ),
    "apt-cache": client(
        reads="policy, show, search, depends, rdepends, madison, showpkg, stats: | word* # shows packages"
    ),
    "yum, dnf, microdnf": client(
        reads=(
            "history, history list, history info: | number* # shows what was installed\nlist, info, repolist, "
            "check-update, provides, search, repoquery: --installed --available --updates | word* # shows "
            "packages"
        ),
        changes=(
            "install, remove, erase, update, upgrade, downgrade, reinstall, clean, makecache, autoremove, "
            "distro-sync, groupinstall, history undo, history rollback, history redo, localinstall, swap, "
            "versionlock, mark, module, -y"
        ),
    ),
    "snap": client(
        reads="list, info, version, changes, services: --all | word* # shows packages",
        changes=(
            "install, remove, refresh, revert, enable, disable, start, stop, restart, set, unset, connect, disconnect"
        ),
    ),
    "apk": client(
        reads="info, version, list, policy: -vae | word* # shows packages",
        changes="add, del, update, upgrade, fix, cache",
    ),
    "bridge": client(reads="link/fdb/vlan/mdb show/list, link, fdb, vlan: | # shows the bridges", rest_changes=True),
    "tc": client(
        options="-s -d -p -g",
        reads="qdisc/class/filter show/list/ls: | dev? name? # shows how packets are queued",
        rest_changes=True,
    ),
}
