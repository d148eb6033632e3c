"""A run whose process dies or is stuck ends by itself and says so; the others go on."""

import os
import signal
import time
from collections import Counter

from chaos.cores import spread
from chaos.judging import Verdict
from chaos.patience import Patience
from chaos.simulation import Outcome

GOOD, DIES, STUCK = "good", "dies", "stuck"


def play(one: tuple[int, str]) -> Outcome:
    if one[1] == DIES:
        os.kill(os.getpid(), signal.SIGKILL)
    while one[1] == STUCK:
        time.sleep(1)
    return Outcome(seed=one[0], verdict=Verdict(), struck=Counter(), calls=1, trace="")


def test_runs_that_die_or_are_stuck_are_named_and_all_others_are_played() -> None:
    over = list(enumerate((GOOD, DIES, GOOD, STUCK, GOOD, DIES, GOOD)))
    came = dict(spread(play, over, workers=2, patience=Patience(100), stuck_after=4))
    assert set(came) == set(over)
    assert {one for one, outcome in came.items() if outcome.verdict.good} == {one for one in over if one[1] == GOOD}
    assert came[1, DIES].verdict.broken[0].startswith("its process ended by itself (-9) after ")
    assert came[3, STUCK].verdict.broken[0].startswith("it was stuck")


def test_nothing_is_begun_when_the_patience_is_over() -> None:
    patience, came = Patience(60), []
    for one, _ in spread(play, [(number, GOOD) for number in range(1000)], workers=2, patience=patience):
        came.append(one)
        patience.end()
    assert len(came) <= 3
