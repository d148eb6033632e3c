"""Webhooks a second, decided and durable before their answer; and that nothing of them is lost."""

import asyncio
import json
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from bench.knocker import OUTAGES
from bench.small_bot import TOKEN, small_bot
from bot.stores.place import StorePlace, open_store
from demo.ports import free_port
from demo.postgres import RealPostgres

ONE_EACH: Final = 12_000
FIFTY: Final = 50
OF_FIFTY: Final = 400
CONNECTIONS: Final = 112
CONNECTIONS_OF_FIFTY: Final = 4
WARM: Final = 1_000
ALONE: Final = 300


async def measure() -> dict[str, object]:
    """``sqlite`` and ``postgres``, each with one and with fifty alerts a webhook.

    ``answer_p50_ms`` is how long a webhook waits for its answer on SQLite where nothing else comes in.
    """
    with RealPostgres(durable=True) as server:
        url = await server.create_database("bench")
        sqlite, postgres = await _of_store(None), await _of_store(url)
    return {"answer_p50_ms": sqlite.pop("alone_p50_ms"), "sqlite": sqlite, "postgres": postgres}


async def _of_store(url: str | None) -> dict[str, object]:
    with tempfile.TemporaryDirectory(prefix="muster-bench-") as name:
        folder = Path(name)
        async with small_bot(folder, store=url) as running:
            await _knocked(running.address, WARM, 1, first=ONE_EACH + ALONE)
            alone = await _knocked(running.address, ALONE, 1, connections=1, first=ONE_EACH)
            one = await _knocked(running.address, ONE_EACH, 1)
            fifty = await _knocked(running.address, OF_FIFTY, FIFTY)
        stored = await _stored(StorePlace(data_dir=folder, url=url))
    bare = await _bare()
    sent = WARM + ALONE + ONE_EACH + OF_FIFTY * FIFTY
    return {
        "alone_p50_ms": alone["answer_p50_ms"],
        "one_a_webhook": one,
        "fifty_a_webhook": fifty,
        "bare_server_requests_per_s": bare,
        "ratio_to_bare_server": round(int(str(one["requests_per_s"])) / bare, 2),
        "alerts_sent": sent,
        "alerts_lost": sent - stored,
    }


async def _knocked(
    address: str, requests: int, alerts: int, *, connections: int = 0, first: int = 0
) -> Mapping[str, object]:
    """What another process saw that posted them. Raises RuntimeError when not all were taken."""
    connections = connections or (CONNECTIONS if alerts == 1 else CONNECTIONS_OF_FIFTY)
    arguments = (address, TOKEN, requests, alerts, connections, first)
    knocker = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bench.knocker", *map(str, arguments), stdout=asyncio.subprocess.PIPE
    )
    said, _ = await knocker.communicate()
    told: dict[str, object] = json.loads(said)
    if told["statuses"] != {"202": requests}:
        raise RuntimeError(f"the bot answered {told['statuses']}")
    return told


async def _stored(place: StorePlace) -> int:
    """How many messages the store has counted, over all incidents."""
    store = await open_store(place)
    try:
        incidents = await store.recent_incidents(limit=10 * OUTAGES)
        return sum([(await store.alert_tally(each.id)).messages for each in incidents])
    finally:
        await store.close()


async def _bare() -> int:
    """Requests a second of the same web server that only reads and answers them: what the rest is measured by."""
    port = free_port()
    server = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bench.bare_server", str(port), stdout=asyncio.subprocess.PIPE
    )
    assert server.stdout is not None, "asked for"
    try:
        await server.stdout.readline()
        told = await _knocked(f"http://127.0.0.1:{port}/alerts/bare", ONE_EACH, 1)
    finally:
        server.terminate()
        await server.wait()
    return int(str(told["requests_per_s"]))
