"""docs/sandbox.md says which methods there are, and says it as the code has it."""

import pytest

from sandbox.coverage import PAGE, table, written
from sandbox.methods.table import METHODS


def test_the_page_is_current() -> None:
    """Mend it with `python -m sandbox.coverage`."""
    page = PAGE.read_text(encoding="utf-8")
    assert written(page) == page


def test_every_method_has_a_row_with_its_pace_scope_and_arguments() -> None:
    rows = table().splitlines()[2:]
    assert [row.split("`")[1] for row in rows] == sorted(METHODS)
    assert "| `pins.add` | 20 (tier 2) | `pins:write` | **channel**, timestamp |" in rows


def test_a_page_without_the_two_marks_is_refused() -> None:
    with pytest.raises(ValueError, match="needs the lines"):
        written("# The sandbox\n")
