"""Messages through the official client: posting, editing, threads, ephemerals, metadata, refusals."""

import pytest
from slack_sdk.web.async_client import AsyncWebClient

from sandbox.driver import Person
from sandbox.server import Sandbox
from tests.sandbox.refusals import refused

SECTION = {"type": "section", "text": {"type": "mrkdwn", "text": "*hi*"}}


@pytest.fixture
async def channel(client: AsyncWebClient) -> str:
    return (await client.conversations_create(name="inc-1"))["channel"]["id"]


async def test_a_post_says_who_posted_it(box: Sandbox, client: AsyncWebClient, channel: str) -> None:
    posted = await client.chat_postMessage(channel=channel, text="hello", blocks=[SECTION])
    message = posted["message"]
    assert message["bot_id"] == message["bot_profile"]["id"] == box.app.bot_id
    assert message["user"] == box.app.user
    assert message["app_id"] == box.app.id
    assert message["team"] == box.workspace.id
    assert message["blocks"][0]["block_id"]


async def test_time_stamps_grow_even_when_the_clock_stands_still(
    box: Sandbox, client: AsyncWebClient, channel: str
) -> None:
    box.clock.hold()
    stamps = [(await client.chat_postMessage(channel=channel, text=str(n)))["ts"] for n in range(3)]
    assert stamps == sorted(set(stamps))


async def test_a_post_to_a_person_opens_direct_messages(client: AsyncWebClient, ana: Person, ben: Person) -> None:
    posted = await client.chat_postMessage(channel=ana.id, text="you are paged")
    assert posted["channel"].startswith("D")
    assert [message.text for message in ana.direct_messages()] == ["you are paged"]
    assert ben.direct_messages() == []


async def test_posting_where_the_bot_is_no_member_needs_its_own_scope(box: Sandbox, client: AsyncWebClient) -> None:
    box.app.scopes -= {"chat:write.public"}
    with refused("not_in_channel"):
        await client.chat_postMessage(channel="general", text="hello")


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        ({"channel": "C000000000", "text": "x"}, "channel_not_found"),
        ({"channel": "general", "text": " "}, "no_text"),
        ({"channel": "general", "text": "x", "thread_ts": "1.000001"}, "thread_not_found"),
        ({"channel": "general", "text": "x", "metadata": {"event_type": "t"}}, "invalid_metadata_format"),
        ({"channel": "general", "text": "x", "markdown_text": "y"}, "markdown_text_conflict"),
        ({"channel": "general", "text": "x", "attachments": [{}] * 101}, "too_many_attachments"),
        ({"channel": "general", "blocks": [SECTION] * 51}, "invalid_blocks"),
    ],
)
async def test_bad_posts_are_refused(client: AsyncWebClient, arguments: dict[str, object], code: str) -> None:
    with refused(code):
        await client.api_call("chat.postMessage", json=arguments)


async def test_missing_arguments_are_named(client: AsyncWebClient) -> None:
    with refused("invalid_arguments") as refusal:
        await client.api_call("chat.update", json={"channel": "C1"})
    assert refusal.answer["response_metadata"] == {"messages": ["[ERROR] missing required field: ts"]}


async def test_too_much_text_in_blocks_is_refused(client: AsyncWebClient, channel: str) -> None:
    long = {"type": "section", "text": {"type": "mrkdwn", "text": "x" * 2900}}
    await client.chat_postMessage(channel=channel, text="t", blocks=[long] * 4)
    with refused("msg_blocks_too_long"):
        await client.chat_postMessage(channel=channel, text="t", blocks=[long] * 5)


async def test_a_thread_reads_oldest_first_and_stays_out_of_history(client: AsyncWebClient, channel: str) -> None:
    root = (await client.chat_postMessage(channel=channel, text="card"))["ts"]
    for text in ("one", "two"):
        await client.chat_postMessage(channel=channel, text=text, thread_ts=root)
    thread = (await client.conversations_replies(channel=channel, ts=root))["messages"]
    assert [message["text"] for message in thread] == ["card", "one", "two"]
    assert thread[0]["reply_count"] == 2
    history = (await client.conversations_history(channel=channel))["messages"]
    assert [message["text"] for message in history if "subtype" not in message] == ["card"]


async def test_history_pages_newest_first(client: AsyncWebClient, channel: str) -> None:
    for number in range(5):
        await client.chat_postMessage(channel=channel, text=str(number))
    first = await client.conversations_history(channel=channel, limit=2)
    rest = await client.conversations_history(
        channel=channel, limit=100, cursor=first["response_metadata"]["next_cursor"]
    )
    assert [message["text"] for message in first["messages"]] == ["4", "3"]
    assert [message["text"] for message in rest["messages"]][:3] == ["2", "1", "0"]
    assert not rest["has_more"]


async def test_metadata_comes_back_when_asked_for(client: AsyncWebClient, channel: str) -> None:
    metadata = {"event_type": "card", "event_payload": {"incident": "INC-1"}}
    await client.chat_postMessage(channel=channel, text="card", metadata=metadata)
    bare = await client.conversations_history(channel=channel, limit=1)
    whole = await client.conversations_history(channel=channel, limit=1, include_all_metadata=True)
    assert "metadata" not in bare["messages"][0]
    assert whole["messages"][0]["metadata"] == metadata


