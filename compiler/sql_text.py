"""A block of SQL as its statements, each with the line it begins in and the comment that names it.

Told apart by SQL's own lexical rules: a semicolon in a string, a quoted name, a dollar-quoted body, a comment or inside
brackets ends nothing. Settings (`work_mem = 16MB`) and psql's table output are not statements.
"""

import re
from collections.abc import Iterator, Sequence
from typing import Final

from msgspec import Struct, field

from compiler.proof.sql.tree import MAX_CHARACTERS, Unreadable, parse
from compiler.proof.word_list import word_list

_LEXEME: Final = re.compile(
    r"""
      (?P<space>[ \t\n]+)
    | (?P<comment>--[^\n]*|/\*(?![Mm]?!))
    | (?P<text>[eE]'(?:[^'\\]|\\.|'')*'|'(?:[^']|'')*'|"(?:[^"]|"")*")
    | (?P<dollar>\$(?:[A-Za-z_]\w*)?\$)
    | (?P<word>[^\W\d][\w$]*)
    | (?P<number>\d[\w.]*)
    | (?P<shown>\\G(?=[ \t]*;?[ \t]*(?:\n|\Z)))
    | (?P<other>.)
    """,
    re.VERBOSE | re.DOTALL,
)
_INSIDE_COMMENT: Final = re.compile(r"/\*|\*/")
VERBS: Final = word_list(
    """
    ABORT ALTER ANALYZE ANALYSE BEGIN CALL CHECKPOINT CLOSE CLUSTER COMMENT COMMIT COPY CREATE DEALLOCATE DECLARE DELETE
    DISCARD DO DROP END EXECUTE EXPLAIN FETCH GRANT IMPORT INSERT LISTEN LOAD LOCK MERGE MOVE NOTIFY PREPARE REASSIGN
    REFRESH REINDEX RELEASE RESET REVOKE ROLLBACK SAVEPOINT SECURITY SELECT SET SHOW START TABLE TRUNCATE UNLISTEN
    UPDATE VACUUM VALUES WITH KILL OPTIMIZE USE DESCRIBE FLUSH PURGE STOP CHANGE PAUSE RESUME RELOAD
    RECONNECT SUSPEND
    """
)
"""First words of statements in PostgreSQL's reference, and of MySQL's and PgBouncer's that stand in the same fences."""
_SETTING: Final = re.compile(r"\s*[A-Za-z_][\w.]*\s*=\s*[^\s=].*")
_META: Final = re.compile(r"[ \t]*\\[A-Za-z?!][^\n]*")
_FIRST_WORD: Final = re.compile(r"[^\W\d_]+")
_PROMPT: Final = re.compile(r"^[ \t]*\w+[=(\-'\"*!^]+[#>][ \t]", re.MULTILINE)


class Statement(Struct, frozen=True):
    """One statement: its words on one line, strings and bodies untouched and comments left out; its line; its name."""

    text: str
    line: int
    comment: str


class _Open(Struct):
    """The statement that is being read: its lexemes, where it begins, and how deep in brackets it is."""

    parts: list[str] = field(default_factory=list)
    start: int = 0
    depth: int = 0
    length: int = 0


