"""kubectl's commands and their options, as its own help lists them (1.32), by what becomes of each.

A command that is not here is a plug-in as far as the judge knows: a program on the path of whoever runs it.
"""

from collections.abc import Mapping

from compiler.proof.go_flags import Flags, flags, refuse
from compiler.proof.word_list import word_list

GLOBAL = flags(
    switches="disable-compression match-server-version warnings-as-errors",
    values="namespace=n context request-timeout v=v",
) | refuse(
    {
        "it brings another identity or credentials than the target's own": """
            as as-group as-uid as-user-extra client-certificate client-key exec-plugin kubeconfig password token user
            username
        """,
        "the server and its certificate belong to the target": """
            server=s cluster certificate-authority insecure-skip-tls-verify tls-server-name proxy-url
        """,
        "it writes a file, whatever the command": "cache-dir profile profile-output log-dir log-file",
        "it changes what is logged, which may hold request bodies": "vmodule log-flush-frequency",
        "it is for a person at a terminal": "help=h",
    }
)

_FILES = refuse({"what it reads is not in the command: name the objects instead": "filename=f kustomize=k recursive=R"})
_TEMPLATES = refuse(
    {
        "a template is a program: use jsonpath or columns": "template allow-missing-template-keys",
        "it goes past the objects of the cluster": "raw",
    }
)
_PRINTING = flags(switches="show-managed-fields", values="output=o")
_LISTING = flags(switches="all-namespaces=A", values="selector=l field-selector chunk-size")

READS: Mapping[tuple[str, ...], Flags] = {
    ("get",): _LISTING
    | _PRINTING
    | flags(
        switches="""
            ignore-not-found no-headers output-watch-events server-print show-kind show-labels watch=w watch-only
        """,
        values="label-columns=L raw sort-by subresource",
    )
    | _FILES
    | refuse({"a template is a program: use jsonpath or columns": "template allow-missing-template-keys"}),
    ("describe",): flags(switches="all-namespaces=A show-events", values="chunk-size selector=l") | _FILES,
    ("logs",): flags(
        switches="all-containers all-pods follow=f ignore-errors prefix previous=p timestamps",
        values="""
            container=c limit-bytes max-log-requests pod-running-timeout selector=l since since-time tail
        """,
    )
    | refuse({"the server and its certificate belong to the target": "insecure-skip-tls-verify-backend"}),
    ("top", "node"): flags(switches="no-headers show-capacity use-protocol-buffers", values="selector=l sort-by"),
    ("top", "pod"): flags(
        switches="all-namespaces=A containers no-headers sum use-protocol-buffers",
        values="field-selector selector=l sort-by",
    ),
    ("rollout", "status"): flags(switches="watch=w", values="revision selector=l timeout") | _FILES,
    ("rollout", "history"): flags(values="output=o revision selector=l") | _FILES | _TEMPLATES,
    ("events",): flags(switches="all-namespaces=A no-headers watch=w", values="chunk-size for output=o types")
    | _TEMPLATES,
    ("wait",): flags(switches="all all-namespaces=A", values="field-selector for output=o selector=l timeout")
    | _FILES
    | _TEMPLATES,
    ("explain",): flags(switches="recursive", values="api-version output=o"),
    ("api-resources",): flags(
        switches="cached namespaced no-headers", values="api-group categories output=o sort-by verbs"
    ),
    ("api-versions",): Flags(),
    ("version",): flags(switches="client short", values="output=o"),
    ("cluster-info",): Flags(),
    ("auth", "can-i"): flags(switches="all-namespaces=A list no-headers quiet=q", values="subresource"),
    ("auth", "whoami"): _PRINTING | _TEMPLATES,
    ("config", "current-context"): Flags(),
    ("config", "get-contexts"): flags(switches="no-headers", values="output=o"),
    ("config", "get-clusters"): Flags(),
}

_STORING = flags(
    switches="allow-missing-template-keys record save-config show-managed-fields",
    values="field-manager output=o template",
    optional="dry-run validate",
)
_CHANGING = _STORING | flags(switches="all local recursive=R", values="filename=f kustomize=k selector=l")
_LABELLING = _CHANGING | flags(switches="all-namespaces=A list overwrite", values="field-selector resource-version")
_APPLYING = _CHANGING | flags(
    switches="force force-conflicts openapi-patch overwrite prune server-side wait",
    values="grace-period prune-allowlist prune-whitelist subresource timeout",
    optional="cascade",
)
_NODES = flags(values="selector=l", optional="dry-run")

