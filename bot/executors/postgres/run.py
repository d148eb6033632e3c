"""One approved remediation on a PostgreSQL: guard, statement and commit in one transaction, and an honest end."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from enum import Enum
from typing import Final, TypeAlias

import asyncpg
from asyncpg.prepared_stmt import PreparedStatement
from msgspec import Struct
from msgspec.structs import replace

from bot.executors.caps import Caps
from bot.executors.postgres.look import Reader
from bot.executors.postgres.plan import is_planned, plan_of
from bot.executors.postgres.reading import Query, judged
from bot.executors.postgres.session import (
    FAULTS,
    MARGIN_SECONDS,
    Connection,
    Mode,
    Sessions,
    opening,
    sentence_of,
    undo,
)
from bot.executors.table import listed
from bot.executors.tool.answer import Answer, EndedBadly, GuardBroken, NotAllowed, Run
from incident.digest import Facts, Json
from incident.finding import OutcomeState
from incident.plan import Promise
from incident.runbook import GuardKind

Statement: TypeAlias = "PreparedStatement[asyncpg.Record]"

_REFUSALS_OF_COMMIT: Final = (asyncpg.IntegrityConstraintViolationError, asyncpg.TransactionRollbackError)
"""With these the server says that it did not commit; any other end of a COMMIT leaves it open."""

_PIECE: Final = 100
"""Rows that are fetched at a time to be counted."""
_ASK_SECONDS: Final = 10.0
"""How long the server is asked for how a commit ended: a server that comes back takes a moment to answer."""
_LAST_ANSWER_SECONDS: Final = 1.5
"""How long a cancelled run waits for the answer to its commit: it must have stopped within two seconds."""


class Stage(Enum):
    """How far a run came."""

    OPENING = "opening"
    RUNNING = "running"
    COMMITTING = "committing"


class _Work(Struct):
    """One run as it goes on. ``takes_back`` says whether a rollback undoes all that the statement does."""

    stage: Stage = Stage.OPENING
    takes_back: bool = False
    changed: int | None = None
    output: str = ""
    value: Json = None
    """The one cell that came back, if it was one."""
    tag: str = ""
    transaction: str | None = None
    committed: bool | None = None
    """None until the server has answered the commit."""

    @property
    def receipt(self) -> Facts:
        """How far it came, and under which id the server knows it."""
        return {"stage": self.stage.value, "tag": self.tag, "transaction_id": self.transaction}


class Remediation:
    """Runs statements with the remediation identity."""

    def __init__(self, sessions: Sessions, *, target: str, reader: Reader, caps: Caps) -> None:
        self._sessions = sessions
        self._target = target
        self._reader = reader
        self._caps = caps

    async def run(self, query: Query, run: Run) -> Answer:
        """Run it once. A cancelled run is rolled back, or its commit awaited, before the cancellation goes on.

        Raises GuardBroken and NotAllowed, rolled back, and EndedBadly.
        """
        work = _Work()
        try:
            async with asyncio.timeout(self._caps.run_seconds + MARGIN_SECONDS), self._sessions.session() as connection:
                await self._transaction(connection, query, run, work)
        except asyncio.CancelledError:
            run.stopped = _stopped(work)
            raise
        except FAULTS as fault:
            return await self._failed(fault, work)
        finally:
            run.receipt = work.receipt
        return _answer(work)

    async def _transaction(self, connection: Connection, query: Query, run: Run, work: _Work) -> None:
        text, arguments = query.reading.text, query.arguments
        compared = run.promise.kind is GuardKind.FINGERPRINT
        # In one snapshot with what is compared: a row that somebody else changes meanwhile makes the change fail.
        mode: Mode = "ISOLATION LEVEL REPEATABLE READ READ WRITE" if compared else "READ WRITE"
        await connection.execute(opening(mode, self._caps, seconds=self._caps.run_seconds))
        try:
            if compared:
                probe = judged(run.promise.probe or {})
                run.compare(await self._reader.read(connection, probe))
            work.takes_back = await _check_guard(connection, run.promise, text, arguments)
            # Prepared, so that a text of several statements cannot pass.
            statement = await connection.prepare(text)
            if len(statement.get_parameters()) != len(arguments):
                raise NotAllowed(f"Nothing was run: the step gives {len(arguments)} arguments, its SQL takes others.")
            work.stage, run.sent = Stage.RUNNING, True
            async with _noticed(connection, run):
                await _execute(statement, query, run.promise, self._caps, work)
            if run.promise.kind is GuardKind.ROWS:
                _check_changed(work.changed, run.promise)
            work.transaction = await connection.fetchval("SELECT pg_current_xact_id_if_assigned()::text")
            work.stage = Stage.COMMITTING
        finally:
            if work.stage is not Stage.COMMITTING:
                await undo(connection)
        await _commit(connection, work)

    async def _failed(self, fault: BaseException, work: _Work) -> Answer:
        """How it ended although something failed. Raises EndedBadly unless it was committed after all."""
        sentence = sentence_of(fault, self._target, seconds=self._caps.run_seconds)
        if work.stage is Stage.OPENING:
            raise EndedBadly(OutcomeState.FAILED, f"Nothing was run. {sentence}") from fault
        if work.stage is Stage.COMMITTING and not isinstance(fault, _REFUSALS_OF_COMMIT):
            return await self._looked_up(work)
        if work.takes_back:
            sentence = f"Nothing was changed, it was rolled back. {sentence}"
            raise EndedBadly(OutcomeState.FAILED, sentence) from fault
        lost = isinstance(fault, asyncpg.PostgresConnectionError | asyncpg.InterfaceError | OSError | TimeoutError)
        raise EndedBadly(
            OutcomeState.UNKNOWN if lost else OutcomeState.FAILED,
            f"{sentence} What it did until then cannot be rolled back: run the diagnostics to see.",
        ) from fault

    async def _looked_up(self, work: _Work) -> Answer:
        """How a commit ended whose answer was lost: the server knows, by the transaction's id. Raises EndedBadly."""
        status = await self._status(work.transaction) if work.transaction else None
        if status == "committed":
            return replace(_answer(work), told=f"{_told(work)} The answer was lost; the server says it committed.")
        if status == "aborted":
            sentence = "Nothing was changed: the server says that it was rolled back."
            raise EndedBadly(OutcomeState.FAILED, sentence)
        ask = f"SELECT pg_xact_status('{work.transaction}')" if work.transaction else "the step's diagnostics"
        raise EndedBadly(
            OutcomeState.UNKNOWN,
            f"The connection to {self._target} was lost while committing, so nobody knows whether it took effect:"
            f" ask with {ask} before doing it again.",
        )

    async def _status(self, transaction: str) -> str | None:
        try:
            async with asyncio.timeout(_ASK_SECONDS), self._sessions.session() as connection:
                status: str | None = "in progress"
                while status == "in progress":
                    status = await connection.fetchval("SELECT pg_xact_status($1::text::xid8)", transaction)
                    await asyncio.sleep(0.1)
                return status
        except FAULTS:
            return None


