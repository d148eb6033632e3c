"""``/incident silence``: made, listed and lifted in Slack; what it kept quiet is heard again."""

from datetime import timedelta

import pytest

from commands.answers import Silences
from commands.messages import NoticeMessage
from incident import refusal, silence
from incident.matching import Matcher, matcher
from incident.responder import UserId
from incident.timeline import Kind
from tests.commands.test_routing import hear, on_system_chain, only
from tests.fakes import monitor
from tests.fakes.chat import NEWS
from tests.fakes.settings import ANA, BEN
from tests.fakes.world import World


async def silences(world: World, words: str = "", by: UserId = ANA) -> Silences:
    answer = await world.say(by, f"silence {words}")
    assert isinstance(answer, Silences)
    return answer


async def test_a_silence_keeps_its_alerts_quiet_is_announced_and_when_it_is_over_they_are_decided_anew(
    world: World,
) -> None:
    made = await silences(world, "instance=eu-1 severity!=info for 2h because the database is moved")
    assert [each.name for each in made.standing] == ["instance=eu-1 severity!=info"]
    assert made.standing[0].until == world.clock() + timedelta(hours=2)
    await world.work()
    (told,) = world.chat.messages_in(NEWS, NoticeMessage)
    assert (told.event.kind, told.event.actor) == (Kind.SILENCED, f"user:{ANA}")
    await hear(world)
    await hear(world, "DiskFull", instance="us-1")
    assert (await only(world)).title == "DiskFull on us-1"
    (muted,) = await on_system_chain(world, Kind.ALERT_MUTED)
    assert (muted.facts["rule"], muted.facts["by"]) == ("instance=eu-1 severity!=info", ANA)
    await world.let_pass(hours=3)
    assert len(await world.store.open_incidents()) == 2


async def test_what_a_lifted_silence_kept_quiet_is_decided_at_once(world: World) -> None:
    await silences(world, "shop for 1d because we move")
    await hear(world)
    assert await world.store.open_incidents() == ()
    lifted = await silences(world, "lift shop")
    assert (lifted.standing, lifted.event and lifted.event.kind) == ((), Kind.SILENCE_LIFTED)
    await world.work()
    (declared,) = await world.events(await only(world), Kind.DECLARED)
    assert "fires still, now that “shop” is over" in str(declared.facts["reason"])
    await world.let_pass(hours=25)
    assert len(await world.store.recent_incidents()) == 1


async def test_a_silence_is_read_once_for_all_alerts_that_come_together(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Thousands come in a second, and each would read it anew."""
    await silences(world, "instance=eu-1 severity!=info for 2h because the database is moved")
    taken: list[str] = []

    def counted(written: str) -> Matcher:
        taken.append(written)
        return matcher(written)

    monkeypatch.setattr(silence, "matcher", counted)
    await world.knock(monitor.body(*(monitor.alert(instance=f"us-{number}") for number in range(20))))
    assert taken == ["instance=eu-1", "severity!=info"]


async def test_a_longer_silence_of_the_same_keeps_it_quiet_for_longer(world: World) -> None:
    await silences(world, "shop for 30m because we move")
    await hear(world)
    await silences(world, "shop for 2h because it takes longer")
    await world.let_pass(hours=1)
    assert await world.store.open_incidents() == ()
    await world.let_pass(hours=2)
    assert (await only(world)).open


async def test_lifting_one_of_two_leaves_what_the_other_keeps_quiet(world: World) -> None:
    await silences(world, "shop for 2h because we move")
    await silences(world, "instance=eu-1 for 1h because we test")
    await hear(world)
    await silences(world, "lift instance=eu-1")
    await world.let_pass(minutes=90)
    assert await world.store.open_incidents() == ()
    await world.let_pass(hours=1)
    assert (await only(world)).open


async def test_only_people_on_call_and_approvers_silence_and_anybody_may_look(world: World) -> None:
    with pytest.raises(refusal.MayNotSilence):
        await silences(world, "shop for 1h because I want to", by=BEN)
    assert (await silences(world, by=BEN)).standing == ()


@pytest.mark.parametrize(
    ("said", "minutes"),
    [("90 minutes", 90), ("5min", 5), ("1 hour", 60), ("2 hours", 120), ("2hrs", 120), ("3 days", 4320)],
)
async def test_how_long_is_said_in_whole_words_too(world: World, said: str, minutes: int) -> None:
    (made,) = (await silences(world, f"shop for {said} because we move")).standing
    assert made.until - made.at == timedelta(minutes=minutes)


@pytest.mark.parametrize(
    "words",
    [
        "shop",
        "shop for 2h",
        "shop for 2w because x",
        "for 2h because x",
        "nothing for 2h because x",
        "a=~( for 2h because x",
        '"shop" for 2h because x',
        'a=~"(" for 2h because x',
        r'a=~"(a)\1" for 2h because x',
        "shop for 0m because x",
        "shop for 8d because x",
    ],
)
async def test_what_is_no_silence_is_refused_and_nothing_is_quiet(world: World, words: str) -> None:
    with pytest.raises(refusal.BadSilence) as refused:
        await silences(world, words)
    assert refused.value.facts["problem"]
    assert await world.store.silences(world.clock()) == ()


@pytest.mark.parametrize(("words", "meant"), [("shopp", True), ('a=~"("', False)])
async def test_systems_are_offered_where_one_may_be_meant(world: World, words: str, meant: bool) -> None:
    with pytest.raises(refusal.BadSilence) as refused:
        await silences(world, f"{words} for 1h because we move")
    assert ("or a system: shop" in str(refused.value.facts["problem"])) is meant


async def test_a_silence_that_does_not_stand_cannot_be_lifted(world: World) -> None:
    await silences(world, "shop for 1h because we move")
    with pytest.raises(refusal.NoSuchSilence) as refused:
        await silences(world, "lift team=data")
    assert refused.value.facts["standing"] == ("shop",)


async def test_the_same_delivery_twice_makes_one_silence_and_lifts_it_once(world: World) -> None:
    for _ in range(2):
        await world.say(ANA, "silence shop for 1h because we move", cause="d-1")
    for _ in range(2):
        answer = await world.say(ANA, "silence lift shop", cause="d-2")
        assert isinstance(answer, Silences)
        assert answer.event is not None
        assert answer.event.kind is Kind.SILENCE_LIFTED
    assert len(await on_system_chain(world, Kind.SILENCED)) == 1


async def test_a_silence_is_lifted_by_its_words_in_any_order(world: World) -> None:
    await silences(world, "instance=eu-1 shop for 1h because we move")
    assert (await silences(world, "lift instance=eu-1 shop")).standing == ()


async def test_words_in_quotes_of_any_shape_are_one_value(world: World) -> None:
    made = await silences(world, "title=“OrdersStuck on eu-1” for 1h because we move")
    await hear(world)
    assert await world.store.open_incidents() == ()
    assert made.standing[0].name == 'title="OrdersStuck on eu-1"'
