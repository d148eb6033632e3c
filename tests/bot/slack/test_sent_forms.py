"""A form that was refused says why where it stands, in words that Slack shows there."""

import json
from typing import Any

from slack_bolt.context.ack.async_ack import AsyncAck

from bot.slack import forms
from bot.slack.sent_forms import SentForms
from commands.answers import FormWanted
from tests.fakes.settings import ANA, BEN
from tests.fakes.world import World, opened_world


async def filled(world: World, wanted: FormWanted, values: dict[str, Any]) -> dict[str, Any]:
    """The answer to a form that Ben sends."""
    view = {**forms.wanted(wanted, by=BEN, systems={}), "id": "V1", "state": {"values": values}}
    ack = AsyncAck()
    await SentForms(world.ports).sent(ack, {"view": view, "user": {"id": BEN}})
    assert ack.response is not None
    answer: dict[str, Any] = json.loads(ack.response.body)
    return answer


async def test_what_is_asked_for_already_is_told_in_the_form_without_a_raw_id() -> None:
    async with opened_world() as world:
        incident = await world.declared()
        await world.requested(incident, by=ANA)
        wanted = await world.say(BEN, "fix requeue", incident)
        assert isinstance(wanted, FormWanted)
        chosen = {"selected_option": {"value": "requeue"}}
        answer = await filled(world, wanted, {"step": {"x": chosen}, "parameter:minutes": {"x": {"value": "15"}}})
        (said,) = answer["errors"].values()
        assert said.startswith("“Queue them again” is asked for already, by somebody at 09:00 UTC: answer its card")
        assert ANA not in str(answer)
