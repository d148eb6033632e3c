"""What people say at a terminal while Slack is down: decided and recorded as in Slack, by the same rules."""

import asyncio
import json
import os
import pwd
from datetime import timedelta
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from bot.stores.place import StorePlace, opened
from bot.terminal.command_line import app
from incident.incident import Incident
from incident.job import JobName
from incident.timeline import Event, Kind

ROOT = Path(__file__).resolve().parents[3]
CONFIG = f"""\
slack: {{announcements: C0INCIDENTS}}
systems:
  ai-storybook:
    runbook: {ROOT / "runbooks" / "ai-storybook"}
    on_call: [U0ANA1, U0BEN1]
    approvers: [U0BEN1]
"""


class Terminal:
    """One machine's terminal, beside a store that a bot may be running on."""

    def __init__(self, folder: Path) -> None:
        self.config = folder / "muster.yaml"
        self.config.write_text(CONFIG, encoding="utf-8")
        self.place = StorePlace(data_dir=folder / ".muster")

    def run(self, *words: str) -> Result:
        """``muster incidents …``."""
        return CliRunner().invoke(app, ["incidents", *words, "--config", str(self.config)])

    def told(self, *words: str) -> dict[str, object]:
        """What it prints as JSON, when it succeeds."""
        result = self.run(*words, "--json")
        assert result.exit_code == 0, result.output
        read: dict[str, object] = json.loads(result.stdout)
        return read

    def incident(self, number: int = 1) -> Incident:
        """An incident as it is kept."""

        async def read() -> Incident | None:
            async with opened(self.place) as store:
                return await store.incident_by_number(number)

        found = asyncio.run(read())
        assert found is not None
        return found

    def events(self, kind: Kind, number: int = 1) -> list[Event]:
        """What the timeline of an incident says of one kind."""

        async def read() -> list[Event]:
            async with opened(self.place) as store:
                incident = await store.incident_by_number(number)
                assert incident is not None
                links = await store.timeline(incident.id)
                return [each.event for each in links if each.event is not None and each.event.kind is kind]

        return asyncio.run(read())

    def owed(self) -> set[JobName]:
        """What a worker would find now."""

        async def read() -> set[JobName]:
            async with opened(self.place) as store:
                return {each.job.name for each in await store.claim("w", limit=100, lease=timedelta(seconds=1))}

        return asyncio.run(read())


@pytest.fixture
def terminal(tmp_path: Path) -> Terminal:
    """A terminal where no incident was declared yet."""
    return Terminal(tmp_path)


def test_an_incident_is_declared_worked_on_and_resolved_without_slack(terminal: Terminal) -> None:
    """The whole way, by one who names themselves; everything is owed that Slack is to be told."""
    declared = terminal.told("declare", "P1", "Checkout", "fails", "--as", "U0CARO")
    assert (declared["key"], declared["severity"], declared["called"]) == ("INC-1", "P1", ["U0ANA1", "U0BEN1"])
    assert {JobName.OPEN_CHANNEL} <= terminal.owed()
    assert terminal.incident().responders == ("U0CARO", "U0ANA1", "U0BEN1")
    acknowledged = terminal.told("ack", "INC-1", "--as", "U0CARO")
    assert acknowledged["by"] == "terminal:user:U0CARO"
    assert str(acknowledged["said"]).startswith("U0CARO at Muster's terminal acknowledged after")
    terminal.told("note", "1", "tried", "a restart", "--as", "caro@example.com")
    terminal.told("update", "1", "workers", "are back", "--status", "mitigated", "--impact", "some cards fail")
    terminal.told("severity", "1", "P0", "more users")
    terminal.told("role", "1", "commander", "U0BEN1")
    resolved = terminal.told("resolve", "1", "restarted", "the workers", "--lingering", "no")
    assert resolved["status"] == "resolved"
    it = terminal.incident()
    assert (it.acknowledged_by, it.severity.value, it.roles["commander"]) == ("U0CARO", "P0", "U0BEN1")
    assert it.resolved_by == f"terminal:{pwd.getpwuid(os.getuid()).pw_name}"
    (noted,) = terminal.events(Kind.NOTED)
    assert (noted.actor, noted.facts["text"]) == ("terminal:caro@example.com", "tried a restart")
    (updated,) = terminal.events(Kind.UPDATED)
    assert (updated.facts["status_to"], updated.facts["impact"]) == ("mitigated", "some cards fail")
    assert terminal.told("reopen", "1", "back again")["status"] == "investigating"


def test_a_role_is_given_to_somebody_whom_slack_knows_by_an_id(terminal: Terminal) -> None:
    """Nobody at a terminal can choose a name from Slack's list."""
    terminal.told("declare", "Checkout fails")
    for person in ("ben", "ben@example.com", "@ben"):
        refused = terminal.run("role", "1", "scribe", person)
        assert (refused.exit_code, "Slack user id (U…)" in refused.stderr) == (2, True)
    terminal.told("role", "1", "scribe", "U0BEN1")
    assert terminal.incident().roles["scribe"] == "U0BEN1"


