"""What holds for every document: nothing raises, lines are inside it, nothing takes long, coverage is honest."""

import time
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from compiler.markdown import read
from compiler.recognise import coverage, recognise
from compiler.recognise.coverage import lines_of
from tests.compiler.recognise.reading import reading

_RUNBOOKS = Path(__file__).parents[3] / "runbooks"
_LINES = st.one_of(
    st.sampled_from(
        [
            "# Runbook", "## Severity", "## Alerts", "### Symptoms", "### Diagnosis", "## Contacts", "## Backups",
            "**Symptoms**: errors > 5% for 3 min", "**Solutions**:", "**Escalation**: call Ann after 5 minutes",
            "1. Restart it if X (within 5 minutes)", "   - wait 5 minutes, then go on", "- [ ] look", "- **P0**: down",
            "- RTO: 4 hours", "| Metric | Warning | Critical |", "|---|---|---|", "| CPU | > 5 | > 9% |", "| a |",
            "```bash", "```yaml", "```", "# Or do it", "X=$(id)", "- alert: Down", "  expr: up == 0", "", "---",
            "Last updated: 1.1.2020", "- Sunday 2-4 AM UTC", "Every 0 minutes", "- → x", "- if : x", "****:", "- :",
        ]
    ),
    st.text(max_size=40),
)  # fmt: skip


@settings(max_examples=100, deadline=None)
@given(st.lists(_LINES, max_size=25))
def test_no_document_raises_and_every_line_is_inside_it(lines: list[str]) -> None:
    text = "\n".join(lines)
    found = recognise(read(text))
    taken = lines_of(found.facts)
    assert all(1 <= line <= text.count("\n") + 1 for line in taken)
    assert all(fact.line <= fact.last for fact in found.facts)
    assert found.levels == found.levels
    share = coverage(text, found.facts).share
    assert 0 <= share <= 1


@pytest.mark.parametrize(
    "unit",
    [
        "## Symptoms\nx\n## Diagnosis\ny\n",
        "- P0 p1 5 minutes > 5% if x → y (within 1 h)\n",
        "1. If the pool of the " + "very " * 30 + "long\n",
        "```bash\n# wait 5 minutes, then go\nA=$(b)\n```\n",
        "(" * 50 + "if" + ")" * 50,
        "5 minutes ",
        "- - - ",
        "1,2.3-4/5:6 ",
        "[" * 40,
        "\u2500",
    ],
    ids=range(10),
)
def test_twice_the_document_takes_about_twice_the_time(unit: str) -> None:
    def seconds(times: int) -> float:
        document = read(unit * times)
        best = float("inf")
        for _ in range(3):
            start = time.process_time()
            recognise(document)
            best = min(best, time.process_time() - start)
        return best

    once = 10_000 // len(unit)
    assert seconds(once * 4) < max(0.2, seconds(once) * 12)


def test_what_is_not_understood_is_named_and_counted() -> None:
    text = '# Shop\n\n## Pictures\n\n```\n{"a": 1}\n```\n\n## Restart\n\n1. Restart it\n'
    found = recognise(read(text))
    assert [heading.title for heading in found.unrecognised] == ["Pictures"]
    counted = coverage(text, found.facts)
    assert (counted.content, counted.missed, counted.share) == (2, (6,), 0.5)


def test_headings_rules_fences_and_table_headers_are_no_content() -> None:
    text = "# A\n\n---\n\n| Role | Contact |\n|---|---|\n| Lead | Ann |\n\n```bash\nls\n```\n"
    assert coverage(text, ()).missed == (7, 10)


@pytest.mark.parametrize("file", sorted(_RUNBOOKS.glob("*/runbook.md")), ids=lambda file: file.parent.name)
def test_our_own_runbooks_are_understood(file: Path) -> None:
    text = file.read_text()
    assert coverage(text, recognise(read(text)).facts).share >= 0.95


def test_an_empty_document_is_wholly_understood() -> None:
    found = reading("")
    assert (found.title, found.facts, found.unrecognised) == ("", (), ())
    assert coverage("", ()).share == 1


def test_facts_keep_the_order_of_their_sections() -> None:
    found = reading("# A\n\n## Contacts\n- Ann: a@b.c\n\n## RTO\n- RTO: 1 hour\n\n## Restart\n1. Restart it\n")
    assert all(one.line <= two.line for one, two in pairwise(found.facts))
    assert [fact.path for fact in found.facts] == [("A", "Contacts"), ("A", "RTO"), ("A", "Restart")]
