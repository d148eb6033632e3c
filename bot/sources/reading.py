"""Reading what monitors send without trusting its shape: a missing, null or odd value is *unknown*, never a crash."""

import json
import re
import zlib
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from functools import lru_cache
from itertools import islice
from typing import Final
from urllib.parse import parse_qsl, urlsplit

import msgspec

from commands.outage import Unreadable

_NANOSECONDS: Final = re.compile(r"(\.\d{6})\d+")
_UTC: Final = re.compile(r"(?<=\d)(?:z| ?(?:[+-]0000 )?(?:UTC|GMT)(?: m=[+-][\d.]+)?|Z\[UTC\])$")
"""How programs in Go, Java and shell scripts end a moment in UTC, beside ISO's own ways."""
_MAIL: Final = re.compile(r"[A-Z][a-z]{2}, [\w :+-]{10,40}", re.ASCII)
"""``Mon, 04 May 2026 10:00:00 GMT``, as in letters and HTTP."""
_NUMBER: Final = re.compile(r"\d{9,22}(\.\d+)?", re.ASCII)
_LONGEST_TEXT: Final = 10_000
_MOST_TEXTS: Final = 200
"""Labels of one alert, more than any monitor has; of those that a body names once, each of its alerts gets a copy."""
_PACKED: Final = b"\x1f\x8b"
"""How everything begins that gzip made."""
_LARGEST_UNPACKED: Final = 4 * 1024 * 1024
_FORM: Final = re.compile(r"[\w.$*%+-]{1,200}=")
_PART: Final = re.compile(r'^content-disposition: *form-data; *name="([^"\r\n]{1,200})"', re.IGNORECASE | re.MULTILINE)
_MOST_FIELDS: Final = 1000
_TURNS: Final = (*range(0x202A, 0x202F), *range(0x2066, 0x206A))
_CONTROLS: Final = {code: None for code in (*range(0x20), *range(0x7F, 0xA0), *_TURNS) if chr(code) not in "\t\n\r"}
"""What steers a terminal, turns the direction of what is read, or a database takes for an end, and nobody reads."""


def document(body: bytes) -> Mapping[str, object]:
    """The JSON object, or the form, in a body. Raises Unreadable with one sentence."""
    return one_table(loaded(body))


def one_table(value: object) -> Mapping[str, object]:
    """What a body holds, where it is a table. Raises Unreadable with one sentence."""
    if not isinstance(value, dict):
        raise Unreadable(f"the body is a JSON {type(value).__name__}, not an object")
    return value


def loaded(body: bytes) -> object:
    """What a body holds. Raises Unreadable with one sentence.

    It is JSON as a rule. What a proxy packed with gzip, what is in an older character set than UTF-8, and a form are
    read, too: a page with a wrong accent is better than none.
    """
    try:
        return msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return _odd(body)


def _odd(body: bytes) -> object:
    """What Python reads beside JSON, such as NaN and UTF-16, and what is none at all. Raises Unreadable."""
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        written = _letters(_unpacked(body))
    try:
        return json.loads(written)
    except (ValueError, RecursionError) as error:
        if (form := _form(written)) is not None:
            return form
        raise Unreadable("the body is not JSON") from error


def _unpacked(body: bytes) -> bytes:
    if not body.startswith(_PACKED):
        return body
    unpacking = zlib.decompressobj(wbits=zlib.MAX_WBITS | 16)
    try:
        plain = unpacking.decompress(body, _LARGEST_UNPACKED)
    except zlib.error as error:
        raise Unreadable("the body is packed with gzip and cannot be unpacked") from error
    if unpacking.unconsumed_tail:
        raise Unreadable("unpacked, the body is over 4 MiB")
    return plain


def _letters(body: bytes) -> str:
    try:
        return body.decode("utf-8-sig")
    except UnicodeDecodeError:
        return body.decode("cp1252", errors="replace")


def _form(written: str) -> object | None:
    """The entries of a form, or the JSON under ``payload`` in it (of one in parts under ``data``); None for no form."""
    in_parts = written.startswith("--")
    try:
        fields = _parts(written) if in_parts else _fields(written)
        inner = fields.get("payload", "") or (in_parts and fields.get("data", "")) or ""
        return json.loads(inner) if inner.startswith("{") else fields or None
    except (ValueError, RecursionError):
        return None


