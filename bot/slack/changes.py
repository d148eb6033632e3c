"""What changed in an incident's system, as people see it: the newest on the card, all of them for whoever asks."""

from collections.abc import Sequence
from typing import Final

from bot.slack import fit, signs
from bot.slack.blocks import (
    Element,
    Rendered,
    bold,
    code,
    fallback,
    joined,
    link,
    moment,
    paragraph,
    rendered,
    text,
)
from bot.words.phrase import When
from commands.answers import RecentChanges
from incident.system_change import Progress, SystemChange

_ON_CARD: Final = 3
_LENGTH: Final = 100


def change_lines(changes: Sequence[SystemChange], most: int = _ON_CARD) -> list[list[Element]]:
    """*Recent changes*, the newest first; nothing where there are none."""
    if not changes:
        return []
    more = len(changes) - most
    rest = [[text(f"and {more} more: /incident changes")]] if more > 0 else []
    return [[bold("Recent changes")], *(_line(each) for each in changes[:most]), *rest]


def recent_changes(answer: RecentChanges) -> Rendered:
    """All of them."""
    incident = answer.incident
    if not answer.changes:
        said = (
            f"{incident.key}: no change of its system is known from the 6 hours before it began, or since. "
            "docs/changes.md says how deployments are told."
        )
        return rendered(fallback(said), [paragraph([text(said)])])
    head = f"{incident.key}: what changed shortly before it began, and since"
    return rendered(fallback(head), [paragraph([bold(head)], *(_line(each) for each in answer.changes))])


def _line(change: SystemChange) -> list[Element]:
    """``🚀 12:03 · Deploy of acme/shop (v1.4) · production · 3f9c2a · by ana · done``."""
    words = fit.one_line(change.what, _LENGTH)
    what = link(change.link, words) if change.link else text(words)
    return joined(
        [text(f"{signs.PROGRESS[change.state]} "), moment(When(change.at, day=True))],
        [what],
        [text(fit.one_line(change.environment, 40))] if change.environment else [],
        [code(fit.one_line(change.revision, 40))] if change.revision else [],
        [text(f"by {fit.one_line(change.by, 40)}")] if change.by else [],
        [text(change.state.value)] if change.state is not Progress.DONE else [],
    )
