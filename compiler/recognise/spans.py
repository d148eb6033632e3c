"""Lengths of time as people write them: *15 minutes*, *< 1 h*, *0–15 min*, *30+ minutes*, *every 6 hours*."""

import re
from collections.abc import Iterator
from datetime import timedelta
from functools import lru_cache
from typing import Final

from msgspec import Struct

_SECONDS: Final = {
    **dict.fromkeys(("ms", "msec", "millisecond", "milliseconds", "millisekunden"), 0.001),
    **dict.fromkeys(("s", "sec", "secs", "second", "seconds", "sekunde", "sekunden"), 1),
    **dict.fromkeys(("m", "min", "mins", "minute", "minutes", "minuten"), 60),
    **dict.fromkeys(("h", "hr", "hrs", "hour", "hours", "std", "stunde", "stunden"), 3_600),
    **dict.fromkeys(("d", "day", "days", "tag", "tage", "tagen"), 86_400),
    **dict.fromkeys(("w", "wk", "wks", "week", "weeks", "woche", "wochen"), 604_800),
    # A month and a year are a reminder's lengths here: nobody answers to the day for them.
    **dict.fromkeys(("month", "months", "monat", "monate", "monaten"), 2_592_000),
    **dict.fromkeys(("quarter", "quarters", "quartal"), 7_776_000),
    **dict.fromkeys(("year", "years", "jahr", "jahre", "jahren"), 31_536_000),
}
_COUNTED: Final = {
    word: float(number)
    for number, words in {
        0.25: ("a quarter of an", "quarter of an"),
        0.5: ("half a", "half an", "eine halbe"),
        1: ("a", "an", "one", "ein", "eine", "einer"),
        2: ("two", "zwei"),
        3: ("three", "drei"),
        4: ("four", "vier"),
        5: ("five", "fünf"),
        6: ("six", "sechs"),
        7: ("seven", "sieben"),
        8: ("eight", "acht"),
        9: ("nine", "neun"),
        10: ("ten", "zehn"),
        12: ("twelve", "zwölf"),
        15: ("fifteen",),
        24: ("twenty-four",),
        20: ("twenty", "zwanzig"),
        30: ("thirty", "dreißig"),
        40: ("forty",),
        45: ("forty-five",),
        48: ("forty-eight",),
        60: ("sixty",),
        72: ("seventy-two",),
        90: ("ninety",),
    }.items()
    for word in words
}
_NUMBER: Final = r"[0-9]{1,6}(?:[.,][0-9]{1,3})?"
_UNIT: Final = "|".join(sorted(_SECONDS, key=len, reverse=True))
_WORD: Final = "|".join(sorted(_COUNTED, key=len, reverse=True))
_SPAN: Final = re.compile(
    rf"(?:(?P<sign>[<>≤≥]=?|up to|at most|at least|more than|less than|under|over|bis zu)[ ]?)?"
    rf"(?<![\w.,:$€£/])(?:(?P<low>{_NUMBER})[ ]?(?:{_UNIT})?[ ]?(?:-|–|—|to|bis)[ ]?)?"
    rf"(?:(?P<number>{_NUMBER})(?P<plus>\+)?[ -]?|(?<!-)(?P<word>{_WORD})[ ])(?P<unit>{_UNIT})(?![\w/])",
    re.IGNORECASE,
)
_FIGURE: Final = re.compile("[0-9]")
_FIGURED: Final = re.compile(rf"[0-9]\+?[ -]?(?:{_UNIT})(?![\w/])", re.IGNORECASE)
"""What a length of time in figures holds: most figures are of something else."""
_UNITED: Final = re.compile(rf" (?:{_UNIT})(?![\w/])")
"""What a length of time without a figure holds, in small letters: most texts have none, which is soon known."""
_COMPOUND: Final = re.compile(rf"(?:,? and |, | )?(?P<number>{_NUMBER})[ ]?(?P<unit>{_UNIT})(?!\w)", re.IGNORECASE)
_GLUED: Final = re.compile(r"(?<=\d)(h|hr|d|m)(?=\d)", re.IGNORECASE)
_LEAST: Final = {">", ">=", "≥", "≥=", "more than", "at least", "over"}
_CADENCES: Final = {
    "real-time": 0.0,
    "realtime": 0.0,
    "continuous": 0.0,
    "continuously": 0.0,
    **dict.fromkeys(("hourly", "every hour", "each hour", "stündlich"), 3_600.0),
    **dict.fromkeys(("twice daily", "twice a day"), 43_200.0),
    **dict.fromkeys(("daily", "nightly", "every day", "each day", "every night", "täglich"), 86_400.0),
    **dict.fromkeys(("weekly", "every week", "each week", "wöchentlich"), 604_800.0),
    **dict.fromkeys(("biweekly", "fortnightly"), 1_209_600.0),
    **dict.fromkeys(("monthly", "every month", "each month", "monatlich"), 2_592_000.0),
    **dict.fromkeys(("quarterly", "every quarter", "vierteljährlich", "quartalsweise"), 7_776_000.0),
    **dict.fromkeys(("semi-annually", "semiannually", "twice a year"), 15_768_000.0),
    **dict.fromkeys(("annually", "annual", "yearly", "every year", "jährlich"), 31_536_000.0),
}
_CADENCE: Final = re.compile(
    rf"(?<!\w)(?:(?:every|each|alle) (?P<number>{_NUMBER})?[ -]?(?P<unit>{_UNIT})"
    rf"|(?P<word>{'|'.join(sorted(_CADENCES, key=len, reverse=True))}))(?!\w)",
    re.IGNORECASE,
)
_OFTEN_SAID: Final = frozenset({"every ", "each ", "alle ", "twice ", *_CADENCES})
_OFTEN: Final = tuple(word for word in sorted(_OFTEN_SAID) if not any(part in word for part in _OFTEN_SAID - {word}))
"""One of these is in whatever says how often, in small letters: most texts have none."""
_SAME_LETTERS: Final = str.maketrans("ſıİ", "sii")
_CRON: Final = re.compile(
    r"(?m)^\s*(?P<m>\S+) (?P<h>[\d*/,-]+) (?P<dom>[\d*/,-]+) (?P<mon>[\d*/,-]+) (?P<dow>[\d*/,-]+) "
)


