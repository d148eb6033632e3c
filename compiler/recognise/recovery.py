"""How runbooks lead to a restore, a rollback or a disaster without a heading: *To restore:*, *Rolling back: …*."""

import re
from functools import lru_cache
from typing import Final

from compiler.recognise.procedure import Purpose
from compiler.recognise.words import about

RECOVERIES: Final = frozenset({Purpose.RESTORE, Purpose.ROLLBACK, Purpose.DISASTER})
"""What people look for when something is lost, wherever the runbook tells it."""
_SIGNS: Final = (
    "restor", "recover", "roll", "revert", "downgrad", "disaster", "dr", "loss", "fail", "outage", "wiederherstell",
    "zurückrollen", "business continuity",
)  # fmt: skip
"""One of these is in whatever tells of one, in small letters."""
_AIM: Final = re.compile(r"(?P<aim>(?:in order )?to [^,.:;]{3,80}), (?=\S)", re.IGNORECASE)
_LONGEST: Final = 160


_LEADS: Final = re.compile(r"(?:in order to|(?:how|steps) to|to)\b", re.IGNORECASE)


@lru_cache(maxsize=4_096)
def recovery_in(label: str) -> Purpose | None:
    """What a label leads to, where that is a recovery: *To restore*, *If the region is lost (disaster recovery)*."""
    if len(label) > _LONGEST or not any(map(label.lower().__contains__, _SIGNS)):
        return None
    topic = about(label)
    return topic if isinstance(topic, Purpose) and topic in RECOVERIES else None


def leads_recovery(label: str) -> bool:
    """True for a label that says what for: *To restore*, *How to roll back*."""
    return _LEADS.match(label) is not None and recovery_in(label) is not None


def aim_of(text: str) -> str:
    """*To roll back* of *To roll back, run …*; empty for a sentence that aims at something else, or at nothing."""
    match = _AIM.match(text)
    return match["aim"] if match and recovery_in(match["aim"]) else ""
