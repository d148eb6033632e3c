"""What `kubectl -o` may print: tables, names, and single fields, but never a value that may be a secret.

A whole object is shown with its environment values dropped, which is done after the answer came. A path is taken inside
kubectl, out of reach of that, so a path into an object with environment values must end at a field that holds none.
"""

import re
from collections.abc import Iterator

from compiler.proof.kubernetes.kinds import Contents
from compiler.proof.secret_names import names_a_secret
from compiler.proof.word_list import word_list

MAX_CHARACTERS = 2000
_WHOLE = word_list("json yaml")
_TABLES = word_list("wide name")
_PARTS_ONLY = "its free-form values may hold secrets: name single fields with -o jsonpath"
_DROPS_ENVIRONMENT = "the values of env are dropped"
_STEP = re.compile(
    r"""(?P<recursive>\.\.)(?P<below>\w+)
      | \.(?P<name>(?:[A-Za-z_]|\\[./])(?:[\w/-]|\\[./])*)
      | \[(?P<quote>['"])(?P<quoted>[\w./:-]+)(?P=quote)\]
      | \[(?:\*|-?\d{0,6}(?::-?\d{0,6}){0,2})\]
      | \[\?\(\s*@(?P<tested>(?:\.[\w-]+)+)\s*(?:(?:[=!]=|[<>]=?)\s*(?:"[^"]*"|'[^']*'|-?\d+|true|false)\s*)?\)\]""",
    re.VERBOSE | re.ASCII,
)
_BLOCK = re.compile(r"\{([^{}]*)\}")
_LITERAL = re.compile(r"""\s*(?:"[^"]*"|'[^']*')\s*""")
# Fields of objects with containers that hold no free text: where a path into such an object may end.
_HARMLESS = word_list(
    """
    active activeDeadlineSeconds affinity apiVersion availableReplicas backoffLimit claimName clusterIP
    collisionCount completions completionTime conditions containerID containerPort containerStatuses cpu
    creationTimestamp currentReplicas currentRevision deletionTimestamp desiredNumberScheduled dnsPolicy
    ephemeral-storage exitCode failed failureThreshold finalizers finishedAt fullyLabeledReplicas generateName
    generation hostIP hostIPs hostname hostNetwork hostPort image imageID imagePullPolicy images
    initContainerStatuses initialDelaySeconds kind labels lastScheduleTime lastState lastSuccessfulTime
    lastTransitionTime lastUpdateTime limits matchLabels maxReplicas maxSurge maxUnavailable memory message
    minReadySeconds minReplicas mountPath name namespace nodeName nodeSelector nominatedNodeName numberAvailable
    numberMisscheduled numberReady numberUnavailable observedGeneration ownerReferences parallelism paused
    periodSeconds phase podIP podIPs port ports priority priorityClassName progressDeadlineSeconds protocol qosClass
    ready readyReplicas reason replicas requests resources resourceVersion restartCount restartPolicy revision
    revisionHistoryLimit rollingUpdate running schedule schedulerName selector serviceAccountName started startedAt
    startTime state strategy succeeded successfulJobsHistoryLimit suspend targetPort terminated
    terminationGracePeriodSeconds timeoutSeconds tolerations topologySpreadConstraints type uid unavailableReplicas
    updatedNumberScheduled updatedReplicas updateRevision updateStrategy waiting
    """
)
_KEYED = word_list("labels annotations matchLabels nodeSelector limits requests")
"""Maps whose keys are the team's own."""
_ENVIRONMENT = word_list(
    "env envFrom value valueFrom values valuesObject command args lifecycle exec httpHeaders script arguments"
)


def objection(written: str | None, contents: Contents) -> str | None:
    """Why output in this form may not be shown for objects that hold `contents`; None when it may."""
    if contents is Contents.SECRET:
        return "it reads secrets"
    if written is None or written in _TABLES:
        return None
    if contents is Contents.VALUES:
        return "free-form values often hold secrets: only the names are listed"
    if len(written) > MAX_CHARACTERS:
        return "the expression is too long to be read"
    form, equals, expression = written.partition("=")
    if written in _WHOLE:
        return _PARTS_ONLY if contents is Contents.PARTS else None
    if not equals or form not in ("jsonpath", "jsonpath-as-json", "custom-columns"):
        return f"-o {form[:30]} is not a table, name, json, yaml, jsonpath=… or custom-columns=…"
    return next(_objections(form, expression, contents), None)


