"""What AWS answers with a success and did not do is counted, however its service names it."""

from typing import Any

import pytest

from bot.executors.aws.partial import undone


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ({"failures": []}, (0, "")),
        ({"service": {"events": [{"message": "could not"}]}}, (0, "")),
        ({"Invalidation": {"Status": "InProgress"}, "MaxErrors": "3"}, (0, "")),
        ({"FailedEntryCount": 0, "FailedEntries": []}, (0, "")),
        (
            {"FailedEntryCount": 2, "FailedEntries": [{"Id": "a", "ErrorCode": "Gone", "ErrorMessage": "no"}] * 2},
            (2, "Gone"),
        ),
        ({"Deleted": [{"Key": "a"}], "Errors": [{"Key": "b", "Code": "Denied", "Message": "no"}]}, (1, "Denied")),
        ({"UnprocessedItems": {"jobs": [{"DeleteRequest": {}}] * 3, "users": [{}]}}, (4, "")),
        ({"Failed": [{"Id": "1", "SenderFault": True, "Code": "Big", "Message": "big"}], "Successful": []}, (1, "Big")),
        ({"FailedRecordCount": 5, "Records": [{"ErrorCode": "Throttled"}]}, (5, "")),
        ({"Unsuccessful": [{"ResourceId": "x", "Error": {"Code": "NotFound", "Message": "?"}}]}, (1, "NotFound")),
        ({"StatusCode": 200, "FunctionError": "Unhandled"}, (1, "Unhandled")),
        ({"unprocessed": ["one", "two"]}, (2, "")),
    ],
)
def test_what_aws_did_not_do_is_counted_however_its_service_names_it(
    said: dict[str, Any], expected: tuple[int, str]
) -> None:
    assert undone(said) == expected
