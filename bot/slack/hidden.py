"""What people write in Slack, before anything reads it: secrets in it are hidden, and whoever wrote them is told once.

The values that a step runs with stay as they were typed: another value would be another command, and the approval card
shows them before they run.
"""

from collections.abc import Awaitable, Callable, Iterator, MutableMapping
from typing import Any, Final

from slack_bolt import BoltResponse
from slack_bolt.context.async_context import AsyncBoltContext
from slack_bolt.context.respond.async_respond import AsyncRespond

from bot.redaction.redactor import Hide
from bot.slack import answers, private
from bot.slack.blocks import Rendered
from bot.slack.names import PARAMETER, Field
from bot.slack.tasks import Tasks
from bot.words.hidden import HIDDEN
from commands.messages import HiddenMessage
from commands.ports import Chat
from incident.responder import UserId

Words = tuple[MutableMapping[str, Any], str]
"""Where a text stands: what holds it, and under which key."""

URGENCY: Final = 2
"""Behind whatever calls people."""


def hidden(message: HiddenMessage) -> Rendered:
    """One sentence, for whoever wrote it alone."""
    return answers.said((HIDDEN,))


def hiding(hide: Hide, chat: Chat, tasks: Tasks) -> Callable[..., Awaitable[BoltResponse]]:
    """What stands before all listeners."""

    async def without_secrets(
        body: dict[str, Any],
        context: AsyncBoltContext,
        respond: AsyncRespond,
        next: Callable[[], Awaitable[BoltResponse]],
    ) -> BoltResponse:
        found = [_hid(*where, hide) for where in _written(body)]
        response = await next()
        if any(found) and context.user_id is not None:
            tasks.start(_tell(body, UserId(context.user_id), chat, respond), "hidden secret")
        return response

    return without_secrets


def _hid(holder: MutableMapping[str, Any], key: str, hide: Hide) -> bool:
    """Whether there was a secret."""
    said = holder[key]
    holder[key] = hide(said)
    return bool(holder[key] != said)


def _written(body: dict[str, Any]) -> Iterator[Words]:
    """Where a person's own words stand in a delivery: behind a command, in a form's fields, in a pinned message."""
    places: list[Words] = [(body, "text")] if "command" in body else []
    if body.get("type") == "view_submission":
        fields = body["view"]["state"]["values"].items()
        runs = [name for name, _ in fields if name.startswith(PARAMETER) or name == Field.VALUE]
        places += [(held, "value") for name, of_field in fields if name not in runs for held in of_field.values()]
    pinned = ((body.get("event") or {}).get("item") or {}).get("message")
    if isinstance(pinned, dict):
        places.append((pinned, "text"))
    return (each for each in places if isinstance(each[0].get(each[1]), str))


async def _tell(body: dict[str, Any], user: UserId, chat: Chat, respond: AsyncRespond) -> None:
    message = HiddenMessage()
    if respond.response_url:
        await private.tell(respond, hidden(message))
        return
    mark = f"hidden:{body.get('trigger_id') or body.get('event_id')}"
    await chat.direct(user, message, mark=mark, again=False, urgency=URGENCY)
