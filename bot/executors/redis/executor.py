"""Redis as a target: diagnostics as a user that is proven to only look, remediations as another."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import datetime

from msgspec import Struct, field
from msgspec.structs import replace

from bot.executors.attestation import NotProven
from bot.executors.caps import Caps
from bot.executors.redis import look as redis_look
from bot.executors.redis import run as redis_run
from bot.executors.redis.look import Command
from bot.executors.redis.proof import prove_read_only
from bot.executors.redis.session import FAULTS, Login, Refused, Server, Session, sentence_of, session
from bot.executors.tool.answer import Answer, Denied, NotAllowed, Run, Unanswered
from bot.executors.tool.executor import ToolExecutor
from bot.redaction.redactor import Redactor
from incident.digest import Facts
from incident.runbook import GuardKind


class RedisTarget(Struct, frozen=True, kw_only=True):
    """One Redis as it is configured."""

    name: str
    environment: str
    server: Server
    diagnostic: Login
    remediation: Login | None = None
    caps: Caps = field(default_factory=Caps)

    def executor(self, *, redactor: Redactor, clock: Callable[[], datetime]) -> "ToolExecutor[Command]":
        """What runs its steps."""
        return ToolExecutor(RedisTool(self), redactor=redactor, clock=clock)


class RedisTool:
    """Sends words to one Redis."""

    kind = "redis"
    keeps: frozenset[GuardKind] = frozenset()
    margin_seconds = 0.0

    def __init__(self, target: RedisTarget) -> None:
        self.target = target

    @property
    def changes(self) -> bool:
        """Whether it has a user for remediations."""
        return self.target.remediation is not None

    def judged_read(self, command: Facts) -> Command:
        """The command that may be sent, bounded. Raises NotAllowed."""
        return redis_look.judged(command)

    def judged_change(self, command: Facts) -> Command:
        """The command that an approval may let through. Raises NotAllowed."""
        return redis_run.judged(command)

    def sent(self, asked: Command) -> str:
        """The words as one line, with what Muster does beside them."""
        return str(asked)

    async def prove(self) -> str:
        """Every kind of change is refused to the diagnostic user."""
        target = self.target
        if target.remediation is not None and target.remediation.user == target.diagnostic.user:
            raise NotProven(f"{target.name} runs diagnostics and remediations as one user: give each its own.")
        async with self._session(target.diagnostic, seconds=target.caps.look_seconds) as opened:
            return await prove_read_only(opened, target.diagnostic.user)

    async def look(self, asked: Command) -> Answer:
        """Send the command as the diagnostic user."""
        target = self.target
        async with self._session(target.diagnostic, seconds=target.caps.look_seconds) as opened:
            answer = await redis_look.look(opened, asked, caps=target.caps)
            return replace(answer, receipt=redis_look.receipt(opened, target.server, target.diagnostic))

    async def before(self, asked: Command) -> str:
        """The value of a setting that is to be changed; empty for anything else."""
        words = asked.words
        if [word.upper() for word in words[:2]] != ["CONFIG", "SET"] or len(words) < 3:
            return ""
        answer = await self.look(Command(words=("CONFIG", "GET", words[2])))
        return f"Before the change: {answer.text.splitlines()[-1]}."

    async def change(self, asked: Command, run: Run) -> Answer:
        """Send the approved command, once, as the user for remediations."""
        target, login = self.target, self.target.remediation
        if login is None:
            raise NotAllowed(f"Nothing was sent: {target.name} has no remediation user; configure one.")
        run.receipt = {"server": str(target.server), "user": login.user}
        async with self._session(login, seconds=target.caps.run_seconds) as opened:
            answer = await redis_run.change(opened, asked, run)
            return replace(answer, receipt=redis_look.receipt(opened, target.server, login))

    async def close(self) -> None:
        """Nothing is kept open between two steps."""

    @asynccontextmanager
    async def _session(self, login: Login, *, seconds: float) -> AsyncIterator[Session]:
        """A connection whose faults are sentences. Raises Denied or Unanswered."""
        try:
            async with session(self.target.server, login, self.target.caps) as opened:
                yield opened
        except FAULTS as fault:
            sentence = sentence_of(fault, self.target.name, seconds=seconds)
            raise (Denied if isinstance(fault, Refused) else Unanswered)(sentence) from fault
