"""The bot as a process of its own: started, waited for until it is ready, stopped, or killed without warning."""

import asyncio
import os
import sys
from collections.abc import Mapping
from contextlib import AsyncExitStack, suppress
from pathlib import Path
from typing import Final, Protocol

import aiohttp

READY_WITHIN: Final = 60.0
STOP_WITHIN: Final = 40.0
HANDED_OVER: Final = (
    "import os, sys; os.dup2(int(sys.argv[1]), 3); "
    "os.environ.update(LISTEN_FDS='1', LISTEN_PID=str(os.getpid())); os.execv(sys.argv[2], sys.argv[2:])"
)
"""Gives a program a listening socket as systemd does."""
ROOT: Final = Path(__file__).resolve().parent.parent


class NotReadyError(Exception):
    """The bot did not become ready; the message holds the end of its log."""


class Running(Protocol):
    """A process that was begun. ``returncode`` is None while it lives."""

    @property
    def pid(self) -> int: ...

    @property
    def returncode(self) -> int | None: ...

    def kill(self) -> None: ...

    def terminate(self) -> None: ...

    async def wait(self) -> int: ...


class BotProcess:
    """``muster run`` with one configuration. Its log goes to ``bot.log`` beside that."""

    def __init__(self, config: Path, *, port: int, environment: Mapping[str, str], door: int | None = None) -> None:
        """``door`` is a listening socket's descriptor, which is handed over: several processes may take from it."""
        self.config = config
        self._door = door
        self.environment = environment
        self.web_url = f"http://127.0.0.1:{port}"
        self.log = config.parent / "bot.log"
        self._process: Running | None = None

    @property
    def pid(self) -> int:
        """The process id. Raises LookupError when it does not run."""
        if self._process is None or self._process.returncode is not None:
            raise LookupError("the bot does not run")
        return self._process.pid

    async def start(self, within: float = READY_WITHIN) -> float:
        """Start it and wait until it is ready; the seconds that took. Raises NotReadyError when it was ended again."""
        began = asyncio.get_running_loop().time()
        self._process = await self._begun()
        async with AsyncExitStack() as failed:
            failed.push_async_callback(self.stop)
            await self._ready(self._process, began + within)
            failed.pop_all()
        return asyncio.get_running_loop().time() - began

    async def stop(self) -> bool:
        """Ask it to end, and end it when it does not. Whether it ended by itself, with nothing to complain of."""
        if self._process is None:
            return True
        if self._process.returncode is None:
            self._process.terminate()
            try:
                async with asyncio.timeout(STOP_WITHIN):
                    await self._process.wait()
            except TimeoutError:
                await self.kill()
        return self._process.returncode == 0

    async def kill(self) -> None:
        """End it at once, as a power cut would."""
        if self._process is not None and self._process.returncode is None:
            self._process.kill()
            await self._process.wait()

    def last_words(self) -> str:
        """The end of its log."""
        return " / ".join(self.log.read_text(errors="replace").splitlines()[-3:])

    async def _begun(self) -> Running:
        with self.log.open("ab") as log:
            handed = () if self._door is None else (sys.executable, "-c", HANDED_OVER, str(self._door))
            return await asyncio.create_subprocess_exec(
                *handed, sys.executable, "-m", "bot", "run", "--config", str(self.config),
                cwd=ROOT, env={**os.environ, **self.environment}, stdin=asyncio.subprocess.DEVNULL,
                stdout=log, stderr=log, pass_fds=() if self._door is None else (self._door,),
            )  # fmt: skip

    async def _ready(self, process: Running, deadline: float) -> None:
        async with aiohttp.ClientSession() as session:
            while process.returncode is None and asyncio.get_running_loop().time() < deadline:
                with suppress(aiohttp.ClientError):
                    if await self._is_ready(session, process.pid):
                        return
                await asyncio.sleep(0.02)
        raise NotReadyError(f"The bot did not become ready. The end of its log: {self.last_words()}")

    async def _is_ready(self, session: aiohttp.ClientSession, pid: int) -> bool:
        """Whether this very process is: another one may answer at the same door."""
        async with session.get(f"{self.web_url}/readyz", headers={"Connection": "close"}) as answer:
            told = await answer.json(content_type=None)
            return answer.status == 200 and (self._door is None or str(told["process"]).endswith(f":{pid}"))
