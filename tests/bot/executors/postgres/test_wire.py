"""Whatever answers in the place of a PostgreSQL, whenever it begins to talk nonsense: Muster says so and goes on."""

import asyncio
import ssl
import struct
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import pytest

from bot.executors.postgres.executor import PostgresTarget
from bot.redaction.redactor import Redactor
from commands.ports import Executor
from incident.finding import OutcomeState
from incident.verdict import Verdict
from tests.bot.executors.conftest import PATIENT, Clock, Shop, plan
from tests.fakes.beside import HELD, Beside
from tests.fakes.certificate import self_signed

NO_POSTGRESQL = (
    "What answers at the address of shop-db does not speak as PostgreSQL does:"
    " check the host and port of its DSN, and what stands in between."
)


def message(kind: bytes, body: bytes = b"", *, length: int | None = None) -> bytes:
    return kind + struct.pack("!i", len(body) + 4 if length is None else length) + body


NOISE = {
    "bytes": b"\0\xff\xfe\x1b" * 1000,
    "a length below nothing": message(b"S", b"x" * 40, length=-20),
    "a length of nothing": message(b"Z", b"I", length=0) * 50,
    "a length without end": message(b"E", length=0x7FFFFFFF),
    "a text without end": message(b"S", b"name\0value") + message(b"Z", b"I"),
    "an error without end": message(b"E", b"Sno end here"),
    "an empty ready": message(b"Z"),
    "a row that is shorter than it says": message(b"D", struct.pack("!hi", 1, 50) + b"short"),
    "a value shorter than nothing": message(b"D", struct.pack("!hi", 1, -70_000)),
    "HTTP": b"HTTP/1.1 400 Bad Request\r\nServer: nginx\r\n\r\n",
    "SSH": b"SSH-2.0-OpenSSH_9.6\r\n",
    "MySQL": b"J\0\0\0\n8.0.36\0" + bytes(60),
    "Redis": b"-ERR unknown command\r\n" * 20,
    "a login that takes hours": message(b"R", b"\0\0\0\x0br=%s,s=AAAA,i=2000000000"),
}


