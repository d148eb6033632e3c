"""A list as the whole body is each of its entries; out of an empty entry nothing is made."""

import json
from collections.abc import Mapping
from typing import Final

import pytest

from bot.sources.batches import MOST
from bot.sources.table import SOURCES
from commands.outage import Unreadable
from tests.bot.sources.bodies import (
    ARN,
    alarm,
    bridged,
    component,
    dashboard,
    datadog,
    entry,
    opsgenie,
    prometheus,
    robot,
    sns,
)

BATCHES: Final[Mapping[str, tuple[str, list[object]]]] = {
    "alertmanager": (
        "alertmanager",
        [prometheus("firing", entry("firing")), prometheus("resolved", entry("resolved"))],
    ),
    "grafana": ("grafana", [dashboard("alerting"), dashboard("ok")]),
    "a pipe of EventBridge": ("cloudwatch", [bridged("ALARM"), bridged("OK")]),
    "a pipe from a queue": (
        "cloudwatch",
        [
            {"messageId": "1", "eventSource": "aws:sqs", "body": json.dumps(each)}
            for each in (sns(alarm("ALARM")), bridged("OK"))
        ],
    ),
    "datadog": ("datadog", [datadog(title="[Triggered] Slow"), datadog(title="[Recovered] Slow")]),
    "opsgenie": ("opsgenie", [opsgenie("Create"), opsgenie("Close")]),
    "statuspage": ("statuspage", [component("operational", "major_outage"), component("major_outage", "operational")]),
    "uptimerobot": ("uptimerobot", [robot(1), robot(2)]),
}


def taken(source: str, body: object) -> list[str]:
    return [each.status.value for each in SOURCES[source].parse(json.dumps(body).encode())]


@pytest.mark.parametrize("batch", BATCHES.values(), ids=BATCHES)
def test_a_list_is_each_of_its_entries_in_their_order(batch: tuple[str, list[object]]) -> None:
    source, bodies = batch
    assert taken(source, bodies) == ["firing", "resolved"]
    assert taken(source, [None, {"odd": 1}, *bodies, "x"]) == ["firing", "resolved"], "an odd entry loses nothing"
    assert taken(source, []) == []
    with pytest.raises(Unreadable):
        taken(source, [{"odd": 1}])
    with pytest.raises(Unreadable, match="no entry of the list is an alert"):
        taken(source, [7])


@pytest.mark.parametrize("message", [alarm("ALARM"), sns(alarm("ALARM")), bridged("ALARM")])
def test_a_queue_s_record_is_read_in_whatever_wrapping_it_came(message: object) -> None:
    """A bare alarm or an event of EventBridge in it was taken for nothing at all."""
    records = [{"eventSource": "aws:sqs", "body": json.dumps(message)}, {"eventSource": "aws:sqs", "body": "hello"}]
    (alert,) = SOURCES["cloudwatch"].parse(json.dumps({"Records": records}).encode())
    assert (alert.key, alert.status.value) == (ARN, "firing")


def test_alerts_without_anything_around_them_are_read_as_prometheus_posts_them() -> None:
    bare = {name: value for name, value in entry("firing").items() if name != "status"}
    assert taken("alertmanager", [bare, {**bare, "fingerprint": "bb"}]) == ["firing", "firing"]
    assert taken("alertmanager", bare) == ["firing"]


@pytest.mark.parametrize("source", ["alertmanager", "grafana"])
@pytest.mark.parametrize("empty", [{}, {"labels": {}}, {"labels": {"alertname": ""}, "annotations": 1, "status": None}])
def test_out_of_an_empty_entry_no_alert_is_made(source: str, empty: Mapping[str, object]) -> None:
    assert len(taken(source, prometheus("firing", empty, entry("firing")))) == 1
    with pytest.raises(Unreadable, match="no entry of the list is an alert"):
        taken(source, prometheus("firing", empty))


@pytest.mark.parametrize("source", ["alertmanager", "generic"])
def test_of_more_alerts_than_can_be_read_the_first_one_says_how_many_were_left_out(source: str) -> None:
    """Each has to be read while everybody else waits; what is left out is never left out unsaid."""
    entries = [{"status": "firing", "title": "Slow", "labels": {"n": str(number)}} for number in range(MOST + 7)]
    first, *others = SOURCES[source].parse(json.dumps({"alerts": entries}).encode())
    assert len(others) == MOST - 1
    assert "and 7 more alerts" in first.description
    assert not any(each.description for each in others)


def test_a_body_that_names_thousands_of_labels_for_all_of_its_alerts_gives_each_some() -> None:
    """Each alert would carry a copy: a body within the limit would become gigabytes."""
    common = {f"label-{number}": "x" for number in range(5_000)}
    entries = [{"status": "firing", "labels": {"instance": "eu-1"}}]
    (alert,) = SOURCES["alertmanager"].parse(json.dumps({"alerts": entries, "commonLabels": common}).encode())
    assert len(alert.labels) < 300
    assert alert.labels["instance"] == "eu-1"
