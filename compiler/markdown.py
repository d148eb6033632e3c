"""Reads a team's Markdown runbook into the pieces a reader sees, each with the line it stands in.

CommonMark with tables and struck-out text (which is taken back, and so left out). A comment is hidden and no piece;
what `<details>` folds away is shown. Never raises: any text is some document.
"""

import re
from collections.abc import Sequence
from functools import partial
from typing import Final

from markdown_it.token import Token
from msgspec import Struct, field
from msgspec.structs import replace

from compiler.beside import Beside, in_turn
from compiler.document import Block, Document, Heading, Item, Piece, Sentence, Table
from compiler.html_tags import shown, without_comments
from compiler.languages import holds_commands
from compiler.markdown_directives import body_of, is_closed, language_of, note_of
from compiler.markdown_front import above, parted
from compiler.markdown_inline import Words, boxed, plain, rows_of, words
from compiler.markdown_lists import BOX, LOOSE, OpenList
from compiler.markdown_macro import MACRO
from compiler.markdown_notes import CLOSE, OPEN, QUOTE, TAB, Note, github_kind, in_fenced, is_warned
from compiler.markdown_parser import parser
from compiler.markdown_parts import Part, joined, parts_of
from compiler.markdown_shortcodes import without_shortcodes
from compiler.markdown_table import TABLE

_ANCHOR: Final = re.compile(r"\s*\{#[^{}]*\}$")
_OUTER_FENCE: Final = re.compile(r"\s*(```|~~~)")
_REREADS: Final = 3
_LEAVES: Final = frozenset({"inline", "fence", "code_block", "html_block", TABLE, MACRO})
_FRAMES: Final = frozenset({"heading_open", "heading_close", "hr"})
"""What says nothing by itself: the words between are asked what they stand in."""
_NOTHING: Final = Token("", "", 0)


class _Reader(Struct):
    """The pieces read so far, and what the next one stands under."""

    source: Sequence[str]
    all_headings: list[Heading] = field(default_factory=list)
    headings: tuple[Heading, ...] = ()
    pieces: list[Piece] = field(default_factory=list)
    lists: list[OpenList] = field(default_factory=list)
    items: list[Item | None] = field(default_factory=list)
    label: str = ""
    sentence: str = ""
    notes: list[Note] = field(default_factory=list)
    """The notes and block quotes that are open, outermost first."""
    boxed: bool = False
    """Whether the last paragraph outside of lists was one of boxes to tick: a list is about the last of them."""
    hidden_to: int = 0
    rereads: int = 0

    @property
    def quoted(self) -> bool:
        """Whether what comes is a note about the text around it."""
        return bool(self.notes) and any(note.kind != TAB for note in self.notes)

    @property
    def warns(self) -> bool:
        """Whether what comes stands in a warning."""
        return bool(self.notes) and any(note.warns for note in self.notes)


def read(text: str, *, title: str = "", beside: Beside = in_turn) -> Document:
    """The document with its pieces in order; lines are counted by line feeds, from 1, in the text as it stands.

    ``title`` is that of a document which gives none: what its file is called. The parts of a long one are read beside
    one another.
    """
    text = text.removeprefix("\ufeff").replace("\r\n", "\n")
    source = text.split("\n")
    front, text = parted(text)
    text = without_shortcodes(text)
    parts = beside([partial(_part, source, part, line) for line, part in parts_of(text)])()
    if len(parts) > 1 and not all(part.whole for part in parts):
        parts = [_part(source, text, 0)]
    titled = any(part.titled for part in parts)
    return joined([above(front, title, titled=titled), *(part.document for part in parts)])


def _part(source: Sequence[str], text: str, offset: int) -> Part:
    """What `text` says, which begins with the source's line `offset`, counted from 0."""
    reader = _Reader(source=source)
    links: dict[str, object] = {}
    tokens = parser().parse(text, links)
    _read(reader, tokens, offset)
    open_fence = bool(tokens) and tokens[-1].type == "fence" and not is_closed(reader.source, tokens[-1], offset)
    open_note = not all(note.fenced for note in reader.notes)
    return Part(
        document=Document(headings=tuple(reader.all_headings), pieces=tuple(reader.pieces)),
        whole=not (open_fence or open_note or "references" in links),
        titled=any(token.type == "heading_open" and token.tag == "h1" for token in tokens),
    )


