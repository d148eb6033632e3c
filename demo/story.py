"""The story that plays itself: a system breaks, the page comes, two people heal it, and the post-mortem is drafted.

Everything goes through the same deliveries that people cause by typing and clicking.
"""

import asyncio
import json
import time
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from bot.background import end
from demo.stage import Stage
from sandbox.driver import Person, words
from sandbox.record.calls import Call
from sandbox.state.model import Channel, Message

PATIENCE: Final = 60.0


class StoryError(Exception):
    """The story did not go as it must; the message says at which step."""


class Story:
    """One run. ``tell`` hears each step as a line for people; ``play`` returns what happened as one JSON object."""

    def __init__(self, stage: Stage, tell: Callable[[str], None]) -> None:
        self._stage = stage
        self._plot = stage.system.plot
        self._tell = tell
        self._ana = Person(stage.sandbox, "ana")
        self._ben = Person(stage.sandbox, "ben")
        self._began = time.monotonic()
        self._timings: dict[str, float] = {}

    async def play(self) -> dict[str, Any]:
        """Play it to the end. Raises StoryError."""
        watching = asyncio.create_task(self._stage.watch())
        try:
            return await self._acts()
        except (TimeoutError, LookupError, AssertionError) as trouble:
            raise StoryError(f"The story stopped: {trouble}") from trouble
        finally:
            await end(watching)

    async def _acts(self) -> dict[str, Any]:
        await self._stage.patient.fault(self._plot.fault, True)
        self._mark("fault", self._plot.broken)
        channel = await self._ana.wait_for_channel("inc-", PATIENCE)
        self._mark("channel", f"The alert came; #{channel.name} is open and Ana is in it.")
        card = await self._ana.wait_for(channel, lambda message: _has(message, "acknowledge"), PATIENCE)
        await self._findings(channel, card)
        await self._ana.click(card, "acknowledge")
        self._mark("acknowledged", "Ana acknowledged.")
        request = await self._ask(channel, card)
        await self._approve(channel, request)
        await self._ana.wait_for(channel, lambda message: "healed" in words(message).lower(), PATIENCE)
        self._mark("healed", "The same diagnostics look again: healthy.")
        return await self._end(channel)

    async def _findings(self, channel: Channel, card: Message) -> None:
        await self._ana.wait_for(
            channel, lambda message: message.thread_ts == card.ts and message.bot_id is not None, PATIENCE
        )
        self._mark("first_finding", "What the read-only diagnostics saw is in the thread.")

    async def _ask(self, channel: Channel, card: Message) -> Message:
        await self._ana.click(card, "fix")
        form = await self._ana.wait_for_modal(within=PATIENCE)
        await self._ana.select(form, "choose_step", self._plot.remedy)
        await self._ana.wait_for_modal(lambda view: view.payload.get("callback_id") == "fix_step", PATIENCE)
        await self._ana.submit({f"parameter:{name}": value for name, value in self._plot.parameters.items()})
        request = await self._ana.wait_for(channel, lambda message: _has(message, "approve"), PATIENCE)
        self._mark("asked", "Ana asks for the fix; the card shows exactly what will run.")
        return request

    async def _approve(self, channel: Channel, request: Message) -> None:
        await self._ana.click(request, "approve")
        await self._ana.wait_for(channel, lambda message: message.ephemeral_to == self._ana.id, PATIENCE)
        self._mark("own_approval_refused", "Ana may not approve her own request, and is told so.")
        await self._ben.click(request, "approve")
        self._mark("approved", "Ben approves.")

    async def _end(self, channel: Channel) -> dict[str, Any]:
        await self._ana.command(f"/incident update {self._plot.update}", channel)
        await self._ana.command(f"/incident resolve {self._plot.resolution}", channel)
        self._mark("resolved", "Ana resolves.")
        await self._ana.wait_for(channel, _holds_a_draft, PATIENCE)
        self._mark("postmortem", "The post-mortem draft is in the channel.")
        path = newest_draft(self._stage.data_dir)
        return self._report(channel, path, json.loads(path.with_suffix(".json").read_text(encoding="utf-8")))

    def _report(self, channel: Channel, path: Path, export: Mapping[str, Any]) -> dict[str, Any]:
        """One JSON object; all of it is read from the record and from the sandbox's log of calls."""
        record = export["record"]
        incident, request = record["incident"], record["approvals"][0]
        calls = self._stage.sandbox.calls
        cause = next(call.cause for call in calls.all("conversations.create") if call.ok and call.cause)
        return {
            "incident": f"INC-{incident['number']}",
            "channel": channel.name,
            "severity": incident["severity"],
            "sequential_calls_to_usable": len(calls.chain(cause, invited, card_posted)),
            "slack_calls": len(calls.all(cause=cause)),
            "findings": [_finding(each) for each in record["findings"]],
            "approval": {
                "requester": self._name(request["requester"]),
                "approver": self._name(request["decided_by"]),
                "digest": request["digest"],
                "latency_s": _seconds(request["asked_at"], request["decided_at"]),
            },
            "outcome": {name: request["outcome"][name] for name in ("state", "sentence", "changed", "receipt")},
            "healed": _healed(record["findings"]),
            "clocks": [_clock(each) for each in incident["clocks"]],
            "postmortem": str(path),
            "timings": self._timings,
        }

    def _name(self, user: str) -> str:
        return self._stage.sandbox.workspace.users[user].name

    def _mark(self, name: str, line: str) -> None:
        self._timings[name] = round(time.monotonic() - self._began, 3)
        self._tell(f"{self._timings[name]:6.2f} s  {line}")


def _finding(kept: Mapping[str, Any]) -> dict[str, Any]:
    sight = kept["sight"]
    return {
        "step": kept["step_id"],
        "phase": kept["phase"],
        "verdict": kept["verdict"],
        "value": sight["value"],
        "healthy": kept["healthy"],
        "error": sight["error"],
        "receipt": sight["receipt"],
    }


def _healed(findings: Sequence[Mapping[str, Any]]) -> bool:
    """Something was wrong before the remediation, and nothing is afterwards, says the same set of diagnostics."""
    before = [each["healthy"] for each in findings if each["phase"] == "before" and each["healthy"] is not None]
    after = [each["healthy"] for each in findings if each["phase"] == "after" and each["healthy"] is not None]
    return not all(before) and bool(after) and all(after)


def _clock(kept: Mapping[str, Any]) -> dict[str, Any]:
    known = {name: kept[name] for name in ("kind", "started_at", "due_at", "met_at", "breached_at", "stopped_at")}
    return {name: value for name, value in known.items() if value is not None}


def _seconds(start: str, end: str) -> float:
    return (datetime.fromisoformat(end) - datetime.fromisoformat(start)).total_seconds()


def _holds_a_draft(message: Message) -> bool:
    """Whether it brought the post-mortem: a long output is a file, too."""
    return any(file.name.endswith(".md") for file in message.files)


def newest_draft(data_dir: Path) -> Path:
    """The Markdown draft that was written last. Raises LookupError."""
    drafts = sorted((data_dir / "postmortems").glob("*/*.md"), key=lambda path: path.stat().st_mtime)
    if not drafts:
        raise LookupError("no post-mortem was written")
    return drafts[-1]


def invited(call: Call) -> bool:
    """The first responder is in."""
    return call.method == "conversations.invite" and call.ok


def card_posted(call: Call) -> bool:
    """The card is in the channel."""
    return call.method == "chat.postMessage" and call.ok and "acknowledge" in json.dumps(call.arguments)


def _has(message: Message, action: str) -> bool:
    return f'"{action}"' in json.dumps(message.blocks) and message.ephemeral_to is None
