"""Exactly what would run: one step, rendered once and for all, with its target and guard, under one digest."""

import json
import re
import shlex
from collections.abc import Mapping
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from incident import refusal
from incident.digest import Facts, Json, digest
from incident.runbook import Catalog, GuardKind, Step, StepKind
from incident.verdict import Verdict

_HOLE: Final = re.compile(r"\{([a-z][a-z0-9_]*)\}")


class Promise(Struct, frozen=True, kw_only=True):
    """The guard of one plan, with the number a second person approves. ``most`` is None when nothing is checked."""

    kind: GuardKind
    seen: int | None = None
    """How many rows or things the remediation would touch when it was asked for."""
    most: int | None = None
    probe: Facts | None = None
    headroom: int = 0
    """How much more than was seen is still as approved."""
    value: str | None = None
    """What the probe of a fingerprint showed when it was asked for, and must still show."""
    of: str = ""
    """What that value is, for people."""
    why: str = ""
    """Why nothing needs to be checked, for whoever approves it."""

    @property
    def facts(self) -> Facts:
        """What of it an approval is bound to."""
        bound: dict[str, Json] = {
            "kind": self.kind.value,
            "most": self.most,
            "probe": None if self.probe is None else dict(self.probe),
        }
        return {**bound, "value": self.value} if self.kind is GuardKind.FINGERPRINT else bound


NO_PROMISE = Promise(kind=GuardKind.NONE)


class Plan(Struct, frozen=True, kw_only=True):
    """One step ready to run. Executors run only what a plan holds; ``digest`` covers it and nothing cosmetic."""

    step_id: str
    title: str
    verdict: Verdict
    executor: str
    target: str
    environment: str
    command: Facts
    """The final command in the executor's terms, parameters already bound."""
    shown: str
    """The same for people: what the card prints under *Runs*."""
    parameters: Mapping[str, Json]
    catalog: str
    """The digest of the catalog that the step comes from."""
    promise: Promise = NO_PROMISE
    undo: str = ""
    undo_step: str = ""
    undo_takes: str = ""
    """The parameter of the undo that is what the guard's probe showed before."""
    temporary: bool = False
    warning: str = ""
    """What the runbook warns of before this step."""

    @property
    def digest(self) -> str:
        """What an approval is bound to: executor, target, command, parameters, catalog and guard."""
        return digest(
            {
                "executor": self.executor,
                "target": self.target,
                "environment": self.environment,
                "step": self.step_id,
                "command": dict(self.command),
                "parameters": dict(self.parameters),
                "catalog": self.catalog,
                "guard": self.promise.facts,
            }
        )


def draw_up(step: Step, given: Mapping[str, str], *, catalog: Catalog, environment: str) -> Plan:
    """The plan for one step with a person's parameters, its guard still without a number.

    Raises NotRunnable for a manual or refused step, NotReadOnly for a diagnostic whose verdict is not read-only, and
    BadParameter.
    """
    if step.executor is None or step.target is None or not step.runnable:
        raise refusal.NotRunnable(step=step.title, reason=step.reason)
    if step.environment not in (None, environment):
        raise refusal.NotRunnable(
            step=step.title, reason=f"it is for {step.environment}, and {step.target} is {environment}"
        )
    if step.kind is StepKind.DIAGNOSTIC and step.verdict is not Verdict.READ_ONLY:
        raise refusal.NotReadOnly(step=step.title, reason=step.reason)
    values = {parameter.name: parameter.read(given.get(parameter.name)) for parameter in step.parameters}
    command = bind(step.command, values)
    probe = bind(step.guard.probe, values) if step.guard.probe is not None else None
    return Plan(
        step_id=step.id,
        title=step.title,
        verdict=step.verdict,
        executor=step.executor,
        target=step.target,
        environment=environment,
        command=command,
        shown=shown(command),
        parameters=values,
        catalog=catalog.digest,
        promise=Promise(
            kind=step.guard.kind, probe=probe, headroom=step.guard.headroom, of=step.guard.of, why=step.guard.why
        ),
        undo=step.undo,
        undo_step=step.undo_step,
        undo_takes=step.undo_takes,
        temporary=step.temporary,
        warning=step.warning,
    )


