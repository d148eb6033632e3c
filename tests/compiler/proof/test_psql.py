"""psql's command line: the one statement in it, and the target that it names."""

import shlex

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from compiler.proof import sql
from compiler.proof.sql import psql
from compiler.proof.sql.psql_queries import described
from compiler.proof.word_list import word_list
from incident.verdict import Judgement, Verdict
from tests.compiler.proof.cases import cases

_LISTINGS = sorted(word_list("d d+ dt di dv dm ds dn df dx du dg db dp z l list conninfo dt+"))


def _command(command: str) -> psql.Command:
    found = sql.from_psql(shlex.split(command))
    assert isinstance(found, psql.Command), found
    return found


@pytest.mark.parametrize(("verdict", "command"), cases("psql"))
def test_the_one_statement_in_it_decides_and_other_forms_are_refused(verdict: Verdict, command: str) -> None:
    judgement = sql.judge_psql(shlex.split(command))
    assert judgement.verdict is verdict, judgement.reason


def test_the_target_is_what_is_written() -> None:
    expected = {"host": "db", "port": "5433", "dbname": "shop", "user": "app"}
    for written in (
        "-h db -p 5433 -d shop -U app",
        "--host=db --port=5433 shop app",
        "postgres://app@db:5433/shop",
        "'host=db port=5433 dbname=shop user=app'",
    ):
        assert _command(f"psql {written} -c 'SELECT 1'").target == expected
    assert _command("psql ${DATABASE_URL} -c 'SELECT 1'").target == {"name": "${DATABASE_URL}"}


def test_a_listing_command_becomes_a_fixed_query_with_its_name_as_a_parameter() -> None:
    command = _command("psql -c '\\dt ord*_1'")
    assert command.arguments[0] == r"ord%\_1"
    assert _command("psql -c '\\d orders'").arguments == ("orders",)


@pytest.mark.parametrize("name", _LISTINGS)
def test_every_fixed_query_is_itself_read_only(name: str) -> None:
    for command in (f"\\{name}", f"\\{name} x"):
        if query := described(command):
            assert sql.judge(query.statement).verdict is Verdict.READ_ONLY
            assert max(int(number) for number in "012" if f"${number}" in query.statement or number == "0") == len(
                query.arguments
            )


@given(
    st.lists(
        st.one_of(
            st.text(max_size=15), st.sampled_from(["-c", "SELECT 1", "-d", "-At", "--host=x", "a=b", "postgres://"])
        ),
        max_size=6,
    )
)
@settings(max_examples=100)
def test_no_words_make_it_raise(words: list[str]) -> None:
    assert isinstance(sql.judge_psql(["psql", *words]), Judgement)
