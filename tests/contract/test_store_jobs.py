"""What is owed is done once: claimed in order, held under a lease, settled by its holder, and never lost."""

import asyncio
from collections.abc import Iterable
from datetime import timedelta
from enum import StrEnum

import pytest
from msgspec.structs import replace

from commands.outage import Conflict, LostClaim
from commands.store import Store
from incident.approval import ApprovalState
from incident.job import Claim, Job, JobName
from incident.refusal import TargetBusy
from tests.contract import making
from tests.contract.making import NOW, change
from tests.contract.stores import MovedClock

LEASE = timedelta(seconds=10)


async def owe(store: Store, *jobs: Job, cause: str = "owe") -> None:
    await store.save(change(cause, jobs=jobs))


async def claim(store: Store, limit: int = 10) -> tuple[Claim, ...]:
    return await store.claim("worker", limit=limit, lease=LEASE)


async def claim_one(store: Store) -> Claim:
    (only,) = await claim(store)
    return only


async def settle(store: Store, held: Claim) -> None:
    await store.save(change(f"settle {held.id} {held.fence}", settles=held))


def keys(claims: Iterable[Claim]) -> list[str]:
    return [each.job.key for each in claims]


async def test_the_most_urgent_come_first_then_those_longest_due_then_those_owed_first(store: Store) -> None:
    long_due = NOW - timedelta(minutes=1)
    await owe(
        store,
        making.job("calm", urgency=3, due_at=long_due),
        making.job("second"),
        making.job("third"),
        making.job("first", due_at=long_due),
        making.job("urgent", urgency=0),
    )
    assert keys(await claim(store, limit=2)) == ["urgent", "first"]
    assert keys(await claim(store)) == ["second", "third", "calm"]


class Newer(StrEnum):
    """The names of jobs that a later version of Muster has, too."""

    OF_TOMORROW = "of_tomorrow"


async def test_a_job_that_only_a_newer_muster_knows_is_left_to_it_and_holds_up_no_other(
    store: Store, clock: MovedClock
) -> None:
    """Two versions share a store while processes are replaced one after the other, or when one is taken back."""
    strange = replace(making.job("strange", urgency=0), name=Newer.OF_TOMORROW)
    await owe(store, making.job("known"), strange)
    assert keys(await claim(store)) == ["known"]
    assert await claim(store) == ()
    left = await store.next_due()
    assert left is not None
    assert clock() < left <= clock() + LEASE


async def test_a_claim_carries_the_job_as_it_was_owed(store: Store) -> None:
    given = making.job("k", name=JobName.INVITE, subject="U1", urgency=1)
    await owe(store, given)
    held = await claim_one(store)
    assert (held.job, held.attempts) == (given, 1)


async def test_a_job_is_not_claimed_before_it_is_due(store: Store, clock: MovedClock) -> None:
    await owe(store, making.job("k", due_at=NOW + timedelta(minutes=1)))
    assert await claim(store) == ()
    clock.pass_(minutes=1)
    assert keys(await claim(store)) == ["k"]


async def test_what_is_owed_at_once_by_a_process_whose_clock_is_ahead_is_due_at_once(store: Store) -> None:
    ahead = NOW + timedelta(minutes=5)
    at_once, later = making.job("at once", due_at=ahead), making.job("later", due_at=ahead + timedelta(seconds=1))
    await store.save(replace(change("owe", jobs=(at_once, later)), at=ahead))
    assert keys(await claim(store)) == ["at once"]


@pytest.mark.parametrize(("wanted", "rests"), [(2, 2), (60, 5)], ids=["what it wanted", "five seconds at most"])
async def test_what_owes_itself_for_later_by_a_clock_that_is_behind_rests(
    store: Store, clock: MovedClock, wanted: int, rests: int
) -> None:
    timer = making.job("quiet", name=JobName.RESOLVE_QUIET)
    await owe(store, timer)
    held = await claim_one(store)
    behind = NOW - timedelta(minutes=5)
    again = replace(timer, due_at=behind + timedelta(seconds=wanted))
    await store.save(replace(change("look again later", jobs=(again,), settles=held), at=behind))
    clock.pass_(seconds=rests - 1)
    assert await claim(store) == ()
    clock.pass_(seconds=1)
    assert keys(await claim(store)) == ["quiet"]


