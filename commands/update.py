"""``/incident update replicas are back, watching``: what is known now, for everybody."""

from commands.answers import Answer, Done, Form
from commands.asked import Asked, ask_further
from commands.finishing import settle
from commands.ports import Kept
from incident import working
from incident.incident import Status


async def update(asked: Asked, *, ports: Kept) -> Answer:
    """Tell it in one line; with nothing said, the form is shown."""
    if not asked.words.strip():
        return ask_further(asked, Form.UPDATE)
    return await update_filled(asked, text=asked.words, ports=ports)


async def update_filled(
    asked: Asked, *, text: str, ports: Kept, status: Status | None = None, impact: str = "", following: str = ""
) -> Done:
    """Tell it with everything that the form asks. Raises Ended, NothingSaid."""
    return await settle(
        asked,
        ports,
        lambda it: working.update(
            it,
            text=text,
            by=asked.actor,
            cause=asked.cause,
            now=asked.at,
            status=status,
            impact=impact,
            following=following,
        ),
    )
