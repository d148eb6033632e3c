"""A Change is saved whole or not at all, and what is read back is what was saved."""

from datetime import datetime, timedelta, timezone

import pytest
from msgspec.structs import replace

from commands.outage import Conflict, LostClaim
from commands.store import Store
from incident import timeline
from incident.alert import DeliveryState
from incident.approval import ApprovalState
from incident.digest import Facts
from incident.evidence import EvidenceFreeze
from incident.finding import OutcomeState
from incident.incident import Home, Status
from incident.job import JobName
from incident.refusal import TargetBusy
from incident.responder import UserId, person
from incident.severity import Severity
from incident.timeline import Event, Kind
from tests.contract import making
from tests.contract.conftest import Opener
from tests.contract.making import NOW, change
from tests.contract.stores import MovedClock

LEASE = timedelta(seconds=10)


async def test_a_new_incident_gets_the_next_number_and_its_first_version(store: Store) -> None:
    first = await store.save(change("a", incident=making.incident("inc_a")))
    second = await store.save(change("b", incident=making.incident("inc_b")))
    assert first.fresh
    assert first.incident is not None
    assert second.incident is not None
    assert (first.incident.number, first.incident.version, first.incident.key) == (1, 1, "INC-1")
    assert second.incident.number == 2


async def test_an_incident_comes_back_as_it_was_saved_with_every_field(store: Store) -> None:
    given = making.full_incident()
    await store.save(change("a", incident=given))
    assert await store.incident(given.id) == replace(given, number=1, version=1)


async def test_an_incident_is_found_by_number_by_channel_and_by_the_newest_of_its_group(store: Store) -> None:
    older = replace(making.incident("inc_a", group="g"), status=Status.RESOLVED)
    await store.save(change("a", incident=older))
    await store.save(change("b", incident=making.incident("inc_b", group="g", home=Home(channel="C7"))))
    by_number = await store.incident_by_number(1)
    by_channel = await store.incident_by_channel("C7")
    of_group = await store.last_incident_of_group("g")
    assert by_number is not None
    assert by_channel is not None
    assert of_group is not None
    assert (by_number.id, by_channel.id, of_group.id) == ("inc_a", "inc_b", "inc_b")


async def test_what_is_not_there_is_none(store: Store) -> None:
    assert await store.incident("x") is None
    assert await store.incident_by_number(1) is None
    assert await store.incident_by_channel("x") is None
    assert await store.last_incident_of_group("x") is None
    assert await store.alert("x") is None
    assert await store.approval("x") is None
    assert await store.finding("x") is None
    assert await store.event("x") is None
    assert await store.delivery("x") is None
    assert await store.last_run("x", "y") is None
    assert await store.next_due() is None
    assert await store.timeline("x") == ()
    with pytest.raises(KeyError):
        await store.record("x")


async def test_open_incidents_come_worst_first_then_newest_and_resolved_ones_only_among_the_recent(
    store: Store,
) -> None:
    for name, severity in (("a", "P2"), ("b", "P0"), ("c", "P2"), ("d", "P1")):
        await store.save(change(name, incident=making.incident(name, severity=Severity(severity))))
    gone = await store.incident("d")
    assert gone is not None
    await store.save(change("resolve", incident=replace(gone, status=Status.RESOLVED)))
    assert [each.id for each in await store.open_incidents()] == ["b", "c", "a"]
    assert [each.id for each in await store.open_incidents(limit=1)] == ["b"]
    assert [each.id for each in await store.recent_incidents()] == ["d", "c", "b", "a"]
    assert [each.id for each in await store.recent_incidents(limit=2)] == ["d", "c"]


async def test_open_incidents_that_keep_evidence_are_found(store: Store) -> None:
    kept = EvidenceFreeze(by=person(UserId("U1")), at=NOW, reason="a break-in")
    for name in ("a", "b", "c"):
        evidence = None if name == "b" else kept
        await store.save(change(name, incident=replace(making.incident(name), evidence=evidence)))
    assert [each.id for each in await store.incidents_with_evidence()] == ["a", "c"]
    gone = await store.incident("a")
    assert gone is not None
    await store.save(change("resolve", incident=replace(gone, status=Status.RESOLVED)))
    (left,) = await store.incidents_with_evidence()
    assert left.evidence == kept


async def test_the_same_cause_again_is_a_repeat_that_changes_nothing_and_shows_what_is_true_now(store: Store) -> None:
    first = await store.save(change("a", incident=making.incident(), events=(making.event(),)))
    assert first.incident is not None
    await store.save(change("b", incident=replace(first.incident, title="Another title")))
    again = await store.save(
        change("a", incident=making.incident("inc_twin"), events=(making.event("twice"),), jobs=(making.job("twice"),))
    )
    assert not again.fresh
    assert again.incident is not None
    assert (again.incident.id, again.incident.title, again.incident.version) == ("inc_1", "Another title", 2)
    assert await store.incident("inc_twin") is None
    assert len(await store.timeline("inc_1")) == 1
    assert await store.next_due() is None


