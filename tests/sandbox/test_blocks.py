"""Block Kit: what is accepted, what is refused and in which words, and what is completed."""

from typing import Any

import pytest
from slack_sdk.web.async_client import AsyncWebClient

from sandbox.blocks.validator import check_blocks, check_view
from tests.sandbox.refusals import refused


def plain(text: str) -> dict[str, Any]:
    return {"type": "plain_text", "text": text}


def mrkdwn(text: str) -> dict[str, Any]:
    return {"type": "mrkdwn", "text": text}


def section(**members: Any) -> dict[str, Any]:
    return {"type": "section", "text": mrkdwn("x"), **members}


def button(**members: Any) -> dict[str, Any]:
    return {"type": "button", "text": plain("Press"), "action_id": "press", **members}


def actions(*elements: dict[str, Any]) -> dict[str, Any]:
    return {"type": "actions", "elements": list(elements)}


def menu(options: int, **members: Any) -> dict[str, Any]:
    listed = [{"text": plain(str(n)), "value": str(n)} for n in range(options)]
    return {"type": "static_select", "action_id": "menu", "options": listed, **members}


def text_input(**members: Any) -> dict[str, Any]:
    element = {"type": "plain_text_input", "action_id": "typed"}
    return {"type": "input", "label": plain("Title"), "element": element, **members}


CARD = {"type": "card", "title": plain("t"), "body": mrkdwn("b"), "actions": [button()]}
RICH = {"type": "rich_text", "elements": [{"type": "rich_text_section", "elements": [{"type": "text", "text": "x"}]}]}

ACCEPTED: list[Any] = [
    section(fields=[mrkdwn("x" * 2000)] * 10, text=mrkdwn("x" * 3000)),
    section(accessory=menu(100)),
    section(expand=True),
    {"type": "header", "text": plain("x" * 150)},
    {"type": "divider"},
    {"type": "image", "image_url": "https://x.example/i.png", "alt_text": "a picture"},
    {"type": "context", "elements": [mrkdwn("x"), {"type": "image", "image_url": "https://x.co", "alt_text": "a"}]},
    actions(*(button(action_id=str(n)) for n in range(25))),
    actions(button(confirm={"title": plain("Sure?"), "text": plain("Really"), "confirm": plain("Y")})),
    actions({"type": "overflow", "action_id": "more", "options": menu(5)["options"]}),
    actions({"type": "multi_users_select", "action_id": "who", "max_selected_items": 3}),
    text_input(),
    {"type": "markdown", "text": "# Title"},
    RICH,
    {"type": "table", "rows": [[{"type": "raw_text", "text": "a"}, RICH]]},
    CARD,
    {"type": "carousel", "elements": [CARD]},
    {"type": "container", "title": plain("t"), "child_blocks": [section()]},
    {"type": "plan", "title": "p", "tasks": [{"type": "task_card", "task_id": "1", "title": "t", "status": "error"}]},
    {
        "type": "data_visualization", "title": "Jobs",
        "chart": {"type": "line", "series": [{"name": "stuck", "data": [{"label": "now", "value": 1.5}]}]},
    },
]  # fmt: skip

REFUSED: list[tuple[Any, str, str]] = [
    ({"type": "section"}, "/0", "must define either `text` or `fields`"),
    (section(text=mrkdwn("")), "/0/text/text", "must be more than 0 characters"),
    (section(text=mrkdwn("x" * 3001)), "/0/text/text", "must be less than 3001 characters"),
    (section(text={"type": "html", "text": "x"}), "/0/text/type", "unsupported type: html"),
    (section(fields=[mrkdwn("x")] * 11), "/0/fields", "no more than 10 items allowed"),
    (section(fields=[mrkdwn("x" * 2001)]), "/0/fields/0/text", "must be less than 2001 characters"),
    (section(colour="red"), "/0", "invalid additional property: colour"),
    (section(accessory=text_input()["element"]), "/0/accessory/type", "unsupported type: plain_text_input"),
    (section(accessory=menu(101)), "/0/accessory/options", "no more than 100 items allowed"),
    (section(accessory=menu(0)), "/0/accessory/options", "must provide at least 1 items"),
    (section(block_id="x" * 256), "/0/block_id", "must be less than 256 characters"),
    ({"type": "header", "text": mrkdwn("x")}, "/0/text/type", "unsupported type: mrkdwn"),
    ({"type": "header", "text": plain("x" * 151)}, "/0/text/text", "must be less than 151 characters"),
    ({"type": "header"}, "/0", "missing required field: text"),
    ({"type": "blink"}, "/0/type", "unsupported type: blink"),
    ({"text": "x"}, "/0", "missing required field: type"),
    ("text", "/0", "must be an object"),
    (actions(), "/0/elements", "must provide at least 1 items"),
    (actions(*(button(action_id=str(n)) for n in range(26))), "/0/elements", "no more than 25 items allowed"),
    (actions(button(), button()), "/0/elements/1/action_id", "`action_id` must be unique: press"),
    (actions(button(text=plain("x" * 76))), "/0/elements/0/text/text", "must be less than 76 characters"),
    (actions(button(value="x" * 2001)), "/0/elements/0/value", "must be less than 2001 characters"),
    (actions(button(style="loud")), "/0/elements/0/style", "value was not one of the allowed values"),
    (actions(button(url="x" * 3001)), "/0/elements/0/url", "must be less than 3001 characters"),
    (actions(menu(1, option_groups=[])), "/0/elements/0", "must define exactly one of `options` or `option_groups`"),
    ({"type": "context", "elements": [mrkdwn("x")] * 11}, "/0/elements", "no more than 10 items allowed"),
    ({"type": "alert", "text": plain("x")}, "/0/type", "unsupported type: alert"),
    ({"type": "markdown", "text": "x" * 12001}, "/0/text", "must be less than 12001 characters"),
    ({"type": "image", "image_url": "https://x.example"}, "/0", "missing required field: alt_text"),
    (
        {"type": "table", "rows": [[{"type": "raw_text", "text": "a"}] * 21]},
        "/0/rows/0",
        "no more than 20 items allowed",
    ),
]


