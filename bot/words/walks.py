"""What Muster says of a procedure that people walk: its refusals and its events, for the tables in ``sentences.py``."""

from collections.abc import Callable, Mapping
from typing import Final, TypeAlias

from incident import refusal as refusals
from incident.refusal import Refused
from incident.timeline import Kind

Template: TypeAlias = str | Callable[[Mapping[str, object]], str]


def _walk_ended(facts: Mapping[str, object]) -> str:
    how = "was aborted" if facts.get("state") == "aborted" else "is finished"
    return f"This procedure {how}[: “{{title}}”][, by {{by:who}}][ at {{at:when}}]. Begin it with /incident procedure."


def _not_its_turn(facts: Mapping[str, object]) -> str:
    return {
        "running": "“{step}” is under way already[, begun by {by:who}]. Its end is shown with the procedure.",
        "holding": "The wait after “{step}” runs still. The next step is offered when it is over.",
        "done": "“{step}” is done already[, by {by:who}]. The procedure shows what is next.",
        "skipped": "“{step}” was skipped already[, by {by:who}]. The procedure shows what is next.",
    }.get(str(facts.get("state")), "Not yet[: “{step}”]. See with /incident procedure which step is next.")


REFUSALS: Final[Mapping[type[Refused], Template]] = {
    refusals.NoSuchProcedure: "The runbook has no procedure[ “{asked}”].[ The nearest are: {offered}.] "
    "See all with /incident procedure.",
    refusals.NotAtOnce: "Its changes cannot be approved at once[: {reason}]. "
    "Go through it with /incident procedure: each change asks for itself.",
    refusals.NothingToWalk: "The runbook names no step[ of “{title}”], so there is nothing to go through.",
    refusals.NoSuchWalk: "No procedure is under way here. See those of the runbook with /incident procedure.",
    refusals.WalkGoesOn: "Another procedure is under way[: “{title}”, begun by {by:who}]. Finish or abort it first.",
    refusals.WalkEnded: _walk_ended,
    refusals.NotItsTurn: _not_its_turn,
    refusals.NotManual: "Muster runs this step itself[: “{step}”]. Run it, or skip it and say why.",
    refusals.NothingToTakeBack: "Nothing that was done[ in “{title}”] has a way back in the runbook. "
    "See with /incident procedure whether another procedure fits.",
}


def _steps(count: object) -> str:
    return "step" if count == 1 else "steps"


def _skipped(facts: Mapping[str, object]) -> str:
    if facts.get("held"):
        return "{actor} cut the wait after step {number} of “{procedure}”, “{step}”, short[: {reason}]"
    return "{actor} skipped step {number} of “{procedure}”, “{step}”[: {reason}]"


def _hold_over(facts: Mapping[str, object]) -> str:
    seen = ", and these were not healthy at its end: {unhealthy}" if facts.get("unhealthy") else ""
    return "The wait after “{step}” is over" + seen + "[. Next in “{procedure}”: {next}]"


def _covered(facts: Mapping[str, object]) -> str:
    if facts.get("alone"):
        return "“{title}” runs without a second person, as “{whole}” does[, for which {by:who} broke the glass]"
    return "“{title}” runs by the approval for “{whole}”[, which {by:who} gave]"


EVENTS: Final[Mapping[Kind, Template]] = {
    Kind.WALK_BEGUN: lambda facts: "{actor} began “{procedure}”, {steps} " + _steps(facts.get("steps")),
    Kind.COVERED: _covered,
    Kind.STEP_BEGUN: "{actor} ran step {number} of “{procedure}”, “{step}”",
    Kind.STEP_DONE: "{actor} did step {number} of “{procedure}”, “{step}”[: {note}][ ({gives} is {value})]",
    Kind.STEP_SKIPPED: _skipped,
    Kind.HOLD_BEGUN: "The wait after “{step}” began; it ends at {until:when}",
    Kind.HOLD_UNHEALTHY: "Not healthy while “{procedure}” waits after “{step}”: {seen}. "
    "Abort it, roll it back, or look closer",
    Kind.HOLD_OVER: _hold_over,
    Kind.WALK_ABORTED: "{actor} ended “{procedure}” before its end[, at step {number}, “{step}”][: {reason}]",
    Kind.WALK_FINISHED: lambda facts: (
        "“{procedure}” is finished: {done} " + _steps(facts.get("done")) + " done, {skipped} skipped"
    ),
}

WORK: Final[Mapping[str, str]] = {
    "walk_card": "bring a procedure's message up to date",
    "run_leg": "run a procedure's diagnostic",
    "watch_hold": "look at a procedure's wait",
}
