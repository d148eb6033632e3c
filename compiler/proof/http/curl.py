"""curl's command line, read without running it: the one request that it would make.

curl itself is never started. Options that only change how the answer is shown or retried are dropped; options that
read or write files, change the target, or make another request are refused; what is left is a `Request`.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from urllib.parse import quote_plus

from msgspec import Struct, field

from compiler.proof import http
from compiler.proof.http.curl_options import (
    DROPPED_FLAGS,
    DROPPED_VALUES,
    KEPT_FLAGS,
    KEPT_VALUES,
    REFUSED,
    REFUSED_LETTERS,
    is_plain_write_out,
)
from compiler.proof.http.verdict import Request
from compiler.proof.references import is_referenced_credential
from incident.verdict import Judgement, Verdict

_FLAG_LETTERS = {letter: name for name, letter in (DROPPED_FLAGS | KEPT_FLAGS).items() if letter}
_VALUE_LETTERS = {letter: name for name, letter in (DROPPED_VALUES | KEPT_VALUES).items() if letter}
_GLOB = re.compile(r"[{}]|\[(?:\d+-\d+|[A-Za-z]-[A-Za-z])(?::\d+)?\]")
_OTHER_SCHEMES = ("ftp.", "dict.", "ldap.", "imap.", "smtp.", "pop3.")
_FORM = "application/x-www-form-urlencoded"
_BOUNDARY = "muster-form-part"


class _Refused(Exception):
    """The command line holds something that may not run; the message is the reason."""


class _Seen(Struct):
    """What has been read from the words so far."""

    urls: list[str] = field(default_factory=list)
    flags: set[str] = field(default_factory=set)
    method: str = ""
    headers: list[tuple[str, str]] = field(default_factory=list)
    data: list[str] = field(default_factory=list)
    parts: list[tuple[str, str]] = field(default_factory=list)
    queries: list[str] = field(default_factory=list)


def parse(argv: Sequence[str]) -> Request | Judgement:
    """The request of a curl command line, `argv[0]` being `curl`; or the refusal. Never raises."""
    try:
        return _request(_read(argv))
    except _Refused as fault:
        return Judgement(Verdict.REFUSED, f"curl: {fault}")


def judge(argv: Sequence[str]) -> Judgement:
    """The verdict for a curl command line: that of its request, with the rewrite when redirects would be followed."""
    try:
        seen = _read(argv)
        request = _request(seen)
    except _Refused as fault:
        return Judgement(Verdict.REFUSED, f"curl: {fault}")
    judgement = http.judge(request)
    if judgement.verdict is Verdict.READ_ONLY and "location" in seen.flags:
        return Judgement(
            judgement.verdict, judgement.reason, f"{request.method} {request.url} without following redirects"
        )
    return judgement


def _read(argv: Sequence[str]) -> _Seen:
    seen, words = _Seen(), list(argv[1:])
    if list(argv[:1]) != ["curl"]:
        raise _Refused("the command is not curl")
    while words:
        word = words.pop(0)
        if word.startswith("--"):
            _long_option(seen, word[2:], words)
        elif word.startswith("-"):
            _letters(seen, word[1:], words)
        else:
            seen.urls.append(word)
    return seen


def _long_option(seen: _Seen, name: str, words: list[str]) -> None:
    if name in REFUSED:
        raise _Refused(f"--{name}: {REFUSED[name]}")
    if name in DROPPED_FLAGS or name in KEPT_FLAGS:
        seen.flags.add(name)
    elif name in DROPPED_VALUES or name in KEPT_VALUES:
        _take(seen, name, _next(words, f"--{name}"))
    else:
        raise _Refused(f"--{name[:40]} is not a full option name of curl")


def _letters(seen: _Seen, cluster: str, words: list[str]) -> None:
    if not cluster:
        raise _Refused("- is no URL")
    for position, letter in enumerate(cluster, start=1):
        if letter in _VALUE_LETTERS:
            _take(seen, _VALUE_LETTERS[letter], cluster[position:] or _next(words, f"-{letter}"))
            return
        if letter in REFUSED_LETTERS:
            raise _Refused(f"-{letter}: {REFUSED[REFUSED_LETTERS[letter]]}")
        if letter not in _FLAG_LETTERS:
            raise _Refused(f"-{letter} is not an option of curl")
        seen.flags.add(_FLAG_LETTERS[letter])


def _next(words: list[str], option: str) -> str:
    if not words:
        raise _Refused(f"{option} needs a value")
    return words.pop(0)


def _take(seen: _Seen, name: str, value: str) -> None:
    if read := _BODIES.get(name):
        seen.data.append(read(value))
        if name == "json":
            seen.headers += [("Content-Type", "application/json"), ("Accept", "application/json")]
    elif header := _HEADERS.get(name):
        seen.headers.append(header(value))
    elif name == "url":
        seen.urls.append(value)
    elif name == "url-query":
        seen.queries.append(_encoded(value))
    elif name == "request":
        seen.method = value
    elif name in ("form", "form-string"):
        seen.parts.append(_part(name, value))
    elif name == "output" and value != "/dev/null":
        raise _Refused("-o writes a file: leave it out, or write /dev/null")
    elif name == "write-out" and not is_plain_write_out(value):
        raise _Refused("-w may only hold figures of the transfer, such as %{http_code} or %{time_total}")


def _header(text: str) -> tuple[str, str]:
    name, colon, value = text.partition(":")
    if text.startswith("@") or not colon:
        raise _Refused("-H must be written as 'Name: value'")
    return name.strip(), value.strip()


def _credential(scheme: str, value: str) -> tuple[str, str]:
    if not is_referenced_credential(value):
        raise _Refused("a credential on the command line is shown to every user of the host: name a secret instead")
    return "Authorization", f"{scheme} {value}"


def _written(value: str) -> str:
    if value.startswith("@"):
        raise _Refused("the body is read from a file: write it in the command")
    return value


def _encoded(value: str) -> str:
    """One parameter, percent-encoded as curl does: `content`, `=content` or `name=content`."""
    name, equals, content = value.partition("=")
    if not equals and "@" in value:
        raise _Refused("a parameter is read from a file: write it in the command")
    if not equals:
        return quote_plus(value)
    return f"{name}={quote_plus(content)}" if name else quote_plus(content)


_HEADERS: Mapping[str, Callable[[str], tuple[str, str]]] = {
    "header": _header,
    "user": lambda value: _credential("Basic", value),
    "oauth2-bearer": lambda value: _credential("Bearer", value),
    "user-agent": lambda value: ("User-Agent", value),
    "referer": lambda value: ("Referer", value),
    "range": lambda value: ("Range", f"bytes={value}"),
}
_BODIES: Mapping[str, Callable[[str], str]] = {
    "data": _written,
    "data-ascii": _written,
    "data-binary": _written,
    "json": _written,
    "data-raw": str,
    "data-urlencode": _encoded,
}


def _part(option: str, value: str) -> tuple[str, str]:
    name, equals, content = value.partition("=")
    if not equals or (option == "form" and content.startswith(("@", "<"))):
        raise _Refused("a form part is read from a file: write it in the command")
    if any(mark in value for mark in ("\r", "\n", '"', _BOUNDARY)):
        raise _Refused("a form part holds a character that would end it")
    return name, content


def _request(seen: _Seen) -> Request:
    if len(seen.urls) != 1:
        raise _Refused("one URL is needed" if not seen.urls else "several URLs: each must be a step of its own")
    url = _with_scheme(seen.urls[0])
    if "globoff" not in seen.flags and _GLOB.search(url):
        raise _Refused("the URL holds a range or a list, which makes several requests: add -g if it is data")
    body = None if "get" in seen.flags else _body(seen)
    if "head" in seen.flags and body is not None:
        raise _Refused("-I and a body exclude each other")
    queries = seen.queries + (seen.data if "get" in seen.flags else [])
    if queries:
        url += ("&" if "?" in url else "?") + "&".join(queries)
    method = seen.method or ("HEAD" if "head" in seen.flags else "GET" if body is None else "POST")
    return Request(method, url, tuple(_headers(seen, body)), body)


def _with_scheme(url: str) -> str:
    if "://" in url:
        return url
    if url.lower().startswith(_OTHER_SCHEMES):
        raise _Refused("curl guesses another protocol from this name: write http:// before it")
    return f"http://{url}"


def _body(seen: _Seen) -> str | None:
    if seen.data and seen.parts:
        raise _Refused("-d and -F exclude each other")
    if seen.parts:
        parts = (f'--{_BOUNDARY}\r\nContent-Disposition: form-data; name="{n}"\r\n\r\n{c}\r\n' for n, c in seen.parts)
        return "".join(parts) + f"--{_BOUNDARY}--\r\n"
    return "&".join(seen.data) if seen.data else None


def _headers(seen: _Seen, body: str | None) -> list[tuple[str, str]]:
    if body is None or any(name.lower() == "content-type" for name, _ in seen.headers):
        return seen.headers
    kind = f"multipart/form-data; boundary={_BOUNDARY}" if seen.parts else _FORM
    return [*seen.headers, ("Content-Type", kind)]
