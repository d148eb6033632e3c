"""A guard is looked at twice, and nothing runs when it cannot be told or is no longer as it was."""

import pytest

from bot.executors.tool import guard as tool_guard
from bot.executors.tool.answer import GuardBroken, NotAllowed
from bot.executors.tool.guard import Seen
from commands.outage import Outage
from incident.digest import Facts, Json
from incident.finding import Sight
from incident.plan import NO_PROMISE, Promise
from incident.runbook import GuardKind

FINGERPRINT = Promise(kind=GuardKind.FINGERPRINT, probe={"argv": ["x"]}, of="the leader", value="n1")
COUNT = Promise(kind=GuardKind.COUNT, probe={"argv": ["x"]}, seen=3, most=3)


def seeing(output: str = "", value: Json = None, *, single: bool = True, error: str = "", whole: bool = True) -> Seen:
    """A probe that sees this."""

    async def seen(probe: Facts) -> tuple[Sight, bool]:
        return Sight(output=output, value=value, single=single, error=error or None), whole

    return seen


@pytest.mark.parametrize(
    ("output", "value", "single", "fingerprint"),
    [
        ("leader\n──────\nn1\n(1 row)", "n1", True, "n1"),
        ("a  b\n1  2\n(1 row)", 1, False, "a  b, 1  2, (1 row)"),
        ("c1\nc2", 2, False, "c1, c2"),
        ("True", True, True, "True"),
    ],
)
async def test_a_fingerprint_is_the_one_value_or_all_that_is_seen(
    output: str, value: Json, single: bool, fingerprint: str
) -> None:
    """Never the number of lines: three other containers are not the same three."""
    assert (await tool_guard.preview(FINGERPRINT, "", seeing(output, value, single=single))).value == fingerprint


@pytest.mark.parametrize("seen", [seeing(""), seeing("x" * 400, "x" * 400), seeing("n1", "n1", whole=False)])
async def test_what_cannot_be_compared_is_not_even_asked_for(seen: Seen) -> None:
    with pytest.raises(Outage, match="Nobody can tell the leader"):
        await tool_guard.preview(FINGERPRINT, "", seen)
    with pytest.raises(NotAllowed, match="could not be checked"):
        await tool_guard.check(FINGERPRINT, seen)


async def test_the_card_tells_what_stands_there_or_else_the_value() -> None:
    assert (await tool_guard.preview(FINGERPRINT, "2 → 5.", seeing("n1", "n1"))).sentence == "2 → 5."
    assert (await tool_guard.preview(FINGERPRINT, "", seeing("n1", "n1"))).sentence == "Now the leader is n1."


async def test_another_value_breaks_the_guard_and_the_same_keeps_it() -> None:
    await tool_guard.check(FINGERPRINT, seeing("n1", "n1"))
    with pytest.raises(GuardBroken, match="the leader is n2 now, and was n1 when it was asked for"):
        await tool_guard.check(FINGERPRINT, seeing("n2", "n2"))


async def test_a_count_above_the_approved_one_breaks_it_and_a_part_of_a_count_tells_nothing() -> None:
    await tool_guard.check(COUNT, seeing("3", 3))
    with pytest.raises(GuardBroken, match="4 are touched now, approved were at most 3"):
        await tool_guard.check(COUNT, seeing("4", 4))
    with pytest.raises(NotAllowed):
        await tool_guard.check(COUNT, seeing("3", 3, whole=False))
    with pytest.raises(NotAllowed, match="away"):
        await tool_guard.check(COUNT, seeing(error="away"))


async def test_without_a_guard_there_is_nothing_to_look_at() -> None:
    await tool_guard.check(NO_PROMISE, seeing(error="never asked"))
    assert (await tool_guard.preview(NO_PROMISE, "", seeing())).sentence == "It is not counted what it touches."
