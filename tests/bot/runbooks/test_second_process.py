"""Part of the work on large and on many runbooks is done in other processes; what comes of it is the same."""

import subprocess
import sys
from pathlib import Path

import pytest

from compiler.compiling.compiled import compile_runbook

_ROOT = Path(__file__).resolve().parents[3]
_PROCESSORS = "import os; os.cpu_count = lambda: {0}; os.sched_getaffinity = lambda _: set(range({0}))\n"
_BESIDE = "from bot.runbooks.second_process import beside\n"
_TWO, _ONE = _PROCESSORS.format(2) + _BESIDE, _PROCESSORS.format(1) + _BESIDE
_EACH_WAITS_FOR_THE_OTHER = f"""{_TWO}
there, here = os.pipe(), os.pipe()
def work(mine, others):
    os.write(mine[1], b".")
    os.read(others[0], 1)
    return os.getpid()
answer = beside([lambda: work(here, there), lambda: work(there, here)])
print(*answer())
"""
_KILLED = f"""{_TWO}
import signal, time
first, begun = os.getpid(), os.pipe()
def work():
    if os.getpid() != first:
        os.write(begun[1], b".")
        os.kill(os.getpid(), signal.SIGKILL)
    return "done by the first"
answer = beside([work, work])
os.read(begun[0], 1)
print(*answer())
"""
_RAISES = f"""{_TWO}
def work(number):
    if number == 3:
        raise LookupError("the fourth")
    return number
try:
    print(beside([lambda number=number: work(number) for number in range(9)])())
except LookupError as error:
    print(error)
try:
    os.waitpid(-1, 0)
except ChildProcessError:
    print("nothing left behind")
"""


def _ran(code: str, *arguments: str) -> str:
    command = [sys.executable, "-W", "ignore", "-c", code, *arguments]
    return subprocess.run(command, cwd=_ROOT, capture_output=True, text=True, check=True).stdout.strip()


def test_two_processes_work_at_the_same_time() -> None:
    first, second = _ran(_EACH_WAITS_FOR_THE_OTHER).split()
    assert first != second


def test_a_machine_with_one_processor_works_in_one_process() -> None:
    code = f"{_ONE}print(os.getpid(), *beside([os.getpid] * 3)())"
    assert len(set(_ran(code).split())) == 1


@pytest.mark.parametrize("count", [0, 1, 2, 700])
def test_what_is_made_is_in_the_order_of_the_jobs(count: int) -> None:
    code = f"{_TWO}print(beside([lambda number=number: number for number in range({count})])() == [*range({count})])"
    assert _ran(code) == "True"


def test_of_a_few_jobs_those_come_together_that_end_soonest() -> None:
    """Two take 43 + 32 and 31 + 31 + 23; longest first it would be 43 + 31 and 32 + 31 + 23."""
    order = f"{_TWO}from bot.runbooks.second_process import soonest_done\nsizes = [23, 31, 43, 32, 31]\n"
    ended = "ends = [0, 0]\nfor number in soonest_done(sizes):\n    ends = sorted([ends[0] + sizes[number], ends[1]])\n"
    assert _ran(f"{order}{ended}print(ends)") == "[75, 85]"


def test_many_jobs_are_begun_with_the_longest() -> None:
    code = f"{_TWO}from bot.runbooks.second_process import soonest_done\nprint(soonest_done([3, 9, 1, 7, 8, 2, 5]))"
    assert _ran(code) == "[1, 4, 3, 6, 0, 5, 2]"


def test_what_a_killed_process_leaves_undone_is_done_by_the_first() -> None:
    assert _ran(_KILLED) == "done by the first done by the first"


def test_a_job_that_raises_raises_here_and_leaves_no_process_behind() -> None:
    assert _ran(_RAISES) == "the fourth\nnothing left behind"


def test_a_large_runbook_compiles_to_the_same_catalog(tmp_path: Path) -> None:
    once = "\n".join(path.read_text("utf-8") for path in sorted(_ROOT.glob("runbooks/*/runbook.md")))
    large = tmp_path / "large.md"
    large.write_text(once * (200_000 // len(once) + 1), encoding="utf-8")
    whole = compile_runbook(large.read_text("utf-8"), system="large", file=large.name).text
    assert _compiled(large) == whole.strip()


def test_several_runbooks_compile_to_the_same_catalogs_in_their_order() -> None:
    runbooks = sorted(_ROOT.glob("runbooks/*/runbook.md"), reverse=True)
    assert (
        _compiled(*runbooks)
        == "---\n".join(path.with_name("catalog.yaml").read_text("utf-8") for path in runbooks).strip()
    )


def test_the_first_of_several_that_cannot_be_read_is_told(tmp_path: Path) -> None:
    wrong = [tmp_path / name for name in ("b.md", "a.md", "c.md")]
    command = [sys.executable, "-m", "bot", "runbook", "compile", *sorted(_ROOT.glob("runbooks/*/runbook.md")), *wrong]
    ended = subprocess.run(command, cwd=_ROOT, capture_output=True, text=True, check=False)
    assert ended.returncode == 1
    assert ended.stdout == ""
    assert ended.stderr.startswith(f"muster: {wrong[0]} cannot be read")
    assert len(ended.stderr.splitlines()) == 1


def _compiled(*runbooks: Path) -> str:
    command = "import sys; from bot.__main__ import main; main()"
    return _ran(command, "runbook", "compile", *map(str, runbooks))
