"""A run begins only by the evidence that was looked at: what is frozen meanwhile, in whatever incident, comes first."""

import asyncio
from datetime import timedelta

import pytest
from msgspec.structs import replace

from commands.outage import Conflict
from commands.store import Store
from incident.approval import ApprovalState
from incident.change import Change
from incident.evidence import EvidenceFreeze, Lift
from incident.incident import Incident, Status
from incident.job import Claim, JobName
from incident.responder import UserId, person
from incident.taking import Batch
from tests.contract import making
from tests.contract.conftest import Opener
from tests.contract.making import NOW, change

LEASE = timedelta(seconds=60)
FREEZE = EvidenceFreeze(by=person(UserId("U1")), at=NOW, reason="a break-in")
LIFTED = FREEZE.with_lift(Lift(step_id="requeue", by=UserId("U1"), at=NOW, reason="copied"))


async def approved(store: Store, name: str = "1") -> tuple[Claim, Change]:
    """The claim of an approved run, and the Change by which it begins."""
    incident, request = making.incident(f"inc_{name}"), making.approval(f"app_{name}", incident_id=f"inc_{name}")
    request = replace(request, plan=replace(request.plan, target=f"db-{name}"))
    job = making.job(f"run {name}", name=JobName.RUN_REMEDIATION, incident_id=incident.id, subject=request.id)
    yes = replace(request, state=ApprovalState.APPROVED)
    saved = await store.save(change(f"ask {name}", incident=incident, approvals=(yes,), jobs=(job,)))
    (claim,) = await store.claim("w", limit=1, lease=LEASE)
    running = replace(request, state=ApprovalState.RUNNING)
    return claim, change(f"begin {name}", incident=saved.incident, approvals=(running,))


async def declared(store: Store, name: str = "robbed") -> Incident:
    saved = await store.save(change(f"declare {name}", incident=making.incident(name)))
    assert saved.incident is not None
    return saved.incident


async def frozen(store: Store, incident: Incident, evidence: EvidenceFreeze | None = FREEZE) -> Incident:
    decided = replace(incident, evidence=evidence)
    saved = await store.save(change(f"{incident.id} {incident.version}", incident=decided))
    assert saved.incident is not None
    return saved.incident


async def state(store: Store, name: str = "1") -> ApprovalState:
    request = await store.approval(f"app_{name}")
    assert request is not None
    return request.state


@pytest.mark.parametrize("now_kept", [FREEZE, LIFTED, None])
async def test_a_run_that_was_decided_by_other_evidence_than_is_kept_does_not_begin(
    store: Store, now_kept: EvidenceFreeze | None
) -> None:
    """Frozen meanwhile, loosened meanwhile, or ended: each is looked at anew."""
    claim, begins = await approved(store)
    robbed = await declared(store)
    if now_kept is not FREEZE:
        robbed = await frozen(store, robbed)
    seen = await store.incidents_with_evidence()
    await frozen(store, robbed, now_kept)
    with pytest.raises(Conflict):
        await store.begin(claim, begins, keeping=seen)
    assert await state(store) is ApprovalState.APPROVED
    await store.begin(claim, begins, keeping=await store.incidents_with_evidence())
    assert await state(store) is ApprovalState.RUNNING


async def test_another_word_in_the_incident_that_keeps_evidence_stops_no_run(store: Store) -> None:
    claim, begins = await approved(store)
    robbed = await frozen(store, await declared(store))
    seen = await store.incidents_with_evidence()
    await store.save(change("a note", incident=replace(robbed, summary="still copying")))
    await store.begin(claim, begins, keeping=seen)
    assert await state(store) is ApprovalState.RUNNING


async def test_evidence_of_an_incident_that_a_monitor_brings_back_counts_too(store: Store) -> None:
    claim, begins = await approved(store)
    robbed = await frozen(store, await declared(store))
    closed = (await store.save(change("resolve", incident=replace(robbed, status=Status.RESOLVED)))).incident
    assert closed is not None
    seen = await store.incidents_with_evidence()
    assert seen == ()
    back = change("back", incident=replace(closed, status=Status.INVESTIGATING))
    await store.take(Batch(at=NOW, changes=(back,), deliveries=(making.delivery(),)))
    with pytest.raises(Conflict):
        await store.begin(claim, begins, keeping=seen)


async def test_freezing_and_beginning_at_once_come_one_after_the_other(store: Store, opener: Opener) -> None:
    """Whoever froze and then looks sees every run that begins without heed of it."""
    other = await opener()
    for turn in range(12):
        claim, begins = await approved(store, str(turn))
        robbed = await declared(store, f"robbed_{turn}")
        seen = await store.incidents_with_evidence()

        async def freeze(robbed: Incident = robbed, turn: int = turn) -> bool:
            await frozen(other, robbed)
            return await state(other, str(turn)) is ApprovalState.RUNNING

        beginning = store.begin(claim, begins, keeping=seen)
        began, was_running = await asyncio.gather(beginning, freeze(), return_exceptions=True)
        assert isinstance(began, Conflict) or (began is None and was_running is True), (turn, began, was_running)
