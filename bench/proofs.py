"""``python -m bench.proofs``: the two figures of the compiler, and how long it takes, as one JSON object on stdout.

*False-safe*: what changes something, is refused or is no command at all, judged read-only; it must be empty. *Recall*:
how much of what only reads is judged read-only, and of what changes is judged mutating. Measured on the judges' own
cases, on the runbooks of the tests, and on any files in the same shapes:

* ``--commands FILE``: columns `type`, `command`, `must_be`, as `muster runbook prove` reads them
* ``--runbooks FILE`` with ``--seeds FOLDER``: columns `runbook`, `line`, `command`, `kind`, `truth`, `ambiguous`, and
  the documents, one `<runbook>.md` each
"""

import argparse
import csv
import json
import shlex
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Final

from msgspec import Struct

from bench.texts import repeated, varied
from compiler.catalog_text import catalog_text
from compiler.compiling.compiled import compile_runbook
from compiler.found import Found, commands
from compiler.markdown import read
from compiler.proof import aws, docker, host, redis, sql
from compiler.proof.http import curl, wget
from compiler.proof.line import prove
from compiler.prove import prove_row
from incident.verdict import Judgement, Verdict

ROOT: Final = Path(__file__).parent.parent
CASES: Final = ROOT / "tests/compiler/proof/cases"
RUNBOOKS: Final = ROOT / "tests/compiler/runbooks"
PROJECT: Final = ROOT / "runbooks"
NOT_A_COMMAND: Final = "not-a-command"


def _judge_line(text: str) -> Judgement:
    return prove(text).judgement


def _judge_http(text: str) -> Judgement:
    return wget.judge(shlex.split(text)) if text.startswith("wget") else curl.judge(shlex.split(text))


_JUDGES: Final[Mapping[str, Callable[[str], Judgement]]] = {
    "host_traps": lambda text: host.judge(shlex.split(text)),
    "sql": sql.judge,
    "psql": lambda text: sql.judge_psql(shlex.split(text)),
    "redis": lambda text: redis.judge(shlex.split(text)),
    "redis_cli": lambda text: redis.judge_cli(shlex.split(text)),
    "http": _judge_http,
    "aws": lambda text: aws.judge(shlex.split(text)),
    "docker_api": docker.judge_api,
}
"""Cases that are words for one judge, in which a blank is no parameter; the other files hold lines for a shell."""
_TRUTHS: Final = {"refuse": Verdict.REFUSED, NOT_A_COMMAND: None, **{each.value: each for each in Verdict}}


class Judged(Struct, frozen=True, kw_only=True):
    """One labelled command: what is true of it (None: it is no command), and what was said (None: it was not found)."""

    kind: str
    text: str
    truth: Verdict | None
    said: Verdict | None
    where: str = ""
    said_kind: str = ""

    @property
    def name(self) -> str:
        """What the report shows of it."""
        return f"{self.where} {self.text[:100]} → {self.said.value if self.said else 'not found'}".strip()


def own_cases(folder: Path = CASES) -> Iterator[Judged]:
    """The judges' own cases: `["verdict", "text"]` a line; the file's name is their type."""
    for path in sorted(folder.glob("*.jsonl")):
        judge = _JUDGES.get(path.stem, _judge_line)
        for line in path.read_text().splitlines():
            if line and not line.startswith("//"):
                verdict, text = json.loads(line)
                yield Judged(kind=path.stem, text=text, truth=Verdict(verdict), said=judge(text).verdict)


def labelled_commands(path: Path) -> Iterator[Judged]:
    """The rows of a list of commands with the verdict that each must get."""
    for row in _rows(path):
        said = prove_row(row["type"], row["command"]).judgement.verdict
        yield Judged(kind=row["type"], text=row["command"], truth=_TRUTHS[row["must_be"]], said=said)


def labelled_runbooks(path: Path, folder: Path) -> Iterator[Judged]:
    """The rows of a list of the commands of some documents, each looked up by its line; ambiguous ones are left out."""
    documents: dict[str, Mapping[int, list[Found]]] = {}
    for row in _rows(path):
        name = row["runbook"]
        if name not in documents:
            documents[name] = _by_line((folder / f"{name}.md").read_bytes().decode())
        if row["ambiguous"] != "y":
            one = _same(documents[name].get(int(row["line"]), []), row["command"])
            yield Judged(
                kind=row["kind"],
                text=row["command"],
                truth=_TRUTHS[row["truth"]],
                said=one.proof.judgement.verdict if one else None,
                where=f"{name}:{row['line']}",
                said_kind=one.proof.kind.value if one else "",
            )


def _rows(path: Path) -> Iterator[dict[str, str]]:
    with path.open(newline="") as file:
        yield from csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE)


