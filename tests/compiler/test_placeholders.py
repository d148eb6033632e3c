"""The blanks that authors leave in a command, and what is none."""

import pytest

from compiler.placeholders import Blanks, bind, fill, is_reference_name, masked, names_in
from incident.runbook import ParameterKind


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("docker logs <service> --tail 5", ("service",)),
        ("aws ecs stop-task --task <task-id> --cluster {{ cluster }}", ("cluster", "task_id")),
        ("kubectl get pod {pod}", ("pod",)),
        ("nslookup YOUR_DOMAIN", ("your_domain",)),
        ("UPDATE users SET a = 1 WHERE id = 'user-id-here'", ("user_id_here",)),
        ("curl https://your-domain/api", ("your_domain",)),
        ("SELECT 1 WHERE email = 'user@example.com'", ("user",)),
        ("echo [Current Date]", ("current_date",)),
        ("./restore.sh <backup timestamp>", ("backup_timestamp",)),
        ("ls backup_<date>.sql <date>", ("date",)),
    ],
)
def test_a_blank_is_found_however_it_is_written(text: str, names: tuple[str, ...]) -> None:
    assert sorted(names_in(text)) == sorted(names)


@pytest.mark.parametrize(
    "text",
    [
        "psql $URL < backup.sql",
        "psql <<EOF\nSELECT 1\nEOF",
        "cat <<EOF>file",
        "SELECT 1 WHERE a < b AND c > d",
        "SELECT 1 WHERE a <b AND c> d",
        "jq '.a | select(.b>1)'",
        "awk '{print $1}'",
        "docker inspect -f '{{json .Config}}' api",
        "docker ps --format '{{.Names}}'",
        "docker ps --format '{{range .Ports}}{{.}}{{end}}'",
        "git log @{upstream}..",
        "curl -w '%{http_code}' http://x",
        "grep -E 'a{2,3}' /var/log/x",
        "kubectl get pods -o jsonpath='{.items[*].metadata.name}'",
        "echo ${HOME}",
        "diff <(df) <(uptime)",
        "ls [a-z]*",
    ],
)
def test_what_only_looks_like_a_blank_stays(text: str) -> None:
    assert fill(text)[0] == text
    assert not names_in(text)


def test_a_sample_is_the_same_in_every_place_and_nowhere_else() -> None:
    filled, blanks = fill("cp x1x <name> /tmp/<name> <other>")
    assert filled.split()[2] == filled.split()[3].removeprefix("/tmp/")
    assert len({blank.sample for blank in blanks.by_name.values()} | {"x1x"}) == 3
    assert blanks.as_written(filled) == "cp x1x <name> /tmp/<name> <other>"
    assert blanks.holed(["a", {"b": filled}]) == ["a", {"b": "cp x1x {name} /tmp/{name} {other}"}]


def test_the_name_says_what_a_value_may_be() -> None:
    _, blanks = fill("x <count> <host> <pod>")
    kinds = {name: blank.parameter.kind for name, blank in blanks.by_name.items()}
    assert kinds == {"count": ParameterKind.INTEGER, "host": ParameterKind.CHOICE, "pod": ParameterKind.TEXT}


def test_a_secret_stays_a_reference() -> None:
    filled, blanks = fill("redis-cli -a <redis-password> -u {{redis_url}} PING")
    assert filled == "redis-cli -a $REDIS_PASSWORD -u $REDIS_URL PING"
    assert not blanks.by_name


@pytest.mark.parametrize("name", ["API_TOKEN", "DB_PASS", "DATABASE_URL", "SENTRY_DSN", "PGPASSWORD"])
def test_a_variable_for_a_secret_or_a_connection_is_never_typed(name: str) -> None:
    assert is_reference_name(name)


@pytest.mark.parametrize("name", ["POD", "VERSION", "PREVIOUS_SHA", "USER_ID"])
def test_any_other_variable_is_a_parameter(name: str) -> None:
    assert not is_reference_name(name)


def test_a_mask_keeps_every_place() -> None:
    assert masked("docker logs <service> | grep {{x}}") == "docker logs xxxxxxxxx | grep xxxxx"


def test_values_are_put_in_by_name() -> None:
    assert bind("get {{pod}} <ns>", {"pod": "api-0"}) == "get api-0 <ns>"


def test_two_moments_of_different_shape_are_two_blanks() -> None:
    blanks = Blanks()
    assert blanks.sample_of("date", "$(date +%F)", sample="2001-02-03") == "2001-02-03"
    assert blanks.sample_of("date", "$(date +%Y)", sample="2001") == "2001"
    assert len(blanks.by_name) == 2
