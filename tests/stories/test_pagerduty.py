"""A page from PagerDuty opens the incident's channel once; whoever cannot sign opens nothing."""

import hashlib
import hmac
import json
from collections.abc import Mapping
from pathlib import Path

import aiohttp

from tests.fakes import monitor
from tests.stories.opened import complete, incident_channels
from tests.stories.rig import PAGERDUTY_SECRETS, Rig, rig


async def test_a_signed_page_opens_a_channel_and_a_forged_or_repeated_one_does_not(tmp_path: Path) -> None:
    """Signed with the secret that goes and with the one that comes, while it is replaced."""
    old, new = PAGERDUTY_SECRETS
    async with rig(tmp_path) as it:
        page = _page("incident.triggered")
        assert await _post(it, page, "guessed") == (403, None)
        assert await _post(it, page, new) == (202, False)
        await complete(it)
        assert await _post(it, page, old) == (202, True)
        assert await _post(it, _page("incident.acknowledged"), old) == (202, False)
        assert await _post(it, _page("incident.resolved"), new) == (202, False)
        channel = await it.person("ana").wait_for_channel("inc-1", 60)
        await it.person("ana").wait_for(channel, "The monitor says it is over", 60)
        assert incident_channels(it) == ["inc-1-orders-stand-still"]


def _page(event_type: str) -> Mapping[str, object]:
    """The page as it would come now: what its fixed day says would be too old."""
    event = monitor.pagerduty(event_type)["event"]
    assert isinstance(event, dict)
    return {"event": {name: value for name, value in event.items() if name != "occurred_at"}}


async def _post(it: Rig, page: Mapping[str, object], secret: str) -> tuple[int, bool | None]:
    """The answer's status, and whether it was a repeat."""
    body = json.dumps(page).encode()
    headers = {"X-PagerDuty-Signature": "v1=" + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()}
    url = f"{it.bot.web_url}/alerts/pagerduty"
    async with aiohttp.ClientSession() as session, session.post(url, data=body, headers=headers) as answer:
        return answer.status, (await answer.json()).get("repeat")
