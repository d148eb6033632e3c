"""docker's commands and their options, as its own help lists them (28), by what becomes of each.

A command is known by its long form, `container ls`; `ps` is a short way to write it. A command that is not here is a
plug-in as far as the judge knows: a program on the machine of whoever runs it.
"""

from collections.abc import Mapping

from compiler.proof.go_flags import Flags, flags, refuse
from compiler.proof.word_list import word_list

GLOBAL = flags(switches="debug=D version=v", values="context=c log-level=l") | refuse(
    {
        "the engine that is asked belongs to the target": "host=H tls tlsverify tlscacert tlscert tlskey",
        "it brings another configuration, credentials and plug-ins": "config",
        "it is for a person at a terminal": "help",
    }
)

_LIST = flags(switches="no-trunc quiet=q", values="filter=f format")
_FORMAT = flags(values="format=f")
_ANOTHER_BUILDER = "which builder is asked belongs to the target"

READS: Mapping[tuple[str, ...], Flags] = {
    ("container", "ls"): _LIST | flags(switches="all=a latest=l size=s", values="last=n"),
    ("container", "logs"): flags(switches="details follow=f timestamps=t", values="since tail=n until"),
    ("container", "stats"): flags(switches="all=a no-stream no-trunc", values="format"),
    ("container", "top"): Flags(),
    ("container", "inspect"): _FORMAT | flags(switches="size=s"),
    ("container", "port"): Flags(),
    ("container", "diff"): Flags(),
    ("container", "wait"): Flags(),
    ("image", "ls"): _LIST | flags(switches="all=a digests tree"),
    ("image", "inspect"): _FORMAT | flags(values="platform"),
    ("image", "history"): flags(switches="human=H no-trunc quiet=q", values="format platform"),
    ("inspect",): _FORMAT | flags(switches="size=s", values="type"),
    ("network", "ls"): _LIST,
    ("network", "inspect"): _FORMAT | flags(switches="verbose=v"),
    ("volume", "ls"): flags(switches="cluster quiet=q", values="filter=f format"),
    ("volume", "inspect"): _FORMAT,
    ("service", "ls"): flags(switches="quiet=q", values="filter=f format"),
    ("service", "ps"): _LIST | flags(switches="no-resolve"),
    ("service", "logs"): flags(
        switches="details follow=f no-resolve no-task-ids no-trunc raw timestamps=t", values="since tail=n"
    ),
    ("service", "inspect"): _FORMAT | flags(switches="pretty"),
    ("node", "ls"): flags(switches="quiet=q", values="filter=f format"),
    ("node", "ps"): _LIST | flags(switches="no-resolve"),
    ("node", "inspect"): _FORMAT | flags(switches="pretty"),
    ("stack", "ls"): flags(values="format"),
    ("stack", "ps"): _LIST | flags(switches="no-resolve"),
    ("stack", "services"): flags(switches="quiet=q", values="filter=f format"),
    ("secret", "ls"): flags(switches="quiet=q", values="filter=f format"),
    ("config", "ls"): flags(switches="quiet=q", values="filter=f format"),
    ("plugin", "ls"): _LIST,
    ("context", "ls"): flags(switches="quiet=q", values="format"),
    ("context", "show"): Flags(),
    ("system", "df"): flags(switches="verbose=v", values="format"),
    ("system", "info"): _FORMAT,
    ("system", "events"): flags(values="filter=f format since until"),
    ("version",): _FORMAT,
}

