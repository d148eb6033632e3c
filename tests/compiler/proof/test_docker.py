"""The verdict for a docker or Compose command line and an engine request, its bounded form, and what exec carries."""

import shlex

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from compiler.proof import docker
from compiler.proof.carrier import Carried
from compiler.proof.docker.options import CHANGES, READS, REFUSED
from incident.verdict import Judgement, Verdict
from tests.compiler.proof.cases import cases, texts


@pytest.mark.parametrize(("verdict", "command"), cases("docker"))
def test_a_command_line_gets_exactly_its_verdict(verdict: Verdict, command: str) -> None:
    judgement = docker.judge(shlex.split(command))
    assert judgement.verdict is verdict, judgement.reason


@pytest.mark.parametrize(("verdict", "request_line"), cases("docker_api"))
def test_an_engine_request_gets_exactly_its_verdict(verdict: Verdict, request_line: str) -> None:
    judgement = docker.judge_api(request_line)
    assert judgement.verdict is verdict, judgement.reason


@pytest.mark.parametrize(
    ("command", "bounded"),
    [
        ("docker logs -f cart", "docker logs cart --tail=1000"),
        ("docker -c staging logs -n all cart", "docker --context=staging logs cart --tail=1000"),
        ("docker container logs --tail 9 -f cart", "docker container logs cart --tail=9"),
        ("docker stats cart", "docker stats cart --no-stream"),
        ("docker stats --no-stream=false", "docker stats --no-stream"),
        ("docker events", "docker events --since=10m --until=0s"),
        ("docker events --since=1h --until=2030-01-01", "docker events --since=1h --until=0s"),
        ("docker compose logs -f --tail=100 cart", "docker compose logs cart --tail=100"),
        ("docker-compose -f a.yml logs", "docker-compose --file=a.yml logs --tail=1000"),
        ("docker --context=prod compose stats", "docker --context=prod compose stats --no-stream"),
        ("docker compose up web", "docker compose up web --detach"),
    ],
)
def test_what_would_not_end_runs_in_a_bounded_form(command: str, bounded: str) -> None:
    assert docker.judge(shlex.split(command)).rewrite == bounded


@pytest.mark.parametrize("command", ["docker ps", "docker logs --tail 5 cart", "docker stats --no-stream"])
def test_a_bounded_read_runs_as_it_stands(command: str) -> None:
    assert docker.judge(shlex.split(command)).rewrite is None


@pytest.mark.parametrize("command", texts("docker", Verdict.READ_ONLY))
def test_the_bounded_form_is_read_only_itself_and_has_no_other(command: str) -> None:
    if rewrite := docker.judge(shlex.split(command)).rewrite:
        again = docker.judge(shlex.split(rewrite))
        assert (again.verdict, again.rewrite) == (Verdict.READ_ONLY, None)


@pytest.mark.parametrize("request_line", texts("docker_api", Verdict.READ_ONLY))
def test_the_bounded_request_is_read_only_itself_and_has_no_other(request_line: str) -> None:
    if rewrite := docker.judge_api(request_line).rewrite:
        again = docker.judge_api(rewrite)
        assert (again.verdict, again.rewrite) == (Verdict.READ_ONLY, None)


@pytest.mark.parametrize(
    "command", ["docker inspect cart", "docker container inspect cart -f json", "docker wait cart"]
)
def test_a_container_is_only_shown_through_fields_without_its_environment(command: str) -> None:
    rewrite = docker.judge(shlex.split(command)).rewrite or ""
    assert "--format=" in rewrite
    assert "Env" not in rewrite
    assert "Cmd" not in rewrite


@pytest.mark.parametrize(
    ("command", "carried"),
    [
        ("docker exec db psql -U app", Carried(via="docker", argv=("psql", "-U", "app"), names={"container": "db"})),
        (
            "docker -c prod exec -it -u postgres -w /tmp db psql -c 'select 1'",
            Carried(
                via="docker",
                argv=("psql", "-c", "select 1"),
                names={
                    "container": "db",
                    "context": "prod",
                    "user": "postgres",
                    "folder": "/tmp",
                    "interactive": "yes",
                },
            ),
        ),
        (
            "docker container exec cache redis-cli -n 2 INFO",
            Carried(via="docker", argv=("redis-cli", "-n", "2", "INFO"), names={"container": "cache"}),
        ),
        (
            "docker-compose -f compose.prod.yml -p shop exec -T db pg_isready",
            Carried(
                via="compose",
                argv=("pg_isready",),
                names={"service": "db", "file": "compose.prod.yml", "project": "shop"},
            ),
        ),
        (
            "docker compose exec --index 2 cache redis-cli PING",
            Carried(via="compose", argv=("redis-cli", "PING"), names={"service": "cache", "index": "2"}),
        ),
    ],
)
def test_exec_carries_what_follows_the_container(command: str, carried: Carried) -> None:
    assert docker.unwrap(shlex.split(command)) == carried


