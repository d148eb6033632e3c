"""What the doctor says of Slack: tokens, scopes, the channel, people, groups and the clock."""

from datetime import UTC, datetime, timedelta

import pytest

from bot.doctor.examine import examine
from bot.doctor.remark import Grade, healthy
from bot.doctor.tokens import clocks
from bot.slack import manifest
from sandbox.server import Sandbox
from tests.bot.doctor.conftest import Team, failed

READS = {
    "auth.test", "apps.connections.open", "conversations.info", "users.info", "usergroups.users.list",
}  # fmt: skip


async def test_where_all_is_well_the_doctor_says_so_of_everything(team: Team) -> None:
    remarks = await team.look_at_all()
    assert healthy(remarks)
    assert {each.about for each in remarks if each.grade is Grade.OK} >= {
        "configuration", "runbooks", "bot token", "app token", "scopes", "clock", "data directory",
        f"channel {team.announcements}", f"person {team.on_call[0]}", f"group {team.approvers[1]}",
    }  # fmt: skip


async def test_the_doctor_only_asks(team: Team) -> None:
    """Nothing is posted, joined or changed: a look at a live workspace leaves no trace."""
    await team.look_at_all()
    assert {call.method for call in team.box.calls.all()} == READS


async def test_no_remark_holds_a_secret(team: Team) -> None:
    shown = "".join(f"{each.sentence}{each.mend}" for each in await team.look_at_all())
    team.environment["MUSTER_SLACK_BOT_TOKEN"] = "xoxb-of-another-workspace"
    shown += "".join(f"{each.sentence}{each.mend}" for each in await team.look_at_all())
    assert not [secret for secret in team.environment.values() if secret in shown and not secret.startswith("/")]


async def test_a_token_that_slack_does_not_know_is_told_once_with_its_variable(team: Team) -> None:
    team.environment["MUSTER_SLACK_BOT_TOKEN"] = "xoxb-of-another-workspace"
    remarks = await team.look_at_all()
    assert failed(remarks) == ["bot token"]
    told = next(each for each in remarks if each.about == "bot token")
    assert told.sentence == "Slack does not take MUSTER_SLACK_BOT_TOKEN (auth.test: invalid_auth)."
    assert "create the token anew" in told.mend


async def test_an_app_token_that_slack_does_not_know_is_told(team: Team) -> None:
    team.environment["MUSTER_SLACK_APP_TOKEN"] = "xapp-of-another-app"
    assert failed(await team.look_at_all()) == ["app token"]


async def test_a_slack_that_is_not_there_is_told_with_its_address(team: Team) -> None:
    path = team.written()
    path.write_text(path.read_text().replace(team.box.api_url, "http://127.0.0.1:1/api/"))
    for name, value in team.environment.items():
        team.monkeypatch.setenv(name, value)
    told = {each.about: each for each in await examine(path)}
    assert told["bot token"].grade is Grade.FAIL
    assert "http://127.0.0.1:1/api/" in told["bot token"].sentence


async def test_where_slack_delivers_by_http_no_app_token_is_looked_at(team: Team) -> None:
    path = team.written()
    path.write_text(path.read_text().replace("slack: {", "slack: {deliveries: http, "))
    del team.environment["MUSTER_SLACK_APP_TOKEN"]
    for name, value in (team.environment | {"MUSTER_SLACK_SIGNING_SECRET": "signing-secret-of-the-app"}).items():
        team.monkeypatch.setenv(name, value)
    remarks = await examine(path)
    assert healthy(remarks)
    assert "app token" not in {each.about for each in remarks}


async def test_a_missing_scope_is_named_with_what_needs_it(team: Team) -> None:
    async with Sandbox(scopes=set(manifest.scopes()) - {"pins:write"}) as box:
        team.environment |= {"MUSTER_SLACK_BOT_TOKEN": box.bot_token, "MUSTER_SLACK_APP_TOKEN": box.app_token}
        path = team.written()
        path.write_text(path.read_text().replace(team.box.api_url, box.api_url))
        for name, value in team.environment.items():
            team.monkeypatch.setenv(name, value)
        (scopes,) = [each for each in await examine(path) if each.about == "scopes"]
    assert scopes.grade is Grade.FAIL
    assert scopes.sentence == "pins:write is not granted, and pins.add needs it."
    assert "OAuth & Permissions" in scopes.mend


