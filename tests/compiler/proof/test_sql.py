"""The verdict for a SQL statement: never read-only unless it is, however it is written."""

import re

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from compiler.proof import sql
from compiler.proof.sql.functions import CLAMPED, REVIEWED, VOLATILE_READS
from compiler.proof.sql.tree import MAX_CHARACTERS
from incident.verdict import Verdict
from tests.compiler.proof.cases import cases, texts
from tests.compiler.proof.volatile_functions import VOLATILE

_READ_ONLY = texts("sql", Verdict.READ_ONLY)
_NOT_READ_ONLY = texts("sql", Verdict.MUTATING, Verdict.REFUSED)


@pytest.mark.parametrize(("verdict", "text"), cases("sql"))
def test_a_statement_gets_exactly_its_verdict(verdict: Verdict, text: str) -> None:
    judgement = sql.judge(text)
    assert judgement.verdict is verdict, judgement.reason


def test_show_all_is_rewritten_to_the_settings_that_hold_no_secret() -> None:
    judgement = sql.judge("show all")
    assert judgement.rewrite is not None
    assert sql.judge(judgement.rewrite).verdict is Verdict.READ_ONLY


@pytest.mark.parametrize("name", sorted(VOLATILE))
def test_no_volatile_function_of_postgresql_is_read_only_unless_named_as_reviewed(name: str) -> None:
    reviewed = name in VOLATILE_READS
    assert (name in REVIEWED | CLAMPED) is reviewed
    called = sql.judge(f'SELECT "{name}"()').verdict
    assert (called is Verdict.READ_ONLY) is reviewed


@pytest.mark.parametrize("name", ["pg_read_file", "nextval", "pg_sleep", "lo_get", "set_config", "dblink", "pg_notify"])
@pytest.mark.parametrize("form", ["SELECT {}('x')", "SELECT a.{} FROM b() a", "SELECT ('x').{}", "SELECT x.{}(1)"])
def test_a_function_is_found_in_each_way_of_calling_it(name: str, form: str) -> None:
    assert sql.judge(form.format(name)).verdict is not Verdict.READ_ONLY


@pytest.mark.parametrize("depth", [60, 3_000, 200_000])
@pytest.mark.parametrize(
    ("opening", "middle", "closing"), [("(", "1", ")"), ("1+", "1", ""), ("NOT ", "a", ""), ("f(", "", ")")]
)
def test_deep_nesting_is_judged_or_refused_and_never_fatal(depth: int, opening: str, middle: str, closing: str) -> None:
    assert sql.judge("SELECT " + opening * depth + middle + closing * depth).reason


def test_a_statement_longer_than_the_parser_can_stand_is_refused() -> None:
    assert sql.judge("SELECT " + "1," * MAX_CHARACTERS + "1").verdict is Verdict.REFUSED


def test_relations_are_those_read_and_not_the_names_of_with_queries() -> None:
    text = """WITH o AS (SELECT * FROM orders), late AS (SELECT * FROM o JOIN shop.parcels p USING (id))
              SELECT * FROM late, "Odd Name" WHERE EXISTS (SELECT 1 FROM users WHERE id IN (SELECT 1 FROM orders))"""
    assert sql.relations(text) == ("orders", "shop.parcels", '"Odd Name"', "users")


def test_a_with_query_hides_a_table_only_where_it_is_in_scope() -> None:
    assert sql.relations("SELECT * FROM (WITH t AS (SELECT 1) SELECT * FROM t) x, t") == ("t",)
    assert sql.relations("WITH t AS (SELECT * FROM t) SELECT * FROM t") == ("t",)
    assert sql.relations("WITH t AS (SELECT 1) SELECT * FROM public.t") == ("public.t",)


def test_a_quoted_dot_is_not_taken_for_a_schema() -> None:
    assert sql.relations('SELECT * FROM "a.b"') == ('"a.b"',)


