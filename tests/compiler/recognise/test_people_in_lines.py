"""Several people in one paragraph, a line each: every one of them is a contact with the line that names them."""

import pytest

from compiler.recognise.facts import Channel
from tests.compiler.recognise.reading import reading


@pytest.mark.parametrize("ending", ["", "  ", "\\"], ids=["soft", "blanks", "backslash"])
@pytest.mark.parametrize(
    ("lines", "roles"),
    [
        (
            (
                "Primary on-call: Jane Doe, jane@shop.example",
                "Database lead – Carol, #db-team",
                "Boss: Dan, +49 30 123456",
            ),
            ("Primary on-call", "Database lead", "Boss"),
        ),
        (
            ("Jane Doe (primary): jane@shop.example", "Bob Roe, team lead, @bob", "Ed Poe - DBA - ed@shop.example"),
            ("Jane Doe (primary)", "Bob Roe, team lead", "Ed Poe"),
        ),
        (
            ("Jane Doe (SRE) jane@shop.example", "Bob (DBA) https://pager.example/bob", "Émile +1 555 0102"),
            ("Jane Doe (SRE)", "Bob (DBA)", "Émile"),
        ),
        (
            ("Level 1 on-call engineer +1 555 0100", "Level 2 team lead +1 555 0101", "Level 3 CTO +1 555 0102"),
            ("Level 1 on-call engineer", "Level 2 team lead", "Level 3 CTO"),
        ),
        (("Primary: Jane Doe", "Secondary: Bob van Dyke", "Manager: [name]"), ("Primary", "Secondary", "Manager")),
    ],
    ids=["role first", "name first", "brackets", "levels", "names only"],
)
def test_each_line_is_one_contact(lines: tuple[str, ...], roles: tuple[str, ...], ending: str) -> None:
    found = reading("## Contacts\n\n" + f"{ending}\n".join(lines)).contacts
    assert tuple(each.role for each in found) == roles
    assert [each.line for each in found] == [3 + n for n in range(len(lines))]


def test_a_line_that_leads_them_is_nobody() -> None:
    found = reading("## Who to call\n\nIn this order:\nJane Doe, jane@shop.example\nBob Roe, bob@shop.example\n")
    assert [(each.role, each.line) for each in found.contacts] == [("Jane Doe", 4), ("Bob Roe", 5)]


def test_lines_with_addresses_of_people_name_them_under_any_heading() -> None:
    found = reading("## Who knows the queue\n\nJane Doe, SRE, jane@shop.example\nBob Roe (DBA) @bob\n").contacts
    assert [(each.role, each.reaches[0].channel) for each in found] == [
        ("Jane Doe, SRE", Channel.MAIL),
        ("Bob Roe (DBA)", Channel.SLACK),
    ]


@pytest.mark.parametrize("heading", ["Team", "Points of contact", "Support team", "Team members"])
def test_headings_of_teams_stand_above_people(heading: str) -> None:
    assert [each.role for each in reading(f"## {heading}\n\n- Database: Carol, carol@shop.example").contacts] == [
        "Database"
    ]


@pytest.mark.parametrize(
    "text",
    [
        "Dashboards are at https://grafana.example\nLogs are at https://logs.example",
        "Call the rotation at +1 555 0100 when the disk is full and\nwrite to disk@shop.example afterwards.",
        "Write to jane@shop.example first.\nCall Bob at +1 555 0101 then.",
    ],
    ids=["links", "wrapped", "told"],
)
def test_lines_of_a_sentence_are_no_people(text: str) -> None:
    assert reading(f"## Disk is full\n\n{text}\n").contacts == ()


def test_a_wrapped_sentence_is_one_contact() -> None:
    found = reading("""
        ## Contacts

        Call the storage team's rotation at +1 555 0100 when the disk is full and
        nobody has answered within 15 minutes.
        """)
    assert [(each.role, each.line) for each in found.contacts] == [("storage team's rotation", 3)]
