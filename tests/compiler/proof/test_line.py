"""The verdict for a whole command line, and what would run it."""

import re
import shlex

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from compiler.proof.line import prove, prove_parts
from compiler.proof.proven import Kind
from incident.verdict import Verdict
from tests.compiler.proof.cases import cases, texts

_STRICT = texts("line", Verdict.MUTATING, Verdict.REFUSED)


@pytest.mark.parametrize(("verdict", "text"), cases("line"))
def test_a_line_gets_exactly_its_verdict(verdict: Verdict, text: str) -> None:
    judgement = prove(text).judgement
    assert judgement.verdict is verdict, judgement.reason


def _quoted(text: str) -> str:
    return re.sub(r" (-*\w+)$", r" '\1'", text)


@settings(max_examples=300, deadline=None)
@given(
    st.sampled_from(_STRICT),
    st.sampled_from(
        [
            str.upper,
            str.swapcase,
            _quoted,
            lambda text: text.replace(" ", "  "),
            lambda text: text.replace(" ", "\t"),
            lambda text: f"  {text}  ",
            lambda text: f"{text} # only looks",
            lambda text: f"# only looks\n{text}",
            lambda text: f"{text} --dry-run",
            lambda text: f"time {text}",
            lambda text: f"sudo {text}",
            lambda text: f"df -h && {text}",
            lambda text: f"df -h; {text}",
            lambda text: f"{text} | grep x",
            lambda text: text.replace("e", "e\u200b", 1) + "\u200b",
            lambda text: text.replace("-", "–", 1) + "–",
            lambda text: f"watch {shlex.quote(text)}",
            lambda text: f"( {text} )",
            lambda text: f"echo $({text})",
        ]
    ),
)
def test_no_respelling_makes_a_line_read_only(text: str, respelled) -> None:  # type: ignore[no-untyped-def]
    other = respelled(text)
    if re.fullmatch(r"\s*", text) or text == "true":
        return
    judgement = prove(other).judgement
    assert judgement.verdict is not Verdict.READ_ONLY or _is_harmless(other), (other, judgement.reason)


def _is_harmless(text: str) -> bool:
    """A respelling that says something else: the refused part became a comment, or `cd` a neighbour of a read."""
    return bool(re.match(r"df -h(;| &&) (cd |true|$)", text)) or ("| grep x" in text and text.startswith("#"))


@settings(max_examples=300, deadline=None)
@given(st.text(alphabet="abdf $(){}[]<>|&;'\"\\`~#!*?=-/.:\n\t0é\u200b", max_size=40))
def test_no_text_makes_it_raise(text: str) -> None:
    assert prove(text).judgement.verdict in Verdict
    assert prove(f"df {text}").judgement.reason
    assert prove(text, kind=Kind.SQL).judgement.reason
    assert prove(text, kind=Kind.REDIS).judgement.reason


@pytest.mark.parametrize(
    "text",
    [
        "(" * 9000,
        "! " * 9000 + "df",
        "df && " * 3000 + "df",
        "sudo " * 5000 + "df",
        "watch " * 500 + "df",
        "<a> " * 4000,
        "docker exec a " * 1000 + "ps",
        "kubectl exec a -- " * 900 + "ps",
        "ssh a " * 2000 + "ps",
    ],
)
def test_deep_and_long_lines_are_judged_in_a_moment(text: str) -> None:
    assert prove(text).judgement.reason


def test_a_blank_becomes_a_parameter_in_the_executors_terms() -> None:
    proof = prove("kubectl logs <pod> -n <namespace> --tail=<lines>")
    assert proof.executor == "kubernetes"
    assert [p.name for p in proof.parameters] == ["pod", "namespace", "lines"]
    assert "{pod}" in str(proof.command["argv"])
    assert proof.names["namespace"] == "<namespace>"


def test_a_value_in_sql_is_bound_and_never_pasted() -> None:
    proof = prove("psql -c \"SELECT * FROM jobs WHERE id = '<job-id>' AND n > {{count}} AND name LIKE '<prefix>%'\"")
    assert proof.command == {
        "sql": "SELECT * FROM jobs WHERE id = $1 AND n > $2 AND name LIKE ($3::text || '%')",
        "arguments": ["job_id", "count", "prefix"],
    }


def test_sql_with_a_blank_for_a_table_is_judged_and_runs_nowhere() -> None:
    proof = prove("psql -c 'SELECT * FROM <table>'")
    assert proof.judgement.verdict is Verdict.READ_ONLY
    assert proof.executor is None


