"""The spool keeps what came, in its order, whatever happens to process and disk, and forgets only what was taken."""

import multiprocessing
from collections.abc import Sequence
from pathlib import Path

import pytest

from bot.web import spool as spooling
from bot.web.spool import FOLDER, Spool
from commands.outage import Outage
from incident.alert import Delivery
from tests.fakes.clock import START

BODY = b"\x00\xff\n{}"


def deliveries(*keys: str) -> tuple[Delivery, ...]:
    return tuple(
        Delivery(
            key=key,
            source="generic",
            received_at=START,
            headers={"User-Agent": "x"},
            body=b"\x00\xff\n" + key.encode(),
            by_body=True,
        )
        for key in keys
    )


def keys(spool: Spool, limit: int = 100) -> list[str]:
    return [each.delivery.key for each in spool.oldest(limit)]


def left_behind(data_dir: Path, *more: str) -> None:
    """What a process that died put aside."""
    writing = Spool(data_dir)
    writing.append(deliveries(*more))
    writing.close()


def test_requests_come_back_whole_and_in_their_order(tmp_path: Path) -> None:
    spool = Spool(tmp_path)
    spool.append(deliveries("a", "b"))
    spool.append(deliveries("c"))
    assert spool.waiting == 3
    assert [each.delivery for each in spool.oldest(2)] == list(deliveries("a", "b"))
    spool.forget(spool.oldest(2))
    assert keys(spool) == ["c"]
    spool.forget(spool.oldest(1))
    assert (spool.waiting, list((tmp_path / FOLDER).iterdir())) == (0, [])


def test_what_a_dead_process_left_is_taken_over_once_under_the_same_names(tmp_path: Path) -> None:
    left_behind(tmp_path, "a", "b")
    first, second = Spool(tmp_path), Spool(tmp_path)
    first.adopt()
    second.adopt()
    assert (keys(first), keys(second)) == (["a", "b"], [])
    names = [each.name for each in first.oldest(9)]
    first.close()
    second.adopt()
    assert [each.name for each in second.oldest(9)] == names


def test_older_segments_come_first_whoever_wrote_them(tmp_path: Path) -> None:
    left_behind(tmp_path, "old")
    spool = Spool(tmp_path)
    spool.append(deliveries("new"))
    spool.adopt()
    assert keys(spool) == ["old"]
    spool.forget(spool.oldest(1))
    assert keys(spool) == ["new"]


def test_what_an_older_segment_holds_waits_while_a_newer_one_is_taken_in(tmp_path: Path) -> None:
    other, spool = Spool(tmp_path), Spool(tmp_path)
    other.append(deliveries("old"))
    spool.append(deliveries("new", "newer"))
    taken = spool.oldest(1)
    other.close()  # its process dies while the store saves what was taken
    spool.adopt()
    spool.forget(taken)
    assert spool.waiting == 2
    spool.forget(spool.oldest(1))
    assert keys(spool) == ["newer"]


def test_a_segment_that_is_just_being_made_is_not_taken_for_one_that_was_left_behind(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Removed as empty, it would take what is put aside next with it when its process dies."""
    other, lock = Spool(tmp_path), spooling.fcntl.flock

    def looked_at_meanwhile(file: int, how: int) -> None:
        monkeypatch.setattr(spooling.fcntl, "flock", lock)
        other.adopt()
        lock(file, how)

    monkeypatch.setattr(spooling.fcntl, "flock", looked_at_meanwhile)
    spool = Spool(tmp_path)
    spool.append(deliveries("a"))
    spool.close()
    other.adopt()
    assert keys(other) == ["a"]


def test_a_line_that_was_cut_off_is_left_out_and_the_rest_is_kept(tmp_path: Path) -> None:
    left_behind(tmp_path, "a", "b")
    (file,) = (tmp_path / FOLDER).iterdir()
    file.write_bytes(file.read_bytes()[:-5])
    spool = Spool(tmp_path)
    spool.adopt()
    assert keys(spool) == ["a"]


def test_a_damaged_line_is_kept_for_people_and_the_others_are_taken(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    left_behind(tmp_path, "a", "b", "c")
    (file,) = (tmp_path / FOLDER).iterdir()
    lines = file.read_bytes().splitlines(keepends=True)
    file.write_bytes(lines[0] + lines[1].replace(b"generic", b"generiX") + lines[2])
    spool = Spool(tmp_path)
    spool.adopt()
    assert [(each.delivery.key, each.name[-2:]) for each in spool.oldest(9)] == [("a", ":0"), ("c", ":2")]
    spool.forget(spool.oldest(2))
    assert [each.suffix for each in (tmp_path / FOLDER).iterdir()] == [".damaged"]
    assert "cannot be read" in caplog.text


def test_a_full_spool_takes_nothing_and_says_so(tmp_path: Path) -> None:
    spool = Spool(tmp_path, most_bytes=400)
    spool.append(deliveries("a"))
    with pytest.raises(Outage, match="full"):
        spool.append(deliveries("b", "c", "d"))
    assert keys(spool) == ["a"]


def test_a_full_disk_leaves_no_half_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    spool = Spool(tmp_path)
    spool.append(deliveries("a"))

    def full(file: int) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(spooling.os, "fsync", full)
        with pytest.raises(Outage, match="No space left"):
            spool.append(deliveries("b"))
    spool.append(deliveries("c"))
    assert keys(spool) == ["a", "c"]


def test_what_was_taken_in_makes_room_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(spooling, "SEGMENT_BYTES", 1)
    spool = Spool(tmp_path)
    for key in "abc":
        spool.append(deliveries(key))
    spool.forget(spool.oldest(1))
    assert len(list((tmp_path / FOLDER).iterdir())) == 2
    assert keys(spool) == ["b"]


def test_what_else_lies_in_the_folder_does_not_keep_requests_from_being_put_aside(tmp_path: Path) -> None:
    (tmp_path / FOLDER / "notes.spool").mkdir(parents=True)
    (tmp_path / FOLDER / "7-other.spool").write_text("by hand")
    spool = Spool(tmp_path)
    spool.append(deliveries("a"))
    spool.adopt()
    assert keys(spool) == ["a"]


def _append(data_dir: Path, more: Sequence[str]) -> None:
    Spool(data_dir).append(deliveries(*more))


def test_another_process_may_put_aside_at_the_same_time(tmp_path: Path) -> None:
    spool = Spool(tmp_path)
    spool.append(deliveries("a"))
    other = multiprocessing.get_context("spawn").Process(target=_append, args=(tmp_path, ["b"]))
    other.start()
    other.join()
    spool.append(deliveries("c"))
    spool.adopt()
    assert spool.waiting == 3
