"""The clock asks: what an incident shows in Slack is to be brought up to date: card, checklist, announcement, topic."""

from msgspec.structs import replace

from commands.asked import procedure_of
from commands.changes import recent_changes
from commands.deciding import anew, decide, known, with_approval
from commands.messages import Announcement, ApprovalMessage, Card, ChecklistMessage
from commands.outage import NotYet
from commands.ports import Ports
from commands.posting import belongs, put_up
from commands.undo import undo_of, way_back
from incident import hours, opening, remedy
from incident.approval import Approval, ApprovalState
from incident.change import Change
from incident.incident import Incident, Place
from incident.job import Claim


async def card(claim: Claim, *, ports: Ports) -> None:
    """Post the live card, or edit it to what is true now."""
    incident = await known(ports.store, claim.job.incident_id or "")
    if incident.home.channel is None:
        await _settle(claim, ports)
        return
    place = Place(channel=incident.home.channel)
    message = await _card(incident, ports)
    rank = incident.severity.rank
    if incident.home.card is not None:
        await ports.chat.edit(place, incident.home.card, message, urgency=rank)
        await _settle(claim, ports)
        return
    timestamp = await put_up(place, message, claim, urgency=rank, ports=ports)

    async def attempt() -> None:
        it = await known(ports.store, incident.id)
        findings = await ports.store.findings_of(incident.id)
        cause, now = claim.cause, ports.clock()
        posted = opening.post_card(it, timestamp=timestamp, findings=findings, settles=claim, cause=cause, now=now)
        await ports.store.save(posted)

    await anew(attempt)


async def checklist(claim: Claim, *, ports: Ports) -> None:
    """Post the checklist, or edit it."""
    incident = await known(ports.store, claim.job.incident_id or "")
    if incident.home.channel is None:
        await _settle(claim, ports)
        return
    place = Place(channel=incident.home.channel)
    message = ChecklistMessage(incident=incident)
    rank = incident.severity.rank
    if incident.home.checklist is not None:
        await ports.chat.edit(place, incident.home.checklist, message, urgency=rank)
        await _settle(claim, ports)
        return
    timestamp = await put_up(place, message, claim, urgency=rank, ports=ports)

    def posted(it: Incident) -> Change:
        cause = claim.cause
        return opening.post_checklist(it, timestamp=timestamp, settles=claim, cause=cause, now=ports.clock())

    await decide(ports.store, incident.id, posted)


async def announcement(claim: Claim, *, ports: Ports) -> None:
    """Post the announcement, or edit it."""
    incident = await known(ports.store, claim.job.incident_id or "")
    alerts = await ports.store.alert_tally(incident.id)
    message = Announcement(incident=incident, alerts=alerts, channel_due=incident.home.awaited_until)
    rank = incident.severity.rank
    known_place = incident.home.announcement
    if known_place is not None and known_place.thread is not None:
        channel = Place(channel=known_place.channel)
        await ports.chat.edit(channel, known_place.thread, message, urgency=rank)
        await _settle(claim, ports)
        return
    channel = Place(channel=ports.settings.announcements)
    timestamp = await put_up(channel, message, claim, urgency=rank, ports=ports)
    place = replace(channel, thread=timestamp)

    async def attempt() -> None:
        it = await known(ports.store, incident.id)
        findings = await ports.store.findings_of(incident.id)
        cause, now = claim.cause, ports.clock()
        posted = opening.announce(it, place=place, findings=findings, settles=claim, cause=cause, now=now)
        await ports.store.save(posted)

    await anew(attempt)


async def pin_card(claim: Claim, *, ports: Ports) -> None:
    """Pin the live card, so that it is found at once."""
    incident = await known(ports.store, claim.job.incident_id or "")
    if incident.home.channel is not None and incident.home.card is not None:
        await ports.chat.pin(incident.home.channel, incident.home.card, urgency=incident.severity.rank)
    await _settle(claim, ports)


