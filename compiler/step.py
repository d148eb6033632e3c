"""One step of a catalog, with what people added to it in the overlay; its command is judged again, whatever is claimed.

The catalog says what the runbook says: command, verdict, line. Target, bounds, guard, undo and names are people's: they
stand in the overlay, or in the step itself where a small catalog is written by hand. A step that lacks what it needs to
run is done by a person, and says why.
"""

import re
from collections.abc import Mapping
from datetime import timedelta
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from compiler.command import ARGV_KINDS, COMMAND_KEYS, command_of, judged
from compiler.guard import expectation, guarded, pinned
from compiler.overlay import Binding, Overlay
from compiler.parameter import parameter_name, parameter_of, sample, why_open
from compiler.proof import runnable
from compiler.proof.one_value import is_one_value
from compiler.section import Section
from compiler.watch import watched
from incident.digest import Facts, digest
from incident.measure import Measure
from incident.plan import bind
from incident.runbook import Guard, GuardKind, Origin, Parameter, Step, StepKind
from incident.verdict import Judgement, Verdict

_UNGUARDED: Final = Guard(kind=GuardKind.NONE)
_PEOPLES: Final = (
    *("target", "environment", "expects", "critical", "measure", "watch", "private", "gives"),
    *("guard", "undo", "undo_step", "undo_takes", "temporary", "cool_down", "effect_after"),
    *("title", "when", "by_hand", "tags"),
)
MEASURES: Final = {measure.value: measure for measure in Measure}
VERDICTS: Final = {verdict.value: verdict for verdict in Verdict}
_ID: Final = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
RUN_BY_MUSTER: Final = frozenset({"postgres", "redis", "http", *ARGV_KINDS})
"""The executors that there are; a step of another kind is done by a person."""


def form_of(entry: Facts) -> str:
    """The step's form in 16 hexadecimal characters: it changes when what it runs, where, or how it is written does."""
    return digest({key: entry[key] for key in (*COMMAND_KEYS, "names", "written") if key in entry})[:16]


class _Read(Struct, frozen=True, kw_only=True):
    """What is known of an executable step before it is decided whether it may run."""

    section: Section
    entry: Section | None
    kind: StepKind
    step_id: str
    executor: str
    command: Facts
    judgement: Judgement
    parameters: tuple[Parameter, ...]
    values: Mapping[str, int | str]
    binding: Binding | None
    void: bool

    def own(self, key: str) -> Section:
        """The section that holds one of people's keys: the overlay's entry where it has it, else the step."""
        return self.entry if self.entry is not None and key in self.entry else self.section

    @property
    def target(self) -> str | None:
        """The target that people bound the step to, by its entry or by the places that it names."""
        named = self.own("target").optional_text("target")
        return named if named is not None or self.binding is None else self.binding.target


def step_of(section: Section, heading: str, overlay: Overlay) -> Step:
    """The step that one entry of ``steps`` describes. Raises CatalogError."""
    named = [kind for kind in StepKind if kind.value in section]
    if len(named) != 1:
        raise section.wrong("diagnostic", "or “remediation” or “manual”: each step names its id under exactly one")
    origin = Origin(heading=heading, line=section.whole("line"))
    step = _manual(section, origin) if named[0] is StepKind.MANUAL else _executable(section, named[0], origin, overlay)
    section.done()
    return step


def generated_id(section: Section) -> str:
    """The id that the catalog itself gives a step."""
    return next(section.text(kind.value) for kind in StepKind if kind.value in section)


def identifier(section: Section, key: str) -> str:
    """An id: lower-case words joined by ``-``."""
    value = section.text(key)
    if not _ID.fullmatch(value):
        raise section.wrong(key, f"is “{value}”, and must be lower-case words joined by -")
    return value


def _manual(section: Section, origin: Origin) -> Step:
    """A step for a person. It is mutating unless the file says otherwise: nothing here has looked at what it does."""
    return Step(
        id=identifier(section, StepKind.MANUAL.value),
        title=section.text("title"),
        kind=StepKind.MANUAL,
        verdict=section.word("verdict", VERDICTS) if "verdict" in section else Verdict.MUTATING,
        reason=section.text("why"),
        written=section.text("written", ""),
        origin=origin,
        condition=section.text("when", ""),
        warning=section.text("warning", ""),
        hold=section.span("hold") or timedelta(0),
        gives=parameter_name(section, "gives"),
    )


