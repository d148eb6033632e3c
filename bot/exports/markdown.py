"""The post-mortem as a document that people read, finish and share."""

from collections.abc import Callable
from pathlib import Path

from bot.exports import sentences
from bot.exports.escaping import Markdown, inline, link
from bot.exports.page import Page
from incident.incident import Place
from incident.postmortem import Draft, Record


def markdown(record: Record, draft: Draft, chat: Callable[[Place], str] | None = None) -> str:
    """The whole document. ``chat`` makes the address of a chat message; None leaves its id instead of a link."""
    # A draft is written when an incident has ended: the start does not wait for what renders it.
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    # autoescape hands everything to ``finalize`` first, so a value that the template forgot to treat is escaped too.
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent),
        autoescape=True,
        finalize=_safe,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    page = Page(record, draft, chat)
    channel = record.incident.home.channel
    return environment.get_template("postmortem.md.j2").render(
        page=page,
        record=record,
        incident=record.incident,
        draft=draft,
        words=sentences,
        link=link,
        channel=chat(Place(channel=channel)) if chat is not None and channel is not None else None,
    )


def _safe(value: object) -> Markdown:
    if value is None:
        return Markdown("–")
    return value if isinstance(value, Markdown) else inline(value)
