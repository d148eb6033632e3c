"""The blocks themselves, with Slack's limits, and on which surfaces each may stand."""

from sandbox.blocks.elements import ELEMENTS, OBJECTS
from sandbox.blocks.rules import (
    EITHER,
    Flag,
    Free,
    Listing,
    Number,
    Part,
    Rule,
    Shape,
    Text,
    Words,
    one_of,
    only_one_of,
)

_MENUS = tuple(kind for kind in ELEMENTS if kind.endswith("_select"))
_PICKERS = ("datepicker", "timepicker", "datetimepicker", "checkboxes", "radio_buttons")
_TYPED = ("plain_text_input", "email_text_input", "url_text_input", "number_input", "rich_text_input", "file_input")
_ACTIONS = ("button", "overflow", "workflow_button", "rich_text_input", "plain_text_input", *_MENUS, *_PICKERS)
_ACCESSORIES = ("button", "overflow", "workflow_button", "image", *_MENUS, *_PICKERS)
_INPUTS = (*_TYPED, *_MENUS, *_PICKERS)
_CHILDREN = (
    "actions", "context", "divider", "header", "image", "input", "markdown", "rich_text", "section", "table", "video",
    "alert", "card", "data_table", "data_visualization",
)  # fmt: skip
_IMAGE = Part(types=("image",))
_INLINE = ("text", "link", "user", "usergroup", "channel", "emoji", "broadcast", "date", "color", "team")
_RICH = ("rich_text_section", "rich_text_list", "rich_text_quote", "rich_text_preformatted")
_BORDER = Number(least=0, most=1)

BLOCKS: dict[str, Shape] = {
    "section": Shape(
        {
            "text": Words(3000, EITHER), "fields": Listing(Words(2000, EITHER), most=10, least=1),
            "accessory": Part(types=_ACCESSORIES), "expand": Flag(),
        },
        conditions=(one_of("text", "fields"),),
    ),
    "header": Shape({"text": Words(150)}, required=("text",)),
    "divider": Shape({}),
    "image": Shape(
        {
            "image_url": Text(most=3000, least=1), "slack_file": Part("slack_file"), "alt_text": Text(most=2000),
            "title": Words(2000),
        },
        required=("alt_text",),
        conditions=(only_one_of("image_url", "slack_file"),),
    ),
    "context": Shape(
        {"elements": Listing(Part(types=("image", *EITHER)), most=10, least=1)}, required=("elements",)
    ),
    "actions": Shape({"elements": Listing(Part(types=_ACTIONS), most=25, least=1)}, required=("elements",)),
    "context_actions": Shape(
        {"elements": Listing(Part(types=("feedback_buttons", "icon_button")), most=5, least=1)},
        required=("elements",),
    ),
    "input": Shape(
        {
            "label": Words(2000), "element": Part(types=_INPUTS), "hint": Words(2000), "optional": Flag(),
            "dispatch_action": Flag(),
        },
        required=("label", "element"),
    ),
    "markdown": Shape({"text": Text(most=12000, least=1)}, required=("text",)),
    "rich_text": Shape({"elements": Listing(Part(types=_RICH))}, required=("elements",)),
    "file": Shape({"external_id": Text(), "source": Text(choices=("remote",))}, required=("external_id", "source")),
    "video": Shape(
        {
            "alt_text": Text(most=2000, least=1), "title": Words(200), "title_url": Text(most=2000),
            "video_url": Text(most=3000), "thumbnail_url": Text(most=3000), "description": Words(200),
            "author_name": Text(most=50), "provider_name": Text(most=50), "provider_icon_url": Text(most=2000),
        },
        required=("alt_text", "title", "video_url", "thumbnail_url"),
    ),
    "table": Shape(
        {
            "rows": Listing(Listing(Part(types=("raw_text", "raw_number", "rich_text")), most=20), most=100, least=1),
            "column_settings": Listing(Free(), most=20),
        },
        required=("rows",),
    ),
    "data_table": Shape(
        {
            "caption": Text(least=1), "rows": Listing(Listing(Free(), most=20, least=1), most=201, least=2),
            "page_size": Number(least=1, most=100), "row_header_column_index": Number(least=0),
        },
        required=("caption", "rows"),
    ),
    "data_visualization": Shape(
        {"title": Text(most=50), "chart": Part(types=("bar", "line", "area", "pie"))}, required=("title", "chart")
    ),
    "alert": Shape(
        {
            "text": Words(200, EITHER), "level": Text(choices=("default", "info", "warning", "error", "success")),
        },
        required=("text",),
    ),
    "card": Shape(
        {
            "hero_image": _IMAGE, "icon": _IMAGE, "slack_icon": Free(), "title": Words(150, EITHER),
            "subtitle": Words(150, EITHER), "body": Words(200, EITHER), "subtext": Words(200, EITHER),
            "actions": Listing(Part(types=("button",)), most=3, least=1),
        },
        conditions=(one_of("hero_image", "title", "actions", "body"),),
    ),
    "carousel": Shape({"elements": Listing(Part(types=("card",)), most=10, least=1)}, required=("elements",)),
    "container": Shape(
        {
            "child_blocks": Listing(Part(types=_CHILDREN), most=10, least=1), "title": Words(150),
            "rich_text_title": Part(types=("rich_text",)), "subtitle": Words(150, EITHER),
            "width": Text(choices=("narrow", "standard", "wide", "full")), "icon": _IMAGE, "is_collapsible": Flag(),
            "default_collapsed": Flag(), "has_header_divider": Flag(),
        },
        required=("child_blocks",),
        conditions=(one_of("title", "rich_text_title"),),
    ),
    "task_card": Shape(
        {
            "task_id": Text(least=1), "title": Text(least=1), "details": Part(types=("rich_text",)),
            "output": Part(types=("rich_text",)), "sources": Listing(Part(types=("url",))),
            "status": Text(choices=("pending", "in_progress", "complete", "error")),
        },
        required=("task_id", "title", "status"),
    ),
    "plan": Shape({"title": Text(least=1), "tasks": Listing(Part(types=("task_card",)), most=50)}, required=("title",)),
}  # fmt: skip

