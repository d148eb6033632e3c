"""What only one person is shown after the acknowledgement: an answer, or a form; and that neither is lost silently."""

import asyncio
import logging
from typing import Final

import aiohttp
from slack_bolt.context.respond.async_respond import AsyncRespond
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.slack import answers
from bot.slack.blocks import Rendered
from bot.slack.modals import View

TRIES: Final = 3
PAUSE: Final = 1.0

log = logging.getLogger(__name__)


async def tell(respond: AsyncRespond, rendered: Rendered) -> None:
    """Answer by the response address, which no rate budget covers: a refusal of Slack is tried again, then logged."""
    for _ in range(TRIES):
        try:
            answer = await respond(**rendered, response_type="ephemeral", replace_original=False)
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            # It may have arrived: saying it twice would be worse than a line in the log.
            log.warning("private answer uncertain", extra={"error": type(error).__name__})
            return
        except ValueError:
            # What was clicked stands in a form: Slack gives those no response address.
            log.warning("private answer without an address")
            return
        if answer.status_code == 200:
            return
        await asyncio.sleep(PAUSE)
    log.warning("private answer refused", extra={"status": answer.status_code})


async def show(client: AsyncWebClient, respond: AsyncRespond, view: View, *, trigger: str) -> None:
    """Open a form. A trigger lives three seconds: when Slack was slower than that, whoever clicked is told so."""
    try:
        await client.views_open(trigger_id=trigger, view=view)
    except (SlackApiError, aiohttp.ClientError, TimeoutError, OSError) as error:
        log.warning("form not opened", extra={"error": f"{type(error).__name__}: {error}"})
        await tell(respond, answers.said(("Slack was too slow for the form to open. Please try again.",)))


async def replace(client: AsyncWebClient, view: View, *, view_id: str, view_hash: str) -> None:
    """Put a form in the place of the one that is open; when Slack refuses, the open one stays as it is."""
    try:
        await client.views_update(view_id=view_id, hash=view_hash, view=view)
    except (SlackApiError, aiohttp.ClientError, TimeoutError, OSError) as error:
        log.warning("form not replaced", extra={"error": f"{type(error).__name__}: {error}"})
