"""What a step says: its words whole, and as its condition only what its own sentence makes one."""

from textwrap import dedent

import pytest

from tests.compiler.compiling.compiled import loaded, steps


def told(text: str) -> list[tuple[str, str | None]]:
    """Title and condition of every step."""
    return [(str(each["title"]), str(each["when"]) if "when" in each else None) for each in steps(text)]


def restoring(*lines: str) -> str:
    return "\n".join(["# Shop", "", "## Restore the database", "", *lines])


def test_what_stands_after_the_colon_belongs_to_a_persons_step() -> None:
    text = "# Shop\n\n## Security breach\n\n1. **Isolate**: block the hostile addresses.\n2. Preserve: keep the logs\n"
    assert told(text) == [("Isolate: block the hostile addresses", None), ("Preserve: keep the logs", None)]


def test_a_condition_of_a_later_sentence_is_not_that_of_the_step() -> None:
    text = restoring(
        "1. Restore the backup. What was written since is lost unless the log is replayed.",
        "",
        "   ```bash",
        "   ./scripts/restore.sh",
        "   ```",
        "",
        "2. Restart the shop if it hangs.",
    )
    assert told(text) == [
        ("Restore the backup. What was written since is lost unless the log is replayed", None),
        ("Restart the shop", "it hangs"),
    ]


def test_a_note_in_a_block_quote_is_no_step() -> None:
    text = restoring("1. Stop the shop.", "", "> Mended: restart the shop was said here, which loses data.", "")
    assert told(text) == [("Stop the shop", None)]


def test_a_wait_keeps_its_condition() -> None:
    text = restoring("1. If the breaker is open: wait for 60 seconds.")
    assert told(text) == [("Wait for 60 seconds", "the breaker is open")]


def test_a_condition_in_a_heading_stands_on_all_that_is_below_it() -> None:
    text = """
        # Shop

        ## If the primary is down

        1. Promote the replica: `kubectl rollout restart deploy/db`

        ```bash
        kubectl get pods
        ```

        ### Repoint the shop

        Run `kubectl rollout restart deploy/web`.
        """
    assert {when for _, when in told(text)} == {"the primary is down"}
    assert len(told(text)) == 3


def test_when_to_is_no_condition() -> None:
    assert told("# Shop\n\n## When to restart\n\n1. Restart the shop.\n") == [("Restart the shop", None)]


def test_nested_conditions_lead_what_is_nested_below_them() -> None:
    text = restoring(
        "- If the queue is longer than 1000:",
        "  - Look at the workers.",
        "  - If no worker runs:",
        "    - Scale up: `kubectl scale deploy/worker --replicas=3`",
        "  - Otherwise restart them: `kubectl rollout restart deploy/worker`",
        "- Otherwise, close the alert.",
    )
    assert told(text) == [
        ("Look at the workers", "the queue is longer than 1000"),
        ("Scale up", "the queue is longer than 1000, and no worker runs"),
        ("Restart them", "the queue is longer than 1000, and unless no worker runs"),
        ("Close the alert", "unless the queue is longer than 1000"),
    ]


def test_code_nested_in_a_list_belongs_to_its_own_item() -> None:
    text = restoring(
        "1. Look at the nodes:",
        "   - Count them:",
        "     ```bash",
        "     kubectl get nodes",
        "     ```",
        "   - Read what happened:",
        "     ```bash",
        "     kubectl get events",
        "     ```",
    )
    assert told(text) == [("Count them", None), ("Read what happened", None)]


@pytest.mark.parametrize(
    ("line", "title", "when"),
    [
        ("1. Unless the cache is warm, restart the shop.", "Restart the shop", "unless the cache is warm"),
        ("1. Restart the shop unless a release runs.", "Restart the shop", "unless a release runs"),
        ("1. Only if that fails, restart the shop.", "Restart the shop", "that fails"),
        ("1. Restart the shop only if it hangs.", "Restart the shop", "it hangs"),
        ("1. If the pool (e.g. all 20, or more) is used up, restart it.", "Restart it",
         "the pool (e.g. all 20, or more) is used up"),
    ],
)  # fmt: skip
def test_words_of_conditions(line: str, title: str, when: str) -> None:
    assert told(restoring(line)) == [(title, when)]


def test_what_a_sentence_goes_on_with_is_no_condition() -> None:
    ((title, when),) = told(restoring("1. In doubt or when the index grows, we rebuild it with care."))
    assert when is None
    assert "we rebuild it" in title


def test_a_sentence_that_is_wrapped_before_a_colon_is_one() -> None:
    text = restoring("If a pod is broken (`Error`, `Pending`), delete", "it to restart:", "", "```bash",
                     "kubectl delete pod shop-0", "```")  # fmt: skip
    assert told(text) == [("Delete it to restart", "a pod is broken (Error, Pending)")]


WARNED = """
    1. Restart the shop: `kubectl rollout restart deploy/shop`

    > [!WARNING]
    > This ends every session.

    2. Restart the database: `kubectl rollout restart sts/db`

    !!! danger "No way back"
        The volume is gone.

    ```bash
    kubectl delete pvc data-db-0
    ```

    :::tip
    Look at the pods first.
    :::

    3. Tell support.

    **Caution:** they are few.
    """


def test_a_warning_is_kept_with_the_step_that_it_stands_before() -> None:
    found = steps("# Shop\n\n## Restore the database\n" + dedent(WARNED))
    assert [each.get("warning") for each in found] == [
        None, "This ends every session.", "No way back The volume is gone.", "they are few.",
    ]  # fmt: skip
    restore = loaded("# Shop\n\n## Restore the database\n" + dedent(WARNED)).procedures[0]
    assert [step.warning for step in restore.steps][:2] == ["", "This ends every session."]


def test_what_nobody_may_run_is_no_step_that_runs() -> None:
    text = restoring("Never run this:", "", "```bash", "kubectl delete pvc data-db-0", "```", "",
                     "Do not run this without a backup:", "", "```bash", "kubectl delete pod db-0", "```")  # fmt: skip
    never, careful = steps(text)
    assert never["why"] == "The runbook says not to."
    assert "remediation" in careful


def test_code_below_a_list_belongs_to_its_outermost_item() -> None:
    text = restoring("- Look for broken files", "  - they are empty", "", "```bash", "find /srv -size 0", "```")
    assert told(text)[-1] == ("Look for broken files", None)


def test_otherwise_may_threaten_and_tell_nothing() -> None:
    ((title, when),) = told(restoring("- Otherwise there will be errors"))
    assert (title, when) == ("Otherwise there will be errors", None)


def test_then_is_no_part_of_what_to_do() -> None:
    assert told(restoring("- If it is full, then restart it")) == [("Restart it", "it is full")]
