"""Amazon CloudWatch: the alarms of one account and region, in the wrappings in which they travel.

an SNS envelope, its ``Message`` a text of JSON      a bare alarm (raw delivery)      a batch of ``Records``
an EventBridge event with ``detail``                 what an alarm calls a Lambda function with (``alarmData``)
a message of SQS, its ``body`` any of these          a list of them, as EventBridge's pipes send

ALARM fires, OK resolves, INSUFFICIENT_DATA does neither; nor does a change of an alarm's configuration, which also says
a state, unless it deletes the alarm: nothing will tell of that one's end any more. An alarm over several series tells
of each (its *contributor*), and one of them that is well again is not yet the alarm's end: each has a key of its own.
Much of what a topic carries is no alarm at all, and is taken without one.
Source: docs.aws.amazon.com/AmazonCloudWatch (alarms and EventBridge, notification schema).
"""

import json
from collections.abc import Iterator, Mapping
from typing import Final
from urllib.parse import quote

from bot.sources.batches import alerts_in, of_each
from bot.sources.reading import first, links, named, table, text, texts, time
from commands.outage import Unreadable
from incident.alert import Alert, AlertStatus

NAME: Final = "cloudwatch"
_STATES: Final = {"ALARM": AlertStatus.FIRING, "OK": AlertStatus.RESOLVED}
_CONSOLES: Final = {
    "aws": "console.aws.amazon.com",
    "aws-cn": "console.amazonaws.cn",
    "aws-us-gov": "console.amazonaws-us-gov.com",
}
_CHANGED: Final = "CloudWatch Alarm State Change"
_CONFIGURED: Final = "CloudWatch Alarm Configuration Change"
_CONTRIBUTOR_CHANGED: Final = "CloudWatch Alarm Contributor State Change"
_SNS_KINDS: Final = frozenset({"Notification", "SubscriptionConfirmation", "UnsubscribeConfirmation"})

Table = Mapping[str, object]


def parse(body: bytes) -> tuple[Alert, ...]:
    """The alarms of one body; none when it is about something else. Raises Unreadable."""
    return alerts_in(body, _alarms)


def _alarms(whole: Table) -> tuple[Alert, ...]:
    records = whole.get("Records")
    if isinstance(records, list):
        return of_each(records, _recorded)
    found = _recorded(whole) if "eventSource" in whole else _unwrapped(whole)
    if found is None:
        raise Unreadable("this is no alarm of CloudWatch, and nothing that carries one")
    return tuple(found)


def _recorded(record: Table) -> Iterator[Alert]:
    """The alarm in a record of SNS or SQS; a queue may carry anything else as well."""
    yield from _unwrapped(table(record, "Sns") or _json(record.get("body"))) or ()


def _unwrapped(whole: Table) -> Iterator[Alert] | None:
    """What an envelope or a message tells; None where it is neither."""
    return _enveloped(whole) if text(whole.get("Type")) in _SNS_KINDS else _carried(whole, "")


def _enveloped(envelope: Table) -> Iterator[Alert]:
    """The alarm in an envelope of SNS. A text, or JSON about something else, is no alarm."""
    yield from _carried(_json(envelope.get("Message")), text(envelope.get("TopicArn"))) or ()


def _carried(message: Table, topic: str) -> Iterator[Alert] | None:
    """What a message tells; None where it is of another kind."""
    if "AlarmName" in message:
        return _alarm(message, topic)
    if "detail-type" in message:
        return _event(message)
    if "alarmData" in message:
        told = {"detail": message["alarmData"], "resources": [message.get("alarmArn")]}
        return _event({**message, **told, "account": message.get("accountId"), "detail-type": _CHANGED})
    return None


def _json(written: object) -> Table:
    """The table in a text of JSON, or that a forwarder put in the text's place; an empty one for anything else."""
    try:
        found = json.loads(written) if isinstance(written, str) else written
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, Mapping) else {}


def _alarm(alarm: Table, topic: str) -> Iterator[Alert]:
    arn = text(alarm.get("AlarmArn"))
    contributor = table(alarm, "AlarmContributor")
    yield from _told(
        alarm=text(alarm.get("AlarmName")),
        contributor=first(alarm, "AlarmContributorId") or first(contributor, "ContributorId", "Id", "id"),
        arn=arn,
        place=arn or topic,
        account=text(alarm.get("AWSAccountId")),
        region=text(alarm.get("Region")),
        state=text(alarm.get("NewStateValue")),
        at=alarm.get("StateChangeTime"),
        said=(text(alarm.get("AlarmDescription")), text(alarm.get("NewStateReason"))),
        metric=_metric(table(alarm, "Trigger")),
        more={**_tags(alarm.get("AlarmTags")), **texts(alarm.get("AlarmContributorAttributes"))},
        suppressed=text(alarm.get("ActionsSuppressedBy")),
    )


