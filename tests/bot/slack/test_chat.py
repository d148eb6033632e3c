"""The Chat port against a workspace that answers as Slack does: one call each, and nothing twice."""

from datetime import UTC, datetime, timedelta

import pytest
from aiohttp import ClientSession, web
from aiohttp.test_utils import TestServer
from msgspec.structs import replace
from slack_sdk.web.async_client import AsyncWebClient

from bot.slack.account import Identity
from bot.slack.budget import Budgets
from bot.slack.chat import SlackChat
from bot.slack.client import client
from bot.slack.faults import Refusal
from bot.slack.reach import Reach
from bot.slack.shared_budget import SharedBudgets
from commands.messages import ApprovalMessage, Card, EventMessage, FindingMessage, OutputMessage
from commands.outage import BudgetSpent, NameTaken, Outage
from incident.alert import AlertTally
from incident.incident import Place
from incident.responder import UserId
from incident.timeline import Event, Kind
from sandbox.driver import Person, words
from sandbox.server import Sandbox
from tests.bot.slack.examples import NOW, a_finding, a_plan, a_request, an_incident

WHO = Identity(user="UMUSTER", bot="BMUSTER", team="T1", url="https://x.slack.com/")
CARD = Card(incident=an_incident(), alerts=AlertTally(), procedure=None, open_approvals=0, runbook_url=None)


def note(text: str) -> EventMessage:
    """A short message."""
    return EventMessage(incident=an_incident(), event=Event(kind=Kind.NOTED, at=NOW, facts={"text": text}))


def methods(box: Sandbox) -> list[str]:
    """What was called after the sign-in."""
    return [call.method for call in box.calls.all() if call.method != "auth.test"]


async def test_each_thing_is_one_call(box: Sandbox, chat: SlackChat, ana: Person) -> None:
    """When all goes well nothing is looked up: opening an incident must be quick."""
    channel = await chat.create_channel("inc-1-checkout", urgency=1)
    assert await chat.invite(channel, [UserId(ana.id)], urgency=1) == ()
    card = await chat.post(Place(channel=channel), CARD, mark="card:1", again=False, urgency=1)
    await chat.edit(Place(channel=channel), card, CARD, urgency=1)
    await chat.pin(channel, card, urgency=1)
    await chat.bookmark(channel, "Runbook", "https://example.com/runbook", urgency=1, again=False)
    await chat.set_topic(channel, "P1 · " + "x" * 400, urgency=1)
    await chat.direct(UserId(ana.id), note("hello"), mark="page:1", again=False, urgency=1)
    assert methods(box) == [
        "conversations.create", "conversations.invite", "chat.postMessage", "chat.update", "pins.add", "bookmarks.add",
        "conversations.setTopic", "chat.postMessage",
    ]  # fmt: skip
    seen = await ana.wait_for(channel, "INC-142")
    assert seen.ts == card
    assert await ana.wait_for_direct("hello")
    assert len(ana.channel(channel).topic.value) == 250


@pytest.mark.parametrize(
    ("title", "topic"),
    [
        ("<!channel> is down & <@U1>", "&lt;!channel&gt; is down &amp; &lt;@U1&gt;"),
        ("@here @Channel me@example.com @hereditary", "＠here ＠Channel me@example.com @hereditary"),
        ("two\nlines \u202e", "two lines \\u202e"),
    ],
)
async def test_a_topic_calls_nobody_and_hides_nothing(chat: SlackChat, ana: Person, title: str, topic: str) -> None:
    """Its title is what a monitor said."""
    channel = await chat.create_channel("inc-1", urgency=1)
    await chat.invite(channel, [UserId(ana.id)], urgency=1)
    await chat.set_topic(channel, title, urgency=1)
    assert ana.channel(channel).topic.value == topic
    await chat.set_topic(channel, "<" * 249, urgency=1)
    assert ana.channel(channel).topic.value == "&lt;" * 62 + "…"


async def test_a_taken_name_is_said(chat: SlackChat) -> None:
    """The caller then tries another name."""
    await chat.create_channel("inc-1", urgency=1)
    with pytest.raises(NameTaken):
        await chat.create_channel("inc-1", urgency=1)


async def test_only_an_own_channel_is_adopted(box: Sandbox, chat: SlackChat, ana: Person) -> None:
    """A channel whose creation was not heard of is found; somebody else's of that name is left alone."""
    channel = await chat.create_channel("inc-1", urgency=1)
    assert await chat.adopt_channel("inc-1", since=datetime.now(UTC)) == channel
    assert await chat.adopt_channel("general", since=datetime.now(UTC)) is None
    assert await chat.adopt_channel("inc-2", since=datetime.now(UTC)) is None
    later = datetime.now(UTC) + timedelta(hours=1)
    assert await chat.adopt_channel("inc-1", since=later) == channel, "the clock was ahead: nobody has used it yet"
    await chat.post(Place(channel=channel), CARD, mark="card:1", again=False, urgency=1)
    assert await chat.adopt_channel("inc-1", since=later) is None, "an earlier incident's, of another database"


