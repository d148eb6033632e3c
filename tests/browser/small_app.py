"""A small Bolt app for the page to show: a form, an approval, a home tab, and one button that is never answered."""

from typing import Any

from slack_bolt.app.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

Json = dict[str, Any]


def plain(text: str) -> Json:
    return {"type": "plain_text", "text": text}


def mrkdwn(text: str) -> Json:
    return {"type": "mrkdwn", "text": text}


def section(text: str, **more: Any) -> Json:
    return {"type": "section", "text": mrkdwn(text), **more}


def button(action: str, label: str, **more: Any) -> Json:
    return {"type": "button", "action_id": action, "text": plain(label), "value": action, **more}


def option(value: str, text: str) -> Json:
    return {"value": value, "text": plain(text)}


def buttons(*elements: Json) -> Json:
    return {"type": "actions", "block_id": "buttons", "elements": list(elements)}


def field(block: str, label: str, element: Json, **more: Any) -> Json:
    return {"type": "input", "block_id": block, "label": plain(label), "element": {"action_id": "v", **element}, **more}


SEVERITIES = [option(name, name) for name in ("P0", "P1", "P2", "P3")]
FORM: Json = {
    "type": "modal", "callback_id": "declare", "title": plain("Declare"), "submit": plain("Declare"),
    "blocks": [
        field("title", "Title", {"type": "plain_text_input", "max_length": 80}, optional=True),
        field("severity", "Severity", {"type": "static_select", "options": SEVERITIES}),
        buttons(button("look_up", "Look up")),
    ],
}  # fmt: skip

REJECT_FIRST_ASKS = {
    "title": plain("Reject it?"), "text": mrkdwn("The *plan* is void then."), "confirm": plain("Reject"),
    "deny": plain("Keep it"), "style": "danger",
}  # fmt: skip


def approval(asked_by: str = "nobody") -> list[Json]:
    """A card that everybody but who asked may approve."""
    return [
        section("*Put stuck jobs back*"),
        buttons(
            {**button("approve", "Approve", style="primary"), "value": asked_by},
            button("reject", "Reject", style="danger", confirm=REJECT_FIRST_ASKS),
            button("silent", "Never answered"),
        ),
    ]


async def incident(ack: Any, command: Json, client: AsyncWebClient) -> None:
    if command["text"] == "ask":
        await ack()
        blocks = approval(command["user_id"])
        await client.chat_postMessage(channel=command["channel_id"], text="approval", blocks=blocks)
    elif command["text"] == "declare":
        await ack()
        await client.views_open(trigger_id=command["trigger_id"], view=FORM)
    else:
        await ack(f"I do not know {command['text']!r}.")


async def declared(ack: Any, view: Json, body: Json, client: AsyncWebClient) -> None:
    values = view["state"]["values"]
    title, severity = values["title"]["v"]["value"], values["severity"]["v"]["selected_option"]["value"]
    if title == "x":
        await ack(response_action="errors", errors={"title": "Say what is broken."})
        return
    await ack()
    await client.chat_postMessage(channel=body["user"]["id"], text=f"declared {severity}: {title}")


async def look_up(ack: Any, body: Json, client: AsyncWebClient) -> None:
    await ack()
    view = {**FORM, "blocks": [section("Looked up."), *FORM["blocks"]]}
    await client.views_update(view_id=body["view"]["id"], view=view)


async def approve(ack: Any, body: Json, client: AsyncWebClient) -> None:
    await ack()
    who, channel, ts = body["user"]["id"], body["channel"]["id"], body["message"]["ts"]
    if body["actions"][0]["value"] == who:
        await client.chat_postEphemeral(channel=channel, user=who, text="You asked for it: somebody else approves.")
    else:
        await client.chat_update(channel=channel, ts=ts, text="done", blocks=[section(f"Approved by <@{who}>")])


async def reject(ack: Any, body: Json, client: AsyncWebClient) -> None:
    await ack()
    channel, ts = body["channel"]["id"], body["message"]["ts"]
    await client.chat_update(channel=channel, ts=ts, text="void", blocks=[section("Void")])


async def stay_silent() -> None:
    """Never acknowledges."""


async def show_home(event: Json, client: AsyncWebClient) -> None:
    view = {"type": "home", "blocks": [section("*Two* incidents are open")]}
    await client.views_publish(user_id=event["user"], view=view)


async def hear() -> None:
    """Messages are not this app's business."""


def install(app: AsyncApp) -> None:
    """Listen to what the tests press."""
    app.command("/incident")(incident)
    app.view("declare")(declared)
    for action, listener in {"look_up": look_up, "approve": approve, "reject": reject, "silent": stay_silent}.items():
        app.action(action)(listener)
    app.event("app_home_opened")(show_home)
    app.event("message")(hear)


class Patient:
    """A demo panel's other side: one fault, one alert, and health that follows the fault."""

    def __init__(self) -> None:
        self.broken = False
        self.alerts: list[str] = []

    async def state(self) -> Json:
        return {
            "title": "The patient", "faults": [{"name": "stuck", "title": "Jobs get stuck", "active": self.broken}],
            "alerts": [{"name": "page", "title": "Jobs are stuck"}],
            "health": {
                "status": "unhealthy" if self.broken else "healthy",
                "facts": [{"name": "Stuck jobs", "value": "37" if self.broken else "0", "bad": self.broken}],
            },
        }  # fmt: skip

    async def fault(self, name: str, on: bool) -> None:
        self.broken = on

    async def alert(self, name: str) -> None:
        self.alerts.append(name)
