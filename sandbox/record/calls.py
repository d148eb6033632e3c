"""The record of every call an app made: what, when, how it ended, and because of which delivery."""

import time
from collections import deque
from collections.abc import Callable

from msgspec import Struct, field

from sandbox.record.causes import Causes
from sandbox.record.chains import longest_chain
from sandbox.wire import Json, compact

KEPT = 50_000
_SECRET = frozenset({"token", "trigger_id"})
_SHOWN_LENGTH = 160


class Call(Struct, kw_only=True):
    """One call. `start` is when it had arrived whole, `end` just before its answer left; both seconds of one clock.

    `arguments` are as given, without the token; `answer` is the JSON that was sent, or would have been.
    """

    n: int
    method: str
    app: str
    arguments: Json
    start: float
    cause: str | None = None
    end: float | None = None
    status: int = 200
    answer: Json = field(default_factory=dict)
    attempt: int = 1
    lost: bool = False

    @property
    def ok(self) -> bool:
        """Whether the method did what it was asked."""
        return self.answer.get("ok") is True

    @property
    def error(self) -> str | None:
        """Slack's error code, if it said no."""
        error = self.answer.get("error")
        return str(error) if error else None


class Calls:
    """All calls so far, oldest first, and the chains that they form."""

    def __init__(self, causes: Causes) -> None:
        self.causes = causes
        self._calls: deque[Call] = deque(maxlen=KEPT)
        self._count = 0
        self._failed: dict[str, int] = {}
        self._listeners: list[Callable[[Call], None]] = []
        self._epoch = time.time() - causes.now()

    def listen(self, listener: Callable[[Call], None]) -> None:
        """Hear of every finished call."""
        self._listeners.append(listener)

    def begin(self, method: str, app: str, arguments: Json) -> Call:
        """A call has arrived."""
        self._count += 1
        call = Call(
            n=self._count, method=method, app=app, arguments=arguments, start=self.causes.now(),
            cause=self.causes.of(method, arguments, self._count),
        )  # fmt: skip
        if self._failed:
            call.attempt += self._failed.get(_identity(call), 0)
        self._calls.append(call)
        return call

    def finish(self, call: Call, status: int, answer: Json) -> None:
        """The call has had its effect, and this is the answer."""
        call.end, call.status, call.answer = self.causes.now(), status, answer
        if status == 200 and not call.lost:
            self._failed.pop(_identity(call), None) if self._failed else None
        else:
            self._failed[_identity(call)] = call.attempt
        for listener in self._listeners:
            listener(call)

    def all(self, method: str | None = None, *, cause: str | None = None, after: int = 0) -> list[Call]:
        """The calls, oldest first: of one method, of one cause, after call number `after`."""
        return [
            call
            for call in self._calls
            if call.n > after and method in (None, call.method) and cause in (None, call.cause)
        ]

    def list_causes(self) -> list[str]:
        """Every cause that led to a call, in order of first appearance."""
        return list(dict.fromkeys(call.cause for call in self._calls if call.cause))

    def chain(self, cause: str, *until: Callable[[Call], bool]) -> list[Call]:
        """The longest chain of calls under a cause that had to wait for one another.

        With `until`, the longest that ends with the first call of which each condition is true: what had to happen
        until all of them were done. Raises LookupError naming the condition that no call met.
        """
        return longest_chain([call for call in self.all(cause=cause) if call.end is not None], until)

    def epoch(self, moment: float) -> float:
        """A time of the record as epoch seconds."""
        return self._epoch + moment


def _identity(call: Call) -> str:
    return f"{call.method} {compact(call.arguments)}"


def summary(arguments: Json) -> Json:
    """Arguments fit for a screen: no secrets, nothing long."""
    shown: Json = {}
    for name, value in arguments.items():
        if name in _SECRET:
            continue
        text = value if isinstance(value, str) else compact(value)
        shown[name] = text if len(text) <= _SHOWN_LENGTH else text[:_SHOWN_LENGTH] + "…"
    return shown
