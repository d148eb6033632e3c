"""The clock asks: the post-mortem is to be drafted from the record and shared."""

import hashlib
from collections.abc import Mapping

from commands.deciding import decide, known
from commands.look import look_all
from commands.outage import NotYet
from commands.ports import Ports
from incident import drafting, looking, working
from incident.change import Change
from incident.finding import Phase
from incident.incident import Incident
from incident.job import Claim
from incident.postmortem import draft
from incident.timeline import Event


async def write_postmortem(claim: Claim, *, ports: Ports) -> None:
    """Draft it from what is on record; at the resolution, the diagnostics look once more first."""
    incident = await known(ports.store, claim.job.incident_id or "")
    if claim.job.subject == working.AT_RESOLUTION:
        await _look_once_more(incident, claim, ports)
    record = await ports.store.record(incident.id)
    files = await ports.drafts.rendered(record, draft(record, ports.clock()))
    paths = await ports.drafts.write(incident.key, files)
    digests = {form: _digest(content) for form, content in files.items()}

    def written(it: Incident) -> Change:
        return drafting.write_postmortem(
            it, paths=paths, digests=digests, export=ports.export is not None, settles=claim, now=ports.clock()
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
    form = path.rpartition(".")[2]
    link = await ports.store.event(claim.job.key.rpartition(":")[2])
    content = await _content(incident, form, path, link.event if link is not None else None, ports)
    name = f"{incident.key}-post-mortem.{form}"
    again = claim.attempts > 1
    title = f"{incident.key} post-mortem draft"
    await ports.chat.share_file(place, name, content, title, mark=claim.job.key, again=again)
    await ports.store.save(Change(cause=claim.cause, at=ports.clock(), settles=claim))


async def export_postmortem(claim: Claim, *, ports: Ports) -> None:
    """Keep the files of one written draft outside of this machine, too; what is kept already is not kept twice."""
    incident = await known(ports.store, claim.job.incident_id or "")
    link = await ports.store.event(claim.job.subject)
    event = link.event if link is not None else None
    paths = event.facts.get("paths") if event is not None else None
    if ports.export is None or not isinstance(paths, Mapping):
        # The export was switched off since, or the record of the draft is no longer kept.
        await ports.store.save(Change(cause=claim.cause, at=ports.clock(), settles=claim))
        return
    contents = {form: await _content(incident, form, str(path), event, ports) for form, path in paths.items()}
    addresses = await ports.export.keep(incident.key, contents)

    def exported(it: Incident) -> Change:
        return drafting.export_postmortem(it, addresses=addresses, settles=claim, now=ports.clock())

    await decide(ports.store, incident.id, exported)


async def _content(incident: Incident, form: str, path: str, written: Event | None, ports: Ports) -> bytes:
    """One file of a draft. Where another machine wrote it, it is drafted anew, from what is on record by now."""
    content = await ports.drafts.read(path)
    digests = written.facts.get("digests") if written is not None else None
    wanted = digests.get(form) if isinstance(digests, Mapping) else None
    if content is not None and wanted in (None, _digest(content)):
        return content
    record = await ports.store.record(incident.id)
    return (await ports.drafts.rendered(record, draft(record, ports.clock())))[form]


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
