"""`muster runbook …`: what teams do with their own runbooks, away from Slack and without a configuration.

Its words are read by argparse, not by Typer as all others: Typer takes as long to begin as a runbook to compile.
"""

import codecs
import json
import os
import sys
from argparse import ArgumentParser
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from enum import StrEnum
from functools import partial
from pathlib import Path
from typing import Final, NoReturn

from bot.json_lines import json_line

_FOUND_SOMETHING: Final = 3
_REFUSED: Final = "refused"
_INTO: Final = "Write catalog.yaml into this folder; of several runbooks, into folders in it by their systems' names."


class Format(StrEnum):
    """How lint prints what it found."""

    TEXT = "text"
    GITHUB = "github"
    SARIF = "sarif"


def muster_runbook(words: Sequence[str]) -> None:
    """Do what stands after ``muster runbook``. Raises SystemExit with 1, 2 or 3 as every command of ``muster`` does."""
    chosen = vars(_parser().parse_args(words))
    try:
        chosen.pop("command")(**chosen)
        sys.stdout.flush()
    except BrokenPipeError:
        # Whoever read it has seen enough; what is still unwritten goes nowhere, or Python complains at its end.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        raise SystemExit(1) from None
    except KeyboardInterrupt:
        raise SystemExit(130) from None


def _parser() -> ArgumentParser:
    parser = ArgumentParser(prog="muster runbook", description="Work on runbooks.")
    words = parser.add_subparsers(required=True, metavar="COMMAND")

    def command(word: str) -> ArgumentParser:
        told = COMMANDS[word].__doc__ or ""
        own = words.add_parser(word, help=told.partition("\n")[0], description=told)
        own.set_defaults(command=COMMANDS[word])
        return own

    own = command("compile")
    own.add_argument("files", nargs="+", type=Path, metavar="FILE", help="A runbook in Markdown.")
    own.add_argument("--json", action="store_true", dest="as_json", help="Print everything as one JSON object a line.")
    own.add_argument("-o", type=Path, dest="folder", metavar="DIR", help=_INTO)
    own.add_argument("--check", action="store_true", help="Only say whether catalog.yaml beside it is current.")
    own = command("overlay")
    own.add_argument("file", type=Path, metavar="FILE", help="A runbook in Markdown.")
    command("schema")
    own = command("lint")
    own.add_argument("paths", nargs="+", type=Path, metavar="PATH", help="Runbooks, or folders of them.")
    own.add_argument(
        "--format", type=Format, choices=list(Format), default=Format.TEXT, help="github or sarif is for a build."
    )
    own.add_argument("--strict", action="store_true", help="Let warnings fail too.")
    own = command("prove")
    own.add_argument("--json", action="store_true", dest="as_json", help="Print one JSON object a line.")
    return parser


def prove(*, as_json: bool) -> None:
    """Judge commands: read lines of type, tab, command on stdin, and print one verdict for each, in order.

    The types: sql psql redis http aws kubectl docker nats git shell wrapper syntax param markdown. In a command, \\n
    and \\r stand for the control characters.
    """
    # Its parsers and tables are for people at a terminal: `muster run` would be slower to start for nothing.
    from compiler.prove import UnknownType, prove_row

    for number, line in enumerate(_lines(sys.stdin.buffer), start=1):
        kind, tab, command = line.partition("\t")
        try:
            if not tab:
                raise UnknownType("there is no tab between a type and a command")
            proof = prove_row(kind.strip(), command)
        except UnknownType as wrong:
            print(f"muster: line {number}: {wrong}", file=sys.stderr)
            print(_told(_REFUSED, str(wrong), "other", as_json=as_json))
        else:
            judgement = proof.judgement
            reason = f"{judgement.reason} → {judgement.rewrite}" if judgement.rewrite else judgement.reason
            print(_told(judgement.verdict.value, reason, proof.kind.value, as_json=as_json))


def _lines(stream: Iterable[bytes]) -> Iterator[str]:
    """The lines; a byte that is no UTF-8 becomes a character that no judge lets through. A byte order mark is none."""
    for number, line in enumerate(stream):
        line = line.removeprefix(codecs.BOM_UTF8) if number == 0 else line
        yield line.removesuffix(b"\n").removesuffix(b"\r").decode("utf-8", errors="surrogateescape")


