"""What somebody changed in a system: a deployment, a push, a switch. An incident's first question is after it."""

from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from incident.digest import identifier

KEPT: Final = timedelta(days=90)
"""For how long changes are kept."""


class Progress(StrEnum):
    """How far a change is."""

    UNDER_WAY = "under way"
    DONE = "done"
    FAILED = "failed"


class SystemChange(Struct, frozen=True, kw_only=True):
    """One change of one system. ``at`` is when it began (UTC); ``by``, ``revision`` and ``environment`` may be empty.

    ``moved_at`` is when it last came further. ``link`` is an absolute http(s) URL, or empty. ``version`` counts saves.
    """

    id: str
    source: str
    system: str
    what: str
    at: datetime
    moved_at: datetime
    state: Progress = Progress.DONE
    by: str = ""
    link: str = ""
    revision: str = ""
    environment: str = ""
    version: int = 0


def change_id(source: str, key: str) -> str:
    """The same id for the same change of one source, however often it is told."""
    return identifier("chg", source, key)


def merged(known: SystemChange | None, told: SystemChange) -> SystemChange | None:
    """What is known of a change after it was told (again); None when that is nothing new.

    What came late stands: a change that ended is not under way again, and what was left out is kept.
    """
    if known is None:
        return told
    ended = known.state is not Progress.UNDER_WAY
    newer = told if not (ended and told.state is Progress.UNDER_WAY) and told.moved_at >= known.moved_at else known
    after = replace(
        known,
        what=newer.what,
        at=min(known.at, told.at),
        moved_at=newer.moved_at,
        state=newer.state,
        by=known.by or told.by,
        link=newer.link or known.link or told.link,
        revision=known.revision or told.revision,
        environment=known.environment or told.environment,
    )
    return None if after == known else after
