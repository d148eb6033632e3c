"""A catalog.yaml as a Catalog: every step's command judged again on load, whatever the file claims of it."""

import re
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Final

from compiler.command import command_of, judged
from compiler.parameter import parameter_of, sample
from compiler.section import CatalogError, Section, read
from incident.digest import Facts, digest
from incident.runbook import (
    Catalog,
    Expectation,
    Guard,
    GuardKind,
    Operator,
    Origin,
    Procedure,
    Route,
    Step,
    StepKind,
)
from incident.severity import Policy, Severity
from incident.verdict import Judgement, Verdict

__all__ = ["CatalogError", "load"]

_ID: Final = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
_VERDICTS: Final = {verdict.value: verdict for verdict in Verdict}
_SEVERITIES: Final = {severity.value: severity for severity in Severity}


def load(text: str, file: str) -> Catalog:
    """The catalog in ``text``; ``file`` is the name that errors give it. Raises CatalogError, one sentence.

    A verdict in the file is a claim: one that is looser than the judge's is refused, a stricter one is kept.
    """
    top = read(text, file)
    content = digest(top.plain)
    procedures = tuple(_procedure(section) for section in top.sections("procedures"))
    if not procedures:
        raise top.wrong("procedures", "must name at least one procedure")
    _check_ids(top, procedures)
    catalog = Catalog(
        system=_identifier(top, "system"),
        title=top.text("title"),
        digest=content,
        procedures=procedures,
        routes=tuple(_route(section, procedures) for section in top.sections("routes")),
        policies=_policies(top.section("policies")),
        runbook_url=top.optional_text("url"),
    )
    top.done()
    return catalog


def _procedure(section: Section) -> Procedure:
    heading = section.text("heading")
    procedure = Procedure(
        id=_identifier(section, "id"),
        title=section.text("title"),
        origin=Origin(heading=heading, line=section.whole("line")),
        symptoms=section.texts("symptoms"),
        steps=tuple(_step(each, heading) for each in section.sections("steps")),
        checklist=section.texts("checklist"),
        escalate_after=section.span("escalate_after"),
        prevention=section.texts("prevention"),
    )
    section.done()
    return procedure


def _step(section: Section, heading: str) -> Step:
    kind = _kind(section)
    origin = Origin(heading=heading, line=section.whole("line"))
    step = _manual(section, origin) if kind is StepKind.MANUAL else _executable(section, kind, origin)
    section.done()
    return step


def _kind(section: Section) -> StepKind:
    named = [kind for kind in StepKind if kind.value in section]
    if len(named) != 1:
        raise section.wrong("diagnostic", "or “remediation” or “manual”: each step names its id under exactly one")
    return named[0]


def _manual(section: Section, origin: Origin) -> Step:
    """A step for a person. It is mutating unless the file says otherwise: nothing here has looked at what it does."""
    return Step(
        id=_identifier(section, StepKind.MANUAL.value),
        title=section.text("title"),
        kind=StepKind.MANUAL,
        verdict=section.word("verdict", _VERDICTS) if "verdict" in section else Verdict.MUTATING,
        reason=section.text("why"),
        written=section.text("written", ""),
        origin=origin,
        condition=section.text("when", ""),
    )


def _executable(section: Section, kind: StepKind, origin: Origin) -> Step:
    step_id = _identifier(section, kind.value)
    parameters = tuple(parameter_of(each) for each in section.sections("parameters"))
    executor, command = command_of(section)
    values = {each.name: sample(each) for each in parameters}
    judgement, command = judged(section, executor, command, values)
    remediation = kind is StepKind.REMEDIATION
    step = Step(
        id=step_id,
        title=section.text("title"),
        kind=kind,
        verdict=_verdict(section, step_id, kind, judgement),
        reason=judgement.reason,
        written=section.text("written"),
        origin=origin,
        executor=executor,
        target=_identifier(section, "target"),
        command=command,
        parameters=parameters,
        expects=None if remediation else _expectation(section),
        guard=_guarded(section, executor, command, values) if remediation else Guard(kind=GuardKind.NONE),
        undo=section.text("undo", "") if remediation else "",
        temporary=section.flag("temporary") if remediation else False,
        cool_down=(section.span("cool_down") or timedelta(0)) if remediation else timedelta(0),
        condition=section.text("when", ""),
    )
    if kind is StepKind.DIAGNOSTIC and any(each.default is None for each in parameters):
        raise section.wrong("parameters", f"of {step_id} need a default each, because it runs by itself")
    return step