async def test_a_post_whose_answer_was_lost_is_found_again(box: Sandbox, chat: SlackChat, ana: Person) -> None:
    """People see it once."""
    channel = await chat.create_channel("inc-1", urgency=1)
    await chat.invite(channel, [UserId(ana.id)], urgency=1)
    box.faults.lose("chat.postMessage")
    with pytest.raises(Outage) as lost:
        await chat.post(Place(channel=channel), CARD, mark="card:1", again=False, urgency=1)
    assert lost.value.retry
    timestamp = await chat.post(Place(channel=channel), CARD, mark="card:1", again=True, urgency=1)
    assert [message.ts for message in ana.sees(channel) if "INC-142" in words(message)] == [timestamp]


async def test_a_post_that_never_happened_is_made_on_the_second_attempt(box: Sandbox, chat: SlackChat) -> None:
    """Not finding the mark is no reason to stay silent."""
    channel = await chat.create_channel("inc-1", urgency=1)
    box.faults.break_("chat.postMessage")
    with pytest.raises(Outage, match="in trouble") as broken:
        await chat.post(Place(channel=channel), CARD, mark="card:1", again=False, urgency=1)
    assert broken.value.retry
    assert await chat.post(Place(channel=channel), CARD, mark="card:1", again=True, urgency=1)


async def test_a_reply_and_a_direct_message_are_found_again(box: Sandbox, chat: SlackChat, ana: Person) -> None:
    """Marks work in threads and in direct messages too, and tell messages apart."""
    channel = await chat.create_channel("inc-1", urgency=1)
    root = await chat.post(Place(channel=channel), CARD, mark="card:1", again=False, urgency=1)
    thread = Place(channel=channel, thread=root)
    reply = await chat.post(thread, note("one"), mark="tell:1", again=False, urgency=1)
    assert await chat.post(thread, note("one"), mark="tell:1", again=True, urgency=1) == reply
    assert await chat.post(thread, note("two"), mark="tell:2", again=True, urgency=1) != reply
    page = await chat.direct(UserId(ana.id), note("up!"), mark="page:1", again=False, urgency=0)
    assert await chat.direct(UserId(ana.id), note("up!"), mark="page:1", again=True, urgency=0) == page
    assert len([message for message in ana.direct_messages() if "up!" in words(message)]) == 1


async def test_a_file_for_a_channel_that_muster_is_not_in(box: Sandbox, chat: SlackChat, ana: Person) -> None:
    """A draft is shared under the announcement while the incident has no channel."""
    general = box.workspace.channel_named("general")
    assert general is not None
    shared = await chat.share_file(
        Place(channel=general.id), "draft.md", b"# Draft", "Draft", mark="share:1", again=False
    )
    assert [file.id for message in ana.sees(general.id) for file in message.files] == [shared]


async def test_a_look_back_in_a_channel_that_muster_is_not_in(box: Sandbox, chat: SlackChat, ana: Person) -> None:
    """The announcements channel is posted to without being a member."""
    place = Place(channel=ana.channel("incidents").id)
    first = await chat.post(place, CARD, mark="announcement:1", again=False, urgency=1)
    assert await chat.post(place, CARD, mark="announcement:1", again=True, urgency=1) == first


async def test_a_channel_that_may_not_be_read_is_joined_first(shared: ClientSession, reach: Reach) -> None:
    """Slack lets a bot post where it is no member, but not look back there."""
    asked = []

    async def answer(request: web.Request) -> web.Response:
        method = request.match_info["method"]
        asked.append(method)
        if method == "conversations.history" and "conversations.join" not in asked:
            return web.json_response({"ok": False, "error": "not_in_channel"})
        own = {"mark": "announcement:1", "incident": "inc_1"}
        found = {"ts": "1.5", "user": "UMUSTER", "metadata": {"event_type": "muster", "event_payload": own}}
        return web.json_response({"ok": True, "messages": [{**found, "user": "UEVE", "ts": "1.6"}, found]})

    app = web.Application()
    app.router.add_route("*", "/api/{method}", answer)
    async with TestServer(app) as server:
        bare = client("xoxb-1", shared, str(server.make_url("/api/")))
        chat = SlackChat(bare, who=lambda: WHO, budgets=SharedBudgets(Budgets()), reach=reach)
        found = await chat.post(Place(channel="C0ANN0001"), CARD, mark="announcement:1", again=True, urgency=1)
    assert found == "1.5", "a mark that somebody else left is not believed"
    assert asked == ["conversations.history", "conversations.join", "conversations.history"]


