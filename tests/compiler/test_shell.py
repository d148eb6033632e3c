"""A block of shell text as the commands that its author wrote."""

import shlex
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from compiler.placeholders import Blanks
from compiler.proof.proven import Kind
from compiler.shell import split
from compiler.shell_line import read
from compiler.shell_parts import Unshellable


def _lines(text: str) -> list[tuple[int, str]]:
    return [(written.line, written.text) for written in split(text, 10)]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("df -h\n\nfree -h", [(10, "df -h"), (12, "free -h")]),
        ("curl -X POST \\\n  http://api/x\ndf", [(10, "curl -X POST http://api/x"), (12, "df")]),
        ("cd /srv && git pull; df", [(10, "cd /srv && git pull; df")]),
        ("docker logs <service>\ndf", [(10, "docker logs <service>"), (11, "df")]),
        ("psql <<EOF\nSELECT 1;\nEOF\ndf", [(10, "psql <<EOF\nSELECT 1;\nEOF"), (13, "df")]),
        ("for i in 1 2\ndo\n  df\ndone\ndf", [(10, "for i in 1 2\ndo\n  df\ndone"), (14, "df")]),
        ('psql -c "SELECT 1\n  FROM t"\ndf', [(10, 'psql -c "SELECT 1\n  FROM t"'), (12, "df")]),
        ("df -h\necho 'open\nfree -h", [(10, "df -h"), (11, "echo 'open"), (12, "free -h")]),
        ("if true\ndf -h", [(10, "if true"), (11, "df -h")]),
        ("$ df -h\nFilesystem Size\n/dev/sda1 9G\n$ uptime", [(10, "df -h"), (13, "uptime")]),
        ("ops@web1:~$ df -h\n/dev/sda1 9G", [(10, "df -h")]),
        ("$HOME/bin/check", [(10, "$HOME/bin/check")]),
        ('curl http://api/x\n\n{\n  "state": "closed",\n  "n": 0\n}\ndf', [(10, "curl http://api/x"), (16, "df")]),
        ("0 3 * * * pg_dump shop\nalias ll='ls -l'\ndf", [(12, "df")]),
        ("SELECT a,\n  b\nFROM t;\ndf", [(10, "SELECT a, b FROM t;"), (13, "df")]),
        ("", []),
        ("# only a comment", []),
    ],
)
def test_each_command_is_found_with_its_first_line(text: str, found: list[tuple[int, str]]) -> None:
    assert _lines(text) == found


def test_lines_below_a_long_pipe_stay_apart() -> None:
    text = "du -a /srv | sort -n | tail\ndocker logs cart 2>&1 | grep -c x\ncat a | b | \\\n  c\nd > x | e\ndf"
    assert [found.text for found in split(text, 1)] == [
        "du -a /srv | sort -n | tail",
        "docker logs cart 2>&1 | grep -c x",
        "cat a | b | c",
        "d > x | e",
        "df",
    ]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("df -h # all \\\nreboot", ["df -h # all \\", "reboot"]),
        ("ss -t\\\nK", ["ss -tK"]),
        ("ss -t\\\n  -K", ["ss -t -K"]),
        ("{\nreboot\n}\ndf", ["{\nreboot\n}", "df"]),
        ('{"a": [\nreboot\n', ["reboot"]),
        ('{\n  "a": [1,\n  2]\n}\ndf', ["df"]),
    ],
)
def test_no_arrangement_of_lines_hides_a_command(text: str, found: list[str]) -> None:
    assert [written.text for written in split(text, 1)] == found


def test_comments_above_and_behind_name_a_command() -> None:
    first, second, third, fourth = split("# Disk\ndf -h\nfree -h  # Memory\n\nuptime\n## Load\nuptime", 1)
    assert [w.comment for w in (first, second, third, fourth)] == ["Disk", "Memory", "", "Load"]


def test_lines_below_a_bare_client_belong_to_it() -> None:
    block = "redis-cli -h cache\n> KEYS usage:*\nTTL usage:1\ndf\nTTL usage:1"
    opened, keys, ttl, df, last = split(block, 1)
    assert opened.client is None
    assert (keys.client, keys.text, keys.session) == (Kind.REDIS, "KEYS usage:*", "redis-cli -h cache")
    assert (ttl.client, df.client, last.client) == (Kind.REDIS, None, None)


def test_statements_below_a_bare_psql_are_sql() -> None:
    _, statement, after = split("docker exec -it db psql -U app\nselect 1\nfrom t;\ndf", 1)
    assert (statement.client, statement.text) == (Kind.SQL, "select 1 from t;")
    assert after.client is None


def test_prompts_of_clients_are_no_part_of_what_is_said() -> None:
    redis, sql = split("127.0.0.1:6379> PING\nshop=# SELECT 1;", 1)
    assert (redis.text, redis.client) == ("PING", Kind.REDIS)
    assert (sql.text, sql.client) == ("SELECT 1;", Kind.SQL)


def test_a_plain_variable_is_known_to_the_lines_below_it() -> None:
    state, use, again, last = split('export NAME="api"\ndocker logs $NAME\nNAME=$(hostname)\ndf', 1)
    assert (state.state, use.state) == (True, False)
    assert (use.variables, again.variables, last.variables) == ({"NAME": "api"}, {"NAME": "api"}, {})


@settings(max_examples=200, deadline=None)
@given(st.text(alphabet="ab $(){}<>|&;'\"\\`#=-\n\t>éE", max_size=80))
def test_no_text_makes_it_raise_or_names_a_line_outside(text: str) -> None:
    assert all(1 <= written.line <= text.count("\n") + 1 for written in split(text, 1))


@pytest.mark.parametrize("line", ["docker logs api | grep x", "don't do this (now", "echo $(((", "if true", "# x\n"])
def test_a_hundred_thousand_lines_take_seconds(line: str) -> None:
    started = time.perf_counter()
    split(f"{line}\n" * 100_000, 1)
    assert time.perf_counter() - started < 60


@settings(max_examples=300, deadline=None)
@given(st.lists(st.text(alphabet="ab =:,.\\\"'#|;&<>*-_%@+/", min_size=1, max_size=8), min_size=1, max_size=4))
def test_words_are_what_the_shell_would_give_the_program(words: list[str]) -> None:
    """shlex reads quotes as the shell does; both must agree on every quoted word that is read at all."""
    try:
        pipes = read(shlex.join(["x", *words]), {}, Blanks())
    except Unshellable:
        assert {"==", "=~"} & set(words)
    else:
        assert pipes[0].programs[0].argv == ("x", *words)


@pytest.mark.parametrize(
    "written", [r"a\ b", r'"a\"b"', r'a"b c"d', "'a'\"b\"", r'"a\b"', r"a\\b", "a=b", "a[0]", "@{u}"]
)
def test_a_word_is_unquoted_as_the_shell_does(written: str) -> None:
    assert read(f"x {written}", {}, Blanks())[0].programs[0].argv[1:] == tuple(shlex.split(written))


@pytest.mark.parametrize("text", ["a $(b)", "a <(b)", "a {b,c}", "~/a", "a &", "f() { a; }", "a ${b:-c}", "a $((1))"])
def test_what_the_shell_would_compute_is_not_read(text: str) -> None:
    with pytest.raises(Unshellable):
        read(text, {}, Blanks())
