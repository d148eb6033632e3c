"""Which of Slack's scopes each thing that Muster asks of Slack needs. Source: each one's page at docs.slack.dev."""

from collections.abc import Mapping
from typing import Final

METHODS: Final[Mapping[str, str]] = {
    "bookmarks.add": "bookmarks:write",
    "bookmarks.list": "bookmarks:read",
    "chat.postMessage": "chat:write",
    "chat.update": "chat:write",
    "conversations.create": "channels:manage",
    "conversations.history": "channels:history",
    "conversations.info": "channels:read",
    "conversations.invite": "channels:manage",
    "conversations.join": "channels:join",
    "conversations.open": "im:write",
    "conversations.replies": "channels:history",
    "conversations.setTopic": "channels:manage",
    "files.completeUploadExternal": "files:write",
    "files.getUploadURLExternal": "files:write",
    "pins.add": "pins:write",
    "usergroups.users.list": "usergroups:read",
    "users.conversations": "channels:read",
    "users.info": "users:read",
    "users.lookupByEmail": "users:read.email",
}
"""Method → scope, in public channels."""

DIRECT: Final[Mapping[str, str]] = {"conversations.history": "im:history", "conversations.replies": "im:history"}
"""The same in a direct message, where it is another one."""

EVENTS: Final[Mapping[str, str]] = {
    "app_mention": "app_mentions:read",
    "member_joined_channel": "channels:read",
    "pin_added": "pins:read",
}
"""Event → scope."""

FEATURES: Final[Mapping[str, str]] = {"slash commands": "commands", "shortcuts": "commands"}
"""What people start → scope."""


FREE: Final = frozenset({"app_home_opened", "views.publish"})
"""The events and methods that need no scope."""


def needing(scope: str) -> tuple[str, ...]:
    """Everything that needs a scope, in words."""
    return (
        *(name for name, needed in FEATURES.items() if needed == scope),
        *(name for name, needed in METHODS.items() if needed == scope),
        *(f"{name} in direct messages" for name, needed in DIRECT.items() if needed == scope),
        *(f"the event {name}" for name, needed in EVENTS.items() if needed == scope),
    )
