"""An HTTP API as a target: diagnostics that only ask, remediations that send one approved request."""

import asyncio
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Final

from bot.executors.attestation import NotProven, NotReached, Standing
from bot.executors.caps import Caps
from bot.executors.http_answer import Unreadable, sight_of, value_of
from bot.executors.http_client import Answer, Lost, NotSent, ask
from bot.redaction import Redactor
from commands.outage import Outage
from commands.ports import Attestation
from compiler.proof import http
from compiler.proof.filters import jq
from incident.approval import Preview
from incident.digest import Facts, Json
from incident.finding import Outcome, OutcomeState, Sight
from incident.plan import Plan
from incident.runbook import GuardKind
from incident.verdict import Judgement, Verdict

_REFUSALS: Final = frozenset({401, 403, 405})
"""How a server says that this identity may not, or that this cannot be done there."""

_GATEWAY_LOST_IT: Final = frozenset({502, 504})
"""A gateway answers so when it cannot tell what became of the request behind it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Canary:
    """A request that changes something and that the diagnostic identity must be refused."""

    method: str
    path: str


@dataclass(frozen=True, slots=True, kw_only=True)
class HttpTarget:
    """One API as it is configured. A private or loopback ``base_url`` is allowed, because it was named here.

    The tokens are sent in the Authorization header, only to ``base_url``, and never shown.
    """

    name: str
    environment: str
    base_url: str
    canary: Canary | None = None
    diagnostic_token: str | None = field(default=None, repr=False)
    remediation_token: str | None = field(default=None, repr=False)
    caps: Caps = field(default_factory=Caps)

    def executor(self, *, redactor: Redactor, clock: Callable[[], datetime]) -> "HttpExecutor":
        """What runs its steps."""
        return HttpExecutor(self, redactor=redactor, clock=clock)


class NotAllowed(Exception):
    """A gate is shut, so nothing was sent. The text is a sentence that says which."""


class HttpExecutor:
    """Runs the steps of one API."""

    def __init__(self, target: HttpTarget, *, redactor: Redactor, clock: Callable[[], datetime]) -> None:
        self._target = target
        self._redactor = redactor
        self._clock = clock
        self._standing = Standing(target.name, self._prove, clock=clock)
        self._places = asyncio.Semaphore(target.caps.parallel)

    @property
    def environment(self) -> str:
        """The environment that the target belongs to."""
        return self._target.environment

    @property
    def attestation(self) -> Attestation | None:
        """What is known of the diagnostic identity."""
        return self._standing.attestation

    async def attest(self) -> Attestation:
        """Prove that the diagnostic identity is refused a change, or say why that could not be proven."""
        return await self._standing.renew()

    async def look(self, plan: Plan) -> Sight:
        """Send a read-only request. Never raises: what went wrong is the sight's ``error``.

        ``value`` is what ``pick`` finds when that is one number, text or truth value; without ``pick``, the status.
        """
        return self._clean(await self._seen(plan.command))

    async def preview(self, plan: Plan) -> Preview:
        """What a remediation would touch, by the step's own count; an API tells no more beforehand."""
        probe = plan.promise.probe
        if plan.promise.kind is GuardKind.NONE or probe is None:
            return Preview(sentence="It is not counted what it touches: the API does not tell beforehand.")
        sight = self._clean(await self._seen(probe))
        if sight.error or not isinstance(sight.value, int):
            raise Outage(sight.error or "What it would touch could not be counted.", retry=False)
        return Preview(
            sentence="1 is touched now." if sight.value == 1 else f"{sight.value} are touched now.", count=sight.value
        )

    async def run(self, plan: Plan) -> Outcome:
        """Send an approved request once, its guard checked on the way. Never raises but CancelledError."""
        started = self._clock()
        outcome = await self._run(plan)
        return replace(
            outcome,
            sentence=self._redactor.clean(outcome.sentence),
            output=self._redactor.clean(outcome.output),
            started_at=started,
            ended_at=self._clock(),
        )

    async def close(self) -> None:
        """Nothing is kept open between two requests."""

    async def _prove(self) -> str:
        target, canary = self._target, self._target.canary
        if canary is None:
            raise NotProven(f"{target.name} names no `attest` request that its diagnostics must be refused: add one.")
        if target.diagnostic_token and target.diagnostic_token == target.remediation_token:
            raise NotProven(f"{target.name} gives diagnostics the token of remediations: give them their own, or none.")
        judgement = http.judge(http.Request(canary.method, self._url(canary.path)))
        if judgement.verdict is not Verdict.MUTATING:
            raise NotProven(f"{target.name}: its `attest` request would prove nothing: {judgement.reason}.")
        try:
            answer = await self._ask(canary.method, canary.path, token=target.diagnostic_token)
        except (NotSent, Lost) as fault:
            raise NotReached(str(fault)) from fault
        asked = f"{canary.method} {canary.path}"
        if answer.status >= 500:
            raise NotReached(f"{target.name} answered {asked} with {answer.line}, which proves nothing.")
        if answer.status not in _REFUSALS:
            raise NotProven(f"{target.name} did not refuse {asked} to diagnostics, it answered {answer.line}.")
        identity = "a token of their own" if target.diagnostic_token else "no credential"
        return f"Diagnostics carry {identity}, and {asked} was refused to them with {answer.line}."

    async def _seen(self, command: Facts) -> Sight:
        """A look before redaction. The judge comes first, then the attestation, then the target."""
        try:
            method, path, chosen = self._judged_read(command)
            if objection := await self._standing.objection():
                raise NotAllowed(objection)
            async with self._places:
                answer = await self._ask(method, path, token=self._target.diagnostic_token)
            return sight_of(answer, chosen, asked=f"{method} {path}", receipt=self._receipt(method, path, answer))
        except (NotAllowed, NotSent, Lost) as fault:
            return Sight(output="", error=str(fault))

    def _judged_read(self, command: Facts) -> tuple[str, str, jq.Filter | None]:
        """Method, path and filter, judged here and now whatever the plan says. Raises NotAllowed."""
        method, path, body = _request(command)
        judgement = http.judge(http.Request(method, self._url(path), body=body))
        if judgement.verdict is not Verdict.READ_ONLY:
            raise NotAllowed(f"Nothing was sent, because this is {judgement.verdict.value}: {judgement.reason}.")
        return method, path, _filter(command)

    async def _run(self, plan: Plan) -> Outcome:
        try:
            method, path, body, chosen = self._judged_change(plan.command)
            if broken := await self._guard_broken(plan):
                return Outcome(state=OutcomeState.VOID, sentence=broken)
            token = self._target.remediation_token
            answer = await self._ask(method, path, token=token, body=body, seconds=self._target.caps.run_seconds)
        except (NotAllowed, NotSent) as fault:
            return Outcome(state=OutcomeState.FAILED, sentence=str(fault))
        except Lost as fault:
            sentence = f"{fault} Nobody knows whether it took effect: run the diagnostics before doing it again."
            return Outcome(state=OutcomeState.UNKNOWN, sentence=sentence)
        except asyncio.CancelledError as cancelled:
            cancelled.add_note("It was cut short; the request may have been sent.")
            raise
        return _outcome(answer, chosen, f"{method} {path}", self._receipt(method, path, answer))

    def _judged_change(self, command: Facts) -> tuple[str, str, str | None, jq.Filter | None]:
        if self._target.remediation_token is None:
            raise NotAllowed(f"Nothing was sent: {self._target.name} has no remediation token; configure one.")
        method, path, body = _request(command)
        judgement = http.judge(http.Request(method, self._url(path), body=body))
        if judgement.verdict is Verdict.REFUSED:
            raise NotAllowed(f"Nothing was sent: {judgement.reason}.")
        return method, path, body, _filter(command)

    async def _guard_broken(self, plan: Plan) -> str | None:
        """Why the guard does not hold, as a sentence; None when it does or there is none. Raises NotAllowed."""
        promise = plan.promise
        if promise.kind is GuardKind.NONE:
            return None
        if promise.kind is not GuardKind.COUNT or promise.probe is None or promise.most is None:
            raise NotAllowed("Nothing was sent: the step's guard is none that an HTTP target can keep.")
        sight = await self._seen(promise.probe)
        if sight.error or not isinstance(sight.value, int):
            raise NotAllowed(f"Nothing was sent, because its guard could not be checked. {sight.error or ''}".strip())
        if sight.value > promise.most:
            return f"Nothing was sent: {sight.value} are touched now, approved were at most {promise.most}."
        return None

    async def _ask(
        self, method: str, path: str, *, token: str | None, body: str | None = None, seconds: float | None = None
    ) -> Answer:
        caps = self._target.caps
        return await ask(
            method, self._url(path), token=token, body=body, caps=caps, seconds=seconds or caps.look_seconds
        )

    def _url(self, path: str) -> str:
        return self._target.base_url.rstrip("/") + path

    def _receipt(self, method: str, path: str, answer: Answer) -> Facts:
        return {
            "method": method,
            "url": self._redactor.clean(self._url(path)),
            "status": answer.status,
            "bytes": len(answer.body),
            "address": answer.address,
            "seconds": answer.seconds,
        }

    def _clean(self, sight: Sight) -> Sight:
        clean = self._redactor.clean
        return replace(
            sight,
            output=clean(sight.output),
            value=clean(sight.value) if isinstance(sight.value, str) else sight.value,
            error=None if sight.error is None else clean(sight.error),
        )


