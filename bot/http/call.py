"""One request as a handler gets it, whole, and the answer that it gives."""

import json
from collections.abc import Awaitable, Callable, Mapping
from enum import Enum
from typing import Final, TypeAlias
from urllib.parse import parse_qsl

from msgspec import Struct

JSON: Final = "application/json; charset=utf-8"


class Cut(Enum):
    """Why a request has no body, or not all of it."""

    TOO_LARGE = "too large"
    TOO_SLOW = "too slow"


class Call(Struct, frozen=True, kw_only=True):
    """What was asked. ``path`` is without what stands behind the ``?``, and without percent signs.

    Headers are found in any case; a byte in them that is no UTF-8 is a lone surrogate. ``cut`` is set where the body
    was not read to its end.
    """

    method: str
    path: str
    headers: Mapping[str, str]
    behind: str = ""
    """What stands behind the ``?``, as it came."""
    body: bytes = b""
    cut: Cut | None = None

    @property
    def query(self) -> Mapping[str, str]:
        """What stands behind the ``?``; of a name that comes twice, the last."""
        return dict(parse_qsl(self.behind, keep_blank_values=True)) if self.behind else {}

    @property
    def name(self) -> str:
        """The name in which the address ends."""
        return self.path.rpartition("/")[2]


class Answer(Struct, frozen=True, kw_only=True):
    """What is answered; its length and date are added."""

    status: int = 200
    body: bytes = b""
    content_type: str = JSON
    headers: tuple[tuple[str, str], ...] = ()


Handler: TypeAlias = Callable[[Call], Awaitable[Answer]]


def said(status: int, told: object, *headers: tuple[str, str]) -> Answer:
    """An answer in JSON."""
    return Answer(status=status, body=json.dumps(told).encode(), headers=headers)


def refused(status: int, sentence: str, *headers: tuple[str, str]) -> Answer:
    """An answer that says in one sentence what is wrong."""
    return said(status, {"error": sentence}, *headers)
