"""``python -m bench.coverage`` writes docs/coverage.md: what became of each line of the five teams' first documents.

``runbooks/<system>/coverage.tsv`` says, for each line that the team first wrote, what it held and where our runbook has
it: a section and a text there, so that a row outlives lines that move. A command leads to the step of the compiled
catalog that does it, or to the note that says why nothing does.

``--first FOLDER``, with the first documents as ``<system>.md``, says which of their lines and commands no row covers.
"""

import argparse
import csv
import re
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

from bench.coverage_page import page
from bench.coverage_rows import COLUMNS, CoverageError, Row, System, covered, rows
from bot.runbooks.files import DOCUMENT, Unreadable, compilation
from compiler.catalog import CatalogError
from compiler.found import commands
from compiler.markdown import read

ROOT: Final = Path(__file__).parent.parent
PAGE: Final = ROOT / "docs/coverage.md"
TABLE: Final = "coverage.tsv"
_SHOWN_ONLY: Final = re.compile(r"\s*(?:```.*|---|[|:\s-]+|[{}\[\]`(),;│▼┌┐└┘─\s]+)?")
"""A line that holds nothing: empty, a fence, a rule, or brackets alone."""


def systems(folder: Path = ROOT / "runbooks") -> tuple[System, ...]:
    """Every system with a table, each of its rows resolved. Raises CoverageError with all rows that lead nowhere."""
    found, wrong = [], []
    for path in sorted(folder.glob(f"*/{TABLE}")):
        try:
            found.append(_system(path.parent))
        except CoverageError as error:
            wrong.append(str(error))
    if wrong:
        raise CoverageError("\n".join(wrong))
    return tuple(found)


def _system(folder: Path) -> System:
    made = compilation(folder / DOCUMENT, bound=True)
    table = folder / TABLE
    return System(
        name=folder.name,
        title=made.compiled.recognised.title,
        covered=covered(read_rows(table), made, str(table)),
        compilation=made,
    )


def read_rows(path: Path) -> tuple[Row, ...]:
    """The rows of one table. Raises CoverageError."""
    with path.open(encoding="utf-8", newline="") as file:
        table = csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE, restval="")
        if tuple(table.fieldnames or ()) != COLUMNS:
            raise CoverageError(f"{path}: its first line must name the columns {', '.join(COLUMNS)}.")
        return rows(table, str(path))


def uncovered(first: str, table: Sequence[Row]) -> Iterator[str]:
    """What of a first document has no row: each line that holds something, and each command as it stands there."""
    lines = {line for row in table for line in range(row.first, row.last + 1)}
    for number, text in enumerate(first.splitlines(), start=1):
        if number not in lines and not _SHOWN_ONLY.fullmatch(text):
            yield f"line {number} has no row: {text.strip()}"
    for found in commands(read(first)):
        said = " ".join(found.text.split())
        if not any(row.first <= found.line <= row.last and row.said == said for row in table if row.kind.is_command):
            yield f"line {found.line} has no row for its command: {said}"


def main() -> None:
    """Write the page, or compare the tables with the first documents; a fault in one sentence, and exit code 1."""
    options = argparse.ArgumentParser(prog="python -m bench.coverage", description=(__doc__ or "").split("\n\n")[0])
    options.add_argument("--first", type=Path, metavar="FOLDER", help="compare with the teams' first documents")
    folder = options.parse_args().first
    try:
        if folder is None:
            PAGE.write_text(page(systems()), encoding="utf-8")
        elif missing := list(_missing(folder)):
            sys.exit("\n".join(missing))
    except (OSError, Unreadable, CatalogError, CoverageError) as wrong:
        sys.exit(str(wrong))


def _missing(folder: Path) -> Iterator[str]:
    for table in sorted((ROOT / "runbooks").glob(f"*/{TABLE}")):
        first = folder / f"{table.parent.name}.md"
        for each in uncovered(first.read_text(encoding="utf-8"), read_rows(table)):
            yield f"{first}: {each}"


if __name__ == "__main__":
    main()
