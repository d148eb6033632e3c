"""What the steps of a block are called: by comments, by what leads them, else by the commands' own words."""

import pytest

from tests.compiler.compiling.compiled import steps

ONE, TWO = "kubectl get pods -n shop", "kubectl top pods -n shop"
LONG = "The workers share one pool with the API and with the nightly jobs of the warehouse, and whatever uses it up"


def titles(text: str) -> list[object]:
    """The titles of all steps, in order."""
    return [step["title"] for step in steps(f"# Shop\n\n## Queue is long\n\n### Diagnosis\n\n{text}\n")]


@pytest.mark.parametrize(
    ("text", "called"),
    [
        (f"Look at the pods:\n\n```bash\n{ONE}\n```", ["Look at the pods"]),
        (f"Look at the pods:\n\n```bash\n{ONE}\n{TWO}\n```",
         [f"Look at the pods: {ONE}", f"Look at the pods: {TWO}"]),
        (f"**Diagnosis**\n\n```bash\n{ONE}\n{TWO}\n```", [ONE, TWO]),
        (f"Look at the pods:\n\n```bash\n# All of them\n{ONE}\n{TWO}\n```", ["All of them", f"All of them: {TWO}"]),
        (f"{LONG} stops the orders. Look at the pods:\n\n```bash\n{ONE}\n```", ["Look at the pods"]),
        (f"{LONG}, look at how many of them are there and compare:\n\n```bash\n{ONE}\n{TWO}\n```", [ONE, TWO]),
        (f"{LONG} must be looked at first:\n\n```bash\n{ONE}\n```", [ONE]),
        (f"Then run the following command:\n\n```bash\n{ONE}\n```", [ONE]),
    ],
)  # fmt: skip
def test_a_command_is_called_by_its_comment_then_by_a_short_lead_then_by_itself(text: str, called: list[str]) -> None:
    assert titles(text) == called


def test_a_sentence_that_leads_a_block_is_no_step_beside_it() -> None:
    assert titles(f"Open the list of the workers with this:\n\n```bash\n{ONE}\n```") == [
        "Open the list of the workers with this"
    ]


def test_nor_is_one_by_which_the_command_below_it_is_called() -> None:
    assert titles(f"Check whether the workers run.\n\n```bash\n{ONE}\n```") == ["Check whether the workers run"]


def test_what_is_done_before_a_block_stays_a_step_of_its_own() -> None:
    assert titles(f"Look at the board first.\n\n```bash\n# Then the pods\n{ONE}\n```") == [
        "Look at the board first",
        "Then the pods",
    ]


def test_what_a_session_of_redis_prints_names_no_command() -> None:
    text = "```\n127.0.0.1:6379> INFO stats\n# Stats\n127.0.0.1:6379> GET shop:hot\n```"
    assert titles(text) == ["INFO stats", "GET shop:hot"]


@pytest.mark.parametrize(
    ("block", "called"),
    [
        (f"# 1. Look at the pods\n{ONE}", ["Look at the pods"]),
        ("kubectl exec db-0 -- \\\n  psql -c 'SELECT 1'", ["kubectl exec db-0 -- psql -c 'SELECT 1'"]),
        ("kubectl exec db-0 \\\n  -- pg_dump -Fc shop", ["kubectl exec db-0 -- pg_dump -Fc shop"]),
        (f"# Look\n{ONE}\n\n# Expected output (healthy):\n# | NAME | READY |\n# | a    | 1/1   |", ["Look"]),
        (f"# Look\n{ONE}\n\n# Often seen:\n# - No memory\n# - No disk", ["Look", "Often seen: No memory. No disk"]),
        (f"# Look\n{ONE}\n\n# Start again\n# docker volume rm shop", ["Look", "Start again: docker volume rm shop"]),
    ],
)
def test_only_what_leads_something_in_a_block_is_a_step(block: str, called: list[str]) -> None:
    assert titles(f"```bash\n{block}\n```") == called


def test_a_sentence_about_what_is_printed_is_no_step() -> None:
    printed = (
        "```console\nshop-api       RUNNING   pid 11, uptime 19:40\nshop-worker    RUNNING   pid 12, uptime 3:01\n```"
    )
    assert titles(f"```bash\n{ONE}\n```\n\nWhen all is well, you will see something like this:\n\n{printed}") == [ONE]
