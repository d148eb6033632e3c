"""The whole demo, played by hand in a browser: a page comes, two people heal it, and the draft is read.

Only the page is clicked and typed in; behind it are the real bot process, the patient and its PostgreSQL. Four scenes
leave a picture: in the test's own folder, or where ``pytest --screenshots docs/images`` says.
"""

import asyncio
import re
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Locator, Page, expect

from demo.stage import Stage
from demo.storybook import SYSTEM
from tests.browser.conftest import DESKTOP, PATIENCE, PHONE

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.xdist_group("browser-story")]

LOOKS = 5
"""How many diagnostics the runbook asks for: each leaves a reply at the card."""

FAULT = re.compile("Workers hang on seven jobs")
FIX = re.compile("Give stuck jobs up by hand")

Shoot = Callable[[Page, str], Awaitable[None]]


@pytest_asyncio.fixture(loop_scope="session")
async def stage(tmp_path: Path) -> AsyncIterator[Stage]:
    """The demo as `make demo` starts it, with the patient's monitors awake."""
    async with Stage(SYSTEM, tmp_path / "data") as stage:
        stage.sandbox.wait_longer(20)
        watching = asyncio.create_task(stage.watch())
        yield stage
        watching.cancel()
        await asyncio.gather(watching, return_exceptions=True)


@pytest.fixture
def shoot(tmp_path: Path, pytestconfig: pytest.Config) -> Shoot:
    """Leaves a picture of what is on the screen."""
    folder: Path = pytestconfig.getoption("--screenshots") or tmp_path
    folder.mkdir(parents=True, exist_ok=True)

    async def shoot(page: Page, name: str) -> None:
        await page.mouse.move(0, 0)
        await page.evaluate("document.activeElement.blur()")
        await page.wait_for_timeout(400)  # what fades in has done so
        await page.screenshot(path=folder / f"{name}.png")

    return shoot


async def opened(browser: Browser, stage: Stage, size: tuple[int, int]) -> Page:
    """The page as somebody who follows the printed URL gets it; whatever fails on it fails the test."""
    context = await browser.new_context(
        viewport={"width": size[0], "height": size[1]}, has_touch=size is PHONE, is_mobile=size is PHONE
    )
    page = await context.new_page()
    page.set_default_timeout(PATIENCE)
    page.on("pageerror", lambda error: pytest.fail(str(error)))
    await page.goto(stage.url)
    await page.locator(".composer, .join").first.wait_for()
    return page


async def type_line(pane: Page | Locator, line: str) -> None:
    """Write in the conversation and send it."""
    composer = pane.locator(".composer-input").first
    await composer.fill(line)
    await composer.press("Enter")


def said(pane: Page | Locator, words: str) -> Locator:
    """The newest message in the conversation with these words."""
    return pane.locator(".conversation .message").filter(has_text=words).last


def card(pane: Page | Locator) -> Locator:
    """The incident's pinned card."""
    return pane.locator(".conversation .message").filter(has=pane.get_by_role("button", name="Diagnose")).first


async def press(place: Locator, name: str) -> None:
    """Press the button of that name."""
    await place.get_by_role("button", name=name, exact=True).click()


async def acknowledged(page: Page) -> None:
    """Wait until the card says so: it is drawn anew, and asks no more."""
    await expect(card(page).get_by_role("button", name="Acknowledge", exact=True)).to_have_count(0)


async def ask_for_the_fix(page: Page) -> None:
    """Press Fix on the card, choose the step, send the form; everybody in the channel sees the request."""
    await press(card(page), "Fix")
    form = page.get_by_role("dialog")
    await form.locator(".picker").click()
    await page.get_by_role("option", name=FIX).click()
    await expect(form).to_contain_text("Nothing runs before somebody else approves it.")
    await press(form, "Ask for approval")
    await expect(form).to_have_count(0)
    await expect(said(page, "needs approval").get_by_role("button", name="Approve")).to_be_visible()


async def resolve(page: Page) -> None:
    """Press Resolve on the card and say what fixed it."""
    await press(card(page), "Resolve")
    form = page.get_by_role("dialog")
    await form.get_by_role("textbox", name="What fixed it?").fill("Failed the stuck jobs; the workers are back.")
    await form.get_by_text("No", exact=True).click()
    await press(form, "Resolve")
    await expect(form).to_have_count(0)


