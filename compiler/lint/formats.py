"""Remarks for a build: GitHub's annotations, and SARIF 2.1.0 for whatever reads that."""

import json
from collections.abc import Iterable, Mapping
from pathlib import PurePath
from typing import Final
from urllib.parse import quote

from compiler.lint.remark import RULES, Remark, Weight

_GITHUB: Final = {Weight.ERROR: "error", Weight.WARNING: "warning", Weight.NOTE: "notice"}
_SARIF: Final = {Weight.ERROR: "error", Weight.WARNING: "warning", Weight.NOTE: "note"}
_ESCAPED: Final = {"%": "%25", "\r": "%0D", "\n": "%0A"}
_ESCAPED_PROPERTY: Final = {**_ESCAPED, ":": "%3A", ",": "%2C"}
Files = Mapping[str, Iterable[Remark]]
"""A file's name → what is said about it."""


def github(files: Files) -> str:
    """One workflow command a line, as GitHub's runners read them from a step's output."""
    return "\n".join(
        f"::{_GITHUB[remark.weight]} file={_escaped(file, _ESCAPED_PROPERTY)},line={remark.line},"
        f"title={_escaped(remark.rule, _ESCAPED_PROPERTY)}::{_escaped(str(remark), _ESCAPED)}"
        for file, remarks in files.items()
        for remark in remarks
    )


def sarif(files: Files) -> str:
    """One SARIF log with one run."""
    results = [_result(file, remark) for file, remarks in files.items() for remark in remarks]
    rules = [{"id": rule, "shortDescription": {"text": text}} for rule, text in RULES.items()]
    driver = {"name": "muster runbook lint", "rules": rules}
    run = {"tool": {"driver": driver}, "columnKind": "unicodeCodePoints", "results": results}
    schema = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
    return json.dumps({"$schema": schema, "version": "2.1.0", "runs": [run]}, indent=2, ensure_ascii=False)


def text(files: Files) -> str:
    """For people: one line a remark, as compilers write them; what a terminal would obey is spelt out."""
    return "\n".join(
        _printable(f"{file}:{remark.line}: {remark.weight.value}: {remark} [{remark.rule}]")
        for file, remarks in files.items()
        for remark in remarks
    )


def _result(file: str, remark: Remark) -> Mapping[str, object]:
    place = {"artifactLocation": {"uri": _uri(file)}, "region": {"startLine": remark.line}}
    return {
        "ruleId": remark.rule,
        "level": _SARIF[remark.weight],
        "message": {"text": str(remark)},
        "locations": [{"physicalLocation": place}],
    }


def _uri(file: str) -> str:
    """A reference from the folder that lint ran in; an absolute path as a whole address."""
    path = PurePath(file)
    return path.as_uri() if path.is_absolute() else quote(path.as_posix())


def _printable(text: str) -> str:
    return "".join(each if each.isprintable() else f"\\u{{{ord(each):x}}}" for each in text)


def _escaped(text: str, characters: Mapping[str, str]) -> str:
    return "".join(characters.get(character, character) for character in text)
