"""What Muster asks of PagerDuty takes effect once, whatever becomes of the answers."""

import pytest
from msgspec.structs import replace

from bot.pagerduty.calls import No
from commands.outage import Outage
from commands.pager import Wanted
from incident.incident import Incident
from incident.paging import Paged, PagerPerson, PagerState, Paging, Standing, key_of
from incident.severity import Severity
from tests.bot.pagerduty.conftest import Side
from tests.fakes.pagerduty_api import PagerDutyApi, Trouble
from tests.fakes.settings import ANA, BEN, CLEO
from tests.incident.kept import declared

ACKNOWLEDGED = Standing(state=PagerState.ACKNOWLEDGED, severity=Severity.P1)
TRIGGERED = Standing(state=PagerState.TRIGGERED, severity=Severity.P1)
RESOLVED = Standing(state=PagerState.RESOLVED, severity=Severity.P1)


async def nothing(change: PagerState | Severity) -> None:
    """Nobody wants to know."""


def incident(system: str = "shop", *refs: str) -> Incident:
    return replace(declared().it, id="inc_0123456789abcdef0123", system=system, paged=Paged(paging=Paging(), refs=refs))


@pytest.mark.parametrize("system", ["shop", "edge"])
async def test_a_call_that_is_asked_for_twice_is_one_incident_there(api: PagerDutyApi, side: Side, system: str) -> None:
    first, second = [await side.pager.call(incident(system)) for _ in range(2)]
    assert first == second
    assert first.keyed is (system == "shop")
    assert api.changes == [f"{first.ref} triggered"]


@pytest.mark.parametrize(("system", "begins"), [("shop", "POST /incidents"), ("edge", "POST /v2/enqueue")])
@pytest.mark.parametrize(
    "trouble", [Trouble("", acts=True), Trouble(""), Trouble("", status=503), Trouble("", status=500, acts=True)]
)
async def test_a_call_whose_answer_is_lost_is_found_again(
    api: PagerDutyApi, side: Side, system: str, begins: str, trouble: Trouble
) -> None:
    api.troubles.append(replace(trouble, begins=begins))
    with pytest.raises(Outage) as lost:
        await side.pager.call(incident(system))
    assert lost.value.retry
    assert (await side.pager.call(incident(system))).ref == await side.pager.find(incident(system))
    assert len(api.changes) == 1


async def test_a_limit_is_an_outage_for_as_long_as_pagerduty_says_and_no_sleep(api: PagerDutyApi, side: Side) -> None:
    api.troubles.append(Trouble("GET /incidents", status=429, headers={"ratelimit-reset": "17"}))
    with pytest.raises(Outage) as limited:
        await side.pager.find(incident())
    assert limited.value.after is not None
    assert limited.value.after.total_seconds() == 17
    assert api.asked == ["GET /incidents"], "the library tried by itself again"
    assert side.counted == [("GET /incidents", "limited")]


async def test_a_wrong_token_says_what_to_mend_and_is_not_tried_again(api: PagerDutyApi, side: Side) -> None:
    side.calls._token = "wrong"
    with pytest.raises(No, match=r"pagerduty\.token_env") as no:
        await side.pager.find(incident())
    assert not no.value.retry
    assert "wrong" not in no.value.sentence


async def test_what_changed_is_told_in_the_name_of_whoever_did_it(api: PagerDutyApi, side: Side) -> None:
    ref = api.trigger("Orders stand still")
    assert await side.pager.tell(ref, ACKNOWLEDGED.beside(TRIGGERED), by=ANA, expect=nothing) == ("acknowledged",)
    assert await side.pager.tell(ref, RESOLVED.beside(ACKNOWLEDGED), by=CLEO, expect=nothing) == ("resolved",)
    assert api.changes[1:] == [f"{ref} status acknowledged by PANA000", f"{ref} status resolved by PMUSTER"]


async def test_what_is_so_there_or_did_not_change_here_is_not_told(api: PagerDutyApi, side: Side) -> None:
    ref = api.trigger("Orders stand still", priority="P2")
    api.change(ref, by="PBEN000", status="acknowledged")
    before = list(api.changes)
    assert await side.pager.tell(ref, ACKNOWLEDGED.beside(TRIGGERED), by=ANA, expect=nothing) == ()
    api.change(ref, status="triggered")
    assert await side.pager.tell(ref, ACKNOWLEDGED.beside(ACKNOWLEDGED), by=ANA, expect=nothing) == (), (
        "its time ran out there: let it ring"
    )
    assert api.changes == [*before, f"{ref} status triggered by None"]


