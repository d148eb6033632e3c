"""The clock asks: a procedure that is walked is to be shown as it stands, in one message that is edited in place."""

from commands.deciding import decide, known
from commands.messages import WalkMessage
from commands.outage import NotYet
from commands.ports import Ports
from commands.posting import belongs, put_up
from commands.turns import step_at, waiting, walked, watching
from incident import refusal, walking, whole
from incident.change import Change
from incident.incident import Incident, Place
from incident.job import Claim
from incident.runbook import Procedure
from incident.walk import Walk, WalkState, way_back


async def walk_card(claim: Claim, *, ports: Ports) -> None:
    """Post the walk's message, or edit it to what is true now."""
    incident = await known(ports.store, claim.job.incident_id or "")
    walk = incident.walk(claim.job.subject)
    place, rank = incident.home.place, incident.severity.rank
    if place is None:
        raise NotYet("the incident has no place in Slack yet")
    message = await walk_message(incident, walk, ports)
    if walk.message is not None:
        channel, _, timestamp = walk.message.partition("/")
        await ports.chat.edit(Place(channel=channel), timestamp, message, urgency=rank)
        await ports.store.save(Change(cause=claim.cause, at=ports.clock(), settles=claim))
        return
    stands = await belongs(place, incident.home, claim, urgency=rank, ports=ports)
    timestamp = await put_up(stands, message, claim, urgency=rank, ports=ports)

    def posted(it: Incident) -> Change:
        shown = f"{stands.channel}/{timestamp}"
        return walking.show_card(it, it.walk(walk.id), message=shown, settles=claim, now=ports.clock())

    await decide(ports.store, incident.id, posted)


async def walk_message(incident: Incident, walk: Walk, ports: Ports) -> WalkMessage:
    """The walk with all that its message shows: what the catalog says of its steps, what was seen, what was asked."""
    catalog = ports.runbooks.catalog(incident.system)
    procedure, watches = walked(walk, catalog), watching(incident, walk, ports)
    findings = [await ports.store.finding(leg.finding) for leg in walk.legs if leg.finding is not None]
    requests = [await ports.store.approval(leg.approval) for leg in walk.legs if leg.approval is not None]
    ended_early = walk.state is WalkState.ABORTED and incident.going is None
    return WalkMessage(
        incident=incident,
        walk=walk,
        steps=tuple(step_at(walk, index, catalog) for index in range(len(walk.legs))),
        findings={each.id: each for each in findings if each is not None},
        requests={each.id: each for each in requests if each is not None},
        has_way_back=bool(way_back(walk, procedure.steps if procedure is not None else ())),
        watched_by=tuple(each.title for each in watches.diagnostics) if watches is not None else (),
        instead=tuple(each for each in catalog.procedures if each.purpose == "rollback")
        if catalog is not None and ended_early
        else (),
        at_once=await _at_once(incident, walk, procedure, ports),
    )


async def _at_once(incident: Incident, walk: Walk, procedure: Procedure | None, ports: Ports) -> bool:
    """Whether all changes that are still to come can be asked for with one card, and nobody has."""
    if procedure is None or walk.state is not WalkState.GOING or walk.takes_back is not None:
        return False
    try:
        whole.changes(walk.title, walk.legs, {step.id: step for step in procedure.steps})
    except refusal.NotAtOnce:
        return False
    return not any(request.parts for request in await waiting(incident, walk, ports))
