"""How long the compiler takes: whole processes, from their start to the written catalog."""

import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from bench.texts import repeated, unseen, varied
from demo.bot_process import ROOT


def measure() -> dict[str, object]:
    """Seconds on the clock for the five runbooks together and for each megabyte; and how long the processor worked."""
    texts = {path.parent.name: path.read_text("utf-8") for path in sorted(ROOT.glob("runbooks/*/runbook.md"))}
    large = {
        "megabyte": repeated(list(texts.values())),
        "megabyte_varied": varied(list(texts.values())),
        "megabyte_unseen": unseen(),
    }
    with tempfile.TemporaryDirectory(prefix="muster-bench-") as folder:
        found = _timed("five", [_written(Path(folder) / name, text) for name, text in texts.items()])
        for name, text in large.items():
            found |= _timed(name, [_written(Path(folder) / name, text)])
    return {"compile": found}


def _written(folder: Path, text: str) -> Path:
    folder.mkdir()
    path = folder / "runbook.md"
    path.write_text(text, encoding="utf-8")
    return path


def _timed(name: str, runbooks: list[Path]) -> dict[str, float]:
    began, worked = time.perf_counter(), _worked()
    compiling = ["-m", "bot", "runbook", "compile", *map(str, runbooks), "-o", str(runbooks[0].parent / "catalogs")]
    subprocess.run([sys.executable, *compiling], check=True, cwd=ROOT)
    return {f"{name}_s": round(time.perf_counter() - began, 2), f"{name}_cpu_s": round(_worked() - worked, 2)}


def _worked() -> float:
    spent = resource.getrusage(resource.RUSAGE_CHILDREN)
    return spent.ru_utime + spent.ru_stime
