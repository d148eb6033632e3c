"""CloudWatch's alarms, in the four wrappings in which they travel. Bodies are made here."""

import json
from collections.abc import Callable, Mapping
from datetime import UTC, datetime

import pytest

from bot.sources.cloudwatch import parse
from commands.outage import Unreadable
from incident.alert import Alert, AlertStatus

ARN = "arn:aws:cloudwatch:eu-central-1:123456789012:alarm:Orders slow"
TOPIC = "arn:aws:sns:eu-central-1:123456789012:alarms"
AT = datetime(2026, 3, 1, 2, 3, 4, 567000, UTC)


def alarm(state: str = "ALARM", **changed: object) -> dict[str, object]:
    """An alarm as SNS carries it; an entry given as None is left out."""
    whole = {
        "AlarmName": "Orders slow",
        "AlarmArn": ARN,
        "AlarmDescription": "p99 above 2 s",
        "AWSAccountId": "123456789012",
        "NewStateValue": state,
        "NewStateReason": "Threshold Crossed",
        "StateChangeTime": "2026-03-01T02:03:04.567+0000",
        "Region": "EU (Frankfurt)",
        "Trigger": {
            "MetricName": "Latency",
            "Namespace": "AWS/ELB",
            "Dimensions": [{"name": "LoadBalancer", "value": "shop"}],
        },
    }
    return {name: value for name, value in (whole | changed).items() if value is not None}


def envelope(message: object, kind: str = "Notification") -> dict[str, object]:
    text = message if isinstance(message, str) else json.dumps(message)
    return {"Type": kind, "MessageId": "e1", "TopicArn": TOPIC, "Message": text}


def event(state: str) -> dict[str, object]:
    metric = {"namespace": "AWS/ELB", "name": "Latency", "dimensions": {"LoadBalancer": "shop"}}
    return {
        "detail-type": "CloudWatch Alarm State Change",
        "account": "123456789012",
        "region": "eu-central-1",
        "resources": [ARN],
        "detail": {
            "alarmName": "Orders slow",
            "state": {"value": state, "reason": "Threshold Crossed", "timestamp": "2026-03-01T02:03:04.567+0000"},
            "configuration": {"description": "p99 above 2 s", "metrics": [{"metricStat": {"metric": metric}}]},
        },
    }


WRAPPINGS: Mapping[str, Callable[[str], object]] = {
    "sns": lambda state: envelope(alarm(state)),
    "bare": alarm,
    "lambda": lambda state: {"Records": [{"Sns": envelope(alarm(state))}]},
    "eventbridge": event,
}


def one(body: object) -> Alert:
    (alert,) = parse(json.dumps(body).encode())
    return alert


@pytest.mark.parametrize("wrapping", WRAPPINGS)
def test_an_alarm_means_the_same_however_it_is_wrapped(wrapping: str) -> None:
    assert one(WRAPPINGS[wrapping]("ALARM")) == Alert(
        source="cloudwatch",
        key=ARN,
        status=AlertStatus.FIRING,
        title="Orders slow",
        description="p99 above 2 s\nThreshold Crossed",
        service="AWS/ELB",
        starts_at=AT,
        labels={
            "alertname": "Orders slow",
            "account": "123456789012",
            "region": "eu-central-1",
            "namespace": "AWS/ELB",
            "metric": "Latency",
            "LoadBalancer": "shop",
        },
        links={
            "console": "https://eu-central-1.console.aws.amazon.com/cloudwatch/home?region=eu-central-1"
            "#alarmsV2:alarm/Orders%20slow"
        },
    )


@pytest.mark.parametrize("wrapping", WRAPPINGS)
def test_ok_resolves_it_and_too_little_data_does_nothing(wrapping: str) -> None:
    ended = one(WRAPPINGS[wrapping]("OK"))
    assert (ended.key, ended.status, ended.starts_at, ended.ends_at) == (ARN, AlertStatus.RESOLVED, None, AT)
    assert parse(json.dumps(WRAPPINGS[wrapping]("INSUFFICIENT_DATA")).encode()) == ()


def test_without_its_arn_an_alarm_is_told_apart_by_account_region_and_name() -> None:
    known = alarm(AlarmArn=None)
    assert one(envelope(known)).key == "123456789012/eu-central-1/Orders slow", "the topic tells the region's code"
    assert one(known).links == {}, "a label is no region"


def test_an_alarm_over_an_expression_is_read_by_the_first_metric_of_it() -> None:
    metric = {"MetricName": "Errors", "Namespace": "AWS/Lambda", "Dimensions": [{"Name": "Function", "Value": "pay"}]}
    trigger = {"Metrics": [{"Expression": "m1/m2", "Id": "e1"}, {"Id": "m1", "MetricStat": {"Metric": metric}}]}
    alert = one(alarm(Trigger=trigger))
    assert alert.service == "AWS/Lambda"
    assert (alert.labels["metric"], alert.labels["Function"]) == ("Errors", "pay")


