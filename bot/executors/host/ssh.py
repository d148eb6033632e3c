"""Another host over SSH: its key pinned, one program a channel, with the words quoted so that its shell has no say."""

import asyncio
import shlex
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from typing import Final

import asyncssh
from msgspec import Struct

from bot.executors.caps import Caps
from bot.executors.host.door import Door
from bot.executors.host.places import MOST_FILES
from bot.executors.host.start import PATH, Ended
from bot.executors.tool.answer import MOST_BYTES, Denied, HeardBytes, Unanswered, nobody

_START: Final = f"exec /usr/bin/env -i PATH={PATH} LC_ALL=C timeout -s KILL"
"""What the words of a step stand behind: they run without the login's settings, and not for ever if the line is cut."""
_GRACE: Final = 5
_NOT_STARTED: Final = frozenset({125, 126, 127})
"""How ``timeout`` says that it could not start the program."""
_CHUNK: Final = 1 << 16
_MOST_COMPLAINTS: Final = 8192


class SshHost(Struct, frozen=True):
    """An open line to another host."""

    connection: asyncssh.SSHClientConnection
    door: Door
    seconds: float

    @property
    def where(self) -> str:
        """The host's address."""
        return f"{self.door.address}:{self.door.port}"

    @property
    def who(self) -> str:
        """Whom programs run as."""
        return self.door.user

    async def run(
        self, argv: Sequence[str], *, heard: HeardBytes = nobody, given: bytes | None = None, folder: str = "/"
    ) -> Ended:
        """Run a program to its end there; ``heard`` takes its output as it comes. Raises Unanswered."""
        line = f"cd {shlex.quote(folder)} && {_START} {int(self.seconds) + _GRACE} {shlex.join(argv)}"
        stdin = asyncssh.DEVNULL if given is None else asyncssh.PIPE
        try:
            process = await self.connection.create_process(line, stdin=stdin, encoding=None)
            try:
                (output, cut), (complaint, _), _ = await asyncio.gather(
                    # What changes something is not ended for printing much: the rest is let go.
                    _up_to(process.stdout, MOST_BYTES, process.close if given is None else None, heard),
                    _up_to(process.stderr, _MOST_COMPLAINTS, None, nobody),
                    _give(process, given),
                )
                ended_for_it = cut and given is None
                if not ended_for_it:
                    await process.wait_closed()
            finally:
                if process.returncode is None:
                    process.kill()
                process.close()
        except (asyncssh.Error, OSError) as fault:
            raise Unanswered(f"The line to {self.door.address} was lost: see whether the host is up.") from fault
        code = 0 if ended_for_it else process.returncode
        if code is None:
            raise Unanswered(f"The line to {self.door.address} was lost: see whether the host is up.")
        told = "\n".join(line for line in complaint.decode("utf-8", "replace").splitlines() if not _homeless(line))
        if code in _NOT_STARTED and not output:
            raise Denied(f"{argv[0]} could not be started on {self.door.address}: {told}")
        return Ended(binary=argv[0], code=code, output=output, complaint=told, cut=cut)

    async def matching(self, pattern: str) -> list[str]:
        """The paths that a pattern in the last part of a path means. Raises Denied for one elsewhere."""
        folder, _, name = pattern.rpartition("/")
        if any(mark in folder for mark in "*?["):
            raise Denied(f"{pattern}: over SSH a pattern may stand only behind the last stroke of a path.")
        sought = ["find", f"{folder or '/'}/", "-mindepth", "1", "-maxdepth", "1", "-name", name, "-print"]
        found = [line.replace("//", "/") for line in await self._lines(sought)]
        shown = [path for path in found if name.startswith(".") or not path.rpartition("/")[2].startswith(".")]
        return sorted(shown)[: MOST_FILES + 1]

    async def real(self, paths: Sequence[str]) -> list[str]:
        """Each path with its links followed."""
        ends = await self._lines(["realpath", "-m", "--", *paths])
        if len(ends) != len(paths):
            raise Denied(f"{self.door.address} does not tell where its links lead, so nothing was run.")
        return ends

    async def _lines(self, argv: Sequence[str]) -> list[str]:
        return (await self.run(argv)).output.decode("utf-8", "replace").splitlines()


async def _give(process: "asyncssh.SSHClientProcess[bytes]", given: bytes | None) -> None:
    """Its input, and its end."""
    if given is not None:
        process.stdin.write(given)
        process.stdin.write_eof()


@asynccontextmanager
async def ssh_host(door: Door, caps: Caps, seconds: float) -> AsyncIterator[SshHost]:
    """A line to the host, and only to the one that has the pinned key, for programs that last ``seconds`` at most.

    Raises Denied or Unanswered.
    """
    connection = await _connected(door, caps)
    try:
        yield SshHost(connection, door, seconds)
    finally:
        connection.close()


async def _connected(door: Door, caps: Caps) -> asyncssh.SSHClientConnection:
    try:
        known, own = asyncssh.import_public_key(door.host_key), asyncssh.import_private_key(door.key)
    except asyncssh.KeyImportError as fault:
        raise Denied(
            f"A key for {door.address} cannot be read: see `host_key`, and what stands in `key_env`."
        ) from fault
    try:
        return await asyncssh.connect(
            door.address,
            door.port,
            username=door.user,
            client_keys=[own],
            known_hosts=([known], [], []),
            config=None,
            agent_path=None,
            preferred_auth="publickey",
            connect_timeout=caps.connect_seconds,
            login_timeout=caps.connect_seconds,
        )
    except (asyncssh.HostKeyNotVerifiable, asyncssh.KeyExchangeFailed) as fault:
        raise Denied(
            f"{door.address} shows another key than the one in muster.yaml: nothing was sent to it. "
            "Ask who changed the host before you change `host_key`."
        ) from fault
    except asyncssh.PermissionDenied as fault:
        raise Denied(f"{door.address} does not let {door.user} in with the key of `key_env`.") from fault
    except (asyncssh.Error, OSError, TimeoutError) as fault:
        raise Unanswered(
            f"{door.address} could not be reached over SSH: see whether it is up, and its port."
        ) from fault


def _homeless(line: str) -> bool:
    """Whether this is the server's remark that the user has no home, which no step needs."""
    return line.startswith("Could not chdir to home directory")


async def _up_to(
    stream: asyncssh.SSHReader[bytes], most: int, when_cut: Callable[[], None] | None, heard: HeardBytes
) -> tuple[bytes, bool]:
    """What the stream holds, up to ``most``, and whether there was more; that is let go, or ends the program."""
    content, cut = bytearray(), False
    while chunk := await stream.read(_CHUNK):
        content += chunk[: most - len(content)]
        heard(chunk)
        if len(content) >= most and not cut:
            cut = True
            if when_cut is not None:
                when_cut()
                break
    return bytes(content), cut
