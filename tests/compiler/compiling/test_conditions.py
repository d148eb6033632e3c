"""What *if not*, *otherwise*, *yes* and *no* come to mean where a step is read alone."""

import pytest

from tests.compiler.compiling.compiled import steps

LED = "# Shop\n\n## Queue is long\n\nSymptoms: orders wait\n\n{text}\n"
ONE, TWO = "kubectl rollout restart deploy/api -n shop", "kubectl rollout undo deploy/api -n shop"


def conditions(text: str) -> list[object]:
    """The conditions of all steps, in order."""
    return [step.get("when") for step in steps(LED.format(text=text))]


@pytest.mark.parametrize(
    ("text", "when"),
    [
        (f"- If the pool is full: `{ONE}`\n- If not: `{TWO}`", ["the pool is full", "unless the pool is full"]),
        (f"- If A: `{ONE}`\n- If B: `{ONE}`\n- else call Ann", ["A", "B", "unless A or B"]),
        (f"- If A: `{ONE}`\n- If not: `{TWO}`\n- If B: `{ONE}`\n- If not, call Ann",
         ["A", "unless A", "B", "unless B"]),
        (f"If the pool is full, restart it:\n\n```bash\n{ONE}\n```\n\nOtherwise, go back:\n\n```bash\n{TWO}\n```",
         ["the pool is full", "unless the pool is full"]),
    ],
)  # fmt: skip
def test_otherwise_and_if_not_are_told_by_the_conditions_before_them(text: str, when: list[str]) -> None:
    assert conditions(text) == when


def test_yes_and_no_answer_the_question_that_they_are_listed_below() -> None:
    question = "the answer to “Is the database up?” is "
    assert conditions(f"1. Is the database up?\n   - Yes: look at the workers\n   - No → restart it with `{ONE}`") == [
        f"{question}yes",
        f"{question}no",
    ]


def test_if_so_is_told_by_what_was_asked_right_before_it_in_one_item() -> None:
    text = f"1. Check whether the disk is full. If so, end it with `{ONE}`. If not, call Ann."
    found = steps(LED.format(text=text))
    assert [(each["title"], each.get("when"), each.get("written")) for each in found] == [
        ("Check whether the disk is full", None, None),
        (f"End it with {ONE}", "the disk is full", ONE),
        ("Call Ann", "unless the disk is full", None),
    ]


def test_what_an_aside_says_is_no_condition_of_the_step() -> None:
    text = "1. If the pool is full: call Ann\n2. Otherwise look at the cache, which takes most reads when it is well"
    assert conditions(text) == ["the pool is full", "unless the pool is full"]


def test_an_order_that_begins_with_if_not_is_no_answer() -> None:
    assert conditions("1. If not already there, install the client") == ["not already there"]
