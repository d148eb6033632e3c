"""Targets from the settings: each kind with its two identities, its secrets put in and known to the redaction."""

from pathlib import Path

import pytest

from bot.config import WrongSetting, load
from bot.executors.aws.executor import AwsTarget
from bot.executors.github.app import App
from bot.executors.github.executor import GithubTarget
from bot.executors.http.executor import HttpTarget
from bot.executors.kubernetes.executor import KubernetesTarget
from bot.executors.kubernetes.session import Identity
from bot.executors.nats.executor import NatsTarget
from bot.executors.nats.session import Login
from bot.executors.nats.signer import Signer
from bot.targets import targets_of

SETTINGS = """\
slack: {announcements: C0INCIDENTS}
systems:
  shop: {runbook: runbooks/shop, on_call: [U0ANA], approvers: [S0DBA]}
targets:
  story-nats:
    kind: nats
    environment: production
    host: nats.example
    tls: true
    diagnostic: {user: looker, password_env: NATS_LOOK}
    remediation: {user: fixer, password_env: NATS_FIX}
  studio-aws:
    kind: aws
    environment: production
    region: eu-central-1
    diagnostic: {access_key_env: AWS_LOOK_KEY, secret_key_env: AWS_LOOK_SECRET}
    remediation: {role: "arn:aws:iam::123456789012:role/fixer"}
  shop-cluster:
    kind: kubernetes
    environment: production
    url: https://k8s.example:6443
    namespaces: [shop, jobs]
    diagnostic_token_env: K8S_LOOK
"""
ENVIRONMENT = {
    "MUSTER_SLACK_BOT_TOKEN": "xoxb-very-secret",
    "MUSTER_SLACK_APP_TOKEN": "xapp-very-secret",
    **{name: f"{name.lower()}-value" for name in ("NATS_LOOK", "NATS_FIX", "K8S_LOOK")},
    **{name: f"{name.lower()}-value" for name in ("AWS_LOOK_KEY", "AWS_LOOK_SECRET")},
}


def test_each_kind_is_made_with_its_identities_and_every_secret_is_known(tmp_path: Path) -> None:
    path = tmp_path / "muster.yaml"
    path.write_text(SETTINGS)
    configuration = load(path, ENVIRONMENT)
    nats, aws, kubernetes = targets_of(configuration)
    assert isinstance(nats, NatsTarget)
    assert isinstance(aws, AwsTarget)
    assert isinstance(kubernetes, KubernetesTarget)
    assert (nats.diagnostic.password, str(nats.server)) == ("nats_look-value", "nats.example:4222")
    assert nats.remediation is not None
    assert (aws.diagnostic.access_key, aws.place.region) == ("aws_look_key-value", "eu-central-1")
    assert aws.remediation is not None
    assert (aws.remediation.role, aws.remediation.access_key) == ("arn:aws:iam::123456789012:role/fixer", None)
    assert (kubernetes.diagnostic.token, kubernetes.namespaces) == ("k8s_look-value", ("shop", "jobs"))
    assert kubernetes.remediation is None
    assert set(ENVIRONMENT.values()) <= set(configuration.every_secret())
    assert not any(secret in repr((nats, aws, kubernetes)) for secret in ENVIRONMENT.values())


ACCOUNT = "A" + "B" * 55
SIGNED = f"""\
    diagnostic: {{credentials_env: NATS_LOOK}}
    remediation_signer: {{account: {ACCOUNT}, key_env: NATS_FIX}}
"""


def test_a_nats_may_have_users_with_passes_and_a_key_that_makes_those_for_changes(tmp_path: Path) -> None:
    path, (before, _, after) = tmp_path / "muster.yaml", SETTINGS.partition("    diagnostic: {user: looker")
    path.write_text(before + SIGNED + after.partition("password_env: NATS_FIX}\n")[2])
    configuration = load(path, ENVIRONMENT)
    nats, *_ = targets_of(configuration)
    assert isinstance(nats, NatsTarget)
    assert nats.remediation is None
    assert nats.signer == Signer(account=ACCOUNT, seed="nats_fix-value")
    assert nats.diagnostic == Login.of("nats_look-value")
    assert {"nats_look-value", "nats_fix-value"} <= set(configuration.every_secret())


