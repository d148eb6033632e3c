"""A press counts, whatever is redrawn while the finger or the key is down."""

import asyncio

import pytest
from playwright.async_api import Locator, Page, expect
from slack_bolt.app.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from sandbox.driver import Person
from tests.browser.conftest import OpenPage
from tests.browser.small_app import approval, section

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def card(client: AsyncWebClient, ana: Person) -> tuple[str, str]:
    """An approval card; its channel and ts."""
    posted = await client.chat_postMessage(channel=ana.channel("incidents").id, text="a", blocks=approval())
    return str(posted["channel"]), str(posted["ts"])


async def redraw(client: AsyncWebClient, channel: str, ts: str, words: str) -> None:
    """The same card, saying something more."""
    await client.chat_update(channel=channel, ts=ts, text="a", blocks=[*approval(), section(words)])


async def press(page: Page, button: Locator) -> None:
    """Put the mouse's button down on it."""
    box = await button.bounding_box()
    assert box is not None
    await page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    await page.mouse.down()


async def test_a_button_whose_card_is_redrawn_under_the_finger_is_pressed(
    open_page: OpenPage, ana: Person, app: AsyncApp, client: AsyncWebClient
) -> None:
    channel, ts = await card(client, ana)
    page = await open_page(ana)
    await press(page, page.get_by_role("button", name="Approve"))
    await redraw(client, channel, ts, "while it was down")
    await client.chat_postMessage(channel=channel, text="and another message")
    await asyncio.sleep(0.2)  # long enough for the page to have drawn it, were nothing pressed
    await expect(page.get_by_text("while it was down")).to_have_count(0)
    await page.mouse.up()
    await expect(page.locator(".message").first).to_contain_text("Approved by")
    await expect(page.locator(".message", has_text="and another message")).to_be_visible()


async def test_a_press_that_is_let_go_elsewhere_shows_what_came_meanwhile(
    open_page: OpenPage, ana: Person, app: AsyncApp, client: AsyncWebClient
) -> None:
    channel, ts = await card(client, ana)
    page = await open_page(ana)
    await press(page, page.get_by_role("button", name="Approve"))
    await redraw(client, channel, ts, "while it was down")
    await page.mouse.move(5, 5)
    await page.mouse.up()
    await expect(page.get_by_text("while it was down")).to_be_visible()
    await expect(page.get_by_role("button", name="Approve")).to_be_visible()


async def test_the_list_at_the_side_can_be_pressed_while_messages_come(
    open_page: OpenPage, ana: Person, ben: Person
) -> None:
    page = await open_page(ana)
    await press(page, page.locator(".side-entry", has_text="general"))
    ben.post("engineering", "anybody?")
    await asyncio.sleep(0.2)  # long enough for the page to have drawn it, were nothing pressed
    await page.mouse.up()
    await expect(page.locator("h1")).to_contain_text("general")
    await expect(page.locator(".side-entry", has_text="engineering")).to_have_accessible_name("engineering, 1 unread")


async def test_the_keyboard_keeps_its_place_in_a_card_that_is_redrawn(
    open_page: OpenPage, ana: Person, app: AsyncApp, client: AsyncWebClient
) -> None:
    channel, ts = await card(client, ana)
    page = await open_page(ana)
    await page.get_by_role("button", name="Approve").focus()
    await redraw(client, channel, ts, "first")
    await expect(page.get_by_text("first")).to_be_visible()
    await expect(page.get_by_role("button", name="Approve")).to_be_focused()
    await page.keyboard.down("Space")
    await redraw(client, channel, ts, "second")
    await asyncio.sleep(0.2)  # long enough for the page to have drawn it, were nothing pressed
    await page.keyboard.up("Space")
    await expect(page.locator(".message").first).to_contain_text("Approved by")