def _event(event: Table) -> Iterator[Alert]:
    """An event of EventBridge; one about another thing than an alarm's state is none."""
    detail = table(event, "detail")
    state = table(detail, "state")
    kind = text(event.get("detail-type"))
    gone = kind == _CONFIGURED and text(detail.get("operation")) == "delete"
    if not (gone or kind in {_CHANGED, _CONTRIBUTOR_CHANGED}) or not text(detail.get("alarmName")):
        return
    resources = event.get("resources")
    arn = text(resources[0]) if isinstance(resources, list) and resources else ""
    configuration, contributor = table(detail, "configuration"), table(detail, "alarmContributor")
    reason = "The alarm was deleted." if gone else text(state.get("reason"))
    yield from _told(
        alarm=text(detail.get("alarmName")),
        contributor=first(contributor, "id", "contributorId"),
        arn=arn,
        place=arn,
        account=text(event.get("account")),
        region=text(event.get("region")),
        state="OK" if gone else text(state.get("value")),
        at=event.get("time") if gone else state.get("timestamp") or event.get("time"),
        said=(text(configuration.get("description")), reason),
        metric=_measured(configuration),
        more={
            **_tags(detail.get("alarmTags")),
            **texts(contributor.get("attributes")),
            **named(muted_by=text(table(detail, "muteDetail").get("mutedByArn")).rpartition(":")[2]),
        },
        suppressed=text(state.get("actionsSuppressedBy")),
    )


def _metric(trigger: Table) -> dict[str, str]:
    """What an alarm watches; one over an expression names the first metric of it."""
    inner = (table(table(each, "MetricStat"), "Metric") for each in _tables(trigger.get("Metrics")))
    measured = next(filter(None, inner), trigger)
    named_so = {
        first(each, "name", "Name"): first(each, "value", "Value") for each in _tables(measured.get("Dimensions"))
    }
    said = named(namespace=measured.get("Namespace"), metric=measured.get("MetricName"))
    return {**{name: value for name, value in named_so.items() if name and value}, **said}


def _measured(configuration: Table) -> dict[str, str]:
    """The same as EventBridge writes it."""
    inner = (table(table(each, "metricStat"), "metric") for each in _tables(configuration.get("metrics")))
    metric = next(filter(None, inner), {})
    said = named(namespace=metric.get("namespace"), metric=metric.get("name"))
    return {**texts(metric.get("dimensions")), **said}


def _tags(value: object) -> dict[str, str]:
    """An alarm's tags, as a table or as pairs of ``Key`` and ``Value``."""
    pairs = {first(each, "Key", "key"): first(each, "Value", "value") for each in _tables(value)}
    return {**texts(value), **{name: tag for name, tag in pairs.items() if name and tag}}


def _tables(value: object) -> list[Table]:
    return [each for each in value if isinstance(each, Mapping)] if isinstance(value, list) else []


def _told(
    *,
    alarm: str,
    contributor: str,
    arn: str,
    place: str,
    account: str,
    region: str,
    state: str,
    at: object,
    said: tuple[str, ...],
    metric: Mapping[str, str],
    more: Mapping[str, str],
    suppressed: str,
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
        key="#".join(filter(None, (arn or f"{account}/{code}/{alarm}", contributor))),
        status=status,
        title=alarm[:200],
        description="\n".join(filter(None, said)),
        service=metric.get("namespace"),
        group=None,
        starts_at=time(at) if status is AlertStatus.FIRING else None,
        ends_at=time(at) if status is AlertStatus.RESOLVED else None,
        labels={
            **more,
            **metric,
            **named(alertname=alarm, account=account, region=code, contributor=contributor, suppressed_by=suppressed),
        },
        links=_console(partition, code, alarm),
    )


def _console(partition: str, region: str, alarm: str) -> dict[str, str]:
    """The alarm's page; none where the region's code is not known."""
    host = _CONSOLES.get(partition)
    if host is None or " " in region or not region:
        return {}
    page = f"https://{region}.{host}/cloudwatch/home?region={region}#alarmsV2:alarm/{quote(alarm, safe='')}"
    return links(console=page)
