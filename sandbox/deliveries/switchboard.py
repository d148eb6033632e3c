"""What every delivery has in common: who acted, where, and the keys that the app may answer with."""

from msgspec import Struct

from sandbox.deliveries.delivery import Answer, Delivery, EnvelopeType
from sandbox.deliveries.dispatcher import Dispatcher
from sandbox.deliveries.triggers import ResponseUrl, Triggers
from sandbox.record.causes import Causes
from sandbox.state.messages import show_ephemeral
from sandbox.state.model import App, Channel, Message, User
from sandbox.state.shapes import person_json
from sandbox.state.workspace import SLACKBOT, Workspace
from sandbox.wire import Json


class Switchboard(Struct, frozen=True, kw_only=True):
    """Everything it takes to tell an app what a person did, and to carry its answer back to that person."""

    workspace: Workspace
    triggers: Triggers
    dispatcher: Dispatcher
    causes: Causes
    base: str

    def delivery(
        self, type_: EnvelopeType, name: str, app: App, user: User, channel: Channel | None, *,
        takes_answer: bool = True,
    ) -> Delivery:  # fmt: skip
        """A delivery of what `user` did, its payload still to be written."""
        return self.dispatcher.prepare(
            type_, name, app, {}, takes_answer=takes_answer, person="" if user.is_bot else user.id,
            channel=channel.id if channel else "",
        )  # fmt: skip

    def trigger(self, delivery: Delivery) -> str:
        """A trigger_id for whoever acted."""
        key = self.triggers.issue(delivery.app.id, delivery.person)
        self.causes.handed_out(key, delivery.id)
        return key

    def response_url(self, delivery: Delivery, ts: str | None = None, thread_ts: str | None = None) -> str:
        """The address at which the app may answer where somebody acted."""
        key = self.triggers.open_response(
            ResponseUrl(
                app_id=delivery.app.id, user=delivery.person, channel=delivery.channel,
                issued=self.workspace.clock.now(), ts=ts, thread_ts=thread_ts,
            )
        )  # fmt: skip
        self.causes.handed_out(key, delivery.id)
        return f"{self.base}/response/{key}"

    def common(self, delivery: Delivery, user: User) -> Json:
        """What all interactions carry."""
        workspace = self.workspace
        return {
            "team": {"id": workspace.id, "domain": workspace.domain}, "user": person_json(user, workspace),
            "api_app_id": delivery.app.id, "token": delivery.app.verification_token, "enterprise": None,
            "is_enterprise_install": False,
        }  # fmt: skip

    async def send(self, delivery: Delivery, times: int = 1) -> list[Answer]:
        """Deliver, and wait for the answer of every copy."""
        return await self.dispatcher.deliver(delivery, times)

    def slackbot_says(self, channel: Channel, user: User, text: str) -> None:
        """What Slack itself shows somebody, and only them, when an app does not answer."""
        message = Message(ts=self.workspace.stamp(), channel=channel.id, user=SLACKBOT, text=text, ephemeral_to=user.id)
        show_ephemeral(self.workspace, channel, message)


def first_good(answers: list[Answer]) -> Answer:
    """The answer that counts when a delivery went out several times: the first that came at all."""
    return next((answer for answer in answers if answer.ok), answers[0])


def place_json(channel: Channel) -> Json:
    """Where somebody acted, with the names Slack uses for what has none."""
    if channel.kind == "im":
        return {"id": channel.id, "name": "directmessage"}
    return {"id": channel.id, "name": "privategroup" if channel.is_private else channel.name}
