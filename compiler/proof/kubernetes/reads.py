"""What the reading commands of kubectl show, and the bounded form of those that would not end by themselves."""

import re
from collections.abc import Callable, Mapping

from compiler.proof import go_durations
from compiler.proof.go_flags import Line, Refused
from compiler.proof.kubernetes import output as kubernetes_output
from compiler.proof.kubernetes.kinds import Contents, Selection, contents_of, resolve, select
from compiler.proof.object_names import is_name
from compiler.proof.shown import Shown, is_within

MOST_LINES = 1000
"""Lines of a log that are read of each container, at most."""
MOST_SECONDS = 30
"""Seconds that a diagnostic waits for a condition, at most."""


_HEALTH = re.compile(r"/(?:version|(?:healthz|livez|readyz)(?:/[a-z0-9-]+)*(?:\?verbose(?:=true)?)?)")
_CONDITION = re.compile(r"delete|create|condition=[A-Za-z]\w*(?:=\w+)?|(?P<path>jsonpath=.+?)(?:(?<=\})=[\w.:-]+)?")
_WORD = re.compile(r"[\w.,/*-]+", re.ASCII)
_ENDLESS = ("watch", "watch-only", "output-watch-events")
_WITH_PODS = (Contents.ENVIRONMENT,)


def show(path: tuple[str, ...], line: Line) -> Shown:
    """What the reading command shows. Raises Refused."""
    if line.rest is not None:
        raise Refused("nothing may follow -- here")
    return _SHOWN[path](line)


def _get(line: Line) -> Shown:
    if line.one("raw") is not None:
        return _raw(line)
    chosen = select(line.operands)
    contents, output = contents_of(chosen.kinds), line.one("output")
    if objection := kubernetes_output.objection(output, contents):
        raise Refused(objection)
    if line.one("subresource") not in (None, "status", "scale"):
        raise Refused("only the status and scale of an object are parts to look at")
    if (key := line.one("sort-by")) and not kubernetes_output.is_path(key):
        raise Refused("--sort-by takes one plain field path")
    endless = tuple(name for name in _ENDLESS if line.all(name))
    reason = f"lists {_objects(chosen)}{kubernetes_output.drops(output, contents)}"
    return Shown(reason=reason, dropped=endless)


def _raw(line: Line) -> Shown:
    path = line.one("raw") or ""
    others = [option.name for option in line.options if option.name not in ("raw", "context", "request-timeout")]
    if line.operands or others or not _HEALTH.fullmatch(path):
        raise Refused("--raw reaches past the objects of the cluster: only its health pages and version are read")
    return Shown(reason=f"asks the API server for {path}")


def _describe(line: Line) -> Shown:
    chosen = select(line.operands)
    contents = contents_of(chosen.kinds)
    if objection := kubernetes_output.objection("yaml", contents):
        raise Refused(objection)
    dropped = ": the values of its environment are dropped" if contents is Contents.ENVIRONMENT else ""
    return Shown(reason=f"describes {_objects(chosen)}{dropped}")


def _logs(line: Line) -> Shown:
    *kind, name = line.operands[0].split("/") if line.operands else [""]
    if not line.operands and not line.one("selector"):
        raise Refused("it names no pod")
    if len(line.operands) > 2 or not all(is_name(word) for word in (*line.operands[1:], *([name] if name else []))):
        raise Refused("its operands are one pod and one container")
    logged = not kind or contents_of(kind) is Contents.ENVIRONMENT or resolve(kind[0]) == resolve("services")
    if len(kind) > 1 or not logged:
        raise Refused(f"{kind[0][:40]!r} has no logs")
    tail = line.one("tail")
    bounded = is_within(tail, MOST_LINES) or (tail is None and bool(line.one("selector")))
    dropped = tuple(name for name in ("follow", "pod-running-timeout") if line.all(name))
    if bounded:
        return Shown(reason=_logs_reason(line), dropped=dropped)
    return Shown(reason=_logs_reason(line), dropped=(*dropped, "tail"), added=(f"--tail={MOST_LINES}",))


def _logs_reason(line: Line) -> str:
    return f"reads the last lines of the logs of {line.operands[0] if line.operands else 'the selected pods'}"


def _top(what: str) -> Callable[[Line], Shown]:
    def shown(line: Line) -> Shown:
        if len(line.operands) > 1 or not all(is_name(name) for name in line.operands):
            raise Refused(f"it takes the name of one {what}")
        if line.one("sort-by") not in (None, "cpu", "memory"):
            raise Refused("--sort-by takes cpu or memory")
        return Shown(reason=f"shows what {what}s use of CPU and memory")

    return shown


