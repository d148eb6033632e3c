"""What is told or answered in another order than it was asked in: the page shows how things are, and loses nothing."""

import asyncio

import pytest
from playwright.async_api import Route, expect
from slack_bolt.app.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from sandbox.driver import Person
from sandbox.server import Sandbox
from tests.browser.conftest import OpenPage
from tests.browser.small_app import FORM, Patient, section
from tests.browser.test_hostile_text import a_trigger

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_a_form_that_opens_before_the_stream_does_is_shown(
    open_page: OpenPage, box: Sandbox, ana: Person, client: AsyncWebClient
) -> None:
    page = await open_page(ana)

    async def late(route: Route) -> None:
        await client.views_open(trigger_id=await a_trigger(box, ana), view=FORM)
        await route.continue_()

    await page.route("**/page/events?*", late)
    await page.reload()
    form = page.get_by_role("dialog")
    await form.get_by_role("button", name="Close", exact=True).last.click()
    await expect(form).to_have_count(0)


async def test_a_form_that_closes_while_the_stream_is_down_is_gone_and_another_keeps_what_was_typed(
    open_page: OpenPage, box: Sandbox, ana: Person, client: AsyncWebClient, wrong: list[str]
) -> None:
    page = await open_page(ana)
    await client.views_open(trigger_id=await a_trigger(box, ana), view=FORM)
    form = page.get_by_role("dialog")
    await form.get_by_role("textbox", name="Title").fill("Queue stopped")
    await box.stop()
    await expect(page.get_by_role("status")).to_contain_text("connection to the sandbox is down")
    await box.start()
    await expect(page.locator(".status")).to_be_hidden()
    await expect(form.get_by_role("textbox", name="Title")).to_have_value("Queue stopped")
    await box.stop()
    await expect(page.get_by_role("status")).to_contain_text("connection to the sandbox is down")
    await ana.close()
    await box.start()
    await expect(form).to_have_count(0)
    await expect(page.locator(".status")).to_be_hidden()
    assert all("ERR_" in line for line in wrong), wrong
    wrong.clear()


async def test_a_home_that_is_put_there_while_the_state_is_read_stays(
    open_page: OpenPage, box: Sandbox, ana: Person, client: AsyncWebClient
) -> None:
    page = await open_page(ana)
    home = {"type": "home", "blocks": [section("One incident is open")]}
    await client.chat_postMessage(channel=ana.id, text="hello")

    async def old(route: Route) -> None:
        read = await route.fetch()
        await client.views_publish(user_id=ana.id, view=home)
        await expect(page.locator(".home-sheet")).to_have_text("One incident is open")
        await route.fulfill(response=read)

    await page.locator(".side-entry", has_text="Muster").click()
    await page.get_by_role("tab", name="Home").click()
    await page.route("**/page/state?*", old, times=1)
    async with page.expect_response("**/page/state?*"):
        box.add_person("zoe", "Zoe Quinn")
    await expect(page.locator(".side-entry", has_text="Zoe Quinn")).to_be_visible()
    await expect(page.locator(".home-sheet")).to_have_text("One incident is open")


async def test_of_two_readings_the_later_one_says_who_is_there(open_page: OpenPage, box: Sandbox, ana: Person) -> None:
    page = await open_page(ana)
    landed = asyncio.Event()

    async def old(route: Route) -> None:
        read = await route.fetch()
        box.add_person("zoe", "Zoe Quinn")
        await expect(page.locator(".side-entry", has_text="Zoe Quinn")).to_be_visible()
        await route.fulfill(response=read)
        landed.set()

    await page.route("**/page/state?*", old, times=1)
    box.add_person("yan", "Yan Li")
    await landed.wait()
    await page.evaluate("fetch('/page/state')")  # answered after that, and the one before is drawn by then
    await expect(page.locator(".side-entry", has_text="Zoe Quinn")).to_be_visible()


async def test_what_is_said_before_a_reading_is_told_of_stays_unread(
    open_page: OpenPage, box: Sandbox, ana: Person, ben: Person
) -> None:
    page = await open_page(ana)
    ben.post("engineering", "one")
    entry = page.locator(".side-entry", has_text="engineering")

    async def late(route: Route) -> None:
        await page.locator(".side-entry", has_text="incidents").click()
        ben.post("engineering", "@ana two")
        await expect(entry.locator(".badge")).to_have_text("1")
        await route.continue_()

    await page.route("**/page/read", late)
    async with page.expect_response("**/page/read"):
        await entry.click()
    ben.post("random", "by which one sees that the page has heard of the reading")
    await expect(page.locator(".side-entry", has_text="random")).to_have_accessible_name("random, 1 unread")
    await expect(entry.locator(".badge")).to_have_text("1")


