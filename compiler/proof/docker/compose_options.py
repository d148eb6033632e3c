"""Compose's commands and their options, as its reference lists them (2.x and the older docker-compose 1.29)."""

from collections.abc import Mapping

from compiler.proof.go_flags import Flags, flags, refuse
from compiler.proof.word_list import word_list

GLOBAL = flags(
    switches="all-resources compatibility dry-run no-ansi verbose version=v",
    values="ansi file=f parallel profile progress project-name=p log-level context=c",
) | refuse(
    {
        "the engine that is asked belongs to the target": """
            host=H tls tlsverify tlscacert tlscert tlskey skip-hostname-check insecure-registry
        """,
        "it brings settings that are not in the command": "env-file project-directory workdir",
        "it is for a person at a terminal": "help=h",
    }
)

_EVERYWHERE = flags(switches="dry-run")
_READS: Mapping[str, Flags] = {
    "ps": flags(switches="all=a no-trunc orphans quiet=q services", values="filter format status"),
    "logs": flags(switches="follow=f no-color no-log-prefix timestamps=t", values="index since tail=n until"),
    "top": Flags(),
    "images": flags(switches="quiet=q", values="format"),
    "port": flags(values="index protocol"),
    "ls": flags(switches="all=a quiet=q", values="filter format"),
    "version": flags(switches="short", values="format=f"),
    "events": flags(switches="json", values="since until"),
    "stats": flags(switches="all=a no-stream no-trunc", values="format"),
    "volumes": flags(switches="quiet=q", values="format"),
    "config": flags(switches="quiet=q services images volumes networks profiles no-interpolate"),
}

_TIMED = flags(values="timeout=t")
_SESSION = refuse({"a session in a new container is for a person at a terminal": "interactive=i tty=t"})
_CHANGES: Mapping[str, tuple[str, Flags]] = {
    "up": (
        "starts {}, and makes what is missing or was changed in the project's file",
        flags(
            switches="""
                abort-on-container-exit abort-on-container-failure always-recreate-deps attach-dependencies build
                detach=d force-recreate no-build no-color no-deps no-log-prefix no-recreate no-start quiet-build
                quiet-pull remove-orphans renew-anon-volumes=V timestamps wait yes=y
            """,
            values="attach exit-code-from no-attach pull scale timeout=t wait-timeout",
        )
        | refuse({"it goes on until somebody ends it": "watch=w menu"}),
    ),
    "down": (
        "stops and removes {}",
        _TIMED | flags(switches="remove-orphans volumes=v", values="rmi"),
    ),
    "restart": ("restarts {}", _TIMED | flags(switches="no-deps")),
    "start": ("starts {}", flags(switches="wait", values="wait-timeout")),
    "stop": ("stops {}", _TIMED),
    "kill": ("kills {}", flags(switches="remove-orphans", values="signal=s")),
    "rm": ("removes the stopped containers of {}", flags(switches="all=a force=f stop=s volumes=v")),
    "pause": ("freezes {}", Flags()),
    "unpause": ("lets {} go on", Flags()),
    "scale": ("changes how many containers run: {}", _TIMED | flags(switches="no-deps")),
    "pull": (
        "fetches the images of {}",
        flags(
            switches="ignore-buildable ignore-pull-failures include-deps no-parallel parallel quiet=q", values="policy"
        ),
    ),
    "push": ("publishes the images of {}", flags(switches="ignore-push-failures include-deps quiet=q")),
    "build": (
        "builds the images of {} from files, which must be pinned before it may run",
        flags(
            switches="""
                check compress force-rm no-cache no-rm parallel print pull push quiet=q with-dependencies
            """,
            values="build-arg memory=m progress provenance sbom",
        )
        | refuse({"it gives a credential or another builder to the build": "ssh builder"}),
    ),
    "create": (
        "makes the containers of {}",
        flags(
            switches="build force-recreate no-build no-recreate quiet-pull remove-orphans yes=y", values="pull scale"
        ),
    ),
    "run": (
        "runs a command in a new container of {}",
        flags(
            switches="""
                build detach=d no-deps no-tty=T quiet=q quiet-build quiet-pull remove-orphans rm service-ports=P
                use-aliases
            """,
            values="cap-drop entrypoint env=e label=l name publish=p pull user=u volume=v workdir=w",
        )
        | _SESSION
        | refuse(
            {
                "it takes more rights than a container has": "cap-add",
                "it reads a file of the machine": "env-from-file",
            }
        ),
    ),
}
READS: Mapping[str, Flags] = {name: known | _EVERYWHERE for name, known in _READS.items()}
CHANGES: Mapping[str, tuple[str, Flags]] = {
    name: (effect, known | _EVERYWHERE) for name, (effect, known) in _CHANGES.items()
}

_PRINTED = "it prints the settings of every service, secrets included"
REFUSED: Mapping[str, str] = {
    "attach": "it joins a running process, input and all",
    "convert": _PRINTED,
    "cp": "it copies files in or out of a container",
    "exec": "what it runs in the container is judged by itself",
    "export": "it copies a container's whole file system",
    "commit": "it copies a container's whole file system",
    "publish": "it sends the project out of the machine",
    "wait": "it waits as long as it likes",
    "watch": "it goes on until somebody ends it",
    "help": "it is for a person at a terminal",
    **dict.fromkeys(word_list("alpha bridge bundle"), "it is not settled what it does"),
}
LISTING_CONFIG = word_list("quiet services images volumes networks profiles")
"""The options with which `config` prints names only."""
EXEC = flags(switches="no-tty=T interactive=i tty=t", values="index user=u workdir=w") | refuse(
    {
        "it goes on without anybody who sees how it ends": "detach=d",
        "it takes more rights than the container has": "privileged",
        "its environment belongs to the container": "env=e",
    }
)
