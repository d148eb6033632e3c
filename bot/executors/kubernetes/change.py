"""The commands of kubectl that change something and that Muster carries out: restart, scale, and back to a revision."""

from collections.abc import Mapping
from datetime import datetime

from msgspec import Struct

from bot.executors.kubernetes.look import revisions
from bot.executors.kubernetes.session import DRY_RUN, JSON_PATCH, MERGE, STRATEGIC, NotReachedAtAll, Session
from bot.executors.kubernetes.text import part
from bot.executors.tool.answer import Answer, Denied, NotAllowed, Run
from compiler.proof.kubernetes.runnable import Request
from incident.digest import Facts, Json

_HASH = "pod-template-hash"
_NO_DRY_RUN = "does not support dry run"
"""How the API server says that a webhook has effects of its own, and so was not asked."""


async def before(session: Session, request: Request, namespace: str) -> str:
    """What the change replaces, and how it is brought back. Raises Denied or Unanswered."""
    resource, name = request.objects[0]
    found = await session.get(resource.path(namespace, name))
    replicas, place = part(found, "spec").get("replicas"), f"{resource.plural}/{name} in {namespace}"
    if request.verb == ("scale",):
        wanted = request.line.one("replicas")
        return f"{place}: {replicas} → {wanted} replicas. To undo it: kubectl scale --replicas={replicas}."
    if request.verb == ("rollout", "undo"):
        number, _ = await _earlier(session, request, namespace)
        now = await _newest(session, namespace, str(name))
        return f"{place}: revision {now} → {number}. To undo it: kubectl rollout undo --to-revision={now}."
    return f"{place}: every pod is replaced, one after the other ({replicas} replicas). There is nothing to undo."


class Patch(Struct, frozen=True, kw_only=True):
    """The one request that a change is."""

    path: str
    kind: str
    body: Json
    told: str
    """What was done, once it is: *deployments/web scaled*."""


async def patch_of(looking: Session, request: Request, namespace: str, *, now: datetime) -> Patch:
    """The request that makes the change, from what stands there now. Raises Denied, NotAllowed or Unanswered."""
    resource, name = request.objects[0]
    path, named = resource.path(namespace, name), f"{resource.plural}/{name}"
    match request.verb:
        case ("scale",):
            await _check_replicas(looking, request, path)
            wanted: Json = {"spec": {"replicas": int(request.line.one("replicas") or 0)}}
            return Patch(path=f"{path}/scale", kind=MERGE, body=wanted, told=f"{named} scaled")
        case ("rollout", "restart"):
            stamp = {"kubectl.kubernetes.io/restartedAt": now.isoformat(timespec="seconds")}
            stamped: Json = {"spec": {"template": {"metadata": {"annotations": stamp}}}}
            return Patch(path=path, kind=STRATEGIC, body=stamped, told=f"{named} restarted")
        case ("rollout", "undo"):
            _, template = await _earlier(looking, request, namespace)
            earlier: Json = [{"op": "replace", "path": "/spec/template", "value": template}]
            return Patch(path=path, kind=JSON_PATCH, body=earlier, told=f"{named} rolled back")
    raise NotAllowed("Nothing was sent: this is no change that Muster makes.")


async def rehearse(acting: Session, patch: Patch) -> str:
    """Let the cluster check the change without making it. Raises Denied when it would refuse it."""
    try:
        await acting.send("PATCH", patch.path, patch.body, kind=patch.kind, query=DRY_RUN)
    except Denied as no:
        if _NO_DRY_RUN in str(no):
            return "It could not be tried: an admission webhook of the cluster takes no dry run."
        raise
    return "A dry run was accepted by the cluster."


async def change(acting: Session, patch: Patch, run: Run) -> Answer:
    """Make the change once. Raises Denied or Unanswered."""
    run.sent = True
    try:
        await acting.send("PATCH", patch.path, patch.body, kind=patch.kind)
    except NotReachedAtAll:
        run.sent = False
        raise
    return Answer(text=patch.told, changed=1)


async def _check_replicas(session: Session, request: Request, path: str) -> None:
    current = request.line.one("current-replicas")
    if current is None or current == "-1":
        return
    there = part(await session.get(path), "spec").get("replicas")
    if str(there) != current:
        raise Denied(f"there are {there} replicas now, and the step is for {current}: ask again.")


async def _earlier(session: Session, request: Request, namespace: str) -> tuple[int, Facts]:
    """The revision to go back to, with its template as a deployment has it."""
    found = await revisions(session, namespace, str(request.objects[0][1]))
    asked = request.line.one("to-revision")
    numbers = sorted(found)
    number = int(asked) if asked and asked.isdecimal() and asked != "0" else (numbers[-2] if len(numbers) > 1 else 0)
    if number not in found:
        known = ", ".join(map(str, numbers)) or "none"
        raise Denied(f"{request.objects[0][1]} has no revision {number or 'before this one'}: it has {known}.")
    if number == numbers[-1]:
        raise Denied(f"revision {number} is what runs already: name an earlier one.")
    return number, _template(part(part(found[number], "spec"), "template"))


async def _newest(session: Session, namespace: str, name: str) -> int:
    return max(await revisions(session, namespace, name))


def _template(found: Facts) -> Facts:
    """Without the label that the cluster itself adds to each revision's pods."""
    metadata = part(found, "metadata")
    labels: Mapping[str, Json] = {key: value for key, value in part(metadata, "labels").items() if key != _HASH}
    return {**found, "metadata": {**metadata, "labels": labels}}
