"""``muster demo``: play an incident by hand in the browser, or let the story play itself."""

import json
import shutil
import sys
from pathlib import Path
from typing import Final

from demo.bot_process import NotReadyError
from demo.postgres import NoPostgresError
from demo.stage import Stage
from demo.story import Story, StoryError

SYSTEMS: Final = ("ai-storybook",)
SLACK_CALL: Final = 0.1
"""Seconds that a call to Slack takes, as in life; without them parallel calls could not be told from a chain."""


class DemoError(Exception):
    """The demo could not be played; the message is one sentence."""


async def play(*, system: str, story: bool, as_json: bool, port: int, data_dir: Path) -> None:
    """Play until stopped, or until the story has ended. Raises DemoError."""
    if system not in SYSTEMS:
        raise DemoError(f"There is no demo of {system!r}; choose one of: {', '.join(SYSTEMS)}.")
    _clear(data_dir)
    try:
        async with Stage(data_dir, port=port, latency=SLACK_CALL) as stage:
            await (_story(stage, as_json) if story else _by_hand(stage))
    except (NotReadyError, StoryError, NoPostgresError) as problem:
        raise DemoError(f"{problem} The bot's log is {data_dir / 'bot.log'}.") from problem


async def _story(stage: Stage, as_json: bool) -> None:
    told = await Story(stage, tell=lambda line: print(line, file=sys.stderr, flush=True)).play()
    if as_json:
        print(json.dumps(told, indent=2, ensure_ascii=False))
    else:
        print(f"The post-mortem draft is {told['postmortem']}")


async def _by_hand(stage: Stage) -> None:
    print(f"Open {stage.url}", flush=True)
    print(HINT, file=sys.stderr, flush=True)
    await stage.patient.fault("stuck-jobs", True)
    await stage.watch()


HINT: Final = """
You are Ana, on call for AI Storybook, a service that writes books. Its workers have just got stuck: in a few seconds
the alert arrives and an incident channel opens. Then:

  1. Look at the card, and at what the read-only diagnostics saw in its thread.
  2. Press Acknowledge, then Fix; choose the manual recovery and ask for approval.
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
