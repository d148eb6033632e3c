"""Rows of type and command, as `muster runbook prove` takes them."""

import json
import subprocess
import sys

import pytest
from typer.testing import CliRunner

from bot.terminal.command_line import app
from compiler.proof.proven import Kind
from compiler.prove import TYPES, UnknownType, prove_row
from incident.verdict import Verdict


@pytest.mark.parametrize(
    ("kind", "command", "verdict"),
    [
        ("sql", "SELECT 1", Verdict.READ_ONLY),
        ("shell", "kubectl get pods -n ${ns?}", Verdict.READ_ONLY),
        ("shell", "kubectl delete pod ${pod:?which pod} -n shop", Verdict.MUTATING),
        ("shell", "kubectl get pods -n ${ns?$(id)}", Verdict.REFUSED),
        ("shell", "kubectl get pods -n ${ns:-shop}", Verdict.REFUSED),
        ("sql", "SELECT 1 -- a\\n; DROP TABLE t", Verdict.REFUSED),
        ("sql", r"\d+ orders", Verdict.READ_ONLY),
        ("psql", r"\dt public.*", Verdict.READ_ONLY),
        ("sql", r"\d orders; DROP TABLE t", Verdict.REFUSED),
        ("sql", r"\! id", Verdict.REFUSED),
        ("psql", r"\copy t to '/tmp/x'", Verdict.REFUSED),
        ("sql", "SHOW VARIABLES LIKE 'report_%'", Verdict.REFUSED),
        ("sql", "SHOW VARIABLES LIKE 'max_conn%'", Verdict.READ_ONLY),
        ("sql", "PAUSE shop;", Verdict.MUTATING),
        ("sql", 'resume "shop"', Verdict.MUTATING),
        ("sql", "KILL_CLIENT 17;", Verdict.MUTATING),
        ("sql", "KILL 4711", Verdict.MUTATING),
        ("markdown", "```sql\\nSHOW POOLS;\\nRELOAD;\\n```", Verdict.MUTATING),
        ("sql", "RELOAD; SHOW POOLS", Verdict.REFUSED),
        ("sql", "WAIT_CLOSE shop", Verdict.REFUSED),
        ("sql", "SHOW TABLES" + " " * 50_000 + "x", Verdict.REFUSED),
        ("psql", 'psql -p 6432 pgbouncer -c "RECONNECT shop"', Verdict.MUTATING),
        ("redis", "redis-cli INFO", Verdict.READ_ONLY),
        ("redis", r'GET "a b\"c"', Verdict.READ_ONLY),
        ("redis", r'GET "\x73ession:1"', Verdict.REFUSED),
        ("redis", r'GET "se\ssion:1"', Verdict.REFUSED),
        ("redis", r"GET sess\ion:1", Verdict.REFUSED),
        ("redis", "GET orders:7", Verdict.READ_ONLY),
        ("redis", "flushall", Verdict.MUTATING),
        ("redis", "GET orders:7\\nFLUSHALL", Verdict.MUTATING),
        ("redis", "CONFIG GET requirepass", Verdict.REFUSED),
        ("http", 'curl -s -o /dev/null -w "%{http_code}\\n" http://api/', Verdict.READ_ONLY),
        ("docker", "GET /containers/api/attach/ws?stdin=1", Verdict.REFUSED),
        ("docker", "docker compose restart worker", Verdict.MUTATING),
        ("syntax", "df -h\\rreboot", Verdict.REFUSED),
        ("syntax", "df -h\\nreboot", Verdict.MUTATING),
        ("param", "kubectl get pod {{pod}} with pod=api-0", Verdict.READ_ONLY),
        ("param", "kubectl get pod {{pod}} with pod=x -o yaml", Verdict.REFUSED),
        ("param", "SELECT * FROM {{table}} with table=orders", Verdict.REFUSED),
        ("param", "SELECT * FROM {{schema}}.orders with schema=pg_catalog", Verdict.REFUSED),
        ("param", "VACUUM {{table}} with table=orders", Verdict.MUTATING),
        ("param", "SELECT * FROM orders WHERE id = {{id}} with id=1--", Verdict.REFUSED),
        ("param", "docker logs $CONTAINER with CONTAINER=api", Verdict.READ_ONLY),
        ("param", "docker logs ${CONTAINER} with CONTAINER=-f", Verdict.REFUSED),
        ("param", "kubectl get $KIND with KIND=secret", Verdict.REFUSED),
        ("param", "kubectl get pod {{pod}} with pod=--all", Verdict.REFUSED),
        ("param", "kubectl delete pod {{pod}} with pod=api-0", Verdict.MUTATING),
        ("param", "kubectl scale deploy/api --replicas={{count}} with count=3", Verdict.MUTATING),
        ("param", "kubectl scale deploy/api --replicas={{count}} with count=-1", Verdict.REFUSED),
        ("param", "SELECT * FROM orders WHERE id = {{id}} with id=42", Verdict.READ_ONLY),
        ("param", "SELECT * FROM orders WHERE id = {{id}} with id=1 OR 1=1", Verdict.REFUSED),
        ("param", "SELECT * FROM orders WHERE id = '{{id}}' with id=1'; DROP TABLE t", Verdict.REFUSED),
        ("param", "curl http://{{host}}/health with host=169.254.169.254", Verdict.REFUSED),
        ("param", "curl http://api/{{action}} with action=restart", Verdict.MUTATING),
        ("param", "curl http://api/{{page}} with page=../admin", Verdict.REFUSED),
        ("param", "tail -n 5 /var/log/{{app}}.log with app=x/../../etc/shadow", Verdict.REFUSED),
        ("param", "redis-cli GET {{key}} with key=user:password", Verdict.REFUSED),
        ("param", "redis-cli TTL {{key}} with key=a b", Verdict.REFUSED),
        ("param", "docker logs {{name}} with name=", Verdict.REFUSED),
        ("param", "kubectl logs {{pod}} -n {{ns}} with pod=api-0 ns=prod", Verdict.READ_ONLY),
        ("markdown", "```bash\\ndf -h\\nkubectl delete pod x\\n```", Verdict.MUTATING),
        ("markdown", "```bash\\ndf -h\\n```", Verdict.READ_ONLY),
        ("markdown", "```bash\\ndf -h\\n`reboot`\\n```", Verdict.REFUSED),
        ("markdown", "```bash\\ndf -h\\n! reboot\\n```", Verdict.MUTATING),
        ("markdown", "```bash\\ndf -h\\n[ -f /tmp/x ] && rm /tmp/x\\n```", Verdict.REFUSED),
        ("markdown", "```bash\\ndf -h\\n[[ -f /tmp/x ]] && rm /tmp/x\\n```", Verdict.REFUSED),
        ("markdown", "```\\ndf -h\\n[ -f /tmp/x ] && rm /tmp/x\\n```", Verdict.REFUSED),
        ("markdown", "```bash\\ndf -h\\n|| reboot\\n```", Verdict.REFUSED),
        ("markdown", "```bash\\ndf -h\\n: ; reboot\\n```", Verdict.MUTATING),
        ("markdown", "```bash\\ndf -h\\n; reboot\\n```", Verdict.REFUSED),
        ("markdown", "Only words.", Verdict.REFUSED),
    ],
)
def test_a_row_gets_its_verdict(kind: str, command: str, verdict: Verdict) -> None:
    judgement = prove_row(kind, command).judgement
    assert judgement.verdict is verdict, judgement.reason


