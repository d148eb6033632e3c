"""A compiled catalog is written so that reading gives back exactly what it was."""

from hypothesis import given
from hypothesis import strategies as st

from compiler.catalog_text import catalog_text
from compiler.yaml_tree import read_yaml

scalars = (
    st.none()
    | st.booleans()
    | st.integers(-(10**9), 10**9)
    | st.text(st.characters(exclude_categories=["Cs", "Cc"]) | st.sampled_from("\n :#'\"-?[]{}&*!|>%@`~"), max_size=30)
    | st.sampled_from(["no", "0o17", "1e3", "0x1f", "~", "null", "True", ".5", "2026-01-01", "<<", "=", "- a", "a: b"])
)
keys = st.from_regex(r"[a-z][a-z_ ]{0,8}[a-z]", fullmatch=True)
trees = st.recursive(
    scalars, lambda below: st.lists(below, max_size=4) | st.dictionaries(keys, below, max_size=4), max_leaves=15
)


@given(st.dictionaries(keys, trees, min_size=1, max_size=4))
def test_what_is_written_is_read_back(tree: dict[str, object]) -> None:
    assert read_yaml(catalog_text(tree, "runbook.md")) == tree


def test_it_is_laid_out_for_a_review() -> None:
    steps = [{"diagnostic": "a", "sql": "SELECT 1\nFROM b", "docker": ["logs", "--tail", "100"], "written": "x | y"}]
    text = catalog_text(
        {"system": "shop", "procedures": [{"id": "a", "symptoms": ["It is slow."], "steps": steps}]}, "f"
    )
    assert text.partition("system")[2].splitlines() == [
        ": shop",
        "",
        "procedures:",
        "- id: a",
        "  symptoms: [It is slow.]",
        "  steps:",
        "  - diagnostic: a",
        "    sql: |-",
        "      SELECT 1",
        "      FROM b",
        "    docker: [logs, --tail, '100']",
        "    written: x | y",
    ]
