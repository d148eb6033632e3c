"""The bot as a process of its own is never left behind."""

import os
from pathlib import Path

import pytest

from demo.bot_process import BotProcess, NotReadyError
from demo.ports import free_port


async def test_a_bot_that_does_not_become_ready_is_ended(tmp_path: Path) -> None:
    """It hangs before its first line, and says who it is."""
    begun = tmp_path / "begun"
    hanging = f"import os, pathlib, time; pathlib.Path({str(begun)!r}).write_text(str(os.getpid())); time.sleep(3600)"
    (tmp_path / "sitecustomize.py").write_text(hanging)
    bot = BotProcess(tmp_path / "muster.yaml", port=free_port(), environment={"PYTHONPATH": str(tmp_path)})
    with pytest.raises(NotReadyError):
        await bot.start(within=2)
    with pytest.raises(LookupError):
        _ = bot.pid
    if begun.exists() and (pid := begun.read_text()):
        with pytest.raises(ProcessLookupError):
            os.kill(int(pid), 0)
