"""All that lint says about one runbook, and the figures of what was understood of it."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date

from msgspec import Struct

from compiler.compiling.compiled import Compiled
from compiler.lint.claims import of_claims
from compiler.lint.commands import of_commands, of_text
from compiler.lint.credentials import Hide, of_credentials
from compiler.lint.facts import of_catalog, of_facts
from compiler.lint.passing import of_given, of_values
from compiler.lint.recovery_times import of_recovery_times
from compiler.lint.remark import Remark
from compiler.recognise import coverage
from incident.runbook import Catalog


class Report(Struct, frozen=True, kw_only=True):
    """What lint found. ``understood`` is the share of lines with content that something was made of, from 0 to 1."""

    remarks: tuple[Remark, ...]
    understood: float
    commands: Mapping[str, int]
    """Verdict → how many commands have it."""
    procedures: int
    runnable: int


def lint(text: str, compiled: Compiled, *, today: date, hide: Hide, catalog: Catalog | None) -> Report:
    """The report on the runbook in ``text``. ``catalog`` is the one that the bot would load, with its overlay."""
    remarks = [
        *of_commands(compiled, hide),
        *of_text(text, compiled),
        *of_credentials(text, hide),
        *of_claims(compiled),
        *of_facts(compiled, today),
        *of_recovery_times(compiled),
        *of_values(text, compiled),
        *((*of_catalog(catalog), *of_given(catalog)) if catalog is not None else ()),
    ]
    steps = [step for procedure in catalog.procedures for step in procedure.steps] if catalog is not None else []
    return Report(
        remarks=tuple(sorted(_once(remarks))),
        understood=coverage(text, compiled.recognised.facts).share,
        commands=Counter(each.proof.judgement.verdict.value for each in compiled.found),
        procedures=len(compiled.recognised.procedures),
        runnable=sum(step.runnable for step in steps),
    )


def _once(remarks: Sequence[Remark]) -> set[Remark]:
    """Each remark once; what the line of a shell's variable is blamed for already is not said again more gently."""
    blamed = {each.line for each in remarks if each.rule == "no-effect"}
    return {each for each in remarks if not (each.rule == "shell-state" and each.line in blamed)}
