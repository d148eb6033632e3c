"""A target that misbehaves in any way costs its cap and ends in one sentence, whatever kind it is."""

import asyncio
import json
import time
from collections.abc import AsyncIterator, Callable

import pytest
from msgspec import Struct

from bot.executors.aws.executor import AwsTarget
from bot.executors.aws.session import Login, Place
from bot.executors.caps import Caps
from bot.executors.docker.executor import DockerTarget, DockerTool
from bot.executors.github.executor import GithubTarget
from bot.executors.http.executor import Canary, HttpTarget
from bot.executors.kubernetes.executor import Cluster, Identity, KubernetesTarget, KubernetesTool
from bot.executors.tool.executor import ToolExecutor
from bot.redaction.redactor import Redactor
from commands.outage import Outage
from commands.ports import Executor
from incident.digest import Facts
from incident.finding import OutcomeState
from incident.plan import NO_PROMISE, Plan
from incident.verdict import Verdict
from tests.bot.executors.conftest import HASTY, PATIENT, Clock
from tests.fakes.nobody import nobody_listens

SECRET = "a-secret-that-nobody-may-see"
OK = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
MOST_SENT = 64 << 20
"""Bytes that an endless answer may get rid of before nobody reads it any more: what sockets hold comes on top."""


class Rude:
    """A server on loopback that does one wrong thing to whoever comes."""

    def __init__(self, wrong: str) -> None:
        self.wrong = wrong
        self.sent = 0
        self.port = 0
        self.before = 0
        self.status = ""

    async def start(self) -> asyncio.Server:
        server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.port = server.sockets[0].getsockname()[1]
        return server

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await reader.read(1)
            await self._answer(writer)
        except (ConnectionError, asyncio.CancelledError):
            return
        finally:
            writer.close()

    async def _answer(self, writer: asyncio.StreamWriter) -> None:
        match self.wrong:
            case "hangs":
                await asyncio.sleep(30)
            case "never ends":
                writer.write(OK + b"Connection: close\r\n\r\n[")
                while self.sent < MOST_SENT:
                    writer.write(b'"x",' * 16384)
                    self.sent += 65536
                    await writer.drain()
            case "answers binary":
                body = bytes(range(256)) * 4
                writer.write(OK + f"Content-Length: {len(body)}\r\n\r\n".encode() + body)
            case "answers too deep":
                body = b"[" * 100_000 + b"]" * 100_000
                writer.write(OK + f"Content-Length: {len(body)}\r\n\r\n".encode() + body)
            case "greets as an SSH server":
                writer.write(b"SSH-2.0-OpenSSH_9.6\r\n")
                await writer.drain()
                await asyncio.sleep(30)
            case "drops halfway":
                writer.write(OK + b'Content-Length: 5000\r\n\r\n{"items": [')
                await writer.drain()
            case "tells a secret":
                before = "x " * self.before
                body = json.dumps({"message": f"{before}{SECRET}", "error": f"{before}{SECRET}", "ApiVersion": "1.43"})
                writer.write(f"{self.status}Content-Length: {len(body)}\r\n\r\n{body}".encode())
            case _:
                body = b'{"error": "no such thing", "ApiVersion": "1.43"}'
                writer.write(OK + f"Content-Length: {len(body)}\r\n\r\n".encode() + body)


class Kind(Struct, frozen=True):
    """How an executor of one kind is made for an address, and a change that it may be asked for."""

    make: Callable[[int, Clock, Caps], Executor]
    command: Facts


def _kubernetes(port: int, clock: Clock, caps: Caps) -> Executor:
    target = KubernetesTarget(
        name="rude",
        environment="production",
        cluster=Cluster(url=f"http://127.0.0.1:{port}"),
        namespaces=("shop",),
        diagnostic=Identity(token="look-token"),
        remediation=Identity(token="fix-token"),
        caps=caps,
    )
    return ToolExecutor(KubernetesTool(target, clock=clock), redactor=Redactor([SECRET]), clock=clock)


def _docker(port: int, clock: Clock, caps: Caps) -> Executor:
    url = f"http://127.0.0.1:{port}"
    target = DockerTarget(name="rude", environment="production", diagnostic=url, remediation=url, caps=caps)
    return ToolExecutor(DockerTool(target, clock=clock), redactor=Redactor([SECRET]), clock=clock)


def _github(port: int, clock: Clock, caps: Caps) -> Executor:
    target = GithubTarget(
        name="rude",
        environment="production",
        repository="acme/studio",
        base_url=f"http://127.0.0.1:{port}",
        diagnostic_token="look-token",
        remediation_token="fix-token",
        caps=caps,
    )
    return target.executor(redactor=Redactor([SECRET]), clock=clock)


def _aws(port: int, clock: Clock, caps: Caps) -> Executor:
    target = AwsTarget(
        name="rude",
        environment="production",
        place=Place(region="eu-central-1", endpoint=f"http://127.0.0.1:{port}"),
        diagnostic=Login(access_key="look", secret_key="look-key"),
        remediation=Login(access_key="fix", secret_key="fix-key"),
        caps=caps,
    )
    return target.executor(redactor=Redactor([SECRET]), clock=clock)


