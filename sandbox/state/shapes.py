"""How the workspace's things look as Slack's JSON: users, channels, messages, files, views.

The shapes follow the answers and events documented at docs.slack.dev; what only the web client
uses is left out.
"""

from sandbox.state.model import App, Bookmark, Channel, File, Group, Message, Note, User, View
from sandbox.state.workspace import Workspace
from sandbox.wire import Json, present


def user_json(workspace: Workspace, user: User, *, with_email: bool = True) -> Json:
    """A user object; the address is there only for those who may read addresses."""
    profile = present(
        title=user.title, phone="", real_name=user.real_name, real_name_normalized=user.real_name,
        display_name=user.name, display_name_normalized=user.name, status_text="", status_emoji="", team=workspace.id,
        email=user.email if with_email else None, bot_id=user.bot_id, api_app_id=user.app_id,
    )  # fmt: skip
    return {
        "id": user.id, "team_id": workspace.id, "name": user.name, "deleted": user.deleted, "color": user.color,
        "real_name": user.real_name, "tz": user.tz, "tz_label": user.tz, "tz_offset": 0, "profile": profile,
        "is_admin": user.is_admin, "is_owner": False, "is_primary_owner": False, "is_restricted": False,
        "is_ultra_restricted": False, "is_bot": user.is_bot, "is_app_user": False, "updated": 0,
        "is_email_confirmed": True, "who_can_share_contact_card": "EVERYONE",
    }  # fmt: skip


def group_json(workspace: Workspace, group: Group, *, users: bool, count: bool) -> Json:
    """A user group ("subteam")."""
    return {
        "id": group.id, "team_id": workspace.id, "is_usergroup": True, "is_subteam": True, "name": group.name,
        "description": "", "handle": group.handle, "is_external": False, "date_create": 0, "date_update": 0,
        "date_delete": 1 if group.disabled else 0, "auto_type": None, "auto_provision": False,
        "prefs": {"channels": [], "groups": []},
        **present(users=list(group.users) if users else None, user_count=len(group.users) if count else None),
    }  # fmt: skip


def _note_json(note: Note) -> Json:
    return {"value": note.value, "creator": note.creator, "last_set": note.last_set}


def channel_json(workspace: Workspace, channel: Channel, viewer: str, *, members: bool = False) -> Json:
    """A conversation object as its viewer sees it."""
    common: Json = {
        "id": channel.id, "created": channel.created, "is_archived": channel.is_archived, "is_org_shared": False,
        "context_team_id": workspace.id, "updated": channel.updated * 1000,
    }  # fmt: skip
    if channel.kind == "im":
        return {**common, "is_im": True, "user": channel.other(viewer), "is_user_deleted": False, "priority": 0}
    return {
        **common, "name": channel.name, "name_normalized": channel.name, "creator": channel.creator,
        "is_channel": not channel.is_private, "is_group": channel.is_private, "is_im": False, "is_mpim": False,
        "is_private": channel.is_private, "is_general": channel.is_general, "is_shared": False,
        "is_ext_shared": False, "is_pending_ext_shared": False, "pending_shared": [], "unlinked": 0,
        "shared_team_ids": [workspace.id], "is_member": viewer in channel.members,
        "topic": _note_json(channel.topic), "purpose": _note_json(channel.purpose),
        "previous_names": list(channel.previous_names),
        **present(
            num_members=len(channel.members) if members else None, properties=_properties(workspace, channel) or None
        ),
    }  # fmt: skip


def _properties(workspace: Workspace, channel: Channel) -> Json:
    """Where a channel's own canvas is found."""
    canvas = workspace.canvases.get(channel.canvas or "")
    return {"canvas": {"file_id": canvas.id, "is_empty": not canvas.sections}} if canvas else {}


def file_json(workspace: Workspace, file: File, base: str) -> Json:
    """A file object; `base` is the sandbox's own address, where its bytes are."""
    address = f"{base}/files/{file.id}/{file.name}"
    return {
        "id": file.id, "created": int(file.created), "timestamp": int(file.created), "name": file.name,
        "title": file.title or file.name, "mimetype": file.mimetype, "filetype": file.name.rpartition(".")[2],
        "pretty_type": file.mimetype, "user": file.user, "user_team": workspace.id, "editable": False,
        "size": file.size, "mode": "hosted", "is_external": False, "external_type": "", "is_public": True,
        "url_private": address, "url_private_download": address, "permalink": address,
        "channels": list(file.channels), "groups": [], "ims": [], "file_access": "visible",
    }  # fmt: skip


