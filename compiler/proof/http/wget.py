"""wget's command line, read without running it: only forms that show the answer or throw it away.

wget saves to a file unless told otherwise, so `-O -`, `-O /dev/null` or `--spider` must be there. What walks links,
keeps files or reads them is not among the options that are known.
"""

from collections.abc import Sequence

from msgspec import Struct, field

from compiler.proof import http
from compiler.proof.http.verdict import Request
from compiler.proof.references import is_reference
from compiler.proof.word_list import word_list
from incident.verdict import Judgement, Verdict

_FLAGS = word_list(
    """
    quiet no-verbose verbose server-response no-check-certificate no-proxy no-cache show-progress retry-connrefused
    no-hsts no-cookies no-config content-on-error https-only no-dns-cache inet4-only inet6-only no-http-keep-alive
    auth-no-challenge no-netrc no-iri ignore-length spider
    """
)
_VALUES = word_list(
    """
    tries timeout connect-timeout read-timeout dns-timeout wait waitretry max-redirect limit-rate prefer-family
    compression progress secure-protocol report-speed retry-on-http-error output-document header user-agent referer
    post-data method body-data user password http-user http-password
    """
)
_FLAG_LETTERS = {"q": "quiet", "v": "verbose", "S": "server-response", "4": "inet4-only", "6": "inet6-only"}
_VALUE_LETTERS = {"t": "tries", "T": "timeout", "w": "wait", "O": "output-document", "U": "user-agent"}
_THROWN_AWAY = frozenset({"-", "/dev/null", "/dev/stdout"})
_FORM = ("Content-Type", "application/x-www-form-urlencoded")


class _Refused(Exception):
    """The command line holds something that may not run; the message is the reason."""


class _Seen(Struct):
    """What has been read from the words so far."""

    urls: list[str] = field(default_factory=list)
    flags: set[str] = field(default_factory=set)
    values: dict[str, str] = field(default_factory=dict)
    headers: list[tuple[str, str]] = field(default_factory=list)


def parse(argv: Sequence[str]) -> Request | Judgement:
    """The request of a wget command line, `argv[0]` being `wget`; or the refusal. Never raises."""
    try:
        return _request(_read(argv))
    except _Refused as fault:
        return Judgement(Verdict.REFUSED, f"wget: {fault}")


def judge(argv: Sequence[str]) -> Judgement:
    """The verdict for a wget command line: that of its request, which follows no redirect although wget would."""
    request = parse(argv)
    if isinstance(request, Judgement):
        return request
    judgement = http.judge(request)
    if judgement.verdict is not Verdict.READ_ONLY:
        return judgement
    return Judgement(judgement.verdict, judgement.reason, f"{request.method} {request.url} without following redirects")


def _read(argv: Sequence[str]) -> _Seen:
    seen, words = _Seen(), list(argv[1:])
    if list(argv[:1]) != ["wget"]:
        raise _Refused("the command is not wget")
    while words:
        word = words.pop(0)
        if word == "-nv":
            seen.flags.add("no-verbose")
        elif word.startswith("--"):
            _long_option(seen, word[2:], words)
        elif word.startswith("-"):
            _letters(seen, word[1:], words)
        else:
            seen.urls.append(word)
    return seen


def _long_option(seen: _Seen, word: str, words: list[str]) -> None:
    name, equals, value = word.partition("=")
    if name in _FLAGS and not equals:
        seen.flags.add(name)
    elif name in _VALUES:
        _take(seen, name, value if equals else _next(words, f"--{name}"))
    else:
        raise _Refused(f"--{name[:40]} reads or writes files, follows links, or is not a full option name of wget")


def _letters(seen: _Seen, cluster: str, words: list[str]) -> None:
    for position, letter in enumerate(cluster, start=1):
        if letter in _VALUE_LETTERS:
            _take(seen, _VALUE_LETTERS[letter], cluster[position:] or _next(words, f"-{letter}"))
            return
        if letter not in _FLAG_LETTERS:
            raise _Refused(f"-{letter} reads or writes files, follows links, or is not an option of wget")
        seen.flags.add(_FLAG_LETTERS[letter])
    if not cluster:
        raise _Refused("- is no URL")


def _next(words: list[str], option: str) -> str:
    if not words:
        raise _Refused(f"{option} needs a value")
    return words.pop(0)


def _take(seen: _Seen, name: str, value: str) -> None:
    if name == "header":
        key, colon, content = value.partition(":")
        if not colon:
            raise _Refused("--header must be written as 'Name: value'")
        seen.headers.append((key.strip(), content.strip()))
    elif name in ("user-agent", "referer"):
        seen.headers.append((name.title(), value))
    elif name == "output-document" and value not in _THROWN_AWAY:
        raise _Refused("-O writes a file: write -O -")
    else:
        seen.values[name.removeprefix("http-")] = value


def _request(seen: _Seen) -> Request:
    if len(seen.urls) != 1:
        raise _Refused("one URL is needed" if not seen.urls else "several URLs: each must be a step of its own")
    if "spider" not in seen.flags and "output-document" not in seen.values:
        raise _Refused("it saves the answer to a file: write -O -")
    url = seen.urls[0] if "://" in seen.urls[0] else f"http://{seen.urls[0]}"
    body = seen.values.get("post-data", seen.values.get("body-data"))
    headers = [*seen.headers, *_credential(seen.values)]
    if body is not None and not any(name.lower() == "content-type" for name, _ in headers):
        headers.append(_FORM)
    plain = "HEAD" if "spider" in seen.flags else "GET" if "post-data" not in seen.values else "POST"
    return Request(seen.values.get("method", plain), url, tuple(headers), body)


def _credential(values: dict[str, str]) -> list[tuple[str, str]]:
    if "user" not in values and "password" not in values:
        return []
    if not is_reference(values.get("password", "")):
        raise _Refused("a password on the command line is shown to every user of the host: name a secret instead")
    return [("Authorization", f"Basic {values.get('user', '')}:{values['password']}")]
