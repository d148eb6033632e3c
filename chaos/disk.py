"""A machine's disk: what a process has put into its spool is there when it is dead, and for whoever starts after it."""

from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

from bot.web.spool import Spool, Spooled
from incident.alert import Delivery


class Alive(Protocol):
    """What holds the spool: the process, which may die before each write and after it."""

    def touch(self, what: str) -> None:
        """At the outside, without a wait."""
        ...


class ProcessSpool(Spool):
    """The real spool, as one process reaches it."""

    def __init__(self, folder: Path, process: Alive) -> None:
        super().__init__(folder)
        self._process = process

    def append(self, deliveries: Sequence[Delivery]) -> None:
        self._process.touch("disk append")
        super().append(deliveries)
        self._process.touch("disk appended")

    def oldest(self, limit: int) -> tuple[Spooled, ...]:
        found = super().oldest(limit)
        if found:
            self._process.touch("disk read")
        return found

    def forget(self, taken: Sequence[Spooled]) -> None:
        self._process.touch("disk forget")
        super().forget(taken)
        self._process.touch("disk forgot")
