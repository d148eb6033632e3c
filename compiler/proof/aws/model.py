"""The AWS operations that exist, as the command line names them: a table generated from botocore's models.

`compiler.proof.aws.generate` writes it. It is read when the first AWS command is judged, and only the services that
commands name are taken apart.
"""

import zlib
from collections.abc import Mapping
from enum import Enum
from functools import cache
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


class Service(Struct, frozen=True):
    """One service: its operations by name, and what each of its waiters asks again and again."""

    operations: Mapping[str, Operation]
    waiters: Mapping[str, str]


@cache
def services() -> frozenset[str]:
    """The names of all services."""
    return frozenset(_sections())


@cache
def _sections() -> Mapping[str, str]:
    text = zlib.decompress(TABLE.read_bytes()).decode()
    parts = (part.partition("]\n") for part in text.removeprefix("[").split("\n["))
    return {name: lines for name, _, lines in parts}


@cache
def service(name: str) -> Service | None:
    """The service of this name on the command line; None when there is none."""
    lines = _sections().get(name)
    if lines is None:
        return None
    waiters = dict(line[1:].split(" ") for line in lines.splitlines() if line.startswith("@"))
    operations = (_operation(line) for line in lines.splitlines() if not line.startswith("@"))
    return Service(MappingProxyType({one.name: one for one in operations}), MappingProxyType(waiters))


def _operation(line: str) -> Operation:
    name, marks, parameters, left_out = line.split("|")
    takes = dict(_parameter(word) for word in parameters.split())
    return Operation(name, MappingProxyType(takes), tuple(left_out.split()), "p" in marks, "o" in marks)


def _parameter(word: str) -> tuple[str, Takes]:
    mark = word[-1] if word[-1] in "*?~" else ""
    return word.removesuffix(mark), Takes(mark)