@pytest.mark.parametrize("block", ACCEPTED, ids=lambda block: str(block["type"]))
def test_good_blocks_are_accepted(block: dict[str, Any]) -> None:
    assert check_blocks([block], "message") == []


@pytest.mark.parametrize(("block", "pointer", "message"), REFUSED, ids=[message for _, _, message in REFUSED])
def test_bad_blocks_are_refused_in_slacks_words(block: Any, pointer: str, message: str) -> None:
    found = {(violation.pointer, violation.message) for violation in check_blocks([block], "message")}
    assert (pointer, message) in found


def test_an_option_has_no_type() -> None:
    """A `type` on an option is the fault that most often makes Slack refuse a whole message."""
    element = menu(1)
    element["options"][0]["type"] = "option"
    (violation,) = check_blocks([section(accessory=element)], "message")
    assert violation.message == "invalid additional property: type"


def test_a_message_has_fifty_blocks_and_each_its_own_id() -> None:
    assert [found.message for found in check_blocks([{"type": "divider"}] * 51, "message")] == [
        "no more than 50 items allowed"
    ]
    twice = [{"type": "divider", "block_id": "a"}, {"type": "divider", "block_id": "a"}]
    assert [found.message for found in check_blocks(twice, "message")] == ["`block_id` must be unique: a"]


def test_markdown_is_counted_over_all_blocks() -> None:
    blocks = [{"type": "markdown", "text": "x" * 7000}] * 2
    assert [found.message for found in check_blocks(blocks, "message")] == ["must be less than 12001 characters"]


MODAL = {"type": "modal", "title": plain("Declare"), "submit": plain("Go"), "blocks": [text_input()]}


@pytest.mark.parametrize(
    ("change", "pointer", "message"),
    [
        ({"title": plain("x" * 25)}, "/view/title/text", "must be less than 25 characters"),
        ({"title": None}, "/view", "missing required field: title"),
        ({"submit": None}, "/view", "`submit` is required when an input block is within blocks"),
        ({"type": "window"}, "/view/type", "unsupported type: window"),
        ({"private_metadata": "x" * 3001}, "/view/private_metadata", "must be less than 3001 characters"),
        ({"blocks": [{"type": "divider"}] * 101}, "/view/blocks", "no more than 100 items allowed"),
        ({"blocks": [{"type": "plan", "title": "p"}]}, "/view/blocks/0/type", "unsupported type: plan"),
        ({"colour": "red"}, "/view", "invalid additional property: colour"),
    ],
)
def test_bad_views_are_refused(change: dict[str, Any], pointer: str, message: str) -> None:
    found = {(violation.pointer, violation.message) for violation in check_view({**MODAL, **change})}
    assert (pointer, message) in found


def test_an_alert_stands_in_a_modal() -> None:
    assert check_view({**MODAL, "blocks": [{"type": "alert", "text": plain("x"), "level": "error"}]}) == []


async def test_a_refused_post_lists_every_violation(client: AsyncWebClient) -> None:
    with refused("invalid_blocks") as refusal:
        await client.chat_postMessage(channel="general", text="t", blocks=[section(text=mrkdwn("x" * 3001))])
    lines = [
        "failed to match all allowed schemas [json-pointer:/blocks/0/text]",
        "must be less than 3001 characters [json-pointer:/blocks/0/text/text]",
    ]
    assert refusal.answer["errors"] == lines
    assert refusal.answer["response_metadata"] == {"messages": [f"[ERROR] {line}" for line in lines]}


async def test_ids_are_minted_where_the_app_gave_none(client: AsyncWebClient) -> None:
    nameless = {"type": "button", "text": plain("x")}
    posted = await client.chat_postMessage(
        channel="general", text="t", blocks=[actions(nameless), section(block_id="b")]
    )
    first, second = posted["message"]["blocks"]
    assert first["block_id"]
    assert first["elements"][0]["action_id"]
    assert second["block_id"] == "b"


async def test_validate_answers_without_a_token_and_with_pointers(client: AsyncWebClient) -> None:
    client.token = None
    good = [section()]
    assert (await client.api_call("blocks.validate", json={"blocks": good}))["ok"]
    with refused("invalid_blocks") as refusal:
        await client.api_call(
            "blocks.validate", params={"blocks": '[{"type":"header","text":{"type":"bold","text":"x"}}]'}
        )
    assert refusal.answer["errors"] == [
        {
            "code": "failed_constraint", "message": "unsupported type: bold", "pointer": "/0/text/type",
            "constraint": {"type": "enum", "expected": ["plain_text"], "got": "bold"},
        }
    ]  # fmt: skip
    with refused("invalid_message"):
        await client.api_call("blocks.validate", json={"message": {"text": "x", "blocks": good}})
    with refused("invalid_view"):
        await client.api_call("blocks.validate", json={"view": {"type": "modal", "blocks": []}})
    with refused("invalid_arguments"):
        await client.api_call("blocks.validate", json={"blocks": good, "view": MODAL})
