"""YAML is read by the core schema of YAML 1.2, keeps its lines, and hides nothing."""

import math
import re

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
        ("a: 1\nb: 2\na: 3", 3, "“a” stands here once more, as in line 1: make one of both"),
        ("a: &x [1]\nb: *x", 1, "used again by an alias"),
        ("a: &x [*x]", 1, "used again by an alias"),
        ("<<: {a: 1}", 1, "a merge (<<) is not allowed"),
        ("a: !!python/object:os.system x", 1, "the tag python/object:os.system is not allowed"),
        ("a: !secret x", 1, "the tag !secret is not allowed"),
        ("? [a]\n: b", 1, "a key is a text"),
        ("a:\n\t- b", 2, "a tab stands here"),
        ("a: 1\n---\nb: 2", 2, "a second document begins here"),
        ("[" * 60 + "]" * 60, 1, "levels deep"),
        (f"a: {'9' * 5000}", 1, "too long"),
        ("a: 1\nb: \x00", 2, "take out the sign U+0000"),
    ],
)
def test_what_hides_or_breaks_something_is_refused_with_its_line(text: str, line: int, problem: str) -> None:
    with pytest.raises(NotYaml) as told:
        read_yaml(text)
    assert told.value.line == line
    assert problem in told.value.problem


LIKE = "indent this line exactly as those that it belongs with"


@pytest.mark.parametrize(
    ("text", "line", "problem"),
    [
        ("a:\n  b: 1\n\tc: 2", 3, "indent with blanks: a tab stands here"),
        ("a: x\ty: z: 1", 1, "a value with a colon"),
        ('a: "x\nb: 1\nc: 2', 1, 'the quote " that is opened here is never closed'),
        ("a: 1\nb: ['x]\n", 2, "the quote ' that is opened here is never closed"),
        ("a: 'it's fine'", 1, "put the whole value in quotes, and write each ' in it twice"),
        ('a: "x" y', 1, "nothing can follow a closing quote or bracket: put the whole value in quotes"),
        ("a: [x]]", 1, "nothing can follow a closing quote or bracket"),
        ("on_call: [U1, U2\napprovers: [U3]", 1, "the [ that is opened here is never closed: write ]"),
        ("a: {x: 1\nb: 1", 1, "the { that is opened here is never closed: write }"),
        ("a: 1\nb: [", 2, "is opened here or above and never closed"),
        ("a: {x: 1 y: 2}", 1, "a comma is missing between two entries of {…}, or the } at its end"),
        ("a: [x, , y]", 1, "an entry is missing before the “,”"),
        ("a: 1\n  b: 2", 2, "this line is indented too far, or the one before it lacks a colon"),
        ("slack\n  a: 1", 2, "the one before it lacks a colon with a blank behind it"),
        ("a: 1\nslack\nb: 2", 2, "no “key: value”"),
        ("a:\n    b: 1\n  c: 2", 3, LIKE),
        ("a:\n    - b\n  - c", 3, LIKE),
        ("a:\n  - x\n  b: 1", 3, "among the entries of the list that begins in line 2: begin it with “- ”"),
        ("a:\n  b: 1\n  - x", 3, "among the keys that begin in line 2: give it a key"),
        ("a: - x", 1, "a list with “- ” begins in the line under its key"),
        ("on_call: [@ana]", 1, "a value cannot begin with “@”: put all of it in quotes"),
        ("a: *.log", 1, "a value cannot begin with “*”"),
        ("a: *all", 1, "a value cannot begin with “*”"),
        ("a: `x`", 1, "a value cannot begin with “`”"),
        ("a: , x", 1, "a value cannot begin with “,”"),
        ("a: >= 5", 1, "a value cannot begin with “>”"),
        ("%x\na: 1", 1, "a line cannot begin with “%”"),
        ("reason: ERROR: it failed", 1, "a value with a colon and a blank in it must stand in quotes"),
        ('a: "C:\\path"', 1, "use single quotes"),
    ],
)
def test_a_common_slip_is_told_where_it_was_made_and_what_to_write(text: str, line: int, problem: str) -> None:
    with pytest.raises(NotYaml) as told:
        read_yaml(text)
    assert told.value.line == line
    assert problem in told.value.problem
    assert not re.search("did not find|found |not allowed in this context|token", told.value.problem)


@given(st.text(alphabet=st.sampled_from("ab:-[]{}&*!|>'\"#%? \n\t\\\x00é\u2028"), max_size=40))
def test_any_text_is_a_tree_or_one_clause(text: str) -> None:
    problem = ""
    try:
        read_yaml(text)
    except NotYaml as told:
        problem = told.problem
    assert "\n" not in problem