def _request(command: Facts) -> tuple[str, str, str | None]:
    """Method, path and JSON body of a command. Raises NotAllowed when it is no request below the target's address."""
    method, path, body = command.get("method", "GET"), command.get("path"), command.get("body")
    if not isinstance(method, str) or not isinstance(path, str) or not path.startswith("/") or path.startswith("//"):
        raise NotAllowed("Nothing was sent: the step holds no method and path that an API could take.")
    return method, path, None if body is None else json.dumps(body, default=_plain)


def _plain(value: object) -> Json:
    return dict(value) if isinstance(value, Mapping) else str(value)


def _filter(command: Facts) -> jq.Filter | None:
    pick = command.get("pick")
    if pick is None:
        return None
    chosen = jq.parse(str(pick))
    if isinstance(chosen, Judgement):
        raise NotAllowed(f"Nothing was sent: {chosen.reason}.")
    return chosen


def _outcome(answer: Answer, chosen: jq.Filter | None, asked: str, receipt: Facts) -> Outcome:
    changed: int | None = None
    if chosen is not None and 200 <= answer.status < 300:
        try:
            found = value_of(answer, chosen)
        except Unreadable:
            found = None
        changed = found if isinstance(found, int) and not isinstance(found, bool) else None
    output = sight_of(answer, None, asked=asked, receipt={}).output
    if 200 <= answer.status < 300:
        state, told = OutcomeState.RAN, f"{asked} was answered with {answer.line}."
        told += "" if changed is None else f" It changed {changed}."
    elif answer.status in _GATEWAY_LOST_IT:
        state = OutcomeState.UNKNOWN
        told = f"{asked} was answered with {answer.line} by a gateway: run the diagnostics before doing it again."
    else:
        state, told = OutcomeState.FAILED, f"{asked} was refused with {answer.line}."
    return Outcome(state=state, sentence=told, output=output, changed=changed, receipt=receipt)
