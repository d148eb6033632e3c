"""The documents say what the code does: every command, setting, state and scope that is there, and none that is not."""

import re
from collections.abc import Iterator
from pathlib import Path

import yaml
from pydantic import BaseModel

from bot.settings.approvals import MatchSection, RuleSection
from bot.settings.pager import PagedSystemSection, PagerDutySection
from bot.settings.rota import OverrideSection, RotationSection
from bot.settings.routes import MaintenanceSection, RouteSection, SilenceSection
from bot.settings.sections import (
    File,
    S3Section,
    SecretsManagerSection,
    SharedRedisSection,
    StoreSection,
    SystemSection,
)
from bot.settings.sources import EitherSection, MapSection, SourcesSection
from bot.settings.targets import (
    AwsLogin,
    AwsSection,
    DockerSection,
    HostSection,
    HttpSection,
    KubernetesSection,
    NatsLogin,
    NatsSection,
    PostgresSection,
    RedisLogin,
    RedisSection,
)
from bot.sources.table import SOURCES
from bot.telemetry.metrics import Counts, of_store, of_targets, of_watches, process_gauges
from bot.terminal import incidents as incident_commands
from bot.terminal import runbooks
from bot.terminal.command_line import alerts, app, audit, store
from commands.figures import Figures
from commands.menu import MENU
from incident.job import JobState

SECTIONS = {
    "changes",
    "approvals",
    "pagerduty",
    "routes",
    "silences",
    "maintenance",
    "systems",
    "targets",
    "sources",
    "redis",
    "store",
    "exports",
    "secrets",
}
ROOT = Path(__file__).resolve().parents[2]


def read(name: str) -> str:
    """A document's text."""
    return (ROOT / name).read_text(encoding="utf-8")


def test_every_word_of_the_menu_is_documented_with_its_synonyms_and_usage() -> None:
    """docs/commands.md has one row for each word, and no other row."""
    rows = dict(re.findall(r"^\| `([a-z]+)` \| ([^|]*) \|", read("docs/commands.md"), re.MULTILINE))
    assert {word: [each for each in also.strip().split(", ") if each] for word, also in rows.items()} == {
        verb.word: list(verb.also) for verb in MENU
    }
    for verb in MENU:
        assert verb.usage.replace("|", "\\|") in read("docs/commands.md")
        assert verb.line in read("docs/commands.md")


def test_no_word_of_the_menu_means_two_things() -> None:
    """Synonyms are unique."""
    every = [word for verb in MENU for word in (verb.word, *verb.also)]
    assert len(every) == len(set(every))


def test_every_terminal_command_is_documented() -> None:
    """docs/commands.md names each command of the command line, and only those."""
    named = {command.callback.__name__ if command.name is None else command.name for command in app.registered_commands}
    named -= {"runbook"}
    named |= {f"incidents {command.name}" for command in incident_commands.app.registered_commands}
    named |= {f"alerts {command.name}" for command in alerts.registered_commands}
    named |= {f"audit {command.name}" for command in audit.registered_commands}
    named |= {f"store {command.name}" for command in store.registered_commands}
    named |= {f"runbook {word}" for word in runbooks.COMMANDS}
    row = r"^\| `muster ((?:alerts |incidents |audit |store |runbook )?[a-z]+)"
    documented = set(re.findall(row, read("docs/commands.md"), re.MULTILINE))
    assert documented == named


def settings(model: type[BaseModel], prefix: str = "") -> Iterator[str]:
    """The keys of a section as the table names them."""
    for name, field in model.model_fields.items():
        inner = field.annotation
        if isinstance(inner, type) and issubclass(inner, BaseModel):
            yield from settings(inner, f"{prefix}{name}.")
        else:
            yield f"{prefix}{name}"


