"""An AWS account in one region as a target: one call a step, made by the library and not by the command line tool."""

import asyncio
import re
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from msgspec import Struct, field

from bot.executors.attestation import NotProven
from bot.executors.aws.answer import answer_of, changed_of, events_of, insights_of
from bot.executors.aws.proof import prove_read_only
from bot.executors.aws.session import Login, Place, Session
from bot.executors.aws.values import parameters_of
from bot.executors.caps import Caps
from bot.executors.tool.answer import Answer, Denied, NotAllowed, Run
from bot.executors.tool.executor import ToolExecutor
from bot.executors.tool.kind import WordsTool
from bot.redaction.redactor import Redactor
from compiler.proof import aws
from compiler.proof.aws.call import Call
from incident.digest import Facts
from incident.verdict import Judgement

_MOST_ITEMS: Final = 1000
_POLL_SECONDS: Final = 0.5
_SPAN: Final = re.compile(r"(\d+)([smhdw])")
_UNITS: Final = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days", "w": "weeks"}


class AwsTarget(Struct, frozen=True, kw_only=True):
    """One account and region as it is configured."""

    name: str
    environment: str
    place: Place
    diagnostic: Login
    remediation: Login | None = None
    caps: Caps = field(default_factory=lambda: Caps(look_seconds=15.0))

    def executor(self, *, redactor: Redactor, clock: Callable[[], datetime]) -> ToolExecutor[Sequence[str]]:
        """What runs its steps."""
        return ToolExecutor(AwsTool(self, clock=clock), redactor=redactor, clock=clock)


