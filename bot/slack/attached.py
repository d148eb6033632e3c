"""A file that stands beside a message."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Attached:
    """A file that belongs beside a message, because the message cannot hold it whole."""

    name: str
    title: str
    content: bytes