def bookmark_json(channel: Channel, bookmark: Bookmark) -> Json:
    """A bookmark object."""
    return {
        "id": bookmark.id, "channel_id": channel.id, "title": bookmark.title, "link": bookmark.link,
        "emoji": bookmark.emoji, "icon_url": None, "type": "link", "entity_id": None,
        "date_created": bookmark.created, "date_updated": bookmark.updated, "rank": bookmark.rank,
        "last_updated_by_user_id": bookmark.user, "last_updated_by_team_id": "", "shortcut_id": None,
        "app_id": None, "app_action_id": None,
    }  # fmt: skip


def bot_profile(workspace: Workspace, app: App) -> Json:
    """The short description of a bot that stands in each of its messages."""
    return {
        "id": app.bot_id, "app_id": app.id, "user_id": app.user, "name": app.name, "deleted": False, "updated": 0,
        "icons": {}, "team_id": workspace.id,
    }  # fmt: skip


def message_json(workspace: Workspace, message: Message, *, base: str = "", metadata: bool = False) -> Json:
    """A message as history and events show it; metadata only when asked for."""
    app = workspace.apps.get(message.app_id or "")
    channel = workspace.channels[message.channel]
    shown = present(
        type="message", subtype=message.subtype, user=message.user, text=message.text, ts=message.ts,
        team=workspace.id, bot_id=message.bot_id, app_id=message.app_id, username=message.username,
        icons=message.icons, client_msg_id=message.client_msg_id, thread_ts=message.thread_ts,
        bot_profile=bot_profile(workspace, app) if app else None, blocks=message.blocks or None,
        attachments=message.attachments or None, edited=message.edited,
        files=[file_json(workspace, file, base) for file in message.files] or None,
        pinned_to=[channel.id] if message.ts in channel.pins else None,
        metadata=message.metadata if metadata else None,
    )  # fmt: skip
    if message.reactions:
        shown["reactions"] = [
            {"name": name, "users": list(users), "count": len(users)} for name, users in message.reactions.items()
        ]
    return {**shown, **message.detail, **_thread_members(channel, message)}


def _thread_members(channel: Channel, message: Message) -> Json:
    """What a thread's first message says of its replies, and a reply of its parent."""
    if message.is_reply:
        parent = channel.messages.get(message.thread_ts or "")
        return {"parent_user_id": parent.user} if parent else {}
    replies = channel.threads.get(message.ts)
    if not replies:
        return {}
    people = list(dict.fromkeys(channel.messages[ts].user for ts in replies))
    return {
        "thread_ts": message.ts, "reply_count": len(replies), "reply_users": people[:5],
        "reply_users_count": len(people), "latest_reply": replies[-1], "is_locked": False, "subscribed": False,
    }  # fmt: skip


def view_json(workspace: Workspace, view: View) -> Json:
    """A view object with what its person has filled in."""
    app = workspace.apps[view.app_id]
    given = view.payload
    return {
        "id": view.id, "team_id": workspace.id, "type": view.kind, "blocks": given["blocks"],
        "private_metadata": given.get("private_metadata", ""), "callback_id": given.get("callback_id", ""),
        "state": {"values": view.values}, "hash": view.hash, "title": given.get("title"),
        "clear_on_close": given.get("clear_on_close", False), "notify_on_close": given.get("notify_on_close", False),
        "close": given.get("close"), "submit": given.get("submit"), "previous_view_id": view.previous_view_id,
        "root_view_id": view.root_view_id, "app_id": app.id, "external_id": view.external_id,
        "app_installed_team_id": workspace.id, "bot_id": app.bot_id,
    }  # fmt: skip


def person_json(user: User, workspace: Workspace) -> Json:
    """Who acted, as every interaction says it."""
    return {"id": user.id, "username": user.name, "name": user.name, "team_id": workspace.id}
