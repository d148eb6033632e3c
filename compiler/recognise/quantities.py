"""Figures with units and comparisons as people write them: *> 80% for 5 min*, *45–60s*, *at least 3*, *$500+/day*."""

import re
from collections.abc import Iterator
from datetime import timedelta
from enum import StrEnum
from functools import lru_cache
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from compiler.recognise import spans


class Comparison(StrEnum):
    """How a value is compared with the figure."""

    ABOVE = ">"
    AT_LEAST = ">="
    BELOW = "<"
    AT_MOST = "<="
    IS = "="
    BETWEEN = "between"

    @property
    def upward(self) -> bool | None:
        """True when it is met by large values, False by small ones, None when it says neither."""
        if self in (Comparison.ABOVE, Comparison.AT_LEAST):
            return True
        return False if self in (Comparison.BELOW, Comparison.AT_MOST) else None


class Bound(Struct, frozen=True, kw_only=True):
    """A comparison with a figure. ``state`` stands for the number where a metric has names for its values (*open*)."""

    comparison: Comparison
    number: float | None
    high: float | None = None
    """The upper end of *between*."""
    unit: str = ""
    """*%*, *ms*, *s*, *min*, *h*, *days*, *GB*, *$*, *requests*; ``/hour`` and the like follow it."""
    window: timedelta | None = None
    """For how long, or counted over how long."""
    state: str = ""
    text: str = ""


_WORDS: Final = {
    ">": Comparison.ABOVE, "<": Comparison.BELOW, ">=": Comparison.AT_LEAST, "≥": Comparison.AT_LEAST,
    "=>": Comparison.AT_LEAST, "<=": Comparison.AT_MOST, "≤": Comparison.AT_MOST, "=<": Comparison.AT_MOST,
    "=": Comparison.IS, "==": Comparison.IS, "at least": Comparison.AT_LEAST, "at most": Comparison.AT_MOST,
    "more than": Comparison.ABOVE, "greater than": Comparison.ABOVE, "higher than": Comparison.ABOVE,
    "less than": Comparison.BELOW, "fewer than": Comparison.BELOW, "lower than": Comparison.BELOW,
    "above": Comparison.ABOVE, "over": Comparison.ABOVE, "exceeds": Comparison.ABOVE, "exceed": Comparison.ABOVE,
    "exceeding": Comparison.ABOVE, "exceeded": Comparison.ABOVE, "below": Comparison.BELOW, "under": Comparison.BELOW,
    "drops below": Comparison.BELOW, "up to": Comparison.AT_MOST, "max": Comparison.AT_MOST,
    "maximum": Comparison.AT_MOST, "min": Comparison.AT_LEAST, "minimum": Comparison.AT_LEAST,
    "mindestens": Comparison.AT_LEAST, "höchstens": Comparison.AT_MOST, "über": Comparison.ABOVE,
    "unter": Comparison.BELOW, "mehr als": Comparison.ABOVE, "weniger als": Comparison.BELOW,
}  # fmt: skip
_UNITS: Final = {
    "percent": "%", "prozent": "%", "seconds": "s", "second": "s", "secs": "s", "sec": "s", "sekunden": "s",
    "minutes": "min", "minute": "min", "mins": "min", "m": "min", "minuten": "min", "hours": "h", "hour": "h",
    "hrs": "h", "hr": "h", "stunden": "h", "day": "days", "d": "days", "tage": "days", "milliseconds": "ms",
    "req": "requests", "reqs": "requests", "request": "requests", "connection": "connections", "rps": "requests/s",
    "qps": "queries/s", "usd": "$", "eur": "€",
}  # fmt: skip
_KNOWN: Final = (
    "percent|prozent|%|milliseconds|ms|µs|seconds|second|secs|sec|sekunden|s|minutes|minute|mins|minuten|min|m"
    "|hours|hour|hrs|hr|stunden|h|weeks|days|day|tage|d|KiB|MiB|GiB|TiB|KB|MB|GB|TB|bytes|requests|request|reqs|req"
    "|rps|qps|connections|connection|messages|jobs|errors|events|users|workers|tasks|restarts|failures|queries"
    "|attempts|logins|tokens|iops|replicas|pods|threads|items|files|usd|eur|x"
)
_NUMBER: Final = r"[0-9]{1,3}(?:,[0-9]{3}){1,4}|[0-9]{1,12}(?:\.[0-9]{1,6})?"
_SPELT: Final = "|".join(sorted((word for word in _WORDS if word[0].isalpha()), key=len, reverse=True))
_FIGURE: Final = re.compile(
    rf"(?:(?P<op>[<>=]=|=[<>]|[<>=≥≤]|(?<!\w)(?:{_SPELT}))"
    r"[ :]{0,2})?"
    rf"(?<![\w.])(?P<currency>[$€£])?(?P<number>{_NUMBER})(?P<times>(?-i:[kKM])(?![A-Za-z]))?"
    rf"(?:[ ]?(?:{_KNOWN})?[ ]?(?:-|–|to|bis)[ ]?[$€£]?(?P<high>{_NUMBER}))?(?P<plus>\+)?"
    rf"[ ]?(?:(?P<unit>{_KNOWN})(?![A-Za-z]))?"
    r"(?:(?P<per>(?:/|[ ]?per[ ])(?:[0-9]{1,4}|[A-Za-z]{1,8})))?",
    re.IGNORECASE,
)
_LONGEST_LEAD: Final = max(map(len, _WORDS)) + len("::$")
_DIGIT: Final = re.compile("[0-9]")
_WINDOW: Final = re.compile(r"\s*\(?(?:for|in|over|within|during|während|innerhalb|seit)\s", re.IGNORECASE)
_STATE: Final = re.compile(r"[A-Za-z][A-Za-z_-]{0,30}(?: (?:state|mode))?")
_PER: Final = re.compile(r"^(?:/|\s?per )", re.IGNORECASE)
_SIGNS: Final = frozenset("<>=≥≤")
_HOW_LONG: Final = frozenset({"s", "min", "h", "days"})
"""*open > 5 min* is a state and for how long; *queue > 500* is a metric and its bound."""
_NAMES: Final = re.compile(r"^[0-9]xx\b", re.IGNORECASE)
"""*5xx > 2 %* begins with the name of what is compared."""
_TIMES: Final = {"k": 1e3, "m": 1e6}
_STATISTIC: Final = re.compile(
    r"\bp(?:50|75|90|95|99|999|99\.9)\b|\b[0-9]{2}(?:st|nd|rd|th) percentile|\b(?:average|avg|mean|median)\b",
    re.IGNORECASE,
)
_STATISTICS: Final = ("p5", "p7", "p9", "percentile", "average", "avg", "mean", "median")
"""One of these is in whatever the pattern finds, in small letters."""


