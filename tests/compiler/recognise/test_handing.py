"""Words that hand a value on are told from words that only look like it."""

import pytest

from compiler.recognise.handing import means, noted, same_value, taken


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("Note the snapshot id", ("snapshot_id",)),
        ("Note down the ID of the snapshot, then restore it", ("snapshot_id",)),
        ("Write down the run id of the workflow.", ("workflow_run_id",)),
        ("Find the newest backup and record its identifier:", ("identifier",)),
        ("Note the deployment's revision", ("revision",)),
        ("Save the output as `SNAPSHOT_ID`", ("snapshot_id",)),
        ("Copy the task ARN from the output", ("task_arn",)),
        ("Note the time", ()),
        ("Save the logs", ()),
        ("Keep calm", ()),
        ("Restore the snapshot", ()),
    ],
)
def test_what_is_to_be_noted_is_named_as_a_parameter_would_be(text: str, names: tuple[str, ...]) -> None:
    assert noted(text) == names


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Use the run id from step 2", (("run_id", 2),)),
        ("Restore from the snapshot id noted in step 3.", (("snapshot_id", 3),)),
        ("Repeat step 2", ()),
    ],
)
def test_a_numbered_step_is_named_as_the_place_of_a_value(text: str, found: tuple[tuple[str, int], ...]) -> None:
    assert taken(text) == found


def test_its_identifier_is_that_of_what_is_told_of() -> None:
    """*Its identifier* below a command about snapshots is the snapshot's, and no user's."""
    told = "Find the newest and note its identifier aws rds describe-db-snapshots"
    assert means("identifier", "snapshot_id", told)
    assert not means("identifier", "user_id", told)


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("pod", "pod_name", True),
        ("your_user_id", "user_id", True),
        ("snapshot_identifier", "snapshot_id", True),
        ("user_id", "user_name", False),
        ("service", "server", False),
        ("date", "backup_date", False),
        ("cache", "cache_key", False),
    ],
)
def test_two_names_of_one_value_are_told_from_two_values(one: str, other: str, same: bool) -> None:
    assert same_value(one, other) is same
    assert same_value(other, one) is same
