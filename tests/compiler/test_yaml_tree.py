"""YAML is read by the core schema of YAML 1.2, keeps its lines, and hides nothing."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from compiler.yaml_tree import Branch, NotYaml, Row, read_yaml


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("no", "no"),
        ("yes", "yes"),
        ("0777", 777),
        ("0o17", 15),
        ("0x1F", 31),
        ("12:30:00", "12:30:00"),
        ("2026-01-01", "2026-01-01"),
        ("1_000", "1_000"),
        ("1e3", 1000.0),
        (".5", 0.5),
        ("-.inf", -math.inf),
        ("True", True),
        ("~", None),
        ("", None),
        ("'5'", "5"),
        ("!!str 5", "5"),
        ("!!str", ""),
        ("=", "="),
    ],
)
def test_a_scalar_has_the_type_of_the_core_schema(written: str, value: object) -> None:
    tree = read_yaml(f"key: {written}")
    assert isinstance(tree, Branch)
    assert tree["key"] == value
    assert type(tree["key"]) is type(value)


def test_every_key_and_entry_knows_its_line() -> None:
    tree = read_yaml("a:\n  b: 1\n\n  c:\n    - x\n    - d: 2\n")
    assert isinstance(tree, Branch)
    inner = tree["a"]
    assert isinstance(inner, Branch)
    assert (tree.lines, inner.lines, inner.line) == ({"a": 1}, {"b": 2, "c": 4}, 2)
    row = inner["c"]
    assert isinstance(row, Row)
    assert row.lines == [5, 6]


@pytest.mark.parametrize(
    ("text", "line", "problem"),
    [
        ("a: 1\nb: 2\na: 3", 3, 'found duplicate key "a"'),
        ("a: &x [1]\nb: *x", 1, "used again by an alias"),
        ("a: &x [*x]", 1, "used again by an alias"),
        ("<<: {a: 1}", 1, "a merge (<<) is not allowed"),
        ("a: !!python/object:os.system x", 1, "the tag python/object:os.system is not allowed"),
        ("a: !secret x", 1, "the tag !secret is not allowed"),
        ("? [a]\n: b", 1, "a key is a text"),
        ("a:\n\t- b", 2, "a tab stands here"),
        ("a: 1\n---\nb: 2", 2, "another document"),
        ("[" * 60 + "]" * 60, 1, "levels deep"),
        (f"a: {'9' * 5000}", 1, "too long"),
        ("a: \x00", 1, "this is not YAML"),
    ],
)
def test_what_hides_or_breaks_something_is_refused_with_its_line(text: str, line: int, problem: str) -> None:
    with pytest.raises(NotYaml) as told:
        read_yaml(text)
    assert told.value.line == line
    assert problem in told.value.problem


@given(st.text(alphabet=st.sampled_from("ab:-[]{}&*!|>'\"#%? \n\t\\\x00é\u2028"), max_size=40))
def test_any_text_is_a_tree_or_one_clause(text: str) -> None:
    problem = ""
    try:
        read_yaml(text)
    except NotYaml as told:
        problem = told.problem
    assert "\n" not in problem
