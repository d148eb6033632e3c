"""`muster runbook …`: what teams do with their own runbooks, away from Slack and without a configuration."""

import json
import sys
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Final, NoReturn

import typer

app = typer.Typer(help="Work on runbooks.", no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)

AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON object a line.")]
Runbook = Annotated[Path, typer.Argument(help="A runbook in Markdown.", metavar="FILE")]
_FOUND_SOMETHING: Final = 3
_REFUSED: Final = "refused"


@app.command("prove")
def prove(as_json: AsJson = False) -> None:
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
            typer.echo(_told(_REFUSED, str(wrong), "other", as_json=as_json))
        else:
            judgement = proof.judgement
            reason = f"{judgement.reason} → {judgement.rewrite}" if judgement.rewrite else judgement.reason
            typer.echo(_told(judgement.verdict.value, reason, proof.kind.value, as_json=as_json))


def _lines(stream: Iterable[bytes]) -> Iterator[str]:
    """The lines; a byte that is no UTF-8 becomes a character that no judge lets through."""
    for line in stream:
        yield line.removesuffix(b"\n").removesuffix(b"\r").decode("utf-8", errors="surrogateescape")


def _told(verdict: str, reason: str, kind: str, *, as_json: bool) -> str:
    plain = reason.encode("utf-8", errors="replace").decode()
    if as_json:
        return json.dumps({"verdict": verdict, "reason": plain, "kind": kind}, ensure_ascii=False)
    return f"{verdict:<10} {kind:<11} {' '.join(plain.split())}"


@app.command("compile")
def compile_(
    file: Runbook,
    as_json: Annotated[bool, typer.Option("--json", help="Print everything as one JSON object.")] = False,
    folder: Annotated[Path | None, typer.Option("-o", help="Write catalog.yaml into this folder.")] = None,
    check: Annotated[bool, typer.Option("--check", help="Only say whether catalog.yaml beside it is current.")] = False,
) -> None:
    """Compile a runbook to its catalog: typed steps, each with the verdict of what it does. Prints it, or writes it.

    An overlay.yaml beside the runbook is loaded with it; what of it no longer fits is told on stderr.
    """
    from bot import runbook_files as files
    from compiler.catalog import CatalogError

    try:
        made = files.compilation(file)
        current = files.read_text(file.parent / files.CATALOG) if check else None
    except (files.Unreadable, CatalogError) as error:
        _fail(str(error))
    for remark in made.catalog.remarks if made.catalog is not None else ():
        print(f"muster: {remark}", file=sys.stderr)
    if current is not None:
        if current != made.catalog_text:
            print(f"muster: {file} has changed since its catalog was compiled: compile it again.", file=sys.stderr)
            raise typer.Exit(_FOUND_SOMETHING)
        return
    if folder is not None:
        _write(folder / files.CATALOG, made.catalog_text)
    if as_json:
        typer.echo(json.dumps(made.object, ensure_ascii=False))
    elif folder is None:
        typer.echo(made.catalog_text, nl=False)


@app.command("overlay")
def overlay(file: Runbook) -> None:
    """Print the beginning of an overlay for a runbook: every step that could run, with the form that it has now."""
    from bot import runbook_files as files
    from compiler.catalog import CatalogError

    try:
        typer.echo(files.overlay_draft(files.compilation(file)), nl=False)
    except (files.Unreadable, CatalogError) as error:
        _fail(str(error))


@app.command("schema")
def schema() -> None:
    """Print the JSON Schema of overlay.yaml, for editors."""
    from compiler.overlay_schema import overlay_schema

    typer.echo(json.dumps(overlay_schema(), indent=2, ensure_ascii=False))


class Format(StrEnum):
    """How lint prints what it found."""

    TEXT = "text"
    GITHUB = "github"
    SARIF = "sarif"


@app.command("lint")
def lint(
    paths: Annotated[list[Path], typer.Argument(help="Runbooks, or folders of them.", metavar="PATH…")],
    format: Annotated[
        Format, typer.Option("--format", help="text for people, github or sarif for a build.")
    ] = Format.TEXT,
    strict: Annotated[bool, typer.Option("--strict", help="Let warnings fail too.")] = False,
) -> None:
    """Say what is wrong with runbooks: refused commands, secrets, empty contacts, steps that cannot work, and more.

    Ends with 3 when there is an error (with --strict: or a warning).
    """
    from bot import runbook_files as files
    from bot import runbook_lint
    from compiler.catalog import CatalogError
    from compiler.lint import formats
    from compiler.lint.remark import Weight

    found = {}
    try:
        for path in files.documents(paths):
            report = runbook_lint.report(files.compilation(path), datetime.now(UTC).date())
            found[str(path)] = report.remarks
            print(f"{path}: {runbook_lint.figures(report)}", file=sys.stderr)
    except (files.Unreadable, CatalogError) as error:
        _fail(str(error))
    printed = {Format.TEXT: formats.text, Format.GITHUB: formats.github, Format.SARIF: formats.sarif}[format](found)
    if printed:
        typer.echo(printed)
    failing = {Weight.ERROR, *([Weight.WARNING] if strict else [])}
    if any(remark.weight in failing for remarks in found.values() for remark in remarks):
        raise typer.Exit(_FOUND_SOMETHING)


def _write(path: Path, text: str) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        _fail(f"{path} cannot be written ({error.strerror}): name a folder that you may write to.")


def _fail(sentence: str) -> NoReturn:
    print(f"muster: {sentence}", file=sys.stderr)
    raise typer.Exit(1)
