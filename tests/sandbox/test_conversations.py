"""Channels and people through the official client: names, membership, archiving, lists."""

import pytest
from slack_sdk.web.async_client import AsyncWebClient

from sandbox.driver import Person
from sandbox.server import Sandbox
from sandbox.state.seed import grant_user_token
from tests.sandbox.refusals import refused


@pytest.fixture
async def channel(client: AsyncWebClient) -> str:
    return (await client.conversations_create(name="inc-1"))["channel"]["id"]


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("", "invalid_name_required"),
        ("x" * 81, "invalid_name_maxlength"),
        ("Inc-1", "invalid_name_specials"),
        ("inc 1", "invalid_name_specials"),
        ("inc.1", "invalid_name_specials"),
        ("---", "invalid_name_punctuation"),
        ("general", "name_taken"),
    ],
)
async def test_channel_names_have_rules(client: AsyncWebClient, name: str, code: str) -> None:
    with refused(code):
        await client.conversations_create(name=name)


async def test_an_archived_channel_keeps_its_name_and_a_renamed_one_frees_it(
    client: AsyncWebClient, channel: str
) -> None:
    await client.conversations_rename(channel=channel, name="inc-1-db")
    again = (await client.conversations_create(name="inc-1"))["channel"]["id"]
    await client.conversations_archive(channel=again)
    with refused("name_taken"):
        await client.conversations_create(name="inc-1")


async def test_an_invitation_is_all_or_nothing_unless_forced(
    client: AsyncWebClient, ana: Person, ben: Person, channel: str
) -> None:
    with refused("user_not_found") as refusal:
        await client.conversations_invite(channel=channel, users=[ana.id, "U000000000"])
    assert refusal.answer["errors"] == [{"user": "U000000000", "ok": False, "error": "user_not_found"}]
    answer = await client.conversations_invite(channel=channel, users=[ana.id, "U000000000"], force=True)
    assert [error["user"] for error in answer["errors"]] == ["U000000000"]
    with refused("already_in_channel"):
        await client.conversations_invite(channel=channel, users=[ana.id])
    with refused("no_user"):
        await client.api_call("conversations.invite", params={"channel": channel})
    members = (await client.conversations_members(channel=channel))["members"]
    assert ana.id in members
    assert ben.id not in members


async def test_only_a_member_invites(client: AsyncWebClient, ben: Person) -> None:
    with refused("not_in_channel"):
        await client.conversations_invite(channel=ben.channel("random").id, users=[ben.id])


async def test_joining_again_is_a_warning(client: AsyncWebClient, ana: Person) -> None:
    random = ana.channel("random").id
    assert "warning" not in (await client.conversations_join(channel=random)).data
    assert (await client.conversations_join(channel=random))["warning"] == "already_in_channel"


async def test_people_see_what_was_done_to_the_channel(client: AsyncWebClient, ana: Person, channel: str) -> None:
    await client.conversations_invite(channel=channel, users=[ana.id])
    await client.conversations_setTopic(channel=channel, topic="P1 · db")
    await client.conversations_setPurpose(channel=channel, purpose="INC-1")
    subtypes = [message.subtype for message in ana.sees(channel)]
    assert subtypes == ["channel_join", "channel_join", "channel_topic", "channel_purpose"]
    assert ana.channel(channel).topic.value == "P1 · db"
    with refused("too_long"):
        await client.conversations_setTopic(channel=channel, topic="x" * 251)


async def test_archiving_puts_the_bot_out_and_only_a_person_reopens(
    box: Sandbox, client: AsyncWebClient, ana: Person, channel: str
) -> None:
    await client.conversations_invite(channel=channel, users=[ana.id])
    await client.conversations_archive(channel=channel)
    with refused("not_in_channel"):
        await client.conversations_unarchive(channel=channel)
    with refused("not_in_channel"):
        await client.conversations_history(channel=channel)
    with refused("is_archived"):
        await client.chat_postMessage(channel=channel, text="x")
    with refused("already_archived"):
        await client.conversations_archive(channel=channel)
    token = grant_user_token(box.app, ana.user, {"channels:write"})
    await client.api_call("conversations.unarchive", params={"channel": channel, "token": token})
    assert not ana.channel(channel).is_archived


