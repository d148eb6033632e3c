"""Amazon ECS through EventBridge: deployments of services, by an API destination with a token or by a topic of SNS.

Source: docs.aws.amazon.com (Amazon ECS service deployment state change events).
"""

import re
from collections.abc import Mapping
from typing import Final

from bot.sources import sns
from bot.sources.admission import Request, body_hash
from bot.sources.change_places import LONGEST, LONGEST_WHAT, Places, for_each
from bot.sources.reading import document, table, text, time
from commands.outage import Unreadable
from incident.alert import Delivery
from incident.system_change import Progress, SystemChange, change_id

NAME: Final = "ecs"
_KIND: Final = "ECS Deployment State Change"
_SERVICE: Final = re.compile(r"arn:aws[a-z-]*:ecs:[a-z0-9-]+:\d*:service/(.+)", re.ASCII)
_STATES: Final = {
    "SERVICE_DEPLOYMENT_IN_PROGRESS": Progress.UNDER_WAY,
    "SERVICE_DEPLOYMENT_STARTED": Progress.UNDER_WAY,
    "SERVICE_DEPLOYMENT_COMPLETED": Progress.DONE,
    "SERVICE_DEPLOYMENT_FAILED": Progress.FAILED,
}


def request_key(request: Request) -> str:
    """The event's id, or that of the message of SNS that brings it."""
    return sns.request_key(request) or body_hash(request.body)


def read(delivery: Delivery, places: Places) -> tuple[SystemChange, ...]:
    """A deployment of a service; nothing for another event, or for a service of no system. Raises Unreadable."""
    event = _event(document(delivery.body))
    detail = table(event, "detail")
    state = _STATES.get(text(detail.get("eventName")))
    if text(event.get("detail-type")) != _KIND or state is None:
        return ()
    service, number = _service(event), text(detail.get("deploymentId"))
    if not service or not number:
        raise Unreadable("a deployment of ECS without its service's ARN or its deploymentId")
    at = time(detail.get("updatedAt")) or time(event.get("time")) or delivery.received_at
    reason = text(detail.get("reason"))
    failed = f": {reason}" if state is Progress.FAILED and reason else ""
    change = SystemChange(
        id=change_id(NAME, f"{service}:{number}"),
        source=NAME,
        system="",
        what=f"Deployment of {service}{failed}"[:LONGEST_WHAT],
        at=min(at, delivery.received_at),
        moved_at=at,
        state=state,
        revision=number[:LONGEST],
    )
    return for_each(change, places.of_service(service))


def _event(body: Mapping[str, object]) -> Mapping[str, object]:
    """EventBridge's event: the body itself, or what a message of SNS holds."""
    message = body.get("Message")
    if text(body.get("Type")) == "Notification" and isinstance(message, str):
        return document(message.encode(errors="replace"))
    return body


def _service(event: Mapping[str, object]) -> str:
    """``cluster/service``; ARNs of old accounts have no cluster."""
    resources = event.get("resources")
    for each in resources if isinstance(resources, list) else ():
        matched = _SERVICE.fullmatch(text(each))
        if matched:
            return matched[1]
    return ""
