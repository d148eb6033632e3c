"""Levels that teams call by grades and colours: Red, Amber and Green; Major and Minor; High, Medium and Low."""

from datetime import timedelta

import pytest

from compiler.recognise import Recognised
from incident.severity import Severity
from tests.compiler.recognise.reading import reading

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)

TABLE = """
    ## How fast we are

    | Level | Meaning | Response time | Updates |
    |---|---|---|---|
    | Red | Nobody can order | 15 minutes | every 30 min |
    | 🟠 Amber | Orders are slow | 1 hour | every 2 hours |
    | Green | One customer | 1 day | daily |
    """
SIDE_BY_SIDE = """
    ## How fast we are

    | | Red | Amber | Green |
    |---|---|---|---|
    | Meaning | Nobody can order | Orders are slow | One customer |
    | Response time | 15 minutes | 1 hour | 1 day |
    | Updates | every 30 min | every 2 hours | daily |
    """
HEADINGS = """
    ## How fast we are

    ### Code Red – respond within 15 minutes

    Nobody can order

    - Updates: every 30 min

    ### Amber (1 hour)

    Orders are slow. Updates every 2 hours.

    ### Green

    - Means: One customer
    - Response time: 1 day
    - Updates: daily
    """
BULLETS = """
    ## How fast we are

    - **Red**: Nobody can order. Respond within 15 minutes, updates every 30 min.
    - **Amber** (1 hour): Orders are slow. Updates every 2 hours.
    - 🟢: One customer. Answered in 1 day, updates daily.
    """


def ranks(found: Recognised) -> list[tuple[str, timedelta | None]]:
    return [(each.severity.value, each.response.span if each.response else None) for each in found.levels]


@pytest.mark.parametrize("text", [TABLE, SIDE_BY_SIDE, HEADINGS, BULLETS], ids=["table", "columns", "headings", "list"])
def test_colours_are_levels_by_their_response_times(text: str) -> None:
    found = reading(text)
    assert ranks(found) == [("P0", 15 * MINUTE), ("P1", HOUR), ("P3", DAY)]
    assert [each.update and each.update.span for each in found.levels] == [30 * MINUTE, 2 * HOUR, DAY]
    told = ["Nobody can order", "Orders are slow", "One customer"]
    assert [each.definition.strip(".") for each in found.levels] == told


@pytest.mark.parametrize(
    ("names", "severities"),
    [
        (("Red", "Orange", "Yellow"), ("P0", "P1", "P2")),
        (("Red", "Amber", "Green"), ("P0", "P1", "P3")),
        (("Black", "Red", "Amber", "Green"), ("P0", "P1", "P2", "P3")),
        (("Orange", "Amber", "Yellow"), ("P1", "P2", "P3")),
        (("Code Red", "Code Yellow"), ("P0", "P2")),
        (("Rot", "Gelb", "Grün"), ("P0", "P2", "P3")),
        (("🔴", "🟡", "🟢"), ("P0", "P2", "P3")),
        (("Red (P1)", "Amber (P2)"), ("P1", "P2")),
        (("Major", "Moderate", "Minor"), ("P1", "P2", "P3")),
        (("High", "Medium", "Low"), ("P1", "P2", "P3")),
        (("Major incident", "Minor incident"), ("P1", "P3")),
    ],
)
@pytest.mark.parametrize("shape", ["table", "headings", "list"])
def test_each_shape_places_grades_and_colours_alike(
    names: tuple[str, ...], severities: tuple[str, ...], shape: str
) -> None:
    begins = "| Level | First reply |\n|---|---|\n" if shape == "table" else ""
    each = {"table": "| {} | 10 min |\n", "headings": "### {}\n\nRespond within 10 min.\n\n", "list": "- {}: 10 min\n"}
    found = reading("## How fast we are\n\n" + begins + "".join(each[shape].format(name) for name in names))
    assert ranks(found) == [(severity, 10 * MINUTE) for severity in severities]


def test_a_colour_is_its_level_wherever_the_document_names_it() -> None:
    found = reading("""
        ## Levels

        | Level | Response time |
        |---|---|
        | Black | 5 minutes |
        | Red | 15 minutes |
        | Amber (SEV3) | 1 hour |

        ## Alerts

        | Alert | Severity | Go to |
        |---|---|---|
        | QueueDeep | Red | Orders stuck |

        ## Orders stuck

        Severity: Red

        1. Restart the queue.

        ## Slow search (Amber)

        1. Restart the search.

        ## The red light blinks

        1. Press the button.
        """)
    assert [each.severity for each in found.levels] == [Severity.P0, Severity.P1, Severity.P2]
    assert [each.severity for each in found.alerts] == ["P1"]
    assert [each.severity for each in found.procedures] == [Severity.P1, Severity.P2, None]


@pytest.mark.parametrize(
    "text",
    [
        "## Health\n\n- Green: all shards are there\n- Yellow: a replica is missing\n- Red: a primary is missing",
        "## Health\n\n| Metric | Green | Amber | Red |\n|---|---|---|---|\n| Response time | < 1 s | > 1 s | > 5 s |",
        "## Health\n\n| Status | Response |\n|---|---|\n| Yellow | Wait for it |\n| Red | Restart the node |",
        "## Health\n\n### Red\n\nA primary is missing.\n\n### Yellow\n\nA replica is missing.",
        "## Failures\n\n| What | Severity | Description |\n|---|---|---|\n| Disk full | High | It is full |\n"
        "| Search | Low | It is slow |",
        "## Risks\n\n- High: changes of tables\n- Low: changes of texts",
    ],
    ids=["list", "thresholds", "table", "headings", "failures", "risks"],
)
def test_colours_and_grades_of_something_else_are_no_levels(text: str) -> None:
    assert reading(text).levels == ()