async def test_a_private_channel_does_not_exist_for_others(client: AsyncWebClient, box: Sandbox, ana: Person) -> None:
    hidden = (await client.conversations_create(name="sec-1", is_private=True))["channel"]["id"]
    with pytest.raises(LookupError):
        ana.channel(hidden)
    token = grant_user_token(box.app, ana.user, {"channels:read", "groups:read"})
    with refused("channel_not_found"):
        await client.api_call("conversations.info", params={"channel": hidden, "token": token})


async def test_lists_are_paged_and_filtered(client: AsyncWebClient, ana: Person) -> None:
    for number in range(5):
        await client.conversations_create(name=f"inc-{number}")
    names, cursor = [], ""
    while True:
        page = await client.conversations_list(limit=3, cursor=cursor)
        names += [channel["name"] for channel in page["channels"]]
        cursor = page["response_metadata"]["next_cursor"]
        if not cursor:
            break
    assert len(names) == len(set(names)) == 9
    mine = await client.users_conversations(exclude_archived=True)
    assert [channel["name"] for channel in mine["channels"]] == [f"inc-{number}" for number in range(5)]
    assert {channel["name"] for channel in (await client.users_conversations(user=ana.id))["channels"]} == {
        "general", "incidents", "engineering", "random",
    }  # fmt: skip
    with refused("invalid_cursor"):
        await client.conversations_list(cursor="nonsense")


async def test_leaving_kicking_and_their_refusals(
    client: AsyncWebClient, ana: Person, ben: Person, channel: str
) -> None:
    with refused("last_member"):
        await client.conversations_leave(channel=channel)
    await client.conversations_invite(channel=channel, users=[ana.id])
    await client.conversations_kick(channel=channel, user=ana.id)
    assert ana.channel(channel) not in ana.channels()
    with refused("not_in_channel"):
        await client.conversations_kick(channel=channel, user=ben.id)
    with refused("cant_leave_general"):
        await client.conversations_leave(channel=ana.channel("general").id)


async def test_direct_messages_open_once(client: AsyncWebClient, ana: Person) -> None:
    first = await client.conversations_open(users=[ana.id], return_im=True)
    again = await client.conversations_open(users=[ana.id])
    assert first["channel"]["user"] == ana.id
    assert again["already_open"]
    assert again["channel"] == {"id": first["channel"]["id"]}
    with refused("method_not_supported_for_channel_type"):
        await client.conversations_setTopic(channel=first["channel"]["id"], topic="x")


async def test_people_are_found_by_id_address_and_group(client: AsyncWebClient, ana: Person, ben: Person) -> None:
    assert (await client.users_info(user=ana.id))["user"]["profile"]["email"] == "ana@example.com"
    assert (await client.users_lookupByEmail(email="BEN@example.com"))["user"]["id"] == ben.id
    with refused("users_not_found"):
        await client.users_lookupByEmail(email="nobody@example.com")
    groups = (await client.usergroups_list(include_users=True))["usergroups"]
    oncall = next(group for group in groups if group["handle"] == "oncall")
    assert oncall["users"] == (await client.usergroups_users_list(usergroup=oncall["id"]))["users"] == [ana.id, ben.id]
    assert len((await client.users_list())["members"]) == 8


async def test_who_am_i(box: Sandbox, client: AsyncWebClient) -> None:
    me = await client.auth_test()
    assert (me["user_id"], me["bot_id"], me["team"]) == (box.app.user, box.app.bot_id, "Sandbox")
    assert (await client.bots_info(bot=me["bot_id"]))["bot"]["app_id"] == box.app.id
    assert (await client.team_info())["team"]["id"] == me["team_id"]
