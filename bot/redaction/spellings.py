"""A known secret as it may come back: as other texts write it, by the numbers of its bytes, and in bytes made text.

Each spelling is the whole secret and nothing else. docs/security.md says which there are.
"""

import base64
import html
import json
import re
from collections.abc import Callable, Iterator
from typing import Final
from urllib.parse import quote, quote_plus

SHORTEST: Final = 6
"""A known secret shorter than this is as likely a word of the answer; it is not looked for."""

_ESCAPE: Final = re.compile(r"%[0-9A-F]{2}")

_GO: Final = str.maketrans({"&": r"\u0026", "<": r"\u003c", ">": r"\u003e"})
"""What Go's JSON escapes beside what must be, as Docker's, Kubernetes' and NATS' answers are."""

_GSON: Final = str.maketrans({each: rf"\u{ord(each):04x}" for each in "&<>='"})
"""What Java's Gson escapes unless it is told otherwise."""

_NET: Final = frozenset("\"&'+<>`\x7f")
"""What .NET's JSON writes by number, beside what is not ASCII."""

_TEMPLATES: Final = str.maketrans({"/": "&#x2F;", "=": "&#x3D;", "`": "&#x60;"})
"""What Mustache and Handlebars escape beside what must be."""

_HEX: Final = (
    ("", ""),
    ("", " "),
    ("", ":"),
    ("", "-"),
    (r"\x", ""),
    ("%", ""),
    ("0x", ", "),
    ("0x", ","),
    ("0x", " "),
)
"""What stands before the hexadecimal number of a byte, and what between two."""

_ZEROS: Final = ("\0", "\N{REPLACEMENT CHARACTER}", r"\0", r"\x00", r"\u0000")
"""The other byte of each character of UTF-16: where that is read as UTF-8, as it is shown, and as it is escaped."""


def spellings(secret: str) -> set[str]:
    """Every spelling that is long enough to be looked for."""
    raw, wide = secret.encode(), (secret.encode("utf-16-le"), secret.encode("utf-16-be"))
    found = {secret, *_for_addresses(secret), *_as_json(secret), *_as_markup(secret), *_between_quotes(secret)}
    found.update(zero.join(secret) for zero in _ZEROS)
    found.update(_by_numbers(secret, raw))
    for each in (raw, *wide):
        found |= {each.hex(), each.hex().upper()} | _base64_cores(each)
    found.update(*(_base64_cores(core.encode()) for core in _base64_cores(raw)))
    found |= _base32_cores(raw)
    return {spelling for spelling in found if len(spelling) >= SHORTEST}


def _by_numbers(secret: str, raw: bytes) -> Iterator[str]:
    """As dumps, programs, addresses, JSON's buffers and HTML write each byte or character by its number."""
    for before, between in _HEX:
        yield between.join(f"{before}{byte:02x}" for byte in raw)
        yield between.join(f"{before}{byte:02X}" for byte in raw)
    yield "".join(rf"\u{ord(each):04x}" for each in secret)
    yield "".join(f"\\{byte:03o}" for byte in raw)
    yield "".join(f"&#{ord(each)};" for each in secret)
    yield "".join(f"&#x{ord(each):x};" for each in secret)
    for between in (",", ", ", " "):
        yield between.join(str(byte) for byte in raw)


def _for_addresses(secret: str) -> set[str]:
    """As a part of a URL, or of one that is itself a part of one; who encodes which characters differs."""
    quoted = {quote(secret, safe=safe) for safe in ("", "/", "!'()*", "$&+,;=")} | {quote_plus(secret)}
    once = quoted | {_ESCAPE.sub(lambda escape: escape.group().lower(), each) for each in quoted}
    return once | {each.replace("%", "%25") for each in once}


def _as_json(secret: str) -> set[str]:
    """As JSON writes it, and JSON within JSON; Go, Java and .NET escape what means something in HTML, PHP the slash."""
    plain = {json.dumps(secret)[1:-1], json.dumps(secret, ensure_ascii=False)[1:-1]}
    once = plain | {each.translate(as_written) for each in plain for as_written in (_GO, _GSON)}
    once |= {each.replace("/", r"\/") for each in plain} | {"".join(map(_as_net, secret))}
    return once | {json.dumps(each, ensure_ascii=False)[1:-1] for each in once}


def _as_net(character: str) -> str:
    """As .NET writes it in JSON: more by number, and numbers in capital letters."""
    if character in _NET:
        return rf"\u{ord(character):04X}"
    plain = json.dumps(character)[1:-1]
    return plain if character.isascii() else plain.upper().replace("U", "u")


def _as_markup(secret: str) -> set[str]:
    """As HTML and XML write it, with the quotes as they are, by number, or by name."""
    escaped = html.escape(secret)
    by_number = escaped.replace("&#x27;", "&#39;")
    return {
        html.escape(secret, quote=False),
        escaped,
        by_number,
        by_number.replace("&quot;", "&#34;"),
        escaped.replace("&#x27;", "&apos;"),
        by_number.translate(_TEMPLATES),
        escaped.translate(_TEMPLATES),
    }


def _between_quotes(secret: str) -> set[str]:
    """As SQL, a shell and Python write it between single quotes."""
    return {secret.replace("'", "''"), secret.replace("'", r"'\''"), repr(secret)[1:-1]}


def _base64_cores(raw: bytes) -> set[str]:
    """In both alphabets of base64, with and without padding."""
    cores = set(_cores(raw, base64.b64encode, of=3, bits=6))
    return cores | {core.replace("+", "-").replace("/", "_") for core in cores}


def _base32_cores(raw: bytes) -> set[str]:
    """In capital and small letters."""
    cores = set(_cores(raw, base64.b32encode, of=5, bits=5))
    return cores | {core.lower() for core in cores}


def _cores(raw: bytes, encode: Callable[[bytes], bytes], *, of: int, bits: int) -> Iterator[str]:
    """What an encoding makes of the secret at each of the places ``of`` which a neighbour can push it to one.

    Characters that also depend on the neighbours are left out; what stays of them tells nothing.
    """
    for shift in range(of):
        coded = encode(bytes(shift) + raw).decode().rstrip("=")
        yield coded[-(-shift * 8 // bits) : (shift + len(raw)) * 8 // bits]
