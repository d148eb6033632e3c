"""What must never be shown: secrets that Muster knows, in any spelling they come back in, and what looks like one.

Applied to everything a target answered before it leaves its executor, so that stores, Slack and logs never hold it.
"""

import re
from collections.abc import Callable, Iterable, Sequence
from functools import cached_property
from typing import Final, TypeAlias

from ahocorasick_rs import AhoCorasick
from msgspec import Struct

from bot.redaction.personal_data import Personal, without
from bot.redaction.spellings import SHORTEST, spellings

MARK: Final = "[redacted]"

_TELLING: Final = 4
"""So many characters that an encoded secret begins with are as much as two or three of its own."""

CUT: Final = "…"
"""Stands where a text was cut off: what a secret begins with just before it is as much of the secret as was left."""

_BLANKS: Final = r"(?:(?<![ \t])[ \t]+)?"
"""All the blanks before something. Tried at their first one only: a screen of nothing but blanks costs one reading."""

_LINE_BREAK: Final = re.compile(rf"{_BLANKS}(?:\r?\n|⏎)[ \t]*")
"""A line's end with the indentation around it; ⏎ is how a table shows one within a cell."""

_WRITTEN_BREAK: Final = re.compile(rf"{_BLANKS}(?:[\r\n\v\f\x85\u2028\u2029⏎]|(?<!\\)\\+[nr])[ \t]*")
r"""The same where a text within a text has it, as ``\n`` in JSON and in logs, or where it is one for other programs."""

_BREAKS: Final = re.compile(r"[\r\n\v\f\x85\u2028\u2029⏎\\]")
"""Without one of these a text has no line break of either kind."""

_UNLESS_PLAIN: Final = r"(?!(?:\d{1,9}|null|none|true|false)\b|\[redacted\])"
"""A count of tokens is no token, and what is hidden already stays as it is."""


_VALUE: Final = r"[\"']?(?P<secret>(?!your[-_])[^\s\"'<>$\[{*-][^\s\"']{2,})"
"""What is given to a tool on its command line, where it is no blank or variable."""


class _Shape(Struct, frozen=True):
    """How a kind of secret looks. Without one of the ``hints`` (in lower case) a text cannot hold it."""

    hints: tuple[str, ...]
    pattern: re.Pattern[str]


def _shape(hints: str, pattern: str, flags: int = 0) -> _Shape:
    return _Shape(tuple(hints.split()), re.compile(pattern, flags))


def _given(hints: str, tool: str, flag: str) -> _Shape:
    """What one tool takes a secret by, on its command line; each tool is looked behind only as far as the next one."""
    return _shape(hints, rf"\b(?:{tool})(?:(?!{tool})[^\n|;&]){{0,300}}?[ \t]{flag}{_VALUE}")


_SHAPES: Final = (
    _shape("-----begin", r"-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z ]*PRIVATE KEY-----|\Z)"),
    _shape("bearer", r"\bbearer[ \t]+(?P<secret>[A-Za-z0-9._~+/-]{8,}=*)", re.IGNORECASE),
    # What is written in letters alone, and all but the first small, is a word: “basic authentication fails”.
    _shape("basic", r"\b(?i:basic)[ \t]+(?![A-Za-z][a-z]+\b(?![+/=]))(?P<secret>[A-Za-z0-9._~+/-]{8,}=*)"),
    _shape("xox", r"\bxox[a-z](?:\.xox[a-z])?-[A-Za-z0-9-]{10,}"),
    _shape("xapp-", r"\bxapp-[A-Za-z0-9-]{10,}"),
    _shape("slack.com", r"\bhooks\.slack\.com/(?:services|workflows|triggers)/(?P<secret>[A-Za-z0-9/_-]{8,})"),
    _shape("akia asia", r"\b(?:AKIA|ASIA)[A-Z0-9]{16}\b"),
    _shape(
        "ghp_ gho_ ghu_ ghs_ ghr_ github_pat_ glpat-",
        r"\b(?:gh[pousr]_[A-Za-z0-9]{20,}|github_pat_[A-Za-z0-9_]{20,}|glpat-[A-Za-z0-9_-]{20,})",
    ),
    _shape("sk- sk_ pk- pk_ rk- rk_", r"\b(?:sk|pk|rk)[-_](?:[a-z]+[-_])*[A-Za-z0-9_-]{16,}"),
    _shape("r8_", r"\br8_[A-Za-z0-9]{20,}"),
    _shape("eyj", r"\beyJ[A-Za-z0-9_-]{6,}\.[A-Za-z0-9_-]{6,}\.[A-Za-z0-9_-]*"),
    _shape("@", r"\b[a-z][a-z0-9+.-]{1,30}://[^\s:/@]*:(?P<secret>[^\s@/]+)@", re.IGNORECASE),
    _shape(
        "--",
        r"(?<![\w-])--(?!(?:next|starting)-)(?:[a-z0-9]+-){0,4}"
        rf"(?:passw(?:or)?d|passphrase|pwd|token|api-?key|secret-(?:access-)?key|client-secret)[ \t]+{_VALUE}",
    ),
    _given("mysql mariadb", "mysql|mariadb", r"-p"),
    _given("curl", "curl", r"(?:-u[ \t]*|--(?:proxy-)?user[ \t=])[\"']?[^\s:\"'<>$]+:"),
    _given("redis-cli", "redis-cli", r"-a[ \t]+"),
    _given("sshpass", "sshpass", r"-p[ \t]*"),
    _given("login", "login", r"-p[ \t]*"),
    _shape(
        "pass pwd secret token key authorization credential",
        r"(?:pass(?:word|wd|phrase)|pwd|secret(?:[_-]?(?:access)?[_-]?key)?|token"
        r"|(?:api|access|private|encryption|signing)[_-]?key|authorization|credential)s?"
        r"(?:\\?[\"'])?\s{0,2}[:=]>?\s{0,2}"
        rf"(?:\\?\"{_UNLESS_PLAIN}(?P<double>[^\"\\]{{3,}})|\\?'{_UNLESS_PLAIN}(?P<single>[^'\\]{{3,}})"
        rf"|{_UNLESS_PLAIN}(?P<secret>[^\s\"'\\,;&)}}\]|]{{3,}}))",
        re.IGNORECASE,
    ),
)
"""Secrets that nobody told Muster about, known by how they look. Where a group matched, only it is hidden."""