@pytest.mark.parametrize(
    ("line", "kind"), [("SHOW POOLS;", Kind.SQL), ("PAUSE shop;", Kind.SQL), ("SHOW TABLES;", Kind.OTHER)]
)
def test_what_another_server_answers_is_run_by_nobody(line: str, kind: Kind) -> None:
    proof = prove_row("sql", line)
    assert (proof.kind, proof.executor) == (kind, None)
    assert prove_row("sql", "SHOW max_connections").executor == "postgres"


def test_an_unknown_type_is_said_with_those_that_are_known() -> None:
    with pytest.raises(UnknownType, match="kubectl"):
        prove_row("cobol", "x")


@pytest.mark.parametrize("kind", sorted(TYPES))
@pytest.mark.parametrize(
    "text", ["", " ", "\\n", "\\r", "'", "with a=b", "{{a}} with a=b", "```", "GET /", "\x00", "\ud800"]
)
def test_no_row_makes_it_raise(kind: str, text: str) -> None:
    assert prove_row(kind, text).judgement.reason


def _prove(rows: bytes, *options: str) -> tuple[list[str], str]:
    result = CliRunner().invoke(app, ["runbook", "prove", *options], input=rows)
    assert result.exit_code == 0, result.output
    return result.stdout.splitlines(), result.stderr


def test_each_row_is_answered_in_order_as_json() -> None:
    rows = b"shell\tdf -h\nbad line\nredis\tredis-cli FLUSHALL\ncobol\tx\nshell\tdf \xff\n"
    answers, said = _prove(rows, "--json")
    found = [json.loads(answer) for answer in answers]
    assert [one["verdict"] for one in found] == ["read-only", "refused", "mutating", "refused", "refused"]
    assert all(set(one) == {"verdict", "reason", "kind"} for one in found)
    assert found[2]["kind"] == Kind.REDIS.value
    assert "line 2" in said
    assert "line 4" in said
    assert "line 3" not in said


def test_without_json_a_person_reads_the_verdict_first() -> None:
    answers, _ = _prove(b"redis\tredis-cli KEYS '*'\n")
    assert answers[0].startswith("read-only")
    assert "SCAN" in answers[0]


def test_proving_is_loaded_only_when_it_is_asked_for() -> None:
    """`muster run` must not pay for the shell's parser."""
    code = "import sys, bot.terminal.command_line; print('tree_sitter' in sys.modules)"
    shown = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert shown.stdout.strip() == "False"
