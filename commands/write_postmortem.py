"""The clock asks: the post-mortem is to be drafted from the record and shared."""

from collections.abc import Mapping

from commands.deciding import decide, known
from commands.look import look_all
from commands.outage import NotYet
from commands.ports import Ports
from incident import looking, opening, working
from incident.change import Change
from incident.finding import Phase
from incident.incident import Incident
from incident.job import Claim
from incident.postmortem import draft


async def write_postmortem(claim: Claim, *, ports: Ports) -> None:
    """Draft it from what is on record; at the resolution, the diagnostics look once more first."""
    incident = await known(ports.store, claim.job.incident_id or "")
    if claim.job.subject == working.AT_RESOLUTION:
        await _look_once_more(incident, claim, ports)
    record = await ports.store.record(incident.id)
    paths = await ports.drafts.write(record, draft(record, ports.clock()))

    def written(it: Incident) -> Change:
        return working.write_postmortem(
            it, paths=paths, export=ports.export is not None, settles=claim, now=ports.clock()
        )

    await decide(ports.store, incident.id, written)


async def _look_once_more(incident: Incident, claim: Claim, ports: Ports) -> None:
    """What is called over is looked at again; what is still bad is said in the channel."""
    seen = await look_all(incident, phase=Phase.WATCH, cause=claim.job.key, ports=ports)
    if any(each.healthy is False for each in seen):
        cause = f"{claim.job.key}:doubted"
        await decide(ports.store, incident.id, lambda it: looking.doubt_end(it, seen, cause=cause, now=ports.clock()))


async def share_postmortem(claim: Claim, *, ports: Ports) -> None:
    """Put one file of the draft into the incident's place."""
    incident = await known(ports.store, claim.job.incident_id or "")
    place = incident.home.place
    if place is None:
        raise NotYet("the incident has no place in Slack yet")
    if await ports.store.waits_behind(claim):
        raise NotYet("what happened is said before the draft")
    path = claim.job.subject
    content = await ports.drafts.read(path)
    name = f"{incident.key}-post-mortem{path[path.rfind('.') :]}"
    again = claim.attempts > 1
    title = f"{incident.key} post-mortem draft"
    await ports.chat.share_file(place, name, content, title, mark=claim.job.key, again=again)
    await ports.store.save(Change(cause=opening.claimed(claim), at=ports.clock(), settles=claim))


async def export_postmortem(claim: Claim, *, ports: Ports) -> None:
    """Keep the files of one written draft outside of this machine, too; what is kept already is not kept twice."""
    incident = await known(ports.store, claim.job.incident_id or "")
    link = await ports.store.event(claim.job.subject)
    paths = link.event.facts.get("paths") if link is not None and link.event is not None else None
    if ports.export is None or not isinstance(paths, Mapping):
        # The export was switched off since, or the record of the draft is no longer kept.
        await ports.store.save(Change(cause=opening.claimed(claim), at=ports.clock(), settles=claim))
        return
    contents = {form: await ports.drafts.read(str(path)) for form, path in paths.items()}
    addresses = await ports.export.keep(incident.key, contents)

    def exported(it: Incident) -> Change:
        return working.export_postmortem(it, addresses=addresses, settles=claim, now=ports.clock())

    await decide(ports.store, incident.id, exported)
