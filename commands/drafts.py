"""Where post-mortem drafts go, as the commands need it: the disk, and places besides it."""

from collections.abc import Mapping
from typing import Protocol

from incident.postmortem import Draft, Record


class Drafts(Protocol):
    """Where post-mortem drafts are written: on the machine of one process, which others may not see."""

    async def rendered(self, record: Record, draft: Draft) -> Mapping[str, bytes]:
        """The draft in every format; format → bytes."""
        ...

    async def write(self, incident: str, files: Mapping[str, bytes]) -> Mapping[str, str]:
        """Keep the files of one draft of an incident (its key) as a new version; format → path. Raises Outage."""
        ...

    async def read(self, path: str) -> bytes | None:
        """The bytes of a file that was written; None when there is none here."""
        ...


class Export(Protocol):
    """Where post-mortem drafts are kept besides the disk."""

    async def keep(self, incident: str, files: Mapping[str, bytes]) -> tuple[str, ...]:
        """Keep the files (format → bytes) of one draft of an incident (its key) as a new version; their addresses.

        Nothing that is there is overwritten, and the same draft again keeps nothing more. Raises Outage.
        """
        ...
