"""What podman has besides docker's commands: pods, their logs, and what it makes of Kubernetes' files."""

from collections.abc import Sequence

from compiler.proof import client
from incident.verdict import Judgement

_PODMAN = client.client(
    reads="""
pod ps/ls/list: -q --quiet --no-trunc --ctr-names --ctr-ids --ctr-status -f=word --filter=word --sort=name
    --format=name | # lists pods
pod stats: -a --all --no-stream | name* | --no-stream # samples what pods use
pod top: | name # lists the processes of a pod
pod logs: -t --timestamps --names --color -c=name --tail=lines --since=time --until=time ~-f ~--follow | name
    | --tail 200 # shows the end of a pod's logs
pod exists: | name # says whether there is a pod
secret ls/list: -q --quiet | # lists the names of secrets
machine ls/list, machine info: | # lists the machines for containers
--version, -v: | # shows the version
""",
    changes="""
pod start/stop/restart/kill/rm/pause/unpause/create/prune/clone, kube play/down/apply, play kube, auto-update
healthcheck run, init, mount, umount, unmount, untag, secret rm, machine start/stop/rm/init/set/reset
""",
    refused={
        "pod inspect, generate, kube generate": "it prints the environment of containers",
        "secret inspect, secret create": "it deals in credentials",
        "unshare": "it runs a command in a view of its own",
    },
)


def judge(argv: Sequence[str]) -> Judgement:
    """The verdict for a command that docker does not have, `argv[0]` being `podman`. Never raises."""
    return client.judge(_PODMAN, argv)
