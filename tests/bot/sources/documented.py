"""What each monitor's documented bodies must be taken for.

A row: its name → the source, the body, and the alerts as ``(status, key)``; None where it is a dead letter.
"""

import json
from collections.abc import Mapping
from typing import Final

from compiler.proof.word_list import word_list
from tests.bot.sources.bodies import (
    ARN,
    AT,
    about_page,
    alarm,
    bridged,
    component,
    dashboard,
    datadog,
    entry,
    event,
    issue,
    metric,
    opsgenie,
    page,
    pagerduty,
    prometheus,
    robot,
    sns,
    supplier,
    unified,
)
from tests.bot.sources.documented_generic import GENERIC, F, R, Row

_AA = f"aa@{'2026-03-01T08:00:00.250000+00:00'}"
_ORG = f"3/{_AA}"
_MATH = [{"Id": "e1", "Expression": "m1/m2"}, {"Id": "m1", "MetricStat": {"Metric": {"MetricName": "Latency"}}}]
_BAND = [{"Id": "m1", "MetricStat": {"Metric": {"MetricName": "L", "Dimensions": [{"Name": "Api", "Value": "o"}]}}}]
_EXPRESSED = {"metrics": [{"id": "e1", "expression": "m1/m2"}, {"id": "m1", "metricStat": {"metric": {"name": "L"}}}]}
_OTHER_ACTIONS = word_list(
    """
    Acknowledge UnAcknowledge AddNote AddTags RemoveTags AssignOwnership TakeOwnership AddTeam AddResponder Escalate
    EscalateNext Snooze UnSnooze UpdatePriority UpdateMessage UpdateDescription RunThatScript
    """
)
_CHILDREN = {"AlarmRule": 'ALARM("a")', "TriggeringChildren": [{"Arn": ARN, "State": {"Value": "ALARM"}}]}

_OTHER_EVENT = {"version": "0", "source": "aws.ec2", "detail": {"state": "stopped", "status": "resolved"}}

