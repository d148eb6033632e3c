"""docs/install.md and the example files work as they stand: a team copies them, and nobody is there to ask."""

import json
import re
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

import asyncpg
import yaml

from bot import config
from bot.executors.postgres.executor import PostgresTarget
from bot.redaction.redactor import Redactor
from bot.runbooks.load import load_runbooks
from bot.settings import sections
from bot.settings.rota import RotationSection
from bot.settings.schema import schema
from bot.sources import alertmanager
from demo.postgres import RealPostgres

ROOT = Path(__file__).resolve().parents[2]
INSTALL = (ROOT / "docs" / "install.md").read_text(encoding="utf-8")


def block(language: str) -> str:
    """The one block of docs/install.md in that language."""
    (found,) = re.findall(rf"```{language}\n(.*?)```", INSTALL, re.DOTALL)
    return str(found)


def environment() -> dict[str, str]:
    """What .env.example sets."""
    lines = (ROOT / ".env.example").read_text(encoding="utf-8").splitlines()
    return dict(line.split("=", 1) for line in lines if line and not line.startswith("#"))


def test_the_example_files_are_a_whole_configuration() -> None:
    configuration = config.load(ROOT / "muster.yaml.example", environment())
    assert set(load_runbooks(configuration).systems) == set(configuration.file.systems)


def test_what_is_commented_out_in_the_example_is_valid_too() -> None:
    text = (ROOT / "muster.yaml.example").read_text(encoding="utf-8")
    more = re.sub(r"^#(?=[a-z]+:|  )", "", text, flags=re.MULTILINE)
    more = re.sub(r"^    on_call:.*\n    #(?=on_call:)", "    ", more, flags=re.MULTILINE)
    file = sections.File.model_validate(yaml.safe_load(more))
    assert isinstance(file.systems["ai-storybook"].on_call, RotationSection)
    assert file.exports.s3 is not None
    assert file.redis is not None
    assert len(file.routes) == 3
    assert file.maintenance[0].systems == ("ai-storybook",)


def test_the_schema_is_the_one_of_the_program() -> None:
    """`muster schema > docs/muster.schema.json` makes it anew."""
    assert (ROOT / "docs" / "muster.schema.json").read_text(encoding="utf-8") == schema() + "\n"


def test_the_schema_tells_an_editor_what_a_key_means_how_it_is_written_and_its_default() -> None:
    lease = json.loads(schema())["properties"]["lease"]
    assert lease["default"] == "10s"
    assert lease["description"] == "How soon another process takes over a job whose process died."
    assert re.search(lease["pattern"], "90s")
    assert not re.search(lease["pattern"], "PT90S")


def test_every_key_in_the_schema_is_refused_or_known_as_in_the_program() -> None:
    made = json.loads(schema())
    assert made["additionalProperties"] is False
    assert set(made["properties"]) == set(sections.File.model_fields)


def test_alertmanagers_receiver_says_what_muster_asks_of_it() -> None:
    (receiver,) = yaml.safe_load(block("yaml"))["receivers"]
    (webhook,) = receiver["webhook_configs"]
    assert webhook["url"].endswith(f":{sections.WebSection().port}/alerts/alertmanager")
    assert webhook["http_config"]["authorization"]["type"] == "Bearer"
    assert webhook["send_resolved"] is True


def test_the_alert_to_try_is_one_that_muster_reads() -> None:
    (body,) = re.findall(r"--data '\n(.*?)'\n", INSTALL, re.DOTALL)
    (alert,) = alertmanager.parse(body.encode())
    assert alert.labels["alertname"] == "TryingMuster"


async def test_the_diagnostic_role_is_proven_unable_to_write(postgres: RealPostgres, database: str) -> None:
    """Against a real PostgreSQL: the statements run as written, names apart, and the role that they make is proven."""
    name, suffix = database.rsplit("/", 1)[1], uuid4().hex[:8]
    roles = (f"muster_diagnostic_{suffix}", f"muster_remediation_{suffix}")
    statements = re.sub(r"\b(muster_diagnostic|muster_remediation)\b", rf"\1_{suffix}", block("sql"))
    superuser = await asyncpg.connect(database)
    await superuser.execute("CREATE TABLE jobs (id int PRIMARY KEY, status text)")
    await superuser.execute(statements.replace("DATABASE shop", f"DATABASE {name}"))
    target = PostgresTarget(
        name="shop-db",
        environment="test",
        diagnostic_dsn=postgres.dsn(name, role=roles[0], password="choose-one"),
        remediation_dsn=postgres.dsn(name, role=roles[1], password="choose-another"),
        relations=frozenset({"public.jobs"}),
    )
    executor = target.executor(redactor=Redactor(), clock=lambda: datetime.now(UTC))
    attestation = await executor.attest()
    await executor.close()
    for role in roles:
        await superuser.execute(f"DROP OWNED BY {role}; DROP ROLE {role}")
    await superuser.close()
    assert attestation.proven, attestation.proof
