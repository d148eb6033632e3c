"""A real PostgreSQL for as long as a demo or a test run lasts: found, started on loopback, and gone afterwards.

Nothing is kept: the data live in a private temporary directory, in memory where there is room. The server cannot
outlive the process that started it, however that process ends, because it is tied to a pipe which the operating system
closes.
"""

from __future__ import annotations

import contextlib
import os
import secrets
import shutil
import subprocess
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

import asyncpg

from demo.ports import free_port
from demo.postgres_install import (
    Account,
    NoPostgresError,
    copy_install,
    fast_folder,
    find_binaries,
    keeps_statistics,
    reachable,
    server_account,
)

__all__ = ["NoPostgresError", "RealPostgres"]

SUPERUSER = "postgres"
START_SECONDS = 60.0
STOP_SECONDS = 3.0
START_ATTEMPTS = 3

# Reads the pipe on standard input: a line asks for an orderly shutdown (INT), its end for an immediate one (QUIT). An
# end without a line means that our process died: then nobody else is left to delete the private directory, in which the
# guard stands. It sends the signals because the server's parent alone can know that the number is still the server's.
GUARD = """
exec 3<&0 </dev/null
"$@" 3<&- &
server=$!
(
  if read -r _ <&3; then kill -INT $server; read -r _ <&3; else : >orphaned; fi
  kill -QUIT $server
) 2>/dev/null &
watcher=$!
exec 3<&-
wait $server
status=$?
kill $watcher 2>/dev/null
[ ! -e orphaned ] || rm -rf "$PWD"
exit $status
"""

# Only what a throw-away server needs; a crash of the machine may lose its data, a crash of the server does not.
SETTINGS = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "shared_buffers": "32MB",
    "min_wal_size": "32MB",
    "max_wal_size": "64MB",
    # In the data directory, so that it goes with it even after a kill.
    "dynamic_shared_memory_type": "mmap",
    "log_destination": "stderr",
    "timezone": "UTC",
}

DURABLE = {"fsync": "on", "synchronous_commit": "on", "full_page_writes": "on", "max_wal_size": "1GB"}
"""As a team's own server is set up: for measuring."""


