"""The clock asks: diagnostics are to be run, and what they saw is to be told. A failed look is a finding too."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from types import MappingProxyType

from msgspec.structs import replace

from commands.asked import procedure_of
from commands.deciding import anew, decide, known
from commands.messages import FindingMessage
from commands.outage import NotYet
from commands.ports import Ports
from commands.posting import belongs
from incident import looking, refusal
from incident.change import Change
from incident.digest import identifier
from incident.finding import Finding, Phase, Sight, public
from incident.incident import Incident
from incident.job import Claim, JobName, owe
from incident.measure import measured
from incident.plan import Plan, draw_up
from incident.responder import UserId
from incident.runbook import Catalog, Procedure, Step


async def diagnose(claim: Claim, *, ports: Ports) -> None:
    """Run one diagnostic and put what it saw on the timeline; those that waited for its value are owed from then on."""
    incident = await known(ports.store, claim.job.incident_id or "")
    phase, step_id, giver = (*claim.job.subject.split("/"), "")[:3]
    catalog, procedure = ports.runbooks.catalog(incident.system), procedure_of(incident, ports)
    given = await ports.store.finding(giver) if giver else None
    offered = _offered(procedure, given) if procedure else ()
    step = next((each for each in offered if each.id == step_id), None)
    if catalog is None or procedure is None or step is None:
        # The runbook was changed since: there is no such diagnostic any longer.
        await ports.store.save(Change(cause=claim.cause, at=ports.clock(), settles=claim))
        return
    cause = claim.cause
    try:
        values = _values(step, given)
        finding = await look(
            incident, catalog, step, phase=Phase(phase), cause=claim.job.key, ports=ports, given=values
        )
    except refusal.BadParameter as refused:
        unfit = partial(_unfit, step=step, refused=refused, cause=cause, settles=claim, ports=ports)
        await decide(ports.store, incident.id, unfit)
        return
    then = () if finding.sight.given is None else procedure.waiting_for(step.id)

    def found(it: Incident) -> Change:
        return looking.find(it, finding, cause=cause, now=ports.clock(), settles=claim, then=then)

    await record(incident.id, finding, found, ports=ports)


def _offered(procedure: Procedure, given: Finding | None) -> Sequence[Step]:
    """The diagnostics that lack nothing, or nothing but what was found before."""
    return procedure.diagnostics if given is None else procedure.waiting_for(given.step_id)


def _values(step: Step, given: Finding | None) -> Mapping[str, str]:
    """The parameters that take what was found before."""
    return {} if given is None else {each.name: str(given.sight.given) for each in step.unfilled}


def _unfit(
    incident: Incident, *, step: Step, refused: refusal.BadParameter, cause: str, settles: Claim, ports: Ports
) -> Change:
    """What was found before cannot be what the step takes."""
    return looking.trouble(
        incident,
        what=f"look for “{step.title}”",
        error=f"what was found before it does not fit {refused.facts['name']}, which must be {refused.facts['rule']}",
        given_up=True,
        cause=cause,
        now=ports.clock(),
        settles=settles,
    )


async def look_all(
    incident: Incident, *, phase: Phase, cause: str, ports: Ports, procedure: Procedure | None = None
) -> tuple[Finding, ...]:
    """Run all diagnostics of the incident's procedure, or of another one, side by side and record what they saw.

    What was seen for the same ``cause`` before is not looked at again: it is on record, and the verdict rests on it.
    """
    catalog, followed = ports.runbooks.catalog(incident.system), procedure or procedure_of(incident, ports)
    if catalog is None or followed is None:
        return ()
    steps = followed.diagnostics
    findings = await asyncio.gather(
        *(_look_once(incident, catalog, step, phase=phase, cause=cause, ports=ports) for step in steps)
    )
    for finding in findings:
        await record(incident.id, finding, partial(_recorded, finding=finding, ports=ports), ports=ports)
    return tuple(findings)


async def _look_once(
    incident: Incident, catalog: Catalog, step: Step, *, phase: Phase, cause: str, ports: Ports
) -> Finding:
    seen = await ports.store.finding(_finding_id(incident, cause, step))
    return seen or await look(incident, catalog, step, phase=phase, cause=cause, ports=ports)


async def look(
    incident: Incident,
    catalog: Catalog,
    step: Step,
    *,
    phase: Phase,
    cause: str,
    ports: Ports,
    given: Mapping[str, str] = MappingProxyType({}),
) -> Finding:
    """One look, with the parameters ``given``. The executor judges the final command again, whatever the catalog says.

    Raises BadParameter.
    """
    at = ports.clock()
    target = step.target or ""
    plan, sight = await see(step, given, catalog=catalog, ports=ports)
    attested = ports.executors.attested(target)
    expects = step.expects
    return Finding(
        id=_finding_id(incident, cause, step),
        incident_id=incident.id,
        step_id=step.id,
        title=step.title,
        phase=phase,
        at=at,
        verdict=step.verdict,
        reason=step.reason,
        shown=plan.shown,
        target=target,
        sight=public(sight) if step.private else sight,
        withheld=sight if step.private else None,
        healthy=expects.holds(sight.value) if expects is not None and sight.error is None else None,
        critical=step.critical is not None and step.critical.holds(sight.value) is False,
        expectation=str(expects) if expects is not None else "",
        attested=attested.proof if attested is not None else "",
        cause=cause,
    )


async def see(step: Step, given: Mapping[str, str], *, catalog: Catalog, ports: Ports) -> tuple[Plan, Sight]:
    """What would run, and what it saw. Raises NotRunnable, NotReadOnly, BadParameter."""
    target = step.target or ""
    plan = draw_up(step, given, catalog=catalog, environment=ports.executors.environment(target))
    sight = await ports.executors.of(target).look(plan)
    if step.measure is None or sight.error is not None:
        return plan, sight
    return plan, replace(sight, value=measured(step.measure, sight.output, ports.clock()), single=False)


async def post_finding(claim: Claim, *, ports: Ports) -> None:
    """Put one finding into the thread under the card. What a private one saw goes to one person only, and first."""
    incident = await known(ports.store, claim.job.incident_id or "")
    finding = await ports.store.finding(claim.job.subject)
    place = incident.home.thread
    if place is None:
        raise NotYet("the card is not posted yet")
    if finding is not None:
        reader = await _told_in_private(incident, finding, claim, ports) if finding.private else None
        message = FindingMessage(incident=incident, finding=finding, reader=reader)
        again, rank = claim.attempts > 1, claim.job.urgency
        place = await belongs(place, incident.home, claim, urgency=rank, ports=ports)
        await ports.chat.post(place, message, mark=claim.job.key, again=again, urgency=rank)
    await ports.store.save(Change(cause=claim.cause, at=ports.clock(), settles=claim))


async def _told_in_private(incident: Incident, finding: Finding, claim: Claim, ports: Ports) -> UserId | None:
    """Send what was withheld to the one who may read it; who that is.

    It is looked for first each time: where the thread's post after it has to wait, that counts as no attempt.
    """
    reader = looking.reader(incident, ports.settings.on_call(incident.system, finding.at))
    if reader is not None and finding.withheld is not None:
        message = FindingMessage(incident=incident, finding=replace(finding, sight=finding.withheld), reader=reader)
        mark, rank = f"{claim.job.key}:{reader}", incident.severity.rank
        await ports.chat.direct(reader, message, mark=mark, again=True, urgency=rank)
    return reader


def _finding_id(incident: Incident, cause: str, step: Step) -> str:
    return identifier("find", incident.id, cause, step.id)


async def record(incident_id: str, finding: Finding, decision: Callable[[Incident], Change], *, ports: Ports) -> None:
    """Save what was seen; a request that was asked for meanwhile shows it beside what would run."""

    async def attempt() -> None:
        incident = await known(ports.store, incident_id)
        change = decision(incident)
        # Read after the incident, whose version therefore guards them too.
        requests = await ports.store.approvals_of(incident_id)
        rank = incident.severity.rank
        cards = (
            owe(JobName.APPROVAL_CARD, incident_id, change.at, subject=each.id, urgency=rank)
            for each in requests
            if finding.at <= each.asked_at
        )
        await ports.store.save(replace(change, jobs=(*change.jobs, *cards)))

    await anew(attempt)


def _recorded(incident: Incident, *, finding: Finding, ports: Ports) -> Change:
    return looking.find(incident, finding, cause=f"finding:{finding.id}", now=ports.clock())
