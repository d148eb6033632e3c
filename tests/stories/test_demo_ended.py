"""A demo that is ended from outside leaves nothing running."""

import asyncio
import os
import signal
import sys
from pathlib import Path

from demo.bot_process import ROOT

WITHIN = 60


def _deaf() -> None:
    """As what a shell puts in the background: it does not hear Ctrl+C."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)


async def test_whoever_ends_the_demo_ends_its_bot_and_its_servers(tmp_path: Path) -> None:
    demo = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bot", "demo", cwd=ROOT, env={**os.environ, "MUSTER_DATA_DIR": str(tmp_path)},
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.DEVNULL, preexec_fn=_deaf,
    )  # fmt: skip
    assert demo.stdout
    assert b"Open http://" in await asyncio.wait_for(demo.stdout.readline(), WITHIN)
    children = Path(f"/proc/{demo.pid}/task/{demo.pid}/children").read_text().split()
    assert children
    demo.send_signal(signal.SIGTERM)
    assert await asyncio.wait_for(demo.wait(), WITHIN) == 0
    async with asyncio.timeout(WITHIN):
        while [each for each in children if Path(f"/proc/{each}").exists()]:  # whoever takes over its dead may be slow
            await asyncio.sleep(0.1)
