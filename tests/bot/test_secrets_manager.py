"""Secrets that AWS Secrets Manager keeps (moto's here): had at the start, never shown; a fault is a sentence."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest
from moto.server import ThreadedMotoServer

from bot.config import WrongSetting, load

SETTINGS = """\
slack: {{announcements: C0INCIDENTS}}
systems:
  shop: {{runbook: runbooks/shop, on_call: [U0ANA], approvers: [S0DBA]}}
sources:
  alertmanager: {{token_env: AM_TOKEN}}
secrets:
  aws:
    region: eu-central-1
    endpoint_url: {address}
    variables:
      MUSTER_SLACK_BOT_TOKEN: muster/slack#bot
      MUSTER_SLACK_APP_TOKEN: muster/slack#app
      AM_TOKEN: {place}
"""


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    """A server on a free loopback port."""
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


@pytest.fixture
def manager(address: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """A Secrets Manager with Slack's two tokens and a monitor's."""
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")
    made = boto3.client("secretsmanager", region_name="eu-central-1", endpoint_url=address)
    tokens = json.dumps({"bot": "xoxb-kept-by-aws", "app": "xapp-kept-by-aws"})
    kept = {"muster/slack": tokens, "muster/alertmanager": "am-kept-by-aws"}
    for name, text in kept.items():
        made.create_secret(Name=name, SecretString=text)
    made.create_secret(Name="muster/bytes", SecretBinary=b"\x00")
    yield made
    for name in (*kept, "muster/bytes"):
        made.delete_secret(SecretId=name, ForceDeleteWithoutRecovery=True)


def written(folder: Path, address: str, place: str = "muster/alertmanager") -> Path:
    path = folder / "muster.yaml"
    path.write_text(SETTINGS.format(address=address, place=place))
    return path


def test_what_aws_keeps_is_had_and_hidden(manager: Any, address: str, tmp_path: Path) -> None:
    configuration = load(written(tmp_path, address), {})
    assert configuration.bot_token.get_secret_value() == "xoxb-kept-by-aws"
    assert configuration.secret("AM_TOKEN") == "am-kept-by-aws"
    assert {"xoxb-kept-by-aws", "xapp-kept-by-aws", "am-kept-by-aws"} <= set(configuration.every_secret())
    assert "kept-by-aws" not in repr(configuration)


def test_what_stands_in_the_environment_goes_first_and_is_not_asked_for(
    manager: Any, address: str, tmp_path: Path
) -> None:
    configuration = load(written(tmp_path, address, "muster/none"), {"AM_TOKEN": "from-the-environment"})
    assert configuration.secret("AM_TOKEN") == "from-the-environment"


@pytest.mark.parametrize(
    ("place", "told"),
    [
        ("muster/none", "there is no such secret in that region"),
        ("muster/slack#signing", "the secret has no “signing”"),
        ("muster/alertmanager#token", "the secret is no JSON object that could have “token”"),
        ("muster/bytes", "the secret holds bytes: keep a text there"),
    ],
)
def test_a_secret_that_cannot_be_had_stops_the_start(
    manager: Any, address: str, tmp_path: Path, place: str, told: str
) -> None:
    with pytest.raises(WrongSetting) as stopped:
        load(written(tmp_path, address, place), {})
    assert str(stopped.value) == f"{tmp_path}/muster.yaml, line 13: “secrets.aws.variables.AM_TOKEN”: {told}."


def test_an_aws_that_is_away_is_a_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")
    with pytest.raises(WrongSetting, match=r"AWS Secrets Manager could not be reached \(EndpointConnectionError\)\."):
        load(written(tmp_path, "http://127.0.0.1:9"), {})
