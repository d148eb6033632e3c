"""Shapes of runbooks that other teams published: what is listed, told or remarked there is no step, nor its name."""

import pytest

from tests.compiler.compiling.compiled import procedures, steps

PODS = "# Shop\n\n## Lost pods\n\n"
LOOK, CHANGE = "kubectl get pods -n shop", "kubectl delete pod api-0 -n shop"


def titles(text: str) -> list[object]:
    return [step["title"] for step in steps(text)]


@pytest.mark.parametrize(
    "lead",
    [
        "It includes",
        "It also configures the names",
        "This document assumes that you run the shop",
        "Then do the following",
    ],
)
def test_a_sentence_that_only_leads_on_is_no_name_of_a_procedure(lead: str) -> None:
    text = f"# Shop\n\n## Deployment procedures\n\n{lead}:\n\n- the API\n\nRestart it:\n\n`{CHANGE}`\n"
    assert lead not in [each["title"] for each in procedures(text)]


def test_a_fact_in_front_is_no_name_of_a_procedure() -> None:
    text = f"# Redis Issues\n\n**On-Call**: Backend Team\n\n## Symptoms\n\n- slow\n\n## Resolution\n\n`{CHANGE}`\n"
    assert [each["title"] for each in procedures(text)] == ["Redis Issues"]


@pytest.mark.parametrize("lead", ["Look for:", "Outages are caused by:", "Make sure that you know:", "It includes:"])
def test_what_is_only_listed_is_no_step(lead: str) -> None:
    text = f"# Shop\n\n## Queue is long\n\n{lead}\n\n- the pool\n- Restart the API\n- `{LOOK}`\n"
    assert titles(text) == ["Restart the API", LOOK]


def test_a_complete_sentence_above_a_block_says_nothing_of_when_to_run_it() -> None:
    text = f"{PODS}If you do not want this, replace `--now` with `--later`.\n\n```bash\n{CHANGE}\n```\n"
    assert [step.get("when") for step in steps(text)][-1] is None


def test_a_sentence_that_leads_a_block_says_when_to_run_it() -> None:
    text = f"# Shop\n\n## Remove it\n\nIf the pool is full, run this:\n\n```bash\n{CHANGE}\n```\n"
    assert [step.get("when") for step in steps(text)] == ["the pool is full"]


@pytest.mark.parametrize("heading", ["Possible cause", "Impact"])
def test_a_change_that_caused_it_is_not_offered(heading: str) -> None:
    text = f"{PODS}### {heading}\n\nUser error: executing `{CHANGE}`.\n\n### Restore process\n\n`{LOOK}`\n"
    assert [step["written"] for step in steps(text) if "written" in step] == [LOOK]


@pytest.mark.parametrize(
    "sentence",
    [
        "If you've manually deployed something via `{}`, tell.",
        "It was so just before you ran `{}`.",
        "`{}` is not useful.",
    ],
)
def test_what_somebody_did_is_no_step(sentence: str) -> None:
    text = f"{PODS}{sentence.format(CHANGE)}\n\n`{LOOK}`\n"
    assert [step["written"] for step in steps(text) if "written" in step] == [LOOK]


def test_what_is_only_said_below_a_step_is_no_step_and_hides_none() -> None:
    text = (
        f"{PODS}1. Restart the API\n   - It takes a minute\n   - Users see errors\n2. Open the board\n   - `{LOOK}`\n"
    )
    assert titles(text) == ["Restart the API: It takes a minute. Users see errors", "Open the board", LOOK]


def test_a_step_that_only_names_its_parts_stays_a_heading() -> None:
    assert titles(f"{PODS}1. Restore it:\n   - Stop the API\n   - Load the dump\n") == ["Stop the API", "Load the dump"]


def test_a_wait_with_a_remark_is_one_wait() -> None:
    assert titles(f"{PODS}1. Watch the pool for 10 minutes\n   - Mostly it is less\n") == [
        "Watch the pool for 10 minutes"
    ]


def test_boxes_to_tick_are_steps_outside_of_lists_too() -> None:
    text = f"{PODS}[ ] Share the graphs\n\n - _All of the pool_\n\n[ ] Customer told\n[x] `{LOOK}`\n\nDone.\n"
    assert titles(text) == ["Share the graphs: All of the pool", "Customer told", LOOK]
    assert [step["line"] for step in steps(text)] == [5, 9, 10]


@pytest.mark.parametrize(
    "steps_told",
    [("### Step 1: The pool", "### Step 2: The API"), ("### 1. Look at the pool", "### 2. Restart the API")],
)
def test_headings_that_count_steps_are_one_procedure(steps_told: tuple[str, str]) -> None:
    first, second = steps_told
    text = f"# Shop\n\n## Pool is full\n\n{first}\n\n```bash\n{LOOK}\n```\n\n{second}\n\n```bash\n{CHANGE}\n```\n"
    (procedure,) = procedures(text)
    assert procedure["title"] == "Pool is full"
    assert titles(text) == [each.split(" ", 2)[2].removeprefix("1: ").removeprefix("2: ") for each in steps_told]


def test_a_counted_step_in_words_is_a_step() -> None:
    text = f"{PODS}### 1. Look at the pods\n\n`{LOOK}`\n\n### 2. Tell the customer\n\nThey like to know.\n"
    assert titles(text) == ["Look at the pods", "Tell the customer"]


def test_ways_below_a_counted_step_are_gone_when_they_say_so() -> None:
    ways = f"#### Scenario A: One\n\n`{LOOK}`\n\n#### Scenario B: Two\n\n`{CHANGE}`\n\n### Step 3: Look\n\n`{LOOK}`\n"
    text = f"{PODS}### Step 1: Look\n\n`{LOOK}`\n\n### Step 2: Mend it\n\n{ways}"
    assert [each["title"] for each in procedures(text)] == ["Lost pods"]
    assert [(step["written"], step.get("when")) for step in steps(text)] == [
        (LOOK, None), (LOOK, "Scenario A: One"), (CHANGE, "Scenario B: Two"), (LOOK, None),
    ]  # fmt: skip


def test_headings_that_something_else_stands_between_are_no_counted_steps() -> None:
    told = f"### 1. Look at it\n\n`{LOOK}`\n\n### Notes on pods\n\n`{LOOK}`\n\n### 2. Restart it\n\n`{CHANGE}`\n"
    assert [each["title"] for each in procedures(f"{PODS}{told}")] == ["Look at it", "Notes on pods", "Restart it"]


@pytest.mark.parametrize("parent", ["Common issues", "Recovery procedures"])
def test_mere_numbers_may_count_several_things(parent: str) -> None:
    told = f"### 1. Restart loop\n\n`{LOOK}`\n\n### 2. Drain fails\n\n`{CHANGE}`\n"
    assert [each["title"] for each in procedures(f"# Shop\n\n## {parent}\n\n{told}")] == ["Restart loop", "Drain fails"]