def test_attributes_are_the_names_that_may_be_function_calls() -> None:
    assert sql.attributes("SELECT a.b, c, (d.e).f, count(g.*) FROM a") == ("b", "f", "e")


def test_unreadable_text_names_nothing() -> None:
    assert sql.relations("SELEC") == sql.attributes("SELEC") == ()


@given(st.text(max_size=200))
@settings(max_examples=100)
def test_no_text_makes_it_raise_or_read_only_by_accident(text: str) -> None:
    assert sql.judge(text).verdict in Verdict
    sql.relations(text)
    sql.attributes(text)


@given(st.lists(st.sampled_from(re.findall(r"\w+|\W", " ".join(_READ_ONLY[:20] + _NOT_READ_ONLY[:20]))), max_size=25))
@settings(max_examples=100)
def test_shuffled_sql_words_never_raise(words: list[str]) -> None:
    assert sql.judge(" ".join(words)).reason


_spaces = st.sampled_from([" ", "\n", "\t", "  ", " /* SELECT 1 */ ", "/**/ ", " -- x\n", "\r\n"])


@given(text=st.sampled_from(_NOT_READ_ONLY), space=_spaces, data=st.data())
@settings(max_examples=100)
@example(text="DELETE FROM t", space="/**/ ", data=None)
def test_case_comments_and_spacing_never_make_a_statement_read_only(text: str, space: str, data: object) -> None:
    outside_quotes = "'" not in text and '"' not in text and "$" not in text
    spaced = text.replace(" ", space) if outside_quotes else space + text
    for written in (spaced, spaced.swapcase() if outside_quotes else spaced, spaced + " ;" + space):
        assert sql.judge(written).verdict is not Verdict.READ_ONLY, written


# One word alone, such as CHECKPOINT, is the name of a column once it stands in an expression; a setting too.
_NESTABLE = [text for text in _NOT_READ_ONLY if " " in text and not re.match(r"\w+ = ", text)]
_wrappers = st.sampled_from(
    [
        "SELECT * FROM ({}) q",
        "SELECT ({})",
        "SELECT 1 WHERE EXISTS ({})",
        "WITH q AS ({}) SELECT * FROM q",
        "SELECT 1 UNION ALL ({})",
        "EXPLAIN ANALYZE {}",
        "EXPLAIN (FORMAT JSON) {}",
        "SELECT ARRAY({})",
        "SELECT 1 IN ({})",
        "SELECT CASE WHEN true THEN ({}) END",
        "SELECT count(*) FILTER (WHERE EXISTS ({})) FROM t",
        "SELECT 1 LIMIT ({})",
        "SELECT sum(1) OVER (ORDER BY ({}))",
        "SELECT * FROM a JOIN b ON EXISTS ({})",
        "SELECT * FROM t GROUP BY ({}) HAVING ({}) ORDER BY ({})",
        "VALUES (({}))",
        "SELECT coalesce(({}), 1)",
        "SELECT * FROM a, LATERAL ({}) b",
    ]
)


@given(text=st.sampled_from(_NESTABLE), wrappers=st.lists(_wrappers, min_size=1, max_size=3))
@settings(max_examples=100)
def test_nesting_never_makes_a_statement_read_only(text: str, wrappers: list[str]) -> None:
    if "--" in text:
        text += "\n"
    for wrapper in wrappers:
        text = wrapper.replace("{}", text)
    assert sql.judge(text).verdict is not Verdict.READ_ONLY, text


@given(
    text=st.sampled_from(_READ_ONLY),
    position=st.integers(0, 400),
    character=st.sampled_from("\0\u200b\u202e\u2066\ufeff\u00a0\x1b\x7f\ud800"),
)
@settings(max_examples=50)
def test_a_character_that_does_not_show_is_always_refused(text: str, position: int, character: str) -> None:
    assert sql.judge(text[:position] + character + text[position:]).verdict is Verdict.REFUSED
