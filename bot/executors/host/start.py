"""One program on Muster's own host: no shell, no input, no environment, its own process group, read up to a cap."""

import asyncio
import os
import shutil
import signal
import stat
from collections.abc import Coroutine, Sequence
from contextlib import suppress
from functools import lru_cache
from pathlib import Path
from typing import Final

from msgspec import Struct

from bot.executors.tool.answer import MOST_BYTES, Denied, HeardBytes, Unanswered, nobody

PATH: Final = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
_ENVIRONMENT: Final = {"PATH": PATH, "LC_ALL": "C"}
_CHUNK: Final = 1 << 16
_MOST_COMPLAINTS: Final = 8192
_LAST_WORDS: Final = 1.0
"""Seconds that a killed program's pipes have to close."""
_OTHERS_MAY_WRITE: Final = stat.S_IWGRP | stat.S_IWOTH


class Account(Struct, frozen=True, kw_only=True):
    """Whom the program runs as, by its numbers. ``groups`` are all of its groups, so that it may read their logs."""

    uid: int
    gid: int
    groups: tuple[int, ...] = ()


class Ended(Struct, frozen=True, kw_only=True):
    """How a program ended. ``cut``: it printed more than the cap and was ended for it."""

    binary: str
    code: int
    output: bytes
    complaint: str
    cut: bool


@lru_cache(maxsize=256)
def binary_of(tool: str) -> str:
    """The one file that the tool's name means here, found once. Raises Denied when others than root may change it."""
    found = shutil.which(tool, path=PATH) if "/" not in tool else None
    if found is None:
        raise Denied(f"Nothing was run: {tool} is not installed where Muster runs.")
    real = Path(found).resolve()
    kept = real.stat()
    if not stat.S_ISREG(kept.st_mode) or kept.st_uid != 0 or kept.st_mode & _OTHERS_MAY_WRITE:
        raise Denied(f"Nothing was run: {real} could be changed by others than root.")
    return str(real)


async def run(
    argv: Sequence[str],
    account: Account | None,
    *,
    heard: HeardBytes = nobody,
    given: bytes | None = None,
    folder: str = "/",
) -> Ended:
    """Run it to its end, with ``given`` as its input or with none; ``heard`` takes its output as it comes.

    Raises Denied when it cannot start. Cancelled, it is gone with all that it started.
    """
    binary = await asyncio.to_thread(binary_of, argv[0])
    process = await _whole(_started(argv, binary, account, asks=given is not None, folder=folder))
    try:
        (output, cut), (complaint, _), _ = await asyncio.gather(
            # What changes something is not ended for printing much: the rest is let go.
            _up_to(process.stdout, MOST_BYTES, process if given is None else None, heard),
            _up_to(process.stderr, _MOST_COMPLAINTS, None, nobody),
            _give(process, given),
        )
        code = await process.wait()
    finally:
        await _end(process)
    told = complaint.decode("utf-8", "replace").strip()
    return Ended(binary=binary, code=code, output=output, complaint=told, cut=cut)


async def _whole(starting: Coroutine[None, None, asyncio.subprocess.Process]) -> asyncio.subprocess.Process:
    """The process once it has started. Cancelled halfway, asyncio ends the program, not what it began by then."""
    start = asyncio.ensure_future(starting)
    try:
        return await asyncio.shield(start)
    except asyncio.CancelledError:
        with suppress(Denied, Unanswered):
            await _end(await start)
        raise


async def _give(process: asyncio.subprocess.Process, given: bytes | None) -> None:
    """Its input, and its end; a program that ends before it read all needs no more."""
    if given is None or process.stdin is None:
        return
    process.stdin.write(given)
    with suppress(ConnectionResetError, BrokenPipeError):
        await process.stdin.drain()
    process.stdin.close()


async def _started(
    argv: Sequence[str], binary: str, account: Account | None, *, asks: bool, folder: str
) -> asyncio.subprocess.Process:
    try:
        return await asyncio.create_subprocess_exec(
            *argv,
            executable=binary,
            stdin=asyncio.subprocess.PIPE if asks else asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            env=_ENVIRONMENT,
            cwd=folder,
            start_new_session=True,
            user=None if account is None else account.uid,
            group=None if account is None else account.gid,
            extra_groups=None if account is None else account.groups,
        )
    except PermissionError as fault:
        raise Denied(f"Nothing was run: Muster may not start {argv[0]} as that account.") from fault
    except OSError as fault:
        raise Unanswered(f"Nothing was run: {Path(binary).name} could not be started ({fault.strerror}).") from fault


async def _up_to(
    stream: asyncio.StreamReader | None, most: int, process: asyncio.subprocess.Process | None, heard: HeardBytes
) -> tuple[bytes, bool]:
    """What the stream holds, up to ``most``; beyond it the process is ended, or the rest is let go."""
    content, cut = bytearray(), False
    while stream is not None and (chunk := await stream.read(_CHUNK)):
        content += chunk[: most - len(content)]
        heard(chunk)
        if len(content) >= most and not cut:
            cut = True
            if process is not None:
                _kill(process)
    return bytes(content), cut


async def _end(process: asyncio.subprocess.Process) -> None:
    """End the whole group, and wait until it is gone: nothing that a step started outlives it."""
    _kill(process)
    rest = [stream.read() for stream in (process.stdout, process.stderr) if stream is not None]
    try:
        async with asyncio.timeout(_LAST_WORDS):
            await asyncio.gather(*rest, process.wait())
    except TimeoutError:
        return  # it is stuck in the kernel: there is nothing more that could be done to it


def _kill(process: asyncio.subprocess.Process) -> None:
    try:
        os.killpg(process.pid, signal.SIGKILL)
    except (ProcessLookupError, PermissionError):
        return  # it has ended, or is a program with rights of its own, which its arguments bound