async def test_an_incident_decided_on_an_older_version_conflicts_and_nothing_of_it_is_saved(store: Store) -> None:
    saved = await store.save(change("a", incident=making.incident()))
    assert saved.incident is not None
    await store.save(change("b", incident=replace(saved.incident, title="First")))
    stale = change(
        "c",
        incident=replace(saved.incident, title="Second"),
        events=(making.event(),),
        alerts=(making.alert(),),
        findings=(making.finding(),),
        approvals=(making.approval(),),
        deliveries=(making.delivery(),),
        jobs=(making.job("k"),),
    )
    with pytest.raises(Conflict):
        await store.save(stale)
    now = await store.incident("inc_1")
    assert now is not None
    assert (now.title, now.version) == ("First", 2)
    assert await store.timeline("inc_1") == ()
    assert await store.alert("alertmanager:a1") is None
    assert await store.finding("fnd_1") is None
    assert await store.approval("app_1") is None
    assert await store.delivery("d1") is None
    assert await store.next_due() is None
    assert (await store.save(replace(stale, incident=replace(now, title="Second")))).fresh


async def test_declaring_the_same_incident_twice_conflicts_and_uses_no_number(store: Store) -> None:
    await store.save(change("a", incident=making.incident("inc_a")))
    with pytest.raises(Conflict):
        await store.save(change("b", incident=making.incident("inc_a")))
    saved = await store.save(change("c", incident=making.incident("inc_c")))
    assert saved.incident is not None
    assert saved.incident.number == 2


async def test_a_group_has_one_open_incident_whether_declared_or_reopened(store: Store) -> None:
    first = (await store.save(change("a", incident=making.incident("inc_a", group="g")))).incident
    assert first is not None
    with pytest.raises(Conflict):
        await store.save(change("b", incident=making.incident("inc_b", group="g")))
    resolved = (await store.save(change("c", incident=replace(first, status=Status.RESOLVED)))).incident
    assert resolved is not None
    await store.save(change("d", incident=making.incident("inc_b", group="g")))
    with pytest.raises(Conflict):
        await store.save(change("e", incident=replace(resolved, status=Status.INVESTIGATING)))


async def test_incidents_without_a_group_do_not_meet(store: Store) -> None:
    await store.save(change("a", incident=making.incident("inc_a")))
    assert (await store.save(change("b", incident=making.incident("inc_b")))).fresh


async def test_events_join_their_incidents_chain_in_order_under_ids_known_beforehand(store: Store) -> None:
    first = change("a", incident=making.incident(), events=(making.event("1"), making.event("2")))
    saved = (await store.save(first)).incident
    assert saved is not None
    second = change("b", incident=saved, events=(making.event("3"),))
    await store.save(second)
    chain = await store.timeline("inc_1")
    assert [(link.seq, link.event.facts["text"]) for link in chain if link.event] == [(1, "1"), (2, "2"), (3, "3")]
    assert [link.id for link in chain] == [first.event_id(0), first.event_id(1), second.event_id(0)]
    assert await store.event(second.event_id(0)) == chain[2]
    assert timeline.broken_at("inc_1", chain) is None


async def test_events_of_no_incident_join_the_systems_chain(store: Store) -> None:
    await store.save(change("a", incident=making.incident(), events=(making.event(),)))
    await store.save(change("b", events=(making.event("no incident's"),)))
    chain = await store.timeline(timeline.SYSTEM)
    assert [link.seq for link in chain] == [1]
    assert timeline.broken_at(timeline.SYSTEM, chain) is None
    assert await store.chains() == ("inc_1", timeline.SYSTEM)


FACTS: tuple[Facts, ...] = (
    {},
    {"n": 1, "f": 1.0, "yes": True, "none": None, "text": "ü\u2028😱\x00", "deep": [{"a": [1, 2.5]}, []]},
    {"large": 2**70, "small": 1e-300, "minus": -0.0},
    {"nan": float("nan"), "inf": float("inf")},
)


@pytest.mark.parametrize("facts", FACTS)
async def test_an_event_comes_back_so_exactly_that_its_chain_still_verifies(store: Store, facts: Facts) -> None:
    east = timezone(timedelta(hours=5, minutes=30))
    given = Event(
        kind=Kind.FOUND,
        at=datetime(2026, 3, 1, 12, 0, 0, 1, tzinfo=east),
        actor=person(UserId("U1")),
        facts=facts,
        evidence=("finding:1", "alert:x"),
    )
    saved = replace(change("a", events=(given,)), at=datetime(2026, 3, 1, 17, tzinfo=east))
    await store.save(saved)
    chain = await store.timeline(timeline.SYSTEM)
    assert timeline.broken_at(timeline.SYSTEM, chain) is None
    assert chain[0].recorded_at == saved.at
    kept = chain[0].event
    assert kept is not None
    assert timeline.content(kept) == timeline.content(given)
    assert (kept.kind, kept.at, kept.actor, kept.evidence) == (given.kind, given.at, given.actor, given.evidence)