def test_a_blank_in_a_text_with_a_unit_is_bound_with_its_unit() -> None:
    proof = prove("psql -c \"SELECT 1 WHERE now() > now() - interval '<hours> hours'\"")
    assert "($1::int || ' hours')::interval" in str(proof.command["sql"])


def test_a_request_names_its_server_apart() -> None:
    proof = prove('curl -H "Authorization: Bearer $TOKEN" "$API_URL/jobs/<job-id>?full=1"')
    assert proof.command == {"method": "GET", "path": "/jobs/{job_id}?full=1"}
    assert proof.names == {"url": "$API_URL", "credential": "Bearer $TOKEN"}


def test_a_request_with_two_credentials_is_sent_by_nobody() -> None:
    proof = prove("curl -H 'DD-API-KEY: $A' -H 'DD-APPLICATION-KEY: $B' https://api.example.com/v1/monitor")
    assert proof.judgement.verdict is Verdict.READ_ONLY
    assert proof.executor is None


def test_a_blank_may_not_complete_the_name_of_a_server() -> None:
    assert prove("curl http://10.0.0.1$REST/health").judgement.verdict is Verdict.REFUSED
    assert prove("curl https://api-<env>.example.com/health").judgement.verdict is Verdict.READ_ONLY


def test_filters_are_kept_beside_the_command() -> None:
    proof = prove("redis-cli INFO | grep used_memory | head -5")
    assert proof.command == {"redis": ["INFO"], "filters": [["grep", "used_memory"], ["head", "-5"]]}


def test_the_innermost_client_names_its_place() -> None:
    proof = prove("ssh web1 \"docker exec db psql -U app -d shop -c 'select 1'\"")
    assert proof.kind is Kind.SQL
    assert proof.names == {"host": "web1", "container": "db", "user": "app", "dbname": "shop"}


def test_delete_by_pattern_is_unlink_of_what_a_scan_finds() -> None:
    proof = prove("redis-cli -h cache --scan --pattern 'sess:<user>:*' | xargs redis-cli -h cache DEL")
    assert proof.command == {"redis": ["UNLINK"], "matching": "sess:{user}:*"}
    assert proof.names == {"host": "cache"}


def test_variables_set_above_are_put_in() -> None:
    proof = prove("docker logs $NAME --tail 5", variables={"NAME": "api"})
    assert "api" in str(proof.command["argv"])
    assert not proof.parameters
    several = prove("docker logs $NAME", variables={"NAME": "api; reboot"})
    assert several.judgement.verdict is Verdict.REFUSED


def test_every_command_of_a_list_can_be_had_apart() -> None:
    parts = prove_parts("cd /srv && docker-compose ps && docker-compose restart api || true")
    assert [part.judgement.verdict for part in parts] == [Verdict.READ_ONLY, Verdict.MUTATING]


def test_what_restores_from_a_file_cannot_run_without_it() -> None:
    assert prove("docker exec -i db pg_restore -d shop < shop.dump").executor is None
    assert prove("psql shop < dump.sql").executor is None


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("kubectl get pods –A", "EN DASH"),
        ("df\u200b", "ZERO WIDTH SPACE"),
        ("df -h\rreboot", "CONTROL CHARACTER"),
        ("sudo df -h", "sudo is dropped"),
        ("df -h &", "background"),
        ("ls ~root", "~"),
        ("for i in 1; do df; done", "loop"),
        ("docker exec -it db psql", "interactive"),
    ],
)
def test_the_reason_says_what_it_is_about(text: str, said: str) -> None:
    assert said in prove(text).judgement.reason


def test_people_read_what_the_author_wrote() -> None:
    judgement = prove("watch docker logs -f <service>").judgement
    assert "<service>" in (judgement.rewrite or "")


@pytest.mark.parametrize(
    ("statement", "verdict"),
    [
        ("SHOW SLAVE STATUS;", Verdict.READ_ONLY),
        ("SHOW ENGINE INNODB STATUS", Verdict.READ_ONLY),
        ("STOP SLAVE;", Verdict.MUTATING),
        ("SET GLOBAL SQL_SLAVE_SKIP_COUNTER = 1;", Verdict.MUTATING),
        ("KILL <id>", Verdict.MUTATING),
        ("SHOW SLAVE STATUS; DROP TABLE orders", Verdict.REFUSED),
        ("SHOW CREATE USER root", Verdict.REFUSED),
    ],
)
def test_mysqls_own_statements_are_known_and_run_by_nobody(statement: str, verdict: Verdict) -> None:
    proof = prove(statement, kind=Kind.SQL)
    assert (proof.judgement.verdict, proof.executor) == (verdict, None)
