"""What people did elsewhere is ticked by itself: nobody has to do it twice to please the checklist. Never unticked."""

import re
from collections.abc import Mapping, Sequence
from typing import Final

from msgspec.structs import replace

from incident import checklist
from incident.checklist import Item
from incident.digest import Facts
from incident.incident import Incident
from incident.responder import Role, user_of
from incident.timeline import Event, Kind

_MEANT: Final[Mapping[Kind, re.Pattern[str]]] = {
    kind: re.compile(pattern, re.IGNORECASE)
    for kind, pattern in {
        Kind.SEVERITY_CHANGED: r"(assess|assign|confirm|determine|set) (the )?(incident )?severity( level)?"
        r"(, or change it)?",
        Kind.ROLE_TAKEN: r"(appoint|assign|choose|designate|name) (an? |the )?(incident )?commander",
        Kind.UPDATED: r"(give|post|send|write) (an? |the )?(first |initial )?(status )?update"
        r"(, for everybody who waits to hear)?",
    }.items()
}
"""Items that say nothing else than what such an event proves; of a longer one nobody can tell whether it is done."""


def ticked(incident: Incident, events: Sequence[Event]) -> tuple[Incident, tuple[Event, ...]]:
    """The incident after these events, with what they prove ticked by whoever did it, and the events of that."""
    told: list[Event] = []
    for event in events:
        by = user_of(event.actor)
        if by is None:
            continue
        for number in _proven(incident.checklist, event):
            facts: Facts = {"number": number, "item": incident.checklist[number - 1].text, "how": "by doing it"}
            incident = replace(incident, checklist=checklist.tick(incident.checklist, number, by, event.at))
            told.append(Event(kind=Kind.TICKED, at=event.at, actor=event.actor, facts=facts))
    return incident, tuple(told)


def _proven(items: Sequence[Item], event: Event) -> tuple[int, ...]:
    """The numbers of the open items that say what the event is."""
    meant = _MEANT.get(event.kind)
    if meant is None or (event.kind is Kind.ROLE_TAKEN and event.facts.get("role") != Role.COMMANDER.value):
        return ()
    open_items = (number for number, item in enumerate(items, 1) if item.ticked_by is None)
    return tuple(number for number in open_items if meant.fullmatch(items[number - 1].text.strip(" .")))
