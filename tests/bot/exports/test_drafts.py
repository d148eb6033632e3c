"""Drafts on disk: a new version each time, whole files only, and nothing that stands there is ever replaced."""

import asyncio
import json
from collections.abc import Mapping
from pathlib import Path

import pytest

from bot.exports.drafts import FileDrafts
from commands.drafts import Drafts
from commands.outage import Outage
from incident.postmortem import Draft, draft
from tests.incident.kept import after, storybook

RECORD = storybook().record
DRAFT = draft(RECORD, after(53))


async def write(drafts: Drafts, made: Draft = DRAFT) -> Mapping[str, str]:
    return await drafts.write(RECORD.incident.key, await drafts.rendered(RECORD, made))


async def test_each_writing_is_a_new_version_in_every_format(tmp_path: Path) -> None:
    drafts: Drafts = FileDrafts(tmp_path)
    first = await write(drafts)
    folder = tmp_path / "postmortems" / "INC-142"
    assert first == {"md": str(folder / "v1.md"), "json": str(folder / "v1.json")}
    before = (folder / "v1.md").read_bytes()
    second = await write(drafts, draft(RECORD, after(60)))
    assert second["md"] == str(folder / "v2.md")
    assert (folder / "v1.md").read_bytes() == before
    assert sorted(each.name for each in folder.iterdir()) == ["v1.json", "v1.md", "v2.json", "v2.md"]


async def test_what_is_written_can_be_read_back(tmp_path: Path) -> None:
    drafts = FileDrafts(tmp_path)
    paths = await write(drafts)
    assert (await drafts.read(paths["md"]) or b"").startswith(b"# INC-142")
    assert json.loads(await drafts.read(paths["json"]) or b"")["schema"] == "muster.postmortem"


async def test_drafts_written_at_once_all_keep_their_own_version(tmp_path: Path) -> None:
    drafts = FileDrafts(tmp_path)
    written = await asyncio.gather(*(write(drafts) for _ in range(8)))
    assert {paths["md"] for paths in written} == {
        str(tmp_path / "postmortems" / "INC-142" / f"v{number}.md") for number in range(1, 9)
    }
    assert all(paths["json"] == paths["md"].replace(".md", ".json") for paths in written)


async def test_a_half_written_version_is_never_completed_by_another(tmp_path: Path) -> None:
    folder = tmp_path / "postmortems" / "INC-142"
    folder.mkdir(parents=True)
    (folder / "v3.md").write_text("left by a crash")
    paths = await write(FileDrafts(tmp_path))
    assert paths["md"] == str(folder / "v4.md")
    assert (folder / "v3.md").read_text() == "left by a crash"


async def test_a_disk_that_does_not_take_it_is_an_outage_in_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "postmortems").write_text("a file where the folder should be")
    with pytest.raises(Outage, match=r"could not be written to .*INC-142: Not a directory\. Check the disk") as told:
        await write(FileDrafts(tmp_path))
    assert told.value.retry


async def test_only_drafts_are_read(tmp_path: Path) -> None:
    secret = tmp_path / "muster.yaml"
    secret.write_text("token")
    drafts = FileDrafts(tmp_path)
    gone = str(tmp_path / "postmortems" / "INC-1" / "v1.md")
    for path in (str(secret), str(tmp_path / "postmortems" / ".." / "muster.yaml"), gone):
        assert await drafts.read(path) is None