async def test_a_channel_that_is_not_there_is_told(team: Team) -> None:
    team.announcements = "C0NOWHERE"
    told = (await team.look())[f"channel {team.announcements}"]
    assert told.grade is Grade.FAIL
    assert told.sentence.startswith("Slack says that there is no such channel for Muster")


async def test_a_channel_that_muster_is_not_in_is_told_with_how_to_bring_it_in(team: Team) -> None:
    random = team.box.workspace.channel_named("random")
    assert random is not None
    team.announcements = random.id
    told = (await team.look())[f"channel {team.announcements}"]
    assert (told.grade, told.mend) == (Grade.FAIL, "/invite @Muster in #random")


async def test_where_muster_may_post_everywhere_it_need_not_be_in_the_channel(team: Team) -> None:
    team.box.app.scopes |= {"chat:write.public"}
    team.box.workspace.channels[team.announcements].members.remove(team.box.app.user)
    assert (await team.look())[f"channel {team.announcements}"].sentence == "Muster may post in #incidents."


async def test_an_archived_channel_is_told(team: Team) -> None:
    team.box.workspace.channels[team.announcements].is_archived = True
    assert (await team.look())[f"channel {team.announcements}"].sentence == "#incidents is archived."


async def test_a_person_whom_nobody_knows_is_told_with_the_setting_that_names_them(team: Team) -> None:
    team.on_call.append("U0NOBODY")
    told = (await team.look())["person U0NOBODY"]
    assert told.grade is Grade.FAIL
    assert "systems.ai-storybook.on_call" in told.mend


async def test_people_who_left_and_bots_are_told(team: Team) -> None:
    team.box.workspace.users[team.on_call[0]].deleted = True
    team.on_call.append(team.box.app.user)
    told = await team.look()
    assert "is deactivated" in told[f"person {team.on_call[0]}"].sentence
    assert "is a bot" in told[f"person {team.box.app.user}"].sentence


async def test_groups_that_nobody_knows_fail_and_empty_ones_warn(team: Team) -> None:
    team.box.workspace.groups[team.approvers[1]].users.clear()
    team.approvers.append("S0NOWHERE")
    told = await team.look()
    assert told[f"group {team.approvers[1]}"].grade is Grade.WARN
    assert told["group S0NOWHERE"].grade is Grade.FAIL


NOON = datetime(2026, 1, 21, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("apart", "grade", "words"),
    [
        (0, Grade.OK, "It agrees with Slack's."),
        (-30, Grade.WARN, "This machine's clock is 30 s behind Slack's."),
        (90, Grade.FAIL, "This machine's clock is 90 s ahead of Slack's."),
    ],
)
def test_a_clock_that_is_wrong_is_told_with_how_much(apart: int, grade: Grade, words: str) -> None:
    (told,) = clocks("Wed, 21 Jan 2026 12:00:00 GMT", NOON + timedelta(seconds=apart))
    assert (told.grade, told.sentence) == (grade, words)


@pytest.mark.parametrize("header", ["", "yesterday"])
def test_where_slack_does_not_say_the_time_the_clock_is_not_judged(header: str) -> None:
    (told,) = clocks(header, NOON)
    assert told.grade is Grade.WARN


async def test_people_and_groups_of_the_rules_of_approval_are_looked_at_too(team: Team) -> None:
    """A rule whose people nobody is would let nothing run, and that is found out at night."""
    team.more = "approvals: {rules: [{approve: [commander, on-call, S0NOBODY], ask: [U0NOBODY]}]}\n"
    remarks = await team.look_at_all()
    assert sorted(failed(remarks)) == ["group S0NOBODY", "person U0NOBODY"]
    told = next(each for each in remarks if each.about == "group S0NOBODY")
    assert "approvals.rules.0.approve" in told.mend
