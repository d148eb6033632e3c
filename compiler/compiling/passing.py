"""Values that a procedure's steps pass on: which step gives one, under which name, and which parameter takes it.

A shell's variable is such a name (`ID=$(…)`, later `$ID`); so are words (*note the snapshot id*, later `<snapshot-id>`;
*use the run id from step 2*). Of the steps that Muster may run only those that answer one value by their form give it.
"""

import re
from collections.abc import Mapping, Sequence
from typing import Final

from msgspec import Struct, field

from compiler.found import Found
from compiler.placeholders import is_reference_name
from compiler.proof.one_value import is_one_value
from compiler.proof.secret_names import words_of
from compiler.recognise.handing import means, noted
from compiler.recognise.procedure import Step
from compiler.shell_variables import set_by
from incident.digest import Facts, Json
from incident.runbook import StepKind
from incident.verdict import Verdict

_MOST_NOTED: Final = 50
"""So many notes of one procedure are remembered, the newest: a longer list is no procedure, and would take long."""
_ARN: Final = r"arn:aws[a-z-]*:[A-Za-z0-9:/._-]{1,200}|[A-Za-z0-9][A-Za-z0-9._:@-]{0,127}"
"""The name of a thing at AWS, or its short form."""
_OBJECT: Final = r"(?:[a-z][a-z0-9.-]{0,62}/)?[a-z0-9][a-z0-9.-]{0,252}"
"""The name of an object of a cluster, as `-o name` prints it: `pod/api-7f9c`."""


class Made(Struct, frozen=True, kw_only=True):
    """One step of a procedure as its catalog's entry, with the command and the told step that it was made of."""

    line: int
    entry: Mapping[str, Json]
    found: Found | None = None
    step: Step | None = None

    @property
    def id(self) -> str:
        """The step's id."""
        return str(next(self.entry[kind.value] for kind in StepKind if kind.value in self.entry))

    @property
    def told(self) -> str:
        """What is said and run here."""
        return " ".join((str(self.entry["title"]), str(self.entry.get("written", ""))))

    @property
    def place(self) -> object:
        """What told of it: a step, or the sentence that it stands in."""
        return self.step if self.step is not None or self.found is None else self.found.sentence

    @property
    def noted(self) -> tuple[str, ...]:
        """The names of the values that words tell to keep here."""
        if self.step is not None:
            return self.step.gives
        return noted(self.found.sentence) if self.found is not None and self.found.inline else ()

    @property
    def variable(self) -> str:
        """The variable that keeps what it prints, as a parameter is called; empty for none, and for a secret."""
        kept = self.found.proof.kept_as if self.found is not None else ""
        return "_".join(words_of(kept)) if kept and not is_reference_name(kept) else ""

    @property
    def shape(self) -> str:
        """The pattern of its value where a parameter's own would be too narrow for it; empty elsewhere."""
        argv = self.found.proof.command.get("argv") if self.found is not None else None
        words = [str(word) for word in argv] if isinstance(argv, list | tuple) else []
        if words[:1] == ["aws"]:
            return _ARN if re.search(r"arns?\b", " ".join(words), re.IGNORECASE) else ""
        named = words[:1] == ["kubectl"] and re.search(r" (?:-o ?|--output[= ])name\b", " ".join(words))
        return _OBJECT if named else ""

    @property
    def says_several(self) -> bool:
        """Whether its executor may answer several things where one is needed."""
        proof = self.found.proof if self.found is not None else None
        return proof is not None and proof.executor is not None and not is_one_value(proof.executor, proof.command)

    @property
    def can_give(self) -> bool:
        """Whether it may give a value: a person finds one, or what its executor answers is one by its form.

        What is refused gives none: it may be refused because the value is a secret.
        """
        refused = self.found is not None and self.found.proof.judgement.verdict is Verdict.REFUSED
        return not refused and not self.says_several