@pytest.mark.parametrize(
    "command",
    [
        "docker exec",
        "docker exec db",
        "docker exec -e PGPASSWORD=x db psql",
        "docker exec --env-file .env db psql",
        "docker exec --privileged db ls",
        "docker exec -d db psql",
        "docker exec -itd db psql",
        "docker -H tcp://x exec db psql",
        "docker --config /tmp exec db psql",
        "docker compose exec db",
        "docker compose exec -e A=b db psql",
        "docker compose exec -d db psql",
        "docker compose -f /etc/x.yml exec db psql",
        "docker-compose --env-file x exec db psql",
    ],
)
def test_an_exec_that_brings_an_environment_or_another_engine_is_refused(command: str) -> None:
    carried = docker.unwrap(shlex.split(command))
    assert isinstance(carried, Judgement)
    assert carried.verdict is Verdict.REFUSED


@pytest.mark.parametrize("command", ["docker ps", "docker -v", "docker compose ps", "docker rm exec"])
def test_a_command_that_carries_nothing_is_no_carrier(command: str) -> None:
    assert docker.unwrap(shlex.split(command)) is None


def test_a_command_is_in_one_table_only() -> None:
    assert not READS.keys() & CHANGES.keys()
    assert not (READS.keys() | CHANGES.keys()) & REFUSED.keys()


_NOT_READ_ONLY = [shlex.split(text) for text in texts("docker", Verdict.MUTATING, Verdict.REFUSED)]
_HARMLESS = [
    "-a",
    "-q",
    "--force",
    "--follow",
    "--no-stream",
    "-fname=x",
    "--format=json",
    "--dry-run",
    "-cprod",
    "-D",
    "-t",
]


@given(words=st.sampled_from(_NOT_READ_ONLY), more=st.lists(st.sampled_from(_HARMLESS), max_size=3), at=st.data())
@settings(max_examples=300)
def test_more_options_never_make_a_command_read_only(words: list[str], more: list[str], at: st.DataObject) -> None:
    assume("config" not in words or "-q" not in more)  # That only checks the file, and shows nothing of it.
    mixed = list(words)
    for option in more:
        mixed.insert(at.draw(st.sampled_from(_places(mixed))), option)
    assert docker.judge(mixed).verdict is not Verdict.READ_ONLY, mixed


def _places(words: list[str]) -> list[int]:
    """Where another option changes no other's value: `--format -a` would be a format, and a harmless one."""
    return [place for place in range(1, len(words) + 1) if words[place - 1] not in {"--format", "-f"}]


@given(words=st.sampled_from(_NOT_READ_ONLY), flips=st.integers(0, 2**40))
@settings(max_examples=300)
def test_case_never_makes_a_command_read_only(words: list[str], flips: int) -> None:
    letters = iter(range(10_000))
    mixed = ["".join(c.swapcase() if flips >> (next(letters) % 40) & 1 else c for c in word) for word in words]
    if "--format" in words[:-1]:
        # In another case it is a text that stands for itself.
        mixed[words.index("--format") + 1] = words[words.index("--format") + 1]
    assert docker.judge(mixed).verdict is not Verdict.READ_ONLY, mixed


@given(path=st.lists(st.sampled_from(["Config", "Env", "Args", "Path", "HostConfig", "Binds"]), max_size=3))
def test_no_path_into_the_environment_is_read_through_a_template(path: list[str]) -> None:
    field = "." + ".".join(path)
    judgement = docker.judge(["docker", "inspect", "-f", f"{{{{json {field}}}}}", "cart"])
    shown = path[:2] == ["HostConfig", "Binds"]
    assert (judgement.verdict is Verdict.READ_ONLY) is shown, field


@given(
    st.lists(
        st.one_of(
            st.text(max_size=10),
            st.sampled_from(["ps", "compose", "exec", "--", "-f", "-it", "logs", "inspect", "up", "-", "container"]),
        ),
        max_size=7,
    )
)
@settings(max_examples=200)
def test_no_words_make_it_raise(words: list[str]) -> None:
    for tool in ("docker", "docker-compose"):
        assert docker.judge([tool, *words]).reason
        docker.unwrap([tool, *words])
    assert docker.judge_api(" ".join(words)).reason
    assert docker.judge(words).verdict is Verdict.REFUSED
