"""Notes in the shapes of site generators are read as what they contain, in their own lines, and a warning as one."""

from textwrap import dedent

import pytest

from compiler.document import Block, Document, Item, Piece, Sentence
from compiler.found import commands
from compiler.markdown import read


def reading(text: str) -> Document:
    return read(dedent(text).strip("\n"))


def said(pieces: tuple[Piece, ...]) -> list[tuple[int, str, bool, bool]]:
    """Line and text of each piece, whether it is a note, and whether it warns."""
    texts = [each for each in pieces if isinstance(each, Sentence | Item | Block)]
    return [(each.line, each.text, each.quoted, each.warns) for each in texts]


@pytest.mark.parametrize("mark", ["!!!", "???", "???+"])
def test_an_indented_body_is_read_with_its_lines(mark: str) -> None:
    text = f"""
        Before.

        {mark} warning "It is slow"
            Take a snapshot.

            ```bash
            kubectl get pods
            ```

        After.
        """
    document = reading(text)
    assert said(document.pieces) == [
        (1, "Before.", False, False),
        (3, "It is slow", True, True),
        (4, "Take a snapshot.", True, True),
        (7, "kubectl get pods", True, False),
        (10, "After.", False, False),
    ]
    assert [(each.line, each.text) for each in commands(document)] == [(7, "kubectl get pods")]


def test_a_note_that_warns_of_nothing_is_a_note() -> None:
    assert said(reading("!!! tip\n    Look first.\n").pieces) == [(2, "Look first.", True, False)]


def test_notes_stand_in_lists_and_in_notes() -> None:
    document = reading("""
        1. Drop it:

            !!! note
                Slow.

                !!! danger
                    No way back.

        2. Done.
        """)
    assert said(document.pieces) == [
        (1, "Drop it:", False, False),
        (4, "Slow.", True, False),
        (7, "No way back.", True, True),
        (9, "Done.", False, False),
    ]


def test_a_tab_is_read_as_if_it_were_not_there() -> None:
    document = reading("""
        === "Linux"

            ```bash
            free -m
            ```

        === "Kubernetes"

            ```bash
            kubectl top nodes
            ```
        """)
    assert said(document.pieces) == [(4, "free -m", False, False), (10, "kubectl top nodes", False, False)]


@pytest.mark.parametrize(
    "opening", [":::danger No way back", ":::danger[No way back]", "::: danger No way back", "::::danger No way back"]
)
def test_colons_hold_a_note(opening: str) -> None:
    document = reading(f"{opening}\n\n- `kubectl get pods`\n\n:::\n\nAfter.\n")
    assert said(document.pieces) == [
        (1, "No way back", True, True),
        (3, "kubectl get pods", True, True),
        (7, "After.", False, False),
    ]


def test_a_note_that_is_never_ended_ends_with_its_section() -> None:
    document = reading(":::warning\n\nSlow.\n\n# Next\n\nFast.\n\n:::\n\nText.\n")
    assert [(text, warns) for _, text, _, warns in said(document.pieces)] == [
        ("Slow.", True), ("Fast.", False), ("Text.", False),
    ]  # fmt: skip


@pytest.mark.parametrize(("kind", "warns"), [("WARNING", True), ("CAUTION", True), ("NOTE", False), ("tip", False)])
def test_a_quotation_may_be_a_note(kind: str, warns: bool) -> None:
    document = reading(f"> [!{kind}]\n> It ends every session.\n\nAfter.\n")
    assert said(document.pieces) == [(1, "It ends every session.", True, warns), (4, "After.", False, False)]


def test_a_label_warns_too() -> None:
    text = "**Warning:** it is slow.\n\n**Note:** it is fast.\n\n**Warning:**\n\n**Warning**: CPU > 70%\n"
    assert [each.warns for each in reading(text).pieces] == [True, False, False, False]


def test_a_summary_is_no_part_of_what_it_folds_up() -> None:
    document = reading("<details>\n<summary>More</summary>\nRun <code>uptime</code>.\n</details>\n")
    assert [(line, text) for line, text, _, _ in said(document.pieces)] == [(2, "More"), (3, "Run uptime.")]


def test_a_directive_in_a_fence_holds_a_note() -> None:
    document = reading("""
        ````{warning} No way back
        :class: dropdown

        Look first:

        ```bash
        kubectl get pods
        ```
        ````

        ```{figure} cluster.png
        The cluster
        ```
        """)
    assert said(document.pieces) == [
        (1, "No way back", True, True),
        (4, "Look first:", True, True),
        (7, "kubectl get pods", True, False),
        (12, "The cluster", False, False),
    ]
    assert [(each.line, each.text) for each in commands(document)] == [(7, "kubectl get pods")]


def test_a_directive_for_code_names_its_language() -> None:
    (block,) = reading("```{code-block} sql\nTRUNCATE jobs\n```\n").pieces
    assert isinstance(block, Block)
    assert block.language == "sql"


@pytest.mark.parametrize("opening", [":::{danger}", ":::{danger} No way back"])
def test_colons_with_braces_hold_a_note(opening: str) -> None:
    document = reading(f"{opening}\nSlow.\n:::\n\nAfter.\n")
    assert said(document.pieces)[-2:] == [(2, "Slow.", True, True), (5, "After.", False, False)]


def test_words_may_be_indented_in_a_note() -> None:
    document = reading(":::danger[No way back]\n    All of it\n    is lost.\n:::\n\nAfter.\n")
    assert said(document.pieces) == [
        (1, "No way back", True, True), (2, "All of it is lost.", True, True), (6, "After.", False, False),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("opening", "closing", "warns"),
    [
        ('{{< hint style="danger" >}}', "{{< /hint >}}", True),
        ('{{% alert title="Slow" color="warning" %}}', "{{% /alert %}}", True),
        ("{{<caution>}}", "{{</caution>}}", True),
        ("{{< note >}}", "{{< /note >}}", False),
    ],
)
def test_a_shortcode_may_hold_a_note(opening: str, closing: str, warns: bool) -> None:
    document = reading(f"{opening}\nIt ends every session.\n{closing}\n\nAfter.\n")
    assert said(document.pieces) == [(2, "It ends every session.", True, warns), (5, "After.", False, False)]


@pytest.mark.parametrize("line", ["{{< tabs >}}", "{{< warning >}}"])
def test_a_shortcode_that_nothing_ends_says_nothing(line: str) -> None:
    assert said(reading(f"{line}\n\nSlow.\n").pieces) == [(3, "Slow.", False, False)]
