"""A round of real kills is judged by what reached the target: that it ran once is not taken on trust."""

from collections import Counter
from datetime import timedelta

import asyncpg
from msgspec.structs import replace

from bot.stores.postgres import PostgresStore
from chaos.judging import Verdict
from chaos.judging_rounds import ran, said_by_watch
from chaos.storybook_runbook import WATCH
from incident.alert import AlertStatus
from incident.approval import Approval, ApprovalState
from incident.change import Change
from incident.watch import SOURCE, WatchRecord
from incident.watching import proof
from tests.contract import making

PATH = "/admin/users/user_1/block"


def request(state: ApprovalState) -> Approval:
    made = making.approval("app_1", incident_id="inc_1")
    return replace(made, state=state, plan=replace(made.plan, command={"method": "POST", "path": PATH}))


def judged(state: ApprovalState, effects: int) -> Verdict:
    verdict = Verdict()
    ran([request(state)], Counter({PATH: effects}), verdict)
    return verdict


def test_what_ran_once_or_may_have_is_good() -> None:
    assert judged(ApprovalState.RAN, 1).good
    assert judged(ApprovalState.UNKNOWN, 1).good
    assert judged(ApprovalState.UNKNOWN, 0).good
    assert judged(ApprovalState.VOID, 0).good


def test_what_ran_twice_or_without_being_told_is_doubled() -> None:
    assert judged(ApprovalState.RAN, 2).doubled
    assert judged(ApprovalState.VOID, 1).doubled


def test_what_is_told_to_have_run_and_did_not_or_never_ends_is_lost() -> None:
    assert judged(ApprovalState.RAN, 0).lost
    assert judged(ApprovalState.RUNNING, 1).lost


async def test_a_watch_said_what_was_saved_first_before_the_rest_whatever_the_clocks_of_its_processes(
    database: str,
) -> None:
    store, connection = await PostgresStore.open(database), await asyncpg.connect(database)
    words = [AlertStatus.FIRING, AlertStatus.RESOLVED]
    for number, word in enumerate(words):
        known = WatchRecord(id=WATCH, next_at=making.NOW, looked_at=making.NOW + timedelta(seconds=number))
        at = making.NOW - timedelta(seconds=number)
        sent = replace(making.delivery(proof(known, word), received_at=at), source=SOURCE)
        await store.save(Change(cause=sent.key, at=at, deliveries=(sent,)))
    said = await said_by_watch(connection)
    await connection.close()
    await store.close()
    assert [each for each, _ in said] == words