def _read(reader: _Reader, tokens: Sequence[Token], offset: int) -> None:
    """Reads the tokens of a text whose first line is the source's line `offset`, counted from 0."""
    before = _NOTHING
    for token in tokens:
        hidden = token.type in _LEAVES and token.map is not None and token.map[0] + offset < reader.hidden_to
        if not (hidden or token.type in _FRAMES):
            _token(reader, token, before, offset)
        before = token


def _token(reader: _Reader, token: Token, before: Token, offset: int) -> None:
    line = (token.map[0] if token.map else 0) + offset + 1
    if token.type in _LEAVES:
        _leaf(reader, token, before, line, offset)
    elif token.type in ("bullet_list_open", "ordered_list_open"):
        _open_list(reader, token)
    elif token.type == "list_item_open":
        reader.items.append(None)
    elif token.type == "list_item_close":
        _close_item(reader)
    elif token.type in ("bullet_list_close", "ordered_list_close"):
        reader.lists.pop()
    elif token.type in ("blockquote_open", OPEN):
        _open_note(reader, token, line)
    elif token.type in ("blockquote_close", CLOSE) and reader.notes and reader.notes[-1].fenced == bool(token.meta):
        reader.notes.pop()


def _leaf(reader: _Reader, token: Token, before: Token, line: int, offset: int) -> None:
    """Reads what holds text; the token before words says what they belong to."""
    match token.type:
        case "table":
            _table(reader, token, offset)
        case "fence":
            _fence(reader, token, offset)
        case "code_block":
            _indented(reader, token, line)
        case "code_macro":
            _block(reader, token.content, line + token.meta["first"], token.info)
        case "html_block":
            _html(reader, token, line)
        case _ if before.type == "heading_open":
            _heading(reader, token, int(before.tag[1]), line)
        case _:
            _paragraph(reader, words(token, line), first=before.type == "list_item_open")


def _heading(reader: _Reader, inline: Token, level: int, line: int) -> None:
    title, codes = plain(inline, line)
    heading = Heading(title=_ANCHOR.sub("", title), level=level, line=line, codes=codes)
    reader.headings = (*(above for above in reader.headings if above.level < level), heading)
    reader.all_headings.append(heading)
    reader.notes = [note for note in reader.notes if not note.fenced]
    reader.label, reader.sentence, reader.boxed = "", "", False


def _open_note(reader: _Reader, token: Token, line: int) -> None:
    reader.notes.append(Note(token.info or QUOTE, fenced=bool(token.meta)))
    if token.content:
        _say(reader, Words(token.content, "", (), line))


def _open_list(reader: _Reader, token: Token) -> None:
    above = reader.items[-1] if reader.items else None
    under = (above.label or above.text.rstrip(": ")) if above else reader.label
    start = int(token.attrs.get("start", 1)) if token.type == "ordered_list_open" else None
    reader.lists.append(OpenList(start, under))


def _close_item(reader: _Reader) -> None:
    reader.items.pop()
    open_list = reader.lists[-1]
    if open_list.number is not None:
        open_list.number += 1


def _paragraph(reader: _Reader, lines: Sequence[Words], *, first: bool) -> None:
    if lines and reader.notes and reader.notes[-1].kind == QUOTE:
        kind, rest = github_kind(lines[0].text)
        if kind:
            reader.notes[-1] = Note(kind)
            lines = [*([replace(lines[0], text=rest)] if rest else []), *lines[1:]]
    if first and lines:
        _item(reader, lines[0])
        lines = lines[1:]
    elif not reader.lists:
        lines = [part for each in lines for part in boxed(each)]
        reader.boxed = any(BOX.match(each.text) for each in lines)
    for each in lines:
        (_say if reader.lists or not BOX.match(each.text) else _item)(reader, each)


