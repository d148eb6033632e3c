"""Canvases: created, edited one change at a time, shared, and searched for their sections."""

from typing import cast

from sandbox.methods.request import Request
from sandbox.state import canvases
from sandbox.state.canvases import MOST
from sandbox.state.model import Access, Canvas
from sandbox.wire import Json, SlackError

_INSERTS = frozenset({"insert_at_start", "insert_at_end", "insert_before", "insert_after"})
_AT_A_SECTION = frozenset({"insert_before", "insert_after", "delete"})
_OPERATIONS = (*sorted(_INSERTS), "replace", "delete", "rename")
_HEADERS = frozenset({"h1", "h2", "h3", "any_header"})


def create(request: Request) -> Json:
    """A canvas of its own, or another tab of a channel."""
    channel = request.channel("channel_id") if request.arguments.maybe("channel_id") else None
    canvas = canvases.create(
        request.workspace, request.user, title=request.arguments.text("title"), markdown=_content(request),
        channel=channel,
    )  # fmt: skip
    return {"canvas_id": canvas.id}


def create_in_channel(request: Request) -> Json:
    """The channel's own canvas; a channel has one."""
    channel = request.channel("channel_id")
    if canvases.of_channel(request.workspace, channel):
        raise SlackError("channel_canvas_already_exists")
    canvas = canvases.create(
        request.workspace, request.user, title=request.arguments.text("title", channel.name),
        markdown=_content(request), channel=channel,
    )  # fmt: skip
    channel.canvas = canvas.id
    return {"canvas_id": canvas.id}


def edit(request: Request) -> Json:
    """Apply one change."""
    canvas = _canvas(request, to="write")
    change = _change(request.arguments.json("changes"))
    operation, section = str(change["operation"]), str(change.get("section_id") or "")
    if operation in _AT_A_SECTION and not section:
        raise _wrong("missing required field: section_id", "/changes/0")
    if operation == "rename":
        title = _markdown(change.get("title_content"), "/changes/0/title_content")
        canvases.rename(request.workspace, canvas, request.user, title)
        return {}
    wanted = operation in _INSERTS or operation == "replace"
    markdown = _markdown(change.get("document_content"), "/changes/0/document_content") if wanted else ""
    canvases.edit(request.workspace, canvas, request.user, operation, section, markdown)
    return {}


def delete(request: Request) -> Json:
    """Take a canvas away."""
    canvases.delete(request.workspace, _canvas(request, to="owner"), request.user)
    return {}


def set_access(request: Request) -> Json:
    """Let people or a channel's members read, write or own it."""
    level = request.arguments.text("access_level")
    if level not in ("read", "write", "owner"):
        raise _wrong("must be one of: read, write, owner", "/access_level")
    if level == "owner" and (request.arguments.ids("channel_ids") or len(request.arguments.ids("user_ids")) != 1):
        raise SlackError("invalid_parameters")
    return _share(request, cast(Access, level))


def delete_access(request: Request) -> Json:
    """Take that away again."""
    return _share(request, None)


def lookup(request: Request) -> Json:
    """The ids of the sections that meet the criteria."""
    criteria = request.arguments.json("criteria")
    if not isinstance(criteria, dict) or not criteria:
        raise _wrong("must be an object with section_types or contains_text", "/criteria")
    types = criteria.get("section_types") or []
    if not isinstance(types, list) or not _HEADERS.issuperset(map(str, types)):
        raise _wrong(f"must be some of: {', '.join(sorted(_HEADERS))}", "/criteria/section_types")
    canvas = _canvas(request, to="read")
    found = canvases.lookup(canvas, frozenset(map(str, types)), str(criteria.get("contains_text") or ""))
    return {"sections": [{"id": section.id} for section in found]}


def _canvas(request: Request, *, to: Access) -> Canvas:
    return canvases.find(request.workspace, request.arguments.text("canvas_id"), request.user, to=to)


def _share(request: Request, level: Access | None) -> Json:
    named, people = request.arguments.ids("channel_ids"), request.arguments.ids("user_ids")
    if bool(named) == bool(people):
        raise SlackError("invalid_parameters")
    canvas = _canvas(request, to="owner")
    for channel_id in named:
        if not request.workspace.visible(request.workspace.channel(channel_id), request.user):
            raise SlackError("channel_not_found")
    for user_id in people:
        request.workspace.user(user_id)
    for each in (*named, *people):
        canvases.share(request.workspace, canvas, request.user, each, level)
    return {}


def _content(request: Request) -> str:
    given = request.arguments.json("document_content")
    return "" if given is None else _markdown(given, "/document_content")


def _markdown(given: object, place: str) -> str:
    """The text of a content object, `{"type": "markdown", "markdown": …}`."""
    if not isinstance(given, dict) or given.get("type") != "markdown" or not isinstance(given.get("markdown"), str):
        raise _wrong('must be {"type": "markdown", "markdown": …}', place)
    text = str(given["markdown"])
    if len(text) > MOST:
        raise _wrong(f"must be less than {MOST + 1} characters", f"{place}/markdown")
    return text


def _change(given: object) -> Json:
    if not isinstance(given, list) or len(given) != 1 or not isinstance(given[0], dict):
        raise _wrong("must be an array of one change", "/changes")
    if given[0].get("operation") not in _OPERATIONS:
        raise _wrong(f"must be one of: {', '.join(_OPERATIONS)}", "/changes/0/operation")
    return given[0]


def _wrong(words: str, place: str) -> SlackError:
    return SlackError("invalid_arguments", messages=[f"[ERROR] {words} [json-pointer:{place}]"])
