"""The end: the diagnostics look once more, the draft is written from the record, and every version is shared once."""

import pytest
from msgspec.structs import replace

from commands.attest import attest
from commands.messages import EventMessage
from incident.clock import ClockKind, ClockState
from incident.finding import Phase
from incident.job import JobName
from incident.timeline import Kind
from tests.fakes.drafts import FakeExport
from tests.fakes.settings import ANA, BEN
from tests.fakes.world import World


async def test_resolving_looks_once_more_and_shares_the_draft(world: World) -> None:
    incident = await world.declared()
    await world.say(ANA, "resolve failed over", incident)
    await world.work()
    findings = await world.store.findings_of(incident.id)
    assert {each.step_id for each in findings if each.phase is Phase.WATCH} == {"count-stuck", "oldest"}
    ((place, name, content),) = world.chat.files
    assert place.channel == incident.home.channel
    assert name == f"{incident.key}-post-mortem.md"
    assert content == b"# Orders stand still"
    (written,) = await world.events(incident, Kind.POSTMORTEM_WRITTEN)
    assert written.facts["paths"] == {"md": "INC-1/v1.md"}


async def test_what_is_still_bad_after_the_resolution_is_said_in_the_channel(world: World) -> None:
    incident = await world.declared()
    world.database.sees["count-stuck"] = 42
    await world.say(ANA, "resolve it went away", incident)
    await world.work()
    (doubted,) = await world.events(incident, Kind.END_DOUBTED)
    assert len(doubted.facts["seen"]) == len(doubted.evidence) == 1
    said = [each.event.kind for each in world.chat.messages_in(incident.home.channel, EventMessage)]
    assert said.count(Kind.END_DOUBTED) == 1


async def test_a_healthy_end_is_not_doubted(world: World) -> None:
    incident = await world.declared()
    world.database.sees["count-stuck"] = 0
    await world.say(ANA, "resolve failed over", incident)
    await world.work()
    assert await world.events(incident, Kind.END_DOUBTED) == []


async def test_a_later_draft_is_shared_too(world: World) -> None:
    incident = await world.declared()
    await world.say(ANA, "resolve failed over", incident)
    await world.work()
    await world.say(BEN, "postmortem", incident)
    await world.work()
    assert len(world.chat.files) == 2


@pytest.mark.parametrize("there", [None, b"# An older draft of the same name"])
async def test_a_draft_that_another_machine_wrote_is_drafted_anew_and_shared(world: World, there: bytes | None) -> None:
    """Found with real processes: each has a disk of its own, and the draft was given up."""
    incident = await world.declared()
    await world.say(ANA, "resolve failed over", incident)
    await world.do(await world.claim(JobName.WRITE_POSTMORTEM))
    world.drafts.written.clear()
    if there is not None:
        world.drafts.written["INC-1/v1.md"] = there
    await world.work()
    ((_, _, content),) = world.chat.files
    assert content == b"# Orders stand still"


async def test_a_draft_whose_upload_lost_its_answer_is_shared_once(world: World) -> None:
    incident = await world.declared()
    world.chat.lose_answer("share_file", times=2)
    await world.say(ANA, "resolve failed over", incident)
    await world.let_pass(seconds=10)
    assert len(world.chat.files) == 1


async def test_a_full_disk_delays_the_draft_and_does_not_lose_it(world: World) -> None:
    incident = await world.declared()
    world.drafts.full = True
    await world.say(ANA, "resolve failed over", incident)
    await world.work()
    assert world.drafts.written == {}
    world.drafts.full = False
    await world.let_pass(seconds=2)
    assert len(world.drafts.written) == 1
    assert len(await world.events(incident, Kind.POSTMORTEM_WRITTEN)) == 1


async def test_the_post_mortems_clock_runs_for_a_day_and_reminds_before_it_is_over(world: World) -> None:
    incident = await world.declared()
    await world.say(ANA, "resolve failed over", incident)
    await world.let_pass(hours=23)
    reminded = [e.facts["clock"] for e in await world.events(incident, Kind.CLOCK_REMINDED)]
    assert reminded.count("postmortem") == 2
    await world.let_pass(hours=2)
    await world.say(BEN, "postmortem done", incident)
    (clock,) = [each for each in (await world.again(incident)).clocks if each.kind is ClockKind.POSTMORTEM]
    assert clock.state is ClockState.LATE


async def test_when_attesting_what_is_proven_and_what_is_not_is_recorded(world: World) -> None:
    world.database.proven = False
    (told,) = await attest([world.database.target], ports=world.ports)
    assert not told.proven
    links = await world.store.timeline("system")
    assert [link.event.facts["proven"] for link in links if link.event] == [False]


async def test_where_a_bucket_is_configured_each_draft_is_kept_there_too(world: World) -> None:
    export = FakeExport()
    world.ports = replace(world.ports, export=export)
    incident = await world.declared()
    await world.say(ANA, "resolve failed over", incident)
    await world.work()
    assert export.kept == [(incident.key, {"md": b"# Orders stand still"})]
    (exported,) = await world.events(incident, Kind.POSTMORTEM_EXPORTED)
    assert exported.facts["address"] == f"s3://drafts/{incident.key}/v1.md"
    assert exported.evidence == (f"file:s3://drafts/{incident.key}/v1.md",)


async def test_a_bucket_that_is_away_neither_loses_nor_delays_the_draft(world: World) -> None:
    export = FakeExport()
    export.away = True
    world.ports = replace(world.ports, export=export)
    incident = await world.declared()
    await world.say(ANA, "resolve failed over", incident)
    await world.work()
    assert len(world.drafts.written) == len(world.chat.files) == 1
    assert "the bucket is away" in world.errors
    export.away = False
    await world.let_pass(seconds=2)
    assert len(export.kept) == 1


async def test_what_was_to_be_exported_before_the_export_was_switched_off_is_let_go(world: World) -> None:
    world.ports = replace(world.ports, export=FakeExport())
    incident = await world.declared()
    await world.say(ANA, "resolve failed over", incident)
    await world.do(await world.claim(JobName.WRITE_POSTMORTEM))
    world.ports = replace(world.ports, export=None)
    await world.work()
    assert await world.events(incident, Kind.POSTMORTEM_EXPORTED) == []
    assert world.errors == []
