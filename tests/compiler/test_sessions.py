"""What people typed in a session: behind the prompts of MySQL and of root, and not what was answered."""

import pytest

from compiler.found import commands
from compiler.markdown import read
from compiler.proof.proven import Kind

MYSQL = """```console
ann@bastion:~$ mysql -h orders-1 -u ro
mysql> SHOW FULL PROCESSLIST;
mysql> SELECT COUNT(*)
    -> FROM orders WHERE state = 'stuck';
+----------+
| COUNT(*) |
+----------+
|       12 |
+----------+
1 row in set (0.02 sec)
mysql> DELETE FROM orders;
```
"""


def found(text: str) -> list[tuple[int, str, str]]:
    """Line, text and verdict of each command."""
    return [(each.line, each.text, each.proof.judgement.verdict.value) for each in commands(read(text))]


def test_statements_at_the_prompt_of_mysql_are_judged_as_its_client_would_run_them() -> None:
    assert found(MYSQL)[1:] == [
        (3, "SHOW FULL PROCESSLIST;", "read-only"),
        (4, "SELECT COUNT(*) FROM orders WHERE state = 'stuck';", "read-only"),
        (12, "DELETE FROM orders;", "mutating"),
    ]
    assert [each.proof.kind for each in commands(read(MYSQL))][1:] == [Kind.SQL] * 3
    assert not any(each.proof.executor for each in commands(read(MYSQL)))


@pytest.mark.parametrize("tag", ["", "sql", "console"])
def test_a_comment_that_only_mysql_runs_is_no_comment_there(tag: str) -> None:
    text = f"```{tag}\nMariaDB [shop]> SELECT 1 /*! INTO OUTFILE '/tmp/x' */;\n```\n"
    assert [verdict for _, _, verdict in found(text)] == ["mutating"]


def test_lines_behind_the_prompt_of_root_are_commands() -> None:
    text = "```\n# iostat -x 1 3\nLinux 5.4\navg-cpu: %user\n# systemctl restart mysqld\n```\n"
    assert found(text) == [(2, "iostat -x 1 3", "read-only"), (5, "systemctl restart mysqld", "mutating")]


@pytest.mark.parametrize(
    "text",
    [
        "```bash\n# systemctl restart mysqld\n```\n",
        "```\n# docker containers are listed\n```\n",
        "```\n# Restart the pods\n```\n",
        "```yaml\n# kubectl apply -f this.yaml\n```\n",
    ],
)
def test_a_comment_stays_one(text: str) -> None:
    assert found(text) == []


def test_a_line_before_the_first_prompt_was_typed_too() -> None:
    text = (
        "```\ndocker compose exec mysql mysqladmin \\\n  status\nServer version: 8.0.36\nmysql> KILL 7;\n"
        "docker is what answered\n```\n"
    )
    assert found(text) == [
        (2, "docker compose exec mysql mysqladmin status", "read-only"),
        (5, "KILL 7;", "mutating"),
    ]


def test_a_tool_right_before_a_semicolon_begins_a_command() -> None:
    assert found("```\nuptime; ps aux | head -5\n```\n") == [(2, "uptime; ps aux | head -5", "read-only")]


def test_commands_below_an_item_are_code_though_they_are_indented_too_little_for_it() -> None:
    text = """1) restart the app only

    docker compose restart app

2) everything, if that did not help

    docker compose down
    docker compose up -d

3) wait

    docker compose is slow at this

- look

  uptime -p
"""
    assert found(text) == [
        (3, "docker compose restart app", "mutating"),
        (7, "docker compose down", "mutating"),
        (8, "docker compose up -d", "mutating"),
    ]


@pytest.mark.parametrize(
    ("session", "expected"),
    [
        (
            "sqlite> SELECT id,\n   ...> name FROM orders;\n1|DELETE\nsqlite> DELETE FROM orders;\nsqlite> .quit\n",
            [(2, "SELECT id, name FROM orders;", "mutating"), (5, "DELETE FROM orders;", "mutating")],
        ),
        (
            "irb(main):001:0> User.count\n=> 42\nirb(main):002:0> Order.stuck.each do |o|\nirb(main):003:1* o.free!\n"
            "irb(main):004:0> exit\n",
            [(2, "User.count", "mutating"), (4, "Order.stuck.each do |o| o.free!", "mutating")],
        ),
        (
            "shop(prod)> User.count\n=> 42\n[1] pry(main)> Order.last\n=> #<Order id: 3>\n",
            [(2, "User.count", "mutating"), (4, "Order.last", "mutating")],
        ),
        (
            "shop> db.orders.countDocuments({state: 'stuck'})\n42\nrs0 [direct: primary] shop> rs.status()\n{ ok: 1 }\n"
            'rs0:PRIMARY> db.orders.deleteMany({})\n> db.stats()\n{ "ok" : 1 }\n',
            [
                (2, "db.orders.countDocuments({state: 'stuck'})", "read-only"),
                (4, "rs.status()", "read-only"),
                (6, "db.orders.deleteMany({})", "mutating"),
                (7, "db.stats()", "read-only"),
            ],
        ),
    ],
    ids=["sqlite", "irb", "rails and pry", "mongo"],
)
def test_what_was_typed_at_other_consoles_is_told_from_what_was_answered(
    session: str, expected: list[tuple[int, str, str]]
) -> None:
    text = f"```\n{session}```\n"
    assert found(text) == expected
    assert not any(each.proof.executor for each in commands(read(text)))


@pytest.mark.parametrize("line", ["> a quote", "status> fine", "shop> 42", "=> 3", "a -> b", "x(y)> z"])
def test_other_lines_with_an_angle_are_no_prompts(line: str) -> None:
    assert found(f"```\n{line}\n```\n") == []
