"""Users, by id, by address, all of them; and the groups they are in."""

from sandbox.methods.request import Request, page
from sandbox.state.shapes import group_json, user_json
from sandbox.wire import Json, SlackError


def _sees_addresses(request: Request) -> bool:
    return "users:read.email" in request.caller.scopes


def info(request: Request) -> Json:
    """One user, also one whose account was deactivated. Raises `user_not_found`."""
    user = request.workspace.users.get(request.arguments.text("user"))
    if user is None:
        raise SlackError("user_not_found")
    return {"user": user_json(request.workspace, user, with_email=_sees_addresses(request))}


def listing(request: Request) -> Json:
    """Everybody, bots too."""
    everybody = list(request.workspace.users.values())
    some, cursor = page(request, everybody, max(1, len(everybody)), 1000)
    addresses = _sees_addresses(request)
    return {
        "members": [user_json(request.workspace, user, with_email=addresses) for user in some],
        "cache_ts": request.workspace.seconds(),
        "response_metadata": {"next_cursor": cursor},
    }


def lookup_by_email(request: Request) -> Json:
    """The person with that address. Raises `users_not_found`."""
    wanted = request.arguments.text("email").lower()
    for user in request.workspace.users.values():
        if user.email and user.email.lower() == wanted and not user.deleted:
            return {"user": user_json(request.workspace, user)}
    raise SlackError("users_not_found")


def presence(request: Request) -> Json:
    """Whether somebody is at the screen."""
    user = request.workspace.user(request.arguments.text("user", request.user))
    return {"presence": user.presence}


def groups(request: Request) -> Json:
    """All user groups."""
    arguments = request.arguments
    users, count = arguments.flag("include_users"), arguments.flag("include_count")
    shown = [
        group_json(request.workspace, group, users=users, count=count)
        for group in request.workspace.groups.values()
        if arguments.flag("include_disabled") or not group.disabled
    ]
    return {"usergroups": shown}


def group_users(request: Request) -> Json:
    """Who is in a group. Raises `no_such_subteam`."""
    group = request.workspace.groups.get(request.arguments.text("usergroup"))
    if group is None or (group.disabled and not request.arguments.flag("include_disabled")):
        raise SlackError("no_such_subteam")
    return {"users": list(group.users)}