_LIMITS = """
    blkio-weight cpu-period cpu-quota cpu-rt-period cpu-rt-runtime cpu-shares=c cpus cpuset-cpus cpuset-mems memory=m
    memory-reservation memory-swap pids-limit restart
"""
_HEALTH = "health-cmd health-interval health-retries health-start-interval health-start-period health-timeout"
RUN = flags(
    switches="""
        detach=d disable-content-trust init no-healthcheck oom-kill-disable publish-all=P quiet=q read-only rm sig-proxy
    """,
    values=f"""
        add-host annotation blkio-weight-device cap-drop cpu-count cpu-percent dns dns-option dns-search domainname
        entrypoint env=e expose group-add {_HEALTH} hostname=h ip ip6 ipc isolation kernel-memory label=l link
        link-local-ip log-driver log-opt mac-address memory-swappiness mount name net network network-alias net-alias
        oom-score-adj pid platform publish=p pull shm-size stop-signal stop-timeout storage-opt tmpfs ulimit
        user=u userns uts volume=v workdir=w cgroupns {_LIMITS}
    """,
) | refuse(
    {
        "a session in a new container is for a person at a terminal": "interactive=i tty=t attach=a detach-keys",
        "it takes more rights than a container has": """
            privileged cap-add device device-cgroup-rule device-read-bps device-read-iops device-write-bps
            device-write-iops security-opt sysctl runtime gpus use-api-socket volumes-from cgroup-parent volume-driver
        """,
        "it reads or writes a file of the machine": "env-file label-file cidfile",
    }
)
_BUILD = flags(
    switches="compress disable-content-trust force-rm no-cache pull quiet=q rm squash push load",
    values="""
        add-host build-arg cache-from cache-to cgroup-parent cpu-period cpu-quota cpu-shares=c cpuset-cpus cpuset-mems
        file=f iidfile isolation label memory=m memory-swap network platform progress provenance sbom shm-size tag=t
        target ulimit
    """,
) | refuse(
    {
        "it gives a credential or a file of the machine to the build": "secret ssh output=o build-context builder",
        "it takes more rights than a build has": "allow security-opt",
    }
)
_SERVICE = """
    endpoint-mode entrypoint generic-resource hostname isolation limit-cpu limit-memory limit-pids log-driver log-opt
    max-concurrent oom-score-adj replicas replicas-max-per-node reserve-cpu reserve-memory restart-condition
    restart-delay restart-max-attempts restart-window rollback-delay rollback-failure-action rollback-max-failure-ratio
    rollback-monitor rollback-order rollback-parallelism stop-grace-period stop-signal update-delay
    update-failure-action update-max-failure-ratio update-monitor update-order update-parallelism user=u workdir=w
"""
_SERVICE_SWITCHES = "detach=d init no-healthcheck no-resolve-image quiet=q read-only with-registry-auth"
_SERVICE_REFUSED = refuse(
    {
        "it takes more rights than a container has": "cap-add credential-spec sysctl sysctl-add tty=t",
        "it reads a file of the machine": "env-file",
    }
)
_EITHER = """
    config-{0} constraint-{0} container-label-{0} dns-{0} dns-option-{0} dns-search-{0} env-{0} generic-resource-{0}
    group-{0} host-{0} label-{0} mount-{0} network-{0} placement-pref-{0} publish-{0} secret-{0} ulimit-{0}
"""
_STOP = flags(values="signal=s timeout=t time")
_PRUNE = flags(switches="all=a force=f", values="filter")
_FORCE = flags(switches="force=f")

CHANGES: Mapping[tuple[str, ...], tuple[str, Flags]] = {
    ("container", "restart"): ("restarts {}", _STOP),
    ("container", "start"): (
        "starts {}",
        refuse(
            {
                "it joins the container's input and output": "attach=a interactive=i detach-keys",
                "it restores a state from outside": "checkpoint checkpoint-dir",
            }
        ),
    ),
    ("container", "stop"): ("stops {}", _STOP),
    ("container", "kill"): ("kills {}", flags(values="signal=s")),
    ("container", "rm"): ("removes {}", flags(switches="force=f link=l volumes=v")),
    ("container", "pause"): ("freezes {}", Flags()),
    ("container", "unpause"): ("lets {} go on", Flags()),
    ("container", "update"): ("changes the limits of {}", flags(values=_LIMITS)),
    ("container", "rename"): ("renames a container: {}", Flags()),
    ("container", "prune"): ("removes every stopped container", _PRUNE),
    ("container", "commit"): (
        "makes an image of a container: {}",
        flags(switches="pause=p", values="author=a change=c message=m"),
    ),
    ("container", "run"): ("starts a new container from {}", RUN),
    ("container", "create"): ("makes a new container from {}", RUN),
    ("image", "pull"): ("fetches {}", flags(switches="all-tags=a disable-content-trust quiet=q", values="platform")),
    ("image", "push"): ("publishes {}", flags(switches="all-tags=a disable-content-trust quiet=q", values="platform")),
    ("image", "tag"): ("gives an image another name: {}", Flags()),
    ("image", "rm"): ("removes {}", flags(switches="force=f no-prune", values="platform")),
    ("image", "prune"): ("removes unused images", _PRUNE),
    ("image", "load"): (
        "takes images from a file, whose content must be pinned before it may run",
        flags(switches="quiet=q", values="input=i platform"),
    ),
    ("image", "build"): ("builds an image from files, whose content must be pinned before it may run", _BUILD),
    ("builder", "prune"): ("removes the build cache", _PRUNE | flags(values="keep-storage")),
    ("network", "connect"): (
        "joins a container to a network: {}",
        flags(values="alias driver-opt gw-priority ip ip6 link link-local-ip"),
    ),
    ("network", "disconnect"): ("cuts a container off from a network: {}", _FORCE),
    ("network", "create"): (
        "makes a network",
        flags(
            switches="attachable config-only ingress internal ipv4 ipv6",
            values="aux-address config-from driver=d gateway ip-range ipam-driver ipam-opt label opt=o scope subnet",
        ),
    ),
    ("network", "prune"): ("removes unused networks", _PRUNE),
    ("network", "rm"): ("removes the network {}", _FORCE),
    ("volume", "create"): (
        "makes a volume",
        flags(values="driver=d label") | refuse({"it may reach into the machine's own files": "opt=o"}),
    ),
    ("volume", "prune"): ("deletes unused volumes and their data", _PRUNE),
    ("volume", "rm"): ("deletes a volume and its data: {}", _FORCE),
    ("volume", "update"): ("changes the volume {}", flags(values="availability")),
    ("system", "prune"): ("removes everything that is not in use", _PRUNE | flags(switches="volumes")),
    ("service", "scale"): ("changes how many tasks run: {}", flags(switches="detach=d")),
    ("service", "rollback"): ("takes {} back to its last version", flags(switches="detach=d quiet=q")),
    ("service", "rm"): ("removes the service {}", Flags()),
    ("service", "create"): (
        "makes a service from {}",
        flags(
            switches=_SERVICE_SWITCHES,
            values=f"""
                cap-drop config constraint container-label dns dns-option dns-search env=e group {_HEALTH} host label=l
                mode mount name network placement-pref publish=p secret ulimit {_SERVICE}
            """,
        )
        | _SERVICE_REFUSED,
    ),
    ("service", "update"): (
        "changes the service {} and rolls it out",
        flags(
            switches=f"{_SERVICE_SWITCHES} force rollback",
            values=f"args cap-drop image {_HEALTH} {_SERVICE} {_EITHER.format('add')} {_EITHER.format('rm')} sysctl-rm",
        )
        | _SERVICE_REFUSED,
    ),
    ("stack", "deploy"): (
        "deploys a stack from a file, whose content must be pinned before it may run",
        flags(switches="detach=d prune quiet=q with-registry-auth", values="compose-file=c resolve-image"),
    ),
    ("stack", "rm"): ("removes the stack {}", flags(switches="detach=d")),
    ("node", "update"): ("changes the node {}", flags(values="availability label-add label-rm role")),
    ("node", "promote"): ("makes {} a manager", Flags()),
    ("node", "demote"): ("takes {} back from being a manager", Flags()),
    ("node", "rm"): ("removes the node {}", _FORCE),
    ("secret", "rm"): ("deletes the secret {}", Flags()),
    ("config", "rm"): ("deletes the configuration {}", Flags()),
    ("swarm", "leave"): ("takes the machine out of the swarm", _FORCE),
}

