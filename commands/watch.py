"""The clock asks: a watch is to look. What it sees becomes an alert, as a monitor's would, or the end of one."""

from datetime import datetime, timedelta
from typing import Final

from commands.look import see
from commands.ports import Ports
from commands.take_alerts import take_alerts
from commands.watched import every_watch
from incident import watching
from incident.alert import Alert, AlertStatus, Delivery, DeliveryState
from incident.change import Change
from incident.digest import Facts, canonical
from incident.finding import Sight
from incident.job import Claim
from incident.plan import Plan
from incident.refusal import Refused
from incident.runbook import Catalog, Step
from incident.taking import Taking
from incident.watch import SOURCE, Watch, WatchRecord, first_look, next_look
from incident.watching import Look

STRANGE_FOR: Final = timedelta(seconds=30)
"""A watch that this process does not know is left to another one, which may run a newer configuration, for so long."""
STRANGE_TIMES: Final = 40
"""After so many times nobody knows it any longer."""


async def set_watches(*, process: str, ports: Ports) -> None:
    """Owe the next look of every watch, at the start of a process; those that are owed stay owed once."""
    now = ports.clock()
    known = {each.id: each for each in await ports.store.watches()}
    jobs = tuple(
        watching.owed_look(name, first_look(name, step.watch.every, known.get(name), now))
        for name, step in every_watch(ports.runbooks)
        if step.watch is not None
    )
    if jobs:
        await ports.store.save(Change(cause=f"watches:{process}:{now.isoformat()}", at=now, jobs=jobs))


async def watch(claim: Claim, *, ports: Ports) -> None:
    """Look once with one watch, send its alert where it has one to send, and put the next look off until it is due."""
    found = _step(claim.job.subject, ports)
    if found is None:
        await _strange(claim, ports)
        return
    catalog, step, declared = found
    known = await _known(claim.job.subject, claim.job.due_at, ports)
    plan, sight, look = await _look(step, catalog, ports)
    record, says = _decided(claim, known, declared, look, ports.clock())
    if says is not None:
        alert = _alert(step, catalog, record, says, plan, ports)
        await _send(alert, watching.proof(known, says), plan, sight, ports)
    await _keep(claim, step, record, ports)


async def look_later(claim: Claim, reason: str, *, ports: Ports) -> None:
    """A look that could not even be begun saw nothing, and says why; the next one is owed as ever."""
    found = _step(claim.job.subject, ports)
    if found is None:
        await _strange(claim, ports)
        return
    _, step, declared = found
    known = await _known(claim.job.subject, claim.job.due_at, ports)
    record, _ = _decided(claim, known, declared, Look(blind=reason), ports.clock())
    await _keep(claim, step, record, ports)


def _step(name: str, ports: Ports) -> tuple[Catalog, Step, Watch] | None:
    """What a watch's name stands for now; None where the runbook or the settings no longer have it."""
    system, _, step_id = name.partition("/")
    catalog = ports.runbooks.catalog(system)
    step = next((each for each in catalog.watched if each.id == step_id), None) if catalog is not None else None
    return (catalog, step, step.watch) if catalog is not None and step is not None and step.watch is not None else None


async def _strange(claim: Claim, ports: Ports) -> None:
    if claim.attempts < STRANGE_TIMES:
        await ports.store.put_off(claim, wait=STRANGE_FOR)
        return
    await ports.store.save(Change(cause=claim.cause, at=ports.clock(), settles=claim))


async def _look(step: Step, catalog: Catalog, ports: Ports) -> tuple[Plan | None, Sight, Look]:
    """The executor judges the command again and asks for its target's proof: whatever it refuses was not seen."""
    if not step.runnable:
        return None, Sight(output=""), Look(blind=step.reason)
    try:
        plan, sight = await see(step, {}, catalog=catalog, ports=ports)
    except Refused as refused:
        reason = refused.facts.get("reason") or f"“{step.title}” cannot run without a value"
        return None, Sight(output=""), Look(blind=f"{reason}.")
    return plan, sight, _read(step, sight)


def _read(step: Step, sight: Sight) -> Look:
    bound = step.threshold
    if sight.error is not None or bound is None:
        return Look(blind="Why is told to whoever may read it." if step.private else sight.error or "It has no bound.")
    healthy = bound.holds(sight.value)
    if healthy is None:
        return Look(blind=f"What it saw cannot be compared with “{bound}”.")
    return Look(healthy=healthy, value=None if step.private else watching.cut(sight.value))


async def _known(name: str, at: datetime, ports: Ports) -> WatchRecord:
    """How the watch stands, with what was sent by a look that was cut short before it was kept."""
    known = await ports.store.watch(name) or WatchRecord(id=name, next_at=at)
    proofs = {watching.proof(known, each): each for each in AlertStatus}
    kept = await ports.store.kept(set(proofs), set())
    sent = [found for key in kept if (found := await ports.store.delivery(key)) is not None]
    for each in sorted(sent, key=lambda each: each.received_at):
        known = watching.caught_up(known, proofs[each.key], each.received_at)
    return known


def _decided(
    claim: Claim, known: WatchRecord, declared: Watch, look: Look, now: datetime
) -> tuple[WatchRecord, AlertStatus | None]:
    # The store's clock, which says what is due, may be a little ahead of this one.
    next_at = next_look(claim.job.subject, declared.every, max(now, claim.job.due_at))
    return watching.looked(known, declared, look, now, next_at)


def _alert(
    step: Step, catalog: Catalog, record: WatchRecord, says: AlertStatus, plan: Plan | None, ports: Ports
) -> Alert:
    environment = plan.environment if plan is not None else ""
    return watching.alert(step, record, says, system=catalog.system, environment=environment, now=ports.clock())


async def _send(alert: Alert, key: str, plan: Plan | None, sight: Sight, ports: Ports) -> None:
    """Hand the alert in, with the look as its evidence. A look that was cut short is repeated, its alert is not."""
    delivery = _evidence(key, alert, plan, sight, ports.clock())
    await take_alerts(Taking(delivery=delivery, alerts=(alert,)), ports=ports)


def _evidence(key: str, alert: Alert, plan: Plan | None, sight: Sight, now: datetime) -> Delivery:
    """The look that the alert rests on, kept like what a monitor posts: what ran, where, and that it only looked."""
    shown: Facts = {"runs": plan.shown, "target": plan.target, "receipt": sight.receipt} if plan is not None else {}
    body = canonical({"watch": alert.key, "status": alert.status.value, "saw": alert.description, **shown})
    return Delivery(key=key, source=SOURCE, received_at=now, headers={}, body=body.encode(), state=DeliveryState.TAKEN)


async def _keep(claim: Claim, step: Step, record: WatchRecord, ports: Ports) -> None:
    """Tell of its target when that is out of sight for long, or seen again; then keep how the watch stands."""
    told = await _of_target(step, record, ports)
    if told is not None:
        await ports.store.save(told)
    await ports.store.look_again(claim, record)


async def _of_target(step: Step, record: WatchRecord, ports: Ports) -> Change | None:
    before = await ports.store.watch(record.id)
    was_blind = before is not None and bool(before.blind)
    if step.target is None or not (record.blind or was_blind):
        return None
    titles = {name: each.title for name, each in every_watch(ports.runbooks) if each.target == step.target}
    records = [each for each in await ports.store.watches() if each.id in titles and each.id != record.id]
    blind = [each for each in (record, *records) if each.blind]
    now = ports.clock()
    if record.blind:
        return watching.away(step.target, [titles[each.id] for each in blind], blind, now)
    return watching.back(step.target, before, blind, now) if before is not None else None
