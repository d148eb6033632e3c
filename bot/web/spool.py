"""Requests while the store is away: on this machine's disk, in the order in which they came.

A *segment* is a file of lines: a checksum and one request as JSON. Whoever writes or empties a segment holds its lock,
which the operating system takes back from a process that dies; then another process, or the next start, empties it.
Each line has a name of its own, by which the store knows it when it is taken in a second time.
"""

import base64
import contextlib
import fcntl
import json
import logging
import os
import re
import uuid
import zlib
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Final

from msgspec import Struct

from commands.outage import Outage
from incident.alert import Delivery

FOLDER: Final = "spool"
SUFFIX: Final = ".spool"
BEGUN: Final = ".begun"
DAMAGED: Final = ".damaged"
MOST_BYTES: Final = 512 * 1024 * 1024
"""A spool that is larger takes no more: the senders are asked to come again."""
SEGMENT_BYTES: Final = 8 * 1024 * 1024
"""A segment that is larger is followed by another, so that what was taken in makes room again."""

_NAME: Final = re.compile(r"(\d{12})-", re.ASCII)
"""How a segment's name begins: its number."""

log = logging.getLogger(__name__)


class Spooled(Struct, frozen=True, kw_only=True):
    """One request in the spool. ``name`` is its own for ever."""

    name: str
    delivery: Delivery


class Spool:
    """What one process has put aside, and what others left behind. Not for two threads at once; every call may block.

    ``apart`` names one of its own, beside that of the monitors. ``most_bytes`` limits what it holds.
    """

    def __init__(self, data_dir: Path, *, apart: str = "", most_bytes: int = MOST_BYTES) -> None:
        self._folder = data_dir / FOLDER / apart
        self._most_bytes = most_bytes
        self._segments: list[_Segment] = []

    @property
    def waiting(self) -> int:
        """How many requests wait for the store."""
        return sum(each.left for each in self._segments)

    def append(self, deliveries: Sequence[Delivery]) -> None:
        """Keep requests, on the disk when this returns. Raises Outage when there is no room, and then none is kept."""
        lines = [_line(each) for each in deliveries]
        if sum(each.size for each in self._segments) + sum(map(len, lines)) > self._most_bytes:
            raise Outage("The spool is full: see why the store is away.", retry=True)
        try:
            if not self._segments or self._segments[-1].size > SEGMENT_BYTES or not self._segments[-1].own:
                self._segments.append(_Segment.created(self._folder))
            self._segments[-1].append(lines)
        except OSError as error:
            raise Outage(f"The spool in {self._folder} cannot be written: {error.strerror}.", retry=True) from error

    def oldest(self, limit: int) -> tuple[Spooled, ...]:
        """The requests that came first, at most so many, all of one segment."""
        for segment in self._segments:
            if segment.left:
                return segment.oldest(limit)
        return ()

    def forget(self, taken: Sequence[Spooled]) -> None:
        """These were taken in, as ``oldest`` gave them; an older segment may have been found meanwhile, and waits."""
        if not taken:
            return
        segment = next(each for each in self._segments if taken[0].name.startswith(each.named))
        segment.taken += len(taken)
        if not segment.left:
            self._segments.remove(segment)
            segment.remove()

    def adopt(self) -> None:
        """Look for segments that a dead process left behind."""
        known = {each.path for each in self._segments}
        for path in sorted(self._folder.glob(f"*{SUFFIX}")):
            if path not in known and (segment := _Segment.adopted(path)) is not None:
                self._segments.append(segment)
        self._segments.sort(key=lambda each: each.path.name)

    def close(self) -> None:
        """Let go of all segments; what they hold stays for the next start."""
        for segment in self._segments:
            os.close(segment.file)
        self._segments.clear()


class _Place(Struct, frozen=True, kw_only=True):
    number: int
    start: int
    length: int


