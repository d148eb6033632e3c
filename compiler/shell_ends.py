"""Where each command of a block ends: most are one line, some go on over several.

A line that can be read by itself is a command. The others are read together with those below them, in pieces, so that
what cannot be read spoils no more than its own lines.
"""

from typing import Final

from msgspec import Struct, field
from tree_sitter import Node

from compiler.placeholders import masked
from compiler.shell_tree import tree_of

LONGEST_CHUNK: Final = 64
_MOST_RETRIES: Final = 100
_MOST_UNREADABLE: Final = 1_000
"""After so many lines that cannot be read the rest of a block is taken line by line: it is no shell text."""
_UNFINISHED: Final = ("\\", "|", "&&", "||", "{", "(", "do", "then", "else")
LONGEST_LINE: Final = 20_000


class Line(Struct, frozen=True):
    """One physical line: its 1-based number and its text without the prompt."""

    number: int
    text: str


class Reading(Struct):
    """Where each command of a block ends. The text is parsed in pieces, smaller ones where much cannot be read."""

    lines: list[Line]
    ends: dict[int, int] = field(default_factory=dict)
    size: int = LONGEST_CHUNK
    retries: int = _MOST_RETRIES
    unreadable: int = 0

    def end_of(self, position: int) -> int:
        """The index behind the last line of the command that begins at `position`."""
        if end := self._alone(position):
            return end
        if self.unreadable > _MOST_UNREADABLE:
            return self._by_hand(position)
        if position not in self.ends:
            self._parse(position, self.size)
        if position not in self.ends and self.size < LONGEST_CHUNK and self.retries and self._goes_on(position):
            self.retries -= 1
            self._parse(position, LONGEST_CHUNK)
        if position in self.ends:
            self.size = min(self.size * 2, LONGEST_CHUNK)
            return self.ends[position]
        self.size = max(self.size // 4, 1)
        self.unreadable += 1
        return self._by_hand(position)

    def _alone(self, position: int) -> int | None:
        """The end of a command that is whole by itself: the parser joins some lines of a block that are two."""
        end = position + 1
        while end < min(len(self.lines), position + LONGEST_CHUNK) and _goes_over(self.lines[end - 1].text):
            end += 1
        source = "\n".join(masked(line.text) for line in self.lines[position:end])
        if "<<" in source or len(source) > LONGEST_LINE or tree_of(source.encode()).has_error:
            return None
        return end

    def _parse(self, position: int, size: int) -> None:
        chunk = self.lines[position : position + size]
        too_long = next((index for index, line in enumerate(chunk) if len(line.text) > LONGEST_LINE), len(chunk))
        chunk = chunk[:too_long]
        self.ends = {}
        source = "\n".join(masked(line.text) for line in chunk)
        for start, end, readable in _spans(tree_of(source.encode("utf-8", "replace"))):
            may_go_on = start > 0 and end >= len(chunk) - 1 and position + len(chunk) < len(self.lines)
            if readable and not may_go_on:
                self.ends[position + start] = position + end + 1

    def _goes_on(self, position: int) -> bool:
        """Whether the line looks as if its command had further lines."""
        text = self.lines[position].text.rstrip()
        return text.endswith(_UNFINISHED) or "<<" in text or text.count('"') % 2 == 1 or text.count("'") % 2 == 1

    def _by_hand(self, position: int) -> int:
        """The end of a command that the parser cannot read: its line, and those that a backslash adds."""
        while position + 1 < len(self.lines) and self.lines[position].text.rstrip().endswith("\\"):
            position += 1
        return position + 1


def _goes_over(text: str) -> bool:
    """Whether the line has its end on the next one; a comment ends with its own line, whatever stands there."""
    if not text.rstrip().endswith(("\\", "|", "&&")):
        return False
    return "#" not in text or all(c.type != "comment" for c in tree_of(text.encode()).children)


def _spans(root: Node) -> list[tuple[int, int, bool]]:
    """The first and last line of each top-level piece and whether it can be read; pieces on one line are one."""
    spans: list[tuple[int, int, bool]] = []
    for child in root.children:
        start, end = child.start_point.row, child.end_point.row - (child.end_point.column == 0)
        readable = not child.has_error
        if spans and start <= spans[-1][1]:
            start, before, could = spans.pop()
            end, readable = max(end, before), readable and could
        spans.append((start, max(start, end), readable))
    return spans