def _executable(section: Section, kind: StepKind, origin: Origin, overlay: Overlay) -> Step:
    read = _read(section, kind, overlay)
    verdict = _verdict(read)
    reason = _why_by_hand(read, verdict)
    step = _by_hand(read, origin, verdict, reason) if reason else _runnable(read, origin, verdict)
    step = watched(step, read.own("watch"), kind)
    # What the overlay says stands for what the catalog says.
    section.ignore(*_PEOPLES if read.entry is not None else ())
    if read.entry is not None:
        read.entry.done()
    return step


def _read(section: Section, kind: StepKind, overlay: Overlay) -> _Read:
    step_id = identifier(section, kind.value)
    executor, command = command_of(section)
    names = section.mapping("names") or {}
    form = form_of(section.plain)
    if section.optional_text("form") not in (None, form):
        raise section.wrong("form", "does not fit the step: a catalog is not edited; compile the runbook again")
    entry = overlay.entry(step_id, form)
    typed = entry.sections("parameters") if entry is not None and "parameters" in entry else ()
    parameters = _parameters(section, typed)
    values = {each.name: sample(each) for each in parameters}
    judgement, bounded = judged(section, executor, command, values)
    pinning = entry if entry is not None and "sha256" in entry else section
    if "sha256" in pinning:
        bounded = {**bounded, "sha256": pinned(pinning, executor, bounded)}
    return _Read(
        section=section,
        entry=entry,
        kind=kind,
        step_id=step_id,
        executor=executor,
        command=bounded,
        judgement=judgement,
        parameters=parameters,
        values=values,
        binding=overlay.binding(executor, {name: str(value) for name, value in names.items()}),
        void=step_id in overlay.steps and entry is None,
    )


def _parameters(section: Section, typed: tuple[Section, ...]) -> tuple[Parameter, ...]:
    """The step's parameters, each as people typed it where they did."""
    own = {each.name: each for each in map(parameter_of, section.sections("parameters"))}
    for each in typed:
        parameter = parameter_of(each, listed=True)
        if parameter.name not in own:
            raise each.wrong("name", f"is “{parameter.name}”, and the step has {', '.join(own) or 'no parameter'}")
        own[parameter.name] = replace(parameter, taken_from=parameter.taken_from or own[parameter.name].taken_from)
    return tuple(own.values())


def _verdict(read: _Read) -> Verdict:
    """The strictest of what the catalog claims, what people say and what the judge says; a looser claim is an error."""
    claims = [read.section] + ([read.entry] if read.entry is not None and "verdict" in read.entry else [])
    for claim in claims:
        claimed = claim.word("verdict", VERDICTS)
        if read.judgement.verdict.at_least(claimed) is not claimed:
            raise claim.wrong(
                "verdict",
                f"of {read.step_id} claims {claimed.value}, but the command is {read.judgement.verdict.value}: "
                f"{read.judgement.reason}",
            )
    verdict = max((claim.word("verdict", VERDICTS) for claim in claims), key=list(Verdict).index)
    if read.kind is StepKind.REMEDIATION and verdict is Verdict.READ_ONLY:
        raise read.section.wrong(
            "verdict", f"of {read.step_id} is read-only: make it a diagnostic, or call it mutating"
        )
    return verdict


def _why_by_hand(read: _Read, verdict: Verdict) -> str:
    """Why Muster may not run it; empty when it may."""
    if verdict is Verdict.REFUSED:
        return read.judgement.reason
    if read.executor not in RUN_BY_MUSTER:
        return f"Muster has no executor for {read.executor}."
    if objection := _unable(read):
        return objection
    if read.entry is not None and "by_hand" in read.entry:
        return read.entry.text("by_hand")
    if read.void:
        return "The runbook has changed this step since the overlay was written for it."
    if read.target is None:
        return "No target is bound to it."
    compiled = "form" in read.section
    if read.kind is StepKind.REMEDIATION and compiled and "guard" not in read.own("guard"):
        return "The overlay declares no guard for it."
    unfilled = [each.label for each in read.parameters if each.default is None and not each.taken_from]
    if read.kind is StepKind.DIAGNOSTIC and unfilled:
        if not compiled:
            raise read.section.wrong("parameters", f"of {read.step_id} need a default each, because it runs by itself")
        return f"It needs a value for {', '.join(unfilled)}, and the overlay gives no default."
    return ""


