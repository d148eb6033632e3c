"""A procedure of the demo's runbook, walked by hand in a browser from its list to its end.

It leaves a picture: in the test's own folder, or where ``pytest --screenshots docs/images`` says.
"""

import pytest
from playwright.async_api import Browser, Locator, Page, expect

from demo.stage import Stage
from tests.browser.conftest import DESKTOP
from tests.browser.test_story import FAULT, Shoot, card, opened, press, shoot, stage, type_line

__all__ = ["shoot", "stage"]

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.xdist_group("browser-story")]


def walk(page: Page) -> Locator:
    """The procedure's own message."""
    return page.locator(".conversation .message").filter(has_text="begun by")


async def test_a_procedure_is_walked_with_the_mouse(browser: Browser, stage: Stage, shoot: Shoot) -> None:
    """See the list, begin one by its name, run what looks, skip what does not fit, do what a person does, end it."""
    page = await opened(browser, stage, DESKTOP)
    await page.get_by_role("switch", name=FAULT).click()
    await page.locator(".side-entry", has_text="inc-1").click()
    await expect(card(page)).to_be_visible()
    await type_line(page, "/incident procedure")
    await expect(page.get_by_role("button", name="Begin “Stuck jobs”")).to_be_visible()
    await type_line(page, "/incident procedure connection-exhaustion")
    for count in ("0 of 6", "1 of 6", "2 of 6"):
        await expect(walk(page)).to_contain_text(count)
        await press(walk(page), "Run")
    await expect(walk(page)).to_contain_text("3 of 6")
    await press(walk(page), "Skip…")
    await press(page.get_by_role("dialog"), "Skip")
    await expect(walk(page)).to_contain_text("4 of 6")
    await press(walk(page), "Done…")
    form = page.get_by_role("dialog")
    await form.get_by_role("textbox", name="How was it done?").fill("It has 200 more since 12:04")
    await press(form, "Done")
    await expect(walk(page)).to_contain_text("5 of 6")
    await expect(walk(page).get_by_role("button", name="Done…")).to_be_visible()
    await walk(page).evaluate("node => node.scrollIntoView({block: 'center'})")
    await shoot(page, "procedure")
    await press(walk(page), "Abort…")
    await page.get_by_role("dialog").get_by_role("textbox", name="Why?").fill("The workers are well again")
    await press(page.get_by_role("dialog"), "Abort")
    await expect(walk(page)).to_contain_text("Ended before its end")
    await expect(walk(page).get_by_role("button", name="Done…")).to_have_count(0)
