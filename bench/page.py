"""The sandbox and its page: how soon a long channel is drawn, a call is on the screen, and how many calls it takes."""

import asyncio
import shutil
import statistics
import sys
import time
from typing import Final

import aiohttp
from playwright.async_api import Browser, async_playwright

from sandbox.driver import Person
from sandbox.server import Sandbox

CHROMIUM: Final = "/usr/bin/chromium"
INSTALL: Final = "apt-get update && apt-get install -y chromium"
FLAGS: Final = ("--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking")
MESSAGES: Final = 1_000
OPENINGS: Final = 3
UPDATES: Final = 21
CALLS: Final = 2_000
AT_ONCE: Final = 20
DRAWN: Final = """(text) => new Promise((done) => {
  const there = () => [...document.querySelectorAll(".message")].some((node) => node.textContent.includes(text));
  const answer = () => requestAnimationFrame(() => done([performance.now(), performance.timeOrigin]));
  if (there()) return answer();
  const watching = new MutationObserver(() => there() && (watching.disconnect(), answer()));
  watching.observe(document, { childList: true, subtree: true, characterData: true });
})"""
"""Resolves in the frame in which the text is drawn: ms since the navigation began, and when that was (epoch, ms)."""


async def measure() -> dict[str, object]:
    """``page`` and ``sandbox``; without Chromium the page's numbers are null, and stderr says how to get it."""
    async with Sandbox() as sandbox:
        pace = await _calls_per_second(sandbox)
    first_paint = update = None
    if shutil.which(CHROMIUM):
        first_paint, update = await _page()
    else:
        print(f"the page is not measured: Chromium is missing; install it with: {INSTALL}", file=sys.stderr)
    return {"page": {"first_paint_s": first_paint, "update_ms": update}, "sandbox": {"calls_per_s": pace}}


async def _calls_per_second(sandbox: Sandbox) -> int:
    """Messages posted by twenty callers at once; they share one process and so one core with the sandbox."""
    channel = sandbox.workspace.channel_named("general")
    assert channel is not None
    async with aiohttp.ClientSession(headers={"Authorization": f"Bearer {sandbox.bot_token}"}) as session:

        async def caller() -> None:
            for number in range(CALLS // AT_ONCE):
                await _post(session, sandbox, channel.id, f"Message {number}")

        began = time.perf_counter()
        await asyncio.gather(*(caller() for _ in range(AT_ONCE)))
    return round(CALLS / (time.perf_counter() - began))


async def _page() -> tuple[float, float]:
    """Medians: seconds until the newest of 1,000 messages is drawn, and ms from a call to the screen."""
    async with Sandbox() as sandbox, async_playwright() as playwright:
        ana = Person(sandbox, "ana")
        for number in range(MESSAGES):
            ana.post("general", f"Message {number} of a *long* day, see <https://example.com|this> `{number}`")
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        address = f"{sandbox.url}/?as={ana.id}&channel={ana.channel('general').id}"
        drawn = [await _opening(browser, address) for _ in range(OPENINGS)]
        delays = await _updates(browser, sandbox, address, ana.channel("general").id)
        await browser.close()
    return round(statistics.median(drawn), 3), round(statistics.median(delays), 1)


async def _opening(browser: Browser, address: str) -> float:
    """From the navigation to the newest message on the screen, in a context that has nothing cached; seconds."""
    context = await browser.new_context(viewport={"width": 1440, "height": 900})
    page = await context.new_page()
    await page.goto(address, wait_until="commit")
    since_navigation, _ = await page.evaluate(DRAWN, f"Message {MESSAGES - 1} of")
    await context.close()
    return float(since_navigation) / 1000


async def _updates(browser: Browser, sandbox: Sandbox, address: str, channel: str) -> list[float]:
    """From sending chat.postMessage to the frame that shows it; ms each."""
    page = await browser.new_page(viewport={"width": 1440, "height": 900})
    await page.goto(address)
    await page.evaluate(DRAWN, f"Message {MESSAGES - 1} of")
    delays = []
    async with aiohttp.ClientSession(headers={"Authorization": f"Bearer {sandbox.bot_token}"}) as session:
        for number in range(UPDATES):
            seen = asyncio.ensure_future(page.evaluate(DRAWN, f"Update {number}."))
            await asyncio.sleep(0.1)  # the page is watching by now
            sent = time.time() * 1000
            await _post(session, sandbox, channel, f"Update {number}.")
            since_navigation, navigated = await seen
            delays.append(float(since_navigation) + float(navigated) - sent)
    return delays


async def _post(session: aiohttp.ClientSession, sandbox: Sandbox, channel: str, text: str) -> None:
    async with session.post(f"{sandbox.api_url}chat.postMessage", json={"channel": channel, "text": text}) as answer:
        if not (await answer.json())["ok"]:
            raise RuntimeError(f"the sandbox refused a message: {await answer.text()}")
