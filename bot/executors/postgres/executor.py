"""PostgreSQL as a target: diagnostics under one role that is proven to only look, remediations under another."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime

from bot.executors.caps import Caps
from bot.executors.postgres.look import Reader
from bot.executors.postgres.plan import is_planned, plan_of
from bot.executors.postgres.proof import prove_read_only
from bot.executors.postgres.reading import Query, judged, query_of
from bot.executors.postgres.run import Remediation
from bot.executors.postgres.session import FAULTS, Connection, Sessions, opening, sentence_of, undo
from bot.executors.tool.answer import Answer, NotAllowed, Run, Unanswered
from bot.executors.tool.executor import ToolExecutor
from bot.redaction.redactor import Redactor
from incident.digest import Facts
from incident.runbook import GuardKind
from incident.verdict import Verdict


@dataclass(frozen=True, slots=True, kw_only=True)
class PostgresTarget:
    """One database as it is configured. The two URLs hold passwords: they are connected with and never shown.

    ``relations`` are the tables and views, as ``schema.name``, that a diagnostic may read beside PostgreSQL's own.
    """

    name: str
    environment: str
    diagnostic_dsn: str = field(repr=False)
    remediation_dsn: str | None = field(default=None, repr=False)
    relations: frozenset[str] = frozenset()
    caps: Caps = field(default_factory=Caps)

    def executor(self, *, redactor: Redactor, clock: Callable[[], datetime]) -> "ToolExecutor[Query]":
        """What runs its steps."""
        return ToolExecutor(PostgresTool(self), redactor=redactor, clock=clock)


class PostgresTool:
    """Runs SQL on one database; a guard that counts is checked in the transaction that changes."""

    kind = "postgres"
    keeps = frozenset({GuardKind.ROWS, GuardKind.COUNT, GuardKind.FINGERPRINT})
    margin_seconds = 10.0
    """A commit whose answer was lost is looked up."""

    def __init__(self, target: PostgresTarget) -> None:
        self.target = target
        caps, writers_dsn, size = target.caps, target.remediation_dsn, target.caps.parallel
        self._reader = Reader(relations=target.relations, caps=caps)
        self._readers = Sessions(
            target.diagnostic_dsn, caps=caps, size=size, name="muster diagnostics", rolled_back=True
        )
        self._writers = Sessions(writers_dsn, caps=caps, size=size, name="muster remediations") if writers_dsn else None

    @property
    def changes(self) -> bool:
        """Whether it has a role for remediations."""
        return self._writers is not None

    def judged_read(self, command: Facts) -> Query:
        """The query that may run. Raises NotAllowed."""
        return judged(command)

    def judged_change(self, command: Facts) -> Query:
        """The statement that an approval may let through. Raises NotAllowed."""
        query = query_of(command)
        if query.reading.judgement.verdict is Verdict.REFUSED:
            raise NotAllowed(f"Nothing was run: {query.reading.judgement.reason}.")
        return query

    def sent(self, asked: Query) -> str:
        """The statement, without its arguments."""
        return asked.reading.text

    async def prove(self) -> str:
        """The role's attributes and rights, and a test write."""
        async with self._session(self._readers) as connection:
            return await prove_read_only(connection)

    async def look(self, asked: Query) -> Answer:
        """Run the query under caps and roll it back.

        ``value`` is the single value of an answer of one row and one column, else the number of rows; an answer cut
        off at the cap counts one row more than is shown.
        """
        async with self._session(self._readers) as connection:
            return await self._reader.look(connection, asked)

    async def before(self, asked: Query) -> str:
        """What the planner expects, asked with the remediation role, which may plan what it may run."""
        if not is_planned(asked.reading.text):
            return "The planner does not plan such a statement, so nothing is known of it beforehand."
        caps = self.target.caps
        async with self._session(self._acting()) as connection:
            await connection.execute(opening("READ ONLY", caps, seconds=caps.look_seconds))
            try:
                return (await plan_of(connection, asked.reading.text, asked.arguments)).sentence
            finally:
                await undo(connection)

    async def change(self, asked: Query, run: Run) -> Answer:
        """Guard, statement and commit in one transaction."""
        acting = Remediation(self._acting(), target=self.target.name, reader=self._reader, caps=self.target.caps)
        return await acting.run(asked, run)

    async def close(self) -> None:
        """End all connections."""
        await self._readers.close()
        if self._writers is not None:
            await self._writers.close()

    def _acting(self) -> Sessions:
        if self._writers is None:
            raise NotAllowed(f"Nothing was run: {self.target.name} has no remediation DSN; configure one.")
        return self._writers

    @asynccontextmanager
    async def _session(self, sessions: Sessions) -> AsyncIterator[Connection]:
        """A connection whose faults are sentences. Raises Unanswered."""
        try:
            async with sessions.session() as connection:
                yield connection
        except FAULTS as fault:
            sentence = sentence_of(fault, self.target.name, seconds=self.target.caps.look_seconds)
            raise Unanswered(sentence) from fault
