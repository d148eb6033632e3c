"""Muster's own runbook is one that Muster understands, and every command in it is one that there is."""

import re
from datetime import date
from pathlib import Path

import pytest
import yaml

from bot.runbooks.files import Compilation, compilation
from bot.runbooks.lint import report
from bot.runbooks.writing import as_object
from bot.terminal import command_line, incidents, runbooks

DOCS = Path(__file__).resolve().parents[2] / "docs"
SERVICE = {"systemctl restart muster", "systemctl stop muster", "systemctl start muster"}


@pytest.fixture(scope="module")
def operations() -> Compilation:
    """The runbook as Muster compiles it."""
    return compilation(DOCS / "operations.md")


def test_muster_understands_all_of_it_and_has_nothing_to_say_against_it(operations: Compilation) -> None:
    """As strict as lint can be."""
    found = report(operations, date(2026, 11, 22))
    assert [f"{each.line}: {each.text}" for each in found.remarks] == []
    assert found.understood == 1


def test_what_changes_something_is_the_service_or_muster_itself_and_all_else_is_proven_to_look(
    operations: Compilation,
) -> None:
    """Whoever follows it at night knows what each line does."""
    verdicts = {command["command"]: command["verdict"] for command in as_object(operations)["commands"]}
    changing = {command for command, verdict in verdicts.items() if verdict != "read-only"}
    assert {verdicts[command] for command in changing} == {"mutating"}
    assert {command for command in changing if not command.startswith("muster ")} == SERVICE
    assert len(verdicts) > 20


def test_every_alert_that_the_metrics_suggest_leads_to_one_of_its_procedures(operations: Compilation) -> None:
    """docs/metrics.md writes the rules; the runbook answers each, and no other."""
    text = (DOCS / "metrics.md").read_text(encoding="utf-8")
    (rules,) = (block for block in re.findall(r"```yaml\n(.*?)```", text, re.DOTALL) if "groups:" in block)
    suggested = {rule["alert"] for group in yaml.safe_load(rules)["groups"] for rule in group["rules"]}
    routes = as_object(operations)["routes"]
    assert {route["labels"]["alertname"] for route in routes} == suggested


def test_every_command_of_muster_that_it_gives_is_one_that_there_is(operations: Compilation) -> None:
    """A word that was renamed would be noticed at three in the morning."""
    names = {each.name or each.callback.__name__ for each in command_line.app.registered_commands if each.callback}
    for group, typer in (
        ("incidents", incidents.app),
        ("alerts", command_line.alerts),
        ("audit", command_line.audit),
        ("store", command_line.store),
    ):
        names |= {f"{group} {each.name}" for each in typer.registered_commands}
    names |= {f"runbook {word}" for word in runbooks.COMMANDS}
    given = re.findall(r"`muster ([a-z]+(?: [a-z]+)?)", operations.text)
    assert len(given) > 8
    assert [each for each in given if each not in names and each.split()[0] not in names] == []
