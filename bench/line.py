"""From the delivery that declares to a usable and to a complete incident, at 100 ms a Slack call."""

import asyncio
import json
from collections.abc import Callable
from typing import Final

from demo.stage import Stage
from sandbox.driver import Person
from sandbox.record.calls import Call

Done = Callable[[Call], bool]
WITHIN: Final = 60.0


def _posted(marked: str) -> Done:
    return lambda call: call.method == "chat.postMessage" and call.ok and _mark(call).startswith(f"{marked}:")


def _did(method: str) -> Done:
    return lambda call: call.method == method and call.ok


USABLE: Final[tuple[Done, ...]] = (_did("conversations.invite"), _posted("card"))
"""The first responder is invited and the card is posted."""

COMPLETE: Final[tuple[Done, ...]] = (
    *USABLE,
    _did("conversations.setTopic"),
    _did("pins.add"),
    _did("bookmarks.add"),
    _posted("checklist"),
    _posted("announcement"),
    _posted("page"),
    _posted("post_finding"),
)
"""And topic, pin, bookmark, checklist, announcement, page and the first finding."""


async def by_alert(stage: Stage) -> dict[str, object]:
    """An alert declares; the first responder is whoever is on call."""
    after = _last(stage)
    await stage.patient.fault("stuck-jobs", True)
    await stage.monitor.fire("StorybookJobsStuck")
    return await _chains(stage, after, COMPLETE)


async def by_person(stage: Stage, title: str) -> dict[str, object]:
    """A person declares by typing; the first responder is whoever declares. No runbook, so no finding."""
    after = _last(stage)
    await Person(stage.sandbox, "ana").command(f"/incident declare P1 {title}", "general")
    return await _chains(stage, after, COMPLETE[:-1])


async def _chains(stage: Stage, after: int, complete: tuple[Done, ...]) -> dict[str, object]:
    cause = await _cause(stage, after, complete)
    usable = stage.sandbox.calls.chain(cause, *USABLE)
    whole = stage.sandbox.calls.chain(cause, *complete)
    return {
        "sequential_calls_to_usable": len(usable),
        "usable_chain": [call.method for call in usable],
        "sequential_calls_to_complete": len(whole),
        "complete_chain": [call.method for call in whole],
        "slack_calls": len(stage.sandbox.calls.all(cause=cause)),
    }


async def _cause(stage: Stage, after: int, complete: tuple[Done, ...]) -> str:
    """Wait until all of it happened; the cause that the sandbox found for it."""
    async with asyncio.timeout(WITHIN):
        while True:
            calls = stage.sandbox.calls.all(after=after)
            if all(any(done(call) for call in calls if call.end is not None) for done in complete):
                return next(call.cause for call in calls if call.method == "conversations.create" and call.cause)
            await asyncio.sleep(0.05)


def _last(stage: Stage) -> int:
    return max((call.n for call in stage.sandbox.calls.all()), default=0)


def _mark(call: Call) -> str:
    metadata = call.arguments.get("metadata")
    loaded = json.loads(metadata) if isinstance(metadata, str) else metadata
    return str(((loaded or {}).get("event_payload") or {}).get("mark", ""))
