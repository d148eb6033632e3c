"""Muster and Slack over signed HTTP instead of sockets: the same line, and nobody but Slack can say a word in it."""

import asyncio
import json
import sqlite3
import time
from io import BytesIO
from pathlib import Path
from urllib.parse import urlencode

import aiohttp

from sandbox.deliveries.signed_http import signature
from tests.stories.opened import complete, incident_channels
from tests.stories.rig import Rig, rig

UNDER_WAY = (
    "jobs WHERE state IN ('claimed', 'doing') OR state = 'owed' AND datetime(due_at) <= datetime('now', '+5 seconds')"
)
"""What may still add to what is stored."""


async def test_an_incident_is_declared_and_acknowledged_without_a_socket(tmp_path: Path) -> None:
    """A form is sent, a button clicked, a command typed, a message pinned: every kind of delivery."""
    async with rig(tmp_path, signed_http=True) as it:
        assert await it.sandbox.http.verify(it.sandbox.app)
        emi, ana = it.person("emi"), it.person("ana")
        assert (await emi.command("/incident declare", "general")).ok
        await emi.wait_for_modal()
        await emi.submit({"title": "Checkout fails", "severity": "P1"})
        channel = await ana.wait_for_channel("inc-1")
        await complete(it)
        card = await ana.wait_for(channel, lambda message: '"acknowledge"' in json.dumps(message.blocks))
        assert (await ana.click(card, "acknowledge")).ok
        assert (await emi.command("/incident note The queue grows", channel)).ok
        emi.pin(emi.post(channel, "It began with the deploy"))
        recorded = ("acknowledged", "The queue grows", "It began with the deploy")
        async with asyncio.timeout(60):
            while not all(words in _timeline(it) for words in recorded):  # nothing tells when an event is saved
                await asyncio.sleep(0.05)
        assert not it.calls("apps.connections.open")
        async with aiohttp.ClientSession() as session, session.get(f"{it.bot.web_url}/healthz") as answer:
            health = await answer.json()
        assert (health["slack_deliveries"], health["slack_connected"]) == ("http", True)


async def test_forged_stale_and_replayed_requests_are_refused_and_nothing_is_stored(tmp_path: Path) -> None:
    """Only what Slack signed within five minutes counts, and only once."""
    async with rig(tmp_path, signed_http=True) as it:
        secret, now = it.sandbox.app.signing_secret, int(time.time())
        assert await _declares(it, "guessed", now) == 401
        assert await _declares(it, "", now) == 401
        assert await _declares(it, secret, now - 302) == 401
        assert await _declares(it, secret, int(time.time()) + 400) == 401
        assert await _declares(it, secret, now, more="x" * 1024 * 1024) == 413, "as at every door"
        assert _stored(it, "incidents", "deliveries") == {"incidents": 0, "deliveries": 0}

        assert await _declares(it, secret, now) == 200
        await complete(it)
        before = await _settled(it)
        assert [await _declares(it, secret, now) for _ in range(3)] == [401, 401, 401]
        assert _stored(it, "incidents", "events") == before
        assert before["incidents"] == len(incident_channels(it)) == 1

        await it.bot.stop()
        await it.bot.start()
        assert await _declares(it, secret, now) == 200, "a process that was started anew cannot know it"
        assert _stored(it, "incidents")["incidents"] == 1, "but its cause is known for ever"


async def _declares(it: Rig, secret: str, at: int, *, more: str = "") -> int:
    """The status that one and the same declaration gets, signed with that secret and time."""
    body = urlencode({
        "command": "/incident", "text": "declare P1 Checkout fails" + more, "user_id": it.person("emi").id,
        "channel_id": it.person("emi").channel("general").id, "team_id": it.sandbox.workspace.id,
        "trigger_id": "1.2.replayed", "response_url": it.sandbox.url,
    }).encode()  # fmt: skip
    headers = {
        "Content-Type": "application/x-www-form-urlencoded",
        "X-Slack-Request-Timestamp": str(at),
        "X-Slack-Signature": signature(secret, str(at), body),
    }
    url = f"{it.bot.web_url}/slack/events"
    async with aiohttp.ClientSession() as session, session.post(url, data=BytesIO(body), headers=headers) as answer:
        return answer.status


async def _settled(it: Rig) -> dict[str, int]:
    """What is stored once nothing is added any more: the targets are proven beside the first incident."""
    async with asyncio.timeout(60):
        while any(_stored(it, UNDER_WAY).values()):
            await asyncio.sleep(0.1)
    return _stored(it, "incidents", "events")


def _stored(it: Rig, *names: str) -> dict[str, int]:
    store = sqlite3.connect(f"file:{it.data_dir / 'muster.db'}?mode=ro", uri=True)
    counts = {name: int(store.execute(f"SELECT count(*) FROM {name}").fetchone()[0]) for name in names}
    store.close()
    return counts


def _timeline(it: Rig) -> str:
    store = sqlite3.connect(f"file:{it.data_dir / 'muster.db'}?mode=ro", uri=True)
    rows = store.execute("SELECT content, body FROM events ORDER BY seq").fetchall()
    store.close()
    return "\n".join(f"{content} {body}" for content, body in rows)