class RealPostgres:
    """A PostgreSQL of one's own: `with RealPostgres() as postgres:`; start takes about a second, stop a tenth.

    With ``durable`` its data are on the disk, and a commit waits for that.
    Starting and stopping block: from a coroutine use `asyncio.to_thread`. Raises NoPostgresError.
    """

    def __init__(self, *, pg_bin: Path | None = None, max_connections: int = 100, durable: bool = False) -> None:
        self._pg_bin = pg_bin
        self._durable = durable
        self._max_connections = max_connections
        self._account = Account()
        self._home = self._binaries = Path()
        self._undo = contextlib.ExitStack()
        self._guard: subprocess.Popen[bytes] | None = None
        self.password = secrets.token_urlsafe(24)
        self.port = 0

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.stop()

    @property
    def pid(self) -> int:
        """The server's process id, from its own lock file. Raises NoPostgresError when it is not running."""
        lines = self._lock_file()
        if not lines:
            raise NoPostgresError("This PostgreSQL is not running: start it first.")
        return int(lines[0])

    def dsn(self, database: str = "postgres", *, role: str = SUPERUSER, password: str | None = None) -> str:
        """A connection URL for one role (the superuser unless named, whose password is known here)."""
        return f"postgresql://{role}:{password or self.password}@127.0.0.1:{self.port}/{database}"

    async def create_database(self, name: str, *, template: str = "template1") -> str:
        """Create an empty database, or a copy of `template`; returns the superuser's connection URL to it."""
        await self._run_sql(f"CREATE DATABASE {_quoted(name)} TEMPLATE {_quoted(template)}")
        return self.dsn(name)

    async def drop_database(self, name: str) -> None:
        """Remove a database, throwing out whoever is still connected; no error when there is none."""
        await self._run_sql(f"DROP DATABASE IF EXISTS {_quoted(name)} WITH (FORCE)")

    async def _run_sql(self, statement: str) -> None:
        connection = await asyncpg.connect(self.dsn())
        try:
            await connection.execute(statement)
        finally:
            await connection.close()

    def start(self) -> None:
        """Start the server and wait until it accepts connections; on failure nothing stays behind."""
        if self._guard:
            return
        with contextlib.ExitStack() as undo:
            self._account = server_account()
            self._binaries = self._settle(find_binaries(self._pg_bin), undo)
            self._initdb(self._binaries)
            undo.callback(self._stop_server)
            self._serve(self._binaries)
            self._undo = undo.pop_all()

    def pause(self) -> None:
        """Stop the server, which breaks every connection; its data stay."""
        self._stop_server()

    def resume(self) -> None:
        """Start a paused server where it was, with its data."""
        if not self._guard:
            self._serve(self._binaries, port=self.port)

    def stop(self) -> None:
        """Stop the server within seconds and delete its data; no error when it is not running."""
        self._undo.close()

    def _settle(self, binaries: Path, undo: contextlib.ExitStack) -> Path:
        """Make the private directory, with a copy of the binaries in it if the server's account cannot reach them."""
        copy = self._account.uid is not None and not reachable(binaries)
        self._home = Path(
            tempfile.mkdtemp(prefix="muster-postgres-", dir=None if copy or self._durable else fast_folder())
        )
        undo.callback(shutil.rmtree, self._home, ignore_errors=True)
        if copy:
            binaries = copy_install(binaries, self._home)
        self._hand_over()
        return binaries

    def _hand_over(self) -> None:
        if self._account.uid is None or self._account.gid is None:
            return
        if not reachable(self._home.parent):
            raise NoPostgresError(
                f"{self._home.parent} is closed to the account PostgreSQL runs as: set TMPDIR to an open folder."
            )
        for path in (self._home, *self._home.rglob("*")):
            os.chown(path, self._account.uid, self._account.gid, follow_symlinks=False)

    def _initdb(self, binaries: Path) -> None:
        secret = self._home / "password"
        secret.touch(mode=0o600)
        if self._account.uid is not None:
            os.chown(secret, self._account.uid, -1)
        secret.write_text(self.password)
        options = [f"--username={SUPERUSER}", f"--pwfile={secret}", "--auth=scram-sha-256"]
        options += ["--encoding=UTF8", "--locale=C", "--no-sync", "--no-instructions"]
        command = [str(binaries / "initdb"), f"--pgdata={self._data}", *options]
        with (self._home / "log").open("wb") as log:
            initdb = self._popen(command, stdin=subprocess.DEVNULL, output=log.fileno())
            try:
                initdb.wait(START_SECONDS)
            except subprocess.TimeoutExpired:
                log.write(b"initdb took too long\n")
            finally:
                initdb.kill()
                status = initdb.wait()
        secret.unlink()
        if status:
            raise NoPostgresError(f"initdb of {binaries} failed: {self._last_words()}")

    def _serve(self, binaries: Path, *, port: int = 0) -> None:
        for attempt in range(1, START_ATTEMPTS + 1):
            self.port = port or free_port()
            self._launch([str(binaries / "postgres"), "-D", str(self._data), "-p", str(self.port), *self._options()])
            if self._wait_ready():
                return
            self._stop_server()
            # Somebody may have taken the port between our looking and the server's binding it.
            if attempt == START_ATTEMPTS or "Address already in use" not in self._log():
                raise NoPostgresError(f"PostgreSQL of {binaries} did not start: {self._last_words()}")

    def _options(self) -> list[str]:
        settings = {**SETTINGS, **(DURABLE if self._durable else {}), "max_connections": str(self._max_connections)}
        if keeps_statistics(self._binaries):
            settings["shared_preload_libraries"] = "pg_stat_statements"
        return [word for name, value in settings.items() for word in ("-c", f"{name}={value}")]

    def _launch(self, command: Sequence[str]) -> None:
        with (self._home / "log").open("wb") as log:
            guarded = ["/bin/sh", "-c", GUARD, "muster-postgres", *command]
            self._guard = self._popen(guarded, stdin=subprocess.PIPE, output=log.fileno())

    def _popen(self, command: Sequence[str], *, stdin: int, output: int) -> subprocess.Popen[bytes]:
        """Run as the server's account, out of reach of the terminal's Ctrl-C, with nothing of our environment."""
        return subprocess.Popen(
            command,
            stdin=stdin,
            stdout=output,
            stderr=output,
            cwd=self._home,
            env={"PATH": os.defpath, "LC_ALL": "C"},
            user=self._account.uid,
            group=self._account.gid,
            extra_groups=self._account.groups,
            start_new_session=True,
        )

    def _wait_ready(self) -> bool:
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline and self._guard and self._guard.poll() is None:
            lines = self._lock_file()
            if len(lines) >= 8 and lines[7].strip() == "ready":
                return True
            time.sleep(0.01)
        return False

    def _stop_server(self) -> None:
        """Ask, then insist, then kill; each step bounded."""
        guard, self._guard = self._guard, None
        if guard is None or guard.stdin is None:
            return
        with contextlib.suppress(OSError):
            guard.stdin.write(b"\n")
            guard.stdin.flush()
        with contextlib.suppress(subprocess.TimeoutExpired):
            guard.wait(STOP_SECONDS)
        with contextlib.suppress(OSError):
            guard.stdin.close()
        try:
            guard.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            os.killpg(guard.pid, 9)
            guard.wait()
            # It would say of the next one that it is ready.
            (self._data / "postmaster.pid").unlink(missing_ok=True)

    @property
    def _data(self) -> Path:
        return self._home / "data"

    def _lock_file(self) -> list[str]:
        try:
            return (self._data / "postmaster.pid").read_text().splitlines()
        except OSError:
            return []

    def _log(self) -> str:
        try:
            return (self._home / "log").read_text(errors="replace")
        except OSError:
            return ""

    def _last_words(self) -> str:
        lines = [line for line in self._log().splitlines() if line.strip()]
        return " / ".join(lines[-3:]) or "it said nothing."


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