async def test_a_claimed_job_is_nobody_elses_until_its_lease_lapses(store: Store, clock: MovedClock) -> None:
    await owe(store, making.job("k"))
    first = await claim_one(store)
    clock.pass_(seconds=9)
    assert await claim(store) == ()
    clock.pass_(seconds=1)
    second = await claim_one(store)
    assert second.fence > first.fence
    assert second.attempts == 2


async def test_whoever_lost_a_claim_can_neither_settle_renew_put_off_nor_give_up(
    store: Store, clock: MovedClock
) -> None:
    await owe(store, making.job("k"))
    old = await claim_one(store)
    clock.pass_(seconds=11)
    new = await claim_one(store)
    with pytest.raises(LostClaim):
        await settle(store, old)
    with pytest.raises(LostClaim):
        await store.put_off(old, wait=timedelta(0))
    with pytest.raises(LostClaim):
        await store.give_up(old, "no")
    assert await store.renew([old, new], lease=LEASE) == {new.id}
    await settle(store, new)


async def test_a_lapsed_lease_that_nobody_took_is_still_its_holders(store: Store, clock: MovedClock) -> None:
    await owe(store, making.job("k"))
    held = await claim_one(store)
    clock.pass_(minutes=1)
    await settle(store, held)
    assert await claim(store) == ()


async def test_what_somebody_silent_held_is_taken_at_once_and_claimed_after_a_grace(
    store: Store, clock: MovedClock
) -> None:
    await owe(store, making.job("k"))
    silent = await claim_one(store)
    clock.pass_(seconds=11)
    grace = timedelta(seconds=3)
    assert await store.claim("another", limit=9, lease=LEASE, grace=grace) == ()
    with pytest.raises(LostClaim):
        await settle(store, silent)
    assert await store.renew([silent], lease=LEASE) == frozenset()
    assert await store.next_due() == clock.now + grace
    clock.pass_(seconds=2)
    assert await store.claim("another", limit=9, lease=LEASE, grace=grace) == ()
    clock.pass_(seconds=1)
    (held,) = await store.claim("another", limit=9, lease=LEASE, grace=grace)
    assert (held.attempts, held.job) == (2, silent.job)
    await settle(store, held)


async def test_what_rests_is_claimed_when_the_clock_that_had_leaped_is_set_right(
    store: Store, clock: MovedClock
) -> None:
    await owe(store, making.job("k"))
    await claim_one(store)
    clock.pass_(hours=1)
    assert await store.claim("another", limit=9, lease=LEASE, grace=timedelta(seconds=3)) == ()
    clock.pass_(hours=-1)
    (held,) = await store.claim("another", limit=9, lease=LEASE, grace=timedelta(seconds=3))
    assert held.job.key == "k"


async def test_a_renewed_lease_holds(store: Store, clock: MovedClock) -> None:
    await owe(store, making.job("k"))
    held = await claim_one(store)
    clock.pass_(seconds=8)
    assert await store.renew([held], lease=LEASE) == {held.id}
    clock.pass_(seconds=8)
    assert await claim(store) == ()


async def test_a_settled_job_is_done_and_owed_no_second_time(store: Store) -> None:
    await owe(store, making.job("k"))
    held = await claim_one(store)
    await settle(store, held)
    await owe(store, making.job("k"), cause="again")
    assert await claim(store) == ()
    with pytest.raises(LostClaim):
        await store.put_off(held, wait=timedelta(0))
    assert await store.renew([held], lease=LEASE) == frozenset()


async def test_a_job_owed_twice_is_owed_once_at_its_first_time(store: Store) -> None:
    await owe(store, making.job("k"))
    await owe(store, making.job("k", due_at=NOW - timedelta(hours=1)), cause="again")
    assert (await claim_one(store)).job.due_at == NOW