_HINTED: Final = tuple((hint, shape.pattern) for shape in _SHAPES for hint in shape.hints)
_HINTS: Final = AhoCorasick([hint for hint, _ in _HINTED])


class Redactor:
    """Hides secrets in text. ``secrets`` are the values that the configuration resolved; they are never shown again.

    ``personal`` says which data about people is hidden, too.
    """

    def __init__(self, secrets: Iterable[str] = (), *, personal: Iterable[Personal] = ()) -> None:
        self._personal = frozenset(personal)
        self._secrets = frozenset(secret for secret in secrets if len(secret) >= SHORTEST)

    # Some thousandths of a second for each secret, which a start does not wait for.
    @cached_property
    def _needles(self) -> Sequence[str]:
        known = {spelling for secret in self._secrets for spelling in spellings(secret)}
        return sorted({_LINE_BREAK.sub("", each) if _BREAKS.search(each) else each for each in known})

    @cached_property
    def _finder(self) -> AhoCorasick:
        return AhoCorasick(self._needles)

    def clean(self, text: str) -> str:
        """The text with every secret replaced by ``[redacted]``, also one that is broken over lines.

        Half a surrogate pair, which no file or message can hold, becomes ``?``.
        """
        try:
            return self._cleaned(text)
        except UnicodeEncodeError:
            return self._cleaned(text.encode(errors="replace").decode())

    def _cleaned(self, text: str) -> str:
        broken = bool(_BREAKS.search(text))
        text = self._without_known(text, _LINE_BREAK if broken else None)
        if broken and _WRITTEN_BREAK.sub("", text) != _LINE_BREAK.sub("", text):
            text = self._without_known(text, _WRITTEN_BREAK)
        hinted = {hint for hint, _, _ in _HINTS.find_matches_as_indexes(text.lower(), overlapping=True)}
        for pattern in dict.fromkeys([_HINTED[hint][1] for hint in sorted(hinted)]):
            text = pattern.sub(_hidden, text)
        return without(text, self._personal, MARK) if self._personal else text

    def settled(self, text: str) -> int:
        """How much of the text stands, whatever comes after it: what may begin a known secret is left out.

        Of a spelling other than its own some characters must be there, or hardly any line would stand.
        """
        flat = _LINE_BREAK.sub("", text)
        begun = ((needle, _beginning(flat, needle)) for needle in self._needles)
        longest = max((length for needle, length in begun if length >= _TELLING or needle in self._secrets), default=0)
        return _places(text, _LINE_BREAK)[-longest] if longest else len(text)

    def _without_known(self, text: str, breaks: re.Pattern[str] | None) -> str:
        """The text without what is known; ``breaks`` is what may stand anywhere within it."""
        flat = breaks.sub("", text) if breaks is not None else text
        spans = [(start, end) for _, start, end in self._finder.find_matches_as_indexes(flat, overlapping=True)]
        if CUT in flat:
            spans += [span for needle in self._needles for span in _cut_off(flat, needle)]
        if not spans:
            return text
        spans.sort()
        places = _places(text, breaks)
        pieces, end, resume = [], 0, 0
        for start, stop in spans:
            if start >= end:
                pieces += [text[resume : places[start]], MARK]
            end = max(end, stop)
            resume = places[end - 1] + 1
        return "".join(pieces) + text[resume:]


Hide: TypeAlias = Callable[[str], str]
"""Gives a text without the secrets in it."""
BY_SHAPE: Final[Hide] = Redactor().clean
"""Hides what looks like a secret, where nobody told which ones there are."""


def _places(text: str, breaks: re.Pattern[str] | None) -> Sequence[int]:
    """Where each character stands that is left when line breaks and the indentation around them are taken out."""
    if breaks is None:
        return range(len(text))
    places: list[int] = []
    start = 0
    for match in breaks.finditer(text):
        places.extend(range(start, match.start()))
        start = match.end()
    places.extend(range(start, len(text)))
    return places


def _occurrences(text: str, needle: str) -> Iterable[tuple[int, int]]:
    start = text.find(needle)
    while start >= 0:
        yield start, start + len(needle)
        start = text.find(needle, start + 1)


def _cut_off(text: str, needle: str) -> Iterable[tuple[int, int]]:
    """Where the text has the needle's beginning, long enough to be told from a word, and is cut off then."""
    for start, _ in _occurrences(text, needle[:SHORTEST]):
        end = text.find(CUT, start, start + len(needle))
        if end >= 0 and needle.startswith(text[start:end]):
            yield start, end


def _beginning(text: str, needle: str) -> int:
    """How many characters at the text's end are the beginning of the needle, but not all of it."""
    end = text[max(len(text) - len(needle) + 1, 0) :]
    return next((len(end) - start for start, _ in _occurrences(end, needle[0]) if needle.startswith(end[start:])), 0)


def _hidden(match: re.Match[str]) -> str:
    whole = match.group()
    for name in ("secret", "double", "single"):
        if name in match.re.groupindex and match.group(name) is not None:
            start, stop = match.start(name) - match.start(), match.end(name) - match.start()
            return whole[:start] + MARK + whole[stop:]
    return MARK
