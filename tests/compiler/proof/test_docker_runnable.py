"""What Muster does of docker's commands itself, and the reason beside each that a person must do."""

import shlex
from datetime import UTC, datetime

import pytest

from compiler.proof import docker, runnable
from compiler.proof.docker import fields as docker_fields
from compiler.proof.docker.runnable import moment

NOW = datetime(2026, 1, 21, 3, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    "line",
    [
        "docker ps",
        "docker ps -a --filter name=api --format '{{.Names}}: {{.Status}}'",
        "docker logs api --tail 100",
        "docker logs -f api --since 30m",
        "docker logs api --since 2026-01-21T02:00:00 --until 5m",
        "docker stats",
        "docker inspect api",
        "docker inspect -f '{{.State.Status}} {{json .State.Health}}' api",
        "docker image ls",
        "docker events",
        "docker-compose ps",
        "docker compose -f compose.yml logs --tail=50 api worker",
        "docker compose restart redis",
        "docker restart -t 30 api",
        "docker kill --signal=SIGHUP api",
        "docker exec api nginx -s reload",
        "docker compose up -d api",
        "docker-compose up --detach --no-deps --timeout 5 api worker",
        "docker compose up -d --no-recreate --scale worker=3 worker",
        "docker compose scale --no-deps worker=20",
    ],
)
def test_the_everyday_commands_are_asked_of_the_engine(line: str) -> None:
    argv = shlex.split(line)
    assert runnable.objection("docker", runnable.final(argv, docker.judge(argv))) == ""


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("docker compose up -d", "for all that the project's file holds"),
        ("docker compose up api", "without --detach it goes on until somebody ends it"),
        ("docker compose up -d --force-recreate api", "takes what the project's file says by then"),
        ("docker compose up -d --build api", "takes what the project's file says by then"),
        ("docker compose up -d --wait api", "does not ask the engine for “docker compose up --wait”"),
        ("docker compose up -d --scale worker=3 worker api", "one service at a time"),
        ("docker compose up -d --scale worker=3 --scale api=2 worker", "one service and its number"),
        ("docker compose up -d --scale worker worker", "one service and its number"),
        ("docker compose scale worker=3 api=2", "one service and its number"),
        ("docker compose scale worker=0", "stop the service instead"),
        ("docker compose scale worker=21", "at most 20 containers"),
        ("docker compose run --rm api migrate", "needs the project's file"),
        ("docker compose --dry-run restart api", "cannot honour “docker compose --dry-run”"),
        ("docker compose --profile debug restart api", "cannot honour"),
        ("docker image prune -a", "does not ask the engine for “docker image prune”"),
        ("docker rm api", "does not ask the engine for “docker container rm”"),
        ("docker service ls", "does not ask the engine for “docker service ls”"),
        ("docker ps --size", "--size"),
        ("docker ps --format '{{.Command}}'", "more than the fields that Muster knows"),
        ("docker inspect -f '{{range .Mounts}}{{.Source}}{{end}}' api", "more than plain fields"),
        ("docker logs api --since yesterday", "no length of time or date"),
        ("docker exec api df -h", "no identity that only looks"),
        ("docker exec api alembic upgrade head", "is not pinned"),
        ("docker exec -w /srv api rm /srv/app/cache/x", "does not choose a folder"),
        ("docker compose exec --index x api kill 7", "The number of the container is none"),
    ],
)
def test_every_other_is_done_by_a_person_with_the_reason(line: str, reason: str) -> None:
    argv = shlex.split(line)
    assert reason in runnable.objection("docker", runnable.final(argv, docker.judge(argv)))


def test_a_host_is_changed_by_pinned_scripts_alone() -> None:
    assert runnable.objection("host", ["df", "-h"]) == ""
    assert "by a script whose content is pinned" in runnable.objection("host", ["systemctl", "restart", "app"])
    assert "only with its content pinned" in runnable.objection("host", ["./scripts/restart.sh"])


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("10m", "1768963800.000"),
        ("0s", "1768964400.000"),
        ("1768960000", "1768960000"),
        ("2026-01-21T02:00:00Z", "1768960800.000"),
        ("2026-01-21T02:00:00", "1768960800.000"),
        ("2026-01-21", "1768953600.000"),
        ("soon", None),
    ],
)
def test_a_moment_is_told_in_seconds(text: str, seconds: str | None) -> None:
    assert moment(text, NOW) == seconds


@pytest.mark.parametrize(
    ("template", "shown"),
    [
        ("{{.Name}} is {{ .State.Status }}", "/api is running"),
        ("{{json .State}}", '{"Status": "running", "Up": true}'),
        ("{{.State.Up}}", "true"),
        ("{{.ID}}", "c1"),
        ("{{.Nothing.At.All}}", "<no value>"),
        (r"{{.Name}}\t{{.Id}}", "/api\tc1"),
        ('{"Name":{{json .Name}}}', '{"Name":"/api"}'),
    ],
)
def test_a_plain_template_is_filled_in(template: str, shown: str) -> None:
    parsed = docker_fields.parse(template)
    assert parsed is not None
    assert (
        docker_fields.filled(parsed, {"Name": "/api", "Id": "c1", "State": {"Status": "running", "Up": True}}) == shown
    )


def test_a_table_has_its_fields_on_top() -> None:
    parsed = docker_fields.parse("table {{.Names}}|{{.Status}}")
    assert parsed is not None
    rows = [{"Names": "api", "Status": "Up"}, {"Names": "db", "Status": "Exited"}]
    assert docker_fields.table(parsed, rows) == "Names|Status\napi|Up\ndb|Exited"


@pytest.mark.parametrize("template", ["{{range .Mounts}}x{{end}}", "{{.A}", "{{index .A 0}}", "{{$x}}", "{{.A}}{{"])
def test_more_than_plain_fields_is_no_template(template: str) -> None:
    assert docker_fields.parse(template) is None
