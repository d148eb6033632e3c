"""Whether a request may come in: each source says how its monitor proves itself, and how a wrong one is answered."""

import base64
import binascii
import hashlib
import hmac
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Final
from urllib.parse import urlencode

from msgspec import Struct, field
from msgspec.structs import replace

from incident.alert import Alert

SAME_BODY_SECONDS: Final = 300
"""How long the very same bytes are the same request; later they are counted as a repeat by the alerts they hold."""

OLDEST: Final = timedelta(minutes=5)
"""How far a signed time may lie from the receiver's clock."""


BEHIND_ADDRESS: Final = "token"
"""What the token is called where it stands behind the address."""


class Request(Struct, frozen=True, kw_only=True):
    """What came, and when (UTC): the headers, whose names are read in any case, and the raw body."""

    headers: Mapping[str, str]
    body: bytes
    at: datetime
    query: Mapping[str, str] = field(default_factory=dict)
    """What stands behind the address, such as ``token``."""

    def kept(self, names: Sequence[str]) -> dict[str, str]:
        """These of its headers, as text that can be stored: a question mark stands for each byte that is no text."""
        return {name: self.headers[name].encode(errors="replace").decode() for name in names if name in self.headers}


class Proof(Struct, frozen=True, kw_only=True):
    """How a monitor shows that it is the one. ``holds`` is asked with every secret that is valid now."""

    holds: Callable[[Request, Sequence[str]], bool]
    status: int
    """What a request without it is answered: the status that makes this monitor say so to its owners."""
    refusal: str


class Source(Struct, frozen=True, kw_only=True):
    """One monitor: how it proves itself, what tells its requests apart, and what its bodies mean."""

    proof: Proof
    request_key: Callable[[Request], str | None]
    """The same text for the same request sent again, and only for that; None where the monitor gives it no number."""
    parse: Callable[[bytes], tuple[Alert, ...]]
    """The alerts of a body, none when it is about something else. Raises Unreadable."""
    told: Callable[[Request], Request] = lambda request: request
    """The request with all that it tells in its body; a monitor's may stand behind the address."""


def bearer(request: Request, tokens: Sequence[str]) -> bool:
    """Whether the request carries one of the tokens as ``Authorization: Bearer …``."""
    scheme, _, rest = request.headers.get("Authorization", "").partition(" ")
    # What is no UTF-8 in a header comes as lone surrogates, which only this handler takes back.
    given = rest.strip().encode(errors="surrogateescape") if scheme.lower() == "bearer" else b""
    return bool(given) and any(hmac.compare_digest(given, token.encode()) for token in tokens)


def shared(request: Request, tokens: Sequence[str]) -> bool:
    """Whether one of the tokens comes along in any way that a monitor without signatures can send it.

    ``Authorization: Bearer …``, the password of ``Authorization: Basic …``, ``X-Muster-Token``, or ``?token=`` behind
    the address, which proxies write into their logs: the last resort.
    """
    header, behind = request.headers.get("X-Muster-Token", "").strip(), request.query.get(BEHIND_ADDRESS, "")
    given = (_password(request), header, behind)
    found = [each.encode(errors="surrogateescape") for each in given if each]
    return bearer(request, tokens) or any(
        hmac.compare_digest(each, token.encode()) for each in found for token in tokens
    )


def _password(request: Request) -> str:
    scheme, _, rest = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "basic":
        return ""
    try:
        return base64.b64decode(rest.strip(), validate=True).decode(errors="replace").partition(":")[2]
    except (binascii.Error, ValueError):
        return ""


def signed(content: bytes, given: str, secrets: Sequence[str]) -> bool:
    """Whether ``given`` is the content's HMAC-SHA256, in hexadecimal digits, under one of the secrets."""
    right = [hmac.new(secret.encode(), content, hashlib.sha256).hexdigest() for secret in secrets]
    return any(hmac.compare_digest(given.lower().encode(errors="replace"), each.encode()) for each in right)


def signed_lately(request: Request, given: str, seconds: str, secrets: Sequence[str]) -> bool:
    """Whether ``given`` signs ``<seconds since 1970>:<body>``, and those seconds are five minutes away at most."""
    if not (seconds.isascii() and seconds.isdigit() and len(seconds) <= 11):
        return False
    if abs(request.at - datetime.fromtimestamp(int(seconds), UTC)) > OLDEST:
        return False
    return signed(seconds.encode() + b":" + request.body, given, secrets)


BEARER: Final = Proof(holds=bearer, status=401, refusal="The Bearer token of this source is missing or wrong.")
SHARED: Final = Proof(holds=shared, status=401, refusal="The token of this source is missing or wrong.")


def by_address(request: Request) -> Request:
    """For a monitor that may say everything behind the address and nothing in the body; the token stays out of it."""
    if request.body or not request.query:
        return request
    said = {name: value for name, value in request.query.items() if name != BEHIND_ADDRESS}
    return replace(request, body=urlencode(said).encode())


def unnumbered(request: Request) -> str | None:
    """For a monitor that numbers nothing."""
    return None


def same_body(request: Request) -> str:
    """What tells requests without a number apart: the body's hash, for as long as a sender's own retries last.

    Within that time it holds only until the state of an alert in it changes (incident/taking.py).
    """
    return f"{body_hash(request.body)}:{int(request.at.timestamp()) // SAME_BODY_SECONDS}"


def body_hash(body: bytes) -> str:
    """24 hexadecimal digits that name these very bytes."""
    return hashlib.sha256(body).hexdigest()[:24]
