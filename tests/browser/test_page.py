"""The page as a workspace to live in: what is shown, and on which screens."""

import asyncio

import pytest
from playwright.async_api import Page, Route, expect
from slack_bolt.app.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from sandbox.driver import Person
from sandbox.server import Sandbox
from tests.browser.conftest import PHONE, OpenPage
from tests.browser.small_app import Patient, approval, section

pytestmark = pytest.mark.asyncio(loop_scope="session")

ALL_READ = "fetch('/page/state').then(r => r.json()).then(s => s.channels.every(c => !c.unread))"


async def test_a_message_is_sent_with_enter_and_shift_enter_breaks_the_line(
    open_page: OpenPage, ana: Person, ben: Person
) -> None:
    page = await open_page(ana)
    await page.locator(".composer-input").click()
    await page.keyboard.type("first")
    await page.keyboard.press("Shift+Enter")
    await page.keyboard.type("*second* & :tada:")
    await page.keyboard.press("Enter")
    shown = page.locator(".message .text")
    await expect(shown).to_have_text("firstsecond & 🎉")
    await expect(shown.locator("strong")).to_have_text("second")
    await expect(page.locator(".composer-input")).to_have_value("")
    assert ben.sees("incidents")[-1].text == "first\n*second* &amp; :tada:"


async def test_what_others_say_elsewhere_is_marked_unread_until_it_is_looked_at(
    open_page: OpenPage, ana: Person, ben: Person
) -> None:
    page = await open_page(ana)
    entry = page.locator(".side-entry", has_text="engineering")
    ben.post("engineering", "anybody?")
    await expect(entry).to_have_accessible_name("engineering, 1 unread")
    ben.post("engineering", "@ana please look")
    await expect(entry.locator(".badge")).to_have_text("1")
    await entry.click()
    await expect(page.locator(".unread-mark")).to_be_visible()
    await expect(page.locator(".mention.me")).to_have_text("@Ana Ruiz")
    await expect(entry).to_have_accessible_name("engineering")
    async with asyncio.timeout(40):
        while not await page.evaluate(ALL_READ):  # what the page says of it is on its way
            await asyncio.sleep(0.05)


async def test_messages_of_one_author_stand_together_and_an_edit_is_marked(
    open_page: OpenPage, ana: Person, client: AsyncWebClient
) -> None:
    channel = ana.channel("incidents").id
    ts = [(await client.chat_postMessage(channel=channel, text=text))["ts"] for text in ("one", "two")]
    page = await open_page(ana)
    await expect(page.locator(".message-head")).to_have_count(1)
    await client.chat_update(channel=channel, ts=ts[1], text="two, better")
    await expect(page.locator(".message").last).to_contain_text("two, better (edited)")


async def test_a_thread_is_read_and_answered_at_the_side(open_page: OpenPage, ana: Person, ben: Person) -> None:
    root = ben.post("incidents", "what happened?")
    page = await open_page(ana)
    await page.locator(".message").hover()
    await page.get_by_role("button", name="Reply in thread").click()
    await page.keyboard.type("the queue stopped")
    await page.keyboard.press("Enter")
    await expect(page.locator(".side .message").last).to_contain_text("the queue stopped")
    ben.post("incidents", "since when?", root.ts)
    await expect(page.locator(".side .message").last).to_contain_text("since when?")
    await expect(page.locator(".thread-summary .count")).to_have_text("2 replies")
    await page.keyboard.press("Escape")
    await expect(page.locator(".side")).to_have_count(0)


async def test_what_is_answered_while_a_thread_is_read_stands_in_it(
    open_page: OpenPage, ana: Person, ben: Person
) -> None:
    """The page of messages may have been made before the answer, and come after the stream has told of it."""
    root = ben.post("incidents", "what happened?")
    page = await open_page(ana)

    async def old(route: Route) -> None:
        read = await route.fetch()
        ben.post("incidents", "the queue stopped", root.ts)
        await expect(page.locator(".thread-summary .count")).to_have_text("1 reply")
        await route.fulfill(response=read)

    await page.route("**/page/messages?*thread_ts=*", old)
    await page.locator(".message").hover()
    await page.get_by_role("button", name="Reply in thread").click()
    await expect(page.locator(".side .message .text")).to_have_text(["what happened?", "the queue stopped"])


async def test_what_happens_while_a_channel_is_read_is_shown_as_it_is_now(
    open_page: OpenPage, ana: Person, ben: Person, client: AsyncWebClient
) -> None:
    channel = ana.channel("engineering").id
    await client.conversations_join(channel=channel)
    edited, deleted = [(await client.chat_postMessage(channel=channel, text=text))["ts"] for text in ("one", "two")]
    page = await open_page(ana)
    entry = page.locator(".side-entry", has_text="engineering")

    async def old(route: Route) -> None:
        read = await route.fetch()
        await client.chat_update(channel=channel, ts=edited, text="one, better")
        await client.chat_delete(channel=channel, ts=deleted)
        ben.post("engineering", "@ana three")
        await expect(entry.locator(".badge")).to_have_text("1")
        await route.fulfill(response=read)

    await page.route("**/page/messages?*", old, times=1)
    await entry.click()
    await expect(page.locator(".message:not(.system) .text")).to_have_text(["one, better (edited)", "@Ana Ruiz three"])


