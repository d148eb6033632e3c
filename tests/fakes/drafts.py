"""Post-mortem drafts that stay in memory."""

from collections.abc import Mapping

from commands.ports import Drafts, Outage
from incident.postmortem import Draft, Record


class FakeDrafts(Drafts):
    """Every draft that was written, by its path. ``full`` is a disk that takes no more."""

    def __init__(self) -> None:
        self.written: dict[str, Draft] = {}
        self.full = False

    async def write(self, record: Record, draft: Draft) -> Mapping[str, str]:
        if self.full:
            raise Outage("the disk is full", retry=True)
        path = f"{record.incident.key}/v{len(self.written) + 1}.md"
        self.written[path] = draft
        return {"md": path}

    async def read(self, path: str) -> bytes:
        return f"# {self.written[path].title}".encode()