async def _check_guard(connection: Connection, promise: Promise, text: str, arguments: Sequence[Json]) -> bool:
    """Whether a rollback takes everything back. Raises GuardBroken before anything was run, NotAllowed, or a fault."""
    if promise.kind is GuardKind.ROWS:
        if not (await plan_of(connection, text, arguments)).changes_rows:
            raise GuardBroken("Nothing was run: its guard counts changed rows, but the statement changes none itself.")
        return True
    if promise.kind is GuardKind.COUNT:
        probe = judged(promise.probe or {})
        rows = await connection.fetch(probe.reading.text, *probe.arguments)
        seen = rows[0][0] if len(rows) == 1 and len(rows[0]) == 1 else len(rows)
        if promise.most is None or not isinstance(seen, int) or seen > promise.most:
            raise GuardBroken(f"Nothing was run: {seen} are touched now, approved were at most {promise.most}.")
    if promise.kind is GuardKind.FINGERPRINT and is_planned(text):
        return (await plan_of(connection, text, arguments)).changes_rows
    return False


@asynccontextmanager
async def _noticed(connection: Connection, run: Run) -> AsyncIterator[None]:
    """What the server says while the statement works (its notices) is heard as it comes."""

    def notice(_: object, message: asyncpg.PostgresLogMessage) -> None:
        said = message.as_dict()
        run.heard(f"{said.get('severity', 'NOTICE')}: {said.get('message', '')}\n".encode())

    connection.add_log_listener(notice)
    try:
        yield
    finally:
        # Nobody listens to a connection that was lost.
        with suppress(*FAULTS):
            connection.remove_log_listener(notice)


