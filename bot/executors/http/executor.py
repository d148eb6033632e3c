"""An HTTP API as a target: diagnostics that only ask, remediations that send one approved request."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from msgspec import Struct

from bot.executors.attestation import NotProven, NotReached
from bot.executors.caps import Caps
from bot.executors.http.answer import Unreadable, answer_of, named_error, value_of
from bot.executors.http.client import Lost, NotSent, Reply, ask
from bot.executors.tool.answer import Answer, EndedBadly, HeardBytes, NotAllowed, Run, Unanswered, nobody
from bot.executors.tool.executor import ToolExecutor
from bot.redaction.redactor import Redactor
from compiler.proof import http
from compiler.proof.filters import jq
from incident.digest import Facts, Json
from incident.finding import OutcomeState
from incident.runbook import GuardKind
from incident.verdict import Judgement, Verdict

_REFUSALS: Final = frozenset({401, 403, 405})
"""How a server says that this identity may not, or that this cannot be done there."""

_ADD_A_CANARY: Final = (
    "so that nothing proves that its diagnostics cannot write. Name a request that they must be refused,"
    " under the target in muster.yaml, as in `canary: {method: POST, path: /admin/jobs/run}`."
)

_GATEWAY_LOST_IT: Final = frozenset({502, 504})
"""A gateway answers so when it cannot tell what became of the request behind it."""


class Canary(Struct, frozen=True, kw_only=True):
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

    def executor(self, *, redactor: Redactor, clock: Callable[[], datetime]) -> "ToolExecutor[Request]":
        """What runs its steps."""
        return ToolExecutor(HttpTool(self), redactor=redactor, clock=clock)


class Request(Struct, frozen=True, kw_only=True):
    """One request below the target's address. ``chosen`` finds the value that matters in its answer."""

    method: str
    path: str
    body: str | None
    chosen: jq.Filter | None

    def __str__(self) -> str:
        """For sentences and receipts: *POST /admin/run*."""
        return f"{self.method} {self.path}"


class HttpTool:
    """Sends requests to one API; nothing is kept open between two."""

    kind = "http"
    keeps: frozenset[GuardKind] = frozenset()
    margin_seconds = 0.0

    def __init__(self, target: HttpTarget) -> None:
        self.target = target

    @property
    def changes(self) -> bool:
        """Whether it has a token for remediations."""
        return self.target.remediation_token is not None

    def judged_read(self, command: Facts) -> Request:
        """The request that may be sent. Raises NotAllowed."""
        request = _request(command)
        judgement = self._judge(request)
        if judgement.verdict is not Verdict.READ_ONLY:
            raise NotAllowed(f"Nothing was sent, because this is {judgement.verdict.value}: {judgement.reason}.")
        return request

    def judged_change(self, command: Facts) -> Request:
        """The request that an approval may let through. Raises NotAllowed."""
        request = _request(command)
        judgement = self._judge(request)
        if judgement.verdict is Verdict.REFUSED:
            raise NotAllowed(f"Nothing was sent: {judgement.reason}.")
        return request

    def sent(self, asked: Request) -> str:
        """Method and path."""
        return str(asked)

    async def prove(self) -> str:
        """The target's own test request is refused to the diagnostic identity."""
        target, canary = self.target, self.target.canary
        if canary is None:
            raise NotProven(f"{target.name} has no `canary`, {_ADD_A_CANARY}")
        if target.diagnostic_token and target.diagnostic_token == target.remediation_token:
            raise NotProven(f"{target.name} gives diagnostics the token of remediations: give them their own, or none.")
        asked = Request(method=canary.method, path=canary.path, body=None, chosen=None)
        judgement = self._judge(asked)
        if judgement.verdict is not Verdict.MUTATING:
            raise NotProven(f"{target.name}: its `canary` request would prove nothing: {judgement.reason}.")
        try:
            reply = await self._ask(asked, token=target.diagnostic_token, seconds=target.caps.look_seconds)
        except (NotSent, Lost) as fault:
            raise NotReached(str(fault)) from fault
        if reply.status >= 500:
            raise NotReached(f"{target.name} answered {asked} with {reply.line}, which proves nothing.")
        if reply.status not in _REFUSALS:
            raise NotProven(
                f"{target.name} did not refuse {asked} to diagnostics, it answered {reply.line}: {_mend(reply)}"
            )
        identity = "a token of their own" if target.diagnostic_token else "no credential"
        return f"Diagnostics carry {identity}, and {asked} was refused to them with {reply.line}."

    async def look(self, asked: Request) -> Answer:
        """Ask with the diagnostic token, or with none.

        ``value`` is what ``pick`` finds when that is one number, text or truth value; without ``pick``, the status.
        """
        target = self.target
        try:
            reply = await self._ask(asked, token=target.diagnostic_token, seconds=target.caps.look_seconds)
        except (NotSent, Lost) as fault:
            raise Unanswered(str(fault)) from fault
        return answer_of(reply, asked.chosen, asked=str(asked), receipt=self._receipt(asked, reply))

    async def before(self, asked: Request) -> str:
        """Nothing: an API does not tell beforehand what a request would do."""
        return ""

    async def change(self, asked: Request, run: Run) -> Answer:
        """Send the approved request once, with the token for remediations."""
        target = self.target
        run.sent = True
        try:
            token, seconds = target.remediation_token, target.caps.run_seconds
            reply = await self._ask(asked, token=token, seconds=seconds, heard=run.heard)
        except NotSent as fault:
            run.sent = False
            raise Unanswered(str(fault)) from fault
        except Lost as fault:
            raise Unanswered(str(fault)) from fault
        run.receipt = self._receipt(asked, reply)
        return _ended(asked, reply)

    async def close(self) -> None:
        """Nothing is kept open between two requests."""

    def _judge(self, request: Request) -> Judgement:
        return http.judge(http.Request(request.method, self._url(request), body=request.body))

    async def _ask(self, asked: Request, *, token: str | None, seconds: float, heard: HeardBytes = nobody) -> Reply:
        url, caps = self._url(asked), self.target.caps
        return await ask(asked.method, url, token=token, body=asked.body, caps=caps, seconds=seconds, heard=heard)

    def _url(self, request: Request) -> str:
        return self.target.base_url.rstrip("/") + request.path

    def _receipt(self, asked: Request, reply: Reply) -> Facts:
        return {
            "method": asked.method,
            "url": self._url(asked),
            "status": reply.status,
            "bytes": len(reply.body),
            "address": reply.address,
            "seconds": reply.seconds,
        }