async def read_the_draft(page: Page) -> Locator:
    """Open the post-mortem from the channel; the document."""
    await page.get_by_role("button", name="Read it").last.click()
    draft = page.locator(".reader")
    await expect(draft.get_by_role("heading", name="Remediations")).to_be_attached()
    await expect(draft).to_contain_text("MANUAL_RECOVERY")
    return draft


async def test_two_people_heal_the_patient_and_read_the_draft(browser: Browser, stage: Stage, shoot: Shoot) -> None:
    """Declare, diagnose, approve as a second person side by side, resolve, read the draft."""
    page = await opened(browser, stage, DESKTOP)
    await page.get_by_role("switch", name=FAULT).click()
    await page.locator(".side-entry", has_text="inc-1").click()
    await expect(card(page).locator(".thread-summary")).to_have_text(re.compile(rf"\b{LOOKS} replies"))
    await card(page).locator(".thread-summary").click()
    finding = page.locator(".side .message", has_text="Jobs stuck, as the API counts them").last
    await finding.evaluate("node => node.scrollIntoView()")
    await page.locator(".conversation .scroller").evaluate("node => node.scrollTo(0, 0)")
    await shoot(page, "incident")
    await press(card(page), "Acknowledge")
    await acknowledged(page)
    await press(card(page), "Diagnose")
    await expect(card(page).locator(".thread-summary")).to_have_text(re.compile(rf"\b{2 * LOOKS} replies"))
    await press(page.locator(".side"), "Close")

    await ask_for_the_fix(page)
    await page.get_by_role("button", name="Two people side by side").click()
    ana, ben = page.locator(".pane").nth(0), page.locator(".pane").nth(1)
    await press(said(ana, "needs approval"), "Approve")
    await expect(ana.locator(".message.ephemeral").last).to_contain_text("somebody else must approve it")
    await shoot(page, "approval")
    await press(said(ben, "needs approval"), "Approve")
    for pane in (ana, ben):
        await expect(said(pane, "approved by")).to_contain_text("changed 7 rows")
        await expect(said(pane, "Healed")).to_be_visible()
    await expect(page.locator(".health")).to_have_text("Healthy")

    await page.get_by_role("button", name="Back to one person").click()
    await resolve(page)
    await read_the_draft(page)
    await shoot(page, "draft")


async def act_as(page: Page, name: str) -> None:
    """On a phone, become somebody else through the drawer."""
    await page.get_by_role("button", name="Conversations").tap()
    await page.locator(".acting").tap()
    await page.locator(".person-pick", has_text=name).tap()
    await expect(page.locator(".sidebar")).to_be_hidden()


async def test_the_whole_line_on_a_phone(browser: Browser, stage: Stage, shoot: Shoot) -> None:
    """The same on a screen that is 390 pixels wide, one person at a time, and nothing lies beyond its edge."""
    page = await opened(browser, stage, PHONE)
    await page.get_by_role("button", name="Demo").tap()
    await page.get_by_role("switch", name=FAULT).tap()
    await page.locator(".demo").get_by_role("button", name="Close").tap()
    await page.get_by_role("button", name="Conversations").tap()
    await page.locator(".side-entry", has_text="inc-1").tap()
    await expect(card(page).locator(".thread-summary")).to_have_text(re.compile(rf"\b{LOOKS} replies"))
    await card(page).scroll_into_view_if_needed()
    await shoot(page, "phone")
    await card(page).locator(".thread-summary").tap()
    await expect(page.locator(".side .message")).to_have_count(1 + LOOKS)
    await page.get_by_role("button", name="Back").tap()

    await type_line(page, "/incident ack")
    await acknowledged(page)
    await ask_for_the_fix(page)
    await act_as(page, "Ben Okafor")
    await said(page, "needs approval").get_by_role("button", name="Approve").scroll_into_view_if_needed()
    await press(said(page, "needs approval"), "Approve")
    await expect(said(page, "Healed")).to_be_visible()
    await type_line(page, "/incident resolve Failed the stuck jobs; the workers are back.")
    await read_the_draft(page)
    assert await page.evaluate("document.documentElement.scrollWidth - innerWidth") == 0
