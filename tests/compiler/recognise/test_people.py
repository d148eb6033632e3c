"""Who is called: in lists, in plain lines, in sentences, and along a path that is written in one line."""

from datetime import timedelta

import pytest

from compiler.recognise.facts import Channel, Said
from compiler.recognise.procedure import Escalation
from tests.compiler.recognise.reading import reading

MINUTE = timedelta(minutes=1)


@pytest.mark.parametrize("heading", ["People", "Contacts", "On call", "Owners", "Who to call"])
def test_a_list_of_people_holds_every_way_to_reach_each(heading: str) -> None:
    primary, database = reading(f"""
        ## {heading}

        - Primary: Jane Doe, jane@shop.example, +1 555 0100
        - Database: @dba-team (#db-oncall)
        """).contacts
    assert [(reach.channel, reach.text) for reach in primary.reaches] == [
        (Channel.NAME, "Jane Doe"),
        (Channel.MAIL, "jane@shop.example"),
        (Channel.PHONE, "+1 555 0100"),
    ]
    assert [(database.role, reach.text) for reach in database.reaches] == [
        ("Database", "@dba-team"),
        ("Database", "#db-oncall"),
    ]


def test_plain_lines_of_a_paragraph_are_people_each() -> None:
    found = reading("## People\n\nPrimary: Jane, jane@shop.example\nBackup: Bob <bob@shop.example>\nDBA: TBD\n")
    assert [(each.role, each.line, each.empty) for each in found.contacts] == [
        ("Primary", 3, False),
        ("Backup", 4, False),
        ("DBA", 5, True),
    ]


def test_a_sentence_over_two_lines_with_a_colon_in_each_stays_one() -> None:
    text = "Line 4: they count as blocked, since that is no list. The last\nof them may show more: keep it"
    assert [each.text for each in reading(f"## Notes\n\n{text}\n").of(Said)] == [text.replace("\n", " ")]


def test_sentences_name_whom_to_call_and_when() -> None:
    found = reading("""
        # Shop

        People: Mina Park (mina@shop.example) knows replication. Out of hours, call the rotation at +49 30 901820. If
        nobody answers in ten minutes, ring Tom Adler, +49 171 2345678. The rest is written down elsewhere.
        """)
    assert [(each.role, each.reaches[0].text, each.after) for each in found.contacts] == [
        ("Mina Park", "mina@shop.example", None),
        ("rotation", "+49 30 901820", None),
        ("Tom Adler", "+49 171 2345678", 10 * MINUTE),
    ]


@pytest.mark.parametrize(
    "line",
    [
        "1. On-call → 15 min → team lead → 30 min → CTO",
        "- On-call -> team lead (after 15 min) -> CTO (30 min)",
        "Escalation path: On-call → no answer in 15 min → team lead → after 30 min → CTO",
    ],
)
def test_a_path_in_one_line_is_its_people_in_order_with_the_times_between(line: str) -> None:
    assert [(each.order, each.role, each.after) for each in reading(f"## Escalation\n\n{line}\n").contacts] == [
        (1, "On-call", None),
        (2, "team lead", 15 * MINUTE),
        (3, "CTO", 30 * MINUTE),
    ]


def test_one_step_along_a_path_says_when_to_take_it() -> None:
    found = reading("## Escalation path\n\n1. **L1 → L2**: if it does not drain within 30 minutes\n")
    assert [(each.to, each.after) for each in found.of(Escalation)] == [("L2", 30 * MINUTE)]
    assert found.contacts == ()


def test_a_ladder_in_a_block_is_read_downwards() -> None:
    found = reading("## Escalation ladder\n\n```\nLevel 1: on-call\n  ↓ (15 min no answer)\nLevel 2: Ann, @ann\n```\n")
    assert [(each.role, each.after) for each in found.contacts] == [("Level 1", None), ("Level 2", 15 * MINUTE)]


def test_a_table_of_how_long_people_are_on_call_names_nobody() -> None:
    found = reading(
        "## Rota\n\n| Team | Rotation length | Primary coverage |\n|---|---|---|\n| Data | 1 week | 24/7 |\n"
    )
    assert found.contacts == ()