class AwsTool(WordsTool):
    """Makes the calls that AWS command lines mean."""

    kind = "aws"

    def __init__(self, target: AwsTarget, *, clock: Callable[[], datetime]) -> None:
        self.target = target
        self._clock = clock
        self._looking = Session(target.name, target.place, target.diagnostic, caps=target.caps)
        acting = target.remediation
        self._acting = None if acting is None else Session(target.name, target.place, acting, caps=target.caps)

    @property
    def changes(self) -> bool:
        """Whether it has an identity for remediations."""
        return self._acting is not None

    def judge(self, argv: Sequence[str]) -> Judgement:
        """The verdict for an AWS command line."""
        return aws.judge(argv)

    async def prove(self) -> str:
        """Refusals of what changes something, and AWS's own simulation of the identity's policies where it may ask."""
        target = self.target
        if target.remediation == target.diagnostic:
            raise NotProven(f"{target.name} runs diagnostics and remediations as one identity: give each its own.")
        return await prove_read_only(self._looking, seconds=target.caps.look_seconds)

    async def look(self, argv: Sequence[str]) -> Answer:
        """Make the call that only looks."""
        call = self._call(argv)
        receipt = self._receipt(call)
        given = parameters_of(call, await self._looking.model(call.service, call.operation.name))
        seconds = self.target.caps.look_seconds
        if call.waiter is not None:
            return await self._waited(call, given, receipt)
        if call.since is not None:
            said = await self._events({**given, "startTime": self._since(call.since)}, call, seconds)
            return events_of(said, receipt)
        if (call.service, call.operation.name) == ("logs", "start-query"):
            return await self._queried(given, receipt)
        if call.operation.paged:
            paging = {"MaxItems": _MOST_ITEMS, **_paging(call.paging)}
            said = await self._looking.pages(call.service, call.operation.name, given, paging, seconds=seconds)
        else:
            said = await self._looking.call(call.service, call.operation.name, given, seconds=seconds)
        return answer_of(call, said, receipt)

    async def before(self, argv: Sequence[str]) -> str:
        """What stands there, or that AWS took a dry run, and what the role that is taken for the change may do."""
        call = self._call(argv)
        model = await self._looking.model(call.service, call.operation.name)
        given = parameters_of(call, model)
        told = [await self._stands(call, given, model)]
        if self._acting is not None:
            told.append(await self._acting.rights(call.service, call.operation.name, given))
        return " ".join(filter(None, told))

    async def _stands(self, call: Call, given: Mapping[str, Any], model: Any) -> str:
        """What an ECS service runs, with the command that brings it back; of EC2, whether a dry run was accepted."""
        if (call.service, call.operation.name) == ("ecs", "update-service"):
            return await self._service(given)
        if self._acting is None or "DryRun" not in getattr(model.input_shape, "members", {}):
            return ""
        await self._acting.rehearse(call.service, call.operation.name, given, seconds=self.target.caps.look_seconds)
        return "A dry run was accepted by AWS."

    async def _service(self, given: Mapping[str, Any]) -> str:
        asked = {
            "services": [given.get("service", "")],
            **({"cluster": given["cluster"]} if "cluster" in given else {}),
        }
        said = await self._looking.call("ecs", "describe-services", asked, seconds=self.target.caps.look_seconds)
        found = said.get("services", [])
        if not found:
            raise Denied(f"{self.target.name} has no ECS service {given.get('service')}: see its name and its cluster.")
        return _service_before(given, found[0])

    async def change(self, argv: Sequence[str], run: Run) -> Answer:
        """Make the approved call once, as the other identity."""
        call = self._call(argv)
        if self._acting is None:
            raise NotAllowed("Nothing was sent: there is no identity for changes.")
        given = parameters_of(call, await self._acting.model(call.service, call.operation.name))
        rights = await self._acting.rights(call.service, call.operation.name, given)
        run.receipt = {**self._receipt(call), **({"rights": rights} if rights else {})}
        seconds = self.target.caps.run_seconds
        said = await self._acting.call(call.service, call.operation.name, given, seconds=seconds, run=run)
        return changed_of(call, said, run.receipt)

    async def close(self) -> None:
        """Let go of the threads."""
        await self._looking.close()
        if self._acting is not None:
            await self._acting.close()

    def _call(self, argv: Sequence[str]) -> Call:
        call, region = aws.parse_call(argv), self.target.place.region
        if isinstance(call, Judgement):
            raise NotAllowed(f"Nothing was sent: {call.reason}.")
        if call.region not in (None, region):
            raise NotAllowed(f"Nothing was sent: the step is for {call.region}, and {self.target.name} is {region}.")
        return call

    def _receipt(self, call: Call) -> Facts:
        return {"service": call.service, "operation": call.operation.name, "region": self.target.place.region}

    def _since(self, since: str) -> int:
        """Milliseconds since 1970 of ``10m`` ago, or of a written time."""
        span = _SPAN.fullmatch(since)
        try:
            start = (
                self._clock() - timedelta(**{_UNITS[span[2]]: int(span[1])}) if span else datetime.fromisoformat(since)
            )
        except (ValueError, OverflowError) as fault:
            raise NotAllowed(f"Nothing was sent: {since[:40]!r} is no time: write --since 10m.") from fault
        return int(start.timestamp() * 1000)

    async def _events(self, given: Mapping[str, Any], call: Call, seconds: float) -> dict[str, Any]:
        paging = {"MaxItems": _MOST_ITEMS, **_paging(call.paging)}
        return await self._looking.pages("logs", "filter-log-events", given, paging, seconds=seconds)

    async def _waited(self, call: Call, given: Mapping[str, Any], receipt: Facts) -> Answer:
        """Ask again and again until it is so or the look's time is nearly over; not yet is an answer, too."""
        seconds, waiter = self.target.caps.look_seconds, call.waiter or ""
        deadline = asyncio.get_running_loop().time() + seconds - _POLL_SECONDS
        while not (there := await self._looking.reached(call.service, waiter, given, seconds=seconds)):
            if asyncio.get_running_loop().time() + _POLL_SECONDS > deadline:
                break
            await asyncio.sleep(_POLL_SECONDS)
        told = "it is so" if there else f"not yet, after {seconds:g} s"
        return Answer(text=f"{waiter}: {told}", value=there, receipt=receipt)

    async def _queried(self, given: Mapping[str, Any], receipt: Facts) -> Answer:
        """Start a Logs Insights query and wait for its rows."""
        seconds = self.target.caps.look_seconds
        started = await self._looking.call("logs", "start-query", given, seconds=seconds)
        asked = {"queryId": started.get("queryId", "")}
        while True:
            said = await self._looking.call("logs", "get-query-results", asked, seconds=seconds)
            status = said.get("status")
            if status == "Complete":
                return insights_of(said, receipt, rows=self.target.caps.rows)
            if status not in ("Scheduled", "Running"):
                raise Denied(f"{self.target.name} ended the query as {status}: see its text and its time range.")
            await asyncio.sleep(_POLL_SECONDS)


def _paging(written: Mapping[str, str]) -> dict[str, Any]:
    made: dict[str, Any] = {}
    if "max-items" in written:
        made["MaxItems"] = min(int(written["max-items"]), _MOST_ITEMS)
    if "page-size" in written:
        made["PageSize"] = int(written["page-size"])
    if "starting-token" in written:
        made["StartingToken"] = written["starting-token"]
    return made


def _service_before(given: Mapping[str, Any], found: Mapping[str, Any]) -> str:
    """What is replaced by what, and how it is brought back."""
    old = {"desiredCount": found.get("desiredCount"), "taskDefinition": str(found.get("taskDefinition", ""))}
    old["taskDefinition"] = str(old["taskDefinition"]).rpartition("/")[2]
    options = {"desiredCount": "--desired-count", "taskDefinition": "--task-definition"}
    told = [f"{key} {old[key]} → {given[key]}" for key in options if key in given]
    undo = " ".join(f"{options[key]} {old[key]}" for key in options if key in given)
    running = f"{found.get('runningCount')} of {found.get('desiredCount')} tasks run now"
    replaced = "; every task is replaced" if given.get("forceNewDeployment") else ""
    back = f" To undo it: {undo}." if undo else ""
    return f"{given.get('service')}: {', '.join([*told, running])}{replaced}.{back}"