@pytest.mark.parametrize("known", [True, False])
def test_a_secret_that_is_typed_is_not_kept_and_whoever_typed_it_is_told_once(
    known: bool, terminal: Terminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By how it looks, and by its value where this environment has it: not every terminal does."""
    secret = "correct-horse-battery" if known else "gh" + "p_" + "a1B2" * 9
    monkeypatch.setenv("AM_TOKEN", f"{secret} the-next-one")
    terminal.config.write_text(f"{CONFIG}sources: {{alertmanager: {{token_env: AM_TOKEN}}}}\n", encoding="utf-8")
    for words in (
        ["declare", f"{secret} is refused", "--summary", secret],
        ["note", "1", "it", "is", secret],
        ["update", "1", f"tried {secret}", "--impact", secret, "--next", f"without {secret}"],
        ["severity", "1", "P1", secret],
        ["resolve", "1", f"used {secret}", "--impact", secret],
        ["reopen", "1", secret],
    ):
        result = terminal.run(*words)
        assert (result.exit_code, result.stderr.count("is kept and said as [redacted]")) == (0, 1), result.output
    assert "redacted" not in terminal.run("note", "1", "nothing to hide").stderr
    frozen = CliRunner().invoke(app, ["freeze", "because", secret, "--config", str(terminal.config)])
    assert "because [redacted]" in frozen.stdout
    told = terminal.run("show", "1", "--json").stdout
    assert "without [redacted]" in told
    assert "nothing to hide" in told
    kept = b"".join(each.read_bytes() for each in terminal.place.data_dir.rglob("*") if each.is_file())
    assert secret.encode() not in kept


def test_what_slack_would_refuse_is_refused_here_in_the_same_words(terminal: Terminal) -> None:
    """One sentence on stderr, and 1."""
    terminal.told("declare", "Checkout fails")
    terminal.told("ack", "1")
    again = terminal.run("ack", "1")
    assert again.exit_code == 1
    assert again.stderr.startswith("muster: It is acknowledged already at ")
    terminal.told("resolve", "1", "gone")
    ended = terminal.run("update", "1", "one more thing")
    assert (ended.exit_code, "INC-1 is resolved" in ended.stderr) == (1, True)
    assert "/incident" not in ended.stderr
    assert ended.stderr.endswith("If it is back: `muster incidents reopen INC-1`.\n"), "what one types here"
    assert "There is no role “boss”" in terminal.run("role", "1", "boss", "U0BEN1").stderr
    assert "There is no incident INC-7" in terminal.run("note", "INC-7", "x").stderr
    unknown = terminal.run("declare", "It burns", "--system", "nowhere")
    assert "has no system nowhere; it has: ai-storybook." in unknown.stderr
    assert terminal.run("declare", "P1").exit_code == 1
    freeze = ["freeze", "let me look", "--config", str(terminal.config)]
    stopped = [CliRunner().invoke(app, freeze) for _ in range(2)]
    assert stopped[1].stderr.endswith("Lift it with `muster unfreeze`.\n")


@pytest.mark.parametrize(
    "words",
    [
        ("declare",),
        ("note", "1"),
        ("update", "1", "x", "--status", "resolved"),
        ("resolve", "1", "x", "--lingering", "perhaps"),
        ("severity", "1", "worse"),
        ("ack", "1", "--as", "somebody"),
    ],
)
def test_wrong_usage_ends_with_two(terminal: Terminal, words: tuple[str, ...]) -> None:
    """And nothing was changed, because nothing was asked of the store."""
    assert terminal.run(*words).exit_code == 2


def test_whoever_is_at_the_terminal_is_called_as_nobody_proved_it(terminal: Terminal) -> None:
    """Somebody whom Slack does not know is no responder: there is nobody to invite."""
    terminal.told("declare", "Checkout fails", "--as", "caro@example.com")
    it = terminal.incident()
    assert (it.declared_by, it.responders) == ("terminal:caro@example.com", ("U0ANA1", "U0BEN1"))
    terminal.told("ack", "1", "--as", "caro@example.com")
    it = terminal.incident()
    assert (it.acknowledged_by, it.acknowledged_at is not None) == (None, True)
    assert it.responders == ("U0ANA1", "U0BEN1")
    shown = terminal.run("show", "1")
    assert "caro@example.com at Muster's terminal acknowledged" in shown.stdout


def test_why_an_incident_came_to_be_is_told_at_the_terminal_too(terminal: Terminal) -> None:
    terminal.told("declare", "P1", "Checkout", "fails", "--as", "U0CARO")
    terminal.told("severity", "1", "P0", "more users")
    said = terminal.run("why", "INC-1")
    assert said.exit_code == 0
    assert "U0CARO at Muster's terminal declared P1: Checkout fails" in said.stdout
    assert "changed the severity from P1 to P0: more users" in said.stdout
    kinds = [each["kind"] for each in json.loads(terminal.run("why", "1", "--json").stdout)]
    assert kinds == ["declared", "severity_changed"]


def test_it_is_the_same_with_a_postgresql_that_bots_share(
    tmp_path: Path, database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Found by muster.yaml; what is owed there is done by whichever bot claims it."""
    terminal = Terminal(tmp_path)
    terminal.config.write_text(f"{CONFIG}store: {{url_env: TERMINAL_STORE_URL}}\n", encoding="utf-8")
    monkeypatch.setenv("TERMINAL_STORE_URL", database)
    terminal.place = StorePlace(data_dir=tmp_path / ".muster", url=database)
    assert terminal.told("declare", "P1", "Checkout fails")["key"] == "INC-1"
    assert terminal.told("resolve", "1", "gone")["status"] == "resolved"
    assert {JobName.OPEN_CHANNEL, JobName.WRITE_POSTMORTEM} <= terminal.owed()
