"""*Ask once for all changes*: a procedure's changes, each rendered now, on one card for a second person to approve."""

from commands.answers import Preparing
from commands.asked import Asked
from commands.deciding import anew, known
from commands.fix import check_asked, cooling_until
from commands.gating import check_evidence, is_named, policy_of
from commands.ports import Ports
from commands.turns import catalog_of, step_at, waiting
from incident import refusal, walking, whole
from incident.approval import Part
from incident.course import place
from incident.digest import identifier
from incident.incident import Incident
from incident.plan import draw_up
from incident.runbook import Catalog
from incident.timeline import Event
from incident.walk import Walk


async def ask_at_once(asked: Asked, procedure_id: str, *, ports: Ports) -> Preparing:
    """Begin the procedure, unless it is under way, and ask for all changes that are still to come. Nothing runs.

    Raises NoSuchProcedure, NotAtOnce, WalkGoesOn, AlreadySo, AskedAlready, AskedElsewhere, MayNotAsk, CoolingDown,
    Ended, and what the gate refuses.
    """
    catalog = catalog_of(asked.incident, ports)
    procedure = catalog.procedure(procedure_id)
    if procedure is None:
        raise refusal.NoSuchProcedure(asked=procedure_id)

    async def attempt() -> str:
        before = it = await known(ports.store, asked.incident.id)
        begun: tuple[Event, ...] = ()
        walk = it.going
        if walk is None or walk.procedure != procedure.id or walk.takes_back is not None:
            walk = walking.walk_of(procedure, by=asked.by, cause=asked.cause, now=asked.at)
            it, event = walking.begun(it, walk, asked.at)
            begun = (event,)
        await _check_open(it, walk, asked.cause, ports)
        change = whole.request(
            it,
            walk,
            await _parts(asked, it, walk, catalog, ports),
            by=asked.by,
            stop=await ports.store.stopped(),
            cause=asked.cause,
            now=asked.at,
            before=before,
            begun=begun,
        )
        await check_asked(it, change.approvals[0], asked, ports)
        await ports.store.save(change)
        return change.approvals[0].plan.title

    return Preparing(incident=asked.incident, title=await anew(attempt))


async def _check_open(incident: Incident, walk: Walk, cause: str, ports: Ports) -> None:
    """One card at a time; the same click again is no other one. Raises AlreadySo."""
    for request in await waiting(incident, walk, ports):
        if request.parts and request.id != identifier("app", cause):
            raise refusal.AlreadySo(what="asked at once", by=request.requester, at=request.asked_at)


async def _parts(asked: Asked, incident: Incident, walk: Walk, catalog: Catalog, ports: Ports) -> tuple[Part, ...]:
    """Each change that is still to come, rendered, with what its own policy demands."""
    steps = {step.id: step for procedure in catalog.procedures for step in procedure.steps}
    parts = []
    for index in whole.changes(walk.title, walk.legs, steps):
        step = step_at(walk, index, catalog)
        if step is None:
            raise refusal.NotAtOnce(title=walk.title, reason=f"the runbook has “{walk.legs[index].title}” no longer")
        environment = ports.executors.environment(step.target) if step.target else ""
        plan = draw_up(step, {}, catalog=catalog, environment=environment)
        policy = policy_of(incident, step, plan, catalog=catalog, ports=ports)
        if policy.askers and not await is_named(asked.by, policy.askers, incident, ports=ports):
            raise refusal.MayNotAsk(step=step.title, askers=policy.askers)
        until = await cooling_until(step.id, plan.target, policy.cool_down, ports)
        if until is not None:
            raise refusal.CoolingDown(until=until, step=step.title)
        await check_evidence(incident, plan, ports=ports)
        parts.append(Part(leg=place(walk, index), plan=plan, policy=policy))
    return tuple(parts)
