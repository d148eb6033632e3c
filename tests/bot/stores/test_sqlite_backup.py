"""A backup: of one moment, whole or not there, and good enough to go on from."""

import asyncio
import stat
from pathlib import Path

import pytest
from typer.testing import CliRunner

from bot.stores.place import FILE, StorePlace
from bot.stores.sqlite import SQLiteStore
from bot.stores.sqlite_backup import back_up
from bot.terminal.command_line import app
from bot.terminal.store import backup
from commands.outage import Outage
from incident.timeline import broken_at
from tests.contract import making
from tests.contract.making import change


async def test_a_backup_taken_while_somebody_writes_is_of_one_moment_and_can_be_gone_on_from(tmp_path: Path) -> None:
    """What was saved before is in it; what it has of the stream of saves is a beginning without gaps."""
    source, target = tmp_path / "muster.db", tmp_path / "copy.db"
    store = await SQLiteStore.open(source)
    saved = await store.save(change("start", incident=making.incident(), events=(making.event("first"),)))
    ended = asyncio.Event()

    async def stream() -> int:
        count = 0
        while not ended.is_set():
            await store.save(change(f"more {count}", events=(making.event(f"of {count}"),)))
            count += 1
        return count

    writing = asyncio.create_task(stream())
    await asyncio.sleep(0.1)
    size = await asyncio.to_thread(back_up, source, target)
    ended.set()
    assert await writing > 0
    await store.close()

    assert size == target.stat().st_size > 0
    assert stat.S_IMODE(target.stat().st_mode) == 0o600
    assert sorted(path.name for path in tmp_path.iterdir()) == ["copy.db", "muster.db"]
    copy = await SQLiteStore.open(target)
    assert saved.incident is not None
    assert await copy.incident(saved.incident.id) == saved.incident
    for chain in await copy.chains():
        assert broken_at(chain, await copy.timeline(chain)) is None
    assert (await copy.save(change("after", events=(making.event("later"),)))).fresh
    await copy.close()


async def test_a_file_that_is_there_is_never_written_over(tmp_path: Path) -> None:
    source, target = tmp_path / "muster.db", tmp_path / "copy.db"
    await (await SQLiteStore.open(source)).close()
    target.write_text("last week's")
    with pytest.raises(Outage, match=r"copy\.db is there already: name a new file"):
        back_up(source, target)
    assert target.read_text() == "last week's"


def test_what_fails_leaves_nothing_behind(tmp_path: Path) -> None:
    source, target = tmp_path / "muster.db", tmp_path / "copies" / "copy.db"
    source.write_text("this is no database, " * 1000)
    with pytest.raises(Outage, match="cannot be written: No such file or directory"):
        back_up(source, target)
    target.parent.mkdir()
    with pytest.raises(Outage, match="is no database of Muster"):
        back_up(source, target)
    assert list(target.parent.iterdir()) == []


async def test_a_postgresql_is_somebody_elses_to_back_up(tmp_path: Path) -> None:
    with pytest.raises(Outage, match="pg_dump"):
        await backup(StorePlace(data_dir=tmp_path, url="postgresql://muster@127.0.0.1/muster"), tmp_path / "copy.db")


def test_the_command_says_what_it_wrote_or_that_there_is_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("MUSTER_DATA_DIR", str(tmp_path / "data"))
    target = str(tmp_path / "copy.db")
    missing = CliRunner().invoke(app, ["store", "backup", target])
    assert (missing.exit_code, missing.stdout) == (1, "")

    async def make() -> None:
        await (await SQLiteStore.open(tmp_path / "data" / FILE)).close()

    asyncio.run(make())
    done = CliRunner().invoke(app, ["store", "backup", target])
    assert (done.exit_code, done.stdout) == (0, f"{target}\t{Path(target).stat().st_size}\n")