async def test_an_alerts_record_counts_its_saves_and_conflicts_when_decided_on_an_older_one(store: Store) -> None:
    given = making.alert()
    await store.save(change("a", alerts=(given,)))
    first = await store.alert("alertmanager:a1")
    assert first == replace(given, version=1)
    with pytest.raises(Conflict):
        await store.save(change("b", alerts=(given,)))
    assert first is not None
    await store.save(change("c", alerts=(replace(first, count=2),)))
    with pytest.raises(Conflict):
        await store.save(change("d", alerts=(replace(first, count=2),)))
    assert await store.alert("alertmanager:a1") == replace(first, count=2, version=2)


async def test_an_incidents_alerts_findings_and_approvals_come_oldest_first(store: Store) -> None:
    soon, later = NOW + timedelta(seconds=1), NOW + timedelta(seconds=2)
    await store.save(
        change(
            "a",
            incident=making.incident(),
            events=(making.event(),),
            alerts=(
                making.alert("late", incident_id="inc_1", first_at=later),
                making.alert("early", incident_id="inc_1"),
            ),
            findings=(making.finding("late", at=later), making.finding("early"), making.finding("soon", at=soon)),
            approvals=(making.approval("first"), making.approval("second", target="redis")),
        )
    )
    await store.save(change("b", alerts=(making.alert("stranger"),)))
    assert [each.alert.key for each in await store.alerts_of("inc_1")] == ["early", "late"]
    assert [each.id for each in await store.findings_of("inc_1")] == ["early", "soon", "late"]
    assert [each.id for each in await store.approvals_of("inc_1")] == ["first", "second"]
    record = await store.record("inc_1")
    assert record.incident == await store.incident("inc_1")
    assert record.timeline == await store.timeline("inc_1")
    assert record.alerts == await store.alerts_of("inc_1")
    assert record.findings == await store.findings_of("inc_1")
    assert record.approvals == await store.approvals_of("inc_1")


async def test_a_finding_is_a_fact_that_comes_back_as_it_was_and_is_never_replaced(store: Store) -> None:
    await store.save(change("a", findings=(making.finding(),)))
    with pytest.raises(Conflict):
        await store.save(change("b", findings=(replace(making.finding(), title="Another"),)))
    assert await store.finding("fnd_1") == making.finding()


async def test_a_request_comes_back_as_it_was_with_its_digest_and_takes_its_next_state(store: Store) -> None:
    given = making.approval()
    saved = (await store.save(change("a", incident=making.incident(), approvals=(given,)))).incident
    kept = await store.approval("app_1")
    assert kept == given
    assert kept is not None
    assert kept.plan.digest == given.digest
    rejected = replace(given, state=ApprovalState.REJECTED, decided_by=UserId("U2"), decided_at=NOW, reason="no")
    await store.save(change("b", incident=saved, approvals=(rejected,)))
    assert await store.approval("app_1") == rejected


async def test_a_request_is_not_saved_without_the_incident_whose_version_guards_it(store: Store) -> None:
    with pytest.raises(ValueError, match="incident"):
        await store.save(change("a", approvals=(making.approval(),)))


@pytest.mark.parametrize(
    ("state", "ended", "ran"),
    [
        (ApprovalState.APPROVED, None, None),
        (ApprovalState.REJECTED, None, None),
        (ApprovalState.VOID, OutcomeState.VOID, None),
        (ApprovalState.RUNNING, None, NOW),
        (ApprovalState.RAN, OutcomeState.RAN, NOW + timedelta(seconds=9)),
        (ApprovalState.FAILED, OutcomeState.FAILED, NOW + timedelta(seconds=9)),
        (ApprovalState.UNKNOWN, OutcomeState.UNKNOWN, NOW + timedelta(seconds=9)),
    ],
)
async def test_the_last_run_of_a_step_is_the_newest_that_did_or_may_have_changed_something(
    store: Store, state: ApprovalState, ended: OutcomeState | None, ran: datetime | None
) -> None:
    outcome = None if ended is None else making.outcome(ended, NOW + timedelta(seconds=9))
    request = making.approval(state=state, outcome=outcome)
    await store.save(change("a", incident=making.incident(), approvals=(request,)))
    assert await store.last_run("requeue", "storybook-db") == ran
    assert await store.last_run("requeue", "another") is None


