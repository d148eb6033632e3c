"""``/incident note tried a restart, no change``: one line for the timeline, and for the post-mortem."""

from datetime import datetime

from commands.answers import Answer, Done, Form, FormWanted
from commands.asked import Asked
from commands.finishing import settle
from commands.ports import Kept
from incident import working


async def note(asked: Asked, *, ports: Kept) -> Answer:
    """Write it down; with nothing said, the form is shown."""
    if not asked.words.strip():
        return FormWanted(form=Form.NOTE, incident=asked.incident)
    return await note_said(asked, text=asked.words, ports=ports)


async def note_said(asked: Asked, *, text: str, ports: Kept, at: datetime | None = None, evidence: str = "") -> Done:
    """Write it down at its own time, with the message that it comes from. Raises NothingSaid."""
    return await settle(
        asked,
        ports,
        lambda it: working.note(
            it, text=text, by=asked.actor, cause=asked.cause, now=asked.at, at=at, evidence=evidence
        ),
    )
