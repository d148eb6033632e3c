"""What lint says about recovery times: an objective that the procedure, by its own words or its waits, cannot meet."""

import re
from collections.abc import Iterator, Sequence
from datetime import timedelta
from typing import Final

from msgspec import Struct

from compiler.compiling.compiled import Compiled
from compiler.compiling.entries import slug, span_text
from compiler.document import Item, Sentence
from compiler.lint.remark import Remark, Weight
from compiler.recognise import spans
from compiler.recognise.facts import Objective, RecoveryObjective
from compiler.recognise.procedure import Hold, Phase, Procedure, Purpose, Role, Step
from compiler.recognise.words import Topic, about

_RECOVERS: Final = frozenset({Purpose.RESTORE, Purpose.DISASTER, Purpose.ROLLBACK})
_ACTS: Final = frozenset({Role.ACTIONS, Role.TEMPORARY, Role.DURING, Role.STEPS})
_WHOLE: Final = re.compile(
    r"\b(?:restor\w+|disaster|fail(?:ing)?[ -]?over|roll(?:ing)?[ -]?backs?|point[ -]in[ -]time|rebuild\w*"
    r"|wiederherst\w+|recover\w* (?:(?:of|the|a|all|from|whole|full|entire|production) )*"
    r"(?:system|service|site|platform|data\w*|backup))\b"
    r"|\b(?:region|zone|data ?cent(?:er|re)) (?:failure|outage|loss)\b"
    r"|^recovery(?: procedures?| steps)?$",
    re.IGNORECASE,
)
"""Brings a system or its data back; *recover stuck jobs* does not."""
_TRIAL: Final = re.compile(
    r"\b(?:tests?|testing|drills?|exercises?|rehears\w+|practi[cs]e|staging|development|dev|sandbox)\b", re.IGNORECASE
)
_LASTS: Final = re.compile(
    r"(?:^|[.;:(]\s+|\()(?:"
    r"(?:(?:this|the|a) )?(?:(?:whole|full|entire|complete|database) )?"
    r"(?:(?:procedure|process|restor(?:e|ation)|recovery|roll-?back|fail-?over) )?(?:takes|lasts|dauert)"
    r"|(?:(?:estimated|expected|approximate|typical|total) )?(?:duration|time (?:needed|required))\s*:"
    r"|(?:estimated|expected|total) time\s*:"
    r"|dauer\s*:"
    r"|allow)\s+(?:about|around|approximately|approx\.|roughly|some|etwa|ca\.|~)?\s*(?=[\da-z])"
    r"|\((?:about|around|approximately|approx\.|roughly|takes|etwa|ca\.|~)\s*(?=[\da-z][^()]*\))",
    re.IGNORECASE,
)
"""What leads the length of what is done; *DNS takes 10 minutes* is none of it."""
_OTHER: Final = re.compile(
    r"\b(?:if|when|unless|without|otherwise|or|may|wenn|falls|oder|old|older|newer|last|past|ago|lag|los[st]|lose|loss|keep"
    r"|kept|retention|retain\w*|window|ttl|expires?|timeout|every|within|background|meanwhile|afterwards?|parallel"
    r"|logs? of|data of|history|worth)\b",
    re.IGNORECASE,
)
"""What makes a length another's, or one that is not always waited for."""
_OF_THIS: Final = re.compile(r"\s*(?:$|[.,;:)!]|(?:for|to|until|in total|on|and|bis)\b)", re.IGNORECASE)
_WATCHES: Final = re.compile(r"\b(?:monitor|watch|observe|keep an eye|beobacht\w+)\b", re.IGNORECASE)
_LOOKS: Final = re.compile(
    r"(?:verify|check|confirm|see|look|make sure|ensure|test|run the smoke|prove)\b", re.IGNORECASE
)
_AFTERWARDS: Final = re.compile(
    r"(?:then )?(?:delete|remove|drop|clean|decommission|terminate|tell|notify|announce|inform|close|document|write"
    r"|record|schedule|review|report|file|update|send|post|end|resolve|archive|thank)\b",
    re.IGNORECASE,
)
"""What is done when the service is back already."""


class _Lasting(Struct, frozen=True, kw_only=True):
    """How long a procedure lasts at least, in its own words, and where it says so."""

    span: timedelta
    line: int
    waits: bool = False


def of_recovery_times(compiled: Compiled) -> Iterator[Remark]:
    """One remark for each procedure that lasts longer than the recovery time of what it brings back."""
    times = [each for each in compiled.recognised.objectives if each.objective is Objective.TIME and each.target.span]
    for procedure in compiled.recognised.procedures if times else ():
        if not _recovers(procedure) or procedure.cadence or _TRIAL.search(_title(procedure)):
            continue
        objective = max(_for(procedure, times), key=_allowed, default=None)
        lasting = max((*_stated(procedure, compiled), *_waits(procedure)), key=lambda each: each.span, default=None)
        if objective and lasting and lasting.span > _allowed(objective):
            yield _remark(objective, procedure, lasting)