def _http(port: int, clock: Clock, caps: Caps) -> Executor:
    target = HttpTarget(
        name="rude",
        environment="production",
        base_url=f"http://127.0.0.1:{port}",
        canary=Canary(method="POST", path="/change"),
        remediation_token="fix-token",
        caps=caps,
    )
    return target.executor(redactor=Redactor([SECRET]), clock=clock)


KINDS = {
    "kubernetes": Kind(_kubernetes, {"argv": ["kubectl", "rollout", "restart", "deployment/web", "-n", "shop"]}),
    "docker": Kind(_docker, {"argv": ["docker", "restart", "web"]}),
    "github": Kind(_github, {"argv": ["gh", "run", "cancel", "7"]}),
    "aws": Kind(_aws, {"argv": ["aws", "ecs", "stop-task", "--cluster", "shop", "--task", "one"]}),
    "http": Kind(_http, {"method": "POST", "path": "/change"}),
}
WRONG = [
    "hangs",
    "never ends",
    "answers binary",
    "drops halfway",
    "answers 200 with an error",
    "answers too deep",
    "greets as an SSH server",
]


def caps_for(wrong: str) -> Caps:
    """Whoever hangs costs the cap; of whoever says something the end is waited for, however busy the machine is."""
    return HASTY if wrong in ("hangs", "greets as an SSH server") else PATIENT


@pytest.fixture(params=WRONG)
async def rude(request: pytest.FixtureRequest) -> AsyncIterator[Rude]:
    server = Rude(str(request.param))
    listening = await server.start()
    yield server
    listening.close()


def plan(kind: str) -> Plan:
    return Plan(
        step_id="step",
        title="A step",
        verdict=Verdict.MUTATING,
        executor=kind,
        target="rude",
        environment="production",
        command=KINDS[kind].command,
        shown="…",
        parameters={},
        catalog="0" * 64,
        promise=NO_PROMISE,
    )


@pytest.mark.parametrize("kind", KINDS)
async def test_a_change_on_a_target_that_misbehaves_ends_in_one_sentence_in_time(
    kind: str, rude: Rude, clock: Clock
) -> None:
    caps = caps_for(rude.wrong)
    executor = KINDS[kind].make(rude.port, clock, caps)
    began = time.perf_counter()
    outcome = await executor.run(plan(kind))
    assert time.perf_counter() - began < caps.connect_seconds + caps.run_seconds + 20
    assert rude.sent < MOST_SENT
    assert outcome.sentence.strip().endswith(".")
    assert "Traceback" not in outcome.sentence
    assert len(outcome.output) <= caps.characters
    if rude.wrong == "greets as an SSH server" and kind in ("http", "docker"):
        assert "What answers at " in outcome.sentence
    # To a request that was answered with 200, what the body is worth is no more than its words.
    told_of_success = kind == "http" and rude.wrong in ("never ends", "answers binary", "answers too deep")
    assert (outcome.state is OutcomeState.RAN) is told_of_success


@pytest.mark.parametrize("kind", KINDS)
async def test_a_change_that_a_target_never_got_was_in_vain(kind: str, clock: Clock) -> None:
    with nobody_listens() as port:
        outcome = await KINDS[kind].make(port, clock, PATIENT).run(plan(kind))
    assert (outcome.state, outcome.in_vain) == (OutcomeState.FAILED, True)


async def test_a_change_that_the_target_got_was_not_in_vain(clock: Clock) -> None:
    server = Rude("tells a secret")
    server.status = "HTTP/1.1 500 Internal Server Error\r\nContent-Type: application/json\r\n"
    listening = await server.start()
    outcome = await KINDS["http"].make(server.port, clock, PATIENT).run(plan("http"))
    assert (outcome.state, outcome.in_vain) == (OutcomeState.FAILED, False)
    listening.close()


@pytest.mark.parametrize("kind", ["kubernetes", "docker"])
async def test_what_it_would_touch_cannot_be_told_by_a_target_that_misbehaves(
    kind: str, rude: Rude, clock: Clock
) -> None:
    executor = KINDS[kind].make(rude.port, clock, caps_for(rude.wrong))
    with pytest.raises(Outage) as told:
        await executor.preview(plan(kind))
    assert told.value.sentence.strip().endswith(".")
    assert rude.sent < MOST_SENT


@pytest.mark.parametrize("status", ["200 OK", "403 Forbidden", "409 Conflict", "500 Internal Server Error"])
@pytest.mark.parametrize("kind", KINDS)
async def test_a_secret_in_an_error_is_hidden_wherever_the_sentence_is_cut(
    kind: str, status: str, clock: Clock
) -> None:
    """A text is cleaned before it is cut: half of a secret would not be known for one."""
    server = Rude("tells a secret")
    server.status = f"HTTP/1.1 {status}\r\nContent-Type: application/json\r\n"
    listening = await server.start()
    executor = KINDS[kind].make(server.port, clock, PATIENT)
    for server.before in (0, *range(90, 152, 2), *range(180, 212, 2), *range(240, 302, 2)):
        outcome = await executor.run(plan(kind))
        assert outcome.state is not OutcomeState.RAN
        assert len(outcome.sentence) < 800
        assert not any(SECRET[at : at + 6] in outcome.sentence for at in range(len(SECRET) - 6)), outcome.sentence
    listening.close()