@pytest.mark.parametrize(
    "body",
    [
        envelope("You have chosen to subscribe …", "SubscriptionConfirmation"),
        envelope("plain text"),
        envelope({"source": "aws.health"}),
        {"detail-type": "GuardDuty Finding", "detail": {"severity": 8}},
        {"Records": [{"Sns": envelope("plain text")}, "odd"]},
    ],
)
def test_what_is_no_alarm_is_taken_without_one(body: object) -> None:
    assert parse(json.dumps(body).encode()) == ()


def test_what_the_team_suppresses_in_cloudwatch_says_so_in_a_label() -> None:
    """So that a route can tell it from what nothing suppresses."""
    told = one(alarm(ActionsSuppressedBy="WaitPeriod"))
    state = {"value": "ALARM", "actionsSuppressedBy": "WaitPeriod"}
    changed = {"detail-type": "CloudWatch Alarm State Change", "detail": {"alarmName": "Orders slow", "state": state}}
    bridged = one(changed)
    assert [each.labels["suppressed_by"] for each in (told, bridged)] == ["WaitPeriod", "WaitPeriod"]
    assert "suppressed_by" not in one(alarm()).labels


def test_whom_an_alarm_belongs_to_and_which_series_it_is_stands_in_its_labels() -> None:
    """An alarm's tags and a contributor's attributes, which all its alarms lost."""
    tags: tuple[object, ...] = ([{"Key": "team", "Value": "shop"}, {"Key": "", "Value": "x"}, 7], {"team": "shop"})
    for each in tags:
        told = one(envelope(alarm(AlarmTags=each, AlarmContributorId="c", AlarmContributorAttributes={"Queue": "q1"})))
        assert (told.labels["team"], told.labels["Queue"], told.labels["LoadBalancer"]) == ("shop", "q1", "shop")
    bridged = one(
        detailed(alarmTags={"team": "shop", "metric": "mine"}, alarmContributor={"attributes": {"Queue": "q1"}})
    )
    assert (bridged.labels["team"], bridged.labels["Queue"], bridged.labels["metric"]) == ("shop", "q1", "Latency")


def test_what_a_rule_of_cloudwatch_mutes_says_so_in_a_label() -> None:
    muted = detailed(muteDetail={"mutedByArn": "arn:aws:cloudwatch:eu-central-1:1:alarm-mute-rule:nights"})
    assert one(muted).labels["muted_by"] == "nights"
    assert "muted_by" not in one(event("ALARM")).labels


def test_an_alarm_that_is_deleted_is_over_because_nothing_else_will_say_so() -> None:
    changed = {"detail-type": "CloudWatch Alarm Configuration Change", "time": "2026-03-01T02:03:04.567Z"}
    assert parse(json.dumps({**detailed(operation="update"), **changed}).encode()) == ()
    gone = one({**detailed(operation="delete"), **changed})
    assert (gone.key, gone.status, gone.ends_at) == (ARN, AlertStatus.RESOLVED, AT)
    assert gone.description.endswith("The alarm was deleted.")


def detailed(**more: object) -> dict[str, object]:
    """The event of an alarm that fires, with more in its detail."""
    whole = event("ALARM")
    detail = whole["detail"]
    assert isinstance(detail, dict)
    return {**whole, "detail": {**detail, **more}}


def test_a_batch_of_a_lambda_gives_every_alarm_in_it() -> None:
    records = [{"Sns": envelope(alarm(state))} for state in ("ALARM", "OK")]
    found = parse(json.dumps({"Records": records}).encode())
    assert [each.status for each in found] == [AlertStatus.FIRING, AlertStatus.RESOLVED]


def test_an_odd_record_of_a_batch_does_not_lose_the_others() -> None:
    records = [
        {"Sns": envelope(alarm("BROKEN"))},
        {"Sns": envelope(alarm())},
        {"body": json.dumps(alarm(AlarmName=""))},
    ]
    assert one({"Records": records}).title == "Orders slow"
    with pytest.raises(Unreadable, match="BROKEN"):
        parse(json.dumps({"Records": records[:1]}).encode())


def test_a_message_longer_than_any_text_that_is_shown_is_still_read() -> None:
    assert one(envelope(alarm(NewStateReason="x" * 30_000))).title == "Orders slow"


@pytest.mark.parametrize("body", [{"hello": "world"}, alarm("BROKEN"), alarm(AlarmName="")])
def test_what_cannot_be_understood_is_said(body: object) -> None:
    with pytest.raises(Unreadable):
        parse(json.dumps(body).encode())
