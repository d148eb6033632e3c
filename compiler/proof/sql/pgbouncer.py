"""What is said to PgBouncer's console and to no server: it stops, drains or reloads the pool that all clients share."""

import re
from typing import Final

from incident.verdict import Judgement, Verdict

_CHANGE: Final = re.compile(
    r"(?P<word>(?:PAUSE|RESUME|RECONNECT|KILL|SUSPEND|RELOAD|DISABLE|ENABLE|SHUTDOWN)(?= ?[a-z\"]|;?$)|KILL_CLIENT)"
    r"(?: [\w$-]+| \"[^\"]+\")? ?;?",
    re.ASCII | re.IGNORECASE,
)


def judge_bare(text: str) -> Judgement | None:
    """What a line at PgBouncer's console changes; None for any other. What it shows looks like SQL's SHOW."""
    change = _CHANGE.fullmatch(" ".join(text.split()))
    return Judgement(Verdict.MUTATING, f"PgBouncer: {change['word'].upper()} changes the pool") if change else None
