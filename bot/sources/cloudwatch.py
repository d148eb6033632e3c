"""Amazon CloudWatch: the alarms of one account and region, in the four wrappings in which they travel.

an SNS envelope, its ``Message`` a text of JSON      a bare alarm (raw delivery)      a Lambda event with ``Records``
an EventBridge event with ``detail``

ALARM fires, OK resolves, INSUFFICIENT_DATA does neither. Much of what a topic carries is no alarm at all, and is taken
without one. Source: docs.aws.amazon.com/AmazonCloudWatch (alarms and EventBridge, notification schema).
"""

import json
from collections.abc import Iterator, Mapping
from typing import Final
from urllib.parse import quote

from bot.sources.reading import document, first, links, named, table, text, time
from commands.outage import Unreadable
from incident.alert import Alert, AlertStatus

NAME: Final = "cloudwatch"
_STATES: Final = {"ALARM": AlertStatus.FIRING, "OK": AlertStatus.RESOLVED}
_CONSOLES: Final = {
    "aws": "console.aws.amazon.com",
    "aws-cn": "console.amazonaws.cn",
    "aws-us-gov": "console.amazonaws-us-gov.com",
}
_SNS_KINDS: Final = frozenset({"Notification", "SubscriptionConfirmation", "UnsubscribeConfirmation"})

Table = Mapping[str, object]


def parse(body: bytes) -> tuple[Alert, ...]:
    """The alarms of one body; none when it is about something else. Raises Unreadable."""
    return tuple(_alarms(document(body)))


def _alarms(whole: Table) -> Iterator[Alert]:
    records = whole.get("Records")
    if isinstance(records, list):
        for each in records:
            if isinstance(each, Mapping):
                yield from _enveloped(table(each, "Sns"))
    elif text(whole.get("Type")) in _SNS_KINDS:
        yield from _enveloped(whole)
    elif "AlarmName" in whole:
        yield from _alarm(whole, "")
    elif "detail-type" in whole:
        yield from _event(whole)
    else:
        raise Unreadable("this is no alarm of CloudWatch, and nothing that carries one")


def _enveloped(envelope: Table) -> Iterator[Alert]:
    """The alarm in an envelope of SNS. A text, or JSON about something else, is no alarm."""
    try:
        message = json.loads(str(envelope.get("Message")))
    except (ValueError, RecursionError):
        return
    if isinstance(message, dict) and "AlarmName" in message:
        yield from _alarm(message, text(envelope.get("TopicArn")))
    elif isinstance(message, dict) and "detail-type" in message:
        yield from _event(message)


def _alarm(alarm: Table, topic: str) -> Iterator[Alert]:
    trigger = table(alarm, "Trigger")
    arn = text(alarm.get("AlarmArn"))
    yield from _told(
        alarm=text(alarm.get("AlarmName")),
        arn=arn,
        place=arn or topic,
        account=text(alarm.get("AWSAccountId")),
        region=text(alarm.get("Region")),
        state=text(alarm.get("NewStateValue")),
        at=alarm.get("StateChangeTime"),
        said=(text(alarm.get("AlarmDescription")), text(alarm.get("NewStateReason"))),
        metric=_metric(trigger),
    )


def _event(event: Table) -> Iterator[Alert]:
    """An event of EventBridge; one about another thing than an alarm's state is none."""
    detail = table(event, "detail")
    state = table(detail, "state")
    if not text(detail.get("alarmName")):
        return
    resources = event.get("resources")
    arn = text(resources[0]) if isinstance(resources, list) and resources else ""
    configuration = table(detail, "configuration")
    metrics = configuration.get("metrics")
    listed = [each for each in metrics if isinstance(each, Mapping)] if isinstance(metrics, list) else []
    measured = [table(table(each, "metricStat"), "metric") for each in listed]
    yield from _told(
        alarm=text(detail.get("alarmName")),
        arn=arn,
        place=arn,
        account=text(event.get("account")),
        region=text(event.get("region")),
        state=text(state.get("value")),
        at=state.get("timestamp") or event.get("time"),
        said=(text(configuration.get("description")), text(state.get("reason"))),
        metric=_measured(measured[0]) if measured else {},
    )


def _metric(trigger: Table) -> dict[str, str]:
    """What an alarm watches; one over an expression names the first metric of it."""
    metrics = trigger.get("Metrics")
    inner = [each for each in metrics if isinstance(each, Mapping)] if isinstance(metrics, list) else []
    measured = next((found for each in inner if (found := table(table(each, "MetricStat"), "Metric"))), trigger)
    dimensions = measured.get("Dimensions")
    listed = [each for each in dimensions if isinstance(each, Mapping)] if isinstance(dimensions, list) else []
    named_so = {first(each, "name", "Name"): first(each, "value", "Value") for each in listed}
    said = named(namespace=measured.get("Namespace"), metric=measured.get("MetricName"))
    return {**{name: value for name, value in named_so.items() if name and value}, **said}


def _measured(metric: Table) -> dict[str, str]:
    dimensions = table(metric, "dimensions")
    said = named(namespace=metric.get("namespace"), metric=metric.get("name"))
    return {**{name: text(value) for name, value in dimensions.items()}, **said}


def _told(
    *,
    alarm: str,
    arn: str,
    place: str,
    account: str,
    region: str,
    state: str,
    at: object,
    said: tuple[str, ...],
    metric: Mapping[str, str],
) -> Iterator[Alert]:
    """One alarm, if its state says something. Raises Unreadable."""
    if not alarm:
        raise Unreadable("the alarm has no name")
    if state not in (*_STATES, "INSUFFICIENT_DATA"):
        raise Unreadable(f"CloudWatch knows no state “{state[:40]}”")
    if state not in _STATES:
        return
    # ``Region`` is a label such as “EU (Ireland)”; an ARN holds the code.
    parts = place.split(":")
    partition, code = (parts[1], parts[3]) if len(parts) > 5 else ("aws", region)
    status = _STATES[state]
    yield Alert(
        source=NAME,
        key=(arn or f"{account}/{code}/{alarm}")[:300],
        status=status,
        title=alarm[:200],
        description="\n".join(filter(None, said)),
        service=metric.get("namespace"),
        group=None,
        starts_at=time(at) if status is AlertStatus.FIRING else None,
        ends_at=time(at) if status is AlertStatus.RESOLVED else None,
        labels={**metric, **named(alertname=alarm, account=account, region=code)},
        links=_console(partition, code, alarm),
    )


def _console(partition: str, region: str, alarm: str) -> dict[str, str]:
    """The alarm's page; none where the region's code is not known."""
    host = _CONSOLES.get(partition)
    if host is None or " " in region or not region:
        return {}
    page = f"https://{region}.{host}/cloudwatch/home?region={region}#alarmsV2:alarm/{quote(alarm, safe='')}"
    return links(console=page)