def _unable(read: _Read) -> str:
    """Why its executor cannot run the command, as a sentence; empty when it can."""
    if unlisted := why_open(read.parameters):
        return unlisted
    if "filters" in read.command and read.executor == "postgres":
        return "Muster does not pipe rows through other tools: say it in SQL."
    if "sha256" in read.command:
        return ""
    listed = bind(read.command, read.values).get("argv")
    argv = [str(word) for word in listed] if isinstance(listed, list) else []
    return runnable.objection(read.executor, runnable.final(argv, read.judgement)) if argv else ""


def _by_hand(read: _Read, origin: Origin, verdict: Verdict, reason: str) -> Step:
    """A step of the runbook that a person does; what people wrote of how it runs has no effect."""
    for section in filter(None, (read.section, read.entry)):
        section.ignore(*_PEOPLES)
    return Step(
        id=_name(read),
        title=read.own("title").text("title"),
        kind=StepKind.MANUAL,
        verdict=verdict,
        reason=reason,
        written=read.section.text("written"),
        origin=origin,
        executor=read.executor,
        command=read.command,
        parameters=read.parameters,
        condition=read.own("when").text("when", ""),
        warning=read.section.text("warning", ""),
        gives=parameter_name(read.own("gives"), "gives"),
    )


def _runnable(read: _Read, origin: Origin, verdict: Verdict) -> Step:
    remediation = read.kind is StepKind.REMEDIATION
    own = read.own
    bound_to = read.binding.environment if read.binding is not None else None
    return Step(
        id=_name(read),
        title=own("title").text("title"),
        kind=read.kind,
        verdict=verdict,
        reason=read.judgement.reason,
        written=read.section.text("written"),
        origin=origin,
        executor=read.executor,
        target=read.target,
        environment=own("environment").optional_text("environment") or bound_to,
        command=read.command,
        parameters=read.parameters,
        expects=None if remediation else expectation(own("expects"), "expects"),
        critical=None if remediation else expectation(own("critical"), "critical"),
        measure=own("measure").word("measure", MEASURES) if "measure" in own("measure") else None,
        guard=guarded(own("guard"), read.executor, read.command, read.values) if remediation else _UNGUARDED,
        undo=own("undo").text("undo", "") if remediation else "",
        undo_step=_undo_step(read) if remediation else "",
        undo_takes=parameter_name(own("undo_takes"), "undo_takes") if remediation else "",
        private=own("private").flag("private") if not remediation else False,
        temporary=own("temporary").flag("temporary") if remediation else False,
        cool_down=(own("cool_down").span("cool_down") or timedelta(0)) if remediation else timedelta(0),
        effect_after=(own("effect_after").span("effect_after") or timedelta(0)) if remediation else timedelta(0),
        tags=own("tags").texts("tags"),
        condition=own("when").text("when", ""),
        warning=read.section.text("warning", ""),
        gives=_gives(read),
    )


def _gives(read: _Read) -> str:
    """The name of its value for later steps. Raises CatalogError where what it answers is no one value by its form."""
    name = parameter_name(read.own("gives"), "gives")
    if name and not is_one_value(read.executor, read.command):
        raise read.own("gives").wrong(
            "gives", f"of {read.step_id} needs an answer that is one value: LIMIT 1, --query, jq, head -1 …"
        )
    return name


def _undo_step(read: _Read) -> str:
    """The step that takes this one back, as people name it; empty when only words say how."""
    section = read.own("undo_step")
    return identifier(section, "undo_step") if "undo_step" in section else ""


def _name(read: _Read) -> str:
    """The id that people use: the overlay's name, else the catalog's."""
    return identifier(read.entry, "name") if read.entry is not None and "name" in read.entry else read.step_id