RICH_TEXT: dict[str, Shape] = {
    "rich_text_section": Shape({"elements": Listing(Part(types=_INLINE))}, required=("elements",)),
    "rich_text_quote": Shape({"elements": Listing(Part(types=_INLINE)), "border": _BORDER}, required=("elements",)),
    "rich_text_preformatted": Shape(
        {"elements": Listing(Part(types=("text", "link"))), "border": _BORDER, "language": Text()},
        required=("elements",),
    ),
    "rich_text_list": Shape(
        {
            "elements": Listing(Part(types=("rich_text_section",))), "style": Text(choices=("bullet", "ordered")),
            "indent": Number(least=0, most=8), "offset": Number(least=0), "border": _BORDER,
        },
        required=("elements", "style"),
    ),
    "text": Shape({"text": Text(least=1), "style": Free()}, required=("text",)),
    "link": Shape({"url": Text(least=1), "text": Text(), "unsafe": Flag(), "style": Free()}, required=("url",)),
    "user": Shape({"user_id": Text(least=1), "style": Free()}, required=("user_id",)),
    "usergroup": Shape({"usergroup_id": Text(least=1), "style": Free()}, required=("usergroup_id",)),
    "channel": Shape({"channel_id": Text(least=1), "style": Free()}, required=("channel_id",)),
    "team": Shape({"team_id": Text(least=1), "style": Free()}, required=("team_id",)),
    "emoji": Shape(
        {"name": Text(least=1), "unicode": Text(), "skin_tone": Number(), "style": Free()}, required=("name",)
    ),
    "broadcast": Shape({"range": Text(choices=("here", "channel", "everyone"))}, required=("range",)),
    "color": Shape({"value": Text(least=1)}, required=("value",)),
    "date": Shape(
        {"timestamp": Number(), "format": Text(least=1), "url": Text(), "fallback": Text(), "style": Free()},
        required=("timestamp", "format"),
    ),
}  # fmt: skip
"""What stands inside a rich_text block."""

_POINT = Shape({"label": Text(most=20, least=1), "value": Number(decimal=True)}, required=("label", "value"))
_SEGMENT = Shape({"label": Text(most=20, least=1), "value": Number(decimal=True)}, required=("label", "value"))
_SERIES: dict[str, Rule] = {"name": Text(most=20, least=1), "data": Listing(Part("point"), most=20, least=1)}
_AXES: dict[str, Rule] = {
    "categories": Listing(Text(most=20, least=1), most=20, least=1), "x_label": Text(most=50), "y_label": Text(most=50),
}  # fmt: skip
_PLOT = Shape({"series": Listing(Part("series"), most=12, least=1), "axis_config": Part("axis_config")})

SHAPES: dict[str, Shape] = {
    **OBJECTS, "point": _POINT, "segment": _SEGMENT, "axis_config": Shape(_AXES),
    "series": Shape(_SERIES, required=("name", "data")),
}  # fmt: skip
"""Objects without a type, by the name the tables give them."""

TYPED: dict[str, Shape] = {
    **ELEMENTS,
    **RICH_TEXT,
    **{name: shape for name, shape in BLOCKS.items() if name != "image"},
    "plain_text": Shape({"text": Text(most=3000), "emoji": Flag()}, required=("text",)),
    "mrkdwn": Shape({"text": Text(most=3000, least=1), "verbatim": Flag()}, required=("text",)),
    "raw_text": Shape({"text": Text()}, required=("text",)),
    "raw_number": Shape({"value": Number(decimal=True), "text": Text()}, required=("value",)),
    "bar": _PLOT, "line": _PLOT, "area": _PLOT,
    "pie": Shape({"segments": Listing(Part("segment"), most=12, least=1)}, required=("segments",)),
}  # fmt: skip
"""Objects that their `type` tells apart. An image is an element here; as a block it is looked up in BLOCKS."""

_EVERYWHERE = frozenset({"actions", "context", "divider", "header", "image", "input", "rich_text", "section", "video"})

SURFACES: dict[str, frozenset[str]] = {
    "message": frozenset(BLOCKS) - {"alert"},
    "modal": _EVERYWHERE | {"alert", "markdown", "container", "card", "carousel", "table"},
    "home": _EVERYWHERE | {"markdown", "container", "card", "carousel", "table"},
}
"""Which blocks each surface takes: an alert stands only in a modal, a table of data or a plan only in a message."""

VIEW = Shape(
    {
        "blocks": Free(), "title": Words(24), "submit": Words(24), "close": Words(24),
        "private_metadata": Text(most=3000), "callback_id": Text(most=255), "external_id": Text(most=255),
        "clear_on_close": Flag(), "notify_on_close": Flag(), "submit_disabled": Flag(),
    },
    required=("blocks",),
)  # fmt: skip
MESSAGE_BLOCKS = 50
VIEW_BLOCKS = 100
MESSAGE_TEXT = 13_000
MARKDOWN_TEXT = 12_000
VIEW_BYTES = 250_000
CHARTS = 2