def _told(verdict: str, reason: str, kind: str, *, as_json: bool) -> str:
    plain = reason.encode("utf-8", errors="replace").decode()
    if as_json:
        return json_line({"verdict": verdict, "reason": plain, "kind": kind})
    return f"{verdict:<10} {kind:<11} {' '.join(plain.split())}"


def compile_(*, files: Sequence[Path], as_json: bool, folder: Path | None, check: bool) -> None:
    """Compile runbooks to catalogs: typed steps, each with the verdict of what it does. Prints them, or writes them.

    An overlay.yaml beside a runbook is loaded with it; what of it no longer fits is told on stderr.
    """
    from bot.runbooks import files as runbook_files
    from bot.runbooks import writing
    from compiler.catalog import CatalogError

    try:
        made = runbook_files.of_each(files, partial(writing.written, as_json=as_json))
        stale = [each.path for each in made if check and not writing.is_current(each)]
        places = {} if folder is None else writing.places(made, folder)
    except (runbook_files.Unreadable, CatalogError) as error:
        _fail(str(error))
    for remark in (remark for each in made for remark in each.remarks):
        print(f"muster: {remark}", file=sys.stderr)
    if check:
        for path in stale:
            print(f"muster: {path} has changed since its catalog was compiled: compile it again.", file=sys.stderr)
        raise SystemExit(_FOUND_SOMETHING if stale else 0)
    for path, text in places.items():
        _write(path, text)
    if as_json:
        print(*(each.json for each in made), sep="\n")
    elif folder is None:
        print(*(each.catalog for each in made), sep="---\n", end="")


def overlay(*, file: Path) -> None:
    """Print the beginning of an overlay for a runbook: every step that could run, with the form that it has now."""
    from bot.runbooks import files
    from compiler.catalog import CatalogError

    try:
        print(files.overlay_draft(files.compilation(file)), end="")
    except (files.Unreadable, CatalogError) as error:
        _fail(str(error))


def schema() -> None:
    """Print the JSON Schema of overlay.yaml, for editors."""
    from compiler.overlay_schema import overlay_schema

    print(json.dumps(overlay_schema(), indent=2, ensure_ascii=False))


def lint(*, paths: Sequence[Path], format: Format, strict: bool) -> None:
    """Say what is wrong with runbooks: refused commands, secrets, empty contacts, steps that cannot work, and more.

    Ends with 3 when there is an error (with --strict: or a warning).
    """
    from bot.runbooks import files
    from bot.runbooks import lint as runbook_lint
    from compiler.catalog import CatalogError
    from compiler.lint import formats
    from compiler.lint.remark import Weight

    found = {}
    try:
        listed, linted = files.documents(paths), partial(runbook_lint.report, today=datetime.now(UTC).date())
        for path, report in zip(listed, files.of_each(listed, linted), strict=True):
            found[str(path)] = report.remarks
            print(f"{path}: {runbook_lint.figures(report)}", file=sys.stderr)
    except (files.Unreadable, CatalogError) as error:
        _fail(str(error))
    printed = {Format.TEXT: formats.text, Format.GITHUB: formats.github, Format.SARIF: formats.sarif}[format](found)
    if printed:
        print(printed)
    failing = {Weight.ERROR, *([Weight.WARNING] if strict else [])}
    if any(remark.weight in failing for remarks in found.values() for remark in remarks):
        raise SystemExit(_FOUND_SOMETHING)


def _write(path: Path, text: str) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        _fail(f"{path} cannot be written ({error.strerror}): name a folder that you may write to.")


def _fail(sentence: str) -> NoReturn:
    print(f"muster: {sentence}", file=sys.stderr)
    raise SystemExit(1)


COMMANDS: Final[Mapping[str, Callable[..., None]]] = {
    "compile": compile_,
    "overlay": overlay,
    "schema": schema,
    "lint": lint,
    "prove": prove,
}
"""What stands after ``muster runbook``."""
