"""Every command of a document, in the order of the text, with the place it stands in and the proof of what it does.

Commands stand in fences and indented code, in code inside headings, sentences, list items and cells, and bare in the
cells of a column headed *Command*. What is only shown (output, configuration, programs, names of files) is none.
"""

import re
import shlex
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from compiler import shell
from compiler.consoles import RUN, SQL
from compiler.document import Block, Code, Document, Heading, Item, Piece, Sentence, Table
from compiler.languages import (
    Language,
    holds_commands,
    http_line,
    is_inline_command,
    is_prompted,
    is_tool_line,
    is_written_for_a_shell,
    language_of,
    tags_a_shell,
    with_plain_prompts,
)
from compiler.one_word import is_command_cell, is_mentioned, is_told_to_run
from compiler.printed import announces_output, shows_output
from compiler.proof.line import prove
from compiler.proof.proven import Kind, Proof
from compiler.redis_text import has_redis_prompts, redis_line
from compiler.root_prompts import with_root_prompts
from compiler.shell import Written
from compiler.sql_shapes import looks_like_sql
from compiler.sql_text import statements

_COMMAND_COLUMN: Final = re.compile(r"\b(?:commands?|cmd|run|query|queries|sql|cli)\b", re.IGNORECASE)
_NEAR: Final = 2_000
"""Characters: longer than any sentence that people write."""
_A_HEADING: Final = -1
_NUMBERED: Final = re.compile(r"(?:step\s+)?\d*[.):]?\s*", re.IGNORECASE)
"""What stands before the words of a heading: `2.`, `Step 3:`."""
_ABOUT_REDIS: Final = re.compile(r"\b(?:redis|valkey|keydb|elasticache|memorystore)\b", re.IGNORECASE)


class Found(Struct, frozen=True, kw_only=True):
    """One command as its author wrote it, where, and what it does.

    `text` has its continuation lines joined by one space (a loop's and a here-document's lines stay lines); `line` is
    its first line, from 1. `name` is the comment that names it. `label` and `sentence` are what it belongs to, as in
    Block. `block` counts the pieces of the document from 0 and is -1 for a heading. `session` is the client's command
    line above a bare line such as `KEYS *`; `state` marks what only changes the author's own shell (`cd`, `export`);
    `inline` marks code inside words.
    """

    text: str
    line: int
    proof: Proof
    headings: tuple[Heading, ...]
    block: int
    name: str = ""
    label: str = ""
    sentence: str = ""
    session: str = ""
    state: bool = False
    inline: bool = False


def commands(document: Document) -> tuple[Found, ...]:
    """All commands of the document in the order of their lines."""
    return in_order(document, in_pieces(document, range(len(document.pieces))))


def in_pieces(document: Document, numbers: range) -> list[Found]:
    """The commands of some of the document's pieces."""
    return [each for number in numbers for each in _in_piece(number, document.pieces[number])]


def in_order(document: Document, found: Iterable[Found]) -> tuple[Found, ...]:
    """All commands of the document, `found` being those of its pieces."""
    return tuple(sorted((*found, *_in_headings(document.headings)), key=lambda each: each.line))


def _in_piece(index: int, piece: Piece) -> Iterator[Found]:
    match piece:
        case Block():
            yield from _in_block(index, piece)
        case Sentence() | Item():
            yield from _in_words(index, piece, piece.codes, piece.text, piece.label)
        case Table():
            yield from _in_table(index, piece)
        case _:
            pass


def _in_headings(headings: Sequence[Heading]) -> Iterator[Found]:
    """What a heading tells to do: *Look at the pods: `kubectl get pods`*, and not *`docker pull` hangs*."""
    path: tuple[Heading, ...] = ()
    for heading in headings:
        path = (*(above for above in path if above.level < heading.level), heading)
        about_redis = bool(heading.codes and _ABOUT_REDIS.search(heading.title))
        for code in heading.codes:
            if is_inline_command(code.text, about_redis) and not _is_subject(code.text, heading.title):
                yield _inline(_A_HEADING, path, code, heading.title[:_NEAR], "")


def _is_subject(code: str, title: str) -> bool:
    """Whether a heading begins with the code and goes on to tell about it: *`docker pull` hangs*."""
    before, _, after = title.partition(code)
    return not _NUMBERED.sub("", before) and re.match(r" \w", after) is not None


def _in_block(index: int, block: Block) -> Iterator[Found]:
    if shows_output(block.sentence) and not holds_commands(block.text):
        return
    for written in _written(block.text, block.language):
        yield Found(
            text=written.text,
            line=block.line + written.line - 1,
            proof=_proof(written),
            headings=block.headings,
            block=index,
            name=written.comment,
            label=block.label,
            sentence=block.sentence,
            session=written.session,
            state=written.state,
        )


