"""Modals and Home tabs with the real Bolt: triggers, submissions and their answers, stacks, hashes."""

import asyncio
from typing import Any

import pytest
from slack_bolt.app.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from sandbox.deliveries.forms import INCOMPLETE
from sandbox.deliveries.interactions import NotThere
from sandbox.driver import Person
from sandbox.filling import NoSuchChoice
from sandbox.server import Sandbox
from tests.sandbox.refusals import refused


def plain(text: str) -> dict[str, Any]:
    return {"type": "plain_text", "text": text}


def modal(title: str = "Declare", **members: Any) -> dict[str, Any]:
    severities = [{"text": plain(f"P{n}"), "value": str(n)} for n in range(4)]
    typed = {"type": "plain_text_input", "action_id": "typed", "min_length": 3}
    chosen = {"type": "static_select", "action_id": "chosen", "options": severities, "initial_option": severities[1]}
    who = {"type": "multi_users_select", "action_id": "who"}
    return {
        "type": "modal", "callback_id": "declare", "title": plain(title), "submit": plain("Declare"),
        "blocks": [
            {"type": "input", "block_id": "title", "label": plain("Title"), "element": typed},
            {"type": "input", "block_id": "severity", "label": plain("Severity"), "element": chosen},
            {"type": "input", "block_id": "who", "label": plain("Responders"), "element": who, "optional": True},
        ],
        **members,
    }  # fmt: skip


@pytest.fixture
def opening(bolt: AsyncApp) -> AsyncApp:
    """An app whose command opens the modal."""

    @bolt.command("/incident")
    async def incident(ack, body, client):
        await ack()
        await client.views_open(trigger_id=body["trigger_id"], view=modal())

    return bolt


async def opened(ana: Person) -> None:
    await ana.command("/incident")
    await ana.wait_for_modal()


async def test_a_form_is_filled_by_label_and_closes(opening: AsyncApp, ana: Person, ben: Person) -> None:
    heard = {}

    @opening.view("declare")
    async def declare(ack, view):
        heard.update(view["state"]["values"])
        await ack()

    await opened(ana)
    assert ben.modal is None
    done = await ana.submit({"Title": "db is down", "Severity": "P0", "Responders": ["ben"]})
    assert done.ok
    assert ana.modal is None
    assert heard["title"]["typed"]["value"] == "db is down"
    assert heard["severity"]["chosen"]["selected_option"]["value"] == "0"
    assert heard["who"]["who"]["selected_users"] == [ben.id]


async def test_what_the_screen_refuses_is_never_delivered(opening: AsyncApp, box: Sandbox, ana: Person) -> None:
    await opened(ana)
    assert (await ana.submit()).errors == {"title": INCOMPLETE}
    assert (await ana.submit({"Title": "db"})).errors == {"title": "Please use at least 3 characters."}
    with pytest.raises(NoSuchChoice, match="'Title', 'Severity'"):
        await ana.submit({"Colour": "red"})
    with pytest.raises(NoSuchChoice, match="'P0'"):
        await ana.submit({"Severity": "P9"})


async def test_the_apps_errors_stand_at_their_fields(opening: AsyncApp, ana: Person) -> None:
    @opening.view("declare")
    async def declare(ack):
        await ack(response_action="errors", errors={"title": "say more"})

    await opened(ana)
    done = await ana.submit({"Title": "down"})
    assert not done.ok
    assert done.errors == {"title": "say more"}
    assert ana.modal is not None


async def test_an_update_keeps_what_was_filled_in(opening: AsyncApp, ana: Person) -> None:
    @opening.view("declare")
    async def declare(ack):
        await ack(response_action="update", view=modal("Are you sure?"))

    await opened(ana)
    assert (await ana.submit({"Title": "down"})).ok
    assert ana.modal is not None
    assert ana.modal.payload["title"]["text"] == "Are you sure?"
    assert ana.modal.values["title"]["typed"]["value"] == "down"


async def test_three_modals_stack_and_clear_takes_all(opening: AsyncApp, ana: Person) -> None:
    @opening.view("declare")
    async def declare(ack, view):
        deeper = int(view["private_metadata"] or 1)
        if deeper < 3:
            await ack(response_action="push", view=modal(f"level {deeper + 1}", private_metadata=str(deeper + 1)))
        else:
            await ack(response_action="clear")

    await opened(ana)
    first = ana.modal
    assert first is not None
    for _ in range(2):
        assert (await ana.submit({"Title": "down"})).ok
    assert ana.modal is not None
    assert ana.modal.root_view_id == first.id
    assert (await ana.submit({"Title": "down"})).ok
    assert ana.modal is None


