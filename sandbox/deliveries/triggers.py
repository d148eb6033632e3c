"""The short-lived keys that a delivery hands to an app: a trigger_id opens one modal, a response_url answers."""

import secrets

from msgspec import Struct

from sandbox.state.workspace import Workspace
from sandbox.wire import SlackError

TRIGGER_SECONDS = 3.0
RESPONSE_SECONDS = 1800.0
RESPONSE_USES = 5


class Trigger(Struct, kw_only=True):
    """The right to show one modal to the person who acted, within a few seconds."""

    app_id: str
    user: str
    issued: float
    used: bool = False


class ResponseUrl(Struct, kw_only=True):
    """The right to answer where somebody acted, five times in half an hour.

    `ts` is the message that was clicked, if one was: the answer may replace or delete it.
    """

    app_id: str
    user: str
    channel: str
    issued: float
    ts: str | None = None
    thread_ts: str | None = None
    uses: int = 0


class Triggers:
    """All keys that were handed out. A trigger_id holds for `seconds`, three in Slack."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace
        self.seconds = TRIGGER_SECONDS
        self._triggers: dict[str, Trigger] = {}
        self._responses: dict[str, ResponseUrl] = {}

    def issue(self, app_id: str, user: str) -> str:
        """A new trigger_id for what that person just did."""
        now = self._workspace.clock.now()
        key = f"{int(now * 1000)}.{secrets.randbelow(10**10):010d}.{secrets.token_hex(16)}"
        self._triggers[key] = Trigger(app_id=app_id, user=user, issued=now)
        return key

    def exchange(self, key: str, app_id: str) -> Trigger:
        """Use a trigger_id up. Raises `invalid_trigger_id`, `exchanged_trigger_id` or `expired_trigger_id`."""
        trigger = self._triggers.get(key)
        if trigger is None or trigger.app_id != app_id:
            raise SlackError("invalid_trigger_id")
        if trigger.used:
            raise SlackError("exchanged_trigger_id")
        if self._workspace.clock.now() - trigger.issued > self.seconds:
            raise SlackError("expired_trigger_id")
        trigger.used = True
        return trigger

    def open_response(self, response: ResponseUrl) -> str:
        """The key of a new response_url."""
        key = secrets.token_urlsafe(18)
        self._responses[key] = response
        return key

    def spend_response(self, key: str) -> ResponseUrl:
        """Use a response_url once. Raises `expired_url` or `used_url`."""
        response = self._responses.get(key)
        if response is None or self._workspace.clock.now() - response.issued > RESPONSE_SECONDS:
            raise SlackError("expired_url")
        if response.uses >= RESPONSE_USES:
            raise SlackError("used_url")
        response.uses += 1
        return response
