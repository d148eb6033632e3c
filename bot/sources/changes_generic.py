"""Any deployment tool that posts JSON: ``what`` was changed, in which ``system``, and whatever else it knows."""

import re
from datetime import datetime
from typing import Final

from bot.sources.admission import Request, body_hash, same_body
from bot.sources.change_places import LONGEST, LONGEST_WHAT, Places
from bot.sources.reading import document, link, text, time
from commands.outage import Unreadable
from incident.alert import Delivery
from incident.system_change import Progress, SystemChange, change_id

NAME: Final = "changes"
_KEY: Final = re.compile(r"[\x21-\x7e]{1,200}")
_STATES: Final = {
    "started": Progress.UNDER_WAY,
    "under way": Progress.UNDER_WAY,
    "done": Progress.DONE,
    "succeeded": Progress.DONE,
    "failed": Progress.FAILED,
}


def request_key(request: Request) -> str:
    """The key that the sender gives its request, else the body's hash for a few minutes."""
    return _given(request.headers.get("Idempotency-Key", "")) or same_body(request)


def read(delivery: Delivery, places: Places) -> tuple[SystemChange, ...]:
    """The one change that it tells; one with ``id`` may be told again as it comes further. Raises Unreadable."""
    body = document(delivery.body)
    what = " ".join(text(body.get("what")).split())
    if not what:
        raise Unreadable("“what” is missing: say in a few words what was changed")
    own = text(body.get("id")) or _given(delivery.headers.get("Idempotency-Key", "")) or body_hash(delivery.body)
    by, revision, environment = (text(body.get(name))[:LONGEST] for name in ("by", "revision", "environment"))
    return (
        SystemChange(
            id=change_id(NAME, own),
            source=NAME,
            system=_system(text(body.get("system")), places),
            what=what[:LONGEST_WHAT],
            at=_time(body.get("at"), delivery.received_at),
            moved_at=delivery.received_at,
            state=_state(text(body.get("state"))),
            by=by,
            link=link(body.get("link")) or "",
            revision=revision,
            environment=environment,
        ),
    )


def _given(key: str) -> str:
    return key.strip() if _KEY.fullmatch(key.strip()) else ""


def _system(named: str, places: Places) -> str:
    if named in places.systems:
        return named
    if not named and len(places.systems) == 1:
        return places.systems[0]
    said = f"is “{named[:60]}”, which is no system of muster.yaml" if named else "is missing"
    raise Unreadable(f"“system” {said}: write one of {', '.join(places.systems)}")


def _time(value: object, received_at: datetime) -> datetime:
    if value is None:
        return received_at
    at = time(value)
    if at is None:
        raise Unreadable("“at” is no time: write one such as 2026-03-01T12:00:00Z, or leave it out")
    return min(at, received_at)


def _state(word: str) -> Progress:
    if not word:
        return Progress.DONE
    if word.lower() not in _STATES:
        raise Unreadable(f"“state” is “{word[:40]}”: write one of {', '.join(_STATES)}, or leave it out")
    return _STATES[word.lower()]
