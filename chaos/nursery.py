"""Where replicas come from quickly: a process that has imported everything, and forks one for each start.

What it forks runs ``muster run`` like any other, has its own memory and sockets, and is killed by its own pid. Only the
second that imports take, in which nothing of Muster happens, is spared. ``python -m chaos.nursery`` reads one start a
line on stdin, and writes on stdout who was born and who died; when stdin ends, it kills all that it made.
"""

import asyncio
import gc
import os
import select
import signal
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

import msgspec

import bot.executors.http.executor
import bot.slack.shared_redis
import bot.stores.postgres
from bot import wiring
from bot.terminal.run import app
from compiler.catalog import load
from demo.bot_process import ROOT, BotProcess, Running

LOOKS_EVERY: Final = 0.02
"""Seconds between two looks who has died."""
GONE: Final = "the nursery, from which replicas come, is gone"
RUNBOOK: Final = ROOT / "runbooks" / "ai-storybook" / "catalog.yaml"
BEFOREHAND: Final = (bot.executors.http.executor, bot.slack.shared_redis, bot.stores.postgres)
"""What a replica of a real round imports only once it has read its settings."""


class Start(msgspec.Struct, frozen=True, kw_only=True):
    """What a replica is started with. ``number`` is its own; its clock is ``clock_off`` seconds ahead."""

    number: int
    config: str
    log: str
    environment: Mapping[str, str]
    clock_off: float = 0.0


class News(msgspec.Struct, frozen=True, kw_only=True):
    """A replica was born; or it died, and ``code`` is how (-9: it was killed)."""

    number: int
    pid: int
    code: int | None = None


class Replica:
    """A process that the nursery made."""

    def __init__(self, pid: int) -> None:
        self.pid = pid
        self.returncode: int | None = None
        self._died = asyncio.Event()

    def kill(self) -> None:
        self._send(signal.SIGKILL)

    def terminate(self) -> None:
        self._send(signal.SIGTERM)

    async def wait(self) -> int:
        await self._died.wait()
        return self.returncode or 0

    def died(self, code: int) -> None:
        """It is gone."""
        self.returncode = code
        self._died.set()

    def _send(self, number: signal.Signals) -> None:
        if self.returncode is None:
            with suppress(ProcessLookupError):
                os.kill(self.pid, number)


class Nursery:
    """The nursery, as whoever wants replicas holds it."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        assert process.stdin is not None
        assert process.stdout is not None
        self.pid = process.pid
        self._asks, self._tells = process.stdin, process.stdout
        self._awaited: dict[int, asyncio.Future[Replica]] = {}
        self._replicas: dict[int, Replica] = {}
        self._gone = False

    async def born(self, config: Path, log: Path, environment: Mapping[str, str], *, clock_off: float = 0.0) -> Replica:
        """A new replica. Raises ConnectionError when the nursery itself is gone."""
        if self._gone:
            raise ConnectionError(GONE)
        number = len(self._awaited)
        awaited: asyncio.Future[Replica] = asyncio.get_running_loop().create_future()
        self._awaited[number] = awaited
        start = Start(number=number, config=str(config), log=str(log), environment=environment, clock_off=clock_off)
        self._asks.write(msgspec.json.encode(start) + b"\n")
        return await awaited

    async def listen(self) -> None:
        """Hear of births and deaths until it is gone."""
        while line := await self._tells.readline():
            news = msgspec.json.decode(line, type=News)
            if news.code is not None:
                self._replicas[news.number].died(news.code)
            elif not self._awaited[news.number].done():
                self._replicas[news.number] = Replica(news.pid)
                self._awaited[news.number].set_result(self._replicas[news.number])
        self._gone = True
        for replica in self._replicas.values():
            # Nobody is left who could tell of its death.
            if replica.returncode is None:
                replica.kill()
                replica.died(-signal.SIGKILL)
        for each in self._awaited.values():
            if not each.done():
                each.set_exception(ConnectionError(GONE))


class Nursling(BotProcess):
    """A bot's process that comes from the nursery."""

    def __init__(
        self, nursery: Nursery, config: Path, *, port: int, environment: Mapping[str, str], door: int | None = None
    ) -> None:
        super().__init__(config, port=port, environment=environment, door=door)
        self._nursery = nursery
        self.clock_off = 0.0
        """Seconds by which its next life's clock is ahead."""

    async def _begun(self) -> Running:
        return await self._nursery.born(self.config, self.log, self.environment, clock_off=self.clock_off)


@asynccontextmanager
async def opened() -> AsyncIterator[Nursery]:
    """A nursery that ends with the block, and whatever came from it."""
    pipe = asyncio.subprocess.PIPE
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "chaos.nursery", cwd=ROOT, stdin=pipe, stdout=pipe, start_new_session=True
    )
    nursery = Nursery(process)
    listening = asyncio.create_task(nursery.listen())
    try:
        yield nursery
    finally:
        assert process.stdin is not None
        process.stdin.close()
        await process.wait()
        await asyncio.gather(listening, return_exceptions=True)


def _serve() -> None:
    """Fork whoever is asked for, and tell who has died, until stdin ends."""
    alive: dict[int, int] = {}
    rest = b""
    # What judges its commands is imported, and made ready, when the first runbook is read.
    load(RUNBOOK.read_text(encoding="utf-8"), str(RUNBOOK))
    gc.freeze()
    while True:
        readable, _, _ = select.select([0], [], [], LOOKS_EVERY if alive else None)
        _bury(alive)
        if not readable:
            continue
        chunk = os.read(0, 1 << 20)
        if not chunk:
            break
        *lines, rest = (rest + chunk).split(b"\n")
        for line in lines:
            start = msgspec.json.decode(line, type=Start)
            pid = os.fork() or _live(start)
            alive[pid] = start.number
            _tell(News(number=start.number, pid=pid))
    for pid in alive:
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)


def _bury(alive: dict[int, int]) -> None:
    for pid in list(alive):
        gone, status = os.waitpid(pid, os.WNOHANG)
        if gone:
            _tell(News(number=alive.pop(pid), pid=pid, code=os.waitstatus_to_exitcode(status)))


def _tell(news: News) -> None:
    os.write(1, msgspec.json.encode(news) + b"\n")


def _live(start: Start) -> int:
    """The life of a replica; it never returns."""
    code = 1
    try:
        log = os.open(start.log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        nothing = os.open(os.devnull, os.O_RDONLY)
        for ours, standard in ((nothing, 0), (log, 1), (log, 2)):
            os.dup2(ours, standard)
        os.environ.update(start.environment)
        if start.clock_off:
            # As if the machine's clock were wrong: this is where Muster asks for the time.
            off = timedelta(seconds=start.clock_off)
            vars(wiring)["utc_now"] = lambda: datetime.now(UTC) + off
        code = app(["--config", start.config], prog_name="muster run", standalone_mode=False) or 0
    finally:
        os._exit(code)


if __name__ == "__main__":
    _serve()
