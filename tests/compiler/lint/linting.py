"""How the tests of this package lint a document."""

from datetime import date
from textwrap import dedent

from bot.redaction.redactor import Redactor
from compiler.catalog import load
from compiler.catalog_text import catalog_text
from compiler.compiling.compiled import compile_runbook
from compiler.lint.lint import Report, lint
from compiler.lint.remark import Remark

TODAY = date(2026, 11, 22)


def report(text: str, overlay: str = "") -> Report:
    """What lint says about a text that is indented as the test is."""
    text = dedent(text).strip("\n")
    compiled = compile_runbook(text, system="shop")
    written = catalog_text(compiled.catalog, "runbook.md")
    catalog = load(written, "catalog.yaml", dedent(overlay)) if compiled.catalog["procedures"] else None
    return lint(text, compiled, today=TODAY, hide=Redactor().clean, catalog=catalog)


def said(text: str, rule: str) -> list[Remark]:
    """The remarks of one rule."""
    return [each for each in report(text).remarks if each.rule == rule]


def shell(*lines: str) -> str:
    """A runbook with these lines in one fence, from line 3 on."""
    return "\n".join(["# Runbook", "```bash", *lines, "```"])
