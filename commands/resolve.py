"""``/incident resolve restarted the workers``: it is over. The diagnostics look once more and the draft is written."""

from commands.answers import Answer, Done, Form
from commands.asked import Asked, ask_further
from commands.finishing import settle
from commands.ports import Kept
from incident import working
from incident.change import Change
from incident.incident import Incident


async def resolve(asked: Asked, *, ports: Kept) -> Answer:
    """What fixed it is the text; with nothing said, the form is shown."""
    if not asked.words.strip():
        return ask_further(asked, Form.RESOLVE)
    return await resolve_filled(asked, fix=asked.words, lingering="unknown", impact="", ports=ports)


async def resolve_filled(asked: Asked, *, fix: str, lingering: str, impact: str, ports: Kept) -> Done:
    """End it with everything that the form asks. Raises Ended, NothingSaid."""

    async def resolved(it: Incident) -> Change:
        # Read after the incident, whose version therefore guards them too.
        requests = await ports.store.approvals_of(it.id)
        return working.resolve(
            it,
            fix=fix,
            lingering=lingering,
            impact=impact,
            by=asked.actor,
            cause=asked.cause,
            now=asked.at,
            requests=requests,
        )

    return await settle(asked, ports, resolved)
