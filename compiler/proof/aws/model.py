"""The AWS operations that exist, as the command line names them: a table generated from botocore's models.

`compiler.proof.aws.generate` writes it: the services' names with the lengths of their sections, then the sections, each
compressed for itself. Of more than ten thousand operations a runbook names a few dozen, so only the services that
commands name are unpacked, and of those only the operations that are asked for are read.
"""

import zlib
from collections.abc import Iterator, Mapping
from enum import Enum
from functools import cache
from itertools import accumulate, pairwise
from pathlib import Path
from types import MappingProxyType

from msgspec import Struct

TABLE = Path(__file__).with_name("aws_operations.zlib")


class Takes(Enum):
    """How many words follow a parameter's name on the command line."""

    ONE = ""
    SEVERAL = "*"
    NONE = "?"
    ONE_OR_NONE = "~"


class Operation(Struct, frozen=True):
    """One operation of a service, with its parameters in the command line's spelling.

    ``left_out`` are the members of its answer that hold secrets or personal data (`environment`, `UserData`), wherever
    they stand in it; ``paged`` says that the tool asks for page after page; ``writes_file`` that a file name follows.
    """

    name: str
    parameters: Mapping[str, Takes]
    left_out: tuple[str, ...] = ()
    paged: bool = False
    writes_file: bool = False


class Operations(Mapping[str, Operation]):
    """The operations of a service by name, each read when it is asked for first."""

    def __init__(self, lines: Mapping[str, str]) -> None:
        self._lines = lines
        self._read: dict[str, Operation] = {}

    def __getitem__(self, name: str) -> Operation:
        if name not in self._read:
            self._read[name] = _operation(self._lines[name])
        return self._read[name]

    def __contains__(self, name: object) -> bool:
        return name in self._lines

    def __iter__(self) -> Iterator[str]:
        return iter(self._lines)

    def __len__(self) -> int:
        return len(self._lines)


class Service(Struct, frozen=True):
    """One service: its operations by name, and what each of its waiters asks again and again."""

    operations: Mapping[str, Operation]
    waiters: Mapping[str, str]


@cache
def services() -> frozenset[str]:
    """The names of all services."""
    return frozenset(_packed())


@cache
def _packed() -> Mapping[str, bytes]:
    """The compressed section of each service."""
    reading = zlib.decompressobj()
    listed = [line.split(" ") for line in reading.decompress(TABLE.read_bytes()).decode().splitlines()]
    sections = reading.unused_data
    places = pairwise(accumulate((int(length) for _, length in listed), initial=0))
    return {name: sections[start:end] for (name, _), (start, end) in zip(listed, places, strict=True)}


def packed(sections: Mapping[str, str]) -> bytes:
    """The table's file; ``sections`` is a service's name → its lines."""
    parts = {name: zlib.compress(lines.encode(), 9) for name, lines in sections.items()}
    listed = "\n".join(f"{name} {len(part)}" for name, part in parts.items())
    return b"".join((zlib.compress(listed.encode(), 9), *parts.values()))


def section_of(name: str) -> str | None:
    """The lines of a service's section; None when there is no such service."""
    part = _packed().get(name)
    return None if part is None else zlib.decompress(part).decode()


@cache
def service(name: str) -> Service | None:
    """The service of this name on the command line; None when there is none."""
    written = section_of(name)
    if written is None:
        return None
    lines = written.splitlines()
    waiters = dict(line[1:].split(" ") for line in lines if line.startswith("@"))
    operations = {line.partition("|")[0]: line for line in lines if not line.startswith("@")}
    return Service(Operations(operations), MappingProxyType(waiters))


def _operation(line: str) -> Operation:
    name, marks, parameters, left_out = line.split("|")
    takes = dict(_parameter(word) for word in parameters.split())
    return Operation(name, MappingProxyType(takes), tuple(left_out.split()), "p" in marks, "o" in marks)


def _parameter(word: str) -> tuple[str, Takes]:
    mark = word[-1] if word[-1] in "*?~" else ""
    return word.removesuffix(mark), Takes(mark)
