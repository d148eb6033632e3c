"""Which words of a host tool's command line are paths, so that the executor can look where they really lead.

A pattern for grep may look like a path and is none; which words are is known from the form that the judge read.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from msgspec import Struct

from compiler.proof import usage
from compiler.proof.host.reads import READS, WHOLE_WORDS
from compiler.proof.host_paths import (
    objection_to_certificate,
    objection_to_listing,
    objection_to_measuring,
    objection_to_reading,
)
from compiler.proof.usage import Misuse, Reading, Usage
from compiler.proof.values import Check

_CHECKS: Final[Mapping[str, Check]] = {
    "listed": objection_to_listing,
    "archive": objection_to_listing,
    "measured": objection_to_measuring,
    "read": objection_to_reading,
    "certificate": objection_to_certificate,
}
_OPENED: Final = frozenset({"read", "archive", "certificate"})
_FIND_VALUES: Final = frozenset({"-newer", "-anewer", "-cnewer", "-samefile"})


class Word(Struct, frozen=True):
    """One word; of a path its kind, and what stands before it in the same word (`--file=`)."""

    text: str
    kind: str = ""
    prefix: str = ""

    @property
    def is_opened(self) -> bool:
        """Whether the tool shows what is in the file, so that it is given the place where links end."""
        return self.kind in _OPENED


def words(argv: Sequence[str]) -> tuple[Word, ...]:
    """The words after the tool's name, of a line that the judge calls read-only; no search follows links."""
    tool = argv[0]
    if tool == "find":
        return tuple(_of_find(argv[1:]))
    if tool == "openssl":
        name = " ".join(argv[:2])
        return (Word(argv[1]), *_of_forms(WHOLE_WORDS.get(name, ()), argv[2:]))
    given = [f"-{argv[1]}", *argv[2:]] if tool == "tar" and argv[1:] and argv[1].isalpha() else argv[1:]
    found = _of_forms(READS.get(tool, ()), given)
    return tuple(Word("-r") if word.text == "-R" and tool.endswith("grep") else word for word in found)


def objection(kind: str, path: str) -> str | None:
    """Why the path, with its links resolved, may not be what a word of this kind means; None when it may."""
    return _CHECKS[kind](path)


def _of_forms(forms: Sequence[Usage], given: Sequence[str]) -> tuple[Word, ...]:
    for form in forms:
        try:
            reading = usage.read(form, given)
        except Misuse:
            continue
        return tuple(_of_reading(form, reading))
    return tuple(Word(word) for word in given)


def _of_reading(form: Usage, reading: Reading) -> Iterator[Word]:
    for name, value in reading.options:
        option = form.options.get(name)
        kind = option.kind if option and option.kind in _CHECKS else ""
        if value is None or name == "-#":
            yield Word(name if value is None else f"-{value}")
        elif name.startswith("--"):
            yield Word(value, kind or "", f"{name}=")
        else:
            yield Word(name)
            yield Word(value, kind or "")
    for operand, kind in zip(reading.operands, reading.kinds, strict=True):
        yield Word(operand, kind if kind in _CHECKS else "")


def _of_find(given: Sequence[str]) -> Iterator[Word]:
    tests = False
    for before, word in zip(("", *given), given, strict=False):
        tests = tests or word[:1] in ("-", "(", "!")
        is_path = not tests or before in _FIND_VALUES
        yield Word(word, "listed" if is_path else "")
