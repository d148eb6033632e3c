"""What is posted once, although an attempt may have been cut short after its message stood: found, and made true."""

from commands.messages import Message
from commands.ports import Ports
from incident.incident import Home, Place
from incident.job import Claim


async def belongs(place: Place, home: Home, claim: Claim, *, urgency: int, ports: Ports) -> Place:
    """Where a job's message belongs: in ``place``, unless it was begun under the announcement, before the channel came.

    It is looked for there only where people did work there.
    """
    before = home.announcement
    if claim.attempts <= 1 or not home.waited or before is None or before == place:
        return place
    found = await ports.chat.find(before, mark=claim.job.key, urgency=urgency)
    return place if found is None else before


async def put_up(place: Place, message: Message, claim: Claim, *, urgency: int, ports: Ports) -> str:
    """Post what is edited in place from now on; its timestamp.

    One that stands there since an attempt that was cut short says what was true then: it is brought up to date.
    """
    again = claim.attempts > 1
    timestamp = await ports.chat.post(place, message, mark=claim.job.key, again=again, urgency=urgency)
    if again:
        await ports.chat.edit(Place(channel=place.channel), timestamp, message, urgency=urgency)
    return timestamp
