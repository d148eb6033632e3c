"""How long the compiler takes: whole processes, from their start to the written catalog."""

import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Final

from bench.texts import repeated, unseen, varied
from demo.bot_process import ROOT

_ALL: Final = """\
import sys
from pathlib import Path
from bot.runbook_files import compilation
for name in sys.argv[1:]:
    Path(name).with_name("catalog.yaml").write_text(compilation(Path(name)).catalog_text, encoding="utf-8")
"""


def measure() -> dict[str, object]:
    """Seconds on the clock for the five runbooks together and for each megabyte; and how long the processor worked."""
    texts = {path.parent.name: path.read_text("utf-8") for path in sorted(ROOT.glob("runbooks/*/runbook.md"))}
    large = {
        "megabyte": repeated(list(texts.values())),
        "megabyte_varied": varied(list(texts.values())),
        "megabyte_unseen": unseen(),
    }
    with tempfile.TemporaryDirectory(prefix="muster-bench-") as folder:
        five = [_written(Path(folder) / name, text) for name, text in texts.items()]
        found = _timed("five", [sys.executable, "-c", _ALL, *map(str, five)])
        for name, text in large.items():
            path = _written(Path(folder) / name, text)
            compiling = ["-m", "bot", "runbook", "compile", str(path), "-o", str(path.parent)]
            found |= _timed(name, [sys.executable, *compiling])
    return {"compile": found}


def _written(folder: Path, text: str) -> Path:
    folder.mkdir()
    path = folder / "runbook.md"
    path.write_text(text, encoding="utf-8")
    return path


def _timed(name: str, command: list[str]) -> dict[str, float]:
    began, worked = time.perf_counter(), _worked()
    subprocess.run(command, check=True, cwd=ROOT, stdout=subprocess.DEVNULL)
    return {f"{name}_s": round(time.perf_counter() - began, 2), f"{name}_cpu_s": round(_worked() - worked, 2)}


def _worked() -> float:
    spent = resource.getrusage(resource.RUSAGE_CHILDREN)
    return spent.ru_utime + spent.ru_stime
