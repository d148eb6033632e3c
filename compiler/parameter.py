"""A step's parameters as a catalog writes them: what a person may fill in, and the check that it must pass."""

import re
from collections.abc import Iterable
from typing import Final

from msgspec.structs import replace

from compiler.section import Section
from incident import refusal
from incident.pattern import Unreadable, pattern
from incident.runbook import Parameter, ParameterKind


def parameter_of(section: Section, *, listed: bool = False) -> Parameter:
    """The parameter that one entry of ``parameters`` describes. Raises CatalogError.

    A compiled choice may be open, for people to list what it offers; with ``listed`` this is where they do.
    """
    kinds = [kind for kind in ParameterKind if kind.value in section]
    if len(kinds) != 1:
        raise section.wrong("name", "needs exactly one of “integer”, “choice” and “text” beside it")
    parameter = replace(_PARAMETERS[kinds[0]](section), taken_from=section.text("from", ""))
    section.done()
    if listed and why_open([parameter]):
        raise section.wrong("choice", "must offer at least one")
    if parameter.default is not None:
        try:
            parameter.read(None)
        except refusal.BadParameter as wrong:
            raise section.wrong("default", f"must be {wrong.facts['rule']}") from wrong
    return parameter


def _integer(section: Section) -> Parameter:
    bounds = section.section("integer")
    low, high = (bounds.whole("from"), bounds.whole("to")) if bounds else (None, None)
    if bounds is None or low is None or high is None or low > high:
        raise section.wrong("integer", "must say the lowest and the highest value: {from: 0, to: 60}")
    bounds.done()
    return Parameter(
        name=parameter_name(section, "name"),
        kind=ParameterKind.INTEGER,
        label=section.text("label"),
        default=section.optional_text("default"),
        minimum=low,
        maximum=high,
    )


def _choice(section: Section) -> Parameter:
    choices = section.texts("choice")
    return Parameter(
        name=parameter_name(section, "name"),
        kind=ParameterKind.CHOICE,
        label=section.text("label"),
        default=section.optional_text("default"),
        choices=choices,
    )


def _text(section: Section) -> Parameter:
    written = section.text("text")
    try:
        pattern(written)
    except Unreadable as fault:
        raise section.wrong("text", f"must be a regular expression: {fault}") from fault
    return Parameter(
        name=parameter_name(section, "name"),
        kind=ParameterKind.TEXT,
        label=section.text("label"),
        default=section.optional_text("default"),
        pattern=written,
    )


_PARAMETERS: Final = {
    ParameterKind.INTEGER: _integer,
    ParameterKind.CHOICE: _choice,
    ParameterKind.TEXT: _text,
}


def parameter_name(section: Section, key: str) -> str:
    """The name of a parameter, or of a value that a step gives to one; empty only where the key is not there."""
    name = section.text(key) if key in section or key == "name" else ""
    if name and not re.fullmatch(r"[a-z][a-z0-9_]*", name):
        raise section.wrong(key, "must be lower-case letters, digits and _")
    return name


def why_open(parameters: Iterable[Parameter]) -> str:
    """Why nobody may run the step while a choice of it is not listed, such as a host's; empty when all are."""
    unlisted = [each.label for each in parameters if each.kind is ParameterKind.CHOICE and not each.choices]
    return (
        f"The team has not listed which {' and '.join(unlisted)} it may be: parameters, in the overlay."
        if unlisted
        else ""
    )


def sample(parameter: Parameter) -> int | str:
    """A value that the parameter may have, to judge a command as it would run with it."""
    if parameter.default is not None:
        return parameter.read(None)
    if parameter.kind is ParameterKind.INTEGER:
        return parameter.minimum or 0
    return parameter.choices[0] if parameter.choices else "sample"
