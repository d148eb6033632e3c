"""What a team promises about its service in a sentence: how available it is, how fast, how often right."""

import re
from collections.abc import Iterator
from typing import Final

from compiler.recognise import quantities, spans
from compiler.recognise.facts import ServiceLevel
from compiler.recognise.groups import Placed
from compiler.recognise.instruction import SENTENCE_END
from compiler.recognise.outline import Section
from compiler.recognise.promises import NO_PROMISE
from compiler.recognise.words import is_told

_SIGNS: Final = ("availab", "uptime", "latency", "response time", "error rate", "success", "% of ", "percent of ")
"""One of these is in whatever promises how well something serves, in small letters."""
_PROMISES: Final = re.compile(
    r"\b(?:promis\w+|guarante\w+|commit\w*|sla|slo|targets?|objectives?|aim\w*|goals?|agreed|must|shall|of the time"
    r"|owe|pledge\w*)\b",
    re.IGNORECASE,
)
_FIGURE: Final = re.compile(
    r"(?:(?:below|under|at most|less than|at least|above|over|more than|<=?|>=?|≤|≥) ?)?"
    r"(?<![\w.,])[0-9]{1,4}(?:[.,][0-9]{1,4})? ?(?:%|percent\b|ms\b|milliseconds?\b|s\b|seconds?\b)",
    re.IGNORECASE,
)
_UP: Final = re.compile(r"\b(?:availab\w+|up ?time|(?:is|be|are) up)\b", re.IGNORECASE)
_METRIC: Final = re.compile(
    r"\b(?:(?:p[0-9]{2,3}|median|average|mean) )?(?:latency|response times?)\b|\b(?:error|success) rates?\b",
    re.IGNORECASE,
)
_SHARE: Final = re.compile(
    r" of (?!the time\b)(?:all |the )?(?P<what>[^.;,]{3,80}?)(?= (?:per|each|every|over|measured)\b|[.;,]|\Z)",
    re.IGNORECASE,
)
_LONGEST: Final = 600


def promised(section: Section, placed: Placed, *, among: bool) -> Iterator[ServiceLevel]:
    """*We promise 99.95 % availability*, *99.5% of orders are ready within 2 s*; ``among`` others no word promises."""
    text = placed.text[:_LONGEST]
    small = spans.small(text)
    if not any(map(small.__contains__, _SIGNS)) or _FIGURE.search(text) is None:
        return
    for sentence in SENTENCE_END.split(text):
        if NO_PROMISE.search(sentence) or is_told(sentence) or not (among or _PROMISES.search(sentence)):
            continue
        for metric, figure in _figures(sentence):
            target = quantities.cell(figure)
            if target is not None and target.number is not None:
                yield ServiceLevel(
                    metric=metric, target=target, text=sentence, line=placed.line, last=placed.last, path=section.path
                )


def _figures(sentence: str) -> Iterator[tuple[str, str]]:
    """Each figure with what it is of: a share of something, or the metric that stands nearest before it or behind."""
    share = None
    for found in _FIGURE.finditer(sentence):
        if share is not None and found.start() < share:
            continue  # *within 2 seconds* is a part of what 99.5% are of.
        if what := _SHARE.match(sentence, found.end()):
            share = found.end() + what.end() - what.start()
            yield what["what"], found.group()
        elif metric := _metric(sentence[: found.start()], sentence[found.end() :], found.group()):
            yield metric, found.group()


def _metric(before: str, after: str, figure: str) -> str:
    percent = "%" in figure or "percent" in figure
    named = list(_METRIC.finditer(before)) or list(_METRIC.finditer(after))
    if percent and (_UP.search(before[-80:]) or _UP.search(after[:40])):
        return "availability"
    if not named:
        return ""
    return f"{quantities.statistic(figure)} {named[-1].group()}".strip()
