"""The clock asks: a diagnostic of a walk is to look, and the diagnostics are to watch while a walk waits."""

from commands.deciding import decide, known
from commands.look import look, look_all, record
from commands.outage import NotYet
from commands.ports import Ports
from commands.turns import catalog_of, step_at, watching
from incident import holding, refusal, walking
from incident.change import Change
from incident.course import placed
from incident.finding import Finding, Phase
from incident.incident import Incident
from incident.job import Claim
from incident.walk import LegState


async def run_leg(claim: Claim, *, ports: Ports) -> None:
    """Run the diagnostic of a walk's step, and put what it saw on the timeline and the walk."""
    incident = await known(ports.store, claim.job.incident_id or "")
    walk_id, index = placed(claim.job.subject)
    walk = incident.walk(walk_id)
    leg = walk.legs[index]
    if leg.state is not LegState.RUNNING:
        await ports.store.save(Change(cause=claim.cause, at=ports.clock(), settles=claim))
        return
    catalog = catalog_of(incident, ports)
    step = step_at(walk, index, catalog)
    if step is None:
        raise refusal.NoSuchStep(asked=leg.title, offered=())
    finding = await look(incident, catalog, step, phase=Phase.STEP, cause=claim.job.key, ports=ports, given=leg.given)

    def seen(it: Incident) -> Change:
        return walking.looked(it, it.walk(walk_id), index, finding, settles=claim, now=ports.clock())

    await record(incident.id, finding, seen, ports=ports)


async def not_looked(claim: Claim, reason: str, *, ports: Ports) -> None:
    """A diagnostic of a walk could not even be begun: its step failed, and says why."""
    walk_id, index = placed(claim.job.subject)

    def failed(it: Incident) -> Change:
        return walking.not_looked(it, it.walk(walk_id), index, why=reason, settles=claim, now=ports.clock())

    await decide(ports.store, claim.job.incident_id or "", failed)


async def watch_hold(claim: Claim, *, ports: Ports) -> None:
    """Look with the procedure's diagnostics while a walk waits; with the incident's own where it has none."""
    incident = await known(ports.store, claim.job.incident_id or "")
    walk_id, index = placed(claim.job.subject)
    walk = incident.walk(walk_id)
    early = claim.job.due_at - ports.clock()
    if early.total_seconds() > 0:
        # The store's clock, which says what is due, may be a little ahead of this one.
        raise NotYet("the wait is not over yet", after=early)
    findings: tuple[Finding, ...] = ()
    if walk.legs[index].state is LegState.HOLDING:
        sees = watching(incident, walk, ports)
        findings = await look_all(incident, phase=Phase.HOLD, cause=claim.job.key, ports=ports, procedure=sees)

    def seen(it: Incident) -> Change:
        return holding.watched(it, it.walk(walk_id), index, findings, settles=claim, now=ports.clock())

    await decide(ports.store, incident.id, seen)


async def not_watched(claim: Claim, reason: str, *, ports: Ports) -> None:
    """The diagnostics could not look during a wait: that is told like a bad sight, and the wait goes on."""
    walk_id, index = placed(claim.job.subject)

    def told(it: Incident) -> Change:
        now = ports.clock()
        return holding.watched(it, it.walk(walk_id), index, (), trouble=reason, settles=claim, now=now)

    await decide(ports.store, claim.job.incident_id or "", told)
