"""A block of shell text as the commands that its author wrote: one block is many, and not every line is one.

Comments name the commands below them; continuation lines are joined; a line of parts joined by `&&` stays one command;
a loop is one command. In a transcript only what follows a prompt is a command, and lines below a bare client
(`redis-cli -h x`) are words for that client. One line that cannot be read does not spoil the others.
"""

import re
from collections.abc import Iterator, Mapping
from itertools import islice
from typing import Final

from msgspec import Struct, field

from compiler import consoles
from compiler.languages import is_tool_line
from compiler.proof.proven import Kind
from compiler.proof.redis.commands import CHANGES, READ_NAMES, REFUSED
from compiler.shell_ends import LONGEST_CHUNK, LONGEST_LINE, Line, Reading
from compiler.shell_variables import set_by


class Written(Struct, frozen=True, kw_only=True):
    """One command as it is written. `line` is the 1-based line where it begins, `comment` the one that names it.

    `client` is set for a line that is no shell's: SQL, or words for a Redis client, opened by the command in `session`.
    `variables` are those that the block set to plain texts before. `state` marks `cd`, `export` and `NAME=value`.
    """

    text: str
    line: int
    comment: str = ""
    client: Kind | None = None
    session: str = ""
    variables: Mapping[str, str] = field(default_factory=dict)
    state: bool = False


_MOST_VARIABLES: Final = 100
_PROMPT: Final = re.compile(r"\s*(?:[\w.-]+@[\w.-]+(?::[^\s$]*)?)?\$ (?P<command>.*)")
_MORE: Final = re.compile(r"\s*> (?P<command>.*)")
_REDIS_PROMPT: Final = re.compile(r"\s*(?:redis|(?:[\w.-]+:\d+)(?:\[\d+\])?)> (?P<command>\S.*)")
_SQL_PROMPT: Final = re.compile(r"\s*\w+[=-][#>] (?P<command>\S.*)")
_SQL_BEGIN: Final = re.compile(
    r"\s*(?:SELECT|INSERT INTO|UPDATE|DELETE FROM|WITH|VACUUM|ANALYZE|REINDEX|EXPLAIN|ALTER|CREATE|DROP|TRUNCATE"
    r"|SHOW|GRANT|REVOKE|CALL|COMMENT ON|CHECKPOINT|REFRESH)\b(?!\s*=)"
)
_SQL_LOOSE: Final = re.compile(
    r"\s*(?:select\s.+|insert\s+into\s.+|update\s+\w+\s+set\s.+|delete\s+from\s.+|vacuum.*|\\[dl].*|show\s.+)",
    re.IGNORECASE,
)
_CRON: Final = re.compile(
    r"\s*(?:@(?:hourly|daily|weekly|monthly|yearly|reboot)|(?:[\d*/,-]+\s+){4}[\d*/,A-Za-z-]+)\s+\S"
)
_JSON_OPENS: Final = re.compile(r"\s*(?!\[\[ .* \]\] *[&|]{2})(?:[\[{]\s*$|\{\s*\"|\[\s*[\[{\"])")
_JSON_LINE: Final = re.compile(r"\s*(?:$|[\"'\[\]{}]|-?\d|(?:true|false|null)\b|\.\.\.|//|[\w-]+\s*:)")
_ALIAS: Final = re.compile(r"\s*alias\s+[\w.-]+=")
_STATE: Final = re.compile(r"\s*(?:(?:cd|pushd|popd|export|set|unset|declare|local|readonly)\b|[A-Za-z_]\w*=\S*\s*$)")
_LITERAL: Final = re.compile(
    r"\s*(?:(?:export|readonly|local)\s+)?(?P<name>[A-Za-z_]\w*)=(?:\"(?P<double>[^\"$`\\]*)\"|'(?P<single>[^']*)'"
    r"|(?P<bare>[\w./:@%+,-]*))\s*(?:#.*)?"
)
_REDIS_CLIENT: Final = re.compile(r"(?:^|\s)redis-cli(?P<rest>(?:\s+(?:-[a-z]|--[a-z-]+)(?:\s+[^\s-]\S*)?)*)\s*$")
_SQL_CLIENT: Final = re.compile(r"(?:^|\s)psql(?P<rest>[^|<>;&]*)$")
_REDIS_WORDS: Final = frozenset(CHANGES) | frozenset(READ_NAMES) | frozenset(REFUSED)
_COMMENT: Final = re.compile(r"\s*#+!?\s?(?P<text>.*)")
_TRAILING: Final = re.compile(r"\s#\s+(?P<text>[^'\"]*)$")


