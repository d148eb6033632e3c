"""Acting on the page: commands, forms, buttons, and two people side by side."""

import asyncio

import pytest
from playwright.async_api import Route, expect
from slack_bolt.app.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from sandbox.driver import Person
from sandbox.server import Sandbox
from tests.browser.conftest import OpenPage
from tests.browser.small_app import approval

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_a_command_is_completed_as_it_is_typed_and_opens_its_form(
    open_page: OpenPage, ana: Person, app: AsyncApp
) -> None:
    page = await open_page(ana)
    await page.locator(".composer-input").click()
    await page.keyboard.type("/inc")
    await expect(page.get_by_role("option", name="/incident")).to_contain_text("Declare and run an incident")
    await page.keyboard.press("Tab")
    await expect(page.locator(".composer-hint")).to_contain_text("declare | show | help")
    await page.keyboard.type("declare")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("dialog")).to_contain_text("Severity")
    await expect(page.get_by_role("textbox", name="Title")).to_be_focused()


async def test_a_form_keeps_what_was_typed_shows_errors_by_field_and_submits(
    open_page: OpenPage, ana: Person, app: AsyncApp
) -> None:
    page = await open_page(ana)
    await ana.command("/incident declare", "incidents")
    form = page.get_by_role("dialog")
    await form.get_by_role("textbox", name="Title").fill("x")
    await form.get_by_role("button", name="Declare").click()
    await expect(form.locator("[data-block=severity] .field-error")).to_have_text("This is needed.")
    await form.get_by_role("button", name="Look up").click()
    await expect(form).to_contain_text("Looked up.")
    await expect(form.get_by_role("textbox", name="Title")).to_have_value("x")
    await form.get_by_role("button", name="Severity").click()
    await page.keyboard.press("ArrowDown")
    await page.keyboard.press("Enter")
    await form.get_by_role("button", name="Declare").click()
    await expect(form.locator("[data-block=title] .field-error")).to_have_text("Say what is broken.")
    await form.get_by_role("textbox", name="Title").fill("Queue stopped")
    await page.keyboard.press("Enter")
    await expect(form).to_have_count(0)
    await ana.wait_for_direct("declared P1: Queue stopped")


async def test_the_keyboard_stays_inside_a_form_and_esc_asks_before_discarding(
    open_page: OpenPage, ana: Person, app: AsyncApp
) -> None:
    page = await open_page(ana)
    await ana.command("/incident declare", "incidents")
    form = page.get_by_role("dialog")
    await form.get_by_role("textbox", name="Title").press_sequentially("Queue")
    for _ in range(12):
        await page.keyboard.press("Tab")
        assert await page.evaluate("Boolean(document.activeElement.closest('.dialog'))")
    await page.keyboard.press("Escape")
    await page.get_by_role("button", name="Keep editing").click()
    await expect(form.get_by_role("textbox", name="Title")).to_have_value("Queue")
    await page.keyboard.press("Escape")
    await page.get_by_role("button", name="Discard").click()
    await expect(form).to_have_count(0)
    async with asyncio.timeout(40):
        while ana.modal is not None:  # the page has closed it, and its word of that is on its way
            await asyncio.sleep(0.05)


async def test_a_press_without_an_answer_is_busy_and_then_says_so(
    open_page: OpenPage, box: Sandbox, ana: Person, app: AsyncApp, client: AsyncWebClient
) -> None:
    box.board.dispatcher.answer_seconds = 1.0
    await client.chat_postMessage(channel=ana.channel("incidents").id, text="card", blocks=approval())
    page = await open_page(ana)
    silent = page.get_by_role("button", name="Never answered")

    async def late(route: Route) -> None:
        await expect(silent).to_have_attribute("aria-busy", "true")
        await route.continue_()

    await page.route("**/page/click", late)
    await silent.click()
    await expect(page.get_by_role("alert").filter(has_text="did not answer")).to_be_visible()
    await expect(silent).not_to_have_attribute("aria-busy", "true")


async def test_a_dangerous_press_asks_first(
    open_page: OpenPage, ana: Person, app: AsyncApp, client: AsyncWebClient
) -> None:
    await client.chat_postMessage(channel=ana.channel("incidents").id, text="card", blocks=approval())
    page = await open_page(ana)
    await page.get_by_role("button", name="Reject").click()
    asked = page.get_by_role("alertdialog")
    await expect(asked).to_contain_text("The plan is void then.")
    await asked.get_by_role("button", name="Keep it").click()
    await expect(page.get_by_role("button", name="Approve")).to_be_visible()
    await page.get_by_role("button", name="Reject").click()
    await asked.get_by_role("button", name="Reject").click()
    await expect(page.locator(".message")).to_contain_text("Void")


async def test_two_people_side_by_side_ask_and_approve(
    open_page: OpenPage, ana: Person, ben: Person, app: AsyncApp
) -> None:
    page = await open_page(ana)
    await page.get_by_role("button", name="Two people side by side").click()
    first, second = page.locator(".pane").nth(0), page.locator(".pane").nth(1)
    await expect(second.locator(".whoami")).to_have_text("BOBen Okafor")
    await first.locator(".composer-input").fill("/incident ask")
    await first.locator(".composer-input").press("Enter")
    await first.get_by_role("button", name="Approve").click()
    await expect(first.locator(".message.ephemeral")).to_contain_text("Only visible to you")
    await expect(first.locator(".message.ephemeral")).to_contain_text("somebody else approves")
    await expect(second.locator(".message.ephemeral")).to_have_count(0)
    await second.get_by_role("button", name="Approve").click()
    await expect(first.get_by_text("Approved by @Ben Okafor")).to_be_visible()
    await expect(second.get_by_text("Approved by @Ben Okafor")).to_be_visible()
    await page.reload()
    await expect(page.locator(".pane")).to_have_count(2)


async def test_one_window_can_act_as_anybody(open_page: OpenPage, ana: Person, ben: Person) -> None:
    ben.post(ben.direct("farid"), "between us")
    page = await open_page(ana)
    await expect(page.get_by_text("Farid Haddad")).to_be_visible()
    await page.get_by_role("button", name="Ana Ruiz").first.click()
    await page.locator(".person-pick", has_text="Ben Okafor").click()
    await expect(page.locator(".acting")).to_contain_text("Ben Okafor")
    await page.locator(".side-entry", has_text="Farid Haddad").click()
    await expect(page.locator(".message")).to_contain_text("between us")
