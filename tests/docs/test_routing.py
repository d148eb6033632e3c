"""The worked examples of docs/routing.md: each table is what its YAML does, line after line."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.config import written
from bot.settings.routes import FlappingSection
from bot.terminal.rehearsal import Rehearsal
from incident.alert import Alert, AlertStatus

ROOT = Path(__file__).resolve().parents[2]
TEXT = (ROOT / "docs" / "routing.md").read_text(encoding="utf-8")
EXAMPLES = re.findall(r"^## (.+)$(?:(?!^## )[\s\S])*?^```yaml\n([\s\S]+?)^```\n\n((?:\|.*\n)+)", TEXT, re.MULTILINE)
ROW = re.compile(r"\| (over: )?`([^`]+)`(?: at (\S+ \S+))? \| (\w+)(?: (P\d))? \| (\S+) \| ?(\S*) ?\|")


def team(rules: str) -> str:
    """The systems that the rules name, and the default one."""
    named = ["ai-storybook", *(["swipesavvy"] if "swipesavvy" in rules else [])]
    people = "on_call: [U0ANA], approvers: [S0DBA]"
    return "\n".join(f"  {name}: {{runbook: {ROOT / 'runbooks' / name}, {people}}}" for name in named)


def alert(over: str, written_labels: str) -> Alert:
    """An alert by its labels, of a monitor that groups by its name alone."""
    labels = dict(each.split("=") for each in written_labels.split())
    name = labels["alertname"]
    return Alert(
        source="alertmanager",
        key=" ".join(labels.values()),
        status=AlertStatus.RESOLVED if over else AlertStatus.FIRING,
        title=name,
        severity=labels.get("severity"),
        group=name,
        labels=labels,
    )


@pytest.mark.parametrize(("rules", "table"), [each[1:] for each in EXAMPLES], ids=[each[0] for each in EXAMPLES])
def test_each_worked_example_does_what_its_table_says(tmp_path: Path, rules: str, table: str) -> None:
    path = tmp_path / "muster.yaml"
    path.write_text(f"slack: {{announcements: C0INCIDENTS}}\nsystems:\n{team(rules)}\n{rules}", encoding="utf-8")
    rehearsal = Rehearsal(written(path))
    rows = table.splitlines()[2:]
    for line in rows:
        row = ROW.fullmatch(line)
        assert row is not None, line
        at = datetime.fromisoformat(row[3] or "2026-03-14 12:00").replace(tzinfo=UTC)
        would: Mapping[str, str | None] = rehearsal.take(alert(row[1], row[2]), at)
        said = (would["verb"], would["rule"], would["group"] or "")
        assert said == (row[4], row[6], row[7]), line
        assert row[5] in (None, would["severity"]), line
        assert would["reason"]


def test_there_is_an_example_of_each_thing() -> None:
    assert len(EXAMPLES) == 5


def test_the_figures_of_flapping_are_the_defaults() -> None:
    section = FlappingSection()
    minutes = int(section.within.total_seconds() // 60)
    assert f"more than {section.changes} times within {minutes} minutes" in " ".join(TEXT.split())
