"""What a bot asks when it starts: who am I, where am I, and where do I listen."""

from sandbox.blocks.guard import validate
from sandbox.methods.request import Request
from sandbox.wire import Json, SlackError, compact

MOST_PAYLOAD = 100_000


def api_test(request: Request) -> Json:
    """Echo; with `error` it fails with that code."""
    error = request.arguments.maybe("error")
    if error:
        raise SlackError(error, args=request.arguments.everything())
    return {"args": request.arguments.everything()}


def auth_test(request: Request) -> Json:
    """Whose token this is."""
    caller, workspace = request.caller, request.workspace
    answer: Json = {
        "url": f"{request.base}/", "team": workspace.name, "user": workspace.users[caller.user].name,
        "team_id": workspace.id, "user_id": caller.user, "is_enterprise_install": False,
    }  # fmt: skip
    return {**answer, "bot_id": caller.app.bot_id} if caller.kind == "bot" else answer


def open_connection(request: Request) -> Json:
    """The address of one WebSocket connection."""
    return {"url": request.issue_ticket(request.caller.app)}


def bots_info(request: Request) -> Json:
    """A bot's name and app."""
    bot_id = request.arguments.text("bot", request.caller.app.bot_id)
    app = next((app for app in request.workspace.apps.values() if app.bot_id == bot_id), None)
    if app is None:
        raise SlackError("bot_not_found")
    return {
        "bot": {
            "id": app.bot_id, "deleted": False, "name": app.name, "updated": 0, "app_id": app.id, "user_id": app.user,
            "icons": {},
        }
    }  # fmt: skip


def team_info(request: Request) -> Json:
    """The workspace's name."""
    workspace = request.workspace
    return {
        "team": {
            "id": workspace.id, "name": workspace.name, "domain": workspace.domain, "email_domain": "", "icon": {},
            "url": f"{request.base}/",
        }
    }  # fmt: skip


def blocks_validate(request: Request) -> Json:
    """Whether blocks, a view or a message would be accepted; exactly one of them."""
    given = [kind for kind in ("blocks", "view", "message") if kind in request.arguments]
    if len(given) != 1:
        raise SlackError("invalid_arguments", messages=["[ERROR] provide exactly one of blocks, view or message"])
    payload = request.arguments.json(given[0])
    if len(compact(payload)) > MOST_PAYLOAD:
        words = f"[ERROR] must be less than {MOST_PAYLOAD + 1} characters [json-pointer:/{given[0]}]"
        raise SlackError("invalid_arguments", messages=[words])
    validate(given[0], payload)
    return {}
