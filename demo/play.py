"""``muster demo``: play an incident by hand in the browser, or let the story play itself."""

import asyncio
import json
import shutil
import signal
import sys
import textwrap
from pathlib import Path
from typing import Final

from compiler.catalog import load
from demo.bot_process import ROOT, NotReadyError
from demo.serving import NoServerError
from demo.stage import Stage
from demo.story import Story, StoryError
from demo.system import System
from demo.systems import find

SLACK_CALL: Final = 0.1
"""Seconds that a call to Slack takes, as in life; without them parallel calls could not be told from a chain."""


class DemoError(Exception):
    """The demo could not be played; the message is one sentence."""


async def play(*, system: str, story: bool, as_json: bool, port: int, data_dir: Path) -> None:
    """Play until stopped, or until the story has ended. Raises DemoError."""
    try:
        chosen = find(system)
    except LookupError as unknown:
        raise DemoError(str(unknown)) from unknown
    _clear(data_dir)
    playing = asyncio.current_task()
    assert playing is not None, "a coroutine runs in one"
    # Whoever ends it from outside ends the bot and the servers with it, as Ctrl+C does; also where that is ignored.
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, playing.cancel)
    try:
        async with Stage(chosen, data_dir, port=port, latency=SLACK_CALL, watches=not story) as stage:
            await (_story(stage, as_json) if story else _by_hand(stage))
    except (NotReadyError, StoryError, NoServerError) as problem:
        raise DemoError(f"{problem} The bot's log is {data_dir / 'bot.log'}.") from problem


async def _story(stage: Stage, as_json: bool) -> None:
    told = await Story(stage, tell=lambda line: print(line, file=sys.stderr, flush=True)).play()
    if as_json:
        print(json.dumps(told, indent=2, ensure_ascii=False))
    else:
        print(f"The post-mortem draft is {told['postmortem']}")


async def _by_hand(stage: Stage) -> None:
    print(f"Open {stage.url}", flush=True)
    print(hint(stage.system), file=sys.stderr, flush=True)
    await stage.patient.fault(stage.system.plot.fault, True)
    await stage.watch()


def hint(system: System) -> str:
    """What to do in the browser."""
    opening = f"You are Ana, on call for {system.about}. {system.plot.broken} {COMES}"
    return f"\n{textwrap.fill(opening, WIDTH)}\n{STEPS.format(remedy=_title(system))}"


def _title(system: System) -> str:
    """What the form calls the remediation."""
    folder = ROOT / "runbooks" / system.name
    catalog, overlay = ((folder / name).read_text(encoding="utf-8") for name in ("catalog.yaml", "overlay.yaml"))
    procedures = load(catalog, "catalog.yaml", overlay, "overlay.yaml").procedures
    return next(step.title for each in procedures for step in each.steps if step.id == system.plot.remedy)


WIDTH: Final = 110
COMES: Final = "In a few seconds the alert arrives and an incident channel opens. Then:"
STEPS: Final = """
  1. Look at the card, and at what the read-only diagnostics saw in its thread.
  2. Press Acknowledge, then Fix; choose “{remedy}” and ask for approval.
  3. Try to approve it yourself: you may not. Switch to Ben (or look with two panes side by side) and approve.
  4. Watch it run once and the same diagnostics turn healthy. Resolve, and read the post-mortem draft.

The side panel breaks the patient in other ways. Ctrl+C ends everything.
"""


def _clear(data_dir: Path) -> None:
    """A new run starts a new workspace, whose channel ids the old record does not know: keep it, but aside."""
    if not (data_dir / "muster.db").exists():
        return
    aside = data_dir / "before"
    shutil.rmtree(aside, ignore_errors=True)
    aside.mkdir(parents=True)
    for path in list(data_dir.iterdir()):
        if path != aside:
            shutil.move(path, aside / path.name)