async def topic(claim: Claim, *, ports: Ports) -> None:
    """Say level and status in the channel's topic; it changes only with them, because each change is a line in it."""
    incident = await known(ports.store, claim.job.incident_id or "")
    if incident.home.channel is not None:
        words = f"{incident.severity} · {incident.status.value} · {incident.key} · {incident.title}"
        await ports.chat.set_topic(incident.home.channel, words, urgency=incident.severity.rank)
    await _settle(claim, ports)


async def bookmark(claim: Claim, *, ports: Ports) -> None:
    """Put the runbook at the channel's head."""
    incident = await known(ports.store, claim.job.incident_id or "")
    catalog = ports.runbooks.catalog(incident.system)
    if incident.home.channel is not None and catalog is not None and catalog.runbook_url is not None:
        title, rank = f"Runbook: {catalog.title}", incident.severity.rank
        again = claim.attempts > 1
        await ports.chat.bookmark(incident.home.channel, title, catalog.runbook_url, urgency=rank, again=again)
    await _settle(claim, ports)


async def approval_card(claim: Claim, *, ports: Ports) -> None:
    """Post a request's card as soon as it can be answered, and edit it until it has ended."""
    incident, request = await with_approval(ports.store, claim.job.subject)
    if request.state is ApprovalState.PREPARING:
        await _settle(claim, ports)
        return
    place = incident.home.place
    if place is None:
        raise NotYet("the incident has no place in Slack yet")
    message = await _approval(incident, request, ports)
    rank = incident.severity.rank
    if request.message is not None:
        channel, _, timestamp = request.message.partition("/")
        await ports.chat.edit(Place(channel=channel), timestamp, message, urgency=rank)
        await _settle(claim, ports)
        return
    place = await belongs(place, incident.home, claim, urgency=rank, ports=ports)
    timestamp = await put_up(place, message, claim, urgency=rank, ports=ports)

    async def attempt() -> None:
        it, now_request = await with_approval(ports.store, claim.job.subject)
        posted = f"{place.channel}/{timestamp}"
        await ports.store.save(remedy.show_card(it, now_request, message=posted, settles=claim, now=ports.clock()))

    await anew(attempt)


async def _card(incident: Incident, ports: Ports) -> Card:
    catalog = ports.runbooks.catalog(incident.system)
    requests = await ports.store.approvals_of(incident.id)
    return Card(
        incident=incident,
        alerts=await ports.store.alert_tally(incident.id),
        procedure=procedure_of(incident, ports),
        open_approvals=sum(each.state is ApprovalState.ASKED for each in requests),
        runbook_url=catalog.runbook_url if catalog else None,
        stop=await ports.store.stopped(),
        changes=await recent_changes(incident, store=ports.store),
    )


async def _approval(incident: Incident, request: Approval, ports: Ports) -> ApprovalMessage:
    findings = await ports.store.findings_of(incident.id)
    newest = {finding.step_id: finding for finding in findings if finding.at <= request.asked_at}
    catalog = ports.runbooks.catalog(incident.system)
    procedure = catalog.procedure(request.procedure_id) if catalog else None
    step = next((each for each in procedure.steps if each.id == request.plan.step_id), None) if procedure else None
    others = await ports.store.approvals_of(incident.id)
    undo, back = undo_of(incident, request, others, ports), way_back(incident, request, ports)
    line = f", line {step.origin.line}" if step and step.origin.line else ""
    return ApprovalMessage(
        incident=incident,
        approval=request,
        runbook_url=catalog.runbook_url if catalog else None,
        origin=f"{step.origin.heading}{line}" if step else "",
        before=tuple(newest.values()),
        wanted=request.policy.wanted(ports.clock()),
        until=hours.ends(request.policy.window, ports.clock()),
        stop=await ports.store.stopped(),
        undo=undo.title if undo is not None else "",
        undo_with=tuple((each.label, each.default) for each in back.parameters if each.default) if back else (),
    )


async def _settle(claim: Claim, ports: Ports) -> None:
    await ports.store.save(Change(cause=claim.cause, at=ports.clock(), settles=claim))
