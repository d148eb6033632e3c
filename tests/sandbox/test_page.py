"""The browser page's API: what each person sees, what they do, the live stream, and who is kept out."""

import asyncio
import json
import os
import re
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from slack_bolt.app.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from sandbox import page_events
from sandbox.driver import Person
from sandbox.page_files import PageFiles
from sandbox.server import Sandbox


class Page:
    """One person's browser, as far as the sandbox can tell."""

    def __init__(self, session: aiohttp.ClientSession, box: Sandbox, me: str) -> None:
        self._session, self._url, self._me = session, box.url, me

    async def get(self, path: str, **query: str) -> Any:
        answer = await self._session.get(f"{self._url}/page/{path}", params={"as": self._me, **query})
        return await answer.json()

    async def post(self, path: str, **body: Any) -> Any:
        answer = await self._session.post(f"{self._url}/page/{path}", json={"as": self._me, **body})
        return await answer.json()

    async def events(self) -> AsyncIterator[dict[str, Any]]:
        async with self._session.get(f"{self._url}/page/events", params={"as": self._me}) as stream:
            async for line in stream.content:
                if line.startswith(b"data: "):
                    yield json.loads(line[6:])
                elif line.startswith(b": the stream is open"):
                    yield {"type": "open"}


@pytest.fixture
def page(session: aiohttp.ClientSession, box: Sandbox, ana: Person) -> Page:
    return Page(session, box, ana.id)


@pytest.fixture
def bens_page(session: aiohttp.ClientSession, box: Sandbox, ben: Person) -> Page:
    return Page(session, box, ben.id)


async def test_the_state_holds_what_one_person_may_see(
    page: Page, bens_page: Page, client: AsyncWebClient, ana: Person
) -> None:
    await client.chat_postMessage(channel=ana.id, text="page!")
    await client.chat_postMessage(channel="incidents", text=f"<@{ana.id}> look")
    state, other = await page.get("state"), await bens_page.get("state")
    named = {channel["name"]: channel for channel in state["channels"]}
    assert named["incidents"]["unread"] == named["incidents"]["mentions"] == 1
    assert named["Muster"]["kind"] == "im"
    assert named["Muster"]["with"]
    assert "Muster" not in {channel["name"] for channel in other["channels"]}
    assert state["commands"][0]["command"] == "/incident"
    assert {person["name"] for person in state["people"]} >= {"ana", "ben", "muster"}
    await page.post("read", channel=named["incidents"]["id"], ts=named["incidents"]["last_ts"])
    again = {channel["name"]: channel for channel in (await page.get("state"))["channels"]}
    assert again["incidents"]["unread"] == 0


async def test_a_line_is_posted_or_delivered_as_a_command(
    bolt: AsyncApp, page: Page, bens_page: Page, ana: Person
) -> None:
    @bolt.command("/incident")
    async def incident(ack, command):
        await ack(f"heard {command['text']}")

    channel = ana.channel("incidents").id
    posted = await page.post("post", channel=channel, text="it is down")
    assert (await page.post("post", channel=channel, text="/incident declare"))["ok"]
    mine = (await page.get("messages", channel=channel))["messages"]
    assert [(message["text"], message["ephemeral"]) for message in mine] == [
        ("it is down", False), ("heard declare", True),
    ]  # fmt: skip
    theirs = (await bens_page.get("messages", channel=channel))["messages"]
    assert [message["ts"] for message in theirs] == [posted["ts"]]
    unknown = await page.post("post", channel=channel, text="/deploy")
    assert unknown == {"ok": False, "error": "/deploy is not a command of any installed app."}


