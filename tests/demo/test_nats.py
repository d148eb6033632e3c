"""The demo's NATS: started on loopback, closed to strangers, and gone with its parent."""

import asyncio
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import nats
import pytest

from demo import nats as demo_nats
from demo.nats import ADMIN, NoNatsError, RealNats
from demo.serving import running


async def test_the_administrator_gets_in_and_nobody_else() -> None:
    server = RealNats()
    async with running(server):
        address = f"nats://127.0.0.1:{server.port}"
        client = await nats.connect(address, user=ADMIN, password=server.passwords[ADMIN])
        assert (await client.jetstream().account_info()).streams == 0
        await client.close()
        # The client would leave its socket open; the protocol is plain enough to be spoken here.
        reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
        assert b'"auth_required":true' in await reader.readline()
        writer.write(b'CONNECT {"user": "admin", "pass": "wrong", "verbose": false}\r\nPING\r\n')
        assert b"Authorization Violation" in await reader.readline()
        writer.close()
        await writer.wait_closed()


def test_it_ends_with_its_parent_however_that_ends() -> None:
    script = "import time; from demo.nats import RealNats; n = RealNats(); n.start(); print(n.port, flush=True)"
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
    monkeypatch.setattr(demo_nats.shutil, "which", lambda name: None)
    monkeypatch.setattr(demo_nats.sys, "executable", "/nonexistent/python")
    with pytest.raises(NoNatsError, match="install Debian's nats-server"):
        RealNats().start()


def _listens(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), 1).close()
    except OSError:
        return False
    return True
