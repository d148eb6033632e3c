"""The words of a paragraph, heading or cell: plain text as a reader sees it, its code, and the label before it."""

import re
from collections.abc import Sequence
from itertools import dropwhile, takewhile
from typing import Final

from markdown_it.token import Token
from msgspec import Struct, field

from compiler.document import Code, Row
from compiler.html_tags import is_comment, tag_name
from compiler.markdown_parser import simple

_CODE_TAGS: Final = frozenset({"code", "kbd", "tt", "samp"})
_BOLD_TAGS: Final = frozenset({"b", "strong"})
_STRUCK_TAGS: Final = frozenset({"s", "del", "strike"})
_ENDS: Final = (".", ":", "!", "?", ";")
_NAMED: Final = re.compile(r"[^\w\s]{0,3} ?[A-Za-z][\w'&/()-]{0,30}(?: [\w'&/()-]{1,30}){0,2}: +\S")
"""A name of few words with its value."""
_BOXED: Final = re.compile(r"\[[ xX]\]\s")
_SHORT_LABEL: Final = 5
"""A line of so few words that ends with a colon and stands alone introduces what follows, in bold or not."""


class Words(Struct, frozen=True):
    """One line of thought: its text, its label without the colon, its code, and the line it begins in.

    ``written`` are the lines that it is written in, where there are several.
    """

    text: str
    label: str
    codes: tuple[Code, ...]
    line: int
    written: tuple[str, ...] = ()


class _Line(Struct):
    """What is gathered of one line of the source: its parts, each bold or not, and its code; then of those joined."""

    number: int
    parts: list[tuple[str, bool]] = field(default_factory=list)
    codes: list[Code] = field(default_factory=list)
    written: list[str] = field(default_factory=list)


class _Pen(Struct):
    """Where the walk stands: the line, how deep in bold and in struck-out text, the code an HTML tag has opened."""

    line: int
    lines: list[_Line]
    bold: int = 0
    struck: int = 0
    code: list[str] | None = None

    def write(self, text: str) -> None:
        if self.struck:
            return
        if self.code is not None:
            self.code.append(text)
        else:
            self.lines[-1].parts.append((text, self.bold > 0))

    def write_code(self, text: str) -> None:
        if not self.struck:
            self.lines[-1].parts.append((text, self.bold > 0))
            self.lines[-1].codes.append(Code(text=text, line=self.line))

    def next_line(self) -> None:
        self.line += 1
        if self.code is not None:
            self.code.append("\n")
        else:
            self.lines.append(_Line(self.line))


def words(inline: Token, first_line: int) -> tuple[Words, ...]:
    """The lines of thought of an inline token: a line that begins with a bold label and a colon stands by itself.

    So do all lines of a paragraph where each is a name with its value: *Primary: Jane*, *Severity: high*.
    """
    if (alone := _alone(inline)) is not None:
        return (Words(alone, "", (), first_line),) if alone else ()
    joined: list[_Line] = []
    lines = _lines(inline, first_line)
    breaks = inline.content.count("\n")
    listed = 0 < breaks < inline.content.count(": ") and all(_NAMED.match(_text(line.parts)) for line in lines)
    for line in lines:
        if joined and not (listed or _stands_alone(line, joined[-1])):
            above = joined[-1]
            above.written += [*([] if above.written else [_text(above.parts)]), _text(line.parts)]
            above.parts += [(" ", False), *line.parts]
            above.codes += line.codes
        else:
            joined.append(line)
    texts = ((_text(line.parts), line) for line in joined)
    return tuple(
        Words(text, _label(line.parts)[0], tuple(line.codes), line.number, tuple(line.written))
        for text, line in texts
        if text
    )


def rows_of(table: Token, offset: int) -> list[Row]:
    """The rows of a table, its header first, whose lines are counted from the source's line `offset`."""
    rows: list[Row] = []
    for row in table.children or ():
        line = (row.map[0] if row.map else 0) + offset + 1
        cells = [plain(cell, line) for cell in row.children or ()]
        codes = tuple(code for _, found in cells for code in found)
        rows.append(Row(cells=tuple(text for text, _ in cells), line=line, codes=codes))
    return rows