def figures(text: str) -> Iterator[Bound]:
    """Every figure in the text that has a comparison, a unit or a range, and lone numbers, in order."""
    position = 0
    # What stands far before a digit is none of its figure.
    while (digit := _DIGIT.search(text, position)) and (
        match := _FIGURE.search(text, max(position, digit.start() - _LONGEST_LEAD))
    ):
        window, position = _window(text, match.end())
        yield _bound(match, window, text[match.start() : position].strip())


@lru_cache(maxsize=256)
def bound(text: str) -> Bound | None:
    """The first *compared* figure of a sentence (*job failure rate > 10%*), None where nothing is compared."""
    return next((each for each in figures(text) if _compares(each)), None)


@lru_cache(maxsize=256)
def cell(text: str) -> Bound | None:
    """What a threshold's own cell says: a figure even where nothing is compared, or the name of a state."""
    stripped = text.strip()
    found = list(figures(_NAMES.sub("", stripped)))
    first = found[0] if found else None
    if first and first.text[:1] in _SIGNS and first.unit not in _HOW_LONG:
        return first
    state = _STATE.match(stripped)
    before = stripped[: stripped.find(first.text)].strip() if first else stripped
    if state and state.group() == before and before.lower() not in _WORDS:
        held = spans.length(stripped[state.end() :])
        return Bound(comparison=Comparison.IS, number=None, window=held, state=before, text=stripped)
    return first


def _compares(found: Bound) -> bool:
    return found.comparison is not Comparison.IS or found.text[:1] == "="


def _bound(match: re.Match[str], window: timedelta | None, text: str) -> Bound:
    operator = match["op"]
    comparison = _WORDS[spans.small(operator)] if operator else Comparison.IS
    if match["high"] and not operator:
        comparison = Comparison.BETWEEN
    elif match["plus"] and not operator:
        comparison = Comparison.AT_LEAST
    times = _TIMES.get((match["times"] or "").lower(), 1.0)
    return Bound(
        comparison=comparison,
        number=_number(match["number"]) * times,
        high=_number(match["high"]) * times if match["high"] else None,
        unit=_unit(match),
        window=window,
        text=text,
    )


def _window(text: str, position: int) -> tuple[timedelta | None, int]:
    lead = _WINDOW.match(text, position)
    if lead is None:
        return None, position
    found = spans.span(text[lead.end() : lead.end() + 40])
    return (found.longest, lead.end() + found.end) if found and found.start <= 1 else (None, position)


def _unit(match: re.Match[str]) -> str:
    written = match["unit"] or match["currency"] or ""
    unit = _UNITS.get(written.lower(), written)
    return unit + _PER.sub("/", match["per"]) if match["per"] else unit


def _number(text: str) -> float:
    return float(text.replace(",", ""))


def held(found: Bound | None, window: timedelta | None) -> Bound | None:
    """The bound with the window that another place gives for it, unless it has its own."""
    return replace(found, window=window) if found and window and not found.window else found


def directed(warning: Bound | None, critical: Bound | None) -> tuple[Bound | None, Bound | None]:
    """Both bounds with the side that is bad, where only bare figures are written: the critical one is further out."""
    if warning is None or critical is None or warning.number is None or critical.number is None:
        return warning, critical
    if {warning.comparison, critical.comparison} != {Comparison.IS} or warning.number == critical.number:
        return warning, critical
    side = Comparison.AT_LEAST if critical.number > warning.number else Comparison.AT_MOST
    return replace(warning, comparison=side), replace(critical, comparison=side)


def statistic(text: str) -> str:
    """*p95*, *95th percentile*, *average*: which figure of many the text means; empty where it does not say."""
    match = _STATISTIC.search(text) if any(map(spans.small(text).__contains__, _STATISTICS)) else None
    return match.group().lower() if match else ""