def is_as_written(plan: Plan, catalog: Catalog | None, environment: str) -> bool:
    """Whether the runbook, as it is now, makes exactly this plan of its parameters; only the guard's number is apart.

    A request outlives a restart, and with it a change of the runbook; nor is the record of what was asked believed.
    """
    steps = [step for procedure in catalog.procedures for step in procedure.steps] if catalog else []
    step = next((each for each in steps if each.id == plan.step_id), None)
    if catalog is None or step is None:
        return False
    given = {name: str(value) for name, value in plan.parameters.items()}
    try:
        anew = draw_up(step, given, catalog=catalog, environment=environment)
    except refusal.Refused:
        return False
    promise = replace(anew.promise, most=plan.promise.most, value=plan.promise.value)
    return replace(anew, promise=promise).digest == plan.digest


def bind(command: Facts, values: Mapping[str, int | str]) -> Facts:
    """The command with its parameters' values in their places.

    ``arguments`` lists parameter names: they become values for ``$1…`` in SQL, sent apart from the text. Elsewhere
    ``{name}`` gives way to the value, also within a word; a word stays one word, and a string of ``body`` that is
    nothing else becomes the value itself. A value holds no blank, quote or control character (see Parameter), and the
    executor's judge reads the final command again.
    """
    bound: dict[str, Json] = {}
    for key, value in command.items():
        if key == "arguments" and isinstance(value, (list, tuple)):
            bound[key] = [values[str(name)] for name in value]
        elif key == "body":
            bound[key] = _typed(value, values)
        elif key in ("path", "matching", "redis", "argv"):
            bound[key] = _filled(value, values)
        else:
            bound[key] = value
    return bound


def shown(command: Facts) -> str:
    """The final command as people read it, complete: nothing that runs is left out."""
    if "sql" in command:
        arguments = command.get("arguments")
        bound = (
            ", ".join(f"${n} = {value!r}" for n, value in enumerate(arguments, 1))
            if isinstance(arguments, list)
            else ""
        )
        return f"{command['sql']}" + (f"\n-- {bound}" if bound else "")
    argv = command.get("argv")
    if isinstance(argv, (list, tuple)):
        pinned = f"\n# only with the content {command['sha256']}" if "sha256" in command else ""
        return _piped(shlex.join(str(word) for word in argv), command) + pinned
    words = command.get("redis")
    if isinstance(words, (list, tuple)):
        line = shlex.join(str(word) for word in words)
        every = f" (every key that matches {shlex.quote(str(command['matching']))})" if "matching" in command else ""
        return _piped(line + every + (f" | {command['pick']}" if command.get("pick") else ""), command)
    head = f"{command.get('method', 'GET')} {command.get('path', '/')}"
    pick = f" | {command['pick']}" if command.get("pick") else ""
    body = command.get("body")
    return _piped(head + pick, command) + (f"\n{json.dumps(body, ensure_ascii=False)}" if body is not None else "")


def _piped(line: str, command: Facts) -> str:
    filters = command.get("filters")
    listed = filters if isinstance(filters, (list, tuple)) else ()
    return " | ".join([line, *(shlex.join(str(word) for word in each) for each in listed if isinstance(each, list))])


def _typed(value: Json, values: Mapping[str, int | str]) -> Json:
    """A body with its values; a string that is one hole becomes the value with its type."""
    if isinstance(value, Mapping):
        return {name: _typed(part, values) for name, part in value.items()}
    if isinstance(value, (list, tuple)):
        return [_typed(part, values) for part in value]
    hole = _HOLE.fullmatch(value) if isinstance(value, str) else None
    return values.get(hole[1], value) if hole else _filled(value, values)


def _filled(value: Json, values: Mapping[str, int | str]) -> Json:
    if isinstance(value, (list, tuple)):
        return [_filled(part, values) for part in value]
    return _HOLE.sub(lambda hole: str(values.get(hole[1], hole[0])), value) if isinstance(value, str) else value