async def test_a_fault_of_the_form_is_shown_when_it_can_be_sent_again(
    open_page: OpenPage, ana: Person, app: AsyncApp
) -> None:
    page = await open_page(ana)
    await ana.command("/incident declare", "incidents")
    form = page.get_by_role("dialog")
    fault = form.locator("[data-block=title] .field-error")
    await form.get_by_role("textbox", name="Title").fill("x")
    await form.get_by_role("button", name="Severity").click()
    await page.keyboard.press("ArrowDown")
    await page.keyboard.press("Enter")

    async def late(route: Route) -> None:
        answer = await route.fetch()
        ana.post("incidents", "by which one sees that the page has heard of the fault")
        await expect(page.locator(".message", has_text="has heard of the fault")).to_be_attached()
        await expect(fault).to_be_hidden()
        await route.fulfill(response=answer)

    await page.route("**/page/submit", late, times=1)
    await form.get_by_role("button", name="Declare").click()
    await expect(fault).to_have_text("Say what is broken.")
    await form.get_by_role("textbox", name="Title").fill("Queue stopped")
    await page.keyboard.press("Enter")
    await expect(form).to_have_count(0)


async def test_a_line_is_sent_though_the_last_one_is_not_answered_yet(
    open_page: OpenPage, ana: Person, ben: Person
) -> None:
    page = await open_page(ana)
    composer = page.locator(".composer-input")

    async def late(route: Route) -> None:
        answer = await route.fetch()
        await expect(page.locator(".message")).to_contain_text("one")
        await composer.fill("two")
        await composer.press("Enter")
        await expect(composer).to_have_value("")
        await route.fulfill(response=answer)

    await page.route("**/page/post", late, times=1)
    await composer.fill("one")
    await composer.press("Enter")
    await expect(page.locator(".message .text")).to_have_text(["one", "two"])


async def test_a_file_can_be_opened_once_it_is_there(open_page: OpenPage, ana: Person, client: AsyncWebClient) -> None:
    channel = ana.channel("incidents").id
    await client.conversations_join(channel=channel)
    page = await open_page(ana)
    asked = asyncio.Event()

    async def late(route: Route) -> None:
        await expect(page.get_by_role("button", name="Read it")).to_be_disabled()
        asked.set()
        await route.continue_()

    await page.route("**/page/file/*", late)
    await client.files_upload_v2(channel=channel, content="# The plan", filename="draft.md", title="The draft")
    await page.get_by_role("button", name="Read it").click()
    await expect(page.get_by_role("dialog").locator(".document")).to_have_text("The plan")
    assert asked.is_set()


async def test_the_panel_shows_the_later_of_two_looks(open_page: OpenPage, ana: Person, patient: Patient) -> None:
    page = await open_page(ana)
    switch = page.get_by_role("switch", name="Jobs get stuck")
    landed = asyncio.Event()

    async def old(route: Route) -> None:
        seen = await route.fetch()
        await switch.click()
        await expect(switch).to_be_checked()
        await route.fulfill(response=seen)
        landed.set()

    await expect(switch).not_to_be_checked()
    await page.route("**/page/panel?*", old, times=1)
    await page.evaluate(WATCH_THE_SWITCH)
    await landed.wait()
    async with page.expect_response("**/page/panel?*"):
        pass
    assert await page.evaluate("window.seen") == ["true"]


WATCH_THE_SWITCH = """() => {
  window.seen = [];
  const look = () => {
    const now = document.querySelector("[role=switch]")?.getAttribute("aria-checked");
    if (now && now !== (window.seen.at(-1) ?? "false")) window.seen.push(now);
  };
  new MutationObserver(look).observe(document.querySelector(".demo"), { childList: true, subtree: true });
}"""


async def test_the_panel_shows_the_longer_of_two_chains(
    open_page: OpenPage, ana: Person, client: AsyncWebClient
) -> None:
    page = await open_page(ana)
    chain = page.locator(".chain-length").first
    landed = asyncio.Event()

    async def old(route: Route) -> None:
        read = await route.fetch()
        await client.chat_postMessage(channel=made["channel"]["id"], text="second")
        await expect(chain).to_have_text("chain of 2")
        await route.fulfill(response=read)
        landed.set()

    await page.route("**/page/calls?*", old, times=1)
    made = await client.conversations_create(name="inc-1")
    await landed.wait()
    await page.evaluate("fetch('/page/state')")  # answered after that, and the one before is drawn by then
    await expect(chain).to_have_text("chain of 2")


async def test_the_panel_reads_what_was_called_before_the_stream_was_open(
    open_page: OpenPage, ana: Person, client: AsyncWebClient
) -> None:
    page = await open_page(ana)

    async def late(route: Route) -> None:
        await expect(page.get_by_text("No call yet.")).to_be_visible()
        await client.api_test()
        await route.continue_()

    await page.route("**/page/events?*", late)
    await page.reload()
    await expect(page.locator(".call .method")).to_have_text(["api.test"])
