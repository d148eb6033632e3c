"""Whether what a look saw is the one thing that was asked for: only that may be given to a later step."""

import pytest

from bot.executors.tool.answer import Answer, chain_of, sight_of
from incident.digest import Json
from incident.finding import Sight


def _seen(answer: Answer, *chain: list[str]) -> Sight:
    listed: list[Json] = [list[Json](each) for each in chain]
    return sight_of(answer, chain_of(listed), clean=lambda text: text, characters=1000)


PODS = Answer(text="pod/api-1\npod/api-2", value=2, rows=2)


@pytest.mark.parametrize(
    ("chain", "given"),
    [
        ([["head", "-1"]], "pod/api-1"),
        ([["grep", "api-2"], ["tail", "-n", "1"], ["cut", "-d/", "-f2"]], "api-2"),
        ([["wc", "-l"]], 2),
        ([], None),
        ([["grep", "api"]], None),
        ([["grep", "api-2"]], None),
        ([["grep", "nothing"], ["head", "-1"]], None),
    ],
)
def test_a_chain_gives_what_it_leaves_only_when_it_always_leaves_one(chain: list[list[str]], given: Json) -> None:
    """One line that happened to be alone is not given: tomorrow there are two."""
    assert _seen(PODS, *chain).given == given


def test_what_was_cut_is_given_to_nobody() -> None:
    assert _seen(Answer(text="a\nb", cut=True), ["wc", "-l"]).given is None


def test_a_number_of_things_is_no_value() -> None:
    """Two pods are not the pod called 2."""
    sight = _seen(PODS)
    assert (sight.value, sight.given) == (2, None)


def test_a_failed_look_gives_nothing() -> None:
    assert Sight(output="", value="x", single=True, error="It could not be reached.").given is None


@pytest.mark.parametrize("written", ["007", "12e3", "1.50", "+3", "nan", "1_000"])
def test_a_name_that_looks_like_a_number_stays_as_it_is_written(written: str) -> None:
    assert _seen(Answer(text=f"{written}\nsecond"), ["head", "-1"]).given == written


def test_a_plain_number_is_a_number() -> None:
    assert _seen(Answer(text="12\n3.5"), ["head", "-1"]).given == 12
