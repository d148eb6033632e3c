"""Traces to a collector, by OpenTelemetry: imported only where one is named (OTEL_EXPORTER_OTLP_ENDPOINT).

The other OTEL_ variables (headers, sampling, the service's name) mean here what they mean everywhere.
"""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager

from opentelemetry import trace
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.trace import Status, StatusCode

from bot.telemetry import traces
from bot.telemetry.logs import process_name


class _Span:
    def __init__(self, kept: trace.Span) -> None:
        self.kept = kept

    def tell(self, name: str, value: str | int) -> None:
        self.kept.set_attribute(f"muster.{name}", value)

    def end(self, *, failed: str = "") -> None:
        if failed:
            self.kept.set_status(Status(StatusCode.ERROR, failed))
        self.kept.end()


class Exported:
    """Spans that a collector gets, in batches and from a thread of their own: while it is away they are thrown away."""

    def __init__(self) -> None:
        given = {"service.instance.id": process_name()}
        if str(Resource.create().attributes["service.name"]).startswith("unknown_service"):
            given["service.name"] = "muster"
        self._provider = TracerProvider(resource=Resource.create(given))
        self._provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
        self._tracer = self._provider.get_tracer("muster")

    def begin(self, name: str, facts: dict[str, str]) -> traces.Span:
        """Something begins, within what the same task is doing."""
        return _Span(self._tracer.start_span(name, attributes=facts))

    @contextmanager
    def within(self, span: traces.Span) -> Iterator[None]:
        """What begins until the block ends is a part of ``span``."""
        assert isinstance(span, _Span)
        with trace.use_span(span.kept, record_exception=False, set_status_on_exception=False):
            yield

    async def close(self) -> None:
        """Send what is left."""
        traces.set_up(None)
        await asyncio.to_thread(self._provider.shutdown)
