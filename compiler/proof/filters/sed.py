"""The part of sed that runs in the process: `s/text/text/g`, `/text/d`, `-n '/text/p'` and `-n '3,9p'`.

sed can run commands (`e`) and write files (`w`); a program with anything but these forms is refused.
"""

import re
from collections.abc import Sequence

from msgspec import Struct

from compiler.proof.usage import Misuse

_LITERAL = r"[^/\\\n\[\]*.^$&]"
_REPLACE = re.compile(rf"s(?P<edge>[/|#,])(?P<old>{_LITERAL}+?)(?P=edge)(?P<new>{_LITERAL}*?)(?P=edge)(?P<all>g?)")
_KEEP = re.compile(rf"/(?P<word>{_LITERAL}+)/(?P<verb>[pd])")
_RANGE = re.compile(r"(?P<first>\d{1,9})(?:,(?P<last>\d{1,9}|\$))?(?P<verb>[pd])")
_FILE_EDIT = re.compile(r"s([/|#,@])(?:(?!\1)[^\\\n]|\\[^\n])+\1(?:(?!\1)[^\\\n]|\\[^\n])*\1[gi]*|/[^/\\\n]+/d|[0-9]+d")


class Edit(Struct, frozen=True, kw_only=True):
    """One edit of the lines; `quiet` prints only what the edit names."""

    edit: re.Match[str]
    quiet: bool

    def lines(self, lines: Sequence[str]) -> list[str]:
        """What sed prints."""
        names = self.edit.groupdict()
        if "old" in names:
            return [line.replace(names["old"], names["new"], -1 if names["all"] else 1) for line in lines]
        chosen = [self._chosen(number, line) for number, line in enumerate(lines, start=1)]
        if names["verb"] == "d":
            return [line for line, out in zip(lines, chosen, strict=True) if not out]
        return [line for line, kept in zip(lines, chosen, strict=True) if kept]

    def _chosen(self, number: int, line: str) -> bool:
        names = self.edit.groupdict()
        if "word" in names:
            return names["word"] in line
        first, last = int(names["first"]), names["last"]
        return number >= first and (last == "$" or number <= int(last or first))


def parse(words: Sequence[str]) -> Edit:
    """The edit of sed's words, without a file. Raises Misuse when it is not of the known forms."""
    quiet = list(words[:1]) == ["-n"]
    rest = words[1:] if quiet or list(words[:1]) in (["-e"], ["-E"]) else words
    edit = None
    if len(rest) == 1:
        edit = _REPLACE.fullmatch(rest[0]) or _KEEP.fullmatch(rest[0]) or _RANGE.fullmatch(rest[0])
    prints = bool(edit and edit.groupdict().get("verb") == "p")
    if edit is None or prints is not quiet:
        raise Misuse("its program may run or write anything: only s/text/text/, /text/d and -n '1,9p' are known")
    return Edit(edit=edit, quiet=quiet)


def is_plain_edit(script: str) -> bool:
    """Whether the program replaces or deletes, and can neither run a command nor write another file."""
    return bool(_FILE_EDIT.fullmatch(script))
