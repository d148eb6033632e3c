"""Canvases: one a channel, one change an edit, found by their sections, and seen by whom they were shared with."""

from typing import Any

import aiohttp
import pytest
from slack_sdk.web.async_client import AsyncWebClient

from sandbox.driver import Person
from sandbox.server import Sandbox
from sandbox.state import canvases
from sandbox.state.canvases import MOST
from sandbox.state.seed import BOT_SCOPES
from tests.sandbox.refusals import refused

PLAN = "# Plan\nFirst *this*,\nthen that.\n\n## Later\n\n- one\n- two\n\n```\n# no heading\n\nin a fence\n```"


# A canvas at its limit is a body over one megabyte, of which the HTTP client warns.
LARGE = pytest.mark.filterwarnings("ignore:Sending a large body:ResourceWarning")


def markdown(text: str) -> dict[str, Any]:
    """A content object."""
    return {"type": "markdown", "markdown": text}


@pytest.fixture
async def channel(client: AsyncWebClient) -> str:
    return str((await client.conversations_create(name="inc-1"))["channel"]["id"])


@pytest.fixture
async def canvas(client: AsyncWebClient, channel: str) -> str:
    made = await client.conversations_canvases_create(channel_id=channel, document_content=markdown(PLAN), title="Plan")
    return str(made["canvas_id"])


def text(box: Sandbox, canvas: str) -> str:
    return canvases.text(box.workspace.canvases[canvas])


async def section(client: AsyncWebClient, canvas: str, **criteria: object) -> str:
    """The id of the one section that meets the criteria."""
    (found,) = (await client.canvases_sections_lookup(canvas_id=canvas, criteria=criteria))["sections"]
    return str(found["id"])


async def test_a_channel_has_one_canvas_and_says_where(client: AsyncWebClient, channel: str, canvas: str) -> None:
    told = (await client.conversations_info(channel=channel))["channel"]["properties"]
    assert told == {"canvas": {"file_id": canvas, "is_empty": False}}
    with refused("channel_canvas_already_exists"):
        await client.conversations_canvases_create(channel_id=channel, document_content=markdown("again"))
    await client.canvases_delete(canvas_id=canvas)
    again = await client.conversations_canvases_create(channel_id=channel, document_content=markdown(""))
    assert again["canvas_id"] != canvas
    told = (await client.conversations_info(channel=channel))["channel"]["properties"]
    assert told == {"canvas": {"file_id": again["canvas_id"], "is_empty": True}}


async def test_headings_are_looked_up_by_type_and_words(client: AsyncWebClient, canvas: str) -> None:
    """What stands in a fence is no heading."""
    headers = await client.canvases_sections_lookup(canvas_id=canvas, criteria={"section_types": ["any_header"]})
    assert len(headers["sections"]) == 2
    by_type = await section(client, canvas, section_types=["h2"])
    assert by_type == await section(client, canvas, contains_text="LATER")
    assert await section(client, canvas, contains_text="in a fence") != by_type


async def test_each_operation_changes_just_its_place(client: AsyncWebClient, box: Sandbox, canvas: str) -> None:
    async def edit(operation: str, words: str | None = None, **more: object) -> None:
        content = {"document_content": markdown(words)} if words else {}
        await client.canvases_edit(canvas_id=canvas, changes=[{"operation": operation, **content, **more}])

    later = await section(client, canvas, contains_text="Later")
    await edit("insert_before", "Before it.", section_id=later)
    await edit("insert_after", "After it.", section_id=later)
    await edit("replace", "- three", section_id=await section(client, canvas, contains_text="- one"))
    await edit("delete", section_id=await section(client, canvas, contains_text="fence"))
    await edit("insert_at_start", "Top.")
    await edit("insert_at_end", "End.")
    assert text(box, canvas) == (
        "Top.\n\n# Plan\n\nFirst *this*,\nthen that.\n\nBefore it.\n\n## Later\n\nAfter it.\n\n- three\n\nEnd."
    )
    await edit("rename", title_content=markdown("Another"))
    assert box.workspace.canvases[canvas].title == "Another"
    await edit("replace", "Anew.")
    assert text(box, canvas) == "Anew."