class Span(Struct, frozen=True, kw_only=True):
    """A length of time, or a range of lengths. *30+ minutes* has no ``high``, *< 1 h* has no ``low``."""

    low: timedelta | None
    high: timedelta | None
    text: str
    start: int
    """Where it stands in the text that it was read from."""
    end: int

    @property
    def longest(self) -> timedelta | None:
        """The one length to hold people to: the upper end where there is one."""
        return self.high if self.high is not None else self.low


def small(words: str) -> str:
    """The words in small letters. A pattern that ignores case takes a long s and a Turkish i for ours: so does this."""
    return words.lower() if words.isascii() else words.translate(_SAME_LETTERS).lower()


def spans(text: str) -> Iterator[Span]:
    """Every length of time in the text, in order. Business days are none: nobody can compute when they end."""
    # "1h30m" is read as "1h 30m"; the blank is why positions are those in the spaced text.
    spaced, position = _GLUED.sub(r"\1 ", text) if _FIGURE.search(text) and _GLUED.search(text) else text, 0
    if not (_FIGURED.search(spaced) or _UNITED.search(small(spaced))):
        return
    while match := _SPAN.search(spaced, position):
        last = _seconds(match["number"] or match["word"], match["unit"])
        position = match.end()
        unit = match["unit"]
        while (more := _COMPOUND.match(spaced, position)) and _SECONDS[small(more["unit"])] < _SECONDS[small(unit)]:
            last, position, unit = last + _seconds(more["number"], more["unit"]), more.end(), more["unit"]
        yield _span(match, last, spaced[match.start() : position].strip(), position)


def _span(match: re.Match[str], seconds: float, text: str, end: int) -> Span:
    length = timedelta(seconds=seconds)
    low: timedelta | None = length
    high: timedelta | None = length
    if match["low"]:
        low = timedelta(seconds=_seconds(match["low"], match["unit"]))
    elif match["plus"] or (match["sign"] or "").lower() in _LEAST:
        high = None
    elif match["sign"]:
        low = None
    return Span(low=low, high=high, text=text, start=match.start(), end=end)


@lru_cache(maxsize=256)
def span(text: str) -> Span | None:
    """The first length of time in the text. A text is asked for it by everything that it may state."""
    return next(spans(text), None)


def length(text: str) -> timedelta | None:
    """The first length of time as one figure, the longer end of a range; None where there is none to compute."""
    found = span(text)
    return found.longest if found else None


def every(text: str) -> timedelta | None:
    """How often: *every 6 hours*, *daily*, *real-time* (zero). The first that the text names."""
    words = small(text)
    match = _CADENCE.search(text) if any(map(words.__contains__, _OFTEN)) else None
    if match is None:
        return None
    if match["word"]:
        return timedelta(seconds=_CADENCES[small(match["word"])])
    return timedelta(seconds=_seconds(match["number"] or "1", match["unit"]))


def of_cron(text: str) -> timedelta | None:
    """How often the first cron line of the text runs, as far as its five fields say it plainly."""
    match = _CRON.search(text)
    if match is None:
        return None
    if match["dow"] != "*":
        return timedelta(days=7)
    if match["dom"] != "*":
        return timedelta(days=30)
    step = re.fullmatch(r"\*/([0-9]{1,2})", match["h"])
    if step and int(step[1]):
        return timedelta(hours=int(step[1]))
    return timedelta(hours=1) if match["h"] == "*" else timedelta(days=1)


def _seconds(number: str, unit: str) -> float:
    words = small(number)
    value = _COUNTED[words] if words in _COUNTED else float(words.replace(",", "."))
    return value * _SECONDS[small(unit)]
