"""docs/coverage.md tells the truth: each row of the tables leads somewhere, none is missing, the page is current."""

import re
from pathlib import Path

import pytest

from bench.coverage import PAGE, ROOT, read_rows, systems, uncovered
from bench.coverage_page import counted, page
from bench.coverage_parts import STATISTICS
from bench.coverage_rows import CoverageError, Kind, System, squeezed

COVERED = {
    "ai-storybook": (265, 62, 72),
    "algorhythmic": (369, 62, 100),
    "pulse-ai-studio": (366, 52, 91),
    "swipesavvy": (390, 68, 143),
    "synesthesia": (456, 55, 174),
}
"""Of each first document: the lines that have a row, the commands and the facts. A row that goes is missed here."""
RUNBOOK = """\
# Shop

## Incidents

### Orders fail

**Diagnosis**

```bash
# Orders that wait
psql -c "SELECT count(*) FROM orders;"
```

1. Call the shop's owner after 20 minutes.
2. Call the shop's owner again.

> Mended: the count named no table.
"""
HEAD = "lines\tkind\tsaid\tsection\tanchor\tnote\n"
COUNT = 'psql -c "SELECT count(*) FROM orders;"'


@pytest.fixture(scope="module")
def covered() -> tuple[System, ...]:
    """The five systems, every row of their tables resolved."""
    return systems()


def test_the_page_is_what_the_tables_and_runbooks_make_it(covered: tuple[System, ...]) -> None:
    """Otherwise: python -m bench.coverage."""
    assert PAGE.read_text(encoding="utf-8") == page(covered)


def test_no_row_was_lost(covered: tuple[System, ...]) -> None:
    """Every line, command and fact of the first documents still has its row."""
    found = {}
    for system in covered:
        kinds = counted(system.covered)
        lines = sum(each.row.last - each.row.first + 1 for each in system.covered)
        found[system.name] = (lines, kinds[Kind.COMMAND] + kinds[Kind.REFUSED], kinds[Kind.FACT])
    assert found == COVERED


def test_each_verdict_is_what_the_judge_says_of_the_command(covered: tuple[System, ...]) -> None:
    """A step has the verdict of its command, or the stricter one of the overlay; and the page shows it."""
    text = PAGE.read_text(encoding="utf-8")
    for system in covered:
        found = system.compilation.compiled.found
        judged = {(each.line, each.text): each.proof.judgement.verdict for each in found}
        for step in (step for each in system.covered for step in each.steps):
            assert judged[step.origin.line or 0, step.written].at_least(step.verdict) is step.verdict, step.id
            assert re.search(rf"`{step.id}`[^|]*\| [\d, ]+ \| {step.verdict} \|", text), step.id


def test_each_command_that_a_person_does_says_why() -> None:
    rows = [line for line in PAGE.read_text(encoding="utf-8").splitlines() if "| a person |" in line]
    assert rows
    assert not [row for row in rows if not re.search(r"\| a person \| [^|]{20,}\. \|", row)]


def test_what_a_step_runs_against_is_said_of_systems_whose_steps_are_run() -> None:
    """The tests of a system fail when a runnable step of it was not run."""
    for system in COVERED:
        tests = (ROOT / f"tests/systems/test_{system.replace('-', '_')}_steps.py").read_text(encoding="utf-8")
        assert "run_every_step(" in tests, system
        assert ("run_statistics(" in tests) is (system in STATISTICS), system


def test_each_figure_of_a_fact_stands_in_the_section_it_leads_to(covered: tuple[System, ...]) -> None:
    """A threshold or deadline that somebody changes in the runbook is missed here."""
    for system in covered:
        lines = system.compilation.text.splitlines()
        headings = [heading.line for heading in system.compilation.compiled.document.headings]
        for each in (each for each in system.covered if each.row.kind is Kind.FACT):
            first = max(line for line in headings if line <= each.line)
            last = min((line for line in headings if line > each.line), default=len(lines) + 1)
            section = " ".join(lines[first - 1 : last - 1])
            for figure in re.findall(r"\d+(?:[.:]\d+)*", each.row.said):
                assert re.search(rf"(?<![\d.]){re.escape(figure)}(?!\d)", section), f"{system.name}: {each.row}"


