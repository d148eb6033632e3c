"""What items and sentences say of when a metric is well and when it is not: thresholds, and the alerts of a list."""

import re
from collections.abc import Iterator
from typing import Final

from compiler.document import Item
from compiler.recognise import quantities, spans
from compiler.recognise.facts import AlertRule, Detail, Fact, Threshold
from compiler.recognise.groups import Group, Placed
from compiler.recognise.outline import Section
from compiler.recognise.wording import named, named_alerts
from compiler.recognise.words import Topic, about

_METRIC: Final = re.compile(
    r"\s*(?::|is|are|for|stays?|goes|gets|remains?|in|rises?|falls?|drops?|of|by|–|-|\()*\s*$", re.IGNORECASE
)
_FIRES_WHEN: Final = re.compile(
    r"^\s*(?:this|the|an?) alert (?:fires|triggers|is (?:raised|triggered|fired)|means)(?: (?:when|if|that|once))?"
    r"(?: the| an?)? ",
    re.IGNORECASE,
)
_WARNS: Final = re.compile(r"\b(?:warn\w*|p2|yellow|investigate)\b", re.IGNORECASE)
_WARNING: Final = re.compile(
    r"\bwarn(?:ing|ung)?\b\W{0,3}?(?P<at>[^\w,;|/][^,;|/]{0,40}|[0-9][^,;|/]{0,40})", re.IGNORECASE
)
_CRITICAL: Final = re.compile(
    r"\b(?:crit(?:ical)?|kritisch)\b\W{0,3}?(?P<at>[^\w,;|/][^,;|/]{0,40}|[0-9][^,;|/]{0,40})", re.IGNORECASE
)
_WELL: Final = re.compile(
    r"\b(?:metrics?|health|kpis?|indicators?|targets?|normal|healthy|golden|performance)\b", re.IGNORECASE
)
_BAD: Final = re.compile(r"\b(?:alerts?|alarms?|alerting|warning|critical|thresholds?|page|symptoms?)\b", re.IGNORECASE)


def of_symptom(section: Section, placed: Placed) -> Threshold | None:
    """A symptom's figure as a threshold: *job failure rate > 10%*. It is what is wrong, so it is critical."""
    return bad_when(section, placed.value or placed.text, placed.line, placed.last)


def bad_when(section: Section, text: str, line: int, last: int) -> Threshold | None:
    """The threshold in a text that says what is wrong; None where it compares nothing."""
    bound = quantities.bound(text[:400])
    if bound is None:
        return None
    metric = _metric(text, bound)
    if not metric:
        after = text.partition(bound.text)[2].strip(" ().").removeprefix("of ")
        metric, _, window = after.partition(" for ")
        bound, metric = quantities.held(bound, spans.length(window)) or bound, metric or section.title
    return Threshold(
        metric=metric,
        critical=bound,
        statistic=quantities.statistic(text),
        text=text,
        line=line,
        last=last,
        path=section.path,
    )


def watched(section: Section, group: Group, placed: Placed, topic: Topic) -> Iterator[Fact]:
    if not isinstance(placed.piece, Item):
        return
    text = placed.value or placed.text
    # A heading that says which side its figures are on is believed before those above it.
    told = (group.label, *reversed(section.path))
    bad = next((_BAD.search(words) is not None for words in told if _BAD.search(words) or _WELL.search(words)), False)
    pair = _pair(text[:400])
    bound = None if pair else quantities.bound(text[:400])
    if (topic is Topic.ALERTS and _is_alert(section, placed, bound or pair)) or (bad and _BAD.search(group.label)):
        label = named(group.label)[0] or group.label
        yield AlertRule(
            name=placed.name or placed.text, expression=placed.value, severity=_severity(group.label),
            action=_action(label), line=placed.line, last=placed.last, path=section.path,
        )  # fmt: skip
    elif placed.piece.codes and bound is None:
        yield detail_of(section, placed)
        return
    if pair:
        yield Threshold(
            metric=placed.name or section.title, warning=pair[0], critical=pair[1], text=placed.text,
            statistic=quantities.statistic(placed.text), line=placed.line, last=placed.last, path=section.path,
        )  # fmt: skip
    elif bound or topic is Topic.THRESHOLDS:
        yield Threshold(
            metric=placed.name or (_metric(text, bound) if bound else text),
            normal=None if bad else bound,
            warning=bound if bad and _WARNS.search(group.label) else None,
            critical=bound if bad and not _WARNS.search(group.label) else None,
            statistic=quantities.statistic(placed.text), text=placed.text,
            line=placed.line, last=placed.last, path=section.path,
        )  # fmt: skip


def _is_alert(section: Section, placed: Placed, figure: object) -> bool:
    """Whether an item below a heading about alerts is one: below the document's title alone it must look like one."""
    near = [each.title for each in section.headings if each.level > 1 or len(section.headings) == 1]
    headed = any(about(title) is Topic.ALERTS for title in near)
    return headed or figure is not None or bool(named_alerts(placed.name or placed.text))


def _pair(text: str) -> tuple[quantities.Bound | None, quantities.Bound | None] | None:
    """*Warning 70%, critical 90%*: both bounds; None for a text that does not give the two."""
    warning, critical = _WARNING.search(text), _CRITICAL.search(text)
    if warning is None or critical is None:
        return None
    pair = quantities.directed(quantities.cell(warning["at"]), quantities.cell(critical["at"]))
    return pair if all(pair) else None


def _metric(text: str, bound: quantities.Bound) -> str:
    """What is compared: the words before the figure."""
    before = text[: max(text.find(bound.text), 0)]
    outer, bracket, _ = before.partition("(")
    before = outer if bracket and ")" not in before and outer.strip() else before
    before = _FIRES_WHEN.sub("", before, count=1)
    return _METRIC.sub("", before).strip(" ,:–-(") if before.strip() else ""


def _severity(label: str) -> str:
    match = re.search(r"\b(critical|warning|info|high|medium|low|p[0-4]|sev-?[0-5])\b", label, re.IGNORECASE)
    return match.group().lower() if match else ""


def _action(label: str) -> str:
    match = re.search(r"\(([^()]{1,80})\)", label)
    return match[1] if match else ""


def detail_of(section: Section, placed: Placed) -> Detail:
    """A named value that says of no figure whether it is good or bad."""
    return Detail(
        name=placed.name or placed.text, value=placed.value if placed.name else "",
        line=placed.line, last=placed.last, path=section.path,
    )  # fmt: skip