async def test_one_that_was_resolved_is_opened_again(api: PagerDutyApi, side: Side) -> None:
    ref = api.trigger("Orders stand still")
    api.change(ref, status="resolved")
    assert await side.pager.tell(ref, TRIGGERED.beside(RESOLVED), by=None, expect=nothing) == ("triggered",)


async def test_a_severity_is_told_as_a_priority_unless_it_has_one_of_that_level(api: PagerDutyApi, side: Side) -> None:
    ref = api.trigger("Orders stand still", priority="P5")
    mild = replace(TRIGGERED, severity=Severity.P3)
    assert await side.pager.tell(ref, mild.beside(TRIGGERED), by=ANA, expect=nothing) == ()
    assert await side.pager.tell(ref, replace(mild, severity=Severity.P0).beside(mild), by=ANA, expect=nothing) == (
        "priority P1",
    )


async def test_one_that_is_gone_there_is_let_be(side: Side) -> None:
    assert await side.pager.tell("QGONE00", ACKNOWLEDGED.beside(TRIGGERED), by=ANA, expect=nothing) == ()


async def test_a_note_whose_answer_is_lost_is_found_by_its_mark(api: PagerDutyApi, side: Side) -> None:
    ref = api.trigger("Orders stand still")
    api.troubles.append(Trouble("POST /incidents", acts=True))
    with pytest.raises(Outage):
        await side.pager.note(ref, "the disk is full", mark="ev_0", by=ANA, again=False)
    await side.pager.note(ref, "the disk is full", mark="ev_0", by=ANA, again=True)
    assert api.changes[1:] == [f"{ref} noted by PANA000"]


@pytest.mark.parametrize("acts", [True, False])
async def test_help_is_asked_for_once_on_the_incident_that_is_open_there(
    api: PagerDutyApi, side: Side, acts: bool
) -> None:
    over, ref = api.trigger("Older"), api.trigger("Orders stand still")
    api.change(over, status="resolved")
    api.troubles.append(Trouble(f"POST /incidents/{ref}/responder", acts=acts))
    wanted, it = Wanted(user=BEN), incident("shop", ref, over)
    with pytest.raises(Outage):
        await side.pager.summon(it, wanted, "Please help", mark="ev_1", by=ANA, again=False)
    assert await side.pager.summon(it, wanted, "Please help", mark="ev_1", by=ANA, again=True) == ref
    assert api.changes[3:] == [f"{ref} asked PBEN000 by PANA000"]


async def test_where_the_plan_has_no_such_requests_an_incident_is_assigned_once(api: PagerDutyApi, side: Side) -> None:
    api.requests_allowed = False
    ref = api.trigger("Orders stand still")
    made = [
        await side.pager.summon(
            incident("shop", ref), Wanted(policy="PHELP00"), "Help", mark="ev_1", by=ANA, again=bool(n)
        )
        for n in range(2)
    ]
    assert made[0] == made[1] != ref
    assert api.incidents[str(made[0])]["escalation_policy"]["id"] == "PHELP00"
    assert api.incidents[str(made[0])]["incident_key"] == key_of("inc_0123456789abcdef0123", "ev_1")


async def test_whom_pagerduty_does_not_know_is_not_asked(api: PagerDutyApi, side: Side) -> None:
    asked = await side.pager.summon(incident(), Wanted(user=CLEO), "Help", mark="ev_1", by=ANA, again=False)
    assert (asked, api.changes) == (None, [])


async def test_people_are_the_same_by_their_address_and_asked_for_once(api: PagerDutyApi, side: Side) -> None:
    for _ in range(2):
        assert await side.pager.person(PagerPerson(id="PANA000", name="Ana")) == ANA
        assert await side.pager.person(PagerPerson(id="PJO0000", name="Jo")) is None
    assert api.asked == ["GET /users/PANA000", "GET /users/PJO0000"]
