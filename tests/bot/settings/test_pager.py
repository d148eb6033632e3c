"""PagerDuty as a team writes it: what stands for what, and wrong settings stop the start with line and key."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.config import Configuration
from bot.pager_account import account_of
from bot.settings.team import NOT_ASKED, TeamSettings
from incident.paging import Paging
from incident.responder import UserId
from incident.rota import Shift
from incident.severity import Severity
from tests.bot.test_config import GOOD, read, refused
from tests.fakes.runbooks import FakeRunbooks

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
SECTION = """\
pagerduty:
  token_env: PD_TOKEN
  user: muster@example.com
  priorities: {P1: P0, P2: P1}
  systems:
    shop: {service: PSERVIC, schedules: [PSCHED1], calls_from: P2, follow_resolve: false, help_policy: PHELP00}
"""


def configured(folder: Path, section: str = SECTION) -> Configuration:
    return read(folder, GOOD + section, PD_TOKEN="token-of-pagerduty")


def test_what_the_team_wants_of_it_is_what_decisions_get(tmp_path: Path) -> None:
    settings = TeamSettings(configured(tmp_path).file, FakeRunbooks())
    wanted = Paging(calls_from=Severity.P2, escalation="PHELP00", follows_resolve=False)
    assert settings.paging("shop") == wanted
    assert settings.paging("another system") == Paging(), "mirrored, and never called"
    assert "token-of-pagerduty" in configured(tmp_path).every_secret()


def test_without_the_section_there_is_no_pager(tmp_path: Path) -> None:
    settings = TeamSettings(read(tmp_path, GOOD).file, FakeRunbooks())
    assert (settings.paging("shop"), settings.doubt("shop")) == (None, "")


def test_until_it_was_asked_the_people_of_the_file_are_called_and_that_is_said(tmp_path: Path) -> None:
    settings = TeamSettings(configured(tmp_path).file, FakeRunbooks())
    assert settings.on_call("shop", NOW) == ("U0ANA", "U0BEN")
    assert settings.doubt("shop") == NOT_ASKED
    none = SECTION.replace("schedules: [PSCHED1], ", "")
    assert TeamSettings(configured(tmp_path, none).file, FakeRunbooks()).doubt("shop") == ""


class Nobody:
    """A Slack in which nobody is known."""

    async def person(self, address: str) -> UserId | None:
        return None

    async def address(self, user: UserId) -> str:
        return ""


async def test_whom_it_named_before_a_restart_is_called_before_the_people_of_the_file(tmp_path: Path) -> None:
    configuration = configured(tmp_path)
    configuration.data_dir.mkdir(exist_ok=True)
    kept = (
        '{"shop": {"at": "2026-03-02T08:59:30+00:00", "first": [["U0DAN", null]], "then": ["U0EVA"], "strangers": []}}'
    )
    (configuration.data_dir / "on-call.json").write_text(kept, encoding="utf-8")
    account = account_of(configuration, Nobody(), clock=lambda: NOW)
    settings = TeamSettings(configuration.file, FakeRunbooks(), account.on_call)
    assert settings.shifts("shop", NOW) == (Shift(person=UserId("U0DAN")),)
    assert (settings.escalation("shop", NOW), settings.doubt("shop")) == (("U0EVA",), "")
    later = account_of(configuration, Nobody(), clock=lambda: NOW + timedelta(minutes=5))
    assert "does not say who is on call since 02 Mar 08:59 UTC" in later.on_call.doubt("shop")


@pytest.mark.parametrize(
    ("old", "new", "key"),
    [
        ("    shop:", "    shoop:", "“pagerduty.systems.shoop” is none of: "),
        ("user: muster@example.com", "user: muster", "“pagerduty.user”: write a mail address"),
        ("PSERVIC", "our service", "“pagerduty.systems.shop.service”: write an id from PagerDuty"),
        ("P2: P1", "P2: bad", "“pagerduty.priorities.P2”"),
        ("  systems:", "  api_url: http://127.0.0.1\n  systems:", "“pagerduty.api_url”: write an address that begins"),
    ],
)
def test_what_is_wrong_is_said_with_its_key(tmp_path: Path, old: str, new: str, key: str) -> None:
    assert key in refused(tmp_path, GOOD + SECTION.replace(old, new), PD_TOKEN="x")
