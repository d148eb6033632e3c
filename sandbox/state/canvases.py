"""Canvases: documents in Markdown beside the messages. Each is a row of sections, which an edit names by their ids.

What the reference does not say, and is so here: a section is a heading, a list, a table, a fence or a paragraph; a
whole canvas holds no more than one edit may bring; a canvas that the caller may not change is not found.
"""

import re
from collections.abc import Iterator

from sandbox.state.channels import require_member
from sandbox.state.model import Access, Canvas, Change, Channel, Section
from sandbox.state.workspace import Workspace
from sandbox.wire import SlackError

MOST = 1_048_576
"""Characters that one edit brings, and that a whole canvas holds."""

UNTITLED = "Untitled"

_HEADING = re.compile(r"(#{1,3})\s")
_FENCE = re.compile(r"\s*(```|~~~)")


def create(workspace: Workspace, user: str, *, title: str, markdown: str, channel: Channel | None = None) -> Canvas:
    """A new canvas of `user`, as a tab of the channel where one is named. Raises `channel_not_found` and the like."""
    if channel is not None:
        require_member(channel, user)
        if channel.is_archived:
            raise SlackError("is_archived")
    canvas = Canvas(
        id=workspace.mint("F"), title=title or UNTITLED, created=workspace.seconds(), updated=workspace.stamp(),
        sections=_sections(workspace, markdown), access={user: "owner"},
        channel=channel.id if channel else None,
    )  # fmt: skip
    workspace.canvases[canvas.id] = canvas
    _tell(workspace, canvas, user)
    return canvas


def of_channel(workspace: Workspace, channel: Channel) -> Canvas | None:
    """The channel's own canvas, of which there is one at most."""
    return workspace.canvases.get(channel.canvas or "")


def tabs(workspace: Workspace, channel: Channel) -> list[Canvas]:
    """The canvases that everybody in a channel sees there: its own one, and those that were shared with it."""
    return [each for each in workspace.canvases.values() if channel.id == each.channel or channel.id in each.access]


def find(workspace: Workspace, canvas_id: str, user: str, *, to: Access = "read") -> Canvas:
    """The canvas, if `user` has that access to it or more. Raises `canvas_not_found`."""
    canvas = workspace.canvases.get(canvas_id)
    if canvas is None or _LEVELS.index(_access(workspace, canvas, user)) < _LEVELS.index(to):
        raise SlackError("canvas_not_found")
    return canvas


def text(canvas: Canvas) -> str:
    """The whole canvas in Markdown."""
    return "\n\n".join(section.markdown for section in canvas.sections)


def edit(workspace: Workspace, canvas: Canvas, user: str, operation: str, section_id: str, markdown: str) -> None:
    """Apply one change. Raises `canvas_editing_failed` for a section that is not there, and `canvas_too_large`."""
    fresh = _sections(workspace, markdown)
    held = list(canvas.sections)
    match operation:
        case "insert_at_start":
            held[:0] = fresh
        case "insert_at_end":
            held += fresh
        case "replace" if not section_id:
            held = fresh
        case "insert_before" | "insert_after" | "replace" | "delete":
            at = _place(held, section_id)
            first, last = {"insert_before": (at, at), "insert_after": (at + 1, at + 1)}.get(operation, (at, at + 1))
            held[first:last] = fresh
        case _:
            raise ValueError(f"{operation} is no change of a canvas")
    if sum(len(section.markdown) + 2 for section in held) > MOST + 2:
        raise SlackError("canvas_too_large")
    canvas.sections = held
    _touch(workspace, canvas, user)


def rename(workspace: Workspace, canvas: Canvas, user: str, title: str) -> None:
    """Give it another title."""
    canvas.title = title or UNTITLED
    _touch(workspace, canvas, user)


def delete(workspace: Workspace, canvas: Canvas, user: str) -> None:
    """Take it away; its id is never found again."""
    del workspace.canvases[canvas.id]
    for channel in workspace.channels.values():
        if channel.canvas == canvas.id:
            channel.canvas = None
    _tell(workspace, canvas, user)


def share(workspace: Workspace, canvas: Canvas, user: str, whom: str, level: Access | None) -> None:
    """Let a person or a channel's members have that access; None takes it away."""
    if level is None:
        canvas.access.pop(whom, None)
    else:
        canvas.access[whom] = level
    _touch(workspace, canvas, user, whom)


def lookup(canvas: Canvas, types: frozenset[str], words: str) -> list[Section]:
    """The sections that are headings of those types (`h1`, `h2`, `h3`, `any_header`) and hold the words."""
    return [each for each in canvas.sections if _is(each, types) and words.lower() in each.markdown.lower()]


_LEVELS: tuple[Access | None, ...] = (None, "read", "write", "owner")


def _access(workspace: Workspace, canvas: Canvas, user: str) -> Access | None:
    """The most that somebody may do: by name, or as a member of a channel. Members write in their channel's tabs."""
    joined = [channel.id for channel in workspace.channels.values() if user in channel.members]
    by_channel = ("write" if channel == canvas.channel else canvas.access.get(channel) for channel in joined)
    return max((None, canvas.access.get(user), *by_channel), key=_LEVELS.index)


def _place(held: list[Section], section_id: str) -> int:
    for at, section in enumerate(held):
        if section.id == section_id:
            return at
    raise SlackError("canvas_editing_failed")


def _is(section: Section, types: frozenset[str]) -> bool:
    heading = _HEADING.match(section.markdown)
    return not types or (heading is not None and bool(types & {"any_header", f"h{len(heading[1])}"}))


def _sections(workspace: Workspace, markdown: str) -> list[Section]:
    return [Section(id=f"temp:C:{workspace.mint('V')}", markdown=part) for part in _parts(markdown)]


def _parts(markdown: str) -> Iterator[str]:
    """The text at its blank lines and headings, with fences left whole."""
    part: list[str] = []
    fence = ""
    for line in markdown.splitlines():
        mark = _FENCE.match(line)
        heading = not fence and _HEADING.match(line)
        if part and (heading or (not fence and not line.strip())):
            yield "\n".join(part)
            part = []
        if line.strip() or fence:
            part.append(line)
        if heading:
            yield "\n".join(part)
            part = []
        if mark:
            fence = "" if fence == mark[1] else fence or mark[1]
    if part:
        yield "\n".join(part)


def _touch(workspace: Workspace, canvas: Canvas, user: str, besides: str = "") -> None:
    canvas.updated = workspace.stamp()
    _tell(workspace, canvas, user, besides)


def _tell(workspace: Workspace, canvas: Canvas, user: str, besides: str = "") -> None:
    """Tell the channels where it is a tab, and one where it was."""
    for channel in workspace.channels.values():
        if channel.id in {canvas.channel, besides} or channel.id in canvas.access:
            workspace.announce(Change(kind="channel_changed", user=user, channel=channel))
