"""How bad it is, and what that obliges people to: P0 (everything is down) to P3 (it can wait for the morning)."""

import re
from collections.abc import Mapping
from datetime import timedelta
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from msgspec import Struct

from incident import refusal


class Severity(StrEnum):
    """The four levels. P0 comes first everywhere: in lists, in queues, in Slack's budget."""

    P0 = "P0"
    P1 = "P1"
    P2 = "P2"
    P3 = "P3"

    @property
    def rank(self) -> int:
        """0 for the worst. Jobs and lists are ordered by it."""
        return int(self.value[1])

    def raised_from(self, other: "Severity") -> bool:
        """True when this is worse than ``other``."""
        return self.rank < other.rank


class Policy(Struct, frozen=True, kw_only=True):
    """The deadlines that one severity sets, counted from the declaration unless said otherwise. None: no such duty."""

    acknowledge: timedelta
    """A runbook's *response time*: somebody has said that they are on it."""
    assess: timedelta | None
    """The severity was confirmed or changed, or a first update was given."""
    update: timedelta | None
    """The longest silence between two updates."""
    escalate: timedelta
    """Neither mitigated nor resolved by then: the next people are called."""
    postmortem: timedelta | None
    """From the resolution to the finished post-mortem."""
    watch: timedelta = timedelta(minutes=30)
    """From a fix to the second look that confirms it."""


_MINUTES_30 = timedelta(minutes=30)
_DAY = timedelta(hours=24)

HOUSE: Mapping[Severity, Policy] = MappingProxyType(
    {
        Severity.P0: Policy(
            acknowledge=timedelta(minutes=15),
            assess=_MINUTES_30,
            update=_MINUTES_30,
            escalate=_MINUTES_30,
            postmortem=_DAY,
        ),
        Severity.P1: Policy(
            acknowledge=timedelta(hours=1),
            assess=_MINUTES_30,
            update=_MINUTES_30,
            escalate=_MINUTES_30,
            postmortem=_DAY,
        ),
        # Nobody is called out of bed for P2 and P3 before the time that the level itself allows for an answer.
        Severity.P2: Policy(
            acknowledge=timedelta(hours=4), assess=None, update=None, escalate=timedelta(hours=4), postmortem=None
        ),
        Severity.P3: Policy(acknowledge=_DAY, assess=None, update=None, escalate=_DAY, postmortem=None),
    }
)
"""What holds where a runbook names no levels of its own."""

_CODE: Final = re.compile(r"(?:p|s|sev-?)[0-5]", re.ASCII | re.IGNORECASE)

_HEAD: Final = re.compile(
    r"[\s\[(*]*(p(?P<p>[0-9])|sev(?:erity)?(?:-|\s+)?(?P<sev>[0-9]{1,2}))(?=[\s:;,!)\]*–—-]|\.?(?:\s|$))[\s:;,.!)\]*–—-]*",
    re.ASCII | re.IGNORECASE,
)
"""A level before a title, set apart from it as people do: ``P1:``, ``[sev1]``, ``sev 1 –``. S3 is somebody's bucket."""

_TIES: Final = str.maketrans("", "", "- _")
"""What stands between the parts of a word: ``sev-1``, ``major_outage``."""

_WORDS: Mapping[str, Severity] = MappingProxyType(
    {
        **dict.fromkeys(("p0", "sev0", "s0", "0", "emergency", "disaster", "fatal", "outage"), Severity.P0),
        **dict.fromkeys(("p1", "sev1", "s1", "1", "critical", "crit", "page", "high", "urgent", "major", "majoroutage"),
                        Severity.P1),
        **dict.fromkeys(
            ("p2", "sev2", "s2", "2", "error", "warning", "warn", "average", "medium", "moderate",
             "partialoutage"), Severity.P2
        ),
        **dict.fromkeys(
            ("p3", "sev3", "s3", "3", "p4", "p5", "sev4", "sev5", "4", "5", "info", "information", "notice", "low",
             "minor", "none", "debug", "degradedperformance"),
            Severity.P3,
        ),
    }
)  # fmt: skip


def of_word(word: str | None) -> Severity | None:
    """The level that a monitor's or a person's word means, in any case; None for a word nobody agreed on."""
    return _WORDS.get((word or "").strip().lower().translate(_TIES))


def of_code(word: str) -> Severity | None:
    """The level that ``P1``, ``sev-1`` or ``S1`` names. An ordinary word is none: a title may begin with *high*."""
    return of_word(word) if _CODE.fullmatch(word) else None


def of_head(words: str) -> tuple[Severity | None, str]:
    """The level that a declaration begins with, and the title behind it; None and all of it when it names no level.

    Raises NoSuchSeverity for one that there is not: P7 is no title, as far as anybody can tell.
    """
    found = _HEAD.match(words)
    if found is None:
        return None, words.strip()
    number = int(found["p"] or found["sev"])
    if number > Severity.P3.rank:
        raise refusal.NoSuchSeverity(asked=found[1])
    return Severity(f"P{number}"), words[found.end() :].strip()


def of_change(words: str) -> tuple[Severity | None, str]:
    """The level that an incident is to have, and the reason behind it; None when nothing is said.

    Here a bare number and a word such as *critical* name one, too. Raises NoSuchSeverity.
    """
    level, rest = of_head(words)
    if level is not None or not rest:
        return level, rest
    word, *reason = rest.split(maxsplit=1)
    level = of_word(word.strip(':;,.!"“”'))
    # What a monitor calls 4 or 5 is taken for the least; a person is asked what they mean.
    if level is None or set(word) & set("456789"):
        raise refusal.NoSuchSeverity(asked=word)
    return level, " ".join(reason)
