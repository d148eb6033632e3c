"""What crosses the wire: JSON objects, and the refusals that Slack answers with."""

import json
from collections.abc import Sequence
from typing import Any

Json = dict[str, Any]
"""A parsed JSON object: its members have no narrower static type, so every reader checks what it reads."""


class SlackError(Exception):
    """Slack said no: one documented error code, with the details that real Slack sends beside it.

    `messages` are the lines of `response_metadata.messages`; `extra` are further top-level members of the answer,
    such as `needed` and `provided` for a missing scope.
    """

    def __init__(self, code: str, *, messages: Sequence[str] = (), **extra: object) -> None:
        super().__init__(code)
        self.code = code
        self.messages = tuple(messages)
        self.extra = extra

    def body(self) -> Json:
        """The whole JSON answer, `ok` false."""
        answer: Json = {"ok": False, "error": self.code, **self.extra}
        if self.messages:
            answer["response_metadata"] = {"messages": list(self.messages)}
        return answer


def compact(value: object) -> str:
    """JSON without spaces, as Slack sends it and as sizes are counted."""
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False)


def present(**members: object) -> Json:
    """Only the members that have a value, so that an absent fact is absent on the wire too."""
    return {name: value for name, value in members.items() if value is not None}
