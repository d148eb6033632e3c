"""A file that stands beside a message."""

from msgspec import Struct


class Attached(Struct, frozen=True, kw_only=True):
    """A file that belongs beside a message, because the message cannot hold it whole."""

    name: str
    title: str
    content: bytes