class _Segment:
    def __init__(self, path: Path, file: int, *, own: bool) -> None:
        self.path = path
        self.file = file
        self.own = own
        self.size = 0
        self.taken = 0
        self._next = 0
        self._places: list[_Place] = []
        self._damaged = False

    @classmethod
    def created(cls, folder: Path) -> "_Segment":
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        # Names are in the order of the segments, whatever the clock does; what else lies there has no say in it.
        numbers = (_NAME.match(path.name) for path in folder.glob(f"*{SUFFIX}"))
        number = max((int(each[1]) for each in numbers if each is not None), default=0) + 1
        path = folder / f"{number:012}-{uuid.uuid4().hex[:12]}{SUFFIX}"
        # Locked before it can be found: an empty one that nobody holds is taken for left behind, and removed.
        begun = path.with_suffix(BEGUN)
        file = os.open(begun, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_APPEND, 0o600)
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        begun.rename(path)
        _sync_folder(folder)
        return cls(path, file, own=True)

    @classmethod
    def adopted(cls, path: Path) -> "_Segment | None":
        """A segment that nobody holds; None when somebody does, or it is gone."""
        try:
            file = os.open(path, os.O_RDWR)
        except OSError:
            return None
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            os.close(file)
            return None
        if os.fstat(file).st_nlink == 0:
            os.close(file)
            return None
        segment = cls(path, file, own=False)
        segment._read()
        if not segment.left:
            segment.remove()
            return None
        return segment

    @property
    def left(self) -> int:
        return len(self._places) - self.taken

    @property
    def named(self) -> str:
        """How the names of its requests begin."""
        return f"spool:{self.path.stem}:"

    def append(self, lines: Sequence[bytes]) -> None:
        content = b"".join(lines)
        try:
            written = 0
            while written < len(content):
                written += os.write(self.file, content[written:])
            os.fsync(self.file)
        except OSError:
            # Half a line would hide those that come after it.
            with contextlib.suppress(OSError):
                os.ftruncate(self.file, self.size)
            raise
        self._note(lines)

    def oldest(self, limit: int) -> tuple[Spooled, ...]:
        some = self._places[self.taken : self.taken + limit]
        return tuple(_spooled(self.named, each, os.pread(self.file, each.length, each.start)) for each in some)

    def remove(self) -> None:
        """It is empty: the file goes, unless a line of it could not be read."""
        with contextlib.suppress(OSError):
            if self._damaged:
                self.path.rename(self.path.with_suffix(DAMAGED))
            else:
                self.path.unlink()
            _sync_folder(self.path.parent)
        os.close(self.file)

    def _read(self) -> None:
        # A line without an end was cut off by a crash, and never answered.
        self._note([line for line in self.path.read_bytes().splitlines(keepends=True) if line.endswith(b"\n")])
        if self._damaged:
            log.error("a spooled request cannot be read", extra={"file": str(self.path.with_suffix(DAMAGED))})

    def _note(self, lines: Sequence[bytes]) -> None:
        for line in lines:
            place = _Place(number=self._next, start=self.size, length=len(line))
            if _whole(line):
                self._places.append(place)
            else:
                self._damaged = True
            self._next += 1
            self.size += len(line)


def _line(delivery: Delivery) -> bytes:
    kept = {
        "key": delivery.key,
        "source": delivery.source,
        "received_at": delivery.received_at.isoformat(),
        "headers": dict(delivery.headers),
        "body": base64.b64encode(delivery.body).decode(),
        "by_body": delivery.by_body,
    }
    text = json.dumps(kept).encode()
    return f"{zlib.crc32(text):08x} ".encode() + text + b"\n"


def _whole(line: bytes) -> bool:
    checksum, _, text = line.rstrip(b"\n").partition(b" ")
    return checksum == f"{zlib.crc32(text):08x}".encode()


def _spooled(named: str, place: _Place, line: bytes) -> Spooled:
    return Spooled(name=f"{named}{place.number}", delivery=_delivery(json.loads(line.partition(b" ")[2])))


def _delivery(kept: dict[str, object]) -> Delivery:
    headers = kept["headers"]
    assert isinstance(headers, dict), "as it was written"
    return Delivery(
        key=str(kept["key"]),
        source=str(kept["source"]),
        received_at=datetime.fromisoformat(str(kept["received_at"])),
        headers=headers,
        body=base64.b64decode(str(kept["body"])),
        by_body=bool(kept["by_body"]),
    )


def _sync_folder(folder: Path) -> None:
    file = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(file)
    finally:
        os.close(file)
