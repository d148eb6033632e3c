"""The part of awk that runs in the process: `{print $1, $NF}`, the fields of each line, and nothing else.

awk is a language that can start programs and write files; a program that is not wholly of this form is refused.
"""

import re
from collections.abc import Mapping, Sequence

from msgspec import Struct

from compiler.proof.usage import Misuse

_PROGRAM = re.compile(r"\s*\{\s*print(?P<what>[^{};]*?);?\s*\}\s*")
_PIECE = re.compile(r'\s*(?:\$(?P<field>\d{1,3}|NF|\(NF-\d\))|"(?P<text>[^"\\]*)"|(?P<counter>NR|NF))\s*(?P<comma>,?)')
_KINDS = ("field", "text", "counter")
_SEPARATORS: Mapping[str, str | None] = {"\\t": "\t", " ": None, "": None}


class Program(Struct, frozen=True, kw_only=True):
    """What is printed of each line; no pieces is the line itself."""

    separator: str | None
    pieces: tuple[tuple[str, str, bool], ...]
    """The kind of each piece (field, text, counter), what it names, and whether a space follows."""

    def lines(self, lines: Sequence[str]) -> list[str]:
        """What the program prints."""
        return [self._printed(number, line) for number, line in enumerate(lines, start=1)]

    def _printed(self, number: int, line: str) -> str:
        if not self.pieces:
            return line
        fields, printed = line.split(self.separator) if line else [], ""
        for kind, name, spaced in self.pieces:
            if kind == "text":
                printed += name
            elif kind == "counter":
                printed += str(number if name == "NR" else len(fields))
            else:
                printed += _field(fields, line, name)
            printed += " " if spaced else ""
        return printed


def parse(words: Sequence[str]) -> Program:
    """The program of awk's words, without a file. Raises Misuse when it is not of the known form."""
    rest, separator = list(words), ""
    while rest and rest[0].startswith("-F"):
        option = rest.pop(0)
        separator = option[2:] or (rest.pop(0) if rest else "")
        if len(separator) != 1 and separator != "\\t":
            raise Misuse("-F takes one character")
    if len(rest) != 1:
        raise Misuse("it takes one program of the form {print $1}, and no variables or files")
    whole = _PROGRAM.fullmatch(rest[0])
    if whole is None:
        raise Misuse("its program may do anything: only {print $1, $2} is known; use grep to pick lines")
    return Program(separator=_SEPARATORS.get(separator, separator), pieces=_pieces(whole["what"]))


def _pieces(text: str) -> tuple[tuple[str, str, bool], ...]:
    pieces, place = [], 0
    while place < len(text.rstrip()):
        piece = _PIECE.match(text, place)
        if piece is None:
            raise Misuse("it prints more than fields and fixed texts")
        kind = piece.lastgroup if piece.lastgroup != "comma" else next(k for k in _KINDS if piece[k] is not None)
        pieces.append((str(kind), piece[str(kind)], bool(piece["comma"])))
        place = piece.end()
    return tuple(pieces)


def _field(fields: Sequence[str], line: str, name: str) -> str:
    if name == "0":
        return line
    if name.startswith("("):
        place = len(fields) - int(name.strip("(NF-)"))
    else:
        place = len(fields) if name == "NF" else int(name)
    return fields[place - 1] if 0 < place <= len(fields) else ""
