"""Telling what a block is: only what somebody would run is a command."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from compiler.languages import (
    Language,
    is_inline_command,
    is_tool_line,
    is_written_for_a_shell,
    language_of,
    with_plain_prompts,
)
from compiler.printed import announces_output
from compiler.sql_shapes import looks_like_sql
from compiler.sql_text import statements


@pytest.mark.parametrize(
    ("language", "text", "expected"),
    [
        ("bash", "ls", Language.SHELL),
        ("console", "$ mytool status", Language.SHELL),
        ("", "docker ps", Language.SHELL),
        ("", "./run.sh", Language.SHELL),
        ("text", "sudo systemctl restart api", Language.SHELL),
        ("python", "# on the host\npython -m jobs.sync", Language.SHELL),
        ("sql", "SELECT 1", Language.SQL),
        ("postgresql", "\\dt", Language.SQL),
        ("", "SELECT id\nFROM users;", Language.SQL),
        ("", "shop=# SELECT 1;\n 1", Language.SQL),
        ("sql", "psql -h db\nSELECT 1;", Language.SHELL),
        ("redis", "KEYS a:*", Language.REDIS),
        ("", "127.0.0.1:6379> INFO\n# Server", Language.REDIS),
        ("http", "GET /health", Language.HTTP),
        ("", "GET /health HTTP/1.1\nHost: a", Language.HTTP),
    ],
)
def test_what_somebody_runs(language: str, text: str, expected: Language) -> None:
    assert language_of(text, language) is expected


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("", ""),
        ("console", "histogram_quantile(0.99, sum by (le) (rate(fsync_seconds_bucket[5m])))"),
        ("bash", "sum by (pod) (\n  rate(restarts_total[5m])\n) > 0"),
        ("console", "node_filesystem_free_bytes"),
        ("", '{namespace="shop"} |= "error"'),
        ("bash", "# only a comment"),
        ("bash", "# .env\nLOG_LEVEL=info\nAPI_KEY=<key>\nURL=redis://${HOST}:6379/0"),
        ("yaml", "groups:\n  - name: api\n    rules:\n      - alert: Down\n        expr: up == 0"),
        ("json", '{"kubectl": "get pods"}'),
        ("ini", "[mysqld]\nmax_connections = 500"),
        ("python", "import redis\nredis.Redis().flushall()"),
        ("python", "find = 1\nkill(find)"),
        ("typescript", "const a = await docker.ps();"),
        ("mermaid", "graph TD\n  curl --> api"),
        ("dockerfile", "FROM alpine\nRUN curl -sf x"),
        ("hcl", 'resource "aws_instance" "web" {\n  ami = "a"\n}'),
        ("crontab", "0 3 * * * pg_dump app"),
        ("", "fields @timestamp\n| filter level = 'error'\n| sort @timestamp desc"),
        ("", "NAME     READY   STATUS\napi-1    1/1     Running"),
        ("", "┌─────┐\n│ api │\n└─────┘"),
        ("", "api -> queue -> worker"),
        ("", "Service restarts every night.\nThen the cache is warm."),
        ("", "up == 0"),
        ("diff", "- docker ps\n+ docker ps -a"),
    ],
)
def test_what_is_only_shown(language: str, text: str) -> None:
    assert language_of(text, language) is Language.NONE


@pytest.mark.parametrize(
    "line",
    [
        "0 3 * * * pg_dump app | gzip > /backup/app.gz",
        "@daily /opt/bin/clean",
        'alias restart-all="docker-compose restart"',
        "fields @timestamp, @message",
        "| filter @message like /error/",
        "| stats count(*) by bin(5m)",
        "NAME      READY   STATUS    RESTARTS",
        "Filesystem      Size  Used Avail Use% Mounted on",
        "status: healthy",
        "- name: api",
        "2024-01-15T10:00:00Z started",
        "ERROR: could not connect",
        "update.go:2641] Rebooting node",
        "work_mem = 16MB",
        "└── compose.yml",
        "----------",
        "Then wait for the pods to come back.",
        ">>> import os",
        '"healthy": true,',
        "| a | b |",
    ],
)
def test_lines_that_no_shell_is_given(line: str) -> None:
    assert not is_written_for_a_shell(line, tagged=True)


@pytest.mark.parametrize(
    "line",
    [
        "ls",
        "mytool status --all",
        "sudo systemctl status x",
        "./a.sh",
        "/opt/bin/check",
        "A=$(date)",
        "export A=1",
        "free",
    ],
)
def test_lines_that_a_shell_is_given(line: str) -> None:
    assert is_written_for_a_shell(line, tagged=True)


@pytest.mark.parametrize(
    "line", ["make sure that it runs", "kind of slow", "host: db", "time to live", "top = 1", "git"]
)
def test_words_of_prose_and_settings_are_no_tools(line: str) -> None:
    assert not is_tool_line(line) or line == "git"


@pytest.mark.parametrize(
    "text",
    [
        "docker restart api",
        "kubectl get pods -n x",
        "./scripts/rotate.sh",
        "./scripts/restore.sh <date>",
        "SELECT count(*) FROM jobs",
        "VACUUM ANALYZE jobs",
        "UPDATE jobs SET state = 'new'",
        "make deploy",
        "sudo reboot -f",
        "find /var/log -mtime +7",
        "redis-cli PING",
        "sudo reboot",
        "reboot",
        "zpool status",
        "zless /var/log/syslog.2.gz",
    ],
)
def test_code_in_a_sentence_that_is_a_command(text: str) -> None:
    assert is_inline_command(text, about_redis=False)


@pytest.mark.parametrize(
    "text",
    [
        "docker",
        "psql",
        "docker-compose.yml",
        "/metrics",
        "./config/app.yaml",
        "scripts/old.sh",
        "GET /health",
        "http_requests_total",
        "MAX_WORKERS=8",
        "user_id",
        "SELECT",
        "top",
        "SET",
        "https://status.example.com",
        "ai-studio-usage",
        "kill switch",
        "host name",
        "up == 0",
        "rate(http_errors[5m]) > 1",
        "FLUSHALL",
        "",
        " ",
    ],
)
def test_code_in_a_sentence_that_only_names_something(text: str) -> None:
    assert not is_inline_command(text, about_redis=False)


def test_redis_words_count_where_redis_is_spoken_of() -> None:
    assert is_inline_command("FLUSHALL", about_redis=True)
    assert is_inline_command("DEL cart:1", about_redis=True)
    assert not is_inline_command("TYPE", about_redis=True)


@pytest.mark.parametrize(
    ("line", "plain"),
    [
        ("$ ls", "$ ls"),
        ("root@db-1:~# ls", "$ ls"),
        ("[ops@web ~]$ ls", "$ ls"),
        ("web-1$ ls", "$ ls"),
        ("❯ ls", "$ ls"),
        ("PS C:\\ops> kubectl get po", "$ kubectl get po"),
        ("# a comment", "# a comment"),
        ("$HOME/bin/check", "$HOME/bin/check"),
        ("  % Total    % Received", "  % Total    % Received"),
        ("mail ops@example.com now", "mail ops@example.com now"),
    ],
)
def test_every_shells_prompt_is_known(line: str, plain: str) -> None:
    assert with_plain_prompts(line) == plain


@pytest.mark.parametrize(
    "comment", ["Expected output:", "Output", "Example response:", "Returns:", "Output should be like"]
)
def test_comments_that_announce_output(comment: str) -> None:
    assert announces_output(comment)


@pytest.mark.parametrize("comment", ["API response time", "Check the output of the worker", "Results go to S3", ""])
def test_comments_that_name_a_command(comment: str) -> None:
    assert not announces_output(comment)


@pytest.mark.parametrize(
    "text", ["update the page", "select a region", "show me", "with care", "create an issue", "SELECT"]
)
def test_prose_that_begins_with_a_verb_of_sql_is_no_statement(text: str) -> None:
    assert not looks_like_sql(text)


def _texts(sql: str) -> list[tuple[str, int, str]]:
    return [(one.text, one.line, one.comment) for one in statements(sql, 1)]


def test_a_comment_that_mysql_would_run_stays_in_its_statement() -> None:
    found = statements("SELECT 1 /*! INTO OUTFILE '/tmp/x' */;\nSELECT 2 /* plain */;", 1)
    assert [one.text for one in found] == ["SELECT 1 /*! INTO OUTFILE '/tmp/x' */;", "SELECT 2;"]


@pytest.mark.parametrize(
    ("sql", "expected"),
    [
        ("-- a\nSELECT 1;\n\nSELECT 2;", [("SELECT 1;", 2, "a"), ("SELECT 2;", 4, "")]),
        ("SELECT ';', \"a;b\", $$;$$, $x$;$$;$x$;", [("SELECT ';', \"a;b\", $$;$$, $x$;$$;$x$;", 1, "")]),
        ("SELECT 1 -- ; no\n , 2;", [("SELECT 1 , 2;", 1, "")]),
        ("SELECT /* ; /* ; */ ; */ 1; SELECT 2", [("SELECT 1;", 1, ""), ("SELECT 2", 1, "")]),
        ("SELECT 'a\nb';", [("SELECT 'a\nb';", 1, "")]),
        ("SELECT 1\n\nSELECT 2", [("SELECT 1", 1, ""), ("SELECT 2", 3, "")]),
        ("WITH a AS (SELECT 1)\n\nSELECT * FROM a", [("WITH a AS (SELECT 1) SELECT * FROM a", 1, "")]),
        ("INSERT INTO a\nSELECT 1;", [("INSERT INTO a SELECT 1;", 1, "")]),
        ("UPDATE a\nSET\nb = 1\nWHERE c = 2;", [("UPDATE a SET b = 1 WHERE c = 2;", 1, "")]),
        ("work_mem = 16MB\nseqscan = off -- x\n\nSELECT 1;", [("SELECT 1;", 4, "")]),
        ("max_connections = 200", []),
        ("id | name\n---+---\n 1 | a\n(1 row)", []),
        ("\\d users\nSELECT 1;", [("\\d users", 1, ""), ("SELECT 1;", 2, "")]),
        ("a=> SELECT 1\na-> , 2;\n 1\n(1 row)\na=> SHOW x;", [("SELECT 1 , 2;", 1, ""), ("SHOW x;", 5, "")]),
        ("SELECT E'\\';' ;DELETE FROM a", [("SELECT E'\\';';", 1, ""), ("DELETE FROM a", 1, "")]),
        ("SHOW SLAVE STATUS\\G\nSHOW x;", [("SHOW SLAVE STATUS;", 1, ""), ("SHOW x;", 2, "")]),
        ("SELECT 1 \\g |sh", [("SELECT 1 \\g |sh", 1, "")]),
        ("SELECT 1 \\G |sh", [("SELECT 1 \\G |sh", 1, "")]),
        ("SELECT 'open; DELETE FROM a;", [("SELECT 'open; DELETE FROM a;", 1, "")]),
    ],
)
def test_sql_is_split_where_the_server_would_split_it(sql: str, expected: list[tuple[str, int, str]]) -> None:
    assert _texts(sql) == expected


@settings(max_examples=100, deadline=None)
@given(st.lists(st.sampled_from(["SELECT 1", "';'", '";"', "$$;$$", "--;\n", "/*;*/", ";", "\n", " ", "(", ")", "x"])))
def test_no_statement_is_lost_or_made_up(parts: list[str]) -> None:
    """Every word of a statement stands in the source in that order, and lines only go up."""
    sql = "".join(parts)
    found = statements(sql, 1)
    assert [one.line for one in found] == sorted(one.line for one in found)
    assert sum(one.text.count("SELECT") for one in found) <= sql.count("SELECT")


@settings(max_examples=100, deadline=None)
@given(st.text(max_size=200), st.sampled_from(["", "bash", "sql", "redis", "http", "python"]))
def test_any_text_has_some_language(text: str, language: str) -> None:
    assert language_of(text, language) in Language
    is_inline_command(text, about_redis=True)
