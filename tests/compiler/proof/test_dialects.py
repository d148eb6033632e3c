"""A SELECT in another database's language: what is judged to look asks SQLite itself for nothing else."""

import sqlite3
from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from compiler.proof.tools import mongo
from compiler.proof.tools.dialects import is_select

LOOKS = (
    "SELECT count(*) FROM jobs WHERE status = 'late'",
    "SELECT status, count(*) AS n FROM jobs GROUP BY status ORDER BY n DESC LIMIT 5",
    "SELECT datetime(at, 'unixepoch') FROM jobs WHERE id IN (SELECT max(id) FROM jobs)",
    "WITH late AS (SELECT * FROM jobs) SELECT ifnull(status, 'none') FROM late",
    "EXPLAIN QUERY PLAN SELECT * FROM jobs",
)
PIECES = (
    *("$$", "--", "/*", "*/", "/*!", "#", ";", "'", '"', "`", "\\", "[", "]", "{", "||", ":=", "(", ")", ",", "@"),
    *("load_extension('x')", "writefile('x', 'y')", "DELETE FROM jobs", "INTO OUTFILE 'x'", "sleep(9)", "count (id)"),
    *("INSERT INTO jobs DEFAULT VALUES", "ATTACH 'x' AS y", "PRAGMA user_version = 5", "FOR UPDATE", "RETURNING id"),
    *(
        "INTERVAL 1 HOUR",
        "LIMIT 1, 2",
        "FORMAT Null",
        "`jobs`",
        "jobs.nextval",
        "concat(",
        "E'",
        "U&'",
        "$x$",
        "::text",
    ),
)
ASKED = frozenset({sqlite3.SQLITE_SELECT, sqlite3.SQLITE_READ, sqlite3.SQLITE_FUNCTION, sqlite3.SQLITE_RECURSIVE})
HIDING = (("$$", "$$"), ("$a$", "$a$"), ("/*", "*/"), ("/*!", "*/"), ("{", "}"))
DANGEROUS = ("load_extension", "writefile", "readfile", "edit", "fts3_tokenizer", "randomblob", "zeroblob")


@pytest.fixture(scope="module")
def database() -> Iterator[sqlite3.Connection]:
    """An open SQLite database with one table."""
    with sqlite3.connect(":memory:") as connection:
        connection.execute("CREATE TABLE jobs (id INTEGER PRIMARY KEY, status TEXT, at INTEGER)")
        yield connection
    connection.close()


@pytest.mark.parametrize("statement", LOOKS)
def test_a_look_is_judged_one(statement: str) -> None:
    assert is_select(statement, "sqlite3")


@settings(max_examples=300, deadline=None)
@given(st.sampled_from(LOOKS), st.lists(st.tuples(st.integers(0, 20), st.sampled_from(PIECES)), min_size=1, max_size=3))
def test_whatever_is_put_into_it_sqlite_is_asked_for_a_look_and_no_more(
    database: sqlite3.Connection, statement: str, put: list[tuple[int, str]]
) -> None:
    words = statement.split(" ")
    for place, piece in put:
        words.insert(place % (len(words) + 1), piece)
    text, asked = " ".join(words), list[tuple[int, str | None, str | None]]()
    if not is_select(text, "sqlite3"):
        return

    def noted(action: int, first: str | None, second: str | None, _: str | None, __: str | None) -> int:
        asked.append((action, first, second))
        return sqlite3.SQLITE_OK

    database.set_authorizer(noted)
    try:
        database.execute(text).fetchall()
    except sqlite3.Error:
        return
    finally:
        database.set_authorizer(None)
        database.rollback()
    assert {action for action, _, _ in asked} <= ASKED, text
    assert not {second for action, _, second in asked if action == sqlite3.SQLITE_FUNCTION} & set(DANGEROUS), text


@pytest.mark.parametrize("client", ["mysql", "clickhouse-client", "sqlite3"])
@pytest.mark.parametrize(
    ("opening", "closing"), [("$$", "$$"), ("$a$", "$a$"), ("/*", "*/"), ("/*!", "*/"), ("{", "}")]
)
def test_what_only_one_language_takes_for_a_text_or_a_comment_hides_nothing(
    client: str, opening: str, closing: str
) -> None:
    assert is_select("SELECT 1, 2", client)
    assert not is_select(f"SELECT {opening}, sleep(9), {closing}", client)
    assert not is_select(f"SELECT 1 {opening} INTO OUTFILE 'x' {closing}", client)


@pytest.mark.parametrize("key", ["$where", '"$where"', "'$where'", '["$where"]', '"$out" ', "['$merge']", "$function"])
def test_no_operator_of_mongodb_that_runs_code_or_writes_is_a_plain_value(key: str) -> None:
    for call in ("find", "countDocuments", "aggregate", "findOne", "distinct"):
        assert mongo.looks(f"db.orders.{call}([{{$match: 1}}])")
        assert not mongo.looks(f"db.orders.{call}([{{{key}: 1}}])")
