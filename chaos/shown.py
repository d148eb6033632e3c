"""What Slack should show of an incident now: asked of the commands that bring it up to date, without doing it."""

from collections.abc import Iterator, Sequence
from typing import Any, cast

from msgspec.structs import replace

from bot.slack.blocks import Rendered
from commands.duties import DUTIES
from commands.messages import Message
from commands.outage import NotYet
from commands.ports import Chat, Ports
from commands.store import Saved, Store
from incident.approval import Approval, ApprovalState
from incident.change import Change
from incident.incident import Incident, Place
from incident.job import Claim, Job, JobName, owe
from sandbox.state import model


class _Notebook:
    """A chat that only writes down what would be edited, or posted because it was never there."""

    def __init__(self) -> None:
        self.wanted: list[tuple[Place, Message]] = []

    async def edit(self, place: Place, timestamp: str, message: Message, *, urgency: int) -> None:
        self.wanted.append((Place(channel=place.channel, thread=timestamp), message))

    async def post(self, place: Place, message: Message, *, mark: str, again: bool, urgency: int) -> str:
        self.wanted.append((Place(channel=place.channel), message))
        return ""


class _Looking:
    """A store that is read and never written."""

    def __init__(self, store: Store) -> None:
        self._store = store

    # Any: whatever the store's own method is.
    def __getattr__(self, name: str) -> Any:
        return getattr(self._store, name)

    async def save(self, change: Change) -> Saved:
        return Saved(incident=change.incident, fresh=True)


async def shown_now(
    incident: Incident, approvals: Sequence[Approval], ports: Ports
) -> list[tuple[str, Place, Message | None]]:
    """What each message of an incident that is edited in place would say now, and where it stands.

    None where it could not even be shown.
    """
    found: list[tuple[str, Place, Message | None]] = []
    for job in _displays(incident, approvals):
        notebook = _Notebook()
        looking = replace(ports, chat=cast(Chat, notebook), store=cast(Store, _Looking(ports.store)))
        claim = Claim(id=-1, job=job, fence=0, generation=0, attempts=1)
        try:
            await DUTIES[job.name](claim, ports=looking)
        except NotYet:
            found.append((job.name.value, Place(channel=""), None))
        found += [(job.name.value, place, message) for place, message in notebook.wanted]
    return found


def _displays(incident: Incident, approvals: Sequence[Approval]) -> Iterator[Job]:
    for name in (JobName.CARD, JobName.CHECKLIST, JobName.ANNOUNCEMENT):
        yield owe(name, incident.id, incident.declared_at)
    for request in approvals:
        if request.incident_id == incident.id and request.state is not ApprovalState.PREPARING:
            yield owe(JobName.APPROVAL_CARD, incident.id, request.asked_at, subject=request.id)
    for walk in incident.walks:
        yield owe(JobName.WALK_CARD, incident.id, incident.declared_at, subject=walk.id)


def differs(wanted: Rendered, stands: model.Message) -> str:
    """What a message should say where it says something else; empty: nothing.

    Ids that Slack gave to blocks do not count.
    """
    said = wanted.get("text", stands.text)
    return _apart(wanted.get("blocks", []), stands.blocks) or ("" if said == stands.text else f"{said!r}")


def _apart(wanted: object, stands: object) -> str:
    if isinstance(wanted, dict) and isinstance(stands, dict):
        return next(filter(None, (_apart(value, stands.get(name)) for name, value in wanted.items())), "")
    if isinstance(wanted, list | tuple) and isinstance(stands, list):
        found = next(filter(None, (_apart(a, b) for a, b in zip(wanted, stands, strict=False))), "")
        return found or ("" if len(wanted) == len(stands) else f"{len(wanted)} parts instead of {len(stands)}")
    return "" if wanted == stands else f"{wanted!r} instead of {stands!r}"
