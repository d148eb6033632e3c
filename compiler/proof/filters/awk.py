"""The part of awk that runs in the process: one comparison or word before `{print $1, $NF}` or a sum, and nothing else.

awk is a language that can start programs and write files; a program that is not wholly of this form is refused.
"""

import operator
import re
from collections.abc import Callable, Mapping, Sequence

from msgspec import Struct

from compiler.proof.usage import Misuse

_PROGRAM = re.compile(r"\s*(?P<test>[^{}]*?)\s*(?:\{\s*print(?P<what>[^{};]*?);?\s*\})?\s*")
_SUM = re.compile(
    r"\s*(?P<test>[^{}]*?)\s*\{\s*(?P<name>[a-z]\w*)\s*(?:\+=\s*\$(?P<field>\d{1,3}|NF)|\+\+|\+=\s*1)\s*;?\s*\}"
    r"\s*;?\s*END\s*\{\s*print\s+(?P=name)(?:(?P<mean>\s*/\s*NR)|(?P<zero>\s*\+\s*0))?\s*;?\s*\}\s*",
    re.ASCII,
)
"""`{s += $5} END {print s}`, `{s += $5} END {print s/NR}`, `/x/ {n++} END {print n}`."""
_TEST = re.compile(
    r"(?P<not>!?)/(?P<word>[\w :=,@#%-]+)/"
    r"|\$(?P<searched>\d{1,3}|NF)\s*(?P<match>!?~)\s*/(?P<start>\^?)(?P<literal>[\w :=,@#%-]+)(?P<stop>\$?)/"
    r'|\$(?P<field>\d{1,3}|NF)(?P<forced>\s*\+\s*0)?\s*(?P<sign>==|!=|<=|>=|<|>)\s*(?:"(?P<text>[^"\\]*)"|(?P<number>-?\d{1,15}(?:\.\d{1,9})?))'
    r"|(?P<counter>NR|NF)\s*(?P<counting>==|!=|<=|>=|<|>)\s*(?P<limit>\d{1,9})"
)
_PIECE = re.compile(r'\s*(?:\$(?P<field>\d{1,3}|NF|\(NF-\d\))|"(?P<text>[^"\\]*)"|(?P<counter>NR|NF))\s*(?P<comma>,?)')
_NUMBER = re.compile(r"[-+]?(?:\d+\.?\d*|\.\d+)")
_SIGNS: Mapping[str, Callable[[float, float], bool]] = {
    "==": operator.eq,
    "!=": operator.ne,
    "<=": operator.le,
    ">=": operator.ge,
    "<": operator.lt,
    ">": operator.gt,
}


class Program(Struct, frozen=True, kw_only=True):
    """A test of each line, and the pieces that are printed of those that pass; no pieces is the line itself."""

    separator: str | None
    test: re.Match[str] | None
    pieces: tuple[tuple[str, str, bool], ...]
    """The kind of each piece (field, text, counter), what it names, and whether a space follows."""
    summed: str = ""
    """The field whose sum is printed at the end, instead of the lines; `+` for their number."""
    mean: bool = False
    """Whether the sum is divided by the number of all lines."""
    nothing: str = ""
    """What is printed where no line was counted."""

    def lines(self, lines: Sequence[str]) -> list[str]:
        """What the program prints."""
        if self.summed:
            counted = [line for number, line in enumerate(lines, start=1) if self._passes(number, line)]
            return [self._sum(counted, len(lines) if self.mean else 1)]
        return [self._printed(number, line) for number, line in enumerate(lines, start=1) if self._passes(number, line)]

    def _sum(self, lines: Sequence[str], parts: int) -> str:
        """As awk prints a number: whole where it is, else six digits."""
        if not lines:
            return "0" if self.mean and parts else self.nothing
        if self.summed == "+":
            return f"{len(lines) / parts:.6g}" if parts > 1 else str(len(lines))
        values = [_NUMBER.match(_field(self._fields(line), line, self.summed).strip()) for line in lines]
        total = sum((float(found[0]) for found in values if found), 0.0) / parts
        return f"{total:.0f}" if total.is_integer() else f"{total:.6g}"

    def _fields(self, line: str) -> list[str]:
        return line.split(self.separator) if line else []

    def _passes(self, number: int, line: str) -> bool:
        test = self.test
        if test is None:
            return True
        if test["word"]:
            return (test["word"] in line) is not bool(test["not"])
        fields = self._fields(line)
        if test["counter"]:
            return _SIGNS[test["counting"]](number if test["counter"] == "NR" else len(fields), int(test["limit"]))
        if test["match"]:
            return _holds(test, _field(fields, line, test["searched"])) is (test["match"] == "~")
        value = _field(fields, line, test["field"])
        if test["text"] is not None:
            return _compared(test["sign"], value, test["text"])
        stripped = value.strip()
        if value and not test["forced"] and not _NUMBER.fullmatch(stripped):  # awk compares it as a text
            return _compared(test["sign"], value, test["number"])
        found = _NUMBER.match(stripped)
        return _SIGNS[test["sign"]](float(found[0]) if found else 0.0, float(test["number"]))

    def _printed(self, number: int, line: str) -> str:
        if not self.pieces:
            return line
        fields, printed = self._fields(line), ""
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
    rest, separator = list(words), None
    while rest and rest[0].startswith("-F"):
        option = rest.pop(0)
        separator = option[2:] or (rest.pop(0) if rest else "")
        if len(separator) != 1 and separator != "\\t":
            raise Misuse("-F takes one character")
    if len(rest) != 1:
        raise Misuse("it takes one program of the form {print $1}, and no variables or files")
    sums = _SUM.fullmatch(rest[0])
    whole = sums or _PROGRAM.fullmatch(rest[0])
    test = _TEST.fullmatch(whole["test"]) if whole and whole["test"] else None
    if whole is None or (whole["test"] and test is None) or not rest[0].strip():
        raise Misuse("its program may do anything: only one test, {print $1, $2} and sums are known")
    return Program(
        separator={"\\t": "\t", " ": None}.get(separator, separator) if separator else None,
        test=test,
        pieces=() if sums else _pieces(whole["what"] or ""),
        summed=(sums["field"] or "+") if sums else "",
        mean=bool(sums and sums["mean"]),
        nothing="0" if sums and sums["zero"] else "",
    )


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


_KINDS = ("field", "text", "counter")


def _field(fields: Sequence[str], line: str, name: str) -> str:
    if name == "0":
        return line
    if name.startswith("("):
        place = len(fields) - int(name.strip("(NF-)"))
    else:
        place = len(fields) if name == "NF" else int(name)
    return fields[place - 1] if 0 < place <= len(fields) else ""


def _holds(test: re.Match[str], value: str) -> bool:
    """Whether a field holds the word of `$2 ~ /word/`, `/^word/` or `/word$/`."""
    word = test["literal"]
    if test["start"] and test["stop"]:
        return value == word
    if test["start"] or test["stop"]:
        return value.startswith(word) if test["start"] else value.endswith(word)
    return word in value


def _compared(sign: str, value: str, text: str) -> bool:
    order = (value > text) - (value < text)
    return _SIGNS[sign](order, 0)
