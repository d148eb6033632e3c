"""What is wrong with a text that is no YAML, and what to write instead; the parser only says what it expected."""

from collections.abc import Callable, Mapping
from typing import Final

from msgspec import Struct
from yaml import MarkedYAMLError, YAMLError
from yaml.reader import ReaderError

_QUOTED: Final = "while scanning a quoted scalar"
_LIST: Final = "while parsing a flow sequence"
_MAPPING: Final = "while parsing a flow mapping"
_SECOND: Final = "a second document begins here, and a file holds one: take the line with --- or ... out"
_INDENT: Final = "indent this line exactly as those that it belongs with: it is in line with none of them"


class _Fault(Struct, frozen=True, kw_only=True):
    """What the parser said: ``line`` and ``column`` (from 0) of where it stopped, and of what it was reading then."""

    text: tuple[str, ...]
    line: int
    column: int
    reading: str
    since: tuple[int, int]

    @property
    def here(self) -> str:
        """The line in which it stopped."""
        return self.text[self.line] if self.line < len(self.text) else ""

    @property
    def before(self) -> str:
        """What stands in that line before the place."""
        return self.here[: self.column]

    @property
    def sign(self) -> str:
        """The character at the place; empty at a line's end."""
        return self.here[self.column : self.column + 1]

    @property
    def first(self) -> str:
        """The character with which what it was reading begins."""
        line, column = self.since
        return self.text[line][column : column + 1] if line < len(self.text) else ""

    @property
    def tab(self) -> bool:
        """Whether a tab stands where a line is indented."""
        return self.sign == "\t" or "\t" in self.here[: len(self.here) - len(self.here.lstrip())]


Told = tuple[int, str]
"""The line (from 0) that must be mended, and one clause."""


def told(fault: YAMLError | ValueError | RecursionError, text: str) -> tuple[int, str]:
    """The 1-based line to look at, and one clause without a full stop."""
    if isinstance(fault, ReaderError):
        return text.count("\n", 0, fault.position) + 1, f"take out the sign U+{_code(fault):04X}, which nobody can see"
    mark = (fault.problem_mark or fault.context_mark) if isinstance(fault, MarkedYAMLError) else None
    if mark is None or not isinstance(fault, MarkedYAMLError):
        return 1, f"this is not YAML ({' '.join(str(fault).split())})"
    since = fault.context_mark or mark
    read = _Fault(
        text=tuple(text.splitlines()),
        line=mark.line,
        column=mark.column,
        reading=fault.context or "",
        since=(since.line, since.column),
    )
    problem = " ".join((fault.problem or "this is not YAML").split())
    if read.tab:
        return read.line + 1, "indent with blanks: a tab stands here"
    line, clause = _CLAUSES[problem](read) if problem in _CLAUSES else (read.line, problem)
    return line + 1, clause


def _code(fault: ReaderError) -> int:
    return fault.character if isinstance(fault.character, int) else ord(fault.character[:1] or "\0")


def _end(fault: _Fault) -> Told:
    if fault.reading != _QUOTED:
        return fault.line, "the text ends here, in the middle of something"
    return fault.since[0], f"the quote {fault.first} that is opened here is never closed"


def _sequence(fault: _Fault) -> Told:
    return _open(fault, "[", "]")


def _mapping(fault: _Fault) -> Told:
    return _open(fault, "{", "}")


def _open(fault: _Fault, opened: str, closed: str) -> Told:
    if fault.since[0] < fault.line:
        return fault.since[0], f"the {opened} that is opened here is never closed: write {closed} behind the last entry"
    return fault.line, f"a comma is missing between two entries of {opened}…{closed}, or the {closed} at its end"


def _nothing(fault: _Fault) -> Told:
    """No value where one must be: between two commas, or at the end of a list that nobody closed."""
    if not fault.sign:
        clause = "a [ or { is opened here or above and never closed: write ] or } behind its last entry"
        return max(fault.line - 1, 0), clause
    if fault.reading == "while parsing a flow node":
        return fault.line, f"an entry is missing before the “{fault.sign}”"
    return _start(fault)


def _start(fault: _Fault) -> Told:
    return fault.line, _quotes(fault.sign)


def _alias(fault: _Fault) -> Told:
    return fault.since[0], _quotes(fault.first)


def _quotes(sign: str) -> str:
    return f"a value cannot begin with “{sign}”: put all of it in quotes"


def _block(fault: _Fault) -> Told:
    return fault.since[0], f"{_quotes(fault.first)}; a long text goes into the lines under it"


def _colon(fault: _Fault) -> Told:
    """Two colons in one line; or a line that would go under one which has a value already, or has no colon."""
    if ": " in fault.before:
        return fault.line, "a value with a colon and a blank in it must stand in quotes"
    clause = "this line is indented too far, or the one before it lacks a colon with a blank behind it"
    return fault.line, clause


def _no_colon(fault: _Fault) -> Told:
    return fault.since[0], "this is no “key: value”: a colon with a blank behind it is missing"


def _list_here(fault: _Fault) -> Told:
    return fault.line, "a list with “- ” begins in the line under its key"


def _key(fault: _Fault) -> Told:
    if fault.before.strip():
        apostrophe = ", and write each ' in it twice" if "'" in fault.here else ""
        return fault.line, f"nothing can follow a closing quote or bracket: put the whole value in quotes{apostrophe}"
    line, column = fault.since
    if column != fault.column:
        return fault.line, _INDENT
    return fault.line, f"this entry of a list stands among the keys that begin in line {line + 1}: give it a key"


def _entry(fault: _Fault) -> Told:
    line, column = fault.since
    if column != fault.column:
        return fault.line, _INDENT
    clause = f"this line stands among the entries of the list that begins in line {line + 1}"
    return fault.line, f"{clause}: begin it with “- ”, or move it out of the list"


def _escape(fault: _Fault) -> Told:
    return fault.line, "a \\ in double quotes begins an escape: use single quotes, or write \\\\"


def _document(fault: _Fault) -> Told:
    return fault.line, _SECOND


def _directive(fault: _Fault) -> Told:
    return fault.since[0], "a line cannot begin with “%”: put what it says in quotes"


_CLAUSES: Final[Mapping[str, Callable[[_Fault], Told]]] = {
    "found unexpected end of stream": _end,
    "found unexpected document indicator": _end,
    "did not find expected ',' or ']'": _sequence,
    "did not find expected ',' or '}'": _mapping,
    "did not find expected node content": _nothing,
    "found character that cannot start any token": _start,
    "did not find expected alphabetic or numeric character": _alias,
    "found undefined alias": _alias,
    "did not find expected comment or line break": _block,
    "mapping values are not allowed in this context": _colon,
    "block sequence entries are not allowed in this context": _list_here,
    "could not find expected ':'": _no_colon,
    "did not find expected key": _key,
    "did not find expected '-' indicator": _entry,
    "found unknown escape character": _escape,
    "but found another document": _document,
    "did not find expected <document start>": _document,
    "found unknown directive name": _directive,
}
