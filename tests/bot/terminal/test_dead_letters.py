"""Dead letters at a terminal: listed, and taken in after all, each once, by the settings as they are now."""

import asyncio
import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from bot.stores.sqlite import SQLiteStore
from bot.terminal import dead_letters
from bot.terminal.command_line import app
from demo.bot_process import ROOT
from incident.alert import Delivery, DeliveryState
from incident.change import Change
from incident.taking import Batch
from tests.fakes.clock import START

SETTINGS = """\
slack: {{announcements: C0123456789}}
sources: {{generic: {{token_env: TOKEN, map: {{title: {title}, state: state}}}}}}
systems: {{ai-storybook: {{runbook: {runbook}, on_call: [U0ANA], approvers: [U0BEN]}}}}
"""
BODY = b'{"what": "Disk full", "state": "firing"}'


@pytest.fixture
def config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("MUSTER_DATA_DIR", str(tmp_path))
    file = tmp_path / "muster.yaml"
    file.write_text(SETTINGS.format(title="headline", runbook=ROOT / "runbooks" / "ai-storybook"))
    return file


async def kept(folder: Path, *keys: str) -> None:
    store = await SQLiteStore.open(folder / "muster.db")
    dead = [
        Delivery(
            key=key, source="generic", received_at=START, headers={}, body=BODY, state=DeliveryState.DEAD, reason="odd"
        )
        for key in keys
    ]
    await store.take(Batch(at=START, deliveries=tuple(dead)))
    await store.close()


async def messages(folder: Path) -> int:
    store = await SQLiteStore.open(folder / "muster.db")
    incidents = await store.recent_incidents()
    counted = sum([(await store.alert_tally(each.id)).messages for each in incidents])
    await store.close()
    return counted


def asked(config: Path, *words: str) -> tuple[int, str]:
    result = CliRunner().invoke(app, ["alerts", *words, "--config", str(config)])
    return result.exit_code, result.output


async def test_a_dead_letter_is_listed_replayed_when_the_map_is_mended_and_then_gone(config: Path) -> None:
    name = "generic:1"
    await kept(config.parent, name)
    code, shown = await run(config, "dead", "--json")
    [line] = shown.splitlines()
    assert (code, json.loads(line)["key"], json.loads(line)["reason"]) == (0, name, "odd")
    code, shown = await run(config, "replay", name)
    assert code == 3
    assert "still dead" in shown
    config.write_text(config.read_text().replace("headline", "what"))
    assert await run(config, "replay", name) == (0, f"{name}\ttaken\n")
    assert await run(config, "dead") == (0, "")
    code, shown = await run(config, "replay", name)
    assert code == 1
    assert "is no dead letter" in shown
    assert await messages(config.parent) == 1


async def test_all_of_them_are_replayed_in_their_order(config: Path) -> None:
    await kept(config.parent, "generic:1", "generic:2")
    config.write_text(config.read_text().replace("headline", "what"))
    assert await run(config, "replay", "--all") == (0, "generic:1\ttaken\ngeneric:2\ttaken\n")
    assert await messages(config.parent) == 2


async def test_all_are_reached_behind_those_that_stay_dead(config: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dead_letters, "AT_ONCE", 2)
    names = [f"generic:{number}" for number in range(5)]
    await kept(config.parent, *names)
    code, shown = await run(config, "replay", "--all")
    assert (code, [line.partition("\t")[0] for line in shown.splitlines()]) == (3, names)
    code, shown = await run(config, "dead")
    assert (code, [line.partition("\t")[0] for line in shown.splitlines()]) == (0, names)


async def test_a_secret_of_the_settings_is_hidden_when_it_is_taken_in(
    config: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TOKEN", "Disk full")
    await kept(config.parent, "generic:1")
    config.write_text(config.read_text().replace("headline", "what"))
    assert await run(config, "replay", "--all") == (0, "generic:1\ttaken\n")
    store = await SQLiteStore.open(config.parent / "muster.db")
    (incident,) = await store.recent_incidents()
    await store.close()
    assert incident.title == "[redacted]"


async def test_nothing_named_is_wrong_usage(config: Path) -> None:
    assert (await run(config, "replay"))[0] == 2


async def run(config: Path, *words: str) -> tuple[int, str]:
    """In a thread: a command of the terminal has an event loop of its own."""
    return await asyncio.to_thread(asked, config, *words)


async def test_a_change_that_nobody_understood_is_replayed_as_a_change(config: Path) -> None:
    dead = Delivery(
        key="changes:1", source="changes", received_at=START, headers={}, body=b'{"what": "Disk swapped"}',
        state=DeliveryState.DEAD, reason="odd",
    )  # fmt: skip
    store = await SQLiteStore.open(config.parent / "muster.db")
    await store.save(Change(cause="delivery:changes:1", at=START, deliveries=(dead,)))
    await store.close()
    assert await asyncio.to_thread(asked, config, "replay", "changes:1") == (0, "changes:1\ttaken\n")
    store = await SQLiteStore.open(config.parent / "muster.db")
    (change,) = await store.system_changes("ai-storybook", since=START, until=None, limit=9)
    assert change.what == "Disk swapped"
    await store.close()