async def test_a_run_that_nothing_was_sent_of_does_not_make_its_step_cool_down(store: Store) -> None:
    running = making.approval(state=ApprovalState.RUNNING)
    saved = (await store.save(change("a", incident=making.incident(), approvals=(running,)))).incident
    assert await store.last_run("requeue", "storybook-db") == NOW
    outcome = replace(making.outcome(OutcomeState.FAILED, NOW + timedelta(seconds=9)), in_vain=True)
    failed = replace(running, state=ApprovalState.FAILED, outcome=outcome)
    await store.save(change("b", incident=saved, approvals=(failed,)))
    assert await store.last_run("requeue", "storybook-db") is None


async def test_one_remediation_at_a_time_runs_on_a_target(store: Store) -> None:
    saved = await store.save(
        change("a", incident=making.incident(), approvals=(making.approval("one", state=ApprovalState.RUNNING),))
    )
    other = making.approval("two", state=ApprovalState.RUNNING)
    with pytest.raises(TargetBusy):
        await store.save(change("b", incident=saved.incident, approvals=(other,)))
    elsewhere = making.approval("two", state=ApprovalState.RUNNING, target="redis")
    after = await store.save(change("c", incident=saved.incident, approvals=(elsewhere,)))
    ended = making.approval("one", state=ApprovalState.RAN, outcome=making.outcome(OutcomeState.RAN, NOW))
    after = await store.save(change("d", incident=after.incident, approvals=(ended,)))
    third = making.approval("three", state=ApprovalState.RUNNING)
    assert (await store.save(change("e", incident=after.incident, approvals=(third,)))).fresh


async def test_a_delivery_keeps_its_bytes_and_changes_only_its_state(store: Store) -> None:
    given = making.delivery()
    await store.save(change("a", deliveries=(given,)))
    assert await store.delivery("d1") == given
    dead = replace(given, body=b"forged", headers={}, state=DeliveryState.DEAD, reason="not JSON")
    await store.save(change("b", deliveries=(dead,)))
    assert await store.delivery("d1") == replace(given, state=DeliveryState.DEAD, reason="not JSON")


async def test_dead_deliveries_are_listed_oldest_first_until_they_are_taken(store: Store) -> None:
    for n, key in enumerate(("late", "early", "alive")):
        delivery = making.delivery(key, received_at=NOW - timedelta(seconds=n))
        state = DeliveryState.RECEIVED if key == "alive" else DeliveryState.DEAD
        await store.save(change(key, deliveries=(replace(delivery, state=state),)))
    assert [each.key for each in await store.dead_deliveries()] == ["early", "late"]
    (first,) = await store.dead_deliveries(limit=1)
    assert first.key == "early"
    assert [each.key for each in await store.dead_deliveries(after=first)] == ["late"], "behind one that stays dead"
    early = await store.delivery("early")
    assert early is not None
    await store.save(change("replay", deliveries=(replace(early, state=DeliveryState.TAKEN),)))
    assert [each.key for each in await store.dead_deliveries()] == ["late"]


async def test_a_lost_claim_takes_its_whole_change_with_it(store: Store, clock: MovedClock) -> None:
    await store.save(change("a", incident=making.incident(), jobs=(making.job("k"),)))
    (old,) = await store.claim("one", limit=1, lease=LEASE)
    clock.pass_(seconds=11)
    (new,) = await store.claim("two", limit=1, lease=LEASE)
    with pytest.raises(LostClaim):
        await store.save(change("old", events=(making.event(),), settles=old))
    assert await store.timeline(timeline.SYSTEM) == ()
    assert (await store.save(change("new", events=(making.event(),), settles=new))).fresh


async def test_a_repeat_still_ends_the_job_it_was_decided_for(store: Store) -> None:
    """Or a job whose decision was saved by somebody else would be claimed and decided for ever."""
    await store.save(change("decided", events=(making.event(),)))
    await store.save(change("a", jobs=(making.job("k"),)))
    (claim,) = await store.claim("one", limit=1, lease=LEASE)
    assert not (await store.save(change("decided", settles=claim))).fresh
    with pytest.raises(LostClaim):
        await store.put_off(claim, wait=timedelta(0))
    assert not (await store.save(change("decided", settles=claim))).fresh


async def test_a_store_opened_again_still_has_everything(store: Store, opener: Opener) -> None:
    await store.save(change("a", incident=making.full_incident(), jobs=(making.job("k", name=JobName.CARD),)))
    await store.close()
    again = await opener()
    assert await again.incident("inc_full") == replace(making.full_incident(), number=1, version=1)
    assert not (await again.save(change("a"))).fresh
    (claim,) = await again.claim("one", limit=1, lease=LEASE)
    assert claim.job == making.job("k", name=JobName.CARD)