async def test_a_click_opens_a_form_and_the_form_is_submitted(
    bolt: AsyncApp, client: AsyncWebClient, page: Page, box: Sandbox, ana: Person
) -> None:
    def plain(text: str) -> dict[str, str]:
        return {"type": "plain_text", "text": text}

    element = {"type": "plain_text_input", "action_id": "typed"}
    field = {"type": "input", "block_id": "title", "label": plain("Title"), "element": element}
    form = {
        "type": "modal", "callback_id": "form", "title": plain("Form"), "submit": plain("Go"), "blocks": [field],
    }  # fmt: skip

    @bolt.action("open")
    async def opening(ack, body, client):
        await ack()
        await client.views_open(trigger_id=body["trigger_id"], view=form)

    @bolt.view("form")
    async def submitted(ack, view):
        typed = view["state"]["values"]["title"]["typed"]["value"]
        await (ack() if typed == "good" else ack(response_action="errors", errors={"title": "not good"}))

    buttons = {"type": "actions", "elements": [{"type": "button", "action_id": "open", "text": plain("Open")}]}
    posted = await client.chat_postMessage(channel="incidents", text="card", blocks=[buttons])
    clicked = await page.post("click", channel=posted["channel"], ts=posted["ts"], action_id="open")
    assert clicked == {"ok": True}
    view = await ana.wait_for_modal()

    def values(text: str) -> dict[str, Any]:
        return {"title": {"typed": {"type": "plain_text_input", "value": text}}}

    bad = await page.post("submit", view_id=view.id, values=values("bad"))
    assert bad == {"ok": False, "errors": {"title": "not good"}}
    assert (await page.post("submit", view_id=view.id, values=values("good")))["ok"]
    assert ana.modal is None


async def test_the_stream_brings_what_the_person_may_see(
    page: Page, client: AsyncWebClient, ana: Person, ben: Person
) -> None:
    channel = ana.channel("incidents").id
    await client.conversations_join(channel=channel)
    events = page.events()
    assert (await anext(events))["type"] == "open"
    await client.chat_postEphemeral(channel=channel, user=ben.id, text="for ben")
    await client.chat_postEphemeral(channel=channel, user=ana.id, text="for ana")
    root = (await client.chat_postMessage(channel=channel, text="card"))["ts"]
    await client.chat_postMessage(channel=channel, text="a finding", thread_ts=root)
    seen: list[dict[str, Any]] = []
    async for event in events:
        seen.append(event)
        if event["type"] == "message_changed":
            break
    await events.aclose()
    texts = [event["message"]["text"] for event in seen if event["type"] == "message"]
    assert texts == ["for ana", "card", "a finding"]
    assert seen[-1]["message"]["reply_count"] == 1
    assert "chat.postMessage" in {event["call"]["method"] for event in seen if event["type"] == "call"}


