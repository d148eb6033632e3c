"""What lint says about a runbook's facts: contacts, reviews, objectives, alerts, symptoms, targets."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, timedelta
from typing import Final

from compiler.compiling.compiled import Compiled
from compiler.compiling.entries import slug, span_text
from compiler.compiling.routes import procedure_of
from compiler.document import Block, Item, Piece
from compiler.lint.remark import Remark, Weight
from compiler.recognise.facts import AlertRule, Backup, Objective, RecoveryObjective, Review, ReviewKind
from compiler.recognise.procedure import Procedure, Purpose
from incident.runbook import Catalog, StepKind
from incident.verdict import Verdict

_NO_TARGET: Final = "No target is bound to it."
_ALL_THE_TIME: Final = re.compile(
    r"\bWAL\b|write-ahead|point[ -]in[ -]time|\bPITR\b|binlog|binary log|oplog|transaction logs?|continuous"
    r"|real[ -]?time|replicat",
    re.IGNORECASE,
)
"""What saves every change as it is made; a restore from it loses next to nothing."""
_FILES: Final = re.compile(
    r"\b(?:files?|config\w*|assets?|uploads?|images?|media|objects?|secrets?|state)\b", re.IGNORECASE
)
"""What a database's log does not hold."""
_FOR_INFORMATION: Final = re.compile(r"\s*(?:info|track|fyi|none\b|no action)", re.IGNORECASE)
_CONTINUOUS: Final = re.compile(r"\b(?:continuous\w*|real[- ]time|every change|point[- ]in[- ]time)\b", re.IGNORECASE)
_ABOUT_ALL: Final = frozenset({"backup", "backups", "snapshot", "snapshots", "full", "copy", "copies", "data"})
"""Words that do not tell what a backup holds."""


def of_facts(compiled: Compiled, today: date) -> Iterator[Remark]:
    """Everything about the facts; ``today`` is what reviews are compared with."""
    recognised = compiled.recognised
    blank = set(_left_blank(compiled.document.pieces))
    for contact in recognised.contacts:
        if contact.empty or (not contact.reaches and contact.line in blank):
            yield _remark(
                contact.line, "empty-contact", f"Nobody stands behind “{contact.role}” yet.",
                "a name with a number or an address, or the rotation that knows",
            )  # fmt: skip
    yield from _reviews(recognised.reviews, today)
    yield from _points(compiled)
    yield from _alerts(compiled)
    for procedure in recognised.of_purpose(Purpose.INCIDENT):
        yield from _symptoms(procedure, compiled)
    for piece in compiled.document.pieces:
        if isinstance(piece, Block) and not piece.closed:
            text = "This fence is never closed, so that the rest of the file is code."
            yield _remark(max(piece.line - 1, 1), "unclosed-fence", text, "``` on the line after the last command")


def _left_blank(pieces: Sequence[Piece]) -> Iterator[int]:
    """The lines of items that end in a colon with nothing after it, nor below it: *DBA:*."""
    for piece, following in zip(pieces, (*pieces[1:], None), strict=False):
        if isinstance(piece, Item) and piece.text.rstrip().endswith(":"):
            beside = isinstance(following, Item) and following.depth <= piece.depth
            if following is None or beside or following.headings != piece.headings:
                yield piece.line


def of_catalog(catalog: Catalog) -> Iterator[Remark]:
    """What is not bound, and what of the overlay fits no more."""
    for remark in catalog.remarks:
        yield Remark(line=1, rule="stale-overlay", weight=Weight.ERROR, text=remark)
    if not any(step.target for procedure in catalog.procedures for step in procedure.steps):
        return  # Nobody has bound anything yet.
    for procedure in catalog.procedures:
        for step in procedure.of_kind(StepKind.MANUAL):
            if step.reason == _NO_TARGET:
                yield Remark(
                    line=step.origin.line or 1, rule="no-target", weight=Weight.NOTE,
                    text=f"“{step.title}” could run, but no target is bound to it.",
                    instead=f"a target for {step.executor} in overlay.yaml",
                )  # fmt: skip


