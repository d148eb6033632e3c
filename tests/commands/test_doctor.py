"""The doctor in Slack tells how Muster stands for the incident's system, and asks again what was off."""

from msgspec.structs import replace

from commands.answers import Checkup
from incident.incident import Incident
from incident.timeline import SYSTEM, Kind
from tests.fakes.executors import FakeExecutor, FakeExecutors
from tests.fakes.runbooks import DATABASE
from tests.fakes.settings import ANA
from tests.fakes.world import World


async def asked(world: World, words: str = "doctor", about: Incident | None = None) -> Checkup:
    answer = await world.say(ANA, words, about)
    assert isinstance(answer, Checkup)
    return answer


async def test_what_is_proven_is_not_asked_again(world: World) -> None:
    answer = await asked(world)
    assert [(each.name, each.attestation and each.attestation.proven) for each in answer.targets] == [(DATABASE, True)]
    assert world.database.attested == 0


async def test_what_was_off_is_asked_anew_and_goes_on_the_systems_timeline(world: World) -> None:
    world.database.proven = False
    answer = await asked(world)
    assert world.database.attested == 1
    (target,) = answer.targets
    assert target.attestation
    assert target.attestation.proof == "the diagnostic role may write to orders"
    events = [link.event for link in await world.store.timeline(SYSTEM)]
    assert [event.kind for event in events if event] == [Kind.ATTESTED]


async def test_in_an_incident_only_its_systems_targets_are_told_unless_all_are_asked_for(world: World) -> None:
    incident = await world.declared()
    other = FakeExecutor(target="another-db", clock=world.clock)
    world.ports = replace(world.ports, executors=FakeExecutors(world.database, other))
    assert [each.name for each in (await asked(world, about=incident)).targets] == [DATABASE]
    every = await asked(world, "doctor all", incident)
    assert ([each.name for each in every.targets], every.system) == ([DATABASE, "another-db"], None)


async def test_it_counts_what_muster_runs_and_what_people_do(world: World) -> None:
    (counted,) = (await asked(world, about=await world.declared())).steps
    assert counted.diagnostics
    assert counted.remediations
