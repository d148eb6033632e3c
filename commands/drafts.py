"""Where post-mortem drafts go, as the commands need it: the disk, and places besides it."""

from collections.abc import Mapping
from typing import Protocol

from incident.postmortem import Draft, Record


class Drafts(Protocol):
    """Where post-mortem drafts are written."""

    async def write(self, record: Record, draft: Draft) -> Mapping[str, str]:
        """Write the draft in every format; format → path."""
        ...

    async def read(self, path: str) -> bytes:
        """The bytes of a written draft."""
        ...


class Export(Protocol):
    """Where post-mortem drafts are kept besides the disk."""

    async def keep(self, incident: str, files: Mapping[str, bytes]) -> tuple[str, ...]:
        """Keep the files (format → bytes) of one draft of an incident (its key) as a new version; their addresses.

        Nothing that is there is overwritten, and the same draft again keeps nothing more. Raises Outage.
        """
        ...