ROWS: Final[Mapping[str, Row]] = {
    **{
        f"pagerduty {kind}": ("pagerduty", page(f"incident.{kind}"), [(status, "PQ1")])
        for kind, status in {"triggered": F, "reopened": F, "unacknowledged": F, "resolved": R}.items()
    },
    **{
        f"pagerduty {kind}": ("pagerduty", page(f"incident.{kind}"), [])
        for kind in (
            "acknowledged",
            "delegated",
            "escalated",
            "incident_type.changed",
            "priority_updated",
            "reassigned",
            "service_updated",
            "title_updated",
            "urgency_updated",
        )
    },
    **{
        f"pagerduty {kind}": ("pagerduty", about_page(f"incident.{kind}", f"incident_{what}", **more), [])
        for kind, what, more in (
            ("conference_bridge.updated", "conference_bridge", {"conference_numbers": [{"label": "", "number": "1"}]}),
            (
                "custom_field_values.updated",
                "field_values",
                {"custom_fields": [{"name": "env", "value": ["resolved"]}]},
            ),
            ("role.assigned", "role_assignment", {}),
            ("task.completed", "task", {"status": "completed"}),
            ("action_invocation.terminated", "action_invocation", {"status": "resolved"}),
            ("workflow.started", "workflow_instance", {}),
        )
    },
    **{
        f"pagerduty service {kind}": ("pagerduty", pagerduty(f"service.{kind}", id="PS", type="service"), [])
        for kind in ("created", "deleted", "custom_field_values.updated")
    },
    "pagerduty note": ("pagerduty", about_page("incident.annotated", "incident_note", content="resolved it"), []),
    "pagerduty status update": (
        "pagerduty",
        about_page("incident.status_update_published", "incident_status_update", message="all ok"),
        [],
    ),
    "pagerduty responder": ("pagerduty", about_page("incident.responder.added", "incident_responder", state="x"), []),
    "pagerduty workflow": ("pagerduty", about_page("incident.workflow.completed", "incident_workflow_instance"), []),
    "pagerduty service": ("pagerduty", pagerduty("service.updated", id="PS", type="service", summary="shop"), []),
    "pagerduty ping": ("pagerduty", pagerduty("pagey.ping", message="Hello from your friend Pagey!", type="ping"), []),
    "pagerduty without a type": ("pagerduty", pagerduty("", id="PQ1", type="incident"), None),
    "pagerduty v2": ("pagerduty", {"messages": [{"event": "incident.resolve", "incident": {"id": "PQ1"}}]}, None),
    "alertmanager": ("alertmanager", prometheus("firing", entry("firing")), [(F, _AA)]),
    "alertmanager over": ("alertmanager", prometheus("resolved", entry("resolved", endsAt=AT)), [(R, _AA)]),
    "alertmanager mixed": (
        "alertmanager",
        prometheus("firing", entry("resolved"), entry("firing", "bb")),
        [(R, _AA), (F, _AA.replace("aa", "bb"))],
    ),
    "alertmanager truncated": (
        "alertmanager",
        prometheus("firing", entry("firing"), truncatedAlerts=12),
        [(F, _AA)],
    ),
    "alertmanager again": (
        "alertmanager",
        prometheus("firing", entry("firing"), notification_reason="repeat interval elapsed", routeLabels={"a": "b"}),
        [(F, _AA)],
    ),
    "alertmanager bare": ("alertmanager", {"alerts": [{"labels": {"alertname": "Slow"}}]}, [(F, "c734b59bcdd4e0a2")]),
    "alertmanager none": ("alertmanager", prometheus("firing"), []),
    "alertmanager template": ("alertmanager", {"text": "Slow is firing"}, None),
    "grafana": (
        "grafana",
        unified(entry("firing", values={"B": 1.5}, imageURL="", silenceURL="http://g/s")),
        [(F, _ORG)],
    ),
    "grafana no data": ("grafana", unified(entry("firing", values=None, valueString="[ no value ]")), [(F, _ORG)]),
    "grafana not a number": ("grafana", unified(entry("firing", values={"B": float("nan")})), [(F, _ORG)]),
    "grafana over": ("grafana", unified(entry("resolved", generatorURL="?orgId=3", orgId=3)), [(R, _ORG)]),
    "grafana dashboard": ("grafana", dashboard("alerting"), [(F, "grafana.example/9")]),
    "grafana dashboard over": ("grafana", dashboard("ok"), [(R, "grafana.example/9")]),
    **{f"grafana dashboard {state}": ("grafana", dashboard(state), []) for state in ("no_data", "paused", "pending")},
    "cloudwatch": ("cloudwatch", sns(alarm("ALARM")), [(F, ARN)]),
    "cloudwatch over": ("cloudwatch", sns(alarm("OK", OldStateValue="ALARM")), [(R, ARN)]),
    "cloudwatch too little data": ("cloudwatch", sns(alarm("INSUFFICIENT_DATA")), []),
    "cloudwatch raw": ("cloudwatch", alarm("ALARM"), [(F, ARN)]),
    "cloudwatch composite": ("cloudwatch", sns({**alarm("ALARM", Trigger=None), **_CHILDREN}), [(F, ARN)]),
    "cloudwatch composite with too little data": (
        "cloudwatch",
        sns({**alarm("INSUFFICIENT_DATA", OldStateValue="ALARM", Trigger=None), **_CHILDREN}),
        [],
    ),
    "cloudwatch anomaly with too little data": (
        "cloudwatch",
        sns(alarm("INSUFFICIENT_DATA", Trigger={"Metrics": _BAND, "ThresholdMetricId": "ad1"})),
        [],
    ),
    "cloudwatch math": ("cloudwatch", sns(alarm("ALARM", Trigger={"Metrics": _MATH, "Threshold": 1})), [(F, ARN)]),
    "cloudwatch anomaly": (
        "cloudwatch",
        sns(alarm("OK", Trigger={"Metrics": _BAND, "ThresholdMetricId": "ad1"})),
        [(R, ARN)],
    ),
    "cloudwatch contributor": ("cloudwatch", sns(alarm("OK", AlarmContributorId="6d22")), [(R, f"{ARN}#6d22")]),
    "cloudwatch subscription": ("cloudwatch", sns("You have chosen to subscribe", "SubscriptionConfirmation"), []),
    "cloudwatch end": ("cloudwatch", sns("You have chosen to deactivate", "UnsubscribeConfirmation"), []),
    "cloudwatch text": ("cloudwatch", sns("Hello"), []),
    "cloudwatch parsed": ("cloudwatch", {**sns("x"), "Message": alarm("ALARM")}, [(F, ARN)]),
    "cloudwatch lambda": ("cloudwatch", {"Records": [{"Sns": sns(alarm("ALARM"))}]}, [(F, ARN)]),
    "cloudwatch queue": ("cloudwatch", {"Records": [{"body": json.dumps(sns(alarm("ALARM")))}]}, [(F, ARN)]),
    "cloudwatch action": (
        "cloudwatch",
        {
            "source": "aws.cloudwatch",
            "alarmArn": ARN,
            "accountId": "123456789012",
            "region": "eu-central-1",
            "alarmData": {"alarmName": "orders-slow", "state": {"value": "ALARM", "timestamp": AT}},
        },
        [(F, ARN)],
    ),
    "eventbridge": ("cloudwatch", bridged("ALARM", configuration=_EXPRESSED), [(F, ARN)]),
    "eventbridge over": ("cloudwatch", bridged("OK", configuration={"alarmRule": 'ALARM("a")'}), [(R, ARN)]),
    **{
        f"eventbridge {kind}": ("cloudwatch", {**_OTHER_EVENT, "detail-type": kind}, [])
        for kind in ("EC2 Instance State-change Notification", "AWS Health Event", "GuardDuty Finding", "order.created")
    },
    "eventbridge too little data": ("cloudwatch", bridged("INSUFFICIENT_DATA"), []),
    "eventbridge deleted": (
        "cloudwatch",
        bridged("ALARM", "CloudWatch Alarm Configuration Change", operation="delete"),
        [(R, ARN)],
    ),
    "eventbridge configuration": (
        "cloudwatch",
        bridged("OK", "CloudWatch Alarm Configuration Change", operation="update"),
        [],
    ),
    "eventbridge contributor": (
        "cloudwatch",
        bridged("OK", "CloudWatch Alarm Contributor State Change", alarmContributor={"id": "6d22", "attributes": {}}),
        [(R, f"{ARN}#6d22")],
    ),
    **{
        f"sentry issue {action}": ("sentry", issue(action), [(F, "issue:4711")]) for action in ("created", "unresolved")
    },
    "sentry issue resolved": ("sentry", issue("resolved"), [(R, "issue:4711")]),
    **{f"sentry issue {action}": ("sentry", issue(action), []) for action in ("assigned", "archived", "ignored")},
    **{f"sentry metric {action}": ("sentry", metric(action), [(F, "metric:88")]) for action in ("critical", "warning")},
    "sentry metric resolved": ("sentry", metric("resolved"), [(R, "metric:88")]),
    "sentry event": ("sentry", event(issue_id="4711"), [(F, "issue:4711")]),
    "sentry event of old": (
        "sentry",
        event(issue_url="https://sentry.example/api/0/issues/4711/"),
        [(F, "issue:4711")],
    ),
    "sentry error": ("sentry", {"action": "created", "data": {"error": {"issue_id": "4711"}}}, []),
    "sentry comment": ("sentry", {"action": "created", "data": {"comment": "resolved?", "issue_id": 4711}}, []),
    "sentry installation": ("sentry", {"action": "deleted", "data": {"installation": {"status": "installed"}}}, []),
    "datadog": ("datadog", datadog(title="[P1] [Triggered on {host:a}] Slow"), [(F, "Slow/host:a")]),
    "datadog over": ("datadog", datadog(title="[P1] [Recovered on {host:a}] Slow"), [(R, "Slow/host:a")]),
    "datadog no data": ("datadog", datadog(title="[No data] Slow"), [(F, "Slow/")]),
    "datadog again": ("datadog", datadog(title="[Re-Triggered] Slow"), [(F, "Slow/")]),
    "datadog template": (
        "datadog",
        {"alert_transition": "Warn", "alert_cycle_key": "c7", "title": "x", "alert_id": "5", "tags": "service:shop"},
        [(F, "c7")],
    ),
    "datadog null": (
        "datadog",
        {"alert_transition": "Recovered", "alert_cycle_key": "c7", "alert_priority": "null", "alert_scope": "null"},
        [(R, "c7")],
    ),
    "datadog null everywhere": (
        "datadog",
        {"alert_transition": "null", "alert_cycle_key": "c7", "title": "null"},
        None,
    ),
    "datadog sentence": (
        "datadog",
        datadog(alert_status="system.load over host:a was > 0", title="[Warn] Slow"),
        [(F, "Slow/")],
    ),
    "datadog unknown": ("datadog", datadog(alert_transition="Muted", alert_type="info"), None),
    "datadog event": ("datadog", datadog(title="Deployed"), None),
    **{
        f"opsgenie {action}": ("opsgenie", opsgenie(action), [(status, "slow-orders")])
        for action, status in {"Create": F, "Close": R, "Delete": R}.items()
    },
    **{f"opsgenie {action}": ("opsgenie", opsgenie(action), []) for action in sorted(_OTHER_ACTIONS)},
    **{
        f"statuspage {status}": ("statuspage", supplier(status), [(F, "incident:i1")])
        for status in ("investigating", "identified", "monitoring")
    },
    "statuspage resolved": ("statuspage", supplier("resolved", resolved_at=AT), [(R, "incident:i1")]),
    "statuspage planned": ("statuspage", supplier("scheduled", scheduled_for=AT), []),
    "statuspage planned and begun": ("statuspage", supplier("identified", impact="maintenance"), []),
    "statuspage component": ("statuspage", component("operational", "major_outage"), [(F, "component:c1")]),
    "statuspage component back": ("statuspage", component("major_outage", "operational"), [(R, "component:c1")]),
    "statuspage component in work": ("statuspage", component("operational", "under_maintenance"), []),
    "uptimerobot down": ("uptimerobot", robot("1"), [(F, "77")]),
    "uptimerobot up": ("uptimerobot", robot(2), [(R, "77")]),
    "uptimerobot certificate": ("uptimerobot", robot("3", alertDetails="SSL ends in 7 days"), [(F, "77/certificate")]),
    "uptimerobot domain": ("uptimerobot", robot("3", alertDetails="Domain ends in 7 days"), [(F, "77/domain")]),
    **{
        f"uptimerobot by name {name}": ("uptimerobot", robot(None, alertTypeFriendlyName=name), [(status, key)])
        for name, status, key in (
            ("Down", F, "77"),
            ("Up", R, "77"),
            ("SSL Expiry", F, "77/certificate"),
            ("Domain Expiry", F, "77/domain"),
        )
    },
    **{f"uptimerobot {kind}": ("uptimerobot", robot(kind), []) for kind in (98, "99", "paused", "Started")},
    "uptimerobot unfilled": ("uptimerobot", robot("*alertType*"), None),
    **GENERIC,
}