def split(text: str, first_line: int) -> tuple[Written, ...]:
    """The commands of a block whose first line of content is `first_line` of the document. Never raises."""
    lines = [Line(first_line + index, line) for index, line in enumerate(text.replace("\r\n", "\n").split("\n"))]
    if any(_PROMPT.match(line.text) or consoles.typed(line.text) for line in islice(lines, LONGEST_CHUNK)):
        lines = list(_typed(lines))
    return tuple(_Splitter().run(lines))


def _typed(lines: list[Line]) -> Iterator[Line]:
    """What people typed in a transcript: the lines behind a prompt, and those that go on; the rest is output.

    Before the first prompt nothing can have been answered: a line that begins with a tool was typed, too.
    """
    going_on = begun = False
    console: consoles.Console | None = None
    for line in lines:
        if (told := consoles.typed(line.text)) or (console and console.more.match(line.text)):
            console, going_on, begun = told.console if told else console, False, True
            yield line
            continue
        console = None
        match = _PROMPT.match(line.text) or (_MORE.match(line.text) if going_on else None)
        begun = begun or match is not None or _client_words(line.text)
        first = not begun and is_tool_line(line.text)
        if match is None and not first and not (going_on and line.text.strip()):
            going_on = False
            if _COMMENT.fullmatch(line.text) or _client_words(line.text):
                yield line
            continue
        typed = match["command"] if match else line.text
        going_on = typed.rstrip().endswith(("\\", "|", "&&"))
        yield Line(line.number, typed)


def _client_words(text: str) -> bool:
    return any(prompt.match(text) for prompt in (_REDIS_PROMPT, _SQL_PROMPT))


