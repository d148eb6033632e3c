"""From the file to a PostgreSQL beside a real bot: refused while it runs, and whole once it was stopped."""

import asyncio
import sys
from pathlib import Path

import asyncpg

from demo.bot_process import ROOT
from tests.fakes import monitor
from tests.stories.rig import Rig, rig


async def copied(it: Rig, url: str) -> tuple[int | None, str, str]:
    """``muster store copy`` as a process of its own: how it ended, and what it wrote."""
    moved = it.data_dir / "moved.yaml"
    moved.write_text(f"{it.bot.config.read_text()}store: {{url_env: MOVED_TO}}\n")
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bot", "store", "copy", "--config", str(moved),
        cwd=ROOT, env={**it.bot.environment, "MOVED_TO": url}, stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    out, err = await process.communicate()
    return process.returncode, out.decode(), err.decode()


async def tables(url: str) -> int:
    connection = await asyncpg.connect(url)
    try:
        return int(await connection.fetchval("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'"))
    finally:
        await connection.close()


async def test_a_file_that_a_bot_still_writes_is_not_copied_and_is_once_the_bot_was_stopped(
    tmp_path: Path, database: str
) -> None:
    async with rig(tmp_path) as it:
        assert await it.knocked(monitor.body(), within=60) == 202
        code, out, err = await copied(it, database)
        assert (code, out) == (1, "")
        assert "muster.db open, as a bot that runs on it does: stop it, then copy again." in err
        assert await tables(database) == 0, "nothing was touched there"
        assert await it.knocked(monitor.body(group="more"), within=60) == 202, "and nothing here"
        await it.bot.kill()
        code, out, err = await copied(it, database)
        assert (code, "incidents\t1\n" in out) == (0, True), err
