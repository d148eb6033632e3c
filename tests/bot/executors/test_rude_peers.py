"""Whatever listens in the place of a PostgreSQL, Redis, NATS or SSH host: one sentence in time, and nothing held up."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager, suppress
from itertools import chain, cycle

import asyncssh
import pytest
from msgspec import Struct

from bot.executors.caps import Caps
from bot.executors.host.door import Door
from bot.executors.host.executor import HostTarget
from bot.executors.nats.executor import NatsTarget, NatsTool
from bot.executors.nats.session import Login as NatsLogin
from bot.executors.nats.session import Server as NatsServer
from bot.executors.postgres.executor import PostgresTarget
from bot.executors.redis.executor import RedisTarget
from bot.executors.redis.session import Login, Server
from bot.executors.tool.executor import ToolExecutor
from bot.redaction.redactor import Redactor
from incident.digest import Facts
from incident.finding import OutcomeState
from incident.plan import NO_PROMISE, Plan
from incident.verdict import Verdict
from tests.bot.executors.conftest import Clock
from tests.fakes.beside import HELD, Beside
from tests.fakes.nobody import nobody_listens

CAPS = Caps(connect_seconds=1, look_seconds=1, run_seconds=1)
SECRET = "a-secret-that-nobody-may-see"
HIDES = Redactor([SECRET])


class Kind(Struct, frozen=True):
    """How an executor of one kind is made for a port, what it looks with and changes, and how its servers begin."""

    make: Callable[[int, Clock], ToolExecutor]
    look: Facts
    change: Facts
    halfway: bytes
    """The beginning of an answer that never comes to its end."""
    endless: tuple[bytes, bytes]
    """An answer that goes on for ever: how it begins, and what comes then, again and again."""


def _postgres(port: int, clock: Clock) -> ToolExecutor:
    look, fix = (f"postgresql://{user}:{SECRET}@127.0.0.1:{port}/shop?sslmode=disable" for user in ("look", "fix"))
    target = PostgresTarget(name="rude", environment="production", diagnostic_dsn=look, remediation_dsn=fix, caps=CAPS)
    return target.executor(redactor=HIDES, clock=clock)


def _redis(port: int, clock: Clock) -> ToolExecutor:
    target = RedisTarget(
        name="rude",
        environment="production",
        server=Server(host="127.0.0.1", port=port),
        diagnostic=Login(user="look", password=SECRET),
        remediation=Login(user="fix", password=SECRET),
        caps=CAPS,
    )
    return target.executor(redactor=HIDES, clock=clock)


def _nats(port: int, clock: Clock) -> ToolExecutor:
    target = NatsTarget(
        name="rude",
        environment="production",
        server=NatsServer(host="127.0.0.1", port=port),
        diagnostic=NatsLogin(user="look", password=SECRET),
        remediation=NatsLogin(user="fix", password=SECRET),
        caps=CAPS,
    )
    return ToolExecutor(NatsTool(target, clock), redactor=HIDES, clock=clock)


KEY = asyncssh.generate_private_key("ssh-ed25519")


def _host(port: int, clock: Clock) -> ToolExecutor:
    door = Door(
        address="127.0.0.1",
        port=port,
        host_key=KEY.export_public_key().decode().strip(),
        user="look",
        key=KEY.export_private_key().decode(),
    )
    target = HostTarget(name="rude", environment="production", door=door, remediation_door=door, caps=CAPS)
    return target.executor(redactor=HIDES, clock=clock)


KINDS = {
    "postgres": Kind(
        _postgres,
        {"sql": "SELECT 1", "arguments": []},
        {"sql": "UPDATE jobs SET status = 'failed'", "arguments": []},
        b"R\0\0\0\x08\0",
        (b"", b"N\0\x01\0\0SNOTICE\0M" + b"x" * 65521 + b"\0\0"),
    ),
    "redis": Kind(
        _redis, {"redis": ["PING"]}, {"redis": ["DEL", "a"]}, b"$5000\r\n+hal", (b"$900000000\r\n", b"x" * 65536)
    ),
    "nats": Kind(
        _nats,
        {"argv": ["nats", "stream", "ls"]},
        {"argv": ["nats", "stream", "purge", "ORDERS", "--force"]},
        b'INFO {"server_id":"x",',
        (b"INFO {", b'"x":1,' * 10_000),
    ),
    "host": Kind(
        _host,
        {"argv": ["uptime"]},
        {"argv": ["./restart.sh"], "sha256": "0" * 64},
        b"SSH-2.0-OpenSSH_9.6\r\n\0\0",
        (b"", b"a line before the greeting\r\n" * 2_000),
    ),
}
WRONG: dict[str, Callable[[Kind], tuple[Iterable[bytes], bool]]] = {
    "is down": lambda _: ((), False),
    "hangs": lambda _: ((), True),
    "hangs up": lambda _: ((), False),
    "answers binary": lambda _: ((bytes(range(256)) * 64,), True),
    "answers 200 with an error": lambda _: ((b'HTTP/1.1 200 OK\r\n\r\n{"error": "' + SECRET.encode() + b'"}',), True),
    "greets as a mail server": lambda _: ((b"220 mail.example.com ESMTP\r\n",), True),
    "drops halfway": lambda kind: ((kind.halfway,), False),
    "stops halfway": lambda kind: ((kind.halfway,), True),
    "never ends": lambda kind: (chain(kind.endless[:1], cycle(kind.endless[1:])), False),
}
"""What they say, piece by piece, and whether they then stay."""


@asynccontextmanager
async def peer(kind: Kind, wrong: str) -> AsyncIterator[int]:
    """A port on loopback where somebody does one wrong thing to whoever comes, as soon as they come, or nobody is."""
    open_ones: set[asyncio.Task[None]] = set()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        open_ones.add(task)
        pieces, stays = WRONG[wrong](kind)
        with suppress(ConnectionError, asyncio.CancelledError):
            for piece in pieces:
                writer.write(piece)
                await writer.drain()
            while stays and await reader.read(65536):
                pass
        writer.close()

    if wrong == "is down":
        with nobody_listens() as port:
            yield port
        return
    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()
        for task in open_ones:
            task.cancel()
        await asyncio.gather(*open_ones, return_exceptions=True)


def plan(kind: str, command: Facts, verdict: Verdict) -> Plan:
    return Plan(
        step_id="step",
        title="A step",
        verdict=verdict,
        executor=kind,
        target="rude",
        environment="production",
        command=command,
        shown="…",
        parameters={},
        catalog="0" * 64,
        promise=NO_PROMISE,
    )


@pytest.mark.parametrize("wrong", WRONG)
@pytest.mark.parametrize("kind", KINDS)
async def test_a_look_and_a_change_each_end_in_one_sentence_in_time(kind: str, wrong: str, clock: Clock) -> None:
    made, beside = KINDS[kind], Beside()
    async with peer(made, wrong) as port, beside():
        executor = made.make(port, clock)
        began = time.perf_counter()
        sight = await executor.look(plan(kind, made.look, Verdict.READ_ONLY))
        outcome = await executor.run(plan(kind, made.change, Verdict.MUTATING))
        took = time.perf_counter() - began
        await executor.close()
    told = str(sight.error)
    assert took < 20
    assert beside.longest < HELD
    assert outcome.state is OutcomeState.FAILED
    for sentence in (told, outcome.sentence):
        assert sentence.endswith(".")
        assert "rude" in sentence or "127.0.0.1" in sentence
        assert "Traceback" not in sentence
        assert SECRET not in sentence
