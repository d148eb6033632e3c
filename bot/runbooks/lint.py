"""What lint says about a runbook on disk, with every secret that Muster knows hidden."""

from datetime import date

from bot.redaction.redactor import Redactor
from bot.runbooks.files import Compilation
from compiler.lint.lint import Report, lint


def report(compilation: Compilation, today: date) -> Report:
    """What lint says about a compiled runbook."""
    hide = Redactor().clean
    return lint(compilation.text, compilation.compiled, today=today, hide=hide, catalog=compilation.catalog)


def figures(report: Report) -> str:
    """What was understood of a runbook, in one line."""
    verdicts = ", ".join(f"{count} {verdict}" for verdict, count in sorted(report.commands.items()))
    return (
        f"{report.understood:.0%} of the lines understood, {_many(report.procedures, 'procedure')}, "
        f"{_many(sum(report.commands.values()), 'command')} ({verdicts or 'none'}), "
        f"{_many(report.runnable, 'step')} that Muster may run"
    )


def _many(number: int, thing: str) -> str:
    return f"{number} {thing}" if number == 1 else f"{number} {thing}s"
