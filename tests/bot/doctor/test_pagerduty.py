"""What the doctor says of PagerDuty: the token, everything that the file names, and who on call is nobody in Slack."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.doctor.remark import Grade, Remark
from tests.bot.doctor.conftest import Team
from tests.fakes.pagerduty_api import TOKEN, PagerDutyApi, pagerduty_api


@pytest.fixture
async def api(tmp_path: Path, team: Team) -> AsyncIterator[PagerDutyApi]:
    """An account, which the team names."""
    async with pagerduty_api(tmp_path) as made:
        team.environment |= {
            "PAGERDUTY_TOKEN": TOKEN,
            "SSL_CERT_FILE": str(made.certificate),
            "HOOK": "secret-of-hooks",
        }
        yield made


def named(api: PagerDutyApi, **changed: str) -> str:
    """The section; ``changed`` spoils it."""
    given = {"user": "muster@example.com", "service": "PSERVIC", "schedule": "PSCHED1", "priority": "P1", **changed}
    return (
        f"pagerduty:\n  token_env: PAGERDUTY_TOKEN\n  user: {given['user']}\n"
        f"  api_url: {api.url}\n  events_url: {api.url}\n  priorities: {{{given['priority']}: P0}}\n  systems:\n"
        f"    ai-storybook: {{service: {given['service']}, schedules: [{given['schedule']}]}}\n"
    )


async def told(team: Team) -> list[Remark]:
    return [each for each in await team.look_at_all() if each.about == "PagerDuty"]


async def test_all_is_well_but_the_webhooks_that_nobody_takes(team: Team, api: PagerDutyApi) -> None:
    team.more = named(api)
    remarks = await told(team)
    assert [each.grade for each in remarks] == [Grade.OK, Grade.OK, Grade.WARN]
    assert team.on_call[0] in remarks[1].sentence
    assert "sources.pagerduty is not set" in remarks[2].sentence
    assert not (team.folder / "data").exists(), "it wrote something down"


@pytest.mark.parametrize(
    ("spoilt", "words"),
    [
        ({"user": "nobody@example.com"}, "no user with the address nobody@example.com"),
        ({"service": "PNOTHER"}, "pagerduty.systems.ai-storybook.service is PNOTHER"),
        ({"schedule": "PNOTHER"}, "pagerduty.systems.ai-storybook.schedules is PNOTHER"),
        ({"priority": "Sev-1"}, "no priority Sev-1"),
    ],
)
async def test_what_is_not_there_fails_with_its_name(
    team: Team, api: PagerDutyApi, spoilt: dict[str, str], words: str
) -> None:
    team.more = named(api, **spoilt)
    assert [each for each in await told(team) if each.grade is Grade.FAIL and words in each.sentence]


async def test_a_wrong_token_is_the_only_thing_said_and_is_not_shown(team: Team, api: PagerDutyApi) -> None:
    team.more = named(api)
    team.environment["PAGERDUTY_TOKEN"] = "a-wrong-token-of-theirs"
    [remark] = await told(team)
    assert remark.grade is Grade.FAIL
    assert "pagerduty.token_env" in remark.sentence
    assert "a-wrong-token-of-theirs" not in remark.sentence


async def test_whoever_is_on_call_there_and_nobody_in_slack_is_named(team: Team, api: PagerDutyApi) -> None:
    api.on_call["PSCHED1"] = ["PJO0000"]
    team.more = named(api)
    assert [each for each in await told(team) if "nobody in Slack has their address: Jo" in each.sentence]
