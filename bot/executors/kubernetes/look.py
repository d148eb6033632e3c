"""The commands of kubectl that look, asked of the API server itself."""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final

from bot.executors.kubernetes.session import TABLE, Session
from bot.executors.kubernetes.text import (
    cleaned,
    dumped,
    events_table,
    listed,
    names_of,
    ordered,
    part,
    picked,
    plain_table,
    quantity,
    selector,
    table,
)
from bot.executors.table import Row
from bot.executors.tool.answer import MOST_BYTES, Answer, Denied, number_or_text, text_of
from compiler.proof import go_durations
from compiler.proof.kubernetes.runnable import RESOURCES, Request, Resource
from incident.digest import Facts, Json

_MOST_OBJECTS: Final = 500
_MOST_PODS: Final = 5
"""The logs of more pods than this are not read at once."""
_POLL_SECONDS: Final = 0.5
_METRICS: Final = "/apis/metrics.k8s.io/v1beta1"
_PODS: Final = RESOURCES["pods"]
_REVISION: Final = "deployment.kubernetes.io/revision"


async def look(session: Session, request: Request, namespace: str | None, *, seconds: float, now: datetime) -> Answer:
    """What the command shows. Raises Denied or Unanswered."""
    match request.verb:
        case ("get",):
            return await _get(session, request, namespace)
        case ("describe",):
            return await _describe(session, request, namespace, now)
        case ("logs",):
            return await _logs(session, request, namespace)
        case ("top", "pod") | ("top", "node"):
            return await _top(session, request, namespace)
        case ("events",):
            return await _events(session, request, namespace, now)
        case ("rollout", "status"):
            return await _status(session, request, namespace, seconds)
        case ("rollout", "history"):
            return await _history(session, request, namespace)
    raise Denied(f"kubectl {' '.join(request.verb)} is no command that looks.")


async def _get(session: Session, request: Request, namespace: str | None) -> Answer:
    texts, rows, cut = [], 0, False
    for resource, name in request.objects:
        answer = await _got(session, request, resource, name, namespace)
        text, count, more = _printed(request, resource, answer)
        texts.append(text)
        rows += count
        cut = cut or more or bool(part(answer, "metadata").get("continue"))
    text = "\n\n".join(texts)
    single = rows == 1 and (request.line.one("output") or "").startswith("jsonpath")
    return Answer(text=text, value=number_or_text(text) if single else rows, rows=rows, cut=cut, single=single)


async def _got(
    session: Session, request: Request, resource: Resource, name: str | None, namespace: str | None
) -> Facts:
    whole = request.line.one("output") not in (None, "wide", "name")
    query = {"limit": str(_MOST_OBJECTS)} if name is None else {}
    chosen = {"labelSelector": request.line.one("selector"), "fieldSelector": request.line.one("field-selector")}
    query |= {key: value for key, value in chosen.items() if value} if name is None else {}
    query |= {"includeObject": "Object"} if request.line.one("sort-by") else {}
    accept = "application/json" if whole else TABLE
    return ordered(await session.get(resource.path(namespace, name), query, accept=accept), request.line.one("sort-by"))


def _printed(request: Request, resource: Resource, answer: Facts) -> tuple[str, int, bool]:
    output, line = request.line.one("output"), request.line
    if output in ("json", "yaml"):
        count = len(listed(answer, "items")) if "items" in answer else 1
        return dumped(cleaned(answer), output), count, False
    if output == "name":
        names = names_of(answer, resource.plural) if "rows" in answer or "items" in answer else []
        return "\n".join(names), len(names), False
    header = not line.on("no-headers")
    if output is not None and output != "wide":
        text, count = picked(cleaned(answer), output, header=header)
        return text, count, False
    return table(answer, wide=output == "wide", labels=line.on("show-labels"), header=header)


async def _describe(session: Session, request: Request, namespace: str | None, now: datetime) -> Answer:
    """The object's own fields, then the newest events about it."""
    texts = []
    for resource, name in request.objects:
        if name is None:
            raise Denied("describe needs the name of one object: name it, or use get.")
        answer = await session.get(resource.path(namespace, name))
        query = {"fieldSelector": f"involvedObject.name={name}", "limit": str(_MOST_OBJECTS)}
        events = listed(await session.get(RESOURCES["events"].path(namespace), query), "items")
        texts.append(f"{dumped(cleaned(answer), 'yaml')}\n{events_table(events, now)[0]}")
    return Answer(text="\n\n".join(texts), value=len(texts), rows=len(texts))