def _remark(objective: RecoveryObjective, procedure: Procedure, lasting: _Lasting) -> Remark:
    how = "waits" if lasting.waits else "takes"
    return Remark(
        line=objective.line, rule="unreachable-objective", weight=Weight.ERROR,
        text=f"A recovery may take {span_text(_allowed(objective))}, but “{_title(procedure)}” {how} "
        f"{span_text(lasting.span)} (line {lasting.line}).",
        instead="a faster procedure, or the objective that is really met",
    )  # fmt: skip


def _recovers(procedure: Procedure) -> bool:
    """*Restore the database from a backup* is about a backup, but does not make one."""
    from_backup = procedure.purpose is Purpose.BACKUP and re.match(r"restor|recover", _title(procedure), re.IGNORECASE)
    return procedure.purpose in _RECOVERS or bool(from_backup)


def _title(procedure: Procedure) -> str:
    """Its title, or its heading where steps stand below the objective and are called by its name."""
    called = about(procedure.title) is Topic.OBJECTIVES and procedure.path
    return procedure.path[-1] if called else procedure.title


def _allowed(objective: RecoveryObjective) -> timedelta:
    return objective.target.span or timedelta(0)


def _for(procedure: Procedure, times: Sequence[RecoveryObjective]) -> Sequence[RecoveryObjective]:
    """The objectives about what it brings back: its own, or where objectives name things those that name this one."""
    own = [each for each in times if procedure.line <= each.line <= procedure.last]
    if own or not _WHOLE.search(_title(procedure)):
        return own
    if any(each.scope for each in times):
        return [each for each in times if each.scope and _names(each.scope, _title(procedure))]
    return [each for each in times if _is_over(each, procedure)]


def _names(scope: str, title: str) -> bool:
    things = (slug(part, 200) for part in re.split(r",|;| and ", scope))
    return any(thing and f"-{thing}-" in f"-{slug(title, 200)}-" for thing in things)


def _is_over(objective: RecoveryObjective, procedure: Procedure) -> bool:
    """Whether it stands over the procedure; the headings that only say *Objectives* or *Backups* do not part them."""
    above = objective.path
    general = (Topic.OBJECTIVES, Purpose.BACKUP, Purpose.DISASTER)
    while procedure.purpose is not Purpose.ROLLBACK and above and about(above[-1]) in general:
        above = above[:-1]
    if above and about(above[-1]) is Topic.OBJECTIVES:
        above = above[:-1]
    return procedure.path[: len(above)] == above


def _stated(procedure: Procedure, compiled: Compiled) -> Iterator[_Lasting]:
    """The lengths that its heading and its sentences give for it, or for one thing that is always done in it."""
    yield from _lasting(procedure.title, procedure.line)
    spared = set(_spared(procedure))
    for piece in compiled.document.pieces:
        inside = procedure.line <= piece.line <= procedure.last and piece.line not in spared
        if inside and isinstance(piece, Sentence | Item) and not piece.quoted:
            yield from _lasting(piece.text, piece.line)


def _spared(procedure: Procedure) -> Iterator[int]:
    """The lines of what is not always done, or not needed to have the service back; waits are counted elsewhere."""
    for phase in procedure.phases:
        if phase.role not in (*_ACTS, Role.FACTS):
            yield from range(phase.line, phase.last + 1)
        for step in phase.steps:
            looks = isinstance(step, Step) and (_LOOKS.match(step.title) or _WATCHES.search(step.title))
            if looks or isinstance(step, Hold) or not _is_needed(step):
                yield from range(step.line, step.last + 1)


def _lasting(text: str, line: int) -> Iterator[_Lasting]:
    if _OTHER.search(text):
        return
    for match in _LASTS.finditer(text):
        found = spans.span(text[match.end() :])
        if found and found.start == 0 and found.low and _OF_THIS.match(text[match.end() :], found.end):
            yield _Lasting(span=found.low, line=line)


def _waits(procedure: Procedure) -> Iterator[_Lasting]:
    """The waits of each phase that are always waited for before the service is back, together."""
    for phase in procedure.phases:
        holds = list(_held(phase)) if phase.role in _ACTS else []
        if holds:
            yield _Lasting(span=sum((each.span for each in holds), timedelta(0)), line=holds[0].line, waits=True)


def _held(phase: Phase) -> Iterator[_Lasting]:
    for place, hold in enumerate(phase.steps):
        if isinstance(hold, Hold) and not hold.condition and not _OTHER.search(hold.text):
            found = spans.span(hold.text)
            following = [step for step in phase.steps[place + 1 :] if isinstance(step, Step)]
            if found and found.low and any(_is_due(step, hold) for step in following):
                yield _Lasting(span=min(found.low, hold.span), line=hold.line)


def _is_due(step: Step, hold: Hold) -> bool:
    """Whether the service is not back before this step: after a watch, a look alone does not mean so."""
    return _is_needed(step) and not (_WATCHES.search(hold.text) and _LOOKS.match(step.title))


def _is_needed(step: Step) -> bool:
    return not (step.condition or step.alternative or _AFTERWARDS.match(step.title))
