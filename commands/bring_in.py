"""*Join channel*: somebody who reads the announcement is brought in."""

from commands.asked import Asked
from commands.deciding import decide
from commands.ports import Ports
from commands.store import Saved
from incident.change import Change
from incident.incident import Incident
from incident.job import JobName, owe
from incident.owing import decided


async def bring_in(asked: Asked, *, ports: Ports) -> Saved:
    """Invite whoever asks into the incident's channel."""

    def joining(it: Incident) -> Change:
        after = it.with_responders(asked.by)
        invitation = owe(JobName.INVITE, it.id, asked.at, urgency=it.severity.rank, again=asked.cause)
        return decided(asked.cause, asked.at, after, before=it, jobs=(invitation,))

    return await decide(ports.store, asked.incident.id, joining)
