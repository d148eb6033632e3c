"""Sends deliveries out, waits at most three seconds for the answer, and tries again what Slack would try again."""

import asyncio
import time
from collections.abc import Sequence

from sandbox.deliveries.delivery import Answer, Delivery, EnvelopeType, NotAnswered, Retry, Tasks, Transport
from sandbox.faults import Faults
from sandbox.record.causes import Causes
from sandbox.state.model import App
from sandbox.wire import Json

ANSWER_SECONDS = 3.0
RETRY_DELAYS = (0.0, 60.0, 300.0)
"""Seconds before the second, third and fourth attempt at an event; commands and interactions get one attempt."""


class Dispatcher:
    """Delivers to apps, over Socket Mode or signed HTTP, whichever the app has chosen."""

    def __init__(
        self,
        *,
        sockets: Transport,
        http: Transport,
        faults: Faults,
        causes: Causes,
        tasks: Tasks,
        answer_seconds: float = ANSWER_SECONDS,
        retry_delays: Sequence[float] = RETRY_DELAYS,
    ) -> None:
        self._sockets = sockets
        self._http = http
        self._faults = faults
        self._causes = causes
        self._tasks = tasks
        self.answer_seconds = answer_seconds
        self.retry_delays = tuple(retry_delays)
        self._count = 0

    def prepare(
        self, type_: EnvelopeType, name: str, app: App, payload: Json, *, takes_answer: bool, person: str, channel: str
    ) -> Delivery:
        """A numbered delivery, not sent yet, so that its payload may carry keys that point back at it."""
        self._count += 1
        return Delivery(
            id=f"{name}-{self._count}", type=type_, name=name, app=app, payload=payload, takes_answer=takes_answer,
            person=person, channel=channel,
        )  # fmt: skip

    async def deliver(self, delivery: Delivery, times: int = 1) -> list[Answer]:
        """Deliver, `times` over at the same moment if asked or if a fault repeats it; one answer for each copy."""
        self._causes.delivered(delivery)
        copies = max(times, self._faults.copies(delivery.name))
        answers = await asyncio.gather(*(self._once(delivery, None) for _ in range(copies)))
        self._causes.answered(delivery)
        return list(answers)

    async def _once(self, delivery: Delivery, retry: Retry | None) -> Answer:
        transport = self._http if delivery.app.request_url else self._sockets
        start = time.perf_counter()
        try:
            payload = await transport.send(delivery, retry, self.answer_seconds)
            if self._faults.loses_answer_to(delivery.name):
                raise NotAnswered("timeout")
        except NotAnswered as silence:
            return Answer(failure=silence.reason, latency_ms=(time.perf_counter() - start) * 1000)
        self._causes.answered(delivery)
        return Answer(payload=payload, latency_ms=(time.perf_counter() - start) * 1000)

    def publish(self, delivery: Delivery) -> None:
        """Deliver an event in the background, with Slack's retries."""
        self._tasks.start(self._publish(delivery), f"event {delivery.id}")

    async def _publish(self, delivery: Delivery) -> None:
        answers = await self.deliver(delivery)
        failure = next((answer.failure for answer in answers if answer.failure), None)
        for attempt, delay in enumerate(self.retry_delays, start=1):
            if failure is None:
                return
            await asyncio.sleep(delay)
            failure = (await self._once(delivery, Retry(attempt=attempt, reason=failure))).failure
