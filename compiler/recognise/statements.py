"""What a list item or a sentence states, read by the topic of the section that it stands in."""

import re
from collections.abc import Iterator
from typing import Final

from compiler.document import Block, Item
from compiler.languages import sets_for_program
from compiler.recognise import people, promises, quantities, service_levels, spans, upkeep
from compiler.recognise.facts import (
    AlertRule,
    Detail,
    Environment,
    ErrorCode,
    Fact,
    LogPlace,
    Service,
    ServiceLevel,
    Setting,
    Threshold,
)
from compiler.recognise.groups import Group, Placed
from compiler.recognise.instruction import begins_condition, condition_alone
from compiler.recognise.outline import Section
from compiler.recognise.procedure import Purpose, Role
from compiler.recognise.recovery import leads_recovery, recovery_in
from compiler.recognise.wording import named, named_alerts, parted
from compiler.recognise.words import Topic, about, is_told

_NEEDS: Final = re.compile(
    r"(?P<name>[^:]{1,60}?)\s+(?:depends? on|requires|needs|hängt ab von)(?=[\s:])\s*:?\s*(?P<needs>\S.*)",
    re.IGNORECASE,
)
_ADDRESS: Final = re.compile(r"(?:[a-z][a-z0-9+]{1,12}://|localhost:|wss?://)[^\s,;)]+", re.IGNORECASE)
_PORT: Final = re.compile(r"(?:port )?(?P<port>[0-9]{2,5})(?:/(?:tcp|udp))?(?:\s.*)?", re.IGNORECASE)
_PLACE: Final = re.compile(r"(?:/[\w.*-]+){2,}/?|/ecs/\S+|stdout|journald?")
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
_ASSIGNED: Final = re.compile(
    r"\s*(?:export\s+|const\s+|let\s+|SET\s+)?(?P<name>[A-Za-z_][\w.-]{1,60})\s*(?:="
    r"|:\s)\s*(?P<value>[^=\s{(\[](?:.*?[^{(\s])?)\s*[,;]?\s*(?:\s(?:--|//|#).*)?"
)
_SETS_NOTHING: Final = re.compile(r"\s*(?:#|--|//|[{}\])]+;?\s*$)")
_SETTING_LABEL: Final = re.compile(
    r".*\b(?:pool(?:ing)?|timeout|ttl|rate limit\w*|limits?|concurrency|batch\w*|retr(?:y|ies)"
    r"|cache|size|memory|replicas|breaker)\b.*",
    re.IGNORECASE,
)
_ANY_TIME: Final = re.compile(
    r".*(?:window|fenster)|schedule|preferred|window|times?|when|hours|day|regular|standard", re.IGNORECASE
)
"""Names of a window that name no environment."""
_DAY: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}(?!\w)")
_SECRET: Final = re.compile(r"[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+")


def of_text(
    section: Section, group: Group, placed: Placed, topic: Topic | None, purpose: Purpose | None
) -> tuple[Fact, ...]:
    """What one item or sentence states; empty when it is no fact of a known kind."""
    found = upkeep.objectives(section, placed) or promises.recoveries(section, placed, topic, purpose)
    if found:
        return found
    match _topic(placed, topic, purpose):
        case Topic.THRESHOLDS | Topic.ALERTS as watched:
            return tuple(_watched(section, group, placed, watched))
        case Topic.CONTACTS:
            return people.of_text(section, placed)
        case Topic.ESCALATION if isinstance(placed.piece, Item):
            return (people.escalation(placed.text, placed.line, placed.last, section.path),)
        case Topic.SERVICE_LEVELS:
            return tuple(service_levels.promised(section, placed, among=True)) or tuple(_service_level(section, placed))
        case None | Topic.OVERVIEW | Topic.OBJECTIVES if levels := _promised(section, placed, purpose):
            return levels
        case None | Topic.OVERVIEW if named_here := people.in_lines(section, placed):
            return named_here
        case Topic.SERVICES | Topic.OVERVIEW | Topic.ENVIRONMENTS | Topic.LOGS | Topic.LINKS | Topic.ERRORS as named:
            return tuple(_named(section, placed, named))
        case Topic.WINDOWS:
            return _window(section, group, placed)
        case _:
            return tuple(_plain(section, group, placed, purpose))


def _topic(placed: Placed, topic: Topic | None, purpose: Purpose | None) -> Topic | None:
    """What a line is about: its own name says so, or its section. Under *Maintenance* days with hours are a window."""
    own = about(placed.name) if placed.value else None
    if own is Topic.WINDOWS or (own is Topic.CONTACTS and topic is not Topic.ESCALATION):
        return own
    upkept = topic is None and purpose is Purpose.MAINTENANCE
    return Topic.WINDOWS if upkept and upkeep.tells_window(placed.text) else topic


def may_state(role: Role | None, topic: Topic | None) -> bool:
    """Whether what stands there may be a fact by itself: below a label it is part of a procedure."""
    return role is None or (role is Role.ESCALATION and topic is Topic.CONTACTS)


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


def settings(section: Section, block: Block) -> Iterator[Setting]:
    """The values that a block of configuration sets; commands in between are none."""
    for line, text in enumerate(block.text.split("\n"), block.line):
        match = _ASSIGNED.fullmatch(text[:300])
        if match and not re.match(r"\$\(|`", match["value"]):
            counts = match["value"][:1].isdigit() and not _DAY.match(match["value"])
            figure = quantities.cell(match["value"]) if counts else None
            yield Setting(
                name=match["name"], value=match["value"], figure=figure, line=line, last=line, path=section.path
            )


