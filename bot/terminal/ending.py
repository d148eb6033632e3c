"""How a command of the terminal ends: done, or one sentence on stderr and a code, never a traceback."""

import asyncio
import sys
from collections.abc import Callable, Coroutine, Mapping
from typing import Any, Final, NoReturn

import typer

from bot.config import WrongSetting
from bot.words.sentences import refusal
from commands.outage import Outage
from incident.refusal import Refused

TYPED: Final[Mapping[str, str]] = {
    "/incident reopen": "`muster incidents reopen INC-{number}`",
    "/incident unfreeze": "`muster unfreeze`",
}
"""What one types here instead of what a refusal's sentence says for Slack."""


class NotFoundError(Exception):
    """There is nothing of that name; the message says where it was looked for."""


def finish(work: Callable[[], Coroutine[Any, Any, Any]]) -> Any:
    """What ``work`` returns; a refusal, a wrong setting or an outage ends the process with 1."""
    try:
        return asyncio.run(work())
    except (WrongSetting, Outage, NotFoundError) as problem:
        fail(str(problem))
    except Refused as refused:
        fail(_typed(refused))
    except KeyboardInterrupt:
        raise typer.Exit(130) from None


def _typed(refused: Refused) -> str:
    sentence = refusal(refused)
    for there, here in TYPED.items():
        if there in sentence:
            sentence = sentence.replace(there, here.format_map(refused.facts))
    return sentence


def fail(sentence: str) -> NoReturn:
    """End with 1, and say why."""
    print(f"muster: {sentence}", file=sys.stderr)
    raise SystemExit(1)
