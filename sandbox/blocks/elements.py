"""Block elements and the small objects they are made of, with Slack's limits.

Lengths and counts: docs.slack.dev/reference/block-kit, as of November 2026. Characters are counted as Slack counts
them, one for each code point.
"""

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

_ID = Text(most=255)
_URL = Text(most=3000, least=1)
_PLACEHOLDER = Words(150)
_CONFIRM = Part("confirm")
_OPTIONS = Listing(Part("option"), most=100, least=1)
_GROUPS = Listing(Part("option_group"), most=100, least=1)
_STRINGS = Listing(Text())

OBJECTS: dict[str, Shape] = {
    "confirm": Shape(
        {
            "title": Words(100), "text": Words(300, EITHER), "confirm": Words(30), "deny": Words(30),
            "style": Text(choices=("primary", "danger")),
        },
        required=("title", "text"),
    ),
    "option": Shape(
        {
            "text": Words(75, EITHER), "value": Text(most=150), "description": Words(75, EITHER),
            "url": Text(most=3000),
        },
        required=("text", "value"),
    ),
    "option_group": Shape({"label": Words(75), "options": _OPTIONS}, required=("label", "options")),
    "dispatch_action_config": Shape(
        {
            "trigger_actions_on": Listing(
                Text(choices=("on_enter_pressed", "on_character_entered")), most=2, least=1
            )
        }
    ),
    "filter": Shape(
        {
            "include": Listing(Text(choices=("im", "mpim", "private", "public")), least=1),
            "exclude_external_shared_channels": Flag(), "exclude_bot_users": Flag(),
        },
        conditions=(
            one_of("include", "exclude_external_shared_channels", "exclude_bot_users"),
        ),
    ),
    "slack_file": Shape({"id": Text(), "url": Text()}, conditions=(only_one_of("id", "url"),)),
    "workflow": Shape({"trigger": Free()}, required=("trigger",)),
    "feedback_button": Shape(
        {"text": Words(75), "value": Text(most=2000), "accessibility_label": Text(most=75)},
        required=("text", "value"),
    ),
    "column_setting": Shape({"align": Text(choices=("left", "center", "right")), "is_wrapped": Flag()}),
}  # fmt: skip


def _select(**members: Rule) -> Shape:
    common: dict[str, Rule] = {
        "action_id": _ID, "placeholder": _PLACEHOLDER, "confirm": _CONFIRM, "focus_on_load": Flag(),
    }  # fmt: skip
    return Shape({**common, **members})


def _choice_of(single: bool) -> dict[str, Shape]:
    """The five select menus, or their multi-select twins."""
    several: dict[str, Rule] = {} if single else {"max_selected_items": Number(least=1)}
    many = "" if single else "s"

    def initial(name: str, rule: Rule) -> dict[str, Rule]:
        return {f"initial_{name}{many}": rule if single else Listing(rule, least=1)}

    answers: dict[str, Rule] = {"response_url_enabled": Flag()} if single else {}
    prefix = "" if single else "multi_"
    static = _select(options=_OPTIONS, option_groups=_GROUPS, **initial("option", Part("option")), **several)
    return {
        f"{prefix}static_select": Shape(static.members, conditions=(only_one_of("options", "option_groups"),)),
        f"{prefix}external_select": _select(
            min_query_length=Number(least=0), **initial("option", Part("option")), **several
        ),
        f"{prefix}users_select": _select(**initial("user", Text(least=1)), **several),
        f"{prefix}channels_select": _select(**initial("channel", Text(least=1)), **several, **answers),
        f"{prefix}conversations_select": _select(
            default_to_current_conversation=Flag(), filter=Part("filter"), **initial("conversation", Text(least=1)),
            **several, **answers,
        ),
    }  # fmt: skip


def _typed(**members: Rule) -> Shape:
    common: dict[str, Rule] = {
        "action_id": _ID, "placeholder": _PLACEHOLDER, "focus_on_load": Flag(),
        "dispatch_action_config": Part("dispatch_action_config"),
    }  # fmt: skip
    return Shape({**common, **members})


_PRESSED: dict[str, Rule] = {"action_id": _ID, "confirm": _CONFIRM}
_BOXES: dict[str, Rule] = {**_PRESSED, "options": Listing(Part("option"), most=10, least=1), "focus_on_load": Flag()}

ELEMENTS: dict[str, Shape] = {
    **_choice_of(single=True),
    **_choice_of(single=False),
    "button": Shape(
        {
            **_PRESSED, "text": Words(75), "url": Text(most=3000), "value": Text(most=2000),
            "style": Text(choices=("primary", "danger")), "accessibility_label": Text(most=75),
            "agent_prompt": Text(most=4000), "agent_prompt_display": Free(), "visible_to_user_ids": _STRINGS,
        },
        required=("text",),
    ),
    "overflow": Shape({**_PRESSED, "options": Listing(Part("option"), most=5, least=1)}, required=("options",)),
    "checkboxes": Shape(
        {**_BOXES, "initial_options": Listing(Part("option"), least=1)}, required=("options",)
    ),
    "radio_buttons": Shape({**_BOXES, "initial_option": Part("option")}, required=("options",)),
    "datepicker": Shape(
        {**_PRESSED, "placeholder": _PLACEHOLDER, "initial_date": Text(), "focus_on_load": Flag()}
    ),
    "timepicker": Shape(
        {
            **_PRESSED, "placeholder": _PLACEHOLDER, "initial_time": Text(), "focus_on_load": Flag(),
            "timezone": Text(),
        }
    ),
    "datetimepicker": Shape({**_PRESSED, "initial_date_time": Number(least=0), "focus_on_load": Flag()}),
    "plain_text_input": _typed(
        initial_value=Text(most=3000), multiline=Flag(), min_length=Number(least=0, most=3000),
        max_length=Number(least=1, most=3000),
    ),
    "email_text_input": _typed(initial_value=Text()),
    "url_text_input": _typed(initial_value=Text()),
    "number_input": Shape(
        {
            **_typed().members, "is_decimal_allowed": Flag(), "initial_value": Text(), "min_value": Text(),
            "max_value": Text(),
        },
        required=("is_decimal_allowed",),
    ),
    "rich_text_input": _typed(
        initial_value=Part(types=("rich_text",)), min_lines=Number(least=1, most=100),
        max_lines=Number(least=1, most=100),
    ),
    "file_input": Shape({"action_id": _ID, "filetypes": _STRINGS, "max_files": Number(least=1, most=10)}),
    "image": Shape(
        {"image_url": _URL, "slack_file": Part("slack_file"), "alt_text": Text(most=2000)},
        required=("alt_text",),
        conditions=(only_one_of("image_url", "slack_file"),),
    ),
    "workflow_button": Shape(
        {
            "action_id": _ID, "text": Words(75), "workflow": Part("workflow"),
            "style": Text(choices=("primary", "danger")), "accessibility_label": Text(most=75),
        },
        required=("text", "workflow"),
    ),
    "feedback_buttons": Shape(
        {
            "action_id": _ID, "positive_button": Part("feedback_button"), "negative_button": Part("feedback_button")
        },
        required=("positive_button", "negative_button"),
    ),
    "icon_button": Shape(
        {
            **_PRESSED, "icon": Text(), "text": Words(75), "value": Text(most=2000),
            "accessibility_label": Text(most=75), "visible_to_user_ids": Listing(Text(), most=10),
        },
        required=("icon", "text"),
    ),
    "url": Shape({"url": _URL, "text": Text(least=1)}, required=("url", "text")),
    "slack_icon": Shape({"name": Text(least=1)}, required=("name",)),
}  # fmt: skip