async def _logs(session: Session, request: Request, namespace: str | None) -> Answer:
    pods, more = await _pods_of(session, request, namespace)
    line, texts = request.line, []
    containers = [line.one("container") or (request.line.operands[1] if len(request.line.operands) > 1 else None)]
    for pod in pods:
        name = str(part(pod, "metadata").get("name"))
        if line.on("all-containers"):
            containers = [str(each.get("name")) for each in listed(part(pod, "spec"), "containers")]
        for container in containers:
            content = await session.text(f"{_PODS.path(namespace, name)}/log", _log_query(request, container))
            text = text_of(content, f"The log of {name}")
            several = len(pods) > 1 or len(containers) > 1
            mark = f"[{name}{f'/{container}' if container else ''}] " if several else ""
            texts += [f"{mark}{each}" for each in text.splitlines()]
    text = "\n".join(texts)
    cut = more or len(text) >= MOST_BYTES
    return Answer(text=text[-MOST_BYTES:], value=len(texts), rows=len(texts), cut=cut)


async def _pods_of(session: Session, request: Request, namespace: str | None) -> tuple[list[Facts], bool]:
    """The pods whose logs are meant, and whether there are more."""
    chosen = request.line.one("selector")
    if request.objects:
        resource, name = request.objects[0]
        if resource.plural == "pods":
            return [await session.get(resource.path(namespace, name))], False
        chosen = selector(await session.get(resource.path(namespace, name)))
    if not chosen:
        raise Denied("Nothing selects its pods: name one pod.")
    answer = await session.get(_PODS.path(namespace), {"labelSelector": chosen, "limit": str(_MOST_OBJECTS)})
    pods = listed(answer, "items")
    if not pods:
        raise Denied(f"No pod has the labels {chosen}: see whether any is scheduled.")
    return pods[:_MOST_PODS], len(pods) > _MOST_PODS


def _log_query(request: Request, container: str | None) -> dict[str, str]:
    line = request.line
    query = {"container": container or "", "tailLines": line.one("tail") or "", "limitBytes": str(MOST_BYTES)}
    query["sinceSeconds"] = str(int(_seconds(line.one("since")) or 0) or "")
    query["sinceTime"] = line.one("since-time") or ""
    query["timestamps"] = "true" if line.on("timestamps") else ""
    query["previous"] = "true" if line.on("previous") else ""
    if query["tailLines"] == "-1":
        del query["tailLines"]
    return {key: value for key, value in query.items() if value}


def _seconds(written: str | None) -> float | None:
    return None if written is None else go_durations.seconds(written)


async def _top(session: Session, request: Request, namespace: str | None) -> Answer:
    """CPU in thousandths of a core and memory in MiB, as the metrics server last measured them."""
    plural = f"{request.verb[1]}s"
    metrics = Resource(plural, _METRICS, plural == "pods")
    chosen = request.line.one("selector")
    query = {"labelSelector": chosen} if chosen else {}
    name = request.objects[0][1] if request.objects else None
    answer = await session.get(metrics.path(namespace, name), query)
    found = [(each, _used(each)) for each in (listed(answer, "items") if name is None else [answer])]
    if (by := request.line.one("sort-by")) is not None:
        found.sort(key=lambda pair: -pair[1][0 if by == "cpu" else 1])
    rows: list[Row] = [
        [str(part(each, "metadata").get("name")), f"{cpu * 1000:.0f}m", f"{memory / 1024**2:.0f}Mi"]
        for each, (cpu, memory) in found
    ]
    text, cut = plain_table(["NAME", "CPU(cores)", "MEMORY(bytes)"], rows, header=not request.line.on("no-headers"))
    return Answer(text=text, value=len(rows), rows=len(rows), cut=cut)


def _used(measured: Facts) -> tuple[float, float]:
    parts = [part(each, "usage") for each in listed(measured, "containers")] or [part(measured, "usage")]
    return sum(quantity(each.get("cpu")) for each in parts), sum(quantity(each.get("memory")) for each in parts)


