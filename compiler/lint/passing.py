"""What lint says about the values of a procedure: two names for one, one name for two, none that takes or gives one."""

import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations
from typing import Final

from compiler.compiling.compiled import Compiled
from compiler.compiling.passing import Missed
from compiler.found import Found
from compiler.lint.remark import Remark, Weight
from compiler.proof.secret_names import words_of
from compiler.recognise.handing import IDENTITIES, same_value, thing_of
from incident.digest import Facts, Json
from incident.runbook import Catalog

_ONE_OF_THEM: Final = {
    "aws": "one field of one thing in --query, such as 'Things[0].Id'",
    "docker": "--format '{{.Id}}' of one name, or | head -1",
    "kubernetes": "-o jsonpath with one field of one object, or | head -1",
    "postgres": "one column, with LIMIT 1",
    "http": "| jq -r with the path of one field",
    "nats": "--json | jq -r with the path of one field",
}
_USED: Final = re.compile(r"\$\{?([A-Za-z_]\w*)")
_MOST_NAMES: Final = 20
"""So many names of one thing are compared with each other."""
_VAGUE: Final = IDENTITIES | {"value"}


def of_values(text: str, compiled: Compiled) -> Iterator[Remark]:
    """Everything about the values that the document passes on; ``text`` is the document."""
    for procedure in _mappings(compiled.catalog["procedures"]):
        yield from _two_names(procedure)
        yield from _two_meanings(procedure)
    for missed in compiled.missed:
        yield _several(missed)
    yield from _unused(compiled.found, text)


def of_given(catalog: Catalog) -> Iterator[Remark]:
    """What a step gives by its overlay, and no later step takes."""
    for procedure in catalog.procedures:
        for place, step in enumerate(procedure.steps):
            later = [each for other in procedure.steps[place + 1 :] for each in other.parameters]
            if step.gives and not any(each.taken_from == step.id or each.name == step.gives for each in later):
                text = f"“{step.title}” gives {step.gives}, and no later step of its procedure takes it."
                yield _remark(step.origin.line or 1, "unused-value", text, weight=Weight.NOTE)


def _two_names(procedure: Facts) -> Iterator[Remark]:
    """`<pod>` and `<pod-name>`: people are asked twice for one thing, and may answer twice."""
    lines: dict[str, int] = {}
    for step in _mappings(procedure["steps"]):
        for parameter in _mappings(step.get("parameters", [])):
            if "from" not in parameter:
                lines.setdefault(str(parameter["name"]), _whole(step["line"]))
    alike: dict[str, list[str]] = {}
    for name in lines:
        alike.setdefault(thing_of(name), []).append(name)
    for one, other in (pair for names in alike.values() for pair in combinations(names[:_MOST_NAMES], 2)):
        if same_value(one, other):
            yield _remark(
                lines[other], "two-names", f"{other} here and {one} in line {lines[one]} look like one value.",
                f"{{{{{max(one, other, key=len)}}}}} in both",
            )  # fmt: skip


def _two_meanings(procedure: Facts) -> Iterator[Remark]:
    """`<id>` of a user here and of a task there: a value that fits one is wrong in the other."""
    seen: dict[str, tuple[str, int]] = {}
    for step in _mappings(procedure["steps"]):
        for parameter in _mappings(step.get("parameters", [])):
            name = str(parameter["name"])
            role = _role(name, str(step.get("written", ""))) if name in _VAGUE and "from" not in parameter else ""
            first, line = seen.setdefault(name, (role, _whole(step["line"]))) if role else (role, 0)
            if role != first:
                yield _remark(
                    _whole(step["line"]), "two-meanings",
                    f"{name} is the {name} of a {role} here, and of a {first} in line {line}.",
                    f"{{{{{role}_{name}}}}} and {{{{{first}_{name}}}}}",
                )  # fmt: skip


def _role(name: str, written: str) -> str:
    """What an option or a column in front of the blank says that it is of: `task` for `--task-id <id>`."""
    blank = rf"(?:<|\{{\{{? ?|\$\{{?){re.escape(name)}\b"
    match = re.search(
        rf"(?:--(?P<option>[a-z][\w-]+)[= ]|\b(?P<column>[a-z]\w*) *= *)[\"']?{blank}", written, re.IGNORECASE
    )
    words = words_of((match["option"] or match["column"]) if match else "")
    return "_".join(word for word in words if word not in _VAGUE | {"identifier"})


def _several(missed: Missed) -> Remark:
    giver = missed.giver
    return _remark(
        giver.line, "no-value",
        f"Line {missed.line} needs {missed.name} from here; this may answer several things: a person has to find it.",
        _ONE_OF_THEM.get(giver.proof.executor or "", "| head -1"), weight=Weight.NOTE,
    )  # fmt: skip


def _unused(found: Sequence[Found], text: str) -> Iterator[Remark]:
    """Variables that keep an answer, and stand nowhere below."""
    keeping = [each for each in found if each.proof.kept_as]
    lines = enumerate(text.split("\n"), start=1) if keeping else ()
    last = {name: number for number, line in lines for name in _USED.findall(line)}
    for each in keeping:
        kept = each.proof.kept_as
        if last.get(kept, 0) < each.line:
            said = f"{kept} keeps what this answers, and nothing below uses it."
            yield _remark(each.line, "unused-value", said, "the command alone", weight=Weight.NOTE)


def _mappings(value: Json) -> Sequence[Mapping[str, Json]]:
    return [each for each in value if isinstance(each, Mapping)] if isinstance(value, list | tuple) else []


def _whole(value: Json) -> int:
    return value if isinstance(value, int) else 1


def _remark(line: int, rule: str, text: str, instead: str = "", weight: Weight = Weight.WARNING) -> Remark:
    return Remark(line=line, rule=rule, weight=weight, text=text, instead=instead)
