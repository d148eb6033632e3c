"""Every Web API method that the sandbox serves.

Tiers, scopes, arguments: docs.slack.dev/reference/methods, as of November 2026. Where several scopes are listed any one
is enough to call; what a conversation's own kind asks for beyond that is checked by the handler.
"""

from sandbox.methods import (
    canvases,
    chat,
    conversations,
    files,
    furniture,
    history,
    membership,
    people,
    startup,
    views,
)
from sandbox.methods.arguments import arguments
from sandbox.methods.request import Method
from sandbox.methods.tiers import Tier

_READ = ("channels:read", "groups:read", "im:read", "mpim:read")
_HISTORY = ("channels:history", "groups:history", "im:history", "mpim:history")
_MANAGE = ("channels:manage", "groups:write", "im:write", "mpim:write", "channels:write")
_TOPIC = (*_MANAGE, "channels:write.topic", "groups:write.topic")
_INVITE = (*_MANAGE, "channels:write.invites", "groups:write.invites")
_WRITE = ("chat:write",)
_CANVAS = ("canvases:write",)
_WORDS = "text blocks:json attachments:json markdown_text metadata:json"
_POST = f"channel! {_WORDS} thread_ts reply_broadcast:bool username icon_emoji mrkdwn:bool unfurl_links:bool"
_LISTS = "cursor limit:int types:ids exclude_archived:bool"
_SPAN = "cursor limit:int oldest latest inclusive:bool include_all_metadata:bool"