async def test_a_job_put_off_comes_back_then_and_counts_unless_it_waited_for_a_budget(
    store: Store, clock: MovedClock
) -> None:
    await owe(store, making.job("k"))
    await store.put_off(await claim_one(store), wait=timedelta(seconds=5), error="Slack said no")
    assert await claim(store) == ()
    assert await store.next_due() == NOW + timedelta(seconds=5)
    clock.pass_(seconds=5)
    second = await claim_one(store)
    assert second.attempts == 2
    await store.put_off(second, wait=timedelta(0), count=False)
    assert (await claim_one(store)).attempts == 2


async def test_a_job_given_up_is_not_claimed_again(store: Store, clock: MovedClock) -> None:
    await owe(store, making.job("k"))
    await store.give_up(await claim_one(store), "the channel is gone")
    clock.pass_(hours=1)
    assert await claim(store) == ()
    assert await store.next_due() is None


async def test_next_due_is_the_next_debt_or_the_next_lease_to_lapse(store: Store, clock: MovedClock) -> None:
    await owe(store, making.job("soon", due_at=NOW + timedelta(seconds=30)), making.job("now"))
    assert await store.next_due() == NOW
    await claim(store)
    assert await store.next_due() == NOW + LEASE
    await owe(store, making.job("sooner", due_at=NOW + timedelta(seconds=3)), cause="again")
    assert await store.next_due() == NOW + timedelta(seconds=3)


# Converge: the card, the topic, the clocks.


async def test_debts_of_a_card_that_waits_are_one_at_the_earliest_time_however_many_come(
    store: Store, clock: MovedClock
) -> None:
    """A stream of changes must not push the edit away for ever."""
    for n in range(5):
        due = NOW + timedelta(milliseconds=300 + 100 * n)
        await owe(store, making.job("card", name=JobName.CARD, due_at=due), cause=str(n))
    clock.pass_(milliseconds=300)
    await settle(store, await claim_one(store))
    clock.pass_(hours=1)
    assert await claim(store) == ()


async def test_a_timer_that_waits_takes_the_new_time_earlier_or_later(store: Store) -> None:
    for n, minutes in enumerate((30, 60, 45)):
        due = NOW + timedelta(minutes=minutes)
        await owe(store, making.job("ring", name=JobName.RING_CLOCKS, due_at=due), cause=str(n))
        assert await store.next_due() == due


async def test_an_edit_that_comes_while_one_runs_is_owed_again_when_that_one_settles(
    store: Store, clock: MovedClock
) -> None:
    await owe(store, making.job("card", name=JobName.CARD))
    held = await claim_one(store)
    due = NOW + timedelta(seconds=1)
    await owe(store, making.job("card", name=JobName.CARD, due_at=due), cause="edit")
    clock.pass_(seconds=2)
    assert await claim(store) == (), "it is held"
    assert await store.next_due() == NOW + LEASE, "so nobody can do anything before"
    await settle(store, held)
    again = await claim_one(store)
    assert (again.job.due_at, again.attempts) == (due, 1)
    assert again.generation > held.generation
    await settle(store, again)
    assert await claim(store) == ()


async def test_a_job_can_be_put_off_though_an_edit_came_while_it_ran(store: Store) -> None:
    await owe(store, making.job("card", name=JobName.CARD))
    held = await claim_one(store)
    await owe(store, making.job("card", name=JobName.CARD), cause="edit")
    await store.put_off(held, wait=timedelta(minutes=1))
    assert await store.next_due() == NOW + timedelta(minutes=1)


async def test_an_edit_that_comes_while_one_runs_survives_its_failure_too(store: Store) -> None:
    await owe(store, making.job("card", name=JobName.CARD))
    held = await claim_one(store)
    await owe(store, making.job("card", name=JobName.CARD), cause="edit")
    await store.give_up(held, "the message was deleted")
    assert keys(await claim(store)) == ["card"]