def _reviews(reviews: Iterable[Review], today: date) -> Iterator[Remark]:
    reviews = tuple(reviews)
    updated = next((each for each in reviews if each.kind is ReviewKind.UPDATED), None)
    following = next((each for each in reviews if each.kind is ReviewKind.NEXT), None)
    every = next((each.every for each in reviews if each.every is not None), None)
    example = f"Last reviewed: {today}"
    if updated is None and following is None:
        line = reviews[0].line if reviews else 1
        yield _remark(line, "overdue-review", "The document does not say when it was last looked through.", example)
    elif updated is not None and updated.on is None:
        yield _remark(updated.line, "overdue-review", f"“{updated.text}” gives no date that can be read.", example)
    if following is not None and following.on is not None and following.on < today:
        yield _remark(following.line, "overdue-review", f"The next review was due on {following.on}.")
    elif updated is not None and updated.on is not None and every is not None and updated.on + every < today:
        due = updated.on + every
        yield _remark(
            updated.line, "overdue-review", f"It was last looked through on {updated.on}; due again on {due}."
        )


def _points(compiled: Compiled) -> Iterator[Remark]:
    """A backup that is made less often than the recovery point allows; one that runs all the time meets any."""
    points = [each for each in compiled.recognised.objectives if each.objective is Objective.POINT and each.target.span]
    missing = _saved_now_and_then(compiled.recognised.backups) if points else []
    for point in points:
        allowed = point.target.span or timedelta(0)
        for backup in missing:
            if backup.every is not None and backup.every > allowed and _is_for(point, backup):
                yield _remark(
                    point.line, "unreachable-objective",
                    f"At most {span_text(allowed)} may be lost, but “{backup.what or 'a backup'}” is saved only every "
                    f"{span_text(backup.every).removeprefix('1 ')} (line {backup.line}).",
                    "a backup that often, a log that is archived all the time, or the objective that is really met",
                    Weight.ERROR,
                )  # fmt: skip


def _saved_now_and_then(backups: Sequence[Backup]) -> list[Backup]:
    """The backups between which changes are lost: no log that is written all the time goes with them."""
    files = [each for each in backups if _FILES.search(each.what)]
    others = [each for each in backups if not _FILES.search(each.what)]
    logged = any(_ALL_THE_TIME.search(f"{each.what} {each.text}") for each in others)
    return [each for each in files if not _ALL_THE_TIME.search(each.text)] + ([] if logged else others)


def _is_for(point: RecoveryObjective, backup: Backup) -> bool:
    """Whether the objective is about what this backup saves."""
    named = slug(backup.what, 200)
    return not point.scope or slug(point.scope) in named or named in slug(point.scope, 200)


def _alerts(compiled: Compiled) -> Iterator[Remark]:
    procedures = compiled.catalog["procedures"]
    listed = [each for each in procedures if isinstance(each, dict)] if isinstance(procedures, list) else []
    by_title = {slug(str(each["title"]), 200): str(each["id"]) for each in listed}
    items = {piece.line for piece in compiled.document.pieces if isinstance(piece, Item)}
    rules = [each for each in compiled.recognised.alerts if _needs_procedure(each, each.line in items)]
    routed = {each.name for each in rules if procedure_of(each, by_title)} | _routed(compiled)
    for alert in {each.name: each for each in reversed(rules) if each.name not in routed}.values():
        yield _remark(
            alert.line, "unrouted-alert", f"“{alert.name}” leads to no procedure of this runbook.",
            "the heading of its procedure as the alert's action, or a link to it as its runbook_url",
        )  # fmt: skip


def _routed(compiled: Compiled) -> set[str]:
    """The alerts that lead somewhere in any way."""
    routes = compiled.catalog.get("routes", [])
    labels = [each["labels"] for each in routes if isinstance(each, Mapping)] if isinstance(routes, list) else []
    return {str(each["alertname"]) for each in labels if isinstance(each, Mapping)}


def _needs_procedure(alert: AlertRule, bullet: bool) -> bool:
    """True for what calls people. A bullet in words does only where its list says how bad it is."""
    if _FOR_INFORMATION.match(alert.severity) or _FOR_INFORMATION.match(alert.action):
        return False
    return not bullet or " " not in alert.name or bool(alert.severity)


def _symptoms(procedure: Procedure, compiled: Compiled) -> Iterator[Remark]:
    own = [each for each in compiled.found if procedure.line <= each.line <= procedure.last]
    looks = any(each.proof.judgement.verdict is Verdict.READ_ONLY for each in own)
    if procedure.symptoms and not looks:
        text = f"“{procedure.title}” has symptoms, and no command that looks for them."
        yield _remark(procedure.line, "no-diagnostic", text, "under Diagnosis, a read that shows the first symptom")


def _remark(line: int, rule: str, text: str, instead: str = "", weight: Weight = Weight.WARNING) -> Remark:
    return Remark(line=line, rule=rule, weight=weight, text=text, instead=instead)
