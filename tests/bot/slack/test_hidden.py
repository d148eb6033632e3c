"""What people write in Slack is cleaned before any listener reads it; what a step runs with stays as it was typed."""

from typing import Any

import pytest
from slack_bolt import BoltResponse
from slack_bolt.context.async_context import AsyncBoltContext
from slack_bolt.context.respond.async_respond import AsyncRespond

from bot.redaction.redactor import Redactor
from bot.slack.hidden import hiding
from bot.slack.tasks import Tasks
from commands.messages import HiddenMessage
from tests.fakes.settings import ANA
from tests.fakes.world import World, opened_world

SECRET = "correct-horse-battery"


async def heard(world: World, body: dict[str, Any]) -> int:
    """The body goes to the listeners; how often Ana is told of a secret in it."""
    tasks = Tasks()

    async def listeners() -> BoltResponse:
        return BoltResponse(status=200)

    before = hiding(Redactor([SECRET]).clean, world.chat, tasks)
    answer = await before(
        body=body,
        context=AsyncBoltContext({"user_id": ANA}),
        respond=AsyncRespond(response_url=None),
        next=listeners,
    )
    assert answer.status == 200
    await tasks.drain(20)
    return len([each for each in world.chat.told(ANA) if isinstance(each, HiddenMessage)])


def sent(**fields: str | None) -> dict[str, Any]:
    """A form as Slack delivers it."""
    values = {
        name.replace("__", ":"): {"input": {"type": "plain_text_input", "value": said}} for name, said in fields.items()
    }
    return {"type": "view_submission", "trigger_id": "1.2", "view": {"state": {"values": values}}}


async def test_a_form_is_cleaned_but_for_what_a_step_runs_with_and_told_of_once() -> None:
    async with opened_world() as world:
        body = sent(note=f"it is {SECRET}", reason=SECRET, parameter__key=SECRET, value=SECRET, impact=None)
        assert await heard(world, body) == 1
        values = body["view"]["state"]["values"]
        assert {name: held["input"]["value"] for name, held in values.items()} == {
            "note": "it is [redacted]",
            "reason": "[redacted]",
            "parameter:key": SECRET,
            "value": SECRET,
            "impact": None,
        }


@pytest.mark.parametrize(
    "body",
    [
        {"command": "/incident", "text": "note all is well", "trigger_id": "1.2"},
        {"command": "/incident", "trigger_id": "1.2"},
        {"type": "block_actions", "actions": [{"value": SECRET}], "user": {"name": SECRET}},
        {"event_id": "E1", "event": {"type": "pin_added", "item": {"message": {"ts": "1.2"}}}},
        {"event_id": "E1", "event": {"type": "app_home_opened", "item": None}},
        sent(note="all is well", status=None),
    ],
)
async def test_what_holds_no_secret_of_a_person_goes_on_as_it_came_and_nobody_is_told(body: dict[str, Any]) -> None:
    before = repr(body)
    async with opened_world() as world:
        assert await heard(world, body) == 0
    assert repr(body) == before