def _rollout(line: Line) -> Selection:
    if not line.operands and line.one("selector"):
        return Selection(("deployments",), ())
    chosen = select(line.operands)
    if contents_of(chosen.kinds) not in _WITH_PODS:
        raise Refused(f"{chosen.kinds[0][:40]!r} has no rollouts")
    return chosen


def _rollout_status(line: Line) -> Shown:
    reason = f"shows how far the rollout of {_objects(_rollout(line))} is"
    timeout = line.one("timeout")
    if line.one("watch") == "false":
        return Shown(reason=reason)
    if timeout is None or not go_durations.seconds(timeout):
        return Shown(reason=reason, dropped=("watch", "timeout"), added=("--watch=false",))
    return _clamped(reason, timeout)


def _clamped(reason: str, timeout: str) -> Shown:
    allowed = go_durations.seconds(timeout)
    if allowed is not None and allowed <= MOST_SECONDS:
        return Shown(reason=reason)
    return Shown(reason=f"{reason}, for a short while", dropped=("timeout",), added=(f"--timeout={MOST_SECONDS}s",))


def _rollout_history(line: Line) -> Shown:
    chosen = _rollout(line)
    if objection := kubernetes_output.objection(line.one("output"), Contents.ENVIRONMENT):
        raise Refused(objection)
    detail = ": the values of its environment are dropped" if line.one("revision") or line.one("output") else ""
    return Shown(reason=f"lists the revisions of {_objects(chosen)}{detail}")


def _events(line: Line) -> Shown:
    if line.operands:
        raise Refused("events takes no operands: name the object with --for")
    for target in line.all("for"):
        select([target] if "/" in target else [target, "-"])
    if objection := kubernetes_output.objection(line.one("output"), Contents.PLAIN):
        raise Refused(objection)
    return Shown(reason="lists events", dropped=tuple(name for name in _ENDLESS if line.all(name)))


def _wait(line: Line) -> Shown:
    chosen = select(line.operands)
    contents = contents_of(chosen.kinds)
    condition = _CONDITION.fullmatch(line.one("for") or "")
    if condition is None or len(line.all("for")) > 1:
        raise Refused("--for takes one of delete, create, condition=NAME or jsonpath={.field}=value")
    path = f"jsonpath={{{condition['path'][9:].strip('{}')}}}" if condition["path"] else None
    if objection := kubernetes_output.objection(path, contents):
        raise Refused(objection)
    if line.one("output") not in (None, "name"):
        raise Refused("it prints whole objects")
    return _clamped(f"waits for {_objects(chosen)}", line.one("timeout") or "30s")


def _explain(line: Line) -> Shown:
    if len(line.operands) != 1 or not _WORD.fullmatch(line.operands[0]):
        raise Refused("explain takes one kind")
    return Shown(reason=f"explains the fields of {line.operands[0]}")


def _can_i(line: Line) -> Shown:
    if not all(_WORD.fullmatch(word) for word in line.operands):
        raise Refused("can-i takes a verb and a kind")
    return Shown(reason="asks what its own credential may do")


def _plain(reason: str, *formats: str) -> Callable[[Line], Shown]:
    def shown(line: Line) -> Shown:
        if line.operands or line.one("output") not in (None, *formats):
            raise Refused("this form of it is not known")
        return Shown(reason=reason)

    return shown


def _get_contexts(line: Line) -> Shown:
    if not all(is_name(part) for word in line.operands for part in re.split("[/@]", word)):
        raise Refused("it takes names of contexts")
    return _plain("lists the contexts by name", "name")(Line(options=line.options))


_SHOWN: Mapping[tuple[str, ...], Callable[[Line], Shown]] = {
    ("get",): _get,
    ("describe",): _describe,
    ("logs",): _logs,
    ("top", "node"): _top("node"),
    ("top", "pod"): _top("pod"),
    ("rollout", "status"): _rollout_status,
    ("rollout", "history"): _rollout_history,
    ("events",): _events,
    ("wait",): _wait,
    ("explain",): _explain,
    ("api-resources",): _plain("lists the kinds of object that the cluster knows", "wide", "name"),
    ("api-versions",): _plain("lists the API versions of the cluster"),
    ("version",): _plain("shows the versions of kubectl and the cluster", "json", "yaml"),
    ("cluster-info",): _plain("shows where the cluster's services are"),
    ("auth", "can-i"): _can_i,
    ("auth", "whoami"): _plain("shows whom the cluster takes it for", "json", "yaml"),
    ("config", "current-context"): _plain("shows the name of the context"),
    ("config", "get-contexts"): _get_contexts,
    ("config", "get-clusters"): _plain("lists the clusters by name"),
}


def _objects(chosen: Selection) -> str:
    if not chosen.names:
        return ", ".join(kind.lower() for kind in chosen.kinds)[:80]
    return f"{chosen.kinds[0].lower()} {', '.join(chosen.names)}"[:80]