def test_every_setting_is_in_the_table_and_the_example() -> None:
    """docs/settings.md lists each key with its meaning, and the example shows it."""
    text = read("docs/settings.md")
    table = set(re.findall(r"^\| `([a-z0-9_.<>]+)`", text, re.MULTILINE))
    plain = {key for key in settings(File) if key.partition(".")[0] not in SECTIONS}
    plain |= {f"systems.<name>.{key}" for key in SystemSection.model_fields}
    plain |= {"approvals.rules"} | {f"approvals.rules.match.{key}" for key in MatchSection.model_fields}
    plain |= {f"approvals.rules.{key}" for key in RuleSection.model_fields if key != "match"}
    rules = {"routes": RouteSection, "silences": SilenceSection, "maintenance": MaintenanceSection}
    plain |= {f"{part}.{key}" for part, each in rules.items() for key in each.model_json_schema()["properties"]}
    plain |= set(rules)
    plain |= {f"sources.<monitor>.{key}" for key in EitherSection.model_fields} | {"targets.<name>"}
    plain |= {"sources.cloudwatch.topics", "sources.generic.map", "sources.generic.states"}
    plain |= set(settings(S3Section, "exports.s3.")) | set(settings(SharedRedisSection, "redis."))
    plain |= set(settings(SecretsManagerSection, "secrets.aws."))
    plain |= set(settings(StoreSection, "store."))
    plain |= {"changes.generic.token_env", "changes.github.secret_env", "changes.ecs.topics", "changes.ecs.token_env"}
    plain |= {key for key in settings(PagerDutySection, "pagerduty.") if key != "pagerduty.systems"}
    plain |= set(settings(PagedSystemSection, "pagerduty.systems.<name>."))
    assert table == plain
    targets = (
        PostgresSection,
        HttpSection,
        DockerSection,
        HostSection,
        RedisSection,
        RedisLogin,
        NatsSection,
        NatsLogin,
    )
    targets += (AwsSection, AwsLogin, KubernetesSection)
    for key in (key for section in targets for key in section.model_fields):
        assert f"{key}:" in text


def test_every_key_of_a_rotation_is_shown() -> None:
    """docs/settings.md has them in an example."""
    keys = {key for section in (RotationSection, OverrideSection) for key in section.model_json_schema()["properties"]}
    assert not [key for key in keys if f"{key}: " not in read("docs/settings.md")]


def test_every_monitor_can_be_configured_and_is_documented() -> None:
    """docs/monitors.md has one row for each source, and the settings take each."""
    rows = re.findall(r"^\| `([a-z]+)` \|", read("docs/monitors.md"), re.MULTILINE)
    assert rows == sorted(SOURCES) == sorted(SourcesSection.model_fields)
    assert all(f"`{key}`" in read("docs/settings.md") for key in MapSection.model_fields)


def test_the_example_settings_are_valid() -> None:
    """What docs/settings.md shows can be used as it stands."""
    (example,) = re.findall(r"```yaml\n(.*?)```", read("docs/settings.md"), re.DOTALL)
    File.model_validate(yaml.safe_load(example))


def test_the_drawing_of_a_job_names_only_states_that_exist() -> None:
    """docs/architecture.md draws the states that the code has."""
    drawing = read("docs/architecture.md").split("```\nowed", 1)[1].split("```", 1)[0]
    drawn = set(re.findall(r"\b(owed|claimed|doing|done|unknown)\b", "owed" + drawing))
    assert drawn == {state.value for state in JobState} - {"given_up"}


def test_links_between_the_documents_lead_somewhere() -> None:
    """No document points to a file that is not there."""
    for document in (ROOT / "README.md", *(ROOT / "docs").rglob("*.md")):
        for link in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", document.read_text(encoding="utf-8")):
            assert (document.parent / link).exists(), f"{document.name} points to {link}"


def test_every_metric_is_documented_with_its_labels() -> None:
    """docs/metrics.md has one row for each number of /metrics, in the same order as they are told, and no other row."""
    empty = Figures(jobs={}, due=0, dead_letters=0)
    told = (
        *Counts().metrics(),
        of_targets({}),
        *process_gauges(connected=True, stored=True, spooled=0),
        *of_store(empty, ()),
        *of_watches(()),
    )
    rows = re.findall(r"^\| `(muster_[a-z_]+)` \| *([^|]*?) *\|", read("docs/metrics.md"), re.MULTILINE)
    assert rows == [(each.name, ", ".join(f"`{label}`" for label in each.labels)) for each in told]
