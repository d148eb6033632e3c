"""Post-mortem drafts on disk: each writing is a new version, whole or not there at all; none is ever overwritten."""

import asyncio
import os
import re
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final

from bot.exports.json import export
from bot.exports.markdown import markdown
from commands.outage import Outage
from incident.incident import Place
from incident.postmortem import Draft, Record

_VERSION: Final = re.compile(r"v(\d+)\.(?:md|json)")


class FileDrafts:
    """``<directory>/INC-<n>/v<k>.md`` and ``.json``, where ``<directory>`` is ``postmortems`` in the data directory.

    ``link`` makes the address of a chat message, so that evidence can be opened; None where there is no chat. It is
    called from another thread, because a long record takes a moment to render.
    """

    def __init__(self, data: Path, link: Callable[[Place], str] | None = None) -> None:
        self._directory = data / "postmortems"
        self._link = link

    async def rendered(self, record: Record, draft: Draft) -> Mapping[str, bytes]:
        """The draft in every format; format → bytes."""
        return await asyncio.to_thread(self._rendered, record, draft)

    async def write(self, incident: str, files: Mapping[str, bytes]) -> Mapping[str, str]:
        """Keep the files of one draft; format → path. Raises Outage when the disk does not take it."""
        folder = self._directory / incident
        try:
            return await asyncio.to_thread(_keep, folder, files)
        except OSError as broken:
            reason = broken.strerror or type(broken).__name__
            raise Outage(
                f"The post-mortem could not be written to {folder}: {reason}. Check the disk and the folder's rights.",
                retry=True,
            ) from broken

    def _rendered(self, record: Record, draft: Draft) -> Mapping[str, bytes]:
        return {"md": markdown(record, draft, self._link).encode(), "json": export(record, draft)}

    async def read(self, path: str) -> bytes | None:
        """The bytes of a file that was written; None when it is not here, or was never one of the drafts."""
        return await asyncio.to_thread(_read, self._directory, path)


def _read(directory: Path, path: str) -> bytes | None:
    wanted = Path(path).resolve()
    if not wanted.is_relative_to(directory.resolve()):
        return None
    try:
        return wanted.read_bytes()
    except OSError:
        return None


def _keep(folder: Path, texts: Mapping[str, bytes]) -> Mapping[str, str]:
    """Write the texts beside one another under the first free version."""
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".writing-", dir=folder) as aside:
        written = {form: _durable(Path(aside) / form, text) for form, text in texts.items()}
        version = 1 + max(
            (int(found[1]) for each in folder.iterdir() if (found := _VERSION.fullmatch(each.name))), default=0
        )
        while not (placed := _place(folder, version, written)):
            version += 1
    _sync(folder)
    _sync(folder.parent)
    return placed


def _durable(path: Path, text: bytes) -> Path:
    with path.open("xb") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    return path


def _place(folder: Path, version: int, written: Mapping[str, Path]) -> Mapping[str, str]:
    """Give the written files their names; empty when somebody else took the version in the meantime.

    A hard link fails where a file of that name stands already, which a rename would silently replace.
    """
    placed: dict[str, str] = {}
    for form, source in written.items():
        name = folder / f"v{version}.{form}"
        try:
            name.hardlink_to(source)
        except FileExistsError:
            return {}
        placed[form] = str(name)
    return placed


def _sync(folder: Path) -> None:
    """Make the names durable, not only what is in the files."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