_CREDENTIALS = "it deals in credentials"
_OUTSIDE = "it asks a registry outside of the target"
_PLUGINS = "plug-ins are programs of the machine"
REFUSED: Mapping[tuple[str, ...], str] = {
    ("container", "attach"): "it joins a running process, input and all",
    ("container", "cp"): "it copies files in or out of a container",
    ("container", "export"): "it copies a container's whole file system",
    ("container", "exec"): "what it runs in the container is judged by itself",
    ("image", "save"): "it copies whole images",
    ("image", "import"): "it takes an image from a file or anywhere",
    ("login",): _CREDENTIALS,
    ("logout",): _CREDENTIALS,
    ("search",): _OUTSIDE,
    ("manifest",): _OUTSIDE,
    ("trust",): _CREDENTIALS,
    ("secret", "inspect"): _CREDENTIALS,
    ("secret", "create"): _CREDENTIALS,
    ("config", "inspect"): "free-form values often hold secrets: only the names are listed",
    ("config", "create"): "what it stores is not in the command",
    ("stack", "config"): "it prints the settings of every service, secrets included",
    ("checkpoint",): "it writes a container's memory to files",
    ("buildx",): _PLUGINS,
    ("scout",): _PLUGINS,
    **{("plugin", name): _PLUGINS for name in word_list("create disable enable inspect install push rm set upgrade")},
    **{
        ("context", name): "which engine is asked belongs to the target: write --context in the command instead"
        for name in word_list("create export import inspect rm update use")
    },
    **{("swarm", name): _CREDENTIALS for name in word_list("ca init join join-token unlock unlock-key update")},
}

_CONTAINER = """
    logs stats top port diff wait restart start stop kill rm pause unpause update rename commit run create attach
    cp export exec
"""
SHORT: Mapping[str, tuple[str, ...]] = {
    **{name: ("container", name) for name in word_list(_CONTAINER)},
    **{name: ("image", name) for name in word_list("pull push tag build history save load import")},
    **{name: ("system", name) for name in word_list("info events")},
    "ps": ("container", "ls"),
    "images": ("image", "ls"),
    "rmi": ("image", "rm"),
}
_LISTED = "container image network volume service node secret config plugin context stack"
SUBCOMMAND_ALIASES: Mapping[tuple[str, ...], str] = {
    **{(group, "list"): "ls" for group in word_list(_LISTED)},
    **{(group, "remove"): "rm" for group in word_list(_LISTED)},
    ("container", "ps"): "ls",
    ("stack", "down"): "rm",
    ("stack", "up"): "deploy",
    ("builder", "build"): "build",
}
GROUPS = frozenset(path[0] for path in (*READS, *CHANGES, *REFUSED) if len(path) == 2)