async def _events(session: Session, request: Request, namespace: str | None, now: datetime) -> Answer:
    query = {"limit": str(_MOST_OBJECTS)}
    if request.objects:
        query["fieldSelector"] = f"involvedObject.name={request.objects[0][1]}"
    events = listed(await session.get(RESOURCES["events"].path(namespace), query), "items")
    types = {name.lower() for name in (request.line.one("types") or "").split(",") if name}
    kept = [each for each in events if not types or str(each.get("type", "")).lower() in types]
    text, cut = events_table(kept, now, header=not request.line.on("no-headers"))
    return Answer(text=text, value=len(kept), rows=len(kept), cut=cut)


async def _status(session: Session, request: Request, namespace: str | None, seconds: float) -> Answer:
    """How far the rollout is. ``value`` is whether it is through; not yet is an answer, too."""
    resource, name = request.objects[0]
    deadline = asyncio.get_running_loop().time() + seconds - _POLL_SECONDS
    while True:
        told = rolled_out(await session.get(resource.path(namespace, name)), resource.plural)
        waits = request.line.one("watch") != "false"
        if told is None or not waits or asyncio.get_running_loop().time() + _POLL_SECONDS > deadline:
            text = told or f"{resource.plural}/{name} is successfully rolled out"
            return Answer(text=text, value=told is None)
        await asyncio.sleep(_POLL_SECONDS)


def rolled_out(found: Facts, plural: str) -> str | None:
    """What the rollout still waits for, as a clause; None when it is through."""
    spec, status = part(found, "spec"), part(found, "status")
    daemon = plural == "daemonsets"
    wanted = _count(status, "desiredNumberScheduled") if daemon else _count(spec, "replicas", 1)
    updated = _count(status, "updatedNumberScheduled" if daemon else "updatedReplicas")
    ready = _count(
        status, {"daemonsets": "numberAvailable", "statefulsets": "readyReplicas"}.get(plural, "availableReplicas")
    )
    if _count(status, "observedGeneration") < _count(part(found, "metadata"), "generation"):
        return "the cluster has not seen the newest change yet"
    if any(each.get("reason") == "ProgressDeadlineExceeded" for each in listed(status, "conditions")):
        return "it exceeded its progress deadline"
    if updated < wanted:
        return f"{updated} of {wanted} new pods have been made"
    if plural == "deployments" and _count(status, "replicas") > updated:
        return f"{_count(status, 'replicas') - updated} old pods are still to end"
    return f"{ready} of {wanted} new pods are available" if ready < wanted else None


async def _history(session: Session, request: Request, namespace: str | None) -> Answer:
    _, name = request.objects[0]
    found = await revisions(session, namespace, str(name))
    rows: list[Row] = [
        [str(number), ", ".join(_images(each)), _annotation(each, "kubernetes.io/change-cause") or "<none>"]
        for number, each in sorted(found.items())
    ]
    text, cut = plain_table(["REVISION", "IMAGES", "CHANGE-CAUSE"], rows)
    return Answer(text=text, value=len(rows), rows=len(rows), cut=cut)


async def revisions(session: Session, namespace: str | None, name: str) -> Mapping[int, Facts]:
    """A deployment's revisions: number → the replica set that holds it. Raises Denied or Unanswered."""
    found = await session.get(RESOURCES["deployments"].path(namespace, name))
    uid = part(found, "metadata").get("uid")
    query = {"labelSelector": selector(found), "limit": str(_MOST_OBJECTS)}
    sets = listed(await session.get(RESOURCES["replicasets"].path(namespace), query), "items")
    owned = [each for each in sets if any(owner.get("uid") == uid for owner in _owners(each))]
    return {int(number): each for each in owned if (number := _annotation(each, _REVISION)).isdecimal()}


def _owners(found: Facts) -> Sequence[Facts]:
    return listed(part(found, "metadata"), "ownerReferences")


def _annotation(found: Facts, name: str) -> str:
    return str(part(part(found, "metadata"), "annotations").get(name) or "")


def _images(found: Facts) -> list[str]:
    template = part(part(part(found, "spec"), "template"), "spec")
    return [str(each.get("image")) for each in listed(template, "containers")]


def _count(facts: Facts, key: str, default: int = 0) -> int:
    found: Json = facts.get(key)
    return found if isinstance(found, int) else default