def is_configuration(block: Block) -> bool:
    """True when most lines that are no comment set a value, and none runs anything."""
    lines = [text for text in block.text.split("\n") if text.strip() and not _SETS_NOTHING.match(text)]
    if not lines or any("$(" in text or "`" in text or sets_for_program(text) for text in lines):
        return False
    return sum(_ASSIGNED.fullmatch(text[:300]) is not None for text in lines) * 4 >= len(lines) * 3


def _watched(section: Section, group: Group, placed: Placed, topic: Topic) -> Iterator[Fact]:
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
        yield _detail(section, placed)
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


def _promised(section: Section, placed: Placed, purpose: Purpose | None) -> tuple[ServiceLevel, ...]:
    told = purpose is None and (not isinstance(placed.piece, Item) or not placed.name)
    return tuple(service_levels.promised(section, placed, among=False)) if told else ()


def _service_level(section: Section, placed: Placed) -> Iterator[Fact]:
    target = quantities.cell(placed.value or placed.text)
    if target and target.number is not None:
        yield ServiceLevel(
            metric=placed.name or placed.text, target=target, text=placed.text,
            line=placed.line, last=placed.last, path=section.path,
        )  # fmt: skip


def _named(section: Section, placed: Placed, topic: Topic) -> Iterator[Fact]:
    """A thing with a name: a service, an environment, a log, a link, a code."""
    item, at = isinstance(placed.piece, Item), (placed.line, placed.last, section.path)
    line, last, path = at
    needs = _NEEDS.fullmatch(placed.text)
    if needs:
        yield Service(name=needs["name"], needs=parted(needs["needs"]), line=line, last=last, path=path)
    elif not item:
        return
    elif topic is Topic.ENVIRONMENTS and placed.name:
        yield Environment(name=placed.name, text=placed.value, line=line, last=last, path=path)
    elif topic is Topic.LOGS and placed.name and _PLACE.search(placed.value):
        yield LogPlace(name=placed.name, place=placed.value, line=line, last=last, path=path)
    elif topic is Topic.ERRORS and placed.name:
        yield ErrorCode(code=placed.name, meaning=placed.value, line=line, last=last, path=path)
    elif topic is Topic.SERVICES and placed.name and (_ADDRESS.search(placed.value) or _PORT.fullmatch(placed.value)):
        yield _service(section, placed)
    else:
        yield _detail(section, placed)


def _service(section: Section, placed: Placed) -> Service:
    port = _PORT.fullmatch(placed.value)
    environment = re.search(r"\((production|staging|development|local)\)", section.title, re.IGNORECASE)
    urls = tuple((environment[1] if environment else "", url) for url in _ADDRESS.findall(placed.value))
    return Service(
        name=placed.name, urls=urls, port=int(port["port"]) if port else None,
        line=placed.line, last=placed.last, path=section.path,
    )  # fmt: skip


def _window(section: Section, group: Group, placed: Placed) -> tuple[Fact, ...]:
    name = "" if _ANY_TIME.fullmatch(placed.name) else placed.name
    if isinstance(placed.piece, Item) and group.label not in ("", placed.name):
        name = f"{group.label} ({name})" if name else group.label
    window = upkeep.window(section, name, placed.value or placed.text, placed)
    return (window,) if window else ()


def _plain(section: Section, group: Group, placed: Placed, purpose: Purpose | None) -> Iterator[Fact]:
    """Under a heading that says nothing of its kind: settings and named values; what tells what to do is left."""
    item = placed.piece
    if not isinstance(item, Item) or item.number is not None or item.ticked is not None or item.depth > 0:
        return
    if condition_alone(group.label) or begins_condition(placed.text):
        return  # *If the queue grows:* says when to do what is listed below or behind it.
    if leads_recovery(group.label) or (item.codes and recovery_in(group.label)):
        return
    if purpose in (Purpose.TUNING, Purpose.OPERATION, None) and _is_setting_like(placed, purpose):
        figure = quantities.cell(placed.value)
        figured = figure is not None and (figure.number is not None or _SETTING_LABEL.fullmatch(placed.name))
        if purpose is Purpose.TUNING or (figured and _SETTING_LABEL.fullmatch(placed.name)):
            yield Setting(
                name=placed.name, value=placed.value, figure=figure if figure and figure.number is not None else None,
                line=placed.line, last=placed.last, path=section.path,
            )  # fmt: skip
        elif not is_told(placed.value) or purpose is None:
            yield _detail(section, placed)
    elif _SECRET.fullmatch(placed.text) or (purpose is None and not is_told(placed.text)):
        yield _detail(section, placed)


def _is_setting_like(placed: Placed, purpose: Purpose | None) -> bool:
    """*Request timeout: 30 seconds* is a setting, though it begins like an order."""
    return bool(placed.name and placed.value) and (purpose is Purpose.TUNING or not is_told(placed.name))


def _detail(section: Section, placed: Placed) -> Detail:
    return Detail(
        name=placed.name or placed.text, value=placed.value if placed.name else "",
        line=placed.line, last=placed.last, path=section.path,
    )  # fmt: skip
