"""Bodies as each monitor's documentation describes them; the values are made up."""

import json
from collections.abc import Mapping
from typing import Final

AT: Final = "2026-03-01T08:00:00.250Z"
MILLISECONDS: Final = 1772352000250
ARN: Final = "arn:aws:cloudwatch:eu-central-1:123456789012:alarm:orders-slow"
TOPIC: Final = "arn:aws:sns:eu-central-1:123456789012:pages"


def pagerduty(kind: str, **data: object) -> object:
    whole = {"id": "01E", "event_type": kind, "resource_type": kind.split(".")[0], "occurred_at": AT, "agent": None}
    return {"event": {**whole, "client": None, "data": data}}


def page(kind: str) -> object:
    return pagerduty(
        kind,
        id="PQ1",
        type="incident",
        html_url="https://x.pagerduty.example/incidents/PQ1",
        number=7,
        status="triggered",
        title="Orders are slow",
        service={"id": "PS", "summary": "shop", "type": "service_reference"},
        priority={"id": "PP", "summary": "P1", "type": "priority_reference"},
        urgency="high",
        conference_bridge=None,
        resolve_reason=None,
    )


def about_page(kind: str, what: str, **more: object) -> object:
    return pagerduty(kind, id="PN1", type=what, incident={"id": "PQ1", "type": "incident_reference"}, **more)


def prometheus(status: str, *alerts: Mapping[str, object], **more: object) -> object:
    return {
        "version": "4",
        "groupKey": '{}:{alertname="Slow"}',
        "truncatedAlerts": 0,
        "status": status,
        "receiver": "muster",
        "groupLabels": {"alertname": "Slow"},
        "commonLabels": {"alertname": "Slow", "severity": "critical"},
        "commonAnnotations": {"summary": "Orders are slow"},
        "externalURL": "http://alerts.example:9093",
        "alerts": list(alerts),
        **more,
    }


def entry(status: object, fingerprint: str = "aa", **more: object) -> Mapping[str, object]:
    return {
        "status": status,
        "labels": {"alertname": "Slow", "pod": fingerprint},
        "annotations": {"description": "too slow"},
        "startsAt": AT,
        "endsAt": "0001-01-01T00:00:00Z",
        "generatorURL": "http://prometheus.example/graph",
        "fingerprint": fingerprint,
        **more,
    }


def unified(*alerts: Mapping[str, object], **more: object) -> object:
    head = {"version": "1", "orgId": 3, "title": "[FIRING:1] Slow", "state": "alerting", "message": "see below"}
    return prometheus("firing", *alerts, **head, **more)


def dashboard(state: str) -> object:
    return {
        "dashboardId": 1,
        "evalMatches": [{"value": 97.5, "metric": "latency", "tags": {}}],
        "imageUrl": "",
        "message": "",
        "orgId": 1,
        "panelId": 2,
        "ruleId": 9,
        "ruleName": "Slow orders",
        "ruleUrl": "http://grafana.example/d/x?panelId=2",
        "state": state,
        "tags": {"severity": "critical"},
        "title": f"[{state}] Slow orders",
    }


def sns(message: object, kind: str = "Notification") -> Mapping[str, object]:
    said = message if isinstance(message, str) else json.dumps(message)
    return {"Type": kind, "MessageId": "m-1", "TopicArn": TOPIC, "Message": said, "Timestamp": AT}


def alarm(state: str, **more: object) -> Mapping[str, object]:
    return {
        "AlarmName": "orders-slow",
        "AlarmDescription": None,
        "AWSAccountId": "123456789012",
        "NewStateValue": state,
        "NewStateReason": "Threshold Crossed",
        "StateChangeTime": "2026-03-01T08:00:00.250+0000",
        "Region": "EU (Frankfurt)",
        "AlarmArn": ARN,
        "OldStateValue": "OK",
        "Trigger": {"MetricName": "Latency", "Namespace": "Shop", "Dimensions": [{"name": "Api", "value": "orders"}]},
        **more,
    }


def bridged(state: str, kind: str = "CloudWatch Alarm State Change", **detail: object) -> object:
    stated = {"value": state, "reason": "Threshold Crossed", "timestamp": "2026-03-01T08:00:00.250+0000"}
    return {
        "version": "0",
        "detail-type": kind,
        "source": "aws.cloudwatch",
        "account": "123456789012",
        "time": AT,
        "region": "eu-central-1",
        "resources": [ARN],
        "detail": {"alarmName": "orders-slow", "state": stated, "previousState": {"value": "ALARM"}, **detail},
    }


def issue(action: str) -> object:
    whole = {"id": "4711", "shortId": "SHOP-1", "title": "KeyError", "culprit": "cart", "level": "error", "count": "1"}
    return {"action": action, "data": {"issue": {**whole, "project": {"slug": "shop"}, "firstSeen": AT}}, "actor": None}


def metric(action: str) -> object:
    rule = {"id": "5", "name": "Too many errors", "environment": None}
    alert = {"id": "88", "alert_rule": rule, "projects": ["shop"], "date_started": AT, "date_closed": None, "status": 2}
    said = {"description_title": "Critical: Too many errors", "description_text": "9 events", "web_url": "https://s/1"}
    return {"action": action, "data": {"metric_alert": alert, **said}}


def event(**more: object) -> object:
    whole = {
        "event_id": "e",
        "title": "KeyError",
        "level": "error",
        "project": 1,
        "datetime": AT,
        "tags": [["os", "x"]],
    }
    return {"action": "triggered", "data": {"event": {**whole, **more}, "triggered_rule": "Page us"}}


def datadog(**more: object) -> object:
    whole = {"id": "1", "last_updated": str(MILLISECONDS), "event_type": "metric_alert_monitor", "date": "1"}
    return {**whole, "org": {"id": "1", "name": "Shop"}, "body": "%%%\nslow\n%%%", "title": "Slow", **more}


def opsgenie(action: str) -> object:
    alert = {"alertId": "og-1", "message": "Slow", "alias": "slow-orders", "tags": ["a"], "tinyId": "7", "entity": ""}
    times = {"createdAt": MILLISECONDS, "updatedAt": MILLISECONDS * 10**6, "insertedAt": MILLISECONDS * 10**6}
    whole = {**alert, **times, "priority": "P2", "source": "api"}
    return {"action": action, "alert": whole, "source": {"name": "", "type": "web"}, "integrationName": "Webhook"}


def supplier(status: str, **more: object) -> object:
    update = {"id": "u", "status": status, "body": "We look.", "incident_id": "i1"}
    whole = {"id": "i1", "name": "Slow API", "status": status, "impact": "none", "created_at": AT, "components": []}
    page_ = {"id": "p1", "status_indicator": "minor", "status_description": "Minor Outage"}
    return {"meta": {"generated_at": AT}, "page": page_, "incident": {**whole, "incident_updates": [update], **more}}


def component(old: str, new: str) -> object:
    update = {"old_status": old, "new_status": new, "created_at": AT, "component_id": "c1", "id": "x"}
    known = {"id": "c1", "name": "API", "status": new, "group_id": None, "description": None}
    return {"meta": {}, "page": {"id": "p1"}, "component": known, "component_update": update}


def robot(kind: object, **more: object) -> object:
    said = {"monitorID": "77", "monitorURL": "shop.example", "monitorFriendlyName": "Shop", "alertDetails": "timeout"}
    return {**said, "alertType": kind, "alertDateTime": "1772352000", **more}
