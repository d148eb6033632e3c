"""What the environment says about how this process is run, by systemd's conventions and by OpenTelemetry's."""

import os
from collections.abc import Mapping


def listen_fd(environment: Mapping[str, str]) -> int | None:
    """systemd's way of handing a socket over: the first descriptor after stderr, meant for this very process."""
    meant = environment.get("LISTEN_PID") == str(os.getpid()) and environment.get("LISTEN_FDS", "0") != "0"
    return 3 if meant else None


def wants_traces(environment: Mapping[str, str]) -> bool:
    """Whether there is a collector to send traces to. OpenTelemetry reads its further variables (OTEL_…) itself."""
    off = environment.get("OTEL_SDK_DISABLED", "").strip().lower() == "true"
    none = environment.get("OTEL_TRACES_EXPORTER", "").strip().lower() == "none"
    named = ("OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT")
    return not off and not none and any(environment.get(each, "").strip() for each in named)
