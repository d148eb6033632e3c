"""What an opened incident looks like in Slack: everything there, and everything once."""

import json
from collections import Counter

from sandbox.record.calls import Call
from tests.stories.rig import Rig

ONCE = {"card": 1, "checklist": 1, "announcement": 1, "page": 2}
OTHERS = ("conversations.invite", "conversations.setTopic", "pins.add", "bookmarks.add")


def mark(call: Call) -> str:
    """The mark that a post carries, or an empty text."""
    metadata = call.arguments.get("metadata")
    loaded = json.loads(metadata) if isinstance(metadata, str) else metadata
    return str(((loaded or {}).get("event_payload") or {}).get("mark", ""))


async def complete(rig: Rig, within: float = 60, *, pages: int = ONCE["page"]) -> None:
    """Wait until the incident is complete in Slack, with so many people called. Raises TimeoutError."""
    wanted = {**ONCE, "page": pages}

    def whole() -> bool | None:
        kinds = Counter(mark(call).split(":")[0] for call in rig.calls("chat.postMessage"))
        others = all(rig.calls(each) for each in OTHERS)
        return True if others and all(kinds[kind] >= count for kind, count in wanted.items()) else None

    await rig.sandbox.pulse.until(whole, within, lambda: "the incident never became complete")


def kinds_posted(rig: Rig) -> dict[str, int]:
    """How many messages of each kind stand in the workspace; none may bear the mark of another."""
    posts = [message for channel in rig.sandbox.workspace.channels.values() for message in channel.messages.values()]
    marks = [str(((message.metadata or {}).get("event_payload") or {}).get("mark", "")) for message in posts]
    marked = [each for each in marks if each]
    assert len(marked) == len(set(marked)), "a message was posted twice"
    kinds = Counter(each.split(":")[0] for each in marked)
    return {kind: kinds[kind] for kind in ONCE}


def incident_channels(rig: Rig) -> list[str]:
    """The names of the channels that were opened for incidents."""
    return [each.name for each in rig.sandbox.workspace.channels.values() if each.name.startswith("inc-")]