async def test_silence_leaves_the_form_with_a_sentence(opening: AsyncApp, box: Sandbox, ana: Person) -> None:
    @opening.view("declare")
    async def declare(ack):
        await asyncio.sleep(1)

    await opened(ana)
    box.board.dispatcher.answer_seconds = 0.1
    done = await ana.submit({"Title": "down"})
    assert "did not answer" in str(done.error)
    assert ana.modal is not None


async def test_closing_is_told_when_asked_for(bolt: AsyncApp, ana: Person) -> None:
    closed = asyncio.Event()

    @bolt.command("/incident")
    async def incident(ack, body, client):
        await ack()
        await client.views_open(trigger_id=body["trigger_id"], view=modal(notify_on_close=True))

    @bolt.view_closed("declare")
    async def gone(ack):
        await ack()
        closed.set()

    await opened(ana)
    await ana.close()
    await asyncio.wait_for(closed.wait(), 20)
    with pytest.raises(NotThere):
        await ana.submit()


async def trigger(box: Sandbox, ana: Person) -> str:
    delivery = box.board.delivery("interactive", "test", box.app, ana.user, None)
    return box.board.trigger(delivery)


async def test_a_trigger_works_once_and_for_three_seconds(box: Sandbox, client: AsyncWebClient, ana: Person) -> None:
    box.clock.hold()
    key = await trigger(box, ana)
    await client.views_open(trigger_id=key, view=modal())
    with refused("exchanged_trigger_id"):
        await client.views_open(trigger_id=key, view=modal())
    with refused("invalid_trigger_id"):
        await client.views_open(trigger_id="1.2.abc", view=modal())
    late = await trigger(box, ana)
    box.clock.advance(3.1)
    with refused("expired_trigger_id"):
        await client.views_open(trigger_id=late, view=modal())


async def test_a_sandbox_that_waits_longer_lets_a_trigger_hold_longer(
    box: Sandbox, client: AsyncWebClient, ana: Person
) -> None:
    box.clock.hold()
    box.wait_longer(10)
    late = await trigger(box, ana)
    box.clock.advance(9)
    await client.views_open(trigger_id=late, view=modal())
    late = await trigger(box, ana)
    box.clock.advance(11)
    with refused("expired_trigger_id"):
        await client.views_open(trigger_id=late, view=modal())


async def test_a_stale_writer_is_refused(box: Sandbox, client: AsyncWebClient, ana: Person) -> None:
    view = (await client.views_open(trigger_id=await trigger(box, ana), view=modal()))["view"]
    await client.views_update(view_id=view["id"], hash=view["hash"], view=modal("Second"))
    with refused("hash_conflict"):
        await client.views_update(view_id=view["id"], hash=view["hash"], view=modal("Third"))
    with refused("not_found"):
        await client.views_update(view_id="V000", view=modal())


async def test_views_have_limits(box: Sandbox, client: AsyncWebClient, ana: Person) -> None:
    for _ in range(3):
        key = await trigger(box, ana)
        await (client.views_push if ana.modal else client.views_open)(trigger_id=key, view=modal())
    with refused("push_limit_reached"):
        await client.views_push(trigger_id=await trigger(box, ana), view=modal())
    with refused("invalid_arguments") as refusal:
        await client.views_open(trigger_id=await trigger(box, ana), view=modal("x" * 25))
    assert refusal.answer["response_metadata"]["messages"][-1] == (
        "[ERROR] must be less than 25 characters [json-pointer:/view/title/text]"
    )
    big = {"type": "section", "text": plain("x" * 3000)}
    with refused("view_too_large"):
        await client.views_open(trigger_id=await trigger(box, ana), view=modal(blocks=[big] * 90))
    with refused("duplicate_external_id"):
        await client.views_update(view_id=ana.modal.id, view=modal(external_id="mine"))
        await client.views_open(trigger_id=await trigger(box, ana), view=modal(external_id="mine"))


async def test_the_home_tab_is_published_when_it_is_opened(
    bolt: AsyncApp, box: Sandbox, ana: Person, ben: Person
) -> None:
    @bolt.event("app_home_opened")
    async def home(event, client):
        blocks = [{"type": "section", "text": plain("no incidents")}]
        await client.views_publish(user_id=event["user"], view={"type": "home", "blocks": blocks})

    ana.open_home()
    await box.pulse.until(lambda: ana.home, 20, lambda: "no Home tab was published")
    assert ben.home is None
