"""Modals and the Home tab."""

from sandbox.blocks.guard import view_payload
from sandbox.methods.request import Request
from sandbox.state import views
from sandbox.state.shapes import view_json
from sandbox.wire import Json, SlackError


def _payload(request: Request, kind: str) -> Json:
    payload = view_payload(request.arguments.json("view"))
    if payload["type"] != kind:
        words = f"[ERROR] expected a view of type {kind} [json-pointer:/view/type]"
        raise SlackError("invalid_arguments", messages=[words])
    return payload


def open_view(request: Request) -> Json:
    """Show a modal to whoever acted."""
    payload = _payload(request, "modal")
    trigger = request.triggers.exchange(request.arguments.text("trigger_id"), request.caller.app.id)
    view = views.open_modal(request.workspace, request.caller.app, trigger.user, payload)
    return {"view": view_json(request.workspace, view)}


def push(request: Request) -> Json:
    """Lay a modal over the one that is open."""
    payload = _payload(request, "modal")
    trigger = request.triggers.exchange(request.arguments.text("trigger_id"), request.caller.app.id)
    view = views.push_modal(request.workspace, request.caller.app, trigger.user, payload)
    return {"view": view_json(request.workspace, view)}


def update(request: Request) -> Json:
    """Replace what an open view shows; with `hash`, only if nobody did so before."""
    arguments = request.arguments
    view = views.find(request.workspace, arguments.maybe("view_id"), arguments.maybe("external_id"))
    if view.app_id != request.caller.app.id:
        raise SlackError("not_found")
    payload = _payload(request, view.kind)
    views.update(request.workspace, view, payload, arguments.maybe("hash"))
    return {"view": view_json(request.workspace, view)}


def publish(request: Request) -> Json:
    """Put the Home tab in front of one person."""
    payload = _payload(request, "home")
    arguments = request.arguments
    view = views.publish_home(
        request.workspace, request.caller.app, arguments.text("user_id"), payload, arguments.maybe("hash")
    )
    return {"view": view_json(request.workspace, view)}