def drops(written: str | None, contents: Contents) -> str:
    """What is left out of the output, as the end of a sentence; empty when nothing is."""
    return f": {_DROPS_ENVIRONMENT}" if contents is Contents.ENVIRONMENT and written in _WHOLE else ""


def is_path(expression: str) -> bool:
    """Whether the text is one plain field path, as `--sort-by` takes it."""
    return len(expression) <= MAX_CHARACTERS and _steps(_relaxed(expression)) is not None


def _objections(form: str, expression: str, contents: Contents) -> Iterator[str]:
    paths = _columns(expression) if form == "custom-columns" else _blocks(expression)
    if paths is None:
        yield f"the {form} expression is not made of plain field paths"
        return
    for path, is_scope in paths:
        steps = _steps(path)
        if steps is None:
            yield f"{path[:60]!r} is not a plain field path"
        elif secret := next((name for name in steps if names_a_secret(_plain(name))), None):
            yield f"{secret!r} is named as a secret"
        elif contents >= Contents.ENVIRONMENT and not _is_harmless(steps, is_scope):
            yield f"{path[:60]!r} reaches values that may be secrets: name one field, such as .status.phase"


def _plain(name: str) -> str:
    """A field's name without the marks of its path."""
    return name.replace("\\", "").removeprefix("..")


def _columns(expression: str) -> list[tuple[str, bool]] | None:
    columns = [column.partition(":") for column in expression.split(",")]
    return [(_relaxed(path), False) for _, _, path in columns] if all(path for _, _, path in columns) else None


def _blocks(expression: str) -> list[tuple[str, bool]] | None:
    """The paths in a jsonpath template, from the object's root, each with whether it only opens a range."""
    if set("{}") & set(_BLOCK.sub("", expression)):
        return None
    paths, scopes = list[tuple[str, bool]](), [""]
    for block in _BLOCK.findall(expression):
        text = block.strip()
        if text == "end":
            scopes = scopes[:-1] or [""]
        elif not _LITERAL.fullmatch(text):
            opens = text.startswith("range ")
            path = _rooted(text.removeprefix("range ").strip(), scopes[-1])
            paths.append((path, opens))
            scopes += [path] if opens else []
    return paths


def _rooted(path: str, scope: str) -> str:
    """A path inside a range, from the object's root: `$` stays there, `.` and `@` go on from the scope."""
    if path.startswith("$"):
        return path[1:]
    return scope + ("" if path in (".", "@") else path.removeprefix("@"))


def _relaxed(path: str) -> str:
    """A path as kubectl takes it in columns and sort keys: the braces and the first dot may be left out."""
    path = path.removeprefix("{").removesuffix("}")
    return path if path.startswith((".", "[", "$", "@")) else f".{path}"


def _steps(path: str) -> list[str] | None:
    """The field names of a path, one found at any depth being marked by `..`; None when it is no plain path."""
    path, names, position = re.sub(r"^[$@]", "", path), list[str](), 0
    while position < len(path):
        step = _STEP.match(path, position)
        if step is None:
            return None
        if name := step["name"] or step["quoted"]:
            names.append(name)
        elif step["below"]:
            names.append(f"..{step['below']}")
        names += [name for name in (step["tested"] or "").split(".") if name in _ENVIRONMENT]
        position = step.end()
    return names


def _is_harmless(steps: list[str], is_scope: bool) -> bool:
    if any(_plain(step) in _ENVIRONMENT or "last-applied" in step.lower() for step in steps):
        return False
    if is_scope:
        return True
    above, last = ["", "", *steps][-2:]
    if last == "status":
        return above not in ("", "items") and not above.startswith("..")
    return above in _KEYED or last.removeprefix("..") in _HARMLESS
