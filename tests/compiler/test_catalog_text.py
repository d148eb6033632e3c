"""A compiled catalog is written so that reading gives back exactly what it was."""

from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from compiler.catalog import catalog_of, load
from compiler.catalog_text import catalog_text
from compiler.compiling.compiled import compile_runbook
from compiler.section import made
from compiler.yaml_tree import read_yaml

RUNBOOKS = Path(__file__).resolve().parents[2] / "runbooks"

scalars = (
    st.none()
    | st.booleans()
    | st.integers(-(10**9), 10**9)
    | st.floats(allow_nan=False)
    | st.text(st.characters(exclude_categories=["Cs"]) | st.sampled_from("\n\r\t :#'\"-?[]{}&*!|>%@`~"), max_size=30)
    | st.sampled_from(["no", "0o17", "1e3", "0x1f", "~", "null", "True", ".5", "2026-01-01", "<<", "=", "- a", "a: b"])
)
keys = st.from_regex(r"[a-z][a-z_ ]{0,8}[a-z]", fullmatch=True)
any_keys = keys | st.text(st.characters(exclude_categories=["Cs"]), max_size=200)
trees = st.recursive(
    scalars, lambda below: st.lists(below, max_size=4) | st.dictionaries(any_keys, below, max_size=4), max_leaves=15
)


@given(st.dictionaries(keys, trees, min_size=1, max_size=4))
def test_what_is_written_is_read_back(tree: dict[str, object]) -> None:
    assert read_yaml(catalog_text(tree, "runbook.md")) == tree


@pytest.mark.parametrize("path", sorted(RUNBOOKS.glob("*/runbook.md")), ids=lambda path: path.parent.name)
def test_a_catalog_is_the_same_as_made_and_as_read(path: Path) -> None:
    """Whoever has just compiled it need not read it."""
    compiled = compile_runbook(path.read_text("utf-8"), system=path.parent.name)
    overlay = (path.parent / "overlay.yaml").read_text("utf-8")
    assert catalog_of(made(compiled.catalog, "catalog.yaml"), overlay) == load(compiled.text, "catalog.yaml", overlay)


@given(st.dictionaries(keys, trees, min_size=1, max_size=4))
def test_tools_that_read_older_yaml_see_the_same(tree: dict[str, object]) -> None:
    assert yaml.safe_load(catalog_text(tree, "runbook.md")) == tree


@pytest.mark.parametrize(
    ("value", "written"),
    [
        ("🚒 Worker fleet", "🚒 Worker fleet"),
        ("a: b", "'a: b'"),
        ("it's", "it's"),
        ("'a'", "'''a'''"),
        ("# a", "'# a'"),
        ("a #b", "'a #b'"),
        ("a#b:c", "a#b:c"),
        ("ends ", "'ends '"),
        ("a\tb", r'"a\x09b"'),
        ("zero\u200bwidth\ufeff", r'"zero\u200Bwidth\uFEFF"'),
        ("ends \nhere", r'"ends \nhere"'),
        ("2026-01-01", "'2026-01-01'"),
        ("", "''"),
        (True, "true"),
        (1e16, "1.0e+16"),
    ],
)  # fmt: skip
def test_a_value_is_written_plainly_unless_it_would_mislead(value: object, written: str) -> None:
    assert catalog_text({"key": value}, "f").splitlines()[-1] == f"key: {written}"


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
