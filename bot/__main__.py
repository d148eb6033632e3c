"""``muster``, and ``python -m bot``: the way into the command line."""

import gc

# What importing makes lives as long as the process: looking through it again and again is a tenth of the start.
gc.disable()

import os
import signal
import sys
from importlib import import_module
from threading import Thread

# pydantic would look through every package that is installed for plugins of its own; Muster has none.
os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")


def _end_at_once(_number: int, _frame: object) -> None:
    os._exit(0)


def main() -> None:
    """The entry point."""
    word, *rest = sys.argv[1:] or [""]
    if word == "run":
        # In a container it is the first process, which the kernel keeps a signal from until somebody handles it: who
        # stops it in its first second would wait in vain, and it would be killed with work in its hands.
        signal.signal(signal.SIGTERM, _end_at_once)
    # Work on runbooks needs nothing of the bot: without it, it begins most of a second earlier. What it makes is kept
    # to the end and holds no cycles: the collector stays off.
    if word == "runbook":
        from bot.terminal.runbooks import muster_runbook

        try:
            muster_runbook(rest)
        finally:
            # Python looks through everything once more as it ends, collector or not: what is frozen it leaves alone.
            gc.freeze()
        # All is said and written. To give back each object takes a fiftieth of the whole, and the process ends anyway.
        os._exit(0)
    # While it is imported, aiohttp reads the machine's certificates: time in which the rest can be imported beside
    # it. Nothing that aiohttp imports is imported from here, so neither waits for the other for ever.
    beside = Thread(target=import_module, args=("aiohttp.connector",))
    beside.start()
    if word == "run":
        from bot.terminal.run import app
    else:
        from bot.terminal.command_line import app
    beside.join()
    gc.freeze()
    # Cycles are rare here; looking for them after every 700 objects is a fifth of loading large runbooks.
    gc.set_threshold(50_000, 20, 50)
    gc.enable()
    app(rest, prog_name="muster run") if word == "run" else app()


if __name__ == "__main__":
    main()
