"""Lengths of time as kubectl, docker and helm take them: `90s`, `1h30m`, `1.5h`."""

import re

_SECONDS = {"ns": 1e-9, "us": 1e-6, "µs": 1e-6, "ms": 1e-3, "s": 1.0, "m": 60.0, "h": 3600.0}
_PART = r"(\d{1,12}(?:\.\d{1,9})?)(ns|us|µs|ms|s|m|h)"
_WHOLE = re.compile(rf"(?:{_PART})+", re.ASCII)


def seconds(text: str) -> float | None:
    """The length of time in seconds; None when the text is not one, or is negative."""
    if not _WHOLE.fullmatch(text):
        return None
    return sum(float(amount) * _SECONDS[unit] for amount, unit in re.findall(_PART, text, re.ASCII))