async def test_people_who_cannot_come_are_named(chat: SlackChat, ana: Person, ben: Person) -> None:
    """The others come in all the same, and whoever is there already is no trouble."""
    channel = await chat.create_channel("inc-1", urgency=1)
    stranger = UserId("U0GONE0001")
    assert await chat.invite(channel, [UserId(ana.id), stranger, UserId(ben.id)], urgency=1) == (stranger,)
    assert await chat.invite(channel, [UserId(ana.id)], urgency=1) == ()
    assert await chat.invite(channel, [stranger], urgency=1) == (stranger,)
    assert await chat.invite(channel, [], urgency=1) == ()
    assert {ana.id, ben.id} <= set(ana.channel(channel).members)


async def test_more_than_a_hundred_people_are_invited_in_batches(box: Sandbox, chat: SlackChat, ana: Person) -> None:
    """Slack takes at most a hundred at once."""
    people = [UserId(box.add_person(f"p{number}").id) for number in range(130)]
    channel = await chat.create_channel("inc-1", urgency=1)
    assert await chat.invite(channel, people, urgency=1) == ()
    assert methods(box).count("conversations.invite") == 2
    assert set(people) <= set(box.workspace.channels[channel].members)


async def test_pins_and_bookmarks_are_not_doubled(box: Sandbox, chat: SlackChat) -> None:
    """A repeated job leaves one pin and one link."""
    channel = await chat.create_channel("inc-1", urgency=1)
    card = await chat.post(Place(channel=channel), CARD, mark="card:1", again=False, urgency=1)
    for again in (False, True):
        await chat.pin(channel, card, urgency=1)
        await chat.bookmark(channel, "Runbook", "https://example.com/r", urgency=1, again=again)
    held = box.workspace.channels[channel]
    assert len(held.pins) == 1
    assert [bookmark.link for bookmark in held.bookmarks.values()] == ["https://example.com/r"]


async def test_a_file_is_shared_once(box: Sandbox, chat: SlackChat, ana: Person) -> None:
    """A post-mortem whose upload was not confirmed is not uploaded again."""
    channel = await chat.create_channel("inc-1", urgency=1)
    place = Place(channel=channel)
    file = await chat.share_file(place, "INC-1.md", b"# Draft", "Post-mortem", mark="pm:1", again=False)
    assert await chat.share_file(place, "INC-1.md", b"# Draft", "Post-mortem", mark="pm:1", again=True) == file
    other = await chat.share_file(place, "INC-1.md", b"# Draft 2", "Post-mortem", mark="pm:2", again=True)
    assert other != file
    assert box.workspace.files[file].content == b"# Draft"


async def test_a_command_too_long_for_its_card_comes_as_a_file(box: Sandbox, chat: SlackChat) -> None:
    """Whoever approves can read all of it, in the card's thread."""
    channel = await chat.create_channel("inc-1", urgency=1)
    command = "UPDATE jobs SET a = 1;\n" * 600
    request = a_request(plan=a_plan(shown=command))
    message = ApprovalMessage(incident=an_incident(), approval=request, runbook_url=None, origin="")
    for again in (False, True):
        card = await chat.post(Place(channel=channel), message, mark="approval:1", again=again, urgency=1)
    thread = [
        each for each in box.workspace.channels[channel].messages.values() if each.thread_ts == card and each.files
    ]
    assert [file.content for each in thread for file in each.files] == [command.encode()]


async def test_a_groups_people_are_known_for_a_minute(
    slack: AsyncWebClient, box: Sandbox, ana: Person, ben: Person, reach: Reach
) -> None:
    """An approval asks Slack at most once a minute who may approve, however many click."""
    now = 0.0
    chat = SlackChat(slack, who=lambda: WHO, budgets=SharedBudgets(Budgets()), reach=reach, clock=lambda: now)
    group = next(group.id for group in box.workspace.groups.values() if group.handle == "oncall")
    assert await chat.members_of(group) == {ana.id, ben.id}
    now = 9.9
    assert await chat.members_of(group) == {ana.id, ben.id}
    assert methods(box).count("usergroups.users.list") == 1
    now = 10.0
    box.faults.break_("usergroups.users.list")
    with pytest.raises(Outage):
        await chat.members_of(group)