class _Splitter(Struct):
    text: str
    at: int = 0
    comment: str = ""
    open: _Open = field(default_factory=_Open)
    parses: int = 200
    """How many statements without a semicolon are still told apart: each needs the whole grammar."""
    breaks: int = 1
    """Line feeds since the last lexeme: above 0 the next one begins a line."""

    def run(self) -> Iterator[tuple[str, int, str]]:
        while self.at < len(self.text):
            if not self.open.parts and self.breaks and (line := self._own_line()):
                if line.startswith("\\"):
                    yield line, self.at, self.comment
                self.at, self.breaks = self.at + len(line), 0
                continue
            found = _LEXEME.match(self.text, self.at)
            assert found is not None, "every character is some lexeme"
            if ended := self._take(found):
                yield ended
        if ended := self._closed():
            yield ended

    def _own_line(self) -> str:
        """The line from here on where it is no part of a statement: a setting, or a command of psql; else nothing."""
        end = self.text.find("\n", self.at)
        line = self.text[self.at : end if end != -1 else len(self.text)]
        alone = _META.fullmatch(line) or (_SETTING.fullmatch(line) and not is_statement(line))
        return line if alone else ""

    def _take(self, found: re.Match[str]) -> tuple[str, int, str] | None:
        """Takes the next lexeme: the statement that it ends, or that ends before it, is given."""
        kind, lexeme = found.lastgroup, found[0]
        ended = None
        if kind == "space":
            self._space(lexeme)
            self.at = found.end()
        elif kind == "comment":
            self._note(found)
        elif (lexeme == ";" and not self.open.depth) or kind == "shown":
            self.at = found.end()
            ended = self._closed(";")
        else:
            if kind == "word" and self.breaks and lexeme.upper() in VERBS and self._is_whole():
                ended = self._closed()
            self._add(self.text[found.start() : self._end_of(found)], found.start())
        return ended

    def _space(self, lexeme: str) -> None:
        self.breaks += lexeme.count("\n")
        if lexeme.count("\n") > 1 and not self.open.parts:
            self.comment = ""
        if self.open.parts and self.open.parts[-1] != " ":
            self.open.parts.append(" ")

    def _note(self, found: re.Match[str]) -> None:
        """A comment: it names the statement below it, and is no part of the one it stands in."""
        self.at = found.end()
        if found[0] == "/*":
            self.at = self._end_of_comment()
        if not self.open.parts and self.breaks:
            self.comment = self.text[found.end() if found[0] == "/*" else found.start() : self.at].strip("-*/ \t\n")
        elif self.open.parts and self.open.parts[-1] != " ":
            self.open.parts.append(" ")

    def _end_of_comment(self) -> int:
        depth, at = 1, self.at
        while depth:
            mark = _INSIDE_COMMENT.search(self.text, at)
            if mark is None:
                return len(self.text)
            depth, at = depth + (1 if mark[0] == "/*" else -1), mark.end()
        return at

    def _end_of(self, found: re.Match[str]) -> int:
        """Where the lexeme ends: a dollar-quoted body at its closing tag, an open string with the text."""
        if found.lastgroup == "dollar":
            end = self.text.find(found[0], found.end())
            return end + len(found[0]) if end != -1 else len(self.text)
        if found[0] in ("'", '"'):
            return len(self.text)
        return found.end()

    def _add(self, lexeme: str, start: int) -> None:
        if not self.open.parts:
            self.open.start = start
        self.open.parts.append(lexeme)
        self.open.length += len(lexeme)
        if lexeme in "()":
            self.open.depth = max(0, self.open.depth + (1 if lexeme == "(" else -1))
        self.at, self.breaks = start + len(lexeme), 0

    def _is_whole(self) -> bool:
        """Whether what is open is a statement that lacks only its semicolon: then a new line's verb begins another."""
        if self.open.depth or not self.open.parts or self.open.length > MAX_CHARACTERS or not self.parses:
            return False
        self.parses -= 1
        try:
            return len(parse("".join(self.open.parts))) == 1
        except Unreadable:
            return False

    def _closed(self, ending: str = "") -> tuple[str, int, str] | None:
        text, comment = "".join(self.open.parts).strip(), self.comment
        start, self.open = self.open.start, _Open()
        self.breaks = 0
        if not text:
            return None
        self.comment = ""
        return text + ending, start, comment


def statements(text: str, first_line: int) -> tuple[Statement, ...]:
    """The statements of a block whose first line is `first_line`; what begins with no verb of SQL is left out."""
    if _PROMPT.search(text):
        text = "\n".join(_typed(text.split("\n")))
    found, line, counted_to = [], first_line, 0
    for statement, start, comment in _Splitter(text).run():
        line, counted_to = line + text.count("\n", counted_to, start), start
        if is_statement(statement):
            found.append(Statement(statement, line, comment))
    return tuple(found)


def _typed(lines: Sequence[str]) -> Iterator[str]:
    """The lines of a session that were typed, prompts blanked; what the server answered becomes empty lines."""
    going_on = False
    for line in lines:
        prompt = _PROMPT.match(line)
        typed = line[prompt.end() :] if prompt else line if going_on else ""
        going_on = bool(typed.strip()) and not typed.rstrip().endswith(";") and not _META.fullmatch(typed)
        yield typed


def is_statement(text: str) -> bool:
    """Whether the text begins as a statement of SQL does, or is a `\\d` of psql."""
    first = _FIRST_WORD.match(text.lstrip("( \t\n"))
    return bool(first and first[0].upper() in VERBS) or bool(_META.fullmatch(text))
