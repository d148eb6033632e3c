"""How long the compiler takes: whole processes, from their start to the written catalogs."""

import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from bench.texts import repeated, unseen, varied
from demo.bot_process import ROOT


def measure() -> dict[str, object]:
    """Seconds on the clock for the five runbooks together and for each megabyte; and how long the processors worked.

    The five are those of the project, each loaded with the overlay that stands beside it. Of the megabytes one is the
    five again and again, one has names of its own in each copy, and in one no word comes twice.
    """
    runbooks = sorted(ROOT.glob("runbooks/*/runbook.md"))
    texts = [path.read_text("utf-8") for path in runbooks]
    large = {"repeated": repeated(texts), "varied": varied(texts), "unseen": unseen()}
    with tempfile.TemporaryDirectory(prefix="muster-bench-") as folder:
        found = _timed("five_runbooks", runbooks, Path(folder))
        for name, text in large.items():
            path = Path(folder) / f"{name}.md"
            path.write_text(text, encoding="utf-8")
            found |= _timed(f"megabyte_{name}", [path], Path(folder))
    return {"compile": found}


def _timed(name: str, runbooks: list[Path], folder: Path) -> dict[str, float]:
    began, worked = time.perf_counter(), _worked()
    compiling = ["-m", "bot", "runbook", "compile", *map(str, runbooks), "-o", str(folder / name)]
    subprocess.run([sys.executable, *compiling], check=True, cwd=ROOT)
    return {f"{name}_s": round(time.perf_counter() - began, 2), f"{name}_cpu_s": round(_worked() - worked, 2)}


def _worked() -> float:
    """Seconds of processor time that all processes begun so far have spent, in their copies, too."""
    spent = resource.getrusage(resource.RUSAGE_CHILDREN)
    return spent.ru_utime + spent.ru_stime