def test_each_link_to_a_section_leads_to_a_heading() -> None:
    """A link of the page names a heading that the runbook has."""
    links = set(re.findall(r"\]\(\.\./(runbooks/[\w-]+/runbook\.md)#([^)]+)\)", PAGE.read_text(encoding="utf-8")))
    assert links
    for runbook, slug in links:
        headings = re.findall(r"^#+ (.+)$", (ROOT / runbook).read_text(encoding="utf-8"), re.MULTILINE)
        assert slug in {re.sub(r"[^\w\- ]", "", each.lower()).replace(" ", "-") for each in headings}


def _shop(folder: Path, *table: str) -> tuple[System, ...]:
    """A small system with these rows."""
    (folder / "shop").mkdir()
    (folder / "shop/runbook.md").write_text(RUNBOOK, encoding="utf-8")
    (folder / "shop/coverage.tsv").write_text(HEAD + "".join(f"{row}\n" for row in table), encoding="utf-8")
    return systems(folder)


def test_a_command_leads_to_its_step_and_a_fact_to_its_line(tmp_path: Path) -> None:
    """Wherever in the section both stand."""
    (shop,) = _shop(
        tmp_path,
        "3\tcommand\tpsql -c 'SELECT count(*)'\tOrders fail\tSELECT count(*)\tnames the table",
        "4-5\tfact\tThe owner, after 20 minutes\tOrders fail\towner after\t",
    )
    command, fact = shop.covered
    assert [squeezed(step.written) for step in command.steps] == [COUNT]
    assert (command.line, command.mended, command.part) == (11, True, "Incidents")
    assert (fact.line, fact.steps) == (14, ())


@pytest.mark.parametrize(
    ("row", "told"),
    [
        ("3\tfact\tThe owner\tPayments fail\towner after\t", "no section “Payments fail”"),
        ("3\tfact\tThe owner\tOrders fail\towner before\t", "“owner before” stands in 0 lines"),
        ("3\tfact\tThe owner\tOrders fail\tshop's owner\t", "“shop's owner” stands in 2 lines"),
        ("3\tfact\tThe owner\tOrders fail\towner after … ```bash\t", "“```bash” does not follow"),
        ("3\tcommand\tpsql\tOrders fail\tSELECT sum\tmended", "leads to 0 steps"),
        ("3\tcommand\tpsql\tOrders fail\tSELECT count\t", "needs one"),
        (f"3\tcommand\t{COUNT}\tOrders fail\tSELECT count\tmended", "the same command none"),
        ("3\trefused\tpsql\tOrders fail\tMended: the count\t", "needs a note"),
        ("3\tfact\t\tOrders fail\towner after\t", "said is empty"),
        ("3\tidea\tThe owner\tOrders fail\towner after\t", "one of the kinds"),
        ("3\tfact\tThe owner\tOrders fail", "anchor is empty"),
        ("three\tfact\tThe owner\tOrders fail\towner after\t", "lines such as 7"),
    ],
)
def test_a_row_that_leads_nowhere_is_told(tmp_path: Path, row: str, told: str) -> None:
    """With the table, and what is wrong."""
    with pytest.raises(CoverageError, match=re.escape(told)):
        _shop(tmp_path, row)


def test_a_line_has_one_row(tmp_path: Path) -> None:
    """Two rows for one line would count it twice."""
    row = "fact\tThe owner\tOrders fail\towner after\t"
    with pytest.raises(CoverageError, match="line 5 has two rows"):
        _shop(tmp_path, f"3-5\t{row}", f"5\t{row}")


def test_a_first_document_is_compared_with_its_table(tmp_path: Path) -> None:
    """Each line that holds something needs a row, and each command a row of its own."""
    _shop(tmp_path, "1\tpart\tShop\tShop\tShop\t", "4-5\tfact\tThe owner\tOrders fail\towner after\t")
    first = f"# The shop\n\n```bash\n{COUNT}\ndf -h\n```\n---\nCall the owner.\n"
    assert list(uncovered(first, read_rows(tmp_path / "shop/coverage.tsv"))) == [
        "line 8 has no row: Call the owner.",
        f"line 4 has no row for its command: {COUNT}",
        "line 5 has no row for its command: df -h",
    ]