async def test_an_edit_keeps_the_time_stamp_and_is_marked(client: AsyncWebClient, channel: str) -> None:
    ts = (await client.chat_postMessage(channel=channel, text="old", blocks=[SECTION]))["ts"]
    updated = await client.chat_update(channel=channel, ts=ts, text="new")
    assert updated["ts"] == ts
    assert updated["message"]["edited"]["user"]
    assert "blocks" not in updated["message"]


async def test_only_ones_own_messages_are_edited_or_deleted(client: AsyncWebClient, ana: Person, channel: str) -> None:
    ana.join(channel)
    message = ana.post(channel, "mine")
    with refused("cant_update_message"):
        await client.chat_update(channel=channel, ts=message.ts, text="yours")
    with refused("cant_delete_message"):
        await client.chat_delete(channel=channel, ts=message.ts)
    with refused("message_not_found"):
        await client.chat_delete(channel=channel, ts="1.000001")


async def test_an_ephemeral_is_seen_by_one_person_and_never_stored(
    client: AsyncWebClient, ana: Person, ben: Person, channel: str
) -> None:
    await client.conversations_invite(channel=channel, users=[ana.id])
    sent = await client.chat_postEphemeral(channel=channel, user=ana.id, text="only you")
    assert ana.sees(channel)[-1].text == "only you"
    history = await client.conversations_history(channel=channel)
    assert "only you" not in str(history["messages"])
    with refused("message_not_found"):
        await client.chat_update(channel=channel, ts=sent["message_ts"], text="changed")
    with refused("user_not_in_channel"):
        await client.chat_postEphemeral(channel=channel, user=ben.id, text="not here")


async def test_a_permalink_names_channel_and_thread(client: AsyncWebClient, channel: str) -> None:
    root = (await client.chat_postMessage(channel=channel, text="card"))["ts"]
    reply = (await client.chat_postMessage(channel=channel, text="reply", thread_ts=root))["ts"]
    link = (await client.chat_getPermalink(channel=channel, message_ts=reply))["permalink"]
    assert link.endswith(f"/archives/{channel}/p{reply.replace('.', '')}?thread_ts={root}&cid={channel}")


async def test_a_scheduled_message_appears_when_due(box: Sandbox, client: AsyncWebClient, ana: Person) -> None:
    box.clock.hold(1_000_000_000.9)
    await client.chat_scheduleMessage(channel="general", text="later", post_at=1_000_000_001)
    assert ana.sees("general") == []
    assert (await ana.wait_for("general", "later")).bot_id
    with refused("time_in_past"):
        await client.chat_scheduleMessage(channel="general", text="before", post_at=5)


async def test_pins_and_reactions_are_once_only(client: AsyncWebClient, channel: str) -> None:
    ts = (await client.chat_postMessage(channel=channel, text="card"))["ts"]
    await client.pins_add(channel=channel, timestamp=ts)
    await client.reactions_add(channel=channel, timestamp=ts, name="eyes")
    with refused("already_pinned"):
        await client.pins_add(channel=channel, timestamp=ts)
    with refused("already_reacted"):
        await client.reactions_add(channel=channel, timestamp=ts, name="eyes")
    assert (await client.pins_list(channel=channel))["items"][0]["message"]["ts"] == ts
    found = (await client.reactions_get(channel=channel, timestamp=ts))["message"]
    assert [(reaction["name"], reaction["count"]) for reaction in found["reactions"]] == [("eyes", 1)]
    await client.pins_remove(channel=channel, timestamp=ts)
    await client.reactions_remove(channel=channel, timestamp=ts, name="eyes")
    with refused("no_pin"):
        await client.pins_remove(channel=channel, timestamp=ts)
    with refused("no_reaction"):
        await client.reactions_remove(channel=channel, timestamp=ts, name="eyes")
    with refused("bad_timestamp"):
        await client.pins_add(channel=channel, timestamp="yesterday")


async def test_bookmarks_are_added_edited_removed(client: AsyncWebClient, channel: str) -> None:
    added = await client.bookmarks_add(channel_id=channel, title="Runbook", type="link", link="https://x.example")
    bookmark = added["bookmark"]["id"]
    await client.bookmarks_edit(channel_id=channel, bookmark_id=bookmark, title="The runbook")
    listed = (await client.bookmarks_list(channel_id=channel))["bookmarks"]
    assert [(one["title"], one["link"]) for one in listed] == [("The runbook", "https://x.example")]
    await client.bookmarks_remove(channel_id=channel, bookmark_id=bookmark)
    with refused("not_found"):
        await client.bookmarks_remove(channel_id=channel, bookmark_id=bookmark)
    with refused("invalid_link"):
        await client.bookmarks_add(channel_id=channel, title="x", type="link", link="javascript:alert(1)")
    with refused("invalid_arguments"):
        await client.bookmarks_add(channel_id=channel, title="x" * 257, type="link", link="https://x.example")