CHANGES: Mapping[tuple[str, ...], Flags] = {
    **dict.fromkeys([("rollout", "restart"), ("rollout", "pause"), ("rollout", "resume")], _CHANGING),
    ("rollout", "undo"): _CHANGING | flags(values="to-revision"),
    ("scale",): _CHANGING | flags(values="current-replicas replicas resource-version timeout"),
    ("autoscale",): _CHANGING | flags(values="cpu cpu-percent max memory min name"),
    ("set", "image"): _CHANGING,
    ("set", "env"): _CHANGING
    | flags(switches="overwrite resolve", values="containers=c env=e from keys prefix")
    | refuse({"it prints the values of the environment": "list"}),
    ("set", "resources"): _CHANGING | flags(values="containers=c limits requests"),
    ("set", "selector"): _CHANGING | flags(values="resource-version"),
    ("set", "serviceaccount"): _CHANGING,
    ("set", "subject"): _CHANGING | flags(values="group serviceaccount user"),
    ("patch",): _CHANGING
    | flags(values="patch=p subresource type")
    | refuse({"the patch must stand in the command, where its reviewer sees it": "patch-file"}),
    ("delete",): _CHANGING
    | flags(
        switches="all-namespaces=A force ignore-not-found now wait",
        values="field-selector grace-period timeout",
        optional="cascade",
    )
    | refuse({"it asks a question": "interactive=i", "it goes past the objects of the cluster": "raw"}),
    ("label",): _LABELLING,
    ("annotate",): _LABELLING,
    ("taint",): _CHANGING | flags(switches="overwrite"),
    ("cordon",): _NODES,
    ("uncordon",): _NODES,
    ("drain",): _NODES
    | flags(
        switches="delete-emptydir-data delete-local-data disable-eviction force ignore-daemonsets",
        values="chunk-size grace-period pod-selector skip-wait-for-delete-timeout timeout",
    ),
    ("apply",): _APPLYING,
    ("apply", "set-last-applied"): _CHANGING | flags(switches="create-annotation"),
    ("replace",): _APPLYING | refuse({"it goes past the objects of the cluster": "raw"}),
    ("create",): _CHANGING
    | flags(switches="windows-line-endings")
    | refuse({"it opens an editor": "edit", "it goes past the objects of the cluster": "raw"}),
    ("expose",): _CHANGING
    | flags(
        values="""
            cluster-ip external-ip labels=l load-balancer-ip name override-type overrides port protocol session-affinity
            target-port type
        """
    ),
    ("run",): _CHANGING
    | flags(
        switches="command expose force quiet=q wait",
        values="""
            annotations env grace-period image image-pull-policy labels=l pod-running-timeout port restart timeout
        """,
        optional="cascade",
    )
    | refuse(
        {
            "a session in a new pod is for a person at a terminal": "attach stdin=i tty=t rm leave-stdin-open",
            "it takes more rights than a container has": "privileged overrides override-type",
        }
    ),
    ("certificate", "approve"): _CHANGING | flags(switches="force"),
    ("certificate", "deny"): _CHANGING | flags(switches="force"),
    ("auth", "reconcile"): _CHANGING | flags(switches="remove-extra-permissions remove-extra-subjects"),
    **{
        ("create", *path.split()): _STORING | flags(switches="append-hash global-default", values=values)
        for path, values in {
            "clusterrole": "aggregation-rule non-resource-url resource resource-name verb",
            "clusterrolebinding": "clusterrole group serviceaccount user",
            "configmap": "from-env-file from-file from-literal",
            "cronjob": "image restart schedule",
            "deployment": "image port replicas=r",
            "ingress": "class default-backend rule",
            "job": "from image",
            "namespace": "",
            "poddisruptionbudget": "max-unavailable min-available",
            "priorityclass": "description preemption-policy value",
            "quota": "hard scopes",
            "role": "resource resource-name verb",
            "rolebinding": "clusterrole group role serviceaccount user",
            "secret docker-registry": "docker-email docker-password docker-server docker-username from-file",
            "secret generic": "from-env-file from-file from-literal type",
            "secret tls": "cert key",
            "service clusterip": "clusterip tcp",
            "service externalname": "external-name tcp",
            "service loadbalancer": "tcp",
            "service nodeport": "node-port tcp",
            "serviceaccount": "",
        }.items()
    },
}

REFUSED: Mapping[tuple[str, ...], str] = {
    ("attach",): "it joins a running process, input and all",
    ("alpha",): "it is not settled what it does",
    ("apply", "edit-last-applied"): "it opens an editor",
    ("apply", "view-last-applied"): "it prints a whole manifest with the values of its environment",
    ("cluster-info", "dump"): "it copies the state of the whole cluster, logs and all",
    ("completion",): "it is for a person at a terminal",
    **{
        ("config", name): "it shows or changes whose credentials are used: write --context in the command instead"
        for name in word_list(
            """
            view get-users use-context set set-cluster set-context set-credentials unset delete-cluster delete-context
            delete-user rename-context
            """
        )
    },
    ("cp",): "it copies files by running a program in the container",
    ("create", "token"): "it makes a credential and prints it",
    ("debug",): "it is a session in a new container",
    ("diff",): "it runs a program of the machine on what it read, secrets included",
    ("edit",): "it opens an editor, and the change is not in the command",
    ("exec",): "the right to exec is the right to change anything: only a database client's command can be taken out",
    ("help",): "it is for a person at a terminal",
    ("kustomize",): "it builds from files, or fetches from anywhere",
    ("options",): "it is for a person at a terminal",
    ("plugin",): "it looks for programs on the machine",
    ("port-forward",): "it opens a tunnel into the cluster",
    ("proxy",): "it opens the whole API to the machine",
}

VERB_ALIASES: Mapping[str, str] = {"log": "logs", "clusterinfo": "cluster-info"}
SUBCOMMAND_ALIASES: Mapping[str, str] = {
    "nodes": "node", "no": "node", "pods": "pod", "po": "pod", "deploy": "deployment", "cm": "configmap",
    "cj": "cronjob", "ns": "namespace", "sa": "serviceaccount", "svc": "service", "pdb": "poddisruptionbudget",
    "pc": "priorityclass", "resourcequota": "quota", "ing": "ingress",
}  # fmt: skip
GROUPS = frozenset(path[:end] for path in (*READS, *CHANGES, *REFUSED) for end in range(1, len(path)))
