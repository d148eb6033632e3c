"""Slack's deliveries as signed requests to Muster's own web server, for teams that would rather be called than connect.

Slack signs the time and the raw bytes. Both are judged here before anything is parsed: Bolt's own check comes after its
parser, and on a text that was decoded as the sender's headers wish. The judge itself is the SDK's.

200  taken        400  signed, and not understood        401  forged, over five minutes old, or here before
"""

import logging
import time
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from typing import Final

from slack_bolt.app.async_app import AsyncApp
from slack_bolt.request.async_request import AsyncBoltRequest
from slack_bolt.response import BoltResponse
from slack_sdk.signature import SignatureVerifier

from bot.http.call import Answer, Call, Handler, refused
from bot.slack.deliveries import Health, Listeners

PATH: Final = "/slack/events"
"""Where commands, interactions and events all go: the request URL of each in the app's manifest."""

REMEMBERED: Final = 600.0
"""Seconds for which a signature is known again: its time may be five minutes off either way."""

_OWN: Final = frozenset({"content-type", "content-length"})
"""Headers that every answer has by itself."""

log = logging.getLogger(__name__)


class SignedHttp:
    """The door for one app's signed requests; it stands open as long as the web server that serves its route.

    What was here before is known from this process's own memory. Another process, or one that was started anew, would
    take it in, and there the cause in the store makes it a repeat.
    """

    def __init__(self, app: AsyncApp, signing_secret: str, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._app = app
        self._verifier = SignatureVerifier(signing_secret)
        self._clock = clock
        self._heard_at: float | None = None
        self._seen: OrderedDict[str, float] = OrderedDict()
        self._listeners = Listeners()
        app.listener_runner.listener_start_handler = self._listeners

    @property
    def door(self) -> Handler:
        """What stands behind the one address that Slack is given."""
        return self.take

    async def open(self) -> None:
        """The web server opens it; there is nobody to call."""

    async def take(self, call: Call) -> Answer:
        """One request: judged, handed to the app, and answered with what the app acknowledged."""
        if refusal := self._refusal(call.headers, call.body):
            log.warning("slack delivery refused", extra={"reason": refusal})
            return refused(401, refusal)
        self._heard_at = self._clock()
        headers: dict[str, str | Sequence[str]] = {**call.headers}
        try:
            delivery = AsyncBoltRequest(body=call.body.decode(), headers=headers)
        except ValueError:
            return refused(400, "The body is neither a form nor JSON.")
        return _acknowledged(await self._app.async_dispatch(delivery))

    async def health(self) -> Health:
        """Whoever can ask this reaches the web server, and so does Slack as far as Muster can tell."""
        return Health(connected=True, silent_for=None if self._heard_at is None else self._clock() - self._heard_at)

    async def close(self, within: float) -> int:
        """Wait for the listeners. How many had to be cut short."""
        return await self._listeners.settle(within)

    def _refusal(self, headers: Mapping[str, str], raw: bytes) -> str:
        """Why this request is not taken; empty when it is. A signature that was taken is remembered."""
        signature = headers.get("X-Slack-Signature", "")
        if not self._signed(raw, headers.get("X-Slack-Request-Timestamp", ""), signature):
            return "The signature is missing or wrong, or the request is over five minutes old."
        now = self._clock()
        while self._seen and next(iter(self._seen.values())) <= now - REMEMBERED:
            self._seen.popitem(last=False)
        if signature in self._seen:
            return "This very request was here before."
        self._seen[signature] = now
        return ""

    def _signed(self, raw: bytes, timestamp: str, signature: str) -> bool:
        try:
            return self._verifier.is_valid(raw, timestamp, signature)
        except (ValueError, TypeError, OverflowError):
            # The verifier breaks on a time that is no number or too large a one, and on what is no text.
            return False


def _acknowledged(response: BoltResponse) -> Answer:
    given = [(name, value) for name, values in response.headers.items() for value in values]
    return Answer(
        status=response.status,
        body=response.body.encode(),
        content_type=response.first_headers_without_set_cookie().get("content-type", "text/plain"),
        headers=tuple([each for each in given if each[0].lower() not in _OWN]),
    )