@lru_cache(maxsize=512)
def _written(text: str, tag: str) -> tuple[Written, ...]:
    """The commands of a block by the language it is in, not yet judged; none for what is only shown.

    Their lines are counted as if it began in line 1: long runbooks repeat their blocks.
    """
    text = with_root_prompts(text, tag)
    match language_of(text, tag):
        case Language.SHELL:
            return tuple(_shell(text, tag))
        case Language.SQL:
            found = statements(text, 1)
            return tuple(Written(text=one.text, line=one.line, comment=one.comment, client=Kind.SQL) for one in found)
        case Language.REDIS:
            return tuple(_bare_lines(text, Kind.REDIS))
        case Language.HTTP:
            return tuple(_bare_lines(text, Kind.HTTP))
        case Language.NONE:
            return ()


def _shell(text: str, tag: str) -> Iterator[Written]:
    """What the shell's own reading finds, without the lines that are shown and not run."""
    lines, tagged = text.split("\n"), tags_a_shell(tag)
    announced = below_output = False
    for written in shell.split(with_plain_prompts(text), 1):
        above = lines[written.line - 2].strip() if written.line > 1 else ""
        if not above or above.startswith("#"):
            announced, below_output = announces_output(written.comment), False
        typed = (tagged and not below_output) or is_prompted(lines[written.line - 1])
        runs = bool(written.client or written.session) or is_written_for_a_shell(written.text, tagged=typed)
        below_output = not runs
        if runs and not announced:
            yield written


def _bare_lines(text: str, kind: Kind) -> Iterator[Written]:
    comment, prompted = "", has_redis_prompts(text)
    for number, line in enumerate(text.split("\n"), 1):
        said = redis_line(line, prompted=prompted) if kind is Kind.REDIS else http_line(line)
        if said:
            yield Written(text=said, line=number, comment=comment, client=kind)
        comment = line.strip("#/ \t") if not prompted and line.lstrip().startswith(("#", "//")) else ""


def _in_words(index: int, piece: Piece, codes: Sequence[Code], text: str, label: str) -> Iterator[Found]:
    if not codes:
        return
    in_capitals = any(code.text != code.text.lower() for code in codes)
    about_redis = in_capitals and bool(_ABOUT_REDIS.search(" ".join((text, *piece.path))))
    end = 0
    for code in codes:
        at = text.find(code.text, end)
        before = text[max(0, at - _NEAR) : max(0, at)]
        after = text[at + len(code.text) :][:_NEAR] if at >= 0 else ""
        if is_mentioned(before, after):
            pass
        elif is_inline_command(code.text, about_redis) or is_told_to_run(code.text, before):
            yield _inline(index, piece.headings, code, _around(text, at, code.text), label)
        end = at + len(code.text) if at >= 0 else end


def _around(text: str, at: int, code: str) -> str:
    """What stands around a code that begins ``at`` in a text; -1 where that cannot be told.

    Of a paragraph without end only what is near: the rest of it says nothing about this command.
    """
    if len(text) <= _NEAR or at < 0:
        return text[:_NEAR]
    return text[max(0, at - _NEAR // 2) : at + len(code) + _NEAR // 2]


def _inline(index: int, headings: tuple[Heading, ...], code: Code, text: str, label: str) -> Found:
    said = code.text.strip()
    client = Kind.SQL if looks_like_sql(said) and not is_tool_line(said) else None
    if client is None and not is_tool_line(said) and redis_line(said) and said[0].isupper():
        client = Kind.REDIS
    return Found(
        text=said,
        line=code.line,
        proof=_proof(Written(text=said, line=code.line, client=client)),
        headings=headings,
        block=index,
        label=label,
        sentence=text,
        inline=True,
    )


def _in_table(index: int, table: Table) -> Iterator[Found]:
    columns = [bool(_COMMAND_COLUMN.search(title)) for title in table.header]
    for row in table.rows:
        told = " · ".join(cell for cell in row.cells if cell)
        yield from _in_words(index, table, row.codes, told, table.label)
        inside = {code.text.strip() for code in row.codes}
        for is_command, cell in zip(columns, row.cells, strict=False):
            bare = not any(code in cell for code in inside)
            if is_command and (is_inline_command(cell, about_redis=False) if bare else is_command_cell(cell)):
                yield _inline(index, table.headings, Code(text=cell, line=row.line), told, table.label)


def _proof(written: Written) -> Proof:
    if (run := RUN.get(written.session)) is not None:
        proof = _proof_of(shlex.join([*run, written.text]), None, ())
        return replace(proof, kind=Kind.SQL if written.session in SQL else proof.kind)
    return _proof_of(written.text, written.client, tuple(written.variables.items()))


@lru_cache(maxsize=1024)
def _proof_of(text: str, client: Kind | None, variables: tuple[tuple[str, str], ...]) -> Proof:
    """The proof of one command; long runbooks say the same commands again and again."""
    if client is Kind.HTTP:
        return _proof_of_request(text)
    return prove(text, kind=client, variables=dict(variables))


def _proof_of_request(text: str) -> Proof:
    """The proof of `GET /health`, as curl would ask it; a bare path names no server."""
    method, address = text.split()[:2]
    if not address.startswith("/"):
        return prove(shlex.join(["curl", "-X", method, address]))
    return replace(prove(shlex.join(["curl", "-X", method, f"http://localhost{address}"])), names={})