@pytest.mark.parametrize(
    ("login", "said"),
    [
        ("{user: looker}", "write user and password_env, or credentials_env alone"),
        ("{password_env: NATS_LOOK}", "write user and password_env, or credentials_env alone"),
        ("{}", "write user and password_env, or credentials_env alone"),
        ("{user: a, password_env: NATS_LOOK, credentials_env: B}", "write user and password_env, or credentials_env"),
    ],
)
def test_a_user_of_nats_logs_in_in_one_way(tmp_path: Path, login: str, said: str) -> None:
    path = tmp_path / "muster.yaml"
    path.write_text(SETTINGS.replace("{user: looker, password_env: NATS_LOOK}", login))
    with pytest.raises(WrongSetting, match=said):
        load(path, ENVIRONMENT)


def test_a_kept_user_for_changes_beside_a_key_that_makes_them_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "muster.yaml"
    kept = "    remediation: {user: fixer, password_env: NATS_FIX}\n"
    both = f"{kept}    remediation_signer: {{account: {ACCOUNT}, key_env: X}}\n"
    path.write_text(SETTINGS.replace(kept, both))
    with pytest.raises(WrongSetting, match="are two identities for changes: keep one"):
        load(path, ENVIRONMENT)


def test_a_service_account_that_changes_is_taken_by_the_token_that_is_named(tmp_path: Path) -> None:
    path = tmp_path / "muster.yaml"
    account = "    remediation_account: shop/changes\n"
    path.write_text(SETTINGS + account + "    remediation_token_env: K8S_TAKE\n")
    kubernetes = list(targets_of(load(path, {**ENVIRONMENT, "K8S_TAKE": "k8s_take-value"})))[-1]
    assert isinstance(kubernetes, KubernetesTarget)
    assert kubernetes.remediation == Identity(token="k8s_take-value", account="shop/changes")
    path.write_text(SETTINGS + account)
    with pytest.raises(WrongSetting, match="remediation_account needs remediation_token_env"):
        load(path, ENVIRONMENT)


GITHUB = """\
  shop-code:
    kind: github
    environment: production
    repository: acme/shop
    diagnostic_token_env: GITHUB_LOOK
    remediation_app: {id: 7, installation: 42, key_env: GITHUB_KEY}
"""


def test_an_app_changes_in_the_place_of_a_token(tmp_path: Path) -> None:
    path = tmp_path / "muster.yaml"
    path.write_text(SETTINGS + GITHUB)
    known = {**ENVIRONMENT, "GITHUB_LOOK": "github-look-value", "GITHUB_KEY": "github-key-value"}
    configuration = load(path, known)
    github = list(targets_of(configuration))[-1]
    assert isinstance(github, GithubTarget)
    assert github.remediation_app == App(id=7, installation=42, key="github-key-value")
    assert "github-key-value" in set(configuration.every_secret())
    path.write_text(SETTINGS + GITHUB + "    remediation_token_env: GITHUB_CHANGE\n")
    with pytest.raises(WrongSetting, match="are two identities for changes: keep one"):
        load(path, {**known, "GITHUB_CHANGE": "github-change-value"})


@pytest.mark.parametrize("name", ["NATS_FIX", "AWS_LOOK_SECRET", "K8S_LOOK"])
def test_a_secret_that_is_not_set_stops_the_start(tmp_path: Path, name: str) -> None:
    path = tmp_path / "muster.yaml"
    path.write_text(SETTINGS)
    with pytest.raises(WrongSetting, match=f"the environment variable {name} that stands here is not set"):
        load(path, {key: value for key, value in ENVIRONMENT.items() if key != name})


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ("host: nats://nats.example", "without nats://"),
        ("region: Frankfurt am Main", "write a region"),
        ("namespaces: [Shop_1]", "write the name of a namespace"),
    ],
)
def test_a_place_that_is_none_is_told(tmp_path: Path, wrong: str, told: str) -> None:
    key = wrong.partition(":")[0]
    path = tmp_path / "muster.yaml"
    lines = [f"    {wrong}" if line.strip().startswith(f"{key}:") else line for line in SETTINGS.splitlines()]
    path.write_text("\n".join(lines))
    with pytest.raises(WrongSetting, match=told):
        load(path, ENVIRONMENT)


def test_an_http_target_may_wait_for_its_canary(tmp_path: Path) -> None:
    """Muster starts, and the target's own proof says what is missing."""
    path = tmp_path / "muster.yaml"
    shop = "  shop-api: {kind: http, environment: production, base_url: https://api.example}\n"
    path.write_text(SETTINGS + shop)
    *_, target = targets_of(load(path, ENVIRONMENT))
    assert isinstance(target, HttpTarget)
    assert target.canary is None
