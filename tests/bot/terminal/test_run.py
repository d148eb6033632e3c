"""`muster run` ends when it is asked to, from its first moment on."""

import subprocess
import sys

STAND_IN = """
import os, signal, sys, types
sys.modules["bot.terminal.run"] = types.SimpleNamespace(app=lambda *_, **__: os.kill(os.getpid(), signal.SIGTERM))
sys.argv = ["muster", "run"]
from bot.__main__ import main
main()
"""


def test_who_stops_it_before_it_has_begun_anything_is_heard() -> None:
    """As the first process of a container it would not be ended by a signal that nobody handles."""
    ended = subprocess.run([sys.executable, "-c", STAND_IN], check=False)
    assert ended.returncode == 0
