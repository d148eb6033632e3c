"""Where a collector of OpenTelemetry's is named, what this process does is sent there."""

from collections.abc import Callable, Coroutine

from bot.telemetry import traces
from commands.outage import Outage


def send_traces() -> Callable[[], Coroutine[None, None, None]]:
    """Send traces from now on; what sends the last of them and ends that.

    Raises Outage when the library for it is not installed.
    """
    try:
        # An extra, which takes most of a second to import.
        from bot.telemetry.opentelemetry import Exported
    except ImportError as missing:
        raise Outage(
            f"Traces need the extra otel ({missing.name} is missing): pip install 'muster-chatops[otel]', or take "
            "OTEL_EXPORTER_OTLP_ENDPOINT out of the environment.",
            retry=False,
        ) from missing
    spans = Exported()
    traces.set_up(spans)
    return spans.close
