"""Values that steps pass on: what one step showed or returned is a later step's default, and is still checked."""

from collections.abc import Iterable, Sequence
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from incident.digest import Json
from incident.finding import Finding
from incident.runbook import Parameter, Step


class Given(Struct, frozen=True, kw_only=True):
    """One value: the step that gave it, what it is called there, and the value itself; None: none yet."""

    step: str
    name: str
    value: Json


LONGEST: Final = 500
"""A longer text is no value that a parameter could take."""


def kept(value: Json) -> Json:
    """The value as it is kept for later steps; None for what none of them could take."""
    if isinstance(value, str):
        return value if len(value) <= LONGEST else None
    return value if isinstance(value, int | float) else None


def taking(step: Step, given: Sequence[Given]) -> Step:
    """The step with what was given before as its parameters' defaults; the newest value comes last in ``given``."""
    return replace(step, parameters=tuple(_filled(each, given) for each in step.parameters))


def found(findings: Iterable[Finding], steps: Iterable[Step]) -> tuple[Given, ...]:
    """What the findings of an incident give to the steps of its procedure."""
    names = {step.id: step.gives for step in steps if step.gives}
    return tuple(
        Given(step=each.step_id, name=names[each.step_id], value=each.sight.given)
        for each in findings
        if each.step_id in names
    )


def _filled(parameter: Parameter, given: Sequence[Given]) -> Parameter:
    known = [each for each in given if each.value is not None and _meant(parameter, each)]
    return replace(parameter, default=str(known[-1].value)) if known else parameter


def _meant(parameter: Parameter, given: Given) -> bool:
    """Whether it is this value: the named step's, or one of the parameter's name where no step is named."""
    return given.step == parameter.taken_from if parameter.taken_from else given.name == parameter.name