METHODS: dict[str, Method] = {
    "api.test": Method(handler=startup.api_test, tier=Tier.FOUR, arguments=arguments("error"), called_by="anyone"),
    "auth.test": Method(handler=startup.auth_test, tier=Tier.HUNDREDS, arguments={}),
    "apps.connections.open": Method(
        handler=startup.open_connection, tier=Tier.THREE, scopes=("connections:write",), arguments={}, called_by="app"
    ),
    "blocks.validate": Method(
        handler=startup.blocks_validate, tier=Tier.NONE, called_by="anyone",
        arguments=arguments("blocks:json view:json message:json"),
    ),
    "bots.info": Method(
        handler=startup.bots_info, tier=Tier.THREE, scopes=("users:read",), arguments=arguments("bot")
    ),
    "team.info": Method(handler=startup.team_info, tier=Tier.THREE, scopes=("team:read",), arguments=arguments("team")),
    "canvases.create": Method(
        handler=canvases.create, tier=Tier.TWO, scopes=_CANVAS,
        arguments=arguments("title document_content:json channel_id"),
    ),
    "canvases.edit": Method(
        handler=canvases.edit, tier=Tier.THREE, scopes=_CANVAS, arguments=arguments("canvas_id! changes:json!")
    ),
    "canvases.delete": Method(
        handler=canvases.delete, tier=Tier.THREE, scopes=_CANVAS, arguments=arguments("canvas_id!")
    ),
    "canvases.access.set": Method(
        handler=canvases.set_access, tier=Tier.THREE, scopes=_CANVAS,
        arguments=arguments("canvas_id! access_level! channel_ids:ids user_ids:ids"),
    ),
    "canvases.access.delete": Method(
        handler=canvases.delete_access, tier=Tier.THREE, scopes=_CANVAS,
        arguments=arguments("canvas_id! channel_ids:ids user_ids:ids"),
    ),
    "canvases.sections.lookup": Method(
        handler=canvases.lookup, tier=Tier.THREE, scopes=("canvases:read",),
        arguments=arguments("canvas_id! criteria:json!"),
    ),
    "conversations.canvases.create": Method(
        handler=canvases.create_in_channel, tier=Tier.TWO, scopes=_CANVAS,
        arguments=arguments("channel_id! document_content:json title"),
    ),
    "chat.postMessage": Method(
        handler=chat.post_message, tier=Tier.POSTING, scopes=_WRITE, arguments=arguments(_POST)
    ),
    "chat.postEphemeral": Method(
        handler=chat.post_ephemeral, tier=Tier.FOUR, scopes=_WRITE, arguments=arguments(f"{_POST} user!")
    ),
    "chat.scheduleMessage": Method(
        handler=chat.schedule, tier=Tier.THREE, scopes=_WRITE, arguments=arguments(f"{_POST} post_at:int!")
    ),
    "chat.update": Method(
        handler=chat.update, tier=Tier.THREE, scopes=_WRITE, arguments=arguments(f"channel! ts! {_WORDS}")
    ),
    "chat.delete": Method(handler=chat.delete, tier=Tier.THREE, scopes=_WRITE, arguments=arguments("channel! ts!")),
    "chat.getPermalink": Method(
        handler=chat.permalink, tier=Tier.HUNDREDS, arguments=arguments("channel! message_ts!")
    ),
    "conversations.create": Method(
        handler=conversations.create, tier=Tier.TWO, scopes=_MANAGE, arguments=arguments("name is_private:bool")
    ),
    "conversations.info": Method(
        handler=conversations.info, tier=Tier.THREE, scopes=_READ,
        arguments=arguments("channel! include_num_members:bool"),
    ),
    "conversations.list": Method(
        handler=conversations.listing, tier=Tier.TWO, scopes=_READ, arguments=arguments(_LISTS)
    ),
    "conversations.open": Method(
        handler=conversations.open_direct, tier=Tier.THREE, scopes=_MANAGE,
        arguments=arguments("channel users:ids return_im:bool"),
    ),
    "conversations.setTopic": Method(
        handler=conversations.set_topic, tier=Tier.TWO, scopes=_TOPIC, arguments=arguments("channel! topic!")
    ),
    "conversations.setPurpose": Method(
        handler=conversations.set_purpose, tier=Tier.TWO, scopes=_TOPIC, arguments=arguments("channel! purpose!")
    ),
    "conversations.rename": Method(
        handler=conversations.rename, tier=Tier.TWO, scopes=_MANAGE, arguments=arguments("channel! name")
    ),
    "conversations.archive": Method(
        handler=conversations.archive, tier=Tier.TWO, scopes=_MANAGE, arguments=arguments("channel!")
    ),
    "conversations.unarchive": Method(
        handler=conversations.unarchive, tier=Tier.TWO, scopes=_MANAGE, arguments=arguments("channel!")
    ),
    "conversations.members": Method(
        handler=membership.members, tier=Tier.FOUR, scopes=_READ, arguments=arguments("channel! cursor limit:int")
    ),
    "conversations.join": Method(
        handler=membership.join, tier=Tier.THREE, scopes=("channels:join",), arguments=arguments("channel!")
    ),
    "conversations.invite": Method(
        handler=membership.invite, tier=Tier.THREE, scopes=_INVITE, arguments=arguments("channel! users:ids force:bool")
    ),
    "conversations.kick": Method(
        handler=membership.kick, tier=Tier.THREE, scopes=_MANAGE, arguments=arguments("channel! user!")
    ),
    "conversations.leave": Method(
        handler=membership.leave, tier=Tier.THREE, scopes=_MANAGE, arguments=arguments("channel!")
    ),
    "conversations.history": Method(
        handler=history.history, tier=Tier.THREE, scopes=_HISTORY, arguments=arguments(f"channel! {_SPAN}")
    ),
    "conversations.replies": Method(
        handler=history.replies, tier=Tier.THREE, scopes=_HISTORY, arguments=arguments(f"channel! ts! {_SPAN}")
    ),
    "users.conversations": Method(
        handler=conversations.of_user, tier=Tier.THREE, scopes=_READ, arguments=arguments(f"user {_LISTS}")
    ),
    "users.info": Method(handler=people.info, tier=Tier.FOUR, scopes=("users:read",), arguments=arguments("user!")),
    "users.list": Method(
        handler=people.listing, tier=Tier.TWO, scopes=("users:read",), arguments=arguments("cursor limit:int")
    ),
    "users.lookupByEmail": Method(
        handler=people.lookup_by_email, tier=Tier.THREE, scopes=("users:read.email",), arguments=arguments("email!")
    ),
    "users.getPresence": Method(
        handler=people.presence, tier=Tier.THREE, scopes=("users:read",), arguments=arguments("user")
    ),
    "usergroups.list": Method(
        handler=people.groups, tier=Tier.TWO, scopes=("usergroups:read",),
        arguments=arguments("include_users:bool include_count:bool include_disabled:bool"),
    ),
    "usergroups.users.list": Method(
        handler=people.group_users, tier=Tier.TWO, scopes=("usergroups:read",),
        arguments=arguments("usergroup! include_disabled:bool"),
    ),
    "pins.add": Method(
        handler=furniture.pin, tier=Tier.TWO, scopes=("pins:write",), arguments=arguments("channel! timestamp")
    ),
    "pins.remove": Method(
        handler=furniture.unpin, tier=Tier.TWO, scopes=("pins:write",), arguments=arguments("channel! timestamp")
    ),
    "pins.list": Method(handler=furniture.pins, tier=Tier.TWO, scopes=("pins:read",), arguments=arguments("channel!")),
    "bookmarks.add": Method(
        handler=furniture.add_bookmark, tier=Tier.TWO, scopes=("bookmarks:write",),
        arguments=arguments("channel_id! title!<256 type! link<2048 emoji"),
    ),
    "bookmarks.edit": Method(
        handler=furniture.edit_bookmark, tier=Tier.TWO, scopes=("bookmarks:write",),
        arguments=arguments("channel_id! bookmark_id! title<256 link<2048 emoji"),
    ),
    "bookmarks.remove": Method(
        handler=furniture.remove_bookmark, tier=Tier.TWO, scopes=("bookmarks:write",),
        arguments=arguments("channel_id! bookmark_id!"),
    ),
    "bookmarks.list": Method(
        handler=furniture.bookmarks, tier=Tier.THREE, scopes=("bookmarks:read",), arguments=arguments("channel_id!")
    ),
    "reactions.add": Method(
        handler=furniture.react, tier=Tier.THREE, scopes=("reactions:write",),
        arguments=arguments("channel! timestamp name!"),
    ),
    "reactions.remove": Method(
        handler=furniture.unreact, tier=Tier.TWO, scopes=("reactions:write",),
        arguments=arguments("channel! timestamp name!"),
    ),
    "reactions.get": Method(
        handler=furniture.reactions, tier=Tier.THREE, scopes=("reactions:read",),
        arguments=arguments("channel! timestamp full:bool"),
    ),
    "views.open": Method(handler=views.open_view, tier=Tier.FOUR, arguments=arguments("trigger_id! view:json!")),
    "views.push": Method(handler=views.push, tier=Tier.FOUR, arguments=arguments("trigger_id! view:json!")),
    "views.update": Method(
        handler=views.update, tier=Tier.FOUR, arguments=arguments("view_id external_id hash view:json!")
    ),
    "views.publish": Method(
        handler=views.publish, tier=Tier.FOUR, arguments=arguments("user_id! hash view:json!")
    ),
    "files.getUploadURLExternal": Method(
        handler=files.get_upload_url, tier=Tier.FOUR, scopes=("files:write",),
        arguments=arguments("filename! length:int! alt_txt snippet_type"),
    ),
    "files.completeUploadExternal": Method(
        handler=files.complete_upload, tier=Tier.FOUR, scopes=("files:write",),
        arguments=arguments("files:json! channel_id channels:ids thread_ts initial_comment"),
    ),
    "files.info": Method(handler=files.info, tier=Tier.FOUR, scopes=("files:read",), arguments=arguments("file!")),
}  # fmt: skip
