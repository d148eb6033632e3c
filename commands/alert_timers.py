"""The clock asks about alerts: one is quiet no longer, or steady again; all are over; a group takes no more of them."""

from datetime import datetime, timedelta

from msgspec.structs import replace

from commands.deciding import anew, decide, known
from commands.hear_alert import hear
from commands.ports import Ports
from incident import consequence, quiet
from incident.change import Change
from incident.incident import Incident
from incident.job import Claim


async def wake_alert(claim: Claim, *, ports: Ports) -> None:
    """What kept an alert quiet is over: if it fires still, it is decided anew."""

    async def attempt() -> None:
        now = ports.clock()
        record = await ports.store.alert(claim.job.subject)
        if record is None or not record.firing or not record.muted_by:
            await ports.store.save(_settled(claim, now))
            return
        heard = await hear(record.alert, now=now, ground=ports)
        await ports.store.save(replace(consequence.follow(heard, cause=claim.cause, now=now), settles=claim))

    await anew(attempt)


async def steady_alert(claim: Claim, *, ports: Ports) -> None:
    """An alert that flapped is steady again, and is told as others are; else it is looked at later."""

    async def attempt() -> None:
        now = ports.clock()
        record = await ports.store.alert(claim.job.subject)
        if record is None or not record.flapping:
            await ports.store.save(_settled(claim, now))
            return
        incident = await known(ports.store, claim.job.incident_id or "")
        rule = ports.settings.routed(record.alert, now).flapping
        await ports.store.save(quiet.looked_at(incident, record, rule, settles=claim, now=now))

    await anew(attempt)


async def resolve_quiet(claim: Claim, *, ports: Ports) -> None:
    """All alerts of an incident were over: once that has lasted, the monitor resolves it, where their routes say so."""
    incident_id = claim.job.incident_id or ""

    async def attempt() -> None:
        now = ports.clock()
        incident = await known(ports.store, incident_id)
        alerts = [(each, ports.settings.routed(each.alert, now)) for each in await ports.store.alerts_of(incident_id)]
        requests = await ports.store.approvals_of(incident_id)
        await ports.store.save(quiet.resolve(incident, alerts=alerts, requests=requests, settles=claim, now=now))

    await anew(attempt)


async def close_group(claim: Claim, *, ports: Ports) -> None:
    """No new alert joined an incident for as long as its route says: those that come now are another trouble."""
    alerts = await ports.store.alerts_of(claim.job.incident_id or "")
    newest: datetime = max((each.first_at for each in alerts), default=ports.clock() - timedelta(days=1))

    def closed(it: Incident) -> Change:
        return quiet.close_group(it, newest=newest, settles=claim, now=ports.clock())

    await decide(ports.store, claim.job.incident_id or "", closed)


def _settled(claim: Claim, now: datetime) -> Change:
    return Change(cause=claim.cause, at=now, settles=claim)
