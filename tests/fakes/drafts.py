"""Post-mortem drafts that stay in memory, and a place that keeps them too."""

from collections.abc import Mapping

from commands.drafts import Drafts, Export
from commands.outage import Outage
from incident.postmortem import Draft, Record


class FakeDrafts(Drafts):
    """Every draft that was written, by its path. ``full`` is a disk that takes no more."""

    def __init__(self) -> None:
        self.written: dict[str, bytes] = {}
        self.drafted: list[Draft] = []
        self.full = False

    async def rendered(self, record: Record, draft: Draft) -> Mapping[str, bytes]:
        self.drafted.append(draft)
        return {"md": f"# {draft.title}".encode()}

    async def write(self, incident: str, files: Mapping[str, bytes]) -> Mapping[str, str]:
        if self.full:
            raise Outage("the disk is full", retry=True)
        path = f"{incident}/v{len(self.written) + 1}.md"
        self.written[path] = files["md"]
        return {"md": path}

    async def read(self, path: str) -> bytes | None:
        return self.written.get(path)


class FakeExport(Export):
    """What was kept of each incident. ``away`` is a place that cannot be reached."""

    def __init__(self) -> None:
        self.kept: list[tuple[str, Mapping[str, bytes]]] = []
        self.away = False

    async def keep(self, incident: str, files: Mapping[str, bytes]) -> tuple[str, ...]:
        if self.away:
            raise Outage("the bucket is away", retry=True)
        self.kept.append((incident, files))
        return tuple(f"s3://drafts/{incident}/v{len(self.kept)}.{form}" for form in files)
