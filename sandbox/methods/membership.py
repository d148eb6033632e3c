"""Who is in a channel: join, invite, kick, leave, and the list of members."""

from sandbox.methods.request import Request, page
from sandbox.state import channels
from sandbox.state.model import Channel
from sandbox.state.shapes import channel_json
from sandbox.wire import Json, SlackError

MOST_INVITED = 100


def _answer(request: Request, channel: Channel) -> Json:
    return {"channel": channel_json(request.workspace, channel, request.user)}


def members(request: Request) -> Json:
    """The members' ids."""
    channel = request.channel()
    request.need(channel, "read")
    some, cursor = page(request, channel.members, 100, 1000)
    return {"members": some, "response_metadata": {"next_cursor": cursor}}


def join(request: Request) -> Json:
    """Go into a public channel by oneself; being there already is only worth a warning."""
    channel = channels.live_channel(request.workspace, request.channel().id)
    if channel.is_private:
        raise SlackError("method_not_supported_for_channel_type")
    if channels.enter(request.workspace, channel, request.user):
        return _answer(request, channel)
    return {
        **_answer(request, channel),
        "warning": "already_in_channel",
        "response_metadata": {"warnings": ["already_in_channel"]},
    }


def invite(request: Request) -> Json:
    """Bring people in, up to 100 at once.

    One bad id refuses all, unless `force` is given: then the good ones come in and the others are listed in `errors`.
    """
    channel = channels.live_channel(request.workspace, request.channel().id)
    request.need(channel, "invite")
    channels.require_member(channel, request.user)
    people = list(dict.fromkeys(request.arguments.ids("users")))
    if not people:
        raise SlackError("no_user")
    if len(people) > MOST_INVITED:
        raise SlackError("too_many_users")
    faults = {person: fault for person in people if (fault := _fault(request, channel, person))}
    force = request.arguments.flag("force")
    if faults and (len(people) == 1 or not force):
        errors = [{"user": person, "ok": False, "error": fault} for person, fault in faults.items()]
        raise SlackError(next(iter(faults.values())), errors=errors)
    for person in people:
        if person not in faults:
            channels.enter(request.workspace, channel, person, inviter=request.user)
    listed = [{"user": person, "ok": False, "error": fault} for person, fault in faults.items()]
    return {**_answer(request, channel), **({"errors": listed} if listed else {})}


def _fault(request: Request, channel: Channel, person: str) -> str | None:
    if person == request.user:
        return "cant_invite_self"
    user = request.workspace.users.get(person)
    if user is None or user.deleted:
        return "user_not_found"
    return "already_in_channel" if person in channel.members else None


def kick(request: Request) -> Json:
    """Remove somebody."""
    channel = channels.live_channel(request.workspace, request.channel().id)
    request.need(channel, "manage")
    channels.require_member(channel, request.user)
    person = request.arguments.text("user")
    if person == request.user:
        raise SlackError("cant_kick_self")
    if channel.is_general:
        raise SlackError("cant_kick_from_general")
    request.workspace.user(person)
    if person not in channel.members:
        raise SlackError("not_in_channel")
    channels.withdraw(request.workspace, channel, person, request.user)
    return {}


def leave(request: Request) -> Json:
    """Go out of a channel; not having been there is no error."""
    channel = channels.live_channel(request.workspace, request.channel().id)
    if channel.is_general:
        raise SlackError("cant_leave_general")
    if request.user not in channel.members:
        return {"not_in_channel": True}
    if channel.members == [request.user]:
        raise SlackError("last_member")
    channels.withdraw(request.workspace, channel, request.user, request.user)
    return {}
