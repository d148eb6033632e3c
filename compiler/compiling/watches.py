"""Thresholds whose row names the command that looks: each is a diagnostic with its warning and its critical bound."""

from collections.abc import Iterable
from typing import Final

from compiler.compiling.entries import command_entry
from compiler.compiling.procedures import Assembly
from compiler.recognise.facts import Threshold
from compiler.recognise.quantities import Bound, Comparison
from incident.digest import Facts, Json
from incident.verdict import Verdict

_HEALTHY_WHEN_BAD: Final = {
    Comparison.ABOVE: "at most",
    Comparison.AT_LEAST: "less than",
    Comparison.BELOW: "at least",
    Comparison.AT_MOST: "more than",
}
_HEALTHY: Final = {
    Comparison.ABOVE: "more than",
    Comparison.AT_LEAST: "at least",
    Comparison.BELOW: "less than",
    Comparison.AT_MOST: "at most",
}


def watches(thresholds: Iterable[Threshold], assembly: Assembly) -> dict[str, Json] | None:
    """The procedure *Thresholds*, with one diagnostic for each row that names a read; None when none does."""
    rows = [(row, assembly.take(row.line, row.line)) for row in thresholds if _looks(row, assembly)]
    if not rows:
        return None
    first = rows[0][0]
    name = assembly.name("Thresholds", first.path)
    steps: list[Json] = []
    for row, found in rows:
        for each in found:
            entry = command_entry(each, None, assembly.ids.of(name, first.path, each.text), temporary=False)
            steps.append({**entry, "title": row.metric, **(_bounds(row) if "diagnostic" in entry else {})})
    return {
        "id": name, "title": "Thresholds", "heading": " › ".join(first.path) or "Thresholds", "line": first.line,
        "purpose": "watch", "steps": steps,
    }  # fmt: skip


def _looks(row: Threshold, assembly: Assembly) -> bool:
    """Whether the row is one line of a table or a list that names a command which only looks."""
    own = assembly.on(row.line, row.last) if row.line == row.last else []
    return any(each.proof.judgement.verdict is Verdict.READ_ONLY for each in own)


def _bounds(row: Threshold) -> Facts:
    """``expects`` by the first bound that says when all is well, ``critical`` by the one that says when it is not."""
    bounds: dict[str, Json] = {}
    warning = _unless(row.warning) or _while(row.normal)
    critical = _unless(row.critical)
    if warning or critical:
        bounds["expects"] = warning or critical
    if warning and critical and warning != critical:
        bounds["critical"] = critical
    return bounds


def _while(bound: Bound | None) -> Facts | None:
    """The expectation that a healthy bound states."""
    return None if bound is None else _expectation(bound, _HEALTHY.get(bound.comparison))


def _unless(bound: Bound | None) -> Facts | None:
    """The expectation that a bad bound breaks."""
    return None if bound is None else _expectation(bound, _HEALTHY_WHEN_BAD.get(bound.comparison))


def _expectation(bound: Bound, operator: str | None) -> Facts | None:
    if operator is None or bound.number is None:
        return None
    return {operator: int(bound.number) if bound.number.is_integer() else bound.number}
