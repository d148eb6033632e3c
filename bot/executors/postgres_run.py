"""One approved remediation on a PostgreSQL: guard, statement and commit in one transaction, and an honest end."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Final

import asyncpg

from bot.executors.caps import Caps
from bot.executors.postgres_look import NotAllowed, Statement, judged
from bot.executors.postgres_plan import plan_of
from bot.executors.postgres_session import FAULTS, MARGIN_SECONDS, Connection, Sessions, opening, sentence_of, undo
from bot.executors.table import counted, drawn
from compiler.proof import sql
from incident.digest import Facts, Json
from incident.finding import Outcome, OutcomeState
from incident.plan import Plan, Promise
from incident.runbook import GuardKind
from incident.verdict import Verdict

_REFUSALS_OF_COMMIT: Final = (asyncpg.IntegrityConstraintViolationError, asyncpg.TransactionRollbackError)
"""With these the server says that it did not commit; any other end of a COMMIT leaves it open."""

_ASK_SECONDS: Final = 3.0


class Stage(Enum):
    """How far a run came."""

    OPENING = "opening"
    RUNNING = "running"
    COMMITTING = "committing"


class GuardBroken(Exception):
    """What was approved no longer holds; the transaction is rolled back. The text is a sentence."""


@dataclass(slots=True)
class _Run:
    """One run as it goes on. ``takes_back`` says whether a rollback undoes all that the statement does."""

    stage: Stage = Stage.OPENING
    takes_back: bool = False
    changed: int | None = None
    output: str = ""
    tag: str = ""
    transaction: str | None = None


class Remediation:
    """Runs plans with the remediation identity. ``run`` never raises but CancelledError."""

    def __init__(self, sessions: Sessions, *, target: str, caps: Caps) -> None:
        self._sessions = sessions
        self._target = target
        self._caps = caps

    async def run(self, plan: Plan) -> Outcome:
        """Run it once. A cancelled run is rolled back, or its commit awaited, before the cancellation goes on."""
        text = str(plan.command.get("sql", ""))
        judgement = sql.judge(text)
        if judgement.verdict is Verdict.REFUSED:
            return _outcome(OutcomeState.FAILED, f"Nothing was run: {judgement.reason}.")
        run = _Run()
        try:
            async with asyncio.timeout(self._caps.run_seconds + MARGIN_SECONDS), self._sessions.session() as connection:
                await self._transaction(connection, plan, text, run)
        except GuardBroken as broken:
            return _outcome(OutcomeState.VOID, str(broken), run)
        except NotAllowed as gate:
            return _outcome(OutcomeState.FAILED, str(gate), run)
        except asyncio.CancelledError as cancelled:
            if run.stage is not Stage.COMMITTING:
                cancelled.add_note("It was rolled back." if run.takes_back else f"Cut short while {run.stage.value}.")
            raise
        except FAULTS as fault:
            return await self._failed(fault, run)
        return _outcome(OutcomeState.RAN, _told(run), run)

    async def _transaction(self, connection: Connection, plan: Plan, text: str, run: _Run) -> None:
        arguments = _arguments(plan.command)
        await connection.execute(opening("READ WRITE", self._caps, seconds=self._caps.run_seconds))
        try:
            run.takes_back = await _check_guard(connection, plan.promise, text, arguments)
            # Prepared, so that a text of several statements cannot pass.
            statement = await connection.prepare(text)
            if len(statement.get_parameters()) != len(arguments):
                raise NotAllowed(f"Nothing was run: the step gives {len(arguments)} arguments, its SQL takes others.")
            run.stage = Stage.RUNNING
            await _execute(statement, arguments, self._caps, run)
            if plan.promise.kind is GuardKind.ROWS:
                _check_changed(run.changed, plan.promise)
            run.transaction = await connection.fetchval("SELECT pg_current_xact_id_if_assigned()::text")
            run.stage = Stage.COMMITTING
        finally:
            if run.stage is not Stage.COMMITTING:
                await undo(connection)
        await _commit(connection)

    async def _failed(self, fault: BaseException, run: _Run) -> Outcome:
        sentence = sentence_of(fault, self._target, seconds=self._caps.run_seconds)
        if run.stage is Stage.OPENING:
            return _outcome(OutcomeState.FAILED, f"Nothing was run. {sentence}", run)
        if run.stage is Stage.COMMITTING and not isinstance(fault, _REFUSALS_OF_COMMIT):
            return await self._looked_up(run)
        if run.takes_back:
            return _outcome(OutcomeState.FAILED, f"Nothing was changed, it was rolled back. {sentence}", run)
        lost = isinstance(fault, asyncpg.PostgresConnectionError | asyncpg.InterfaceError | OSError | TimeoutError)
        return _outcome(
            OutcomeState.UNKNOWN if lost else OutcomeState.FAILED,
            f"{sentence} What it did until then cannot be rolled back: run the diagnostics to see.",
            run,
        )

    async def _looked_up(self, run: _Run) -> Outcome:
        """How a commit ended whose answer was lost: the server knows, by the transaction's id."""
        status = await self._status(run.transaction) if run.transaction else None
        if status == "committed":
            return _outcome(OutcomeState.RAN, f"{_told(run)} The answer was lost; the server says it committed.", run)
        if status == "aborted":
            return _outcome(OutcomeState.FAILED, "Nothing was changed: the server says that it was rolled back.", run)
        ask = f"SELECT pg_xact_status('{run.transaction}')" if run.transaction else "the step's diagnostics"
        return _outcome(
            OutcomeState.UNKNOWN,
            f"The connection to {self._target} was lost while committing, so nobody knows whether it took effect:"
            f" ask with {ask} before doing it again.",
            run,
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
    return False


async def _execute(statement: Statement, arguments: Sequence[Json], caps: Caps, run: _Run) -> None:
    """Run the statement and note what came back."""
    rows = await statement.fetch(*arguments)
    columns = statement.get_attributes()
    run.tag = statement.get_statusmsg() or ""
    run.changed = _changed(run.tag, rows, columns)
    if columns:
        shown = [[None if value is None else str(value) for value in row] for row in rows[: caps.rows]]
        table, _ = drawn([column.name for column in columns], shown, characters=caps.characters)
        run.output = f"{table}\n{counted(len(shown), more=len(rows) > len(shown))}"


def _changed(tag: str, rows: Sequence[asyncpg.Record], columns: Sequence[asyncpg.Attribute]) -> int | None:
    """How many things changed: the rows that answered *true* where the statement is a call per row (ending sessions),
    else the number in the server's own word for it, e.g. ``UPDATE 7``.
    """
    if tag.startswith("SELECT") and len(columns) == 1 and columns[0].type.name == "bool":
        return sum(row[0] is True for row in rows)
    number = tag.rsplit(" ", 1)[-1]
    return int(number) if number.isdecimal() else None


def _check_changed(changed: int | None, promise: Promise) -> None:
    if changed is None or promise.most is None or changed > promise.most:
        raise GuardBroken(
            f"It would have changed {changed} rows, approved were at most {promise.most}: rolled back, nothing changed."
        )


async def _commit(connection: Connection) -> None:
    """Commit; a cancellation waits until the server has answered, so that it is known whether it took effect."""
    commit = asyncio.ensure_future(connection.execute("COMMIT"))
    try:
        await asyncio.shield(commit)
    except asyncio.CancelledError as cancelled:
        await asyncio.wait([commit], timeout=MARGIN_SECONDS)
        ended = commit.done() and not commit.cancelled() and commit.exception() is None
        cancelled.add_note("It was committed." if ended else "Nobody knows whether it was committed.")
        raise


def _arguments(command: Facts) -> Sequence[Json]:
    arguments = command.get("arguments", [])
    return arguments if isinstance(arguments, list | tuple) else []


def _told(run: _Run) -> str:
    if run.changed is None:
        return "It ran."
    return "It ran and changed 1 row." if run.changed == 1 else f"It ran and changed {run.changed} rows."


def _outcome(state: OutcomeState, sentence: str, run: _Run | None = None) -> Outcome:
    if run is None:
        return Outcome(state=state, sentence=sentence)
    receipt: Facts = {"stage": run.stage.value, "tag": run.tag, "transaction_id": run.transaction}
    ran = state is OutcomeState.RAN
    return Outcome(
        state=state,
        sentence=sentence,
        output=run.output if ran else "",
        changed=run.changed if ran else None,
        receipt=receipt,
    )