def _mend(reply: Reply) -> str:
    """What to do about an answer that is no refusal."""
    if reply.status < 400:
        return "give diagnostics a token that may only read, or none."
    return "that proves nothing. Name as `canary` a request that is answered with 401, 403 or 405."


def _request(command: Facts) -> Request:
    """The request of a plan. Raises NotAllowed when it is none below the target's address."""
    method, path, body = command.get("method", "GET"), command.get("path"), command.get("body")
    if not isinstance(method, str) or not isinstance(path, str) or not path.startswith("/") or path.startswith("//"):
        raise NotAllowed("Nothing was sent: the step holds no method and path that an API could take.")
    text = None if body is None else json.dumps(body, default=_plain)
    return Request(method=method, path=path, body=text, chosen=_filter(command))


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


def _ended(asked: Request, reply: Reply) -> Answer:
    """How the server took a change. Raises EndedBadly."""
    shown = answer_of(reply, None, asked=str(asked), receipt={})
    if bad := _bad_end(reply):
        state, told = bad
        raise EndedBadly(state, f"{asked} was {told}.", text=shown.text)
    value = _picked(asked, reply)
    changed = value if isinstance(value, int) and not isinstance(value, bool) else None
    told = f"{asked} was answered with {reply.line}." + ("" if changed is None else f" It changed {changed}.")
    single = isinstance(value, str | int | float)
    return Answer(text=shown.text, told=told, changed=changed, value=value, single=single, cut=shown.cut)


def _bad_end(reply: Reply) -> tuple[OutcomeState, str] | None:
    """How a change ended that the server did not say to have made, in words; None where it did."""
    line, see = reply.line, "run the diagnostics to see what took effect"
    match reply.status:
        case status if status in _GATEWAY_LOST_IT:
            return OutcomeState.UNKNOWN, f"answered with {line} by a gateway: run the diagnostics before doing it again"
        case status if status >= 500:
            return OutcomeState.FAILED, f"answered with {line}: {see}"
        case status if status >= 400:
            return OutcomeState.FAILED, f"refused with {line}"
        case status if status >= 300:
            return OutcomeState.UNKNOWN, f"answered with {line}, which is not followed: {see}"
    if reply.broken:
        return OutcomeState.UNKNOWN, f"answered with {line}, but the answer broke off: {see}"
    if failure := named_error(reply):
        told = f"answered with {line}, but the answer names an error: {failure}. {see.capitalize()}"
        return OutcomeState.FAILED, told
    return None


def _picked(asked: Request, reply: Reply) -> Json:
    """The value that the step says to pick from the answer; a whole number is how much was changed."""
    if asked.chosen is None:
        return None
    try:
        return value_of(reply, asked.chosen)
    except Unreadable:
        return None
