"""What a private step saw is for one reader; channel, draft and timeline learn only whether it is healthy."""

import json
from datetime import timedelta

from msgspec.structs import replace

from bot.exports.json import export
from commands.messages import ApprovalMessage, FindingMessage, VerdictMessage
from incident.incident import Incident
from incident.postmortem import draft
from incident.runbook import Procedure
from incident.timeline import Kind
from tests.fakes.runbooks import CATALOG, STUCK, FakeRunbooks
from tests.fakes.settings import ANA, BEN
from tests.fakes.world import World

SAW = "ana@example.com has 7"


def made_private(world: World, step_id: str) -> None:
    """The runbook's diagnostic of that id is marked private by the overlay."""
    steps = tuple(replace(each, private=each.id == step_id) for each in STUCK.steps)
    procedure: Procedure = replace(STUCK, steps=steps)
    assert isinstance(world.ports.runbooks, FakeRunbooks)
    world.ports.runbooks.catalogs = {CATALOG.system: replace(CATALOG, procedures=(procedure,))}


async def declared(world: World) -> Incident:
    made_private(world, "oldest")
    world.database.sees["oldest"] = SAW
    return await world.declared(by=ANA)


def private(world: World) -> list[FindingMessage]:
    posted = [each.message for each in world.chat.posts if isinstance(each.message, FindingMessage)]
    return [each for each in posted if each.finding.step_id == "oldest"]


async def test_it_goes_to_whoever_is_on_call_when_nobody_leads_and_the_thread_says_so(world: World) -> None:
    await declared(world)
    (told,) = [each for each in world.chat.told(ANA) if isinstance(each, FindingMessage)]
    assert told.finding.sight.output == SAW
    (posted,) = private(world)
    assert (posted.finding.sight.output, posted.finding.sight.value, posted.reader) == ("", None, ANA)


async def test_the_commander_reads_it_before_anybody_else(world: World) -> None:
    incident = await declared(world)
    await world.say(BEN, "role commander", incident)
    await world.say(ANA, "diagnose oldest", incident)
    await world.work()
    (told,) = [each for each in world.chat.told(BEN) if isinstance(each, FindingMessage)]
    assert told.finding.sight.output == SAW


async def test_whether_it_is_healthy_is_told_to_all(world: World) -> None:
    made_private(world, "count-stuck")
    await world.declared()
    posted = [each.message for each in world.chat.posts if isinstance(each.message, FindingMessage)]
    (shown,) = [each.finding for each in posted if each.finding.step_id == "count-stuck"]
    assert (shown.healthy, shown.sight.value) == (False, None)


async def test_a_message_that_was_cut_short_is_not_sent_twice(world: World) -> None:
    made_private(world, "oldest")
    world.database.sees["oldest"] = SAW
    await world.declared(work=False)
    world.chat.lose_answer("direct")
    await world.let_pass(minutes=1)
    assert len([each for each in world.chat.told(ANA) if isinstance(each, FindingMessage)]) == 1
    assert len(private(world)) == 1


async def test_a_thread_that_has_to_wait_for_slacks_limit_tells_the_reader_once(world: World) -> None:
    made_private(world, "oldest")
    world.database.sees["oldest"] = SAW
    incident = await world.declared(by=ANA)
    world.chat.spend_budget("post", after=timedelta(seconds=1), times=3)
    await world.say(ANA, "diagnose oldest", incident)
    await world.let_pass(minutes=1)
    assert len([each for each in world.chat.told(ANA) if isinstance(each, FindingMessage)]) == 2
    assert len(private(world)) == 2


async def test_nothing_of_it_is_on_the_timeline_in_the_record_or_on_a_card(world: World) -> None:
    incident = await declared(world)
    await world.requested(incident)
    found = await world.events(incident, Kind.FOUND)
    assert SAW not in json.dumps([dict(each.facts) for each in found])
    record = await world.store.record(incident.id)
    assert SAW not in export(record, draft(record, world.clock())).decode()
    cards = [each.message for each in world.chat.posts if isinstance(each.message, ApprovalMessage | VerdictMessage)]
    assert cards
    assert all(SAW not in repr([found.sight for found in each.before]) for each in cards)
    assert "withheld=Sight" not in repr(record)
