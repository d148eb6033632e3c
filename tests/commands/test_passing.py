"""A diagnostic that needs what another one finds runs behind it, with exactly that, and never with a guess."""

from collections.abc import AsyncIterator

import pytest
from msgspec.structs import replace

from commands.answers import Looking
from incident.digest import Json
from incident.refusal import NotRunnable
from incident.runbook import Parameter, ParameterKind, Step
from incident.timeline import Kind, fact
from tests.fakes.runbooks import CATALOG, SHOP, STUCK, FakeRunbooks, diagnostic
from tests.fakes.settings import BEN
from tests.fakes.world import World, opened_world

FIRST = replace(diagnostic("first-failed", "Which job failed first", expects=None), gives="job")


def _taking(step_id: str, giver: str, *more: Parameter) -> Step:
    job = Parameter(name="job", kind=ParameterKind.TEXT, label="job", pattern="[a-z]+-[0-9]+", taken_from=giver)
    return replace(
        diagnostic(step_id, step_id, expects=None),
        parameters=(job, *more),
        command={"sql": "SELECT reason FROM jobs WHERE id = $1", "arguments": ["job"]},
        gives="reason",
    )


WHY = _taking("why-failed", FIRST.id)
ASKED = _taking("ask-somebody", FIRST.id, Parameter(name="who", kind=ParameterKind.TEXT, label="who"))


@pytest.fixture
async def world() -> AsyncIterator[World]:
    """A shop whose runbook passes a job's id on."""
    procedure = replace(STUCK, steps=(FIRST, WHY, _taking("and-then", WHY.id), ASKED))
    async with opened_world() as opened:
        assert isinstance(opened.ports.runbooks, FakeRunbooks)
        opened.ports.runbooks.catalogs[SHOP] = replace(CATALOG, procedures=(procedure,))
        yield opened


async def _looked(world: World) -> list[tuple[str, Json]]:
    return [(plan.step_id, plan.parameters.get("job")) for plan in world.database.looked]


async def test_a_value_is_passed_on_from_look_to_look(world: World) -> None:
    """When the incident is declared, nobody copies anything; what also needs a person's value is left to people."""
    world.database.sees = {FIRST.id: "job-7", WHY.id: "card-1"}
    incident = await world.declared()
    assert await _looked(world) == [("first-failed", None), ("why-failed", "job-7"), ("and-then", "card-1")]
    assert len(await world.events(incident, Kind.FOUND)) == 3


@pytest.mark.parametrize("seen", [None, ["job-7", "job-8"], "error: The database could not be reached."])
async def test_what_found_nothing_several_things_or_a_fault_starts_no_further_look(world: World, seen: Json) -> None:
    world.database.sees = {FIRST.id: seen}
    await world.declared()
    assert await _looked(world) == [("first-failed", None)]


@pytest.mark.parametrize("seen", ["job-7; DROP TABLE jobs", "--help", "job-7\njob-8", 7])
async def test_a_value_that_does_not_fit_is_not_used_and_that_is_said(world: World, seen: Json) -> None:
    """What a target answers is checked as what a person types is."""
    world.database.sees = {FIRST.id: seen}
    incident = await world.declared()
    assert await _looked(world) == [("first-failed", None)]
    (trouble,) = await world.events(incident, Kind.TROUBLE)
    assert fact(trouble, "what") == "look for “why-failed”"
    assert "[a-z]+-[0-9]+" in str(trouble.facts["error"])


async def test_what_a_private_step_sees_is_passed_on_by_nobody(world: World) -> None:
    runbooks = world.ports.runbooks
    assert isinstance(runbooks, FakeRunbooks)
    procedure = replace(STUCK, steps=(replace(FIRST, private=True), WHY))
    runbooks.catalogs[SHOP] = replace(CATALOG, procedures=(procedure,))
    world.database.sees = {FIRST.id: "job-7"}
    await world.declared()
    assert await _looked(world) == [("first-failed", None)]


async def test_to_look_for_what_needs_a_value_is_to_find_that_value_first(world: World) -> None:
    incident = await world.declared(work=False)
    answer = await world.say(BEN, "diagnose why-failed", incident)
    assert isinstance(answer, Looking)
    assert answer.titles == (FIRST.title,)


async def test_what_only_a_person_can_fill_in_is_not_run_by_itself(world: World) -> None:
    incident = await world.declared(work=False)
    with pytest.raises(NotRunnable) as refused:
        await world.say(BEN, f"diagnose {ASKED.id}", incident)
    assert "job, who" in str(refused.value.facts["reason"])