def _fields(written: str) -> dict[str, str]:
    if not _FORM.match(written):
        return {}
    return dict(parse_qsl(written, keep_blank_values=True, max_num_fields=_MOST_FIELDS))


def _parts(written: str) -> dict[str, str]:
    """The entries of a form in parts, each below a line that is the same for all of them."""
    line = written.partition("\r\n")[0]
    split = (part.partition("\r\n\r\n") for part in written.split(line, _MOST_FIELDS))
    return {found[1]: value.removesuffix("\r\n") for head, _, value in split if (found := _PART.search(head))}


def text(value: object) -> str:
    """A text as it can be shown and stored; numbers become text, anything else is empty.

    Control characters but tabs and line ends are dropped, and half a surrogate pair, which JSON allows and UTF-8 does
    not, becomes ``?``.
    """
    if type(value) is str and value.isascii() and value.isprintable():
        return value[:_LONGEST_TEXT].strip()  # nearly all of them; each alert has dozens
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (str, int, float)):
        whole = str(value).translate(_CONTROLS).encode(errors="replace").decode()
        return whole[:_LONGEST_TEXT].strip()
    return ""


def first(values: Mapping[str, object], *names: str) -> str:
    """The first of these entries that holds a text."""
    for name in names:
        if found := text(values.get(name)):
            return found
    return ""


def table(whole: Mapping[str, object], name: str) -> Mapping[str, object]:
    """An entry that is itself a table; an empty one where it is not."""
    value = whole.get(name)
    return value if isinstance(value, dict) else {}


def named(**labels: object) -> dict[str, str]:
    """The labels among these that hold a text."""
    return {name: found for name, value in labels.items() if (found := text(value))}


def texts(value: object) -> dict[str, str]:
    """A table of texts, such as labels, at most _MOST_TEXTS; entries that are no text are left out."""
    if not isinstance(value, dict):
        return {}
    listed = value.items() if len(value) <= _MOST_TEXTS else islice(value.items(), _MOST_TEXTS)
    return {text(name): text(each) for name, each in listed if isinstance(each, (str, int, float, bool))}


def time(value: object) -> datetime | None:
    """A moment in UTC, or None for a missing, zero or unreadable one (``0001-…`` and ``1970-01-01`` mean unknown).

    A number counts from 1970: seconds, milliseconds, microseconds or nanoseconds, told by how large it is.
    """
    if isinstance(value, bool) or not isinstance(value, (str, int, float)) or not value:
        return None
    return _moment(str(value).strip())


# What fires is told again and again, each time with the moment at which it began.
@lru_cache(maxsize=1024)
def _moment(written: str) -> datetime | None:
    try:
        moment = _since_1970(written) or _dated(written)
    except (ValueError, OverflowError):
        return None
    try:
        moment = moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except OverflowError:
        return None
    return moment if moment.year > 1970 else None


def _dated(written: str) -> datetime:
    """Raises ValueError for what is no date."""
    if _MAIL.fullmatch(written):
        return parsedate_to_datetime(written)
    return datetime.fromisoformat(_UTC.sub("+00:00", _NANOSECONDS.sub(r"\1", written)))


def _since_1970(written: str) -> datetime | None:
    """The moment that a number means; None for what is no number. Raises ValueError, OverflowError."""
    if not _NUMBER.fullmatch(written):
        return None
    whole, _, fraction = written.partition(".")
    # Each unit's numbers for the years 1973 to 5138 lie in a range of their own.
    digits = next((power for power in (0, 3, 6) if int(whole) < 10 ** (11 + power)), 9)
    # Cut to microseconds in whole numbers: a float would round a nanosecond's digits.
    microseconds = (int(whole) * 10**6 + int(f"{fraction:0<6}"[:6])) // 10**digits
    return datetime.fromtimestamp(0, UTC) + timedelta(microseconds=microseconds)


def link(value: object) -> str | None:
    """An absolute http(s) address, or None: a relative or odd one is not shown."""
    address = text(value)
    if not address:
        return None
    try:
        parts = urlsplit(address)
    except ValueError:
        return None
    usable = parts.scheme in {"http", "https"} and parts.netloc and not re.search(r"[\s<>|\"]", address)
    # People may write HTTPS://, and not all that shows a link takes that for one.
    return parts.scheme + address[len(parts.scheme) :] if usable else None


def links(**values: object) -> dict[str, str]:
    """The addresses among these that can be shown, by name."""
    return {name: address for name, value in values.items() if (address := link(value)) is not None}
