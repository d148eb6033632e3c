"""Which delivery a call belongs to, found by following the data.

The rules, the first that fits deciding:

1. A call with a trigger_id, a view_id or a response_url belongs to the delivery that handed it out (a view to the
   delivery whose trigger opened it).
2. A call that names a channel created under a cause, as an argument or anywhere in its text, blocks or metadata,
   belongs to that cause.
3. A call whose metadata carries the same `incident` as an earlier call of a cause belongs to that cause.
4. conversations.create belongs to the earlier create of the same name, if there was one; else to the most recent
   delivery from a person in the last five seconds for which no channel has been created yet; else it is a cause of
   its own, as when an alert declares.
5. A call that starts while exactly one person's delivery waits for its answer belongs to that delivery.
6. Anything else belongs to none.
"""

import re
import time
from collections import deque

from sandbox.deliveries.delivery import Delivery
from sandbox.wire import Json, compact

RECENT_SECONDS = 5.0
_CHANNEL_ID = re.compile(r"\b[CDG][A-Z0-9]{8,}\b")
_NAMING = ("channel", "channel_id", "channels")
_READ = ("text", "markdown_text", "blocks", "attachments", "metadata", "initial_comment", "topic", "link")


class Causes:
    """Remembers what was delivered and made, and says where a call comes from."""

    def __init__(self) -> None:
        self._recent: deque[Delivery] = deque(maxlen=1000)
        self._waiting: dict[str, Delivery] = {}
        self._channels: dict[str, str] = {}
        self._views: dict[str, str] = {}
        self._incidents: dict[str, str] = {}
        self._names: dict[str, str] = {}
        self._keys: dict[str, str] = {}

    @staticmethod
    def now() -> float:
        """Seconds of the record's clock, which never jumps."""
        return time.perf_counter()

    def delivered(self, delivery: Delivery) -> None:
        """A delivery goes out."""
        delivery.sent = self.now()
        if delivery.person:
            self._recent.append(delivery)
            self._waiting[delivery.id] = delivery

    def answered(self, delivery: Delivery) -> None:
        """A delivery was acknowledged, or Slack gave up waiting."""
        delivery.answered = delivery.answered or self.now()
        self._waiting.pop(delivery.id, None)

    def handed_out(self, key: str, delivery_id: str) -> None:
        """A trigger_id or response_url went out with that delivery."""
        self._keys[key] = delivery_id

    def of(self, method: str, given: Json, number: int) -> str | None:
        """The cause of a call that starts now; `number` is the call's own, for a cause of its own."""
        return (
            self._by_key(given)
            or self._by_channel(given)
            or self._by_incident(given)
            or (self._of_create(given, number) if method == "conversations.create" else self._by_waiting())
        )

    def _by_key(self, given: Json) -> str | None:
        key = given.get("trigger_id") or given.get("response_url")
        return self._keys.get(str(key)) or self._views.get(str(given.get("view_id", "")))

    def _by_channel(self, given: Json) -> str | None:
        named = " ".join(str(given[name]) for name in _NAMING if given.get(name))
        read = " ".join(_flat(given[name]) for name in _READ if given.get(name))
        for channel in _CHANNEL_ID.findall(f"{named} {read}"):
            if channel in self._channels:
                return self._channels[channel]
        return None

    def _by_incident(self, given: Json) -> str | None:
        return self._incidents.get(_incident(given))

    def _of_create(self, given: Json, number: int) -> str:
        name = str(given.get("name", ""))
        if name in self._names:
            return self._names[name]
        horizon = self.now() - RECENT_SECONDS
        waiting = [delivery for delivery in self._recent if delivery.sent >= horizon and not delivery.declared]
        return waiting[-1].id if waiting else f"create-{number}"

    def _by_waiting(self) -> str | None:
        if len(self._waiting) != 1:
            return None
        return next(iter(self._waiting))

    def learn(self, method: str, given: Json, answer: Json, cause: str | None) -> None:
        """Remember what a successful call made, so that later calls can be followed back to it."""
        if cause is None:
            return
        if method == "conversations.create":
            self._channels[str(answer["channel"]["id"])] = cause
            self._names[str(given.get("name", ""))] = cause
            for delivery in self._recent:
                delivery.declared = delivery.declared or delivery.id == cause
        elif method in ("views.open", "views.push"):
            self._views[str(answer["view"]["id"])] = cause
        incident = _incident(given)
        if incident:
            self._incidents.setdefault(incident, cause)


def _flat(value: object) -> str:
    return value if isinstance(value, str) else compact(value)


def _incident(given: Json) -> str:
    """The incident that a call's metadata names, or an empty string."""
    metadata = given.get("metadata")
    payload = metadata.get("event_payload") if isinstance(metadata, dict) else None
    return str(payload.get("incident", "")) if isinstance(payload, dict) else ""