def _verdict(section: Section, step_id: str, kind: StepKind, judgement: Judgement) -> Verdict:
    claimed = section.word("verdict", _VERDICTS)
    if judgement.verdict.at_least(claimed) is not claimed:
        raise section.wrong(
            "verdict",
            f"of {step_id} claims {claimed.value}, but the command is {judgement.verdict.value}: {judgement.reason}",
        )
    if kind is StepKind.REMEDIATION and claimed is Verdict.READ_ONLY:
        raise section.wrong("verdict", f"of {step_id} is read-only: make it a diagnostic, or call it mutating")
    return claimed


def _guarded(section: Section, executor: str, command: Facts, values: Mapping[str, int | str]) -> Guard:
    guard = _guard(section, executor, values)
    if "matching" in command and guard.kind is not GuardKind.COUNT:
        raise section.wrong("guard", "must be a “count”, because how many keys match changes by itself")
    return guard


def _guard(section: Section, executor: str, values: Mapping[str, int | str]) -> Guard:
    """The step's guard; a remediation must name one, if only to say that there is none."""
    guard = section.section("guard")
    if guard is None:
        raise section.wrong("guard", "is missing: name “rows”, “count” or “none: …” with the reason")
    if "none" in guard:
        guard.text("none")
        guard.done()
        return Guard(kind=GuardKind.NONE)
    kind = GuardKind.ROWS if "rows" in guard else GuardKind.COUNT
    if kind is GuardKind.ROWS and executor != "postgres":
        raise guard.wrong("rows", "is a guard of SQL alone: name a “count”")
    probe = guard.section(kind.value)
    if probe is None:
        raise section.wrong("guard", "must name “rows” or “count” with the read that counts, or “none” with the reason")
    counting, command = command_of(probe)
    judgement, command = judged(probe, counting, command, values)
    probe.done()
    if counting != executor or judgement.verdict is not Verdict.READ_ONLY:
        raise guard.wrong(kind.value, f"must be a read on the same target, and this is not: {judgement.reason}")
    headroom = guard.whole("headroom") or 0
    if headroom < 0:
        raise guard.wrong("headroom", "must not be below 0")
    guard.done()
    return Guard(kind=kind, probe=command, headroom=headroom)


def _expectation(section: Section) -> Expectation | None:
    expects = section.section("expects")
    if expects is None:
        return None
    for operator in Operator:
        if operator.value in expects:
            value = expects.number_or_text(operator.value)
            if operator is not Operator.IS and isinstance(value, str):
                raise expects.wrong(operator.value, "must be a number")
            expects.done()
            # A healthy text such as 5 is compared as it is written, not as 5.0.
            whole = operator is Operator.IS and isinstance(value, float) and value.is_integer()
            return Expectation(operator=operator, value=str(int(value)) if whole else value)
    raise section.wrong("expects", f"must name one of {', '.join(Operator)}")


def _identifier(section: Section, key: str) -> str:
    value = section.text(key)
    if not _ID.fullmatch(value):
        raise section.wrong(key, f"is “{value}”, and must be lower-case words joined by -")
    return value


def _route(section: Section, procedures: Sequence[Procedure]) -> Route:
    labels = section.mapping("labels")
    if not labels:
        raise section.wrong("labels", "must name at least one label with its value")
    procedure = section.text("procedure")
    if procedure not in {each.id for each in procedures}:
        raise section.wrong("procedure", f"is “{procedure}”, and there is no procedure of that id")
    severity = section.word("severity", _SEVERITIES) if "severity" in section else None
    section.done()
    return Route(labels={name: str(value) for name, value in labels.items()}, procedure=procedure, severity=severity)


def _policies(section: Section | None) -> Mapping[Severity, Policy]:
    if section is None:
        return {}
    found = {}
    for name, severity in _SEVERITIES.items():
        if levels := section.section(name):
            found[severity] = _policy(levels)
    section.done()
    return found


def _policy(section: Section) -> Policy:
    acknowledge, escalate = section.span("acknowledge"), section.span("escalate")
    if acknowledge is None or escalate is None:
        raise section.wrong("acknowledge", "and “escalate” must both be there, e.g. “15 minutes”")
    policy = Policy(
        acknowledge=acknowledge,
        assess=section.span("assess"),
        update=section.span("update"),
        escalate=escalate,
        postmortem=section.span("postmortem"),
        watch=section.span("watch") or timedelta(minutes=30),
    )
    section.done()
    return policy


def _check_ids(top: Section, procedures: Sequence[Procedure]) -> None:
    seen: set[str] = set()
    for name in [*(each.id for each in procedures), *(step.id for each in procedures for step in each.steps)]:
        if name in seen:
            raise top.wrong("procedures", f"use the id {name} twice: each procedure and step has its own")
        seen.add(name)
