"""Tables read by their header: which column is the metric, the code, the role, and what its rows then state."""

import re
from collections.abc import Iterator, Mapping
from typing import Final

from compiler.document import Row, Table
from compiler.recognise import cadence_table, people, quantities, severities, spans, upkeep
from compiler.recognise.columns import HEADERS, cell, columns_of, first_of
from compiler.recognise.facts import (
    AlertRule,
    Detail,
    ErrorCode,
    Fact,
    LogPlace,
    Objective,
    RecoveryObjective,
    Service,
    ServiceLevel,
    Stated,
    Threshold,
)
from compiler.recognise.outline import Section
from compiler.recognise.wording import named_alerts, parted
from compiler.recognise.words import Topic
from incident.severity import of_code

_PROBLEM: Final = re.compile(
    r"symptoms?|problems?|issues?|incidents?|alert(?: name)?|alarm|failure|error|scenario|störung|condition",
    re.IGNORECASE,
)
_REMEDY: Final = re.compile(
    r"(?:solution|resolution|(?:permanent |quick )?fix|workaround|remed\w+|action|response|mitigation|what to do|steps?"
    r"|lösung|behebung|maßnahme)s?(?: .*)?",
    re.IGNORECASE,
)
_LOOK: Final = re.compile(
    r"diagnos\w*|check|investigat\w*|how to (?:check|verify|diagnose)|cause|likely cause|possible causes?|verify",
    re.IGNORECASE,
)
_OBLIGES: Final = re.compile(
    r"respon|descri|defin|update|escalat|example|impact|answer|repl(?:y|ies)|react|\back|\bsla\b", re.IGNORECASE
)
_ALERT: Final = re.compile(r"(?:alert|alarm)s?(?: names?)?", re.IGNORECASE)
_LEADS: Final = re.compile(
    r"procedures?|runbooks?|playbooks?|actions?|responses?|see|what to do|go ?to|jump to|leads? to|sections?|links?",
    re.IGNORECASE,
)
_ADDRESS: Final = re.compile(r"[a-z][a-z0-9+]{1,12}://\S+", re.IGNORECASE)


def troubleshooting(table: Table) -> tuple[int | None, int | None, int | None]:
    """The columns of problem, remedy and cause or check; None for what the table does not have."""
    return first_of(table, _PROBLEM), first_of(table, _REMEDY), first_of(table, _LOOK)


def facts(section: Section, table: Table, topic: Topic | None) -> tuple[Fact, ...]:
    """What the table states, by its header and then by its section's topic; empty when it says nothing known."""
    readers = (
        _alerts, _levels, _contacts, _objectives, _errors, _thresholds, cadence_table.checklists, _targets, _services,
        _logs, _reviews,
    )  # fmt: skip
    columns = columns_of(table)
    for reader in readers:
        found = tuple(reader(section, table, columns, topic))
        if found:
            return found
    return ()


def details(section: Section, table: Table) -> tuple[Detail, ...]:
    """The rows of a table of no known kind, each by its first cell, so that nothing is lost."""
    return tuple(
        Detail(
            name=row.cells[0],
            value=" · ".join(filter(None, row.cells[1:])),
            line=row.line,
            last=row.line,
            path=section.path,
        )
        for row in table.rows
        if row.cells and any(row.cells)
    )


def _levels(section: Section, table: Table, _: Mapping[str, int], topic: Topic | None) -> Iterator[Fact]:
    if topic is Topic.SEVERITY or any(map(_OBLIGES.search, table.header)) or severities.topmost(table.header):
        yield from severities.of_table(section, table, topic)


def _alert_column(table: Table, columns: Mapping[str, int]) -> int | None:
    """The column of alerts: it says so, or each name in the first one is an alert's, with a severity beside it."""
    named = "priority" in columns and all(named_alerts(cell(row, 0)) for row in table.rows)
    return 0 if named and table.rows else first_of(table, _ALERT)


def _alerts(section: Section, table: Table, columns: Mapping[str, int], topic: Topic | None) -> Iterator[Fact]:
    """Which procedure each alert leads to: an alert, how bad it is, and where to go; without any bounds."""
    name, leads = _alert_column(table, columns), first_of(table, _LEADS)
    if name is None or leads is None or any(_bounded(row, columns) for row in table.rows):
        return
    if topic is not Topic.ALERTS and "priority" not in columns:
        return
    for row in table.rows:
        if cell(row, name) and any(text.strip() for n, text in enumerate(row.cells) if n != name):
            yield AlertRule(
                name=cell(row, name), severity=cell(row, columns.get("priority")), action=cell(row, leads),
                expression=cell(row, columns.get("critical")),
                line=row.line, last=row.line, path=section.path,
            )  # fmt: skip


def _contacts(section: Section, table: Table, _: Mapping[str, int], topic: Topic | None) -> Iterator[Fact]:
    called = tuple(people.escalations_of_table(section, table))
    yield from called
    if called:
        return
    if topic is Topic.CONTACTS or people.is_contact_table(table):
        yield from people.of_table(section, table)


def _objectives(section: Section, table: Table, columns: Mapping[str, int], topic: Topic | None) -> Iterator[Fact]:
    for row in table.rows:
        for name, objective in (("rto", Objective.TIME), ("rpo", Objective.POINT)):
            text = cell(row, columns.get(name))
            if text:
                yield _objective(section, row, objective, text, cell(row, 0))
        stated = HEADERS["rto"].fullmatch(cell(row, 0)), HEADERS["rpo"].fullmatch(cell(row, 0))
        if any(stated) and not {"rto", "rpo"} & columns.keys() and len(row.cells) > 1:
            yield _objective(section, row, Objective.TIME if stated[0] else Objective.POINT, cell(row, 1), "")


