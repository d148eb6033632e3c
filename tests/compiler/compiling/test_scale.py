"""Whatever a runbook has much of, four times as much takes about four times as long, and not sixteen times."""

import time
from collections.abc import Callable

import pytest

from compiler.catalog_text import catalog_text
from compiler.compiling.compiled import compile_runbook


def _lines(head: str, line: str, end: str = "") -> Callable[[int], str]:
    return lambda count: head + "".join(line.replace("{n}", str(n)) for n in range(count)) + end


def _nested(count: int) -> str:
    return "".join(f"{'  ' * (n % 40)}- Restart a{n}\n" for n in range(count))


SHAPES = {
    "a table": _lines(
        "| Metric | Warning | Critical | Command |\n|---|---|---|---|\n",
        "| m{n} | > 1{n}% | > 2{n}% | `redis-cli GET a{n}` |\n",
    ),
    "a table of values": _lines(
        "| Name | What | Allowed |\n|---|---|---|\n",
        "| `p{n}` | x | 1 to 9{n} |\n",
        "\n```\nnats stream info {{p1}}\n```\n",
    ),
    "a list": _lines("# Steps\n\n", "- Restart the service s{n} when it is down\n"),
    "numbered steps": _lines(
        "# Steps\n\n", "1. Restart s{n}, wait 5 minutes, then run `docker stats a{n} --no-stream`\n"
    ),
    "a paragraph": _lines("# Slow\n\n", "The service s{n} fails after {n} minutes and user_{n} calls `docker ps -a`\n"),
    "deep lists": _nested,
    "tiny fences": _lines("# Space\n\n", "```sh\ndf -h /{n}\n```\n\n"),
    "one fence": _lines("# Logs\n\n```bash\n", "docker logs a{n}\n", "```\n"),
    "one fence of SQL": _lines("# Rows\n\n```sql\n", "SELECT {n};\n", "```\n"),
    "headings": _lines("", "## Step {n}\n\nRestart s{n}.\n\n"),
    "headings of one name": _lines("", "## Step\n\n```sh\ndf -h /\n```\n"),
    "alert rules": _lines("# Alerts\n\n```yaml\nrules:\n", "- alert: A{n}\n  expr: x{n} > {n}\n  for: 5m\n", "```\n"),
    "labels": _lines("# Slow\n\n", "**Symptoms {n}:** it is slow\n"),
}


@pytest.mark.parametrize("shape", SHAPES)
def test_time_grows_in_proportion(shape: str) -> None:
    def seconds(count: int) -> float:
        text = SHAPES[shape](count)
        began = time.process_time()
        catalog_text(compile_runbook(text, system="shop").catalog, "runbook.md")
        return time.process_time() - began

    def least(count: int) -> float:
        return min(seconds(count) for _ in range(3))

    # Processor time, and the least of three: what grows with the square fails all three of them.
    assert least(1_200) < max(2.0, 12 * least(300))