class _Splitter(Struct):
    """What has been seen of a block so far."""

    comment: str = ""
    variables: dict[str, str] = field(default_factory=dict)
    client: Kind | None = None
    session: str = ""

    def run(self, lines: list[Line]) -> Iterator[Written]:
        reading, position = Reading(lines), 0
        while position < len(lines):
            special = self._special(lines, position)
            if special is not None:
                found, position = special
                yield from found
                continue
            end = reading.end_of(position)
            if written := self._command(lines[position:end]):
                yield written
            position = end

    def _special(self, lines: list[Line], position: int) -> tuple[list[Written], int] | None:
        """A blank, a comment, pasted output, or words for a client: what was found, and where to go on."""
        line = lines[position]
        if len(line.text) > LONGEST_LINE:
            return None
        if not line.text.strip():
            self.comment = ""
            return [], position + 1
        if comment := _COMMENT.fullmatch(line.text):
            self.comment = comment["text"].strip()
            return [], position + 1
        if _CRON.match(line.text) or _ALIAS.match(line.text):
            return [], position + 1
        if _JSON_OPENS.match(line.text) and not _opens_a_group(lines, position):
            return [], _end_of_json(lines, position)
        return self._client_line(lines, position)

    def _client_line(self, lines: list[Line], position: int) -> tuple[list[Written], int] | None:
        line = lines[position]
        prompted = _REDIS_PROMPT.match(line.text)
        if prompted or (self.client is Kind.REDIS and (prompted := _MORE.match(line.text))):
            return [self._said(prompted["command"], line, Kind.REDIS)], position + 1
        if self.client is Kind.REDIS and line.text.split()[0].upper() in _REDIS_WORDS:
            return [self._said(line.text.strip(), line, Kind.REDIS)], position + 1
        if told := consoles.typed(line.text):
            return self._told(lines, position, told)
        prompted = _SQL_PROMPT.match(line.text) or (_MORE.match(line.text) if self.client is Kind.SQL else None)
        if prompted or _SQL_BEGIN.match(line.text) or (self.client is Kind.SQL and _SQL_LOOSE.fullmatch(line.text)):
            return self._statement(lines, position, prompted["command"] if prompted else line.text)
        self.client, self.session = None, ""
        return None

    def _statement(self, lines: list[Line], position: int, first: str) -> tuple[list[Written], int]:
        """One SQL statement: up to the line that ends with `;`, or the next blank line."""
        texts, after = [first.strip()], position + 1
        while not texts[-1].endswith(";") and not first.startswith("\\") and after < len(lines):
            following = lines[after].text.strip()
            if not following or following.startswith("#"):
                break
            texts.append(following.removeprefix("> "))
            after += 1
        return [self._said(" ".join(texts), lines[position], Kind.SQL)], after

    def _told(self, lines: list[Line], position: int, told: consoles.Typed) -> tuple[list[Written], int]:
        """What was told to a console at its prompt, with the lines that go on behind its own."""
        texts, after = [told.text], position + 1
        while after < len(lines) and (more := told.console.more.match(lines[after].text)):
            texts.append(more["said"].strip())
            after += 1
        text = " ".join(texts)
        self.client, self.session = None, told.console.name
        found = [] if consoles.leaves(text) else [self._said(text, lines[position], None)]
        self.session, self.comment = "", ""
        return found, after

    def _said(self, text: str, line: Line, client: Kind | None) -> Written:
        return Written(
            text=text, line=line.number, comment=self.comment, client=client, session=self.session,
            variables=self.variables,
        )  # fmt: skip

    def _command(self, lines: list[Line]) -> Written | None:
        text = _joined(lines)
        if len(text) > LONGEST_LINE:
            return Written(text=text, line=lines[0].number, comment=self.comment)
        if not text or text.startswith("#"):
            self.comment = _COMMENT.sub(r"\g<text>", text) or self.comment
            return None
        trailing = _TRAILING.search(text)
        written = Written(
            text=text,
            line=lines[0].number,
            comment=trailing["text"].strip() if trailing else self.comment,
            variables=self.variables,
            state=bool(_STATE.match(text)) and "&&" not in text and ";" not in text,
        )
        self._learn(text)
        return written

    def _learn(self, text: str) -> None:
        """What the line leaves behind for the lines below: a variable, or an open client."""
        if (literal := _LITERAL.fullmatch(text)) and len(self.variables) < _MOST_VARIABLES:
            value = literal["double"] or literal["single"] or literal["bare"] or ""
            self.variables = {**self.variables, literal["name"]: value}
        elif forgotten := {name for name in set_by(text) if name in self.variables}:
            self.variables = {name: value for name, value in self.variables.items() if name not in forgotten}
        if _REDIS_CLIENT.search(text):
            self.client, self.session = Kind.REDIS, text
        elif (sql := _SQL_CLIENT.search(text)) and not re.search(r"\s(?:-c|--command|-f|--file|-l)", sql["rest"]):
            self.client, self.session = Kind.SQL, text


def _joined(lines: list[Line]) -> str:
    """The source of one command: lines that a backslash continues are joined by one space, others stay lines.

    Without a blank on either side of the backslash there is none between the words either, as for the shell.
    """
    text = ""
    for line in lines:
        if text.endswith("\\"):
            glued = not text[:-1].endswith((" ", "\t")) and not line.text.startswith((" ", "\t"))
            text = f"{text[:-1].rstrip()}{'' if glued else ' '}{line.text.lstrip()}"
        else:
            text = f"{text}\n{line.text}" if text else line.text
        text = text.rstrip()
    return text.strip()


def _opens_a_group(lines: list[Line], position: int) -> bool:
    """Whether the bracket alone on its line begins a group of commands, as the line below it shows."""
    below = lines[position + 1].text if position + 1 < len(lines) else ""
    return len(lines[position].text.strip()) == 1 and not _JSON_LINE.match(below)


def _end_of_json(lines: list[Line], position: int) -> int:
    """The line behind pasted JSON: where its brackets are closed, the next blank line, or one that is no JSON."""
    depth = 0
    for index in range(position, len(lines)):
        text = lines[index].text
        if index > position and not _JSON_LINE.match(text):
            return index
        depth += sum(text.count(opening) for opening in "[{") - sum(text.count(closing) for closing in "]}")
        if depth <= 0 or not text.strip():
            return index + 1
    return len(lines)