def _objective(section: Section, row: Row, objective: Objective, text: str, scope: str) -> RecoveryObjective:
    target = Stated(text=text, span=spans.length(text))
    return RecoveryObjective(
        objective=objective, target=target, scope=scope, line=row.line, last=row.line, path=section.path
    )


def _errors(section: Section, table: Table, columns: Mapping[str, int], topic: Topic | None) -> Iterator[Fact]:
    if "code" not in columns or not ({"meaning", "action"} & columns.keys() or topic is Topic.ERRORS):
        return
    for row in table.rows:
        if cell(row, columns["code"]):
            yield ErrorCode(
                code=cell(row, columns["code"]), meaning=cell(row, columns.get("meaning")),
                action=cell(row, columns.get("action")), line=row.line, last=row.line, path=section.path,
            )  # fmt: skip


def _thresholds(section: Section, table: Table, columns: Mapping[str, int], topic: Topic | None) -> Iterator[Fact]:
    name = columns.get("metric", columns.get("service"))
    if name is None or not any(_bounded(row, columns) for row in table.rows):
        return
    alerts = topic is Topic.ALERTS or (first_of(table, _ALERT) == name and "priority" in columns)
    leads = columns.get("action", first_of(table, _LEADS))
    for row in table.rows:
        action = cell(row, leads)
        window = spans.length(cell(row, columns.get("window")))
        warning, critical = quantities.directed(
            quantities.held(quantities.cell(cell(row, columns.get("warning"))), window),
            quantities.held(quantities.cell(cell(row, columns.get("critical"))), window),
        )
        threshold = Threshold(
            metric=cell(row, name),
            normal=quantities.cell(cell(row, columns.get("normal"))),
            warning=warning,
            critical=critical,
            statistic=quantities.statistic(" ".join(row.cells)),
            action=action,
            text=" | ".join(row.cells),
            line=row.line,
            last=row.line,
            path=section.path,
        )
        yield threshold
        if alerts:
            yield AlertRule(
                name=threshold.metric, expression=cell(row, columns.get("critical")), action=action,
                severity=cell(row, columns.get("priority")), line=row.line, last=row.line, path=section.path,
            )  # fmt: skip


def _bounded(row: Row, columns: Mapping[str, int]) -> bool:
    return any(quantities.cell(cell(row, columns.get(name))) for name in ("warning", "critical", "normal"))


def _targets(section: Section, table: Table, columns: Mapping[str, int], topic: Topic | None) -> Iterator[Fact]:
    """Service levels: a metric and its target, or a service's own column *SLA* beside what it is for."""
    name = columns.get("metric", columns.get("service", 0))
    if "target" not in columns or columns["target"] == name:
        return
    for row in table.rows:
        target = quantities.cell(cell(row, columns["target"]))
        if target is None or (target.number is None and topic is not Topic.SERVICE_LEVELS):
            continue
        of_service = "metric" not in columns
        yield ServiceLevel(
            metric="availability" if of_service and topic is not Topic.SERVICE_LEVELS else cell(row, name),
            target=target, scope=cell(row, name) if of_service else "", text=" | ".join(row.cells),
            line=row.line, last=row.line, path=section.path,
        )  # fmt: skip
        if {"purpose", "priority"} & columns.keys():
            yield _service(section, row, table, columns)


def _services(section: Section, table: Table, columns: Mapping[str, int], topic: Topic | None) -> Iterator[Fact]:
    known = {"port", "needs", "environment", "purpose", "owner", "priority"} & columns.keys()
    if "service" not in columns or not known or columns["service"] == columns.get("environment"):
        return
    for row in table.rows:
        if cell(row, columns["service"]):
            yield _service(section, row, table, columns)


def _service(section: Section, row: Row, table: Table, columns: Mapping[str, int]) -> Service:
    urls = [
        (header if HEADERS["environment"].fullmatch(header) and header.lower() != "url" else "", found.group())
        for header, text in zip(table.header, row.cells, strict=False)
        if (found := _ADDRESS.search(text))
    ]
    port = re.search(r"\b[0-9]{2,5}\b", cell(row, columns.get("port")))
    return Service(
        name=cell(row, columns["service"]) if "service" in columns else cell(row, 0),
        urls=tuple(urls),
        port=int(port.group()) if port else None,
        purpose=cell(row, columns.get("purpose")),
        needs=parted(cell(row, columns.get("needs"))),
        severity=of_code(cell(row, columns.get("priority"))),
        line=row.line,
        last=row.line,
        path=section.path,
    )


def _logs(section: Section, table: Table, columns: Mapping[str, int], topic: Topic | None) -> Iterator[Fact]:
    if "log" not in columns or (topic is not Topic.LOGS and not table.header[columns["log"]].lower().startswith("log")):
        return
    for row in table.rows:
        if cell(row, columns["log"]):
            yield LogPlace(
                name=cell(row, 0), place=cell(row, columns["log"]), line=row.line, last=row.line, path=section.path
            )


def _reviews(section: Section, table: Table, _: Mapping[str, int], topic: Topic | None) -> Iterator[Fact]:
    """What the table says about the document itself: *Last reviewed | 3 March 2026*."""
    first = Row(cells=table.header, line=table.line)  # A table of two columns may begin with what it says.
    for row in (first, *table.rows) if len(table.header) == 2 else ():
        yield from upkeep.reviews(section, f"{cell(row, 0)}: {cell(row, 1)}", row.line, row.line)
