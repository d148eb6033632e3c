"""What one HTTP request would do: the request as a value, and its verdict.

A GET or HEAD is read-only unless its path or query names an action; any other method or a body is a change; a request
that would show a secret, reach a metadata service, or say one thing to the reader and another to the server is refused.
"""

import re
from collections.abc import Iterator
from functools import lru_cache
from urllib.parse import unquote

from msgspec import Struct

from compiler.proof.http.actions import actions_in_path, actions_in_query, settings_in_query
from compiler.proof.http.address import objection_to_host
from compiler.proof.http.products import secrets_of_products
from compiler.proof.http.secrets import (
    code_in_path,
    credentials_in_path,
    is_credential_header,
    pairs,
    refused_headers,
    refused_query,
    secrets_in_path,
    urls_in_query,
    waiting_profiles,
    written_secrets,
)
from compiler.proof.http.words import REFUSED_PORTS
from compiler.proof.word_list import word_list
from incident.verdict import Judgement, Verdict


class Request(Struct, frozen=True):
    """One HTTP request, as it would be sent: no redirect is followed, no proxy and no cookie is used.

    A header that is a credential holds the name of a secret (`Bearer $TOKEN`, `Basic name:$PASSWORD`); the executor
    resolves the name and encodes the pair.
    """

    method: str
    url: str
    headers: tuple[tuple[str, str], ...] = ()
    body: str | None = None


class _Url(Struct, frozen=True):
    host: str
    port: int | None
    parts: tuple[str, ...]
    """The path, decoded, without its separators."""
    query: tuple[tuple[str, str], ...]
    """The parameters of the query, and those that stand in the path after a semicolon."""


class _Refused(Exception):
    """The URL may not be asked; the message is the reason."""


_URL = re.compile(
    r"(?P<scheme>https?)://(?P<host>\[[0-9a-f:.]+\]|[^\[\]:/?@#\\]+)(?::(?P<port>[1-9][0-9]{0,4}))?"
    r"(?P<path>/[^?]*)?(?:\?(?P<query>.*))?",
    re.IGNORECASE,
)
_PATH = re.compile(r"[A-Za-z0-9/._~!$&'()*+,;=:@%\[\]-]*")
_QUERY = re.compile(r"[!-~]*")
_AMBIGUOUS = frozenset("<>\\`#")
_ILL_ENCODED = re.compile(r"%(?![0-9A-Fa-f]{2})")
_METHOD = re.compile(r"[A-Z]{1,20}")
_READING = frozenset({"GET", "HEAD"})
_PLAIN_HEADERS = word_list(
    """
    accept accept-charset accept-encoding accept-language b3 baggage cache-control content-type dnt if-match
    if-modified-since if-none-match if-unmodified-since origin pragma range referer traceparent tracestate user-agent
    x-requested-with
    """
)


@lru_cache(maxsize=512)
def judge(request: Request) -> Judgement:
    """The verdict for one request. Never raises: what cannot be read is refused."""
    try:
        url = _read(request.url)
    except _Refused as fault:
        return Judgement(Verdict.REFUSED, str(fault))
    if refusal := next(_refusals(request, url), None):
        return Judgement(Verdict.REFUSED, refusal)
    if change := next(_changes(request, url), None):
        return Judgement(Verdict.MUTATING, change)
    return Judgement(Verdict.READ_ONLY, f"a {request.method} whose path names no action")


def _read(text: str) -> _Url:
    match = _URL.fullmatch(text)
    if match is None:
        raise _Refused(f"{text[:80]!r} is not a plain http or https URL without user, fragment or odd port")
    path, query = match["path"] or "/", match["query"] or ""
    if "@" in query and not match["path"]:
        raise _Refused("a client may take what stands before the @ for a user: write / after the server")
    if not _PATH.fullmatch(path) or not _QUERY.fullmatch(query) or _AMBIGUOUS & set(query):
        raise _Refused("the URL holds characters that must be encoded, or a placeholder that is not filled in")
    steps = [step.partition(";") for step in re.split(r"[/\\]", _decoded(path))]
    parts = tuple(part for part, _, _ in steps if part)
    if {".", ".."} & set(parts):
        raise _Refused("the URL's path holds . or .. steps")
    port = int(match["port"]) if match["port"] else None
    if port and port > 65_535:
        raise _Refused(f"{port} is not a port")
    _decoded(query)
    asked = (*pairs(query), *(pair for _, _, parameters in steps for pair in pairs(parameters)))
    return _Url(match["host"], port, parts, asked)


def _decoded(text: str) -> str:
    """The text with its escapes resolved, however nested; refused when ill-formed or hiding control characters."""
    if not _ILL_ENCODED.search(text):
        for _ in range(4):
            plain = unquote(text, errors="replace")
            if not plain.isprintable() or "\N{REPLACEMENT CHARACTER}" in plain:
                break
            if plain == text:
                return plain
            text = plain
    raise _Refused("the URL hides control characters or ill-formed escapes")


def _refusals(request: Request, url: _Url) -> Iterator[str]:
    if objection := objection_to_host(url.host):
        yield objection
    if url.port in REFUSED_PORTS:
        yield REFUSED_PORTS[url.port]
    if not _METHOD.fullmatch(request.method):
        yield f"{request.method!r} is not a method"
    yield from refused_headers(request.headers)
    yield from refused_query(url.query)
    yield from urls_in_query(url.query)
    yield from waiting_profiles(url.parts, url.query)
    yield from code_in_path(url.parts)
    yield from credentials_in_path(url.host, url.parts)
    if request.method in _READING:
        yield from secrets_in_path(url.parts, url.port)
        yield from secrets_of_products(url.host, url.port, url.parts, url.query, request.headers)
    yield from written_secrets(request.body or "")


def _changes(request: Request, url: _Url) -> Iterator[str]:
    if request.method not in _READING:
        yield f"{request.method} is a method that may change something"
    if request.body is not None:
        yield "a request with a body may change something"
    for name, _ in request.headers:
        if not _is_known_header(name.lower()):
            yield f"the effect of the header {name} is not known"
    yield from actions_in_path(url.parts)
    yield from actions_in_query(url.query)
    yield from settings_in_query(url.parts, url.query)


def _is_known_header(key: str) -> bool:
    return key in _PLAIN_HEADERS or is_credential_header(key) or (key.startswith("x-") and key.endswith("id"))
