"""What a list item or a sentence states, read by the topic of the section that it stands in."""

import re
from collections.abc import Iterator
from typing import Final

from compiler.document import Block, Item
from compiler.languages import sets_for_program
from compiler.recognise import bounds, people, promises, quantities, service_levels, upkeep
from compiler.recognise.facts import (
    Environment,
    ErrorCode,
    Fact,
    LogPlace,
    Service,
    ServiceLevel,
    Setting,
)
from compiler.recognise.groups import Group, Placed
from compiler.recognise.instruction import begins_condition, condition_alone
from compiler.recognise.outline import Section
from compiler.recognise.procedure import Purpose, Role
from compiler.recognise.recovery import leads_recovery, recovery_in
from compiler.recognise.wording import parted
from compiler.recognise.words import Topic, about, is_told

_NEEDS: Final = re.compile(
    r"(?P<name>[^:]{1,60}?)\s+(?:depends? on|requires|needs|hängt ab von)(?=[\s:])\s*:?\s*(?P<needs>\S.*)",
    re.IGNORECASE,
)
_ADDRESS: Final = re.compile(r"(?:[a-z][a-z0-9+]{1,12}://|localhost:|wss?://)[^\s,;)]+", re.IGNORECASE)
_PORT: Final = re.compile(r"(?:port )?(?P<port>[0-9]{2,5})(?:/(?:tcp|udp))?(?:\s.*)?", re.IGNORECASE)
_PLACE: Final = re.compile(r"(?:/[\w.*-]+){2,}/?|/ecs/\S+|stdout|journald?")
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
            return tuple(bounds.watched(section, group, placed, watched))
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
        yield bounds.detail_of(section, placed)


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
            yield bounds.detail_of(section, placed)
    elif _SECRET.fullmatch(placed.text) or (purpose is None and not is_told(placed.text)):
        yield bounds.detail_of(section, placed)


def _is_setting_like(placed: Placed, purpose: Purpose | None) -> bool:
    """*Request timeout: 30 seconds* is a setting, though it begins like an order."""
    return bool(placed.name and placed.value) and (purpose is Purpose.TUNING or not is_told(placed.name))