@LARGE
@pytest.mark.parametrize(
    "changes",
    [
        [],
        "no",
        [{"operation": "insert_at_end", "document_content": markdown("a")}] * 2,
        [{"operation": "turn"}],
        [{"operation": "insert_at_end"}],
        [{"operation": "insert_at_end", "document_content": {"type": "html", "markdown": "a"}}],
        [{"operation": "insert_at_end", "document_content": markdown("a" * (MOST + 1))}],
        [{"operation": "delete"}],
        [{"operation": "insert_after", "document_content": markdown("a")}],
    ],
)
async def test_a_change_that_is_none_is_refused(client: AsyncWebClient, canvas: str, changes: Any) -> None:
    with refused("invalid_arguments"):
        await client.api_call("canvases.edit", json={"canvas_id": canvas, "changes": changes})


@LARGE
async def test_what_is_not_there_or_too_large_is_refused(client: AsyncWebClient, canvas: str) -> None:
    with refused("canvas_editing_failed"):
        await client.canvases_edit(canvas_id=canvas, changes=[{"operation": "delete", "section_id": "temp:C:none"}])
    whole = {"operation": "insert_at_end", "document_content": markdown("a" * MOST)}
    with refused("canvas_too_large"):
        await client.canvases_edit(canvas_id=canvas, changes=[whole])
    await client.canvases_edit(canvas_id=canvas, changes=[{**whole, "operation": "replace"}])
    await client.canvases_delete(canvas_id=canvas)
    with refused("canvas_not_found"):
        await client.canvases_edit(canvas_id=canvas, changes=[whole])
    with refused("channel_not_found"):
        await client.conversations_canvases_create(channel_id="C0NONE", document_content=markdown(""))


async def test_access_is_given_and_taken(client: AsyncWebClient, box: Sandbox, ana: Person) -> None:
    """A canvas of its own is its maker's until it is shared, with people or with a channel."""
    canvas = str((await client.canvases_create(title="Plan", document_content=markdown(PLAN)))["canvas_id"])
    session = aiohttp.ClientSession(f"{box.url}/", headers={"Origin": box.url})

    async def anas() -> int:
        async with session.get("page/canvas", params={"as": ana.id, "id": canvas}) as answer:
            return answer.status

    async with session:
        assert await anas() == 404
        await client.canvases_access_set(canvas_id=canvas, access_level="read", user_ids=[ana.id])
        assert await anas() == 200
        await client.canvases_access_delete(canvas_id=canvas, user_ids=[ana.id])
        assert await anas() == 404
        general = ana.channel("general").id
        await client.canvases_access_set(canvas_id=canvas, access_level="write", channel_ids=[general])
        assert await anas() == 200
    for wrong in ({}, {"user_ids": [ana.id], "channel_ids": [general]}):
        with refused("invalid_parameters"):
            await client.canvases_access_set(canvas_id=canvas, access_level="read", **wrong)
    with refused("invalid_parameters"):
        await client.canvases_access_set(canvas_id=canvas, access_level="owner", channel_ids=[general])
    with refused("invalid_arguments"):
        await client.canvases_access_set(canvas_id=canvas, access_level="all", user_ids=[ana.id])
    with refused("user_not_found"):
        await client.canvases_access_set(canvas_id=canvas, access_level="read", user_ids=["U0NONE"])


async def test_the_app_needs_the_scope() -> None:
    async with Sandbox(scopes=BOT_SCOPES - {"canvases:write"}) as box:
        client = AsyncWebClient(token=box.bot_token, base_url=box.api_url)
        with refused("missing_scope") as refusal:
            await client.canvases_create(title="Plan")
        assert refusal.answer["needed"] == "canvases:write"