def _say(reader: _Reader, said: Words) -> None:
    warns = reader.warns or is_warned(said.label, said.text)
    sentence = Sentence(
        headings=reader.headings, line=said.line, text=said.text, label=said.label, codes=said.codes,
        quoted=reader.quoted, warns=warns, lines=said.written,
    )  # fmt: skip
    reader.pieces.append(sentence)
    reader.sentence = said.text
    if said.label and not reader.items and not warns:
        reader.label = said.label


def _item(reader: _Reader, said: Words) -> None:
    open_list, box = reader.lists[-1] if reader.lists else LOOSE, BOX.match(said.text)
    item = Item(
        headings=reader.headings,
        line=said.line,
        text=said.text[box.end() :] if box else said.text,
        number=open_list.number,
        depth=len(reader.lists) - (not reader.boxed),
        ticked=box[1] in "xX" if box else None,
        label=BOX.sub("", said.label, count=1),
        under=open_list.under,
        codes=said.codes,
        quoted=reader.quoted,
        warns=reader.warns,
    )
    if reader.items:
        reader.items[-1] = item
    reader.pieces.append(item)
    reader.sentence = item.text


def _label(reader: _Reader) -> str:
    """The label that code or a table stands under: that of the items around it, else the sentence's."""
    return next((item.label for item in reversed(reader.items) if item and item.label), reader.label)


def _fence(reader: _Reader, token: Token, offset: int) -> None:
    line = (token.map or [0])[0] + offset + 2
    kind, title = note_of(token.info)
    if kind and reader.rereads < _REREADS:
        reader.notes.append(Note(kind))
        if title:
            _say(reader, Words(title, "", (), line - 1))
        _reread(reader, body_of(token.content), line - 1)
        reader.notes.pop()
    else:
        _block(reader, token.content, line, language_of(token.info), closed=is_closed(reader.source, token, offset))


def _indented(reader: _Reader, token: Token, line: int) -> None:
    """Indented code; where it holds a fence, or words in a note, it is the indented body of a tab or a note."""
    told = _OUTER_FENCE.match(token.content) or (in_fenced(reader.notes) and not holds_commands(token.content))
    if told and reader.rereads < _REREADS:
        _reread(reader, token.content, line - 1)
    else:
        _block(reader, token.content, line, "")


def _block(reader: _Reader, text: str, line: int, language: str, *, closed: bool = True) -> None:
    reader.pieces.append(
        Block(
            headings=reader.headings,
            line=line,
            text=text.removesuffix("\n"),
            language=language.lower().removeprefix("language-"),
            label=_label(reader),
            sentence=reader.sentence,
            closed=closed,
            depth=len(reader.lists),
            quoted=reader.quoted,
        )
    )


def _reread(reader: _Reader, text: str, offset: int) -> None:
    reader.rereads += 1
    _read(reader, parser().parse(text), offset)
    reader.rereads -= 1


def _html(reader: _Reader, token: Token, line: int) -> None:
    visible, still_open = without_comments(token.content)
    for part in shown(visible):
        if part.language is not None:
            _block(reader, part.text, line + part.line, part.language)
        elif reader.rereads < _REREADS:
            _reread(reader, part.text, line - 1 + part.line)
    if still_open:
        end = (token.map or [0, 0])[1] + line - 1 - (token.map or [0, 0])[0]
        closing = (at for at in range(end, len(reader.source)) if "-->" in reader.source[at])
        reader.hidden_to = next(closing, len(reader.source)) + 1


def _table(reader: _Reader, token: Token, offset: int) -> None:
    rows = rows_of(token, offset)
    table = Table(
        headings=reader.headings, line=rows[0].line, header=rows[0].cells, rows=tuple(rows[1:]), label=_label(reader),
        quoted=reader.quoted,
    )  # fmt: skip
    reader.pieces.append(table)
