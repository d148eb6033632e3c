"""The demo's Redis: started on loopback, closed to strangers, and gone with its parent."""

import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest
from redis.asyncio import Redis
from redis.exceptions import AuthenticationError

from demo import redis as demo_redis
from demo.redis import NoRedisError, RealRedis


async def test_the_administrator_gets_in_and_nobody_else(redis_server: RealRedis) -> None:
    async with Redis.from_url(redis_server.url()) as admin:
        assert await admin.ping()
        assert (await admin.config_get("bind"))["bind"] == "127.0.0.1"
    async with Redis.from_url(redis_server.url(password="wrong")) as stranger:
        with pytest.raises(AuthenticationError):
            await stranger.ping()


def test_it_stops_at_once_and_comes_back_where_it_was() -> None:
    with RealRedis() as server:
        port = server.port
        server.stop()
        with pytest.raises(OSError, match="refused"):
            socket.create_connection(("127.0.0.1", port), 1)
        server.start()
        assert server.port == port


def test_it_ends_with_its_parent_however_that_ends() -> None:
    script = "import time; from demo.redis import RealRedis; r = RealRedis(); r.start(); print(r.port, flush=True)"
    parent = subprocess.Popen(
        [sys.executable, "-c", f"{script}; time.sleep(600)"], stdout=subprocess.PIPE, cwd=Path(__file__).parents[2]
    )
    assert parent.stdout
    port = int(parent.stdout.readline())
    os.kill(parent.pid, signal.SIGKILL)
    parent.wait()
    parent.stdout.close()
    deadline = time.monotonic() + 40
    while _listens(port):
        assert time.monotonic() < deadline, "the server outlived its parent"
        time.sleep(0.01)


def test_without_any_server_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nonexistent")
    monkeypatch.setattr(demo_redis.importlib.util, "find_spec", lambda name: None)
    with pytest.raises(NoRedisError, match="install Debian's redis-server"):
        RealRedis().start()


def _listens(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), 1).close()
    except OSError:
        return False
    return True
