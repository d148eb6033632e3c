"""What a step prints can be followed while it runs: quickly, in whole lines, and without a secret."""

import asyncio
import base64
import time

import pytest

from bot.executors import hearing
from bot.executors.hearing import MOST_HEARD, Hearing
from bot.executors.host import start
from bot.redaction.redactor import MARK, Redactor

SECRET = "hunter2-hunter2-hunter2"


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hearing, "PAUSE", 0.0)


async def heard(*pieces: str | bytes, secret: str = SECRET) -> list[str]:
    """What is passed on after each piece, and nothing for what is held back."""
    said: list[str] = []
    listening = Hearing(Redactor([secret]), said.append)
    after = []
    for piece in pieces:
        said.clear()
        listening.take(piece.encode() if isinstance(piece, str) else piece)
        await asyncio.sleep(0.001)
        after.append("".join(said))
    listening.end()
    return after


async def test_whole_lines_are_passed_on_and_the_last_one_waits_for_its_end() -> None:
    assert await heard("one\ntw", "o\nthree") == ["one\n", "two\n"]


@pytest.mark.parametrize("at", range(1, len(SECRET)))
async def test_a_secret_in_two_pieces_is_never_passed_on(at: int) -> None:
    assert "".join(await heard(f"x {SECRET[:at]}", f"{SECRET[at:]} y\n")) == f"x {MARK} y\n"


@pytest.mark.parametrize("at", [1, 8, len(SECRET) - 1])
async def test_a_secret_over_two_lines_is_never_passed_on(at: int) -> None:
    first, then = await heard(f"ok\nx {SECRET[:at]}\n", f"  {SECRET[at:]} y\n")
    assert first == "ok\n"
    assert then == f"x {MARK} y\n"


async def test_a_line_is_not_held_back_for_an_end_that_begins_many_spellings() -> None:
    lines = [f"it ended with {end}\n" for end in "0123456789abcdefgijklmnopqrstuvwxyz%" if end != SECRET[0]]
    assert await heard(*lines) == lines


async def test_a_secret_in_base64_over_two_pieces_is_never_passed_on() -> None:
    coded = base64.b64encode(f"user:{SECRET}:rest".encode()).decode()
    said = "".join(await heard(coded[:11], coded[11:19] + "\n", coded[19:] + "\n", "done\n"))
    assert MARK in said
    assert coded[11:27] not in said.replace("\n", "")


async def test_a_private_key_is_hidden_from_its_first_line_on() -> None:
    said = await heard("-----BEGIN PRIVATE KEY-----\n", "MIIEvQIBADANBg\n", "-----END PRIVATE KEY-----\nafter\n")
    assert "MII" not in "".join(said)
    assert "".join(said).endswith("after\n")


async def test_bytes_that_are_no_text_and_half_a_character_do_no_harm() -> None:
    assert await heard("wör".encode()[:2], "wör".encode()[2:] + b"\n", b"\xff\xfe\n") == ["", "wör\n", "��\n"]


async def test_what_a_stopped_run_printed_ends_before_what_may_begin_a_secret() -> None:
    listening = Hearing(Redactor([SECRET]), lambda _: None)
    listening.take(f"one\nx {SECRET[:9]}".encode())
    assert listening.cut == "one\nx "
    listening.end()


async def test_an_endless_output_is_passed_on_up_to_a_bound() -> None:
    said = await heard(*["x" * 999 + "\n"] * 200)
    assert MOST_HEARD <= len("".join(said)) <= MOST_HEARD + 1_000


async def test_listening_costs_a_chatty_program_next_to_nothing() -> None:
    said: list[str] = []
    listening = Hearing(Redactor([f"{SECRET}-{n}" for n in range(30)]), said.append)
    began = time.perf_counter()
    for number in range(1_000):
        listening.take(f"line {number} of what it says\n".encode())
    assert time.perf_counter() - began < 20
    listening.end()


async def test_what_a_program_on_the_host_prints_is_heard_before_it_ends() -> None:
    said: list[bytes] = []
    running = asyncio.create_task(start.run(["sh", "-c", "echo one; sleep 30; echo two"], None, heard=said.append))
    async with asyncio.timeout(20):
        while not said:
            await asyncio.sleep(0.01)
    assert said == [b"one\n"]
    assert not running.done()
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
