"""Reading what monitors send without trusting its shape: a missing, null or odd value is *unknown*, never a crash."""

import json
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Final
from urllib.parse import urlsplit

from commands.outage import Unreadable

_NANOSECONDS: Final = re.compile(r"(\.\d{6})\d+")
_LONGEST_TEXT: Final = 10_000


def document(body: bytes) -> Mapping[str, object]:
    """The JSON object in a body. Raises Unreadable with one sentence."""
    try:
        value = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise Unreadable("the body is not JSON") from error
    if not isinstance(value, dict):
        raise Unreadable(f"the body is a JSON {type(value).__name__}, not an object")
    return value


def text(value: object) -> str:
    """A text as it can be shown and stored; numbers become text, anything else is empty.

    NUL characters are dropped, and half a surrogate pair, which JSON allows and UTF-8 does not, becomes ``?``.
    """
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (str, int, float)):
        whole = str(value).replace("\x00", "").encode(errors="replace").decode()
        return whole[:_LONGEST_TEXT].strip()
    return ""


def texts(value: object) -> dict[str, str]:
    """A table of texts, such as labels; entries that are no text are left out."""
    if not isinstance(value, Mapping):
        return {}
    return {text(name): text(each) for name, each in value.items() if isinstance(each, (str, int, float, bool))}


def time(value: object) -> datetime | None:
    """A moment in UTC, or None for a missing, zero or unreadable one (``0001-…`` and ``1970-01-01`` mean unknown)."""
    if not isinstance(value, str) or not value:
        return None
    try:
        moment = datetime.fromisoformat(_NANOSECONDS.sub(r"\1", value.strip()))
    except ValueError:
        return None
    try:
        moment = moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except OverflowError:
        return None
    return moment if moment.year > 1970 else None


def link(value: object) -> str | None:
    """An absolute http(s) address, or None: a relative or odd one is not shown."""
    address = text(value)
    try:
        parts = urlsplit(address)
    except ValueError:
        return None
    usable = parts.scheme in {"http", "https"} and parts.netloc and not re.search(r"[\s<>|\"]", address)
    return address if usable else None


def links(**values: object) -> dict[str, str]:
    """The addresses among these that can be shown, by name."""
    return {name: address for name, value in values.items() if (address := link(value)) is not None}
