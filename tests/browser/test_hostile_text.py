"""Whatever a name, title, message, finding or file says, on the page it is text: never an element, never a script."""

import pytest
from playwright.async_api import Page, expect
from slack_sdk.web.async_client import AsyncWebClient

from sandbox.driver import Person
from sandbox.server import Sandbox
from tests.browser.conftest import OpenPage
from tests.browser.small_app import buttons, field, mrkdwn, option, plain, section

pytestmark = pytest.mark.asyncio(loop_scope="session")

EVIL = '<img src=x onerror="window.hacked=1"><script>window.hacked=1</script>'
EVIL_SHORT = '<img src=x onerror="hacked=1">'
BAD_LINK = "<javascript:window.hacked=1|press me>"

EVERY_BLOCK = [
    {"type": "header", "text": plain(EVIL)},
    section(f"{EVIL} {BAD_LINK} *{EVIL_SHORT}* `{EVIL_SHORT}`", fields=[mrkdwn(EVIL), plain(EVIL)]),
    {"type": "context", "elements": [mrkdwn(EVIL), plain(EVIL)]},
    {"type": "markdown", "text": f"# {EVIL}\n\n[press me](javascript:window.hacked=1) {EVIL}"},
    {"type": "markdown", "text": f"| {EVIL_SHORT} |\n|---|\n| {EVIL} |"},
    {"type": "table", "rows": [[{"type": "raw_text", "text": EVIL}], [{"type": "raw_text", "text": EVIL}]]},
    {"type": "image", "image_url": "https://example.invalid/x.png", "alt_text": EVIL, "title": plain(EVIL)},
    {"type": "card", "title": mrkdwn(EVIL), "subtitle": mrkdwn(EVIL), "body": mrkdwn(EVIL)},
    {"type": "rich_text", "elements": [
        {"type": "rich_text_section", "elements": [
            {"type": "text", "text": EVIL, "style": {"bold": True}},
            {"type": "link", "url": "javascript:window.hacked=1", "text": "press me"},
        ]},
        {"type": "rich_text_preformatted", "elements": [{"type": "text", "text": EVIL}]},
    ]},
    buttons({
        "type": "static_select", "action_id": "menu", "placeholder": plain(EVIL),
        "options": [option("1", EVIL_SHORT), option("2", EVIL_SHORT)],
    }),
]  # fmt: skip


async def assert_harmless(page: Page, shown: int) -> None:
    """The evil text stands there to be read, and nothing that it asks for exists or has run."""
    assert await page.evaluate("document.body.innerText.split('onerror=').length - 1") >= shown
    assert await page.locator(".pane script, .pane img, [onerror], a[href^=javascript]").count() == 0
    assert await page.evaluate("window.hacked") is None


async def test_names_topics_and_bookmarks_are_text(
    open_page: OpenPage, box: Sandbox, ana: Person, client: AsyncWebClient
) -> None:
    box.add_person("mallory", EVIL, EVIL)
    channel = ana.channel("incidents").id
    await client.conversations_join(channel=channel)
    await client.conversations_setTopic(channel=channel, topic=EVIL)
    await client.bookmarks_add(channel_id=channel, title=EVIL, type="link", link="https://example.com")
    Person(box, "mallory").post("general", EVIL)
    page = await open_page(ana, "general")
    await assert_harmless(page, 3)
    await page.locator(".side-entry", has_text="incidents").click()
    await page.locator(".members").click()
    await expect(page.locator(".details")).to_contain_text("onerror")
    await assert_harmless(page, 5)


async def test_every_block_shows_hostile_words_as_words(
    open_page: OpenPage, ana: Person, client: AsyncWebClient
) -> None:
    attachment = {"color": "#b1362a", "title": EVIL, "text": EVIL, "fields": [{"title": EVIL, "value": EVIL}]}
    channel = ana.channel("incidents").id
    await client.chat_postMessage(channel=channel, text=EVIL, blocks=EVERY_BLOCK)
    await client.chat_postMessage(channel=channel, text=EVIL, attachments=[attachment])
    page = await open_page(ana)
    await expect(page.locator(".unknown")).to_have_count(0)
    await assert_harmless(page, 20)
    for dead in await page.get_by_text("press me").all():
        await dead.click(force=True)
    await page.locator(".picker").click()
    await expect(page.get_by_role("option").first).to_contain_text("onerror")
    await assert_harmless(page, 20)


async def test_a_form_and_its_errors_are_text(
    open_page: OpenPage, ana: Person, box: Sandbox, client: AsyncWebClient
) -> None:
    page = await open_page(ana)
    view = {
        "type": "modal", "title": plain("<b>Form</b>"), "submit": plain("<i>Go</i>"), "close": plain("<u>No</u>"),
        "blocks": [
            {"type": "alert", "level": "error", "text": mrkdwn(EVIL)},
            field("f", EVIL, {"type": "plain_text_input", "placeholder": plain(EVIL)}, hint=plain(EVIL)),
        ],
    }  # fmt: skip
    await client.views_open(trigger_id=await a_trigger(box, ana), view=view)
    await expect(page.get_by_role("dialog").locator("h2")).to_have_text("<b>Form</b>")
    await expect(page.get_by_role("button", name="<i>Go</i>")).to_be_visible()
    await assert_harmless(page, 3)


async def a_trigger(box: Sandbox, person: Person) -> str:
    """A trigger_id as a command of that person's would carry it."""
    delivery = box.board.delivery("slash_commands", "command", box.app, person.user, None)
    return box.board.trigger(delivery)


async def test_a_file_is_read_not_rendered(open_page: OpenPage, ana: Person, client: AsyncWebClient) -> None:
    channel = ana.channel("incidents").id
    await client.conversations_join(channel=channel)
    await client.files_upload_v2(channel=channel, content=f"# {EVIL}\n\n{EVIL}", filename="<b>.md", title=EVIL)
    page = await open_page(ana)
    await page.get_by_role("button", name="Read it").click()
    await expect(page.get_by_role("dialog").locator(".markdown")).to_contain_text("onerror")
    await assert_harmless(page, 4)