def _by_line(text: str) -> Mapping[int, list[Found]]:
    found = defaultdict(list)
    for each in commands(read(text)):
        found[each.line].append(each)
    return found


def _same(found: Iterable[Found], text: str) -> Found | None:
    """The one of a line's commands that has this text; layout and a client's prompt do not count."""
    wanted = text.removeprefix("> ").split()
    return next((one for one in found if one.text.split() == wanted), None)


def figures(judged: Iterable[Judged]) -> dict[str, object]:
    """Both figures for each kind and for all kinds together."""
    by_kind: dict[str, list[Judged]] = defaultdict(list)
    for one in judged:
        by_kind["all"].append(one)
        by_kind[one.kind].append(one)
    return {kind: _figures(rows) for kind, rows in by_kind.items()}


def _figures(rows: list[Judged]) -> dict[str, object]:
    refused = [one for one in rows if one.truth is Verdict.REFUSED]
    return {
        "rows": len(rows),
        "false_safe": [one.name for one in false_safe(rows)],
        "read_only": _recall(rows, Verdict.READ_ONLY),
        "mutating": _recall(rows, Verdict.MUTATING),
        "refused_said_mutating": [one.name for one in refused if one.said is Verdict.MUTATING],
        "shown_but_found": [one.name for one in rows if one.truth is None and one.said is not None],
        "not_found": [one.name for one in rows if one.truth is not None and one.said is None],
        "other_kind": [f"{one.name} ({one.said_kind})" for one in rows if one.said_kind not in ("", one.kind)],
    }


def false_safe(rows: Iterable[Judged]) -> list[Judged]:
    """What must not be called read-only, and is."""
    return [one for one in rows if one.said is Verdict.READ_ONLY and one.truth is not Verdict.READ_ONLY]


def _recall(rows: Iterable[Judged], verdict: Verdict) -> dict[str, object]:
    meant = [one for one in rows if one.truth is verdict]
    missed = [one.name for one in meant if one.said is not verdict]
    return {
        "rows": len(meant),
        "recall": round(1 - len(missed) / len(meant), 4) if meant else None,
        "missed": missed,
    }


def recall(rows: Iterable[Judged], verdict: Verdict) -> float:
    """The share of what has this verdict that got it; 1.0 where there is nothing."""
    meant = [one for one in rows if one.truth is verdict]
    return sum(one.said is verdict for one in meant) / len(meant) if meant else 1.0


def times(documents: Iterable[Path]) -> dict[str, object]:
    """Seconds to compile the documents, and a megabyte made of them: as they are, and with other names in each copy."""
    texts = [path.read_bytes().decode() for path in sorted(documents)]
    large, other = repeated(texts), varied(texts)
    return {
        "documents": len(texts),
        "documents_compiled_seconds": _seconds(lambda: [_compiled(text) for text in texts]),
        "megabyte_varied_compiled_seconds": _seconds(lambda: _compiled(other)),
        "megabyte_compiled_seconds": _seconds(lambda: _compiled(large)),
        "megabyte_read_seconds": _seconds(lambda: read(large)),
        "megabyte_commands": len(commands(read(large))),
    }


def _compiled(text: str) -> str:
    return catalog_text(compile_runbook(text, system="bench").catalog, "runbook.md")


def _seconds(work: Callable[[], object]) -> dict[str, float]:
    """How long it takes on the clock, and how much of it the processor worked: they differ on a busy machine."""
    began, worked = time.perf_counter(), time.process_time()
    work()
    return {"wall": round(time.perf_counter() - began, 3), "cpu": round(time.process_time() - worked, 3)}


def main() -> None:
    """Measures what it is asked to, and prints it."""
    asked = argparse.ArgumentParser(prog="python -m bench.proofs", description="The compiler's figures as JSON.")
    asked.add_argument("--commands", type=Path, help="labelled commands: type, command, must_be")
    asked.add_argument(
        "--runbooks", type=Path, help="labelled commands of runbooks: runbook, line, command, kind, truth"
    )
    asked.add_argument("--seeds", type=Path, help="the folder of those runbooks; their times are measured too")
    given = asked.parse_args()
    report: dict[str, object] = {
        "times": times(
            given.seeds.glob("*.md") if given.seeds else PROJECT.glob("*/runbook.md")
        ),  # first: a proof is remembered, and what is remembered takes no time
        "cases": figures(own_cases()),
        "own_runbooks": figures(labelled_runbooks(RUNBOOKS / "commands.tsv", RUNBOOKS)),
    }
    if given.commands:
        report["commands"] = figures(labelled_commands(given.commands))
    if given.runbooks:
        report["runbooks"] = figures(labelled_runbooks(given.runbooks, given.seeds or RUNBOOKS))
    print(json.dumps(report, indent=2, ensure_ascii=False))


if __name__ == "__main__":
    main()
