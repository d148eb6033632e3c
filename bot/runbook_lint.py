"""What lint says about a runbook on disk, with every secret that Muster knows hidden."""

from datetime import date

from bot.redaction import Redactor
from bot.runbook_files import Compilation
from compiler.lint.lint import Report, lint


def report(compilation: Compilation, today: date) -> Report:
    """What lint says about a compiled runbook."""
    hide = Redactor().clean
    return lint(compilation.text, compilation.compiled, today=today, hide=hide, catalog=compilation.catalog)


def figures(report: Report) -> str:
    """What was understood of a runbook, in one line."""
    verdicts = ", ".join(f"{count} {verdict}" for verdict, count in sorted(report.commands.items()))
    return (
        f"{report.understood:.0%} of the lines understood, {report.procedures} procedures, "
        f"{sum(report.commands.values())} commands ({verdicts or 'none'}), {report.runnable} steps that Muster may run"
    )