def boxed(said: Words) -> tuple[Words, ...]:
    """A paragraph in which each line has a box to tick, parted into them: `[ ] Tell the customer`."""
    if not (said.written and all(map(_BOXED.match, said.written))):
        return (said,)
    parts = enumerate(said.written, said.line)
    return tuple(Words(text, "", tuple(code for code in said.codes if code.line == line), line) for line, text in parts)


def _stands_alone(line: _Line, above: _Line) -> bool:
    """Whether a line is no more of the sentence above it: it has a label, and one that is not bold begins anew."""
    labelled = _label(line.parts)[1]
    return labelled and (any(bold for _, bold in line.parts) or _text(above.parts).endswith(_ENDS))


def _alone(inline: Token) -> str | None:
    """The text of what is one plain line without a label, as most items and sentences are; None for all others."""
    lead, rest = simple(inline) or ("", "\n")
    if lead or "\n" in rest:
        return None
    text = " ".join(rest.split())
    return None if text.endswith(":") else text


def plain(inline: Token, first_line: int) -> tuple[str, tuple[Code, ...]]:
    """The whole of an inline token as one text with its code: a heading or a cell."""
    if (found := simple(inline)) is not None:
        return " ".join("".join(found).split()), ()
    lines = _lines(inline, first_line)
    text = " ".join(filter(None, (_text(line.parts) for line in lines)))
    return text, tuple(code for line in lines for code in line.codes)


def _lines(inline: Token, first_line: int) -> list[_Line]:
    if (found := simple(inline)) is not None:
        return _simple_lines(*found, first_line)
    pen = _Pen(first_line, [_Line(first_line)])
    counted_to, line = 0, first_line
    for token in inline.children or []:
        if token.type == "code_inline":
            start, end = token.meta["start"], token.meta["end"]
            pen.line = line + inline.content.count("\n", counted_to, start)
            pen.write_code(token.content)
            pen.line = line = pen.line + inline.content.count("\n", start, end)
            counted_to = end
        else:
            _draw(pen, token)
    return pen.lines


def _simple_lines(lead: str, rest: str, first_line: int) -> list[_Line]:
    first, *others = rest.split("\n")
    begun = [(lead, True), (first, False)] if lead else [(first, False)]
    below = (_Line(number, [(text, False)]) for number, text in enumerate(others, first_line + 1))
    return [_Line(first_line, begun), *below]


def _draw(pen: _Pen, token: Token) -> None:
    match token.type:
        case "text" | "text_special" | "image":
            pen.write(token.content)
        case "softbreak" | "hardbreak":
            pen.next_line()
        case "strong_open" | "strong_close":
            pen.bold += token.nesting
        case "s_open" | "s_close":
            pen.struck += token.nesting
        case "html_inline":
            _draw_html(pen, token.content)
            pen.line += token.content.count("\n")
        case _:
            pass


def _draw_html(pen: _Pen, html: str) -> None:
    name, step = tag_name(html), -1 if html.startswith("</") else 1
    if is_comment(html):
        return
    if name is None:
        pen.write(html)
    elif name == "br":
        pen.write(" ")
    elif name in _BOLD_TAGS:
        pen.bold = max(0, pen.bold + step)
    elif name in _STRUCK_TAGS:
        pen.struck = max(0, pen.struck + step)
    elif name in _CODE_TAGS:
        _turn_code(pen, opens=step == 1)


def _turn_code(pen: _Pen, opens: bool) -> None:
    text, pen.code = pen.code, [] if opens else None
    if text is not None:
        pen.write_code("".join(text).strip())


def _text(parts: Sequence[tuple[str, bool]]) -> str:
    return " ".join("".join(text for text, _ in parts).split())


def _label(parts: Sequence[tuple[str, bool]]) -> tuple[str, bool]:
    """The leading bold part without its colon, and whether a colon ends it; a symbol may come first."""
    if not any(bold for _, bold in parts) and not _text(parts).endswith(":"):
        return "", False
    said = list(dropwhile(lambda part: not any(map(str.isalnum, part[0])), parts))
    bold = list(takewhile(lambda part: part[1], said))
    label = _text(bold)
    after = _text(said[len(bold) :])
    if not bold and not after.endswith(":"):
        return "", False
    if not bold:
        return (after[:-1], True) if len(after.split()) <= _SHORT_LABEL else ("", False)
    return label.rstrip(": "), label.endswith(":") or after.startswith(":")
