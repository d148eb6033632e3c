"""Part of a large runbook is worked on in a second process; what comes of it is the same."""

import subprocess
import sys
from pathlib import Path

from compiler.catalog_text import catalog_text
from compiler.compiling.compiled import compile_runbook

_ROOT = Path(__file__).resolve().parents[3]
_KILLED = """
import os, signal
from bot.runbooks.second_process import beside
first = os.getpid()
def work():
    if os.getpid() != first:
        os.kill(os.getpid(), signal.SIGKILL)
    return "done by the first"
print(beside(work)())
"""


def _ran(code: str, *arguments: str) -> str:
    command = [sys.executable, "-W", "ignore", "-c", code, *arguments]
    return subprocess.run(command, cwd=_ROOT, capture_output=True, text=True, check=True).stdout.strip()


def test_the_work_is_done_by_another_process() -> None:
    code = "import os; from bot.runbooks.second_process import beside; print(os.getpid(), beside(os.getpid)())"
    first, second = _ran(code).split()
    assert first != second


def test_what_a_killed_process_leaves_undone_is_done_by_the_first() -> None:
    assert _ran(_KILLED) == "done by the first"


def test_a_large_runbook_compiles_to_the_same_catalog(tmp_path: Path) -> None:
    once = "\n".join(path.read_text("utf-8") for path in sorted(_ROOT.glob("runbooks/*/runbook.md")))
    large = tmp_path / "large.md"
    large.write_text(once * (200_000 // len(once) + 1), encoding="utf-8")
    whole = catalog_text(compile_runbook(large.read_text("utf-8"), system="large", file=large.name).catalog, large.name)
    command = "import sys; from bot.__main__ import main; main()"
    assert _ran(command, "runbook", "compile", str(large)) == whole.strip()
