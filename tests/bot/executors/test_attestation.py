"""How long a proof holds, and when it is asked for again, also where the clock jumps."""

import pytest

from bot.executors.attestation import NotReached, Standing
from tests.fakes.clock import FakeClock


@pytest.mark.parametrize("hours", [2, -2, -48])
async def test_a_proof_holds_for_its_time_only_whichever_way_the_clock_jumps(hours: int) -> None:
    clock, proofs = FakeClock(), iter(("the first", "the second"))

    async def prove() -> str:
        return next(proofs)

    standing = Standing("orders-db", prove, clock=clock)
    assert await standing.objection() is None
    clock.advance(hours=hours)
    assert await standing.objection() is None
    assert standing.attestation is not None
    assert standing.attestation.proof == "the second"


async def test_a_clock_that_is_set_back_does_not_keep_a_target_off_that_is_there_again() -> None:
    clock, there = FakeClock(), False

    async def prove() -> str:
        if not there:
            raise NotReached("orders-db could not be reached.")
        return "it may not write"

    standing = Standing("orders-db", prove, clock=clock)
    assert await standing.objection() is not None
    clock.advance(hours=-5)
    there = True
    assert await standing.objection() is None
