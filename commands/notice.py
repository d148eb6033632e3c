"""The clock asks: what concerns no incident is told where incidents are announced."""

from commands.late import is_late
from commands.messages import NoticeMessage
from commands.ports import Ports
from incident.change import Change
from incident.incident import Place
from incident.job import Claim


async def tell_notice(claim: Claim, *, ports: Ports) -> None:
    """One line, once."""
    link = await ports.store.event(claim.job.subject)
    if link is not None and link.event is not None:
        late, again = is_late(link.recorded_at, ports=ports), claim.attempts > 1
        place, message = Place(channel=ports.settings.announcements), NoticeMessage(event=link.event, late=late)
        await ports.chat.post(place, message, mark=claim.job.key, again=again, urgency=claim.job.urgency)
    await ports.store.save(Change(cause=claim.cause, at=ports.clock(), settles=claim))
