"""A deployment is told to a running bot over HTTP: it is on the card of the incident that follows, and in its draft."""

import asyncio
import hashlib
import hmac
import json
from pathlib import Path

import aiohttp

from sandbox.driver import Person, words
from sandbox.state.model import Channel
from tests.stories.rig import CHANGES_SECRET, CHANGES_TOKEN, Rig, rig


async def told(it: Rig, path: str, body: dict[str, object], **headers: str) -> int:
    """A tool posts a body; the status that it is answered."""
    raw = json.dumps(body).encode()
    signature = hmac.new(CHANGES_SECRET.encode(), raw, hashlib.sha256).hexdigest()
    proof = {"Authorization": f"Bearer {CHANGES_TOKEN}", "X-Hub-Signature-256": f"sha256={signature}"}
    async with (
        aiohttp.ClientSession() as session,
        session.post(f"{it.bot.web_url}{path}", data=raw, headers={**proof, **headers}) as answer,
    ):
        return answer.status


async def test_a_deployment_is_on_the_card_and_a_rollback_is_told_in_the_thread(tmp_path: Path) -> None:
    async with rig(tmp_path) as it:
        push = {
            "ref": "refs/heads/main", "after": "3f9c2a", "pusher": {"name": "emi"},
            "repository": {"full_name": "acme/storybook", "default_branch": "main"},
            "head_commit": {"message": "Print the covers first"},
        }  # fmt: skip
        assert await told(it, "/changes/github", push, **{"X-GitHub-Event": "push", "X-GitHub-Delivery": "g1"}) == 202
        ana = it.person("ana")
        await it.person("emi").command("/incident declare P1 Books are not printed", "general")
        channel = await ana.wait_for_channel("inc-", 60)
        card = await ana.wait_for(channel, lambda message: "Recent changes" in words(message), 60)
        assert "Push to acme/storybook (main): Print the covers first" in words(card)
        assert await told(it, "/changes", {"what": "Rolled the API back", "revision": "1.3"}) == 202
        line = await ana.wait_for(
            channel, lambda message: "The system is changed: Rolled the API back" in words(message), 60
        )
        assert line.thread_ts == card.ts
        await ana.command("/incident resolve the rollback helped", channel)
        draft = await drafted(it, ana, channel)
        assert "| Push to acme/storybook" in draft
        assert draft.index("Print the covers first") < draft.index("Rolled the API back")


async def drafted(it: Rig, person: Person, channel: Channel) -> str:
    await person.wait_for(channel, lambda message: any(file.name.endswith(".md") for file in message.files), 60)
    (path,) = await asyncio.to_thread(lambda: list((it.data_dir / "postmortems").glob("*/*.md")))
    return path.read_text(encoding="utf-8")
