"""The launcher: a real server, reachable only as promised, and never left behind."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import asyncpg
import pytest

from demo.postgres import NoPostgresError, RealPostgres
from demo.postgres_install import copy_install, find_binaries

ROOT = Path(__file__).parents[2]

PARENT = """
import sys, time
from demo.postgres import RealPostgres
server = RealPostgres()
server.start()
print(server.pid, server._home, flush=True)
time.sleep(600)
"""


def alive(pid: int) -> bool:
    """Whether a process runs: one that ended and was not yet collected does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


def family(pid: int) -> set[int]:
    """A process and all that descend from it; one that has ended meanwhile has nobody."""
    try:
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    except (FileNotFoundError, ProcessLookupError):
        children = []
    return {pid}.union(*(family(int(child)) for child in children))


def eventually(holds: Callable[[], bool], seconds: float = 40) -> bool:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if holds():
            return True
        time.sleep(0.02)
    return holds()


async def test_it_serves_a_database_to_the_superuser(postgres: RealPostgres) -> None:
    connection = await asyncpg.connect(postgres.dsn())
    assert await connection.fetchval("SELECT 6 * 7") == 42
    await connection.close()


async def test_nobody_enters_without_the_password(postgres: RealPostgres) -> None:
    with pytest.raises(asyncpg.InvalidPasswordError):
        await asyncpg.connect(postgres.dsn(password="guessed"))


async def test_it_listens_on_loopback_alone(database: str) -> None:
    connection = await asyncpg.connect(database)
    assert await connection.fetchval("SHOW listen_addresses") == "127.0.0.1"
    assert await connection.fetchval("SHOW unix_socket_directories") == ""
    await connection.close()


async def test_a_fresh_database_is_empty(database: str) -> None:
    connection = await asyncpg.connect(database)
    assert await connection.fetchval("SELECT count(*) FROM pg_stat_user_tables") == 0
    await connection.close()


async def test_a_database_can_be_made_from_a_template(postgres: RealPostgres) -> None:
    original = await asyncpg.connect(await postgres.create_database("original"))
    await original.execute("CREATE TABLE lamps AS SELECT 3 AS lit")
    await original.close()
    copy = await asyncpg.connect(await postgres.create_database("copy", template="original"))
    assert await copy.fetchval("SELECT lit FROM lamps") == 3
    await postgres.drop_database("copy")
    with pytest.raises((asyncpg.PostgresError, asyncpg.InterfaceError, OSError)):
        await copy.fetchval("SELECT 1")
    await postgres.drop_database("original")


def test_stopping_leaves_no_process_and_no_file() -> None:
    server = RealPostgres()
    server.start()
    home = server._home
    processes = family(server.pid)
    assert len(processes) > 1
    server.stop()
    assert not [pid for pid in processes if alive(pid)]
    assert not home.exists()


def test_stopping_twice_is_stopping_once() -> None:
    server = RealPostgres()
    server.start()
    server.stop()
    server.stop()
    with pytest.raises(NoPostgresError, match="not running"):
        _ = server.pid


def test_a_server_that_hangs_is_killed() -> None:
    """The server is frozen, so it hears neither the polite nor the firm request."""
    server = RealPostgres()
    server.start()
    frozen = server.pid
    os.kill(frozen, signal.SIGSTOP)
    server.stop()
    assert eventually(lambda: not alive(frozen))


async def test_a_server_that_had_to_be_killed_is_ready_when_it_is_resumed() -> None:
    """And not when the one before said so."""
    with RealPostgres() as server:
        os.kill(server.pid, signal.SIGSTOP)
        server.pause()
        with pytest.raises(NoPostgresError, match="not running"):
            _ = server.pid
        server.resume()
        connection = await asyncpg.connect(server.dsn())
        assert await connection.fetchval("SELECT 6 * 7") == 42
        await connection.close()


def test_it_ends_with_all_its_files_when_its_parent_is_killed() -> None:
    with subprocess.Popen([sys.executable, "-c", PARENT], stdout=subprocess.PIPE, text=True, cwd=ROOT) as parent:
        assert parent.stdout
        pid, home = parent.stdout.readline().split()
        processes = family(int(pid))
        parent.kill()
    assert eventually(lambda: not any(alive(process) for process in processes))
    assert eventually(lambda: not Path(home).exists())


def test_binaries_that_the_server_account_cannot_reach_are_copied(tmp_path: Path) -> None:
    closed = tmp_path / "closed"
    binaries = copy_install(find_binaries(), closed)
    closed.chmod(0o700)
    with RealPostgres(pg_bin=binaries) as server:
        assert alive(server.pid)


def test_a_folder_without_a_server_is_refused_in_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(NoPostgresError, match=f"{tmp_path} holds no PostgreSQL server"):
        RealPostgres(pg_bin=tmp_path).start()


def test_a_server_that_cannot_start_says_why(tmp_path: Path) -> None:
    binaries = tmp_path / "package" / "install" / "bin"
    binaries.mkdir(parents=True)
    for name in ("initdb", "postgres"):
        program = binaries / name
        program.write_text("#!/bin/sh\necho the disk is on fire >&2\nexit 1\n")
        program.chmod(0o755)
    with pytest.raises(NoPostgresError, match="the disk is on fire"):
        RealPostgres(pg_bin=binaries).start()