async def test_slacks_own_limit_puts_the_job_off(box: Sandbox, chat: SlackChat) -> None:
    """A 429 is no failed attempt: it says when to come back, and until then Slack is not asked again."""
    box.faults.limit("conversations.create", retry_after=7)
    for _ in range(2):
        with pytest.raises(BudgetSpent) as spent:
            await chat.create_channel("inc-1", urgency=1)
        assert spent.value.after is not None
        assert timedelta(seconds=6) < spent.value.after <= timedelta(seconds=7)
    assert methods(box).count("conversations.create") == 1


async def test_budgets_stay_below_slacks_limits(box: Sandbox, chat: SlackChat) -> None:
    """Forty declarations at once never meet a 429: Muster stops by itself before Slack does."""
    box.tiers.on = True
    outcomes = []
    for number in range(40):
        try:
            outcomes.append(await chat.create_channel(f"inc-{number}", urgency=number % 3))
        except BudgetSpent:
            outcomes.append("")
    assert sum(map(bool, outcomes)) == 19
    assert {call.status for call in box.calls.all()} == {200}


@pytest.mark.parametrize(
    ("code", "words"),
    [("channel_not_found", "invite Muster if it is private"), ("is_archived", "unarchive it")],
)
async def test_a_refusal_says_how_to_mend_it(box: Sandbox, chat: SlackChat, code: str, words: str) -> None:
    """It is not tried again: a person must do something."""
    channel = "C0NOWHERE"
    if code == "is_archived":
        channel = await chat.create_channel("inc-1", urgency=1)
        box.workspace.channels[channel].is_archived = True
    with pytest.raises(Refusal, match=words) as refused:
        await chat.post(Place(channel=channel), CARD, mark="m", again=False, urgency=1)
    assert refused.value.code == code
    assert not refused.value.retry


async def test_a_missing_scope_is_named(shared: ClientSession, reach: Reach) -> None:
    """The sentence says which scope to add, and where."""
    async with Sandbox(scopes={"chat:write"}) as box:
        limited = client(box.bot_token, shared, box.api_url)
        chat = SlackChat(limited, who=lambda: WHO, budgets=SharedBudgets(Budgets()), reach=reach)
        with pytest.raises(Refusal, match=r"scope channels:manage.*OAuth & Permissions"):
            await chat.create_channel("inc-1", urgency=1)


async def test_a_workspace_that_is_gone_is_worth_another_attempt(box: Sandbox, chat: SlackChat) -> None:
    """Slack being away is not the job's fault."""
    await box.stop()
    with pytest.raises(Outage, match="did not answer") as gone:
        await chat.create_channel("inc-1", urgency=1)
    assert gone.value.retry


async def test_links_lead_into_the_workspace(chat: SlackChat, box: Sandbox) -> None:
    """To a channel, or to one message in it."""
    assert chat.link(Place(channel="C1")).endswith("/archives/C1")
    assert chat.link(Place(channel="C1", thread="1700000000.000100")).endswith("/archives/C1/p1700000000000100")


async def test_what_a_private_finding_saw_is_whole_in_its_readers_messages(chat: SlackChat, ana: Person) -> None:
    """A long output is a file there, and once when the first attempt was cut short."""
    saw = replace(a_finding().sight, output="ana@example.com\n" * 1_000)
    found = FindingMessage(incident=an_incident(), finding=a_finding(sight=saw, withheld=saw), reader=UserId(ana.id))
    sent = await chat.direct(UserId(ana.id), found, mark="finding:1", again=False, urgency=1)
    assert await chat.direct(UserId(ana.id), found, mark="finding:1", again=True, urgency=1) == sent
    files = [file for message in ana.direct_messages() for file in message.files]
    assert len(files) == 1


async def test_a_followed_output_becomes_a_file_beside_its_message_when_it_ended(
    box: Sandbox, chat: SlackChat, ana: Person
) -> None:
    """Edited while it runs without one; the whole of it in the thread in the end."""
    channel = await chat.create_channel("inc-1", urgency=1)
    await chat.invite(channel, [UserId(ana.id)], urgency=1)
    card = await chat.post(Place(channel=channel), CARD, mark="card:1", again=False, urgency=1)
    thread = Place(channel=channel, thread=card)
    text = "".join(f"line {number}\n" for number in range(1_000))
    so_far = OutputMessage(incident=an_incident(), approval=a_request(), text=text[:100], ended=False)
    whole = OutputMessage(incident=an_incident(), approval=a_request(), text=text, ended=True)
    shown = await chat.post(thread, so_far, mark="output:1", again=False, urgency=1)
    await chat.edit(thread, shown, whole, urgency=1)
    await chat.attach(thread, whole, mark="output:1", again=False)
    replies = ana.thread(channel, card)
    assert "line 999" in words(next(message for message in replies if message.ts == shown))
    assert [len(message.files) for message in replies if message.files] == [1]
