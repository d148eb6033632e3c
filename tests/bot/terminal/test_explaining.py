"""``muster alerts explain``: one line a file, in order, whatever the file holds."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from bot.terminal.command_line import app

FIRING = {"id": 7, "title": "Shop", "status": "down", "severity": "P1", "timestamp": 1773478800}


def explained(*arguments: str | Path) -> tuple[int, str, str]:
    ended = CliRunner().invoke(app, ["alerts", "explain", *map(str, arguments)])
    return ended.exit_code, ended.stdout, ended.stderr


def test_each_file_is_one_json_object_on_a_line_of_its_own(tmp_path: Path) -> None:
    good, bad, none = tmp_path / "good.json", tmp_path / "bad.json", tmp_path / "none.json"
    good.write_text(json.dumps(FIRING))
    bad.write_text("no json")
    code, out, _ = explained("--source", "generic", "--json", good, bad, none)
    told = [json.loads(line) for line in out.splitlines()]
    assert (code, [each["file"] for each in told]) == (0, [str(good), str(bad), str(none)])
    assert told[0]["alerts"] == [
        {
            "status": "firing",
            "key": "7",
            "title": "Shop",
            "severity": "P1",
            "service": None,
            "starts_at": "2026-03-14T09:00:00+00:00",
            "links": {},
            "labels": {"alertname": "Shop"},
        }
    ]
    assert told[1]["error"] == "the body is not JSON"
    assert told[2]["error"] == "the file cannot be read: No such file or directory"


def test_a_line_stays_one_whatever_a_title_holds(tmp_path: Path) -> None:
    body = tmp_path / "body.json"
    body.write_text(json.dumps({**FIRING, "title": "Shop\u2028is down"}))
    _, out, _ = explained("--source", "generic", "--json", body, body)
    assert [json.loads(line)["alerts"][0]["title"] for line in out.splitlines()] == ["Shop\u2028is down"] * 2


def test_people_read_a_sentence_a_file(tmp_path: Path) -> None:
    (tmp_path / "good.json").write_text(json.dumps(FIRING))
    (tmp_path / "none.json").write_text(json.dumps({"alerts": []}))
    _, out, _ = explained("--source", "alertmanager", tmp_path / "none.json")
    assert "taken, and nothing in it is an alert." in out
    _, out, _ = explained("--source", "generic", tmp_path / "good.json")
    assert "firing  Shop  (severity P1, starts_at 2026-03-14T09:00:00+00:00, key 7)" in out


def test_an_unknown_source_is_one_sentence(tmp_path: Path) -> None:
    code, out, err = explained("--source", "pigeon", tmp_path)
    assert (code, out) == (1, "")
    assert "There is no source 'pigeon'; choose one of: alertmanager, cloudwatch, datadog" in err


def test_the_map_of_the_settings_is_used_without_their_secrets(tmp_path: Path) -> None:
    (tmp_path / "muster.yaml").write_text(
        "slack: {announcements: C0INCIDENTS}\n"
        "systems: {shop: {runbook: x, on_call: [U0ANA], approvers: [S0DBA]}}\n"
        "sources: {generic: {token_env: PROBE, map: {state: verdict}, states: {BROKEN: firing}}}\n"
    )
    (tmp_path / "body.json").write_text(json.dumps({"title": "Shop", "verdict": "broken"}))
    _, out, _ = explained("--source", "generic", "--config", tmp_path / "muster.yaml", "--json", tmp_path / "body.json")
    (told,) = json.loads(out)["alerts"]
    assert told["status"] == "firing"
    assert "x/catalog.yaml cannot be read" in told["would"]["error"], "what the rules say takes the runbooks"


def test_what_the_settings_name_is_hidden_as_far_as_this_environment_holds_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    config, body = tmp_path / "muster.yaml", tmp_path / "body.json"
    config.write_text(
        "slack: {announcements: C0INCIDENTS}\n"
        "systems: {shop: {runbook: x, on_call: [U0ANA], approvers: [S0DBA]}}\n"
        "sources: {generic: {token_env: PROBE}}\n"
    )
    body.write_text(json.dumps({"title": "Login with correct-horse-battery", "state": "firing"}))
    words = ("--source", "generic", "--config", config, "--json", body)
    assert "correct-horse-battery" in explained(*words)[1], "nobody told what it is"
    monkeypatch.setenv("PROBE", "the-old-one correct-horse-battery")
    assert "Login with [redacted]" in explained(*words)[1]


def test_with_the_settings_it_says_what_each_alert_would_do_one_after_the_other_and_why(tmp_path: Path) -> None:
    runbook = Path(__file__).resolve().parents[3] / "runbooks" / "ai-storybook"
    (tmp_path / "muster.yaml").write_text(
        "slack: {announcements: C0INCIDENTS}\n"
        f"systems: {{ai-storybook: {{runbook: {runbook}, on_call: [U0ANA], approvers: [S0DBA]}}}}\n"
        "routes: [{name: shop, matchers: [title=Shop], system: ai-storybook, procedure: stuck-jobs, severity: P3}]\n"
    )
    firing, over = tmp_path / "firing.json", tmp_path / "over.json"
    firing.write_text(json.dumps([FIRING, {**FIRING, "id": 8}]))
    over.write_text(json.dumps({**FIRING, "status": "up"}))
    settings = ("--source", "generic", "--config", tmp_path / "muster.yaml")
    _, out, _ = explained(*settings, "--json", firing, over)
    first, second, third = [each["would"] for line in out.splitlines() for each in json.loads(line)["alerts"]]
    assert first == {
        "verb": "declares",
        "system": "ai-storybook",
        "procedure": "stuck-jobs",
        "severity": "P3",
        "severity_reason": "route “shop” says so",
        "group": "procedure:ai-storybook/stuck-jobs",
        "rule": "shop",
        "reason": "route “shop” matches title=Shop; nothing is known of it yet",
    }
    assert (second["verb"], third["verb"]) == ("joins", "resolves")
    _, out, _ = explained(*settings, firing)
    assert "→ declares (P3 of ai-storybook, procedure stuck-jobs): route “shop” matches title=Shop; nothing is" in out
