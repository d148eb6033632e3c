"""Traces to a collector, by OpenTelemetry: imported only where one is named (OTEL_EXPORTER_OTLP_ENDPOINT).

The other OTEL_ variables (headers, sampling, the service's name) mean here what they mean everywhere.
"""

import asyncio
import logging
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from opentelemetry import trace
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SpanExporter, SpanExportResult
from opentelemetry.trace import Status, StatusCode

from bot.telemetry import traces
from bot.telemetry.logs import process_name

log = logging.getLogger(__name__)


class _Span:
    def __init__(self, kept: trace.Span) -> None:
        self.kept = kept

    def tell(self, name: str, value: str | int) -> None:
        self.kept.set_attribute(f"muster.{name}", value)

    def end(self, *, failed: str = "") -> None:
        if failed:
            self.kept.set_status(Status(StatusCode.ERROR, failed))
        self.kept.end()


class _Sender(SpanExporter):
    """Sends batches; says once that the collector does not take them, and once that it does again."""

    def __init__(self) -> None:
        self._exporter: SpanExporter = OTLPSpanExporter()
        self._library = logging.getLogger(OTLPSpanExporter.__module__)
        self._library.addFilter(self._is_news)
        self._away = False

    def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:
        """Send one batch, again and again for OTEL_EXPORTER_OTLP_TIMEOUT."""
        result = self._exporter.export(spans)
        if result is SpanExportResult.SUCCESS and self._away:
            self._away = False
            log.info("traces are taken again")
        return result

    def let_be(self) -> None:
        """Send no more where the collector is away: nobody waits for what nobody takes."""
        if self._away:
            self._exporter.shutdown()

    def shutdown(self) -> None:
        """It is over."""
        self._exporter.shutdown()
        self._library.removeFilter(self._is_news)

    def _is_news(self, record: logging.LogRecord) -> bool:
        """Of all that the library says of one outage the first line tells why; others would fill the log."""
        first, self._away = not self._away, True
        return first


class Exported:
    """Spans that a collector gets, in batches and from a thread of their own: while it is away they are thrown away."""

    def __init__(self) -> None:
        given = {"service.instance.id": process_name()}
        if str(Resource.create().attributes["service.name"]).startswith("unknown_service"):
            given["service.name"] = "muster"
        self._provider = TracerProvider(resource=Resource.create(given))
        self._sender = _Sender()
        self._provider.add_span_processor(BatchSpanProcessor(self._sender))
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
        """Send what is left, if there is somebody who takes it."""
        traces.set_up(None)
        self._sender.let_be()
        await asyncio.to_thread(self._provider.shutdown)