async def _execute(statement: Statement, query: Query, promise: Promise, caps: Caps, work: _Work) -> None:
    """Run the statement and note what came back; of its rows no more are held than are shown. Raises GuardBroken."""
    columns = statement.get_attributes()
    if not columns:
        await statement.fetch(*query.arguments)
        work.tag = statement.get_statusmsg() or ""
        number = work.tag.rsplit(" ", 1)[-1]
        work.changed = int(number) if number.isdecimal() else None
        return
    cursor = await statement.cursor(*query.arguments)
    shown = await cursor.fetch(caps.rows)
    found, true = len(shown), _true(shown)
    while rows := await cursor.fetch(_PIECE) if found else []:
        found, true = found + len(rows), true + _true(rows)
        _check_not_above(found, promise)
    if is_planned(query.reading.text):
        # Of a call for each row (ending sessions) those count that answered true.
        by_row = query.reading.select and len(columns) == 1 and columns[0].type.name == "bool"
        work.changed = true if by_row else found
    cells = [[None if value is None else str(value) for value in row] for row in shown]
    names, more = [column.name for column in columns], found > len(shown)
    work.output, _ = listed(names, cells, more=more, characters=caps.characters)
    work.value = _cell(shown[0][0]) if found == 1 and len(columns) == 1 else None


def _true(rows: Sequence[asyncpg.Record]) -> int:
    return sum(row[0] is True for row in rows)


def _cell(value: object) -> Json:
    return value if value is None or isinstance(value, int | float | str) else str(value)


def _check_not_above(found: int, promise: Promise) -> None:
    """Stop counting where it is too much already. Raises GuardBroken."""
    if promise.kind is GuardKind.ROWS and promise.most is not None and found > promise.most:
        told = f"It would have changed more than the {promise.most} rows that were approved"
        raise GuardBroken(f"{told}: rolled back, nothing changed.")


def _check_changed(changed: int | None, promise: Promise) -> None:
    if changed is None or promise.most is None or changed > promise.most:
        raise GuardBroken(
            f"It would have changed {changed} rows, approved were at most {promise.most}: rolled back, nothing changed."
        )


async def _commit(connection: Connection, work: _Work) -> None:
    """Commit; a cancellation waits until the server has answered, so that it is known whether it took effect."""
    commit = asyncio.ensure_future(connection.execute("COMMIT"))
    try:
        await asyncio.shield(commit)
    except asyncio.CancelledError:
        await asyncio.wait([commit], timeout=_LAST_ANSWER_SECONDS)
        if commit.done() and not commit.cancelled():
            work.committed = commit.exception() is None
        raise


def _stopped(work: _Work) -> tuple[OutcomeState, str]:
    """How a run stands that was cancelled, with its sentence."""
    if work.committed:
        return OutcomeState.RAN, f"{_told(work)} It was committed before it could be stopped."
    if work.stage is Stage.OPENING:
        return OutcomeState.CANCELLED, "It was stopped before it ran."
    if work.stage is Stage.COMMITTING:
        told = "It was stopped while it was committed, and may have taken effect: run the diagnostics to see."
        return OutcomeState.UNKNOWN, told
    if work.takes_back:
        return OutcomeState.CANCELLED, "It was stopped and rolled back: nothing was changed."
    told = "It was stopped midway. What it did until then cannot be rolled back: run the diagnostics to see."
    return OutcomeState.UNKNOWN, told


def _told(work: _Work) -> str:
    if work.changed is None:
        return "It ran."
    return "It ran and changed 1 row." if work.changed == 1 else f"It ran and changed {work.changed} rows."


def _answer(work: _Work) -> Answer:
    return Answer(
        text=work.output,
        changed=work.changed,
        value=work.value,
        single=work.value is not None,
        told=_told(work),
        receipt=work.receipt,
    )