async def test_reactions_pins_and_files_are_shown_and_live(
    open_page: OpenPage, ana: Person, ben: Person, client: AsyncWebClient
) -> None:
    message = ben.post("incidents", "the queue stopped")
    await client.conversations_join(channel=ana.channel("incidents").id)
    page = await open_page(ana)
    ben.react(message, "eyes")
    await page.locator(".reaction", has_text="👀").click()
    await expect(page.locator(".reaction.mine .count")).to_have_text("2")
    await page.locator(".message:not(.system)").hover()
    await page.get_by_role("button", name="Pin to the channel").click()
    await expect(page.locator(".pins")).to_have_text("1")
    await page.locator(".pins").click()
    await expect(page.locator(".pinned-card")).to_contain_text("the queue stopped")
    await client.files_upload_v2(
        channel=ana.channel("incidents").id, content="# Draft\n\n**Bold** <b>", filename="draft.md", title="The draft"
    )
    await expect(page.locator(".file-preview")).to_contain_text("# Draft")
    await page.get_by_role("button", name="Read it").click()
    await expect(page.get_by_role("dialog").locator(".md-h1")).to_have_text("Draft")
    await expect(page.get_by_role("dialog").locator("strong")).to_have_text("Bold")


async def test_a_markdown_file_joins_the_lines_of_a_paragraph_and_a_message_breaks_them(
    open_page: OpenPage, ana: Person, client: AsyncWebClient
) -> None:
    channel = ana.channel("incidents").id
    await client.conversations_join(channel=channel)
    text = "It was *slow,\nthen* stopped.  \nA new line.\n\n- a point\n  that goes on\n  - and one within\n"
    await client.files_upload_v2(channel=channel, content=text, filename="draft.md", title="The draft")
    await client.chat_postMessage(channel=channel, text="t", blocks=[{"type": "markdown", "text": "one\ntwo"}])
    page = await open_page(ana)
    assert await page.locator(".message .markdown p").inner_text() == "one\ntwo"
    await page.get_by_role("button", name="Read it").click()
    document = page.get_by_role("dialog").locator(".document")
    assert await document.locator("p").inner_text() == "It was slow, then stopped.\nA new line."
    await expect(document.locator("em")).to_have_text("slow, then")
    assert (await document.locator("li").first.inner_text()).splitlines()[0] == "a point that goes on"
    await expect(document.locator("li li")).to_have_text("and one within")


async def test_a_channels_canvas_is_behind_its_tab_and_follows_its_edits(
    open_page: OpenPage, ana: Person, client: AsyncWebClient
) -> None:
    channel = ana.channel("incidents").id
    await client.conversations_join(channel=channel)
    page = await open_page(ana)
    await expect(page.get_by_role("tab")).to_have_count(0)
    text = {"type": "markdown", "markdown": f"# Now\nAsk ![](@{ana.id}) about\n<b>this</b>."}
    made = await client.conversations_canvases_create(channel_id=channel, title="The plan", document_content=text)
    await page.get_by_role("tab", name="The plan").click()
    sheet = page.locator(".canvas")
    await expect(sheet.locator(".md-h1")).to_have_text("Now")
    await expect(sheet.locator("p")).to_have_text("Ask @Ana Ruiz about <b>this</b>.")
    await expect(page.locator(".composer")).to_be_hidden()
    more = {"type": "markdown", "markdown": "All is well."}
    await client.canvases_edit(
        canvas_id=made["canvas_id"], changes=[{"operation": "insert_at_end", "document_content": more}]
    )
    await expect(sheet).to_contain_text("All is well.")
    await client.canvases_delete(canvas_id=made["canvas_id"])
    await expect(page.locator(".composer")).to_be_visible()
    await expect(page.get_by_role("tab")).to_have_count(0)


async def test_control_k_goes_anywhere_and_the_app_shows_its_home(
    open_page: OpenPage, ana: Person, app: AsyncApp
) -> None:
    page = await open_page(ana)
    await page.keyboard.press("Control+k")
    await page.keyboard.type("muster")
    await page.keyboard.press("Enter")
    await expect(page.locator("h1")).to_contain_text("Muster")
    await page.get_by_role("tab", name="Home").click()
    await expect(page.locator(".home-sheet")).to_have_text("Two incidents are open")


