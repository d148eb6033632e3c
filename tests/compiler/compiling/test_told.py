"""What a step says: its words whole, and as its condition only what its own sentence makes one."""

from tests.compiler.compiling.compiled import steps


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
