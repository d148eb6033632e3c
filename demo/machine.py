"""The machine that a patient's logs and backups lie on: a real SSH server on loopback, whose programs have no rights.

What a patient writes there lies in a folder of its own: the paths of a command are led into it, and out of it again in
what is answered. How full its disk is, the patient says. Everything else is this machine: its memory, its connections.
"""

import asyncio
import os
import shutil
import tempfile
import time
from collections.abc import Sequence
from contextlib import AsyncExitStack
from pathlib import Path

import asyncssh

USER = "look"
KEY_VARIABLE = "DEMO_HOST_KEY"
MOST_BYTES = 4_000_000


_DF = """#!/bin/sh
echo 'Filesystem      Size  Used Avail Use% Mounted on'
echo '/dev/sda1       100G   {used}G   {left}G  {used}% /'
"""
_USED, _FULL = 41, 94
"""Per cent of its disk."""


class Machine:
    """``places`` are the files and folders that are the patient's. Started, it has ``port`` and the keys it needs."""

    def __init__(self, places: Sequence[str]) -> None:
        self._places = places
        self._room = Path()
        self.port = 0
        self._own = asyncssh.generate_private_key("ssh-ed25519")
        self._user = asyncssh.generate_private_key("ssh-ed25519")

    async def start(self, undo: AsyncExitStack) -> None:
        """Serve until `undo` is closed, then delete what was written."""
        self._room = Path(tempfile.mkdtemp(prefix="muster-machine-"))
        undo.callback(shutil.rmtree, self._room, ignore_errors=True)
        self._room.chmod(0o755)
        self.fill(_USED)
        allowed = self._room / "authorized_keys"
        allowed.write_bytes(self._user.export_public_key())
        server = await asyncssh.listen(
            "127.0.0.1",
            0,
            server_host_keys=[self._own],
            authorized_client_keys=str(allowed),
            process_factory=self._run,
            encoding=None,
        )
        undo.push_async_callback(server.wait_closed)
        undo.callback(server.close)
        self.port = server.get_port()

    def fill(self, used: int) -> None:
        """Let ``df`` say that so many per cent of the disk are in use."""
        program = self._room / "bin" / "df"
        program.parent.mkdir(mode=0o755, exist_ok=True)
        program.write_text(_DF.format(used=used, left=100 - used), encoding="utf-8")
        program.chmod(0o755)

    def write(self, path: str, text: str, *, days_old: int = 0) -> None:
        """Put a file there, which anybody may read."""
        inside = self._room / path.lstrip("/")
        inside.parent.mkdir(mode=0o755, parents=True, exist_ok=True)
        inside.write_text(text, encoding="utf-8")
        written = time.time() - days_old * 86_400
        os.utime(inside, (written, written))

    def target(self) -> dict[str, object]:
        """What the bot's configuration says of it."""
        ssh = {
            "address": "127.0.0.1",
            "port": self.port,
            "host_key": self._own.export_public_key().decode().strip(),
            "user": USER,
            "key_env": KEY_VARIABLE,
        }
        return {"kind": "host", "environment": "production", "ssh": ssh}

    @property
    def environment(self) -> dict[str, str]:
        """The key that the target names."""
        return {KEY_VARIABLE: self._user.export_private_key().decode()}

    async def _run(self, process: "asyncssh.SSHServerProcess[bytes]") -> None:
        """Run a command as a login would, as an account without rights where we are root."""
        command = process.command or ""
        for place in self._places:
            command = command.replace(place, f"{self._room}{place}")
        command = command.replace("PATH=", f"PATH={self._room}/bin:", 1)
        is_root = os.geteuid() == 0
        started = await asyncio.create_subprocess_exec(
            "/bin/sh",
            "-c",
            command,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            user="nobody" if is_root else None,
            group="nogroup" if is_root else None,
            extra_groups=[] if is_root else None,
            start_new_session=True,
        )
        output, complaint = await started.communicate()
        process.stdout.write(self._outside(output))
        process.stderr.write(self._outside(complaint))
        process.exit(started.returncode or 0)

    def _outside(self, text: bytes) -> bytes:
        return text[:MOST_BYTES].replace(str(self._room).encode(), b"")


class FullDisk:
    """The disk of the machine fills up with what nobody cleared away."""

    name = "full-disk"
    title = "The disk of the machine is nearly full"

    def __init__(self, machine: Machine) -> None:
        self._machine = machine
        self.active = False

    async def begin(self) -> None:
        self._machine.fill(_FULL)
        self.active = True

    async def end(self) -> None:
        self._machine.fill(_USED)
        self.active = False