@pytest.mark.parametrize("ended", ["settled", "given up"])
async def test_a_converge_job_that_ended_is_owed_anew_from_its_first_attempt(store: Store, ended: str) -> None:
    await owe(store, making.job("card", name=JobName.CARD))
    held = await claim_one(store)
    if ended == "settled":
        await settle(store, held)
    else:
        await store.give_up(held, "no")
    due = NOW - timedelta(seconds=1)
    await owe(store, making.job("card", name=JobName.CARD, due_at=due, urgency=0), cause="edit")
    again = await claim_one(store)
    assert (again.job.due_at, again.job.urgency, again.attempts) == (due, 0, 1)


async def test_a_timer_that_rings_sets_itself_for_the_next_time_in_the_change_that_settles_it(
    store: Store, clock: MovedClock
) -> None:
    await owe(store, making.job("ring", name=JobName.RING_CLOCKS))
    held = await claim_one(store)
    following = NOW + timedelta(minutes=30)
    ring = making.job("ring", name=JobName.RING_CLOCKS, due_at=following)
    await store.save(change("rang", settles=held, jobs=(ring,)))
    assert await claim(store) == ()
    assert await store.next_due() == following
    clock.pass_(minutes=30)
    assert keys(await claim(store)) == ["ring"]


# Once: a remediation.


async def begun(
    store: Store,
    approval_id: str = "app_1",
    *,
    target: str = "storybook-db",
    step: str = "requeue",
    concurrency: int = 1,
) -> Claim:
    """A remediation's job, marked doing together with its running request."""
    asked = making.approval(approval_id, target=target, incident_id=f"inc_{approval_id}")
    policy = replace(asked.policy, concurrency=concurrency)
    asked = replace(asked, plan=replace(asked.plan, step_id=step), policy=policy)
    incident = making.incident(f"inc_{approval_id}")
    job = making.job(f"run {approval_id}", name=JobName.RUN_REMEDIATION, incident_id=incident.id, subject=approval_id)
    saved = await store.save(change(f"ask {approval_id}", incident=incident, approvals=(asked,), jobs=(job,)))
    held = await claim_one(store)
    running = replace(asked, state=ApprovalState.RUNNING)
    begins = change(f"begin {approval_id}", incident=saved.incident, approvals=(running,), events=(making.event(),))
    await store.begin(held, begins, keeping=())
    return held


async def test_begin_saves_its_change_and_the_holder_settles_what_it_began(store: Store) -> None:
    held = await begun(store)
    running = await store.approval("app_1")
    assert running is not None
    assert running.state is ApprovalState.RUNNING
    assert len(await store.timeline("inc_app_1")) == 1
    await settle(store, held)
    assert await store.cut_short() == ()


async def test_a_once_job_that_was_begun_is_never_claimed_again(store: Store, clock: MovedClock) -> None:
    await begun(store)
    clock.pass_(hours=1)
    assert await claim(store) == ()


async def test_a_once_job_that_was_not_begun_is_claimed_again_after_its_lease(store: Store, clock: MovedClock) -> None:
    await owe(store, making.job("run", name=JobName.RUN_REMEDIATION))
    await claim(store)
    clock.pass_(seconds=11)
    assert keys(await claim(store)) == ["run"]


async def test_a_job_that_was_begun_cannot_be_put_off(store: Store) -> None:
    held = await begun(store)
    with pytest.raises(LostClaim):
        await store.put_off(held, wait=timedelta(0))


async def test_a_running_remediation_that_keeps_its_lease_is_not_cut_short(store: Store, clock: MovedClock) -> None:
    held = await begun(store)
    clock.pass_(seconds=9)
    assert await store.renew([held], lease=LEASE) == {held.id}
    clock.pass_(seconds=9)
    assert await store.cut_short() == ()