async def test_of_a_thousand_messages_the_newest_are_drawn_and_older_ones_come_as_one_scrolls(
    open_page: OpenPage, ana: Person, ben: Person
) -> None:
    for number in range(1000):
        ben.post("incidents", f"message *{number}*")
    page = await open_page(ana)
    await expect(page.locator(".message")).to_have_count(80)
    await expect(page.get_by_text("message 999")).to_be_in_viewport()
    await page.locator(".scroller").evaluate("scroller => scroller.scrollTop = 0")
    await expect(page.locator(".message")).to_have_count(130)
    await expect(page.get_by_text("message 870", exact=True)).to_be_attached()


async def test_an_api_call_appears_on_the_screen_by_itself(
    open_page: OpenPage, ana: Person, client: AsyncWebClient
) -> None:
    page = await open_page(ana)
    await client.chat_postMessage(channel=ana.channel("incidents").id, text="word for word")
    await expect(page.get_by_text("word for word")).to_be_visible()


async def test_what_is_said_between_the_page_and_its_stream_is_not_missed(
    open_page: OpenPage, ana: Person, ben: Person, box: Sandbox
) -> None:
    """The page comes with what it shows first; what happened before its stream was open is read again."""
    page = await open_page(ana)

    async def late(route: Route) -> None:
        ben.post("incidents", "said in between")
        await route.continue_()

    await page.route("**/page/events?*", late)
    await page.reload()
    await expect(page.get_by_text("said in between")).to_be_visible()


async def test_a_phone_has_the_list_in_a_drawer_and_the_thread_on_the_whole_screen(
    open_page: OpenPage, ana: Person, ben: Person, client: AsyncWebClient
) -> None:
    wide = [section("a" * 400), section("two", fields=[{"type": "mrkdwn", "text": "b" * 90}] * 2), *approval()]
    await client.chat_postMessage(channel=ana.channel("incidents").id, text="wide", blocks=wide)
    root = ben.post("incidents", "what happened?")
    ben.post("incidents", "it stopped", root.ts)
    page = await open_page(ana, size=PHONE)
    assert await sideways(page) == 0
    await expect(page.locator(".sidebar")).to_be_hidden()
    await page.get_by_role("button", name="Conversations").tap()
    await page.locator(".side-entry", has_text="general").tap()
    await expect(page.locator("h1")).to_contain_text("general")
    await expect(page.locator(".sidebar")).to_be_hidden()
    await page.get_by_role("button", name="Conversations").tap()
    await page.locator(".side-entry", has_text="incidents").tap()
    await page.locator(".thread-summary").tap()
    box = await page.locator(".side").bounding_box()
    assert box is not None
    assert box["width"] == PHONE[0]
    await page.get_by_role("button", name="Back").tap()
    await expect(page.locator(".side")).to_have_count(0)


async def sideways(page: Page) -> int:
    """How many pixels of the page lie beyond the screen's edge."""
    return int(await page.evaluate("document.documentElement.scrollWidth - innerWidth"))


async def test_the_look_follows_the_system_and_can_be_switched(open_page: OpenPage, ana: Person) -> None:
    page = await open_page(ana)
    ground = "getComputedStyle(document.body).backgroundColor"
    light = await page.evaluate(ground)
    await page.emulate_media(color_scheme="dark")
    dark = await page.evaluate(ground)
    assert light != dark
    await page.get_by_role("button", name="Look: auto").click()
    assert await page.evaluate(ground) == light
    await page.reload()
    await expect(page.get_by_role("button", name="Look: light")).to_be_visible()


async def test_the_demo_panel_breaks_the_patient_and_shows_what_the_bot_did(
    open_page: OpenPage, ana: Person, client: AsyncWebClient, patient: Patient
) -> None:
    page = await open_page(ana)
    await page.get_by_role("switch", name="Jobs get stuck").click()
    await expect(page.locator(".health")).to_have_text("Unhealthy")
    await expect(page.locator(".fact.bad")).to_have_text("Stuck jobs37")
    await page.get_by_role("button", name="Jobs are stuck").click()
    await expect(page.locator(".panel-part .busy")).to_have_count(0)
    assert patient.alerts == ["page"]
    created = await client.conversations_create(name="inc-1")
    await client.chat_postMessage(channel=created["channel"]["id"], text="hello")
    await expect(page.locator(".call.chosen .method")).to_have_text(["conversations.create", "chat.postMessage"])
    await expect(page.locator(".chain-length").first).to_have_text("chain of 2")


async def test_after_a_lost_connection_the_page_reads_what_it_missed(
    open_page: OpenPage, box: Sandbox, ana: Person, ben: Person, wrong: list[str]
) -> None:
    page = await open_page(ana)
    await box.stop()
    await expect(page.get_by_role("status")).to_contain_text("connection to the sandbox is down")
    ben.post("incidents", "said meanwhile")
    await box.start()
    await expect(page.get_by_text("said meanwhile")).to_be_visible()
    await expect(page.locator(".status")).to_be_hidden()
    assert all("ERR_" in line for line in wrong), wrong
    wrong.clear()
