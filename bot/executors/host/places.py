"""Where the paths of a step really lead on a host: patterns spelled out, links followed, and judged once more."""

from collections.abc import Sequence
from typing import Final, Protocol

from bot.executors.tool.answer import Denied
from compiler.proof.host import places as host_places
from compiler.proof.host.places import Word
from compiler.proof.host_paths import has_pattern

MOST_FILES: Final = 200
"""The most files that one pattern may mean."""


class Folders(Protocol):
    """What a host says of its files."""

    async def matching(self, pattern: str) -> list[str]:
        """The paths that a pattern means, hidden ones only where it names them; one more than MOST_FILES at most."""
        ...

    async def real(self, paths: Sequence[str]) -> list[str]:
        """Each path with its links followed, whether or not something is there."""
        ...


async def spelled_out(argv: Sequence[str], folders: Folders) -> list[str]:
    """The words to run. Raises Denied when a path leads where the judge would not have let it, or nowhere."""
    return [argv[0], *[text for word in host_places.words(argv) for text in await _meant(word, folders)]]


async def files(paths: Sequence[str], folders: Folders) -> list[str]:
    """The real places of logs that are to be read. Raises Denied."""
    return [text for path in paths for text in await _meant(Word(path, "read"), folders)]


async def _meant(word: Word, folders: Folders) -> list[str]:
    if not word.kind:
        return [word.prefix + word.text]
    found = await folders.matching(word.text) if has_pattern(word.text) else [word.text]
    if not found:
        raise Denied(f"There is nothing at {word.text} on this host.")
    if len(found) > MOST_FILES:
        raise Denied(f"{word.text} means more than {MOST_FILES} files: narrow the pattern.")
    ends = await folders.real(found)
    for path, end in zip(found, ends, strict=True):
        if objection := host_places.objection(word.kind, path) or host_places.objection(word.kind, end):
            raise Denied(f"Nothing was run: {path} leads to {end}. {objection}.")
    return [word.prefix + text for text in (ends if word.is_opened else found)]
