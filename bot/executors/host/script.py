"""A script of the team's own on a host: read there, compared with its pin, and exactly the bytes that were read run.

Nothing can be put in its place in between, because it is never opened again: its interpreter reads it from Muster.
"""

import hashlib
import re
import shlex
from collections.abc import Sequence
from pathlib import PurePosixPath
from typing import Final, Protocol

from msgspec import Struct

from bot.executors.host.start import Ended
from bot.executors.tool.answer import Denied, GuardBroken, HeardBytes, NotAllowed, nobody, text_of

_FIRST_LINE: Final = re.compile(rb"#! ?(?:/usr)?/bin/(?:env )?(sh|bash|dash|python3)((?: -[a-z]{1,8})?) *\n")
_FROM_INPUT: Final = {"sh": ("-s", "--"), "bash": ("-s", "--"), "dash": ("-s", "--"), "python3": ("-",)}
"""How an interpreter is told that the script comes as its input, and that arguments follow."""


class Reached(Protocol):
    """A host as the account for changes."""

    async def run(
        self, argv: Sequence[str], *, heard: HeardBytes = nobody, given: bytes | None = None, folder: str = "/"
    ) -> Ended:
        """Run a program to its end, with ``given`` as its input, in a folder."""
        ...


class Script(Struct, frozen=True, kw_only=True):
    """A script that is to run: its words, the folder that they start from, and the one content that it may have."""

    argv: tuple[str, ...]
    sha256: str
    folder: str

    @property
    def path(self) -> str:
        """Where it is. Its judge let no ``..`` pass."""
        return str(PurePosixPath(self.folder) / self.argv[0])

    def __str__(self) -> str:
        """For receipts."""
        return f"{shlex.join(self.argv)} (content {self.sha256})"


async def content(script: Script, reached: Reached) -> bytes:
    """Its bytes, which have the pinned SHA-256. Raises GuardBroken, Denied or Unanswered."""
    ended = await reached.run(["cat", "--", script.path])
    if ended.code != 0 or ended.cut:
        raise Denied(f"{script.path} cannot be read whole: {ended.complaint or 'it is too long'}.")
    found = hashlib.sha256(ended.output).hexdigest()
    if found != script.sha256:
        raise GuardBroken(
            f"Nothing was run: {script.path} is not the script that was reviewed. Its SHA-256 is {found[:16]}…, pinned "
            f"is {script.sha256[:16]}…: read what has changed, and pin it anew."
        )
    return ended.output


def started_by(script: Script, body: bytes) -> list[str]:
    """The words that start its interpreter, which reads it from its input. Raises NotAllowed."""
    first = _FIRST_LINE.match(body)
    if first is None:
        raise NotAllowed(f"Nothing was run: the first line of {script.path} names no sh, bash, dash or python3.")
    name, option = first[1].decode(), first[2].decode().split()
    return [name, *option, *_FROM_INPUT[name], *script.argv[1:]]


def printed(script: Script, ended: Ended) -> str:
    """What it printed, and what it complained of. Raises Unanswered when that is no text."""
    told = text_of(ended.output, script.path).rstrip("\n")
    return "\n".join(part for part in (told, ended.complaint) if part)
