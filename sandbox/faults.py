"""Everything that goes wrong with Slack, on order: slow, limited, broken, silent, twice, or gone."""

from collections import Counter
from typing import Literal

from msgspec import Struct

EVERY = "*"


class CallFault(Struct, kw_only=True):
    """What happens to some calls of one method (or of `*`): from the nth on, so many times.

    `ratelimited` and `broken` happen before the method does anything; `lost` after it did everything.
    """

    method: str
    kind: Literal["ratelimited", "broken", "lost"]
    nth: int
    times: int
    status: int = 200
    retry_after: int = 1
    seen: int = 0

    def strikes(self, method: str) -> bool:
        """Count a call, and say whether it is one of those to fail."""
        if self.method not in (EVERY, method):
            return False
        self.seen += 1
        return self.nth <= self.seen < self.nth + self.times


class Faults:
    """The faults in force. None are, until somebody orders one."""

    def __init__(self) -> None:
        self.clear()

    def clear(self) -> None:
        """All is well (again)."""
        self.outage = False
        self._latency: dict[str, float] = {}
        self._calls: list[CallFault] = []
        self._handshakes = 0
        self._copies: dict[str, int] = {}
        self._lost_answers: Counter[str] = Counter()

    def delay(self, seconds: float, method: str = EVERY) -> None:
        """Every call of the method takes this long; 0 takes the delay away."""
        self._latency[method] = seconds

    def limit(self, method: str = EVERY, *, nth: int = 1, times: int = 1, retry_after: int = 1) -> None:
        """Answer 429, from the nth call from now, so many times."""
        self._order(method, "ratelimited", nth, times, 429, retry_after)

    def break_(self, method: str = EVERY, *, nth: int = 1, times: int = 1, status: int = 500) -> None:
        """Answer with a server error and do nothing."""
        self._order(method, "broken", nth, times, status, 1)

    def lose(self, method: str = EVERY, *, nth: int = 1, times: int = 1) -> None:
        """Do what was asked, then cut the connection instead of answering."""
        self._order(method, "lost", nth, times, 200, 1)

    def _order(
        self, method: str, kind: Literal["ratelimited", "broken", "lost"], nth: int, times: int, status: int, after: int
    ) -> None:
        fault = CallFault(method=method, kind=kind, nth=nth, times=times, status=status, retry_after=after)
        self._calls.append(fault)

    def refuse_handshakes(self, times: int = 1) -> None:
        """Refuse the next WebSocket connections although their tickets were good."""
        self._handshakes = times

    def repeat_deliveries(self, name: str = EVERY, times: int = 2) -> None:
        """Deliver everything of that name (command, click, submit, message…) so many times at once; 1 ends it."""
        self._copies[name] = times

    def lose_answers(self, name: str = EVERY, times: int = 1) -> None:
        """Lose the app's next acknowledgements of deliveries of that name."""
        self._lost_answers[name] += times

    def latency(self, method: str) -> float:
        """How long a call of that method takes, in seconds."""
        return self._latency.get(method, self._latency.get(EVERY, 0.0))

    def on_call(self, method: str) -> CallFault | None:
        """What is to go wrong with this call, if anything."""
        struck = [fault for fault in self._calls if fault.strikes(method)]
        return struck[0] if struck else None

    def refuses_handshake(self) -> bool:
        """Whether this connection is to be refused, as every one is during an outage."""
        if self.outage:
            return True
        if self._handshakes <= 0:
            return False
        self._handshakes -= 1
        return True

    def copies(self, name: str) -> int:
        """How often a delivery of that name goes out."""
        return self._copies.get(name, self._copies.get(EVERY, 1))

    def loses_answer_to(self, name: str) -> bool:
        """Whether the answer to a delivery of that name is lost."""
        for key in (name, EVERY):
            if self._lost_answers[key] > 0:
                self._lost_answers[key] -= 1
                return True
        return False
