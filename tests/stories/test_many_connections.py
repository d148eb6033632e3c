"""Connections that nobody uses, more than a process may have files by default: the page that comes then is heard."""

import contextlib
import resource
import socket
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

from tests.stories.rig import rig

DEFAULT = 1024
"""Files that a process may have open on most machines, unless it asks for more."""


@contextlib.contextmanager
def files(most: int) -> Iterator[None]:
    """So many files may this process, and whatever it starts, have open unless it asks for more."""
    before = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, before)


async def test_connections_that_say_nothing_keep_no_page_out(tmp_path: Path) -> None:
    firing = {"status": "firing", "labels": {"alertname": "Down", "severity": "info"}, "fingerprint": "1"}
    async with rig(tmp_path, started=False) as it:
        with files(DEFAULT):
            await it.bot.start(within=60)
        where = urlsplit(it.bot.web_url)
        with files(4 * DEFAULT), contextlib.ExitStack() as silent:
            for _ in range(DEFAULT + 100):
                silent.enter_context(socket.create_connection((where.hostname, where.port)))
            body = {"version": "4", "groupKey": "g", "status": "firing", "alerts": [firing]}
            assert await it.knocked(body, within=30) == 202
