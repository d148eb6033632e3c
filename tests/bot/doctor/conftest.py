"""A team's configuration for the rehearsal workspace and for real targets, which a test may spoil."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from msgspec import Struct, field

from bot.doctor.examine import examine
from bot.doctor.remark import Grade, Remark
from bot.slack import manifest
from sandbox.server import Sandbox

RUNBOOK = Path(__file__).resolve().parents[3] / "runbooks" / "ai-storybook"


class Team(Struct, kw_only=True):
    """What the team wrote; ``look`` is what the doctor says of it. ``more`` is added to the end of the file."""

    folder: Path
    box: Sandbox
    announcements: str
    on_call: list[str]
    approvers: list[str]
    monkeypatch: pytest.MonkeyPatch
    more: str = ""
    environment: dict[str, str] = field(default_factory=dict)

    async def look(self) -> dict[str, Remark]:
        """What the doctor says, by what it is about; of several about the same, the last."""
        return {each.about: each for each in await self.look_at_all()}

    async def look_at_all(self) -> tuple[Remark, ...]:
        """Everything that the doctor says."""
        for name, value in self.environment.items():
            self.monkeypatch.setenv(name, value)
        return await examine(self.written())

    def written(self) -> Path:
        """The file."""
        path = self.folder / "muster.yaml"
        path.write_text(
            f"slack: {{announcements: {self.announcements}, api_url: {self.box.api_url}}}\n"
            "sources: {alertmanager: {token_env: ALERTS_TOKEN}}\n"
            "systems:\n"
            "  ai-storybook:\n"
            f"    runbook: {RUNBOOK}\n"
            f"    on_call: [{', '.join(self.on_call)}]\n"
            f"    approvers: [{', '.join(self.approvers)}]\n"
            f"{self.more}",
            encoding="utf-8",
        )
        return path


@pytest.fixture
async def box() -> AsyncIterator[Sandbox]:
    """The workspace, with the app installed from the manifest."""
    async with Sandbox(scopes=manifest.scopes()) as sandbox:
        yield sandbox


@pytest.fixture
def team(box: Sandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Team:
    """A configuration in which all is well, with Muster invited to #incidents."""
    people = {user.name: user.id for user in box.workspace.users.values()}
    groups = {group.handle: group.id for group in box.workspace.groups.values()}
    incidents = box.workspace.channel_named("incidents")
    assert incidents is not None
    incidents.members.append(box.app.user)
    return Team(
        folder=tmp_path,
        box=box,
        announcements=incidents.id,
        on_call=[people["ana"], people["ben"]],
        approvers=[people["chloe"], groups["dba"]],
        monkeypatch=monkeypatch,
        environment={
            "MUSTER_SLACK_BOT_TOKEN": box.bot_token,
            "MUSTER_SLACK_APP_TOKEN": box.app_token,
            "MUSTER_DATA_DIR": str(tmp_path / "data"),
            "ALERTS_TOKEN": "alerts-token-of-the-team",
        },
    )


def failed(remarks: tuple[Remark, ...]) -> list[str]:
    """What failed."""
    return [each.about for each in remarks if each.grade is Grade.FAIL]