class Missed(Struct, frozen=True, kw_only=True):
    """A value that a step needs, and that an earlier one cannot give, because what it answers may be several things."""

    name: str
    giver: Found
    line: int
    """Where it is needed."""


class Passed(Struct, frozen=True, kw_only=True):
    """A procedure's entries with what they pass on, and what cannot be passed on."""

    entries: list[dict[str, Json]]
    missed: tuple[Missed, ...]


def passed_on(made: Sequence[Made]) -> Passed:
    """The entries in their order, with ``gives`` on those that give a value and ``from`` on parameters that take it."""
    known = _Known()
    missed: list[Missed] = []
    takes: list[dict[str, Made]] = []
    for each in made:
        found = {name: giver for name in _parameters(each.entry) if (giver := known.giver(name, each))}
        takes.append({name: giver for name, giver in found.items() if giver.can_give})
        missed += [
            Missed(name=name, giver=giver.found, line=each.line)
            for name, giver in found.items()
            if giver.found is not None and giver.says_several
        ]
        known.learn(each)
    gives = {giver.id: name for taken in reversed(takes) for name, giver in taken.items()}
    names = [gives.get(each.id, "") if gives else "" for each in made]
    entries = [_linked(*each) for each in zip(made, names, takes, strict=True)]
    return Passed(entries=entries, missed=tuple(missed))


class _Known(Struct):
    """What the steps so far have given: by variable, by words, by number."""

    variables: dict[str, Made] = field(default_factory=dict)
    noted: dict[str, Made] = field(default_factory=dict)
    numbered: dict[int, Made] = field(default_factory=dict)

    def giver(self, name: str, taker: Made) -> Made | None:
        """The step whose value this parameter takes."""
        for said, number in taker.step.takes if taker.step is not None else ():
            if number in self.numbered and means(said, name, self.numbered[number].told):
                return self.numbered[number]
        if name in self.variables:
            return self.variables[name]
        found = (giver for said, giver in reversed(self.noted.items()) if means(said, name, giver.told))
        return next(found, None)

    def learn(self, made: Made) -> None:
        """What this step gives; a variable that it sets otherwise is another value from now on."""
        for name in set_by(made.found.text) if made.found is not None and self.variables else ():
            self.variables.pop("_".join(words_of(name)), None)
        if made.variable:
            self.variables[made.variable] = made
        step = made.step
        for name in made.noted:
            if _is_better(made, self.noted.get(name)):
                self.noted.pop(name, None)
                self.noted[name] = made
                if len(self.noted) > _MOST_NOTED:
                    del self.noted[next(iter(self.noted))]
        if step is not None and step.number is not None and _is_better(made, self.numbered.get(step.number)):
            self.numbered[step.number] = made


def _is_better(made: Made, known: Made | None) -> bool:
    """Whether this is the giver from now on: of the commands of one told step, one that can give comes first."""
    return known is None or made.can_give or known.place != made.place


def _parameters(entry: Facts) -> tuple[str, ...]:
    """The names of its parameters; what an earlier step finds goes before a default."""
    listed = entry.get("parameters")
    each_one = listed if isinstance(listed, list) else []
    return tuple(str(each["name"]) for each in each_one if isinstance(each, Mapping))


def _linked(made: Made, gives: str, takes: Mapping[str, Made]) -> dict[str, Json]:
    entry = dict(made.entry)
    if gives:
        entry["gives"] = gives
    listed = entry.get("parameters")
    if takes and isinstance(listed, list):
        entry["parameters"] = [_taking(each, takes) if isinstance(each, Mapping) else each for each in listed]
    return entry


def _taking(parameter: Facts, takes: Mapping[str, Made]) -> Facts:
    giver = takes.get(str(parameter["name"]))
    if giver is None:
        return parameter
    shape = {"text": giver.shape} if giver.shape and "text" in parameter else {}
    return {**parameter, **shape, "from": giver.id}
