"""Recent changes as people see them: the newest on the card, each with its link, and how to see the others."""

import json
from datetime import UTC, datetime

from msgspec.structs import replace

from bot.slack.answers import answered
from bot.slack.changes import change_lines
from commands.answers import RecentChanges
from incident.system_change import Progress, SystemChange
from tests.contract import making

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
DEPLOYED = SystemChange(
    id="chg_1", source="github", system="shop", what="Deploy of acme/shop", at=NOW, moved_at=NOW,
    by="ana", link="https://ci.example/1", revision="3f9c", environment="production",
)  # fmt: skip


def test_the_card_shows_the_newest_and_says_how_many_more_there_are() -> None:
    lines = json.dumps(change_lines([replace(DEPLOYED, id=f"chg_{n}", what=f"Deploy {n}") for n in range(5)]))
    assert ["Deploy 2" in lines, "Deploy 3" in lines] == [True, False]
    assert "and 2 more: /incident changes" in lines
    assert change_lines([]) == []


def test_a_change_says_what_where_by_whom_and_how_far_it_is() -> None:
    said = json.dumps(change_lines([DEPLOYED]))
    assert all(each in said for each in ("Deploy of acme/shop", "https://ci.example/1", "3f9c", "production", "by ana"))
    assert "under way" not in said
    assert "under way" in json.dumps(change_lines([replace(DEPLOYED, state=Progress.UNDER_WAY)]))


def test_whoever_asks_sees_all_of_them_or_how_they_are_told() -> None:
    many = tuple(replace(DEPLOYED, id=f"chg_{n}", what=f"Deploy {n}") for n in range(20))
    said = json.dumps(answered(RecentChanges(incident=making.incident(), changes=many))["blocks"])
    assert "Deploy 19" in said
    none = answered(RecentChanges(incident=making.incident(), changes=()))
    assert "docs/changes.md" in json.dumps(none["blocks"])