async def test_a_remediation_whose_holder_went_silent_is_found_by_one_and_only_that_one_ends_it(
    store: Store, clock: MovedClock
) -> None:
    old = await begun(store)
    clock.pass_(seconds=11)
    (found,) = await store.cut_short()
    assert found.job == old.job
    assert await store.cut_short() == (), "somebody is telling people already"
    with pytest.raises(LostClaim):
        await settle(store, old)
    assert await store.renew([old], lease=LEASE) == frozenset()
    await settle(store, found)
    clock.pass_(hours=1)
    assert await store.cut_short() == ()
    assert await claim(store) == ()


async def test_what_was_cut_short_and_only_a_newer_muster_knows_is_left_to_it(
    store: Store, clock: MovedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    await begun(store)
    clock.pass_(minutes=1)
    with monkeypatch.context() as older:
        older.setattr("bot.stores.jobs._KNOWN", frozenset())
        assert await store.cut_short() == ()
    clock.pass_(minutes=1)
    (found,) = await store.cut_short()
    await settle(store, found)


async def test_a_cut_short_remediation_is_found_again_when_its_finder_dies_too(store: Store, clock: MovedClock) -> None:
    await begun(store)
    clock.pass_(seconds=11)
    (first,) = await store.cut_short()
    clock.pass_(minutes=1)
    (second,) = await store.cut_short()
    with pytest.raises(LostClaim):
        await settle(store, first)
    await settle(store, second)


async def test_a_second_remediation_on_a_target_waits_for_the_first(store: Store) -> None:
    first = await begun(store, "app_1")
    with pytest.raises(TargetBusy):
        await begun(store, "app_2")
    assert await store.timeline("inc_app_2") == (), "nothing of it is saved"
    ended = replace(making.approval("app_1", incident_id="inc_app_1"), state=ApprovalState.RAN)
    incident = await store.incident("inc_app_1")
    await store.save(change("end", incident=incident, approvals=(ended,), settles=first))
    running = replace(making.approval("app_2", incident_id="inc_app_2"), state=ApprovalState.RUNNING)
    assert (await store.save(change("x", incident=await store.incident("inc_app_2"), approvals=(running,)))).fresh


async def ended(store: Store, held: Claim, approval_id: str) -> None:
    """What was begun has run."""
    running = await store.approval(approval_id)
    assert running is not None
    ran = replace(running, state=ApprovalState.RAN)
    incident = await store.incident(f"inc_{approval_id}")
    await store.save(change(f"end {approval_id}", incident=incident, approvals=(ran,), settles=held))


async def test_so_many_run_on_a_target_as_all_of_them_allow(store: Store) -> None:
    first = await begun(store, "app_1", step="a", concurrency=2)
    second = await begun(store, "app_2", step="b", concurrency=3)
    with pytest.raises(TargetBusy):
        await begun(store, "app_3", step="c", concurrency=3)
    await ended(store, first, "app_1")
    third = await begun(store, "app_4", step="d", concurrency=2)
    await ended(store, second, "app_2")
    await ended(store, third, "app_4")
    assert await begun(store, "app_5", step="a")


async def test_a_step_that_says_nothing_runs_alone_whatever_the_others_say(store: Store) -> None:
    first = await begun(store, "app_1", step="a", concurrency=5)
    with pytest.raises(TargetBusy):
        await begun(store, "app_2", step="b")
    await ended(store, first, "app_1")
    await begun(store, "app_3", step="b")
    with pytest.raises(TargetBusy):
        await begun(store, "app_4", step="c", concurrency=5)


async def test_a_step_never_runs_beside_itself(store: Store) -> None:
    await begun(store, "app_1", step="a", concurrency=5)
    with pytest.raises(TargetBusy):
        await begun(store, "app_2", step="a", concurrency=5)
    assert await begun(store, "app_3", step="a", target="another", concurrency=5)


async def test_what_happens_to_a_run_meanwhile_leaves_it_its_place(store: Store) -> None:
    """Somebody cancels the first: its row is written anew, and the second keeps a place of its own."""
    await begun(store, "app_1", step="a", concurrency=2)
    await begun(store, "app_2", step="b", concurrency=2)
    for number in (2, 1):
        running = await store.approval(f"app_{number}")
        assert running is not None
        cancelled = replace(running, cancelled_by=running.requester, cancelled_at=NOW)
        incident = await store.incident(f"inc_app_{number}")
        assert (await store.save(change(f"cancel {number}", incident=incident, approvals=(cancelled,)))).fresh


async def test_of_many_that_begin_at_once_no_more_do_than_there_are_places(store: Store) -> None:
    begins = []
    for number in range(12):
        asked = making.approval(f"app_{number}", incident_id=f"inc_{number}")
        asked = replace(
            asked, plan=replace(asked.plan, step_id=f"s{number}"), policy=replace(asked.policy, concurrency=3)
        )
        incident = making.incident(f"inc_{number}")
        job = making.job(f"run {number}", name=JobName.RUN_REMEDIATION, incident_id=incident.id, subject=asked.id)
        saved = await store.save(change(f"ask {number}", incident=incident, approvals=(asked,), jobs=(job,)))
        running = replace(asked, state=ApprovalState.RUNNING)
        begins.append(
            (await claim_one(store), change(f"begin {number}", incident=saved.incident, approvals=(running,)))
        )
    ends = await asyncio.gather(*(store.begin(*each, keeping=()) for each in begins), return_exceptions=True)
    assert [each for each in ends if each is not None and not isinstance(each, TargetBusy)] == []
    assert ends.count(None) == 3


async def test_a_job_refused_its_target_is_still_claimed_and_can_be_put_off(store: Store) -> None:
    await begun(store, "app_1")
    with pytest.raises(TargetBusy):
        await begun(store, "app_2")
    assert await claim(store) == ()
    assert await store.next_due() == NOW + LEASE


async def test_nothing_begins_twice_or_under_a_lease_that_lapsed(store: Store, clock: MovedClock) -> None:
    held = await begun(store)
    with pytest.raises(LostClaim):
        await store.begin(held, change("once more"), keeping=())
    await owe(store, making.job("run 2", name=JobName.RUN_REMEDIATION), cause="another")
    late = await claim_one(store)
    clock.pass_(seconds=10)
    with pytest.raises(LostClaim):
        await store.begin(late, change("late"), keeping=())


async def test_what_another_claim_began_does_not_begin_again_and_the_job_stays_as_it_was(
    store: Store, clock: MovedClock
) -> None:
    await store.save(change("begin app_1"))
    await owe(store, making.job("run", name=JobName.RUN_REMEDIATION))
    held = await claim_one(store)
    with pytest.raises(LostClaim):
        await store.begin(held, change("begin app_1"), keeping=())
    clock.pass_(seconds=11)
    assert await store.cut_short() == (), "it was not marked doing"


async def test_a_conflict_in_begin_leaves_the_job_claimed_and_not_doing(store: Store, clock: MovedClock) -> None:
    saved = (await store.save(change("a", incident=making.incident()))).incident
    assert saved is not None
    await store.save(change("b", incident=saved))
    await owe(store, making.job("run", name=JobName.RUN_REMEDIATION))
    held = await claim_one(store)
    with pytest.raises(Conflict):
        await store.begin(held, change("begin", incident=saved), keeping=())
    await store.begin(held, change("begin", incident=await store.incident("inc_1")), keeping=())
    clock.pass_(seconds=11)
    assert keys(await store.cut_short()) == ["run"]


async def test_only_once_jobs_can_be_begun(store: Store) -> None:
    await owe(store, making.job("k"))
    with pytest.raises(LostClaim):
        await store.begin(await claim_one(store), change("begin"), keeping=())


# Waking the worker.


async def test_the_worker_is_woken_once_something_is_owed_and_only_then(store: Store) -> None:
    woken: list[str] = []
    store.on_owed = lambda: woken.append("woken")
    await store.save(change("nothing owed", events=(making.event(),)))
    assert woken == []
    await owe(store, making.job("card", name=JobName.CARD))
    assert len(woken) == 1
    held = await claim_one(store)
    await owe(store, making.job("card", name=JobName.CARD), cause="edit")
    await settle(store, held)
    assert len(woken) == 3, "the edit is owed again"
    await settle(store, await claim_one(store))
    assert len(woken) == 3
    with pytest.raises(Conflict):
        await store.save(change("bad", incident=replace(making.incident(), version=7), jobs=(making.job("k"),)))
    assert len(woken) == 3


async def test_a_line_waits_behind_an_older_one_of_its_incident_that_only_the_budget_holds_up(store: Store) -> None:
    other, quiet = making.job("elsewhere", incident_id="inc_2"), making.job("quiet", urgency=6)
    await owe(store, making.job("older"), making.job("newer"), other, quiet)
    held = {each.job.key: each for each in await claim(store)}
    assert [key for key in held if await store.waits_behind(held[key])] == ["newer"]
    await store.put_off(held["older"], wait=timedelta(seconds=1), count=False)
    assert await store.waits_behind(held["newer"])


async def test_a_line_that_failed_does_not_hold_the_others_up(store: Store, clock: MovedClock) -> None:
    await owe(store, making.job("older"), making.job("newer"))
    for _ in range(2):
        held = {each.job.key: each for each in await claim(store)}
        await store.put_off(held["older"], wait=timedelta(0), count=True)
        await store.put_off(held["newer"], wait=timedelta(0), count=False)
    held = {each.job.key: each for each in await claim(store)}
    assert not await store.waits_behind(held["newer"])


async def test_whether_a_person_is_called_later_is_told_by_how_the_keys_begin_unless_that_was_given_up(
    store: Store,
) -> None:
    first, again, other = "page:inc_1:U1", "page:inc_1:U1:again_a", "page:inc_1:U12:again_a"
    await owe(store, *(making.job(key, name=JobName.PAGE, subject="U1") for key in (first, again, other)))
    held = {each.job.key: each for each in await claim(store)}
    heads = ["page:inc_1:U1:other_", "page:inc_1:U1:again_"]
    assert await store.call_owed_since("inc_1", heads=heads, claim=held[first])
    assert not await store.call_owed_since("inc_1", heads=heads, claim=held[again])
    assert await store.call_owed_since("inc_1", heads=heads)
    assert not await store.call_owed_since("inc_2", heads=heads)
    assert not await store.call_owed_since("inc_1", heads=["page:inc_1:U%", "PAGE:inc_1:U1", "page:inc_1:U_:again_"])
    await store.give_up(held[again], "nobody is there")
    assert not await store.call_owed_since("inc_1", heads=heads)


async def test_a_call_stands_for_the_persons_other_calls_that_wait_and_are_no_more_urgent(store: Store) -> None:
    def call(incident: str, user: str, urgency: int, again: str = "") -> Job:
        key = f"page:{incident}:{user}{again}"
        return making.job(key, name=JobName.PAGE, urgency=urgency, incident_id=incident, subject=user)

    calls = (call("inc_1", "U1", 1), call("inc_2", "U1", 3), call("inc_3", "U1", 2), call("inc_4", "U1", 0))
    others = (call("inc_1", "U2", 1), call("inc_5", "U1", 2, again=":escalated-1"))
    await store.save(change("a", jobs=(*calls, *others)))
    held = await store.claim("w", limit=2, lease=LEASE)
    (claim,) = [each for each in held if each.job.incident_id == "inc_1"]
    for each in held:
        if each is not claim:
            await store.put_off(each, wait=timedelta(0), count=False)
    assert await store.take_along(claim, limit=9) == ("inc_3", "inc_2")
    assert await store.take_along(claim, limit=9) == ()
    await store.put_off(claim, wait=timedelta(0), count=False)
    left = {each.job.key: each.job.subject for each in await store.claim("w", limit=9, lease=LEASE)}
    assert left == {
        "page:inc_1:U1": "U1 inc_3 inc_2",
        "page:inc_4:U1": "U1",
        "page:inc_1:U2": "U2",
        "page:inc_5:U1:escalated-1": "U1",
    }