async def test_a_page_that_is_too_far_behind_is_told_to_begin_anew(
    page: Page, box: Sandbox, ana: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(page_events, "MOST_BEHIND", 3)
    events = page.events()
    assert (await anext(events))["type"] == "open"
    assert (await anext(events))["type"] == "opened"
    for number in range(10):
        ana.post("general", f"message {number}")
    seen = [await anext(events)]
    while seen[-1]["type"] != "opened" or seen[-1]["version"] != box.workspace.version:
        assert len(seen) <= 3, "what was lost is not told"
        async with asyncio.timeout(60):
            seen.append(await anext(events))
    await events.aclose()


async def test_the_record_shows_calls_and_chains_without_secrets(
    page: Page, client: AsyncWebClient, box: Sandbox
) -> None:
    created = await client.conversations_create(name="inc-1")
    await client.chat_postMessage(channel=created["channel"]["id"], text="card")
    record = await page.get("calls")
    assert [call["method"] for call in record["calls"]] == ["conversations.create", "chat.postMessage"]
    assert record["chains"] == [
        {"cause": "create-1", "calls": 2, "longest": 2, "methods": ["conversations.create", "chat.postMessage"]}
    ]
    assert box.bot_token not in json.dumps(record)


@pytest.mark.parametrize(
    "headers",
    [
        {"Host": "evil.example"},
        {"Origin": "https://evil.example"},
        {"Origin": "http://127.0.0.1:1"},
        {"Origin": "null"},
    ],
)
async def test_other_sites_are_kept_out(
    session: aiohttp.ClientSession, box: Sandbox, ana: Person, headers: dict[str, str]
) -> None:
    answer = await session.get(f"{box.url}/page/state", params={"as": ana.id}, headers=headers)
    assert answer.status == 403
    act = {"as": ana.id, "channel": ana.channel("general").id, "text": "hello"}
    assert (await session.post(f"{box.url}/page/post", json=act, headers=headers)).status == 403
    assert ana.sees("general") == []


async def test_a_form_of_another_site_cannot_act(session: aiohttp.ClientSession, box: Sandbox, ana: Person) -> None:
    answer = await session.post(f"{box.url}/page/post", data={"as": ana.id, "text": "x"})
    assert answer.status == 415


async def test_the_page_loads_nothing_from_elsewhere(session: aiohttp.ClientSession, box: Sandbox) -> None:
    answer = await session.get(f"{box.url}/")
    assert answer.status == 200
    assert "default-src 'self'" in answer.headers["Content-Security-Policy"]
    assert (await session.get(f"{box.url}/page/static/..%2fserver.py")).status == 404


async def test_the_page_brings_what_it_shows_first_and_nothing_in_that_is_markup(
    session: aiohttp.ClientSession, box: Sandbox, ana: Person
) -> None:
    for number in range(60):
        ana.post("general", f"</script><!-- {number}")
    channel = ana.channel("general").id
    answer = await session.get(f"{box.url}/", params={"as": ana.id, "channel": channel})
    text = await answer.text()
    (held,) = re.findall(r'<script type="application/json" id="opening">(.*?)</script>', text, re.DOTALL)
    opening = json.loads(held)
    assert opening["state"]["me"] == ana.id
    assert [message["text"] for message in opening["messages"]["messages"]][-1] == "</script><!-- 59"
    assert len(opening["messages"]["messages"]) == 30
    assert "</script><!--" not in text
    assert answer.headers["Cache-Control"] == "no-store"
    unknown = await session.get(f"{box.url}/", params={"as": "U0NOBODY", "channel": channel})
    assert 'id="opening">{}</script>' in await unknown.text()


async def test_a_file_of_the_page_is_kept_by_the_browser_until_it_changes(
    session: aiohttp.ClientSession, tmp_path: Path
) -> None:
    """Its address holds the files' version; who works on the page sees a change when it is loaded again."""
    (tmp_path / "index.html").write_text('<script src="/page/static/main.js"></script><!-- opening -->')
    (tmp_path / "main.js").write_text("1;")
    (tmp_path / "main.css").write_text("a {}")
    files = PageFiles(tmp_path)

    def linked() -> str:
        found = re.search(r"/page/static/(\w+)/main.js", files.index({}).text or "")
        assert found is not None
        return found[1]

    version = linked()
    assert "immutable" in files.file("main.js", version).headers["Cache-Control"]
    assert files.file("main.js").headers["Cache-Control"] == "no-store"
    (tmp_path / "main.js").write_text("2;")
    os.utime(tmp_path / "main.js", (2e9, 2e9))
    assert linked() != version
    assert files.file("main.js", version).headers["Cache-Control"] == "no-store"
    assert b"2;" in bytes(files.file("main.js").body or b"")


async def test_there_is_no_panel_without_a_demo(page: Page) -> None:
    assert await page.get("panel") == {"ok": False, "error": "no demo is running"}


class Patient:
    """A demo's panel, as small as can be."""

    def __init__(self) -> None:
        self.stuck = False
        self.fired: list[str] = []

    async def state(self) -> dict[str, Any]:
        return {"title": "Patient", "faults": [{"name": "stuck", "title": "Stuck jobs", "active": self.stuck}]}

    async def fault(self, name: str, on: bool) -> None:
        if name != "stuck":
            raise LookupError(f"there is no fault {name}")
        self.stuck = on

    async def alert(self, name: str) -> None:
        self.fired.append(name)


async def test_the_demo_panel_breaks_the_patient(session: aiohttp.ClientSession) -> None:
    patient = Patient()
    async with Sandbox(panel=patient) as box:
        page = Page(session, box, Person(box, "ana").id)
        assert (await page.post("panel/fault", name="stuck", on=True))["ok"]
        assert (await page.get("panel"))["faults"][0]["active"]
        assert (await page.post("panel/alert", name="StuckJobs"))["ok"]
        assert patient.fired == ["StuckJobs"]
        assert (await page.post("panel/fault", name="fire", on=True))["error"] == "there is no fault fire"