class Garbler:
    """Stands before a PostgreSQL and passes everything on, until the point where it begins to talk noise.

    ``after`` is the kind of the last message of the server that comes through, at its ``times``-th time; without one
    none does. ``tls`` is what it answers when it is asked for TLS.
    """

    def __init__(self, port: int, noise: bytes, *, after: bytes = b"", times: int = 1, tls: bytes = b"") -> None:
        self._certificate: tuple[Path, Path] | None = None
        self._port = port
        self._noise = noise
        self._after = after
        self._times = times
        self._tls = tls
        self._tasks: set[asyncio.Task[None]] = set()

    def speaks_tls(self, folder: Path) -> "Garbler":
        """It says so, and talks through it."""
        self._tls, self._certificate = b"S", self_signed(folder)
        return self

    @asynccontextmanager
    async def listening(self) -> AsyncIterator[int]:
        server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        try:
            yield server.sockets[0].getsockname()[1]
        finally:
            server.close()
            for task in self._tasks:
                task.cancel()
            await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        with suppress(ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):
            if self._tls:
                await reader.readexactly(8)
                writer.write(self._tls)
            if self._certificate:
                context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
                context.load_cert_chain(*self._certificate)
                await writer.start_tls(context)
            if self._after:
                await self._pass_on(reader, writer)
            else:
                await reader.read(1)
            writer.write(self._noise)
            # It says no more, and does not hang up.
            await reader.read()
        writer.close()

    async def _pass_on(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        theirs, ours = await asyncio.open_connection("127.0.0.1", self._port)
        asking = asyncio.create_task(self._asked(reader, ours))
        try:
            for _ in range(self._times):
                kind = b""
                while kind != self._after:
                    head = await theirs.readexactly(5)
                    kind, length = head[:1], struct.unpack("!i", head[1:])[0]
                    writer.write(head + await theirs.readexactly(length - 4))
        finally:
            asking.cancel()
            ours.close()

    async def _asked(self, reader: asyncio.StreamReader, ours: asyncio.StreamWriter) -> None:
        while data := await reader.read(65536):
            ours.write(data)


def garbled(shop: Shop, port: int, clock: Clock) -> Executor:
    """The shop's executor, by way of whoever listens at that port."""

    def through(dsn: str) -> str:
        return f"{dsn.replace(f':{shop.postgres.port}/', f':{port}/')}?sslmode=disable"

    target: PostgresTarget = shop.target(
        diagnostic_dsn=through(shop.dsn("looker")), remediation_dsn=through(shop.dsn("fixer")), caps=PATIENT
    )
    return target.executor(redactor=Redactor(), clock=clock)


async def looked_at(port: int, clock: Clock, *, tls: str = "disable") -> str:
    """What a responder is told of a look at whoever listens there, while other work goes on."""
    target = PostgresTarget(
        name="shop-db",
        environment="production",
        diagnostic_dsn=f"postgresql://looker:secret@127.0.0.1:{port}/shop?sslmode={tls}",
        caps=PATIENT,
    )
    executor, beside = target.executor(redactor=Redactor(), clock=clock), Beside()
    async with asyncio.timeout(60), beside():
        sight = await executor.look(plan("SELECT 1"))
        await executor.close()
    assert beside.longest < HELD
    return str(sight.error)


@pytest.mark.parametrize("noise", NOISE)
@pytest.mark.parametrize(("tls", "answer"), [("disable", b""), ("prefer", b""), ("require", b""), ("prefer", b"N")])
async def test_what_is_no_postgresql_is_told_at_once(clock: Clock, noise: str, tls: str, answer: bytes) -> None:
    """Also what first says, as a PostgreSQL would, that it speaks no TLS."""
    async with Garbler(0, NOISE[noise], tls=answer).listening() as port:
        assert NO_POSTGRESQL in await looked_at(port, clock, tls=tls)


@pytest.mark.parametrize("noise", ["bytes", "a length below nothing", "an error without end"])
async def test_noise_within_tls(clock: Clock, noise: str, tmp_path: Path) -> None:
    async with Garbler(0, NOISE[noise]).speaks_tls(tmp_path).listening() as port:
        assert NO_POSTGRESQL in await looked_at(port, clock, tls="require")


async def test_what_is_wrong_with_tls_is_told_as_that(clock: Clock, tmp_path: Path) -> None:
    """A certificate that nobody vouches for, no TLS at all, a word that is none, and a file that is not there."""
    disagree = "shop-db and Muster do not agree on TLS: check the sslmode and the certificates of its DSN."
    (tmp_path / "other").mkdir()
    other, _ = self_signed(tmp_path / "other")
    async with Garbler(0, b"").speaks_tls(tmp_path).listening() as port:
        assert disagree in await looked_at(port, clock, tls=f"verify-full&sslrootcert={other}")
    async with Garbler(0, b"", tls=b"N").listening() as port:
        assert disagree in await looked_at(port, clock, tls="require")
        assert "The DSN of shop-db cannot be used: check its sslmode" in await looked_at(port, clock, tls="yes")
        missing = await looked_at(port, clock, tls=f"verify-ca&sslrootcert={tmp_path}/none.pem")
        assert "a certificate or a socket that its DSN names is not there" in missing


async def test_an_answer_without_end_is_not_read_to_its_end(clock: Clock) -> None:
    """The server logs Muster in, and then says one notice after the other."""
    login = message(b"R", bytes(4)) + message(b"S", b"server_version\x0016.4\0") + message(b"Z", b"I")
    notices = message(b"N", b"SNOTICE\0M" + b"x" * 200_000 + b"\0\0") * 400
    async with Garbler(0, login + notices).listening() as port:
        assert "answered with more than 64 MiB, which is not read" in await looked_at(port, clock)


@pytest.mark.parametrize(
    ("after", "times"), [(b"R", 1), (b"S", 3), (b"Z", 1), (b"Z", 2), (b"T", 1), (b"D", 1), (b"D", 5)]
)
async def test_noise_after_a_good_beginning(shop: Shop, clock: Clock, after: bytes, times: int) -> None:
    """After the first word of the login, in its midst, between two questions, before the rows and among them."""
    for name, noise in NOISE.items():
        beside = Beside()
        async with Garbler(shop.postgres.port, noise, after=after, times=times).listening() as port, beside():
            executor = garbled(shop, port, clock)
            async with asyncio.timeout(60):
                sight = await executor.look(plan("SELECT id FROM jobs"))
                await executor.close()
        assert beside.longest < HELD, name
        assert NO_POSTGRESQL in str(sight.error), name


@pytest.mark.parametrize("times", range(1, 10))
async def test_what_is_told_of_a_change_is_so_whenever_the_noise_begins(shop: Shop, clock: Clock, times: int) -> None:
    change = plan("UPDATE jobs SET status = 'failed' WHERE id < 4", verdict=Verdict.MUTATING)
    async with Garbler(shop.postgres.port, NOISE["bytes"], after=b"Z", times=times).listening() as port:
        executor = garbled(shop, port, clock)
        async with asyncio.timeout(60):
            outcome = await executor.run(change)
            await executor.close()
    changed = await shop.count("status = 'failed'")
    assert not outcome.sentence.startswith("The step does not fit")
    assert {OutcomeState.FAILED: changed == 0, OutcomeState.RAN: changed == 3}.get(outcome.state, True)
    assert outcome.sentence.endswith(".")
