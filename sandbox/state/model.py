"""The things of a workspace, as the sandbox keeps them: mutable, because a workspace is nothing but change."""

from typing import Literal

from msgspec import Struct, field

from sandbox.wire import Json


class User(Struct, kw_only=True):
    """Somebody in the workspace: a person, or an app's bot."""

    id: str
    name: str
    real_name: str
    email: str | None = None
    title: str = ""
    color: str = "4bbe2e"
    presence: str = "active"
    tz: str = "Etc/UTC"
    deleted: bool = False
    is_admin: bool = False
    bot_id: str | None = None
    app_id: str | None = None

    @property
    def is_bot(self) -> bool:
        """Whether an app speaks through this account."""
        return self.bot_id is not None


class Group(Struct, kw_only=True):
    """A user group: a handle that mentions all its people."""

    id: str
    handle: str
    name: str
    users: list[str]
    disabled: bool = False


class File(Struct, kw_only=True):
    """An uploaded file. It is pending until its upload is completed, and then stays where it was shared."""

    id: str
    user: str
    name: str
    size: int
    created: float
    title: str = ""
    mimetype: str = "application/octet-stream"
    content: bytes = b""
    uploaded: bool = False
    complete: bool = False
    channels: list[str] = field(default_factory=list)


class Message(Struct, kw_only=True):
    """One message. An ephemeral one names the only person who sees it; a system one has a Slack subtype."""

    ts: str
    channel: str
    user: str
    text: str = ""
    blocks: list[Json] = field(default_factory=list)
    attachments: list[Json] = field(default_factory=list)
    thread_ts: str | None = None
    subtype: str | None = None
    bot_id: str | None = None
    app_id: str | None = None
    username: str | None = None
    icons: Json | None = None
    metadata: Json | None = None
    edited: Json | None = None
    reactions: dict[str, list[str]] = field(default_factory=dict)
    files: list[File] = field(default_factory=list)
    ephemeral_to: str | None = None
    client_msg_id: str | None = None
    detail: Json = field(default_factory=dict)

    @property
    def is_reply(self) -> bool:
        """Whether it stands in a thread and not in the channel itself."""
        return self.thread_ts is not None and self.thread_ts != self.ts


class Note(Struct, kw_only=True):
    """A channel's topic or purpose, and who wrote it when."""

    value: str = ""
    creator: str = ""
    last_set: int = 0


class Pin(Struct, kw_only=True):
    """A message held at the top of its channel."""

    ts: str
    user: str
    created: int


class Bookmark(Struct, kw_only=True):
    """A link in a channel's header."""

    id: str
    title: str
    link: str
    emoji: str
    user: str
    created: int
    updated: int
    rank: str


Access = Literal["read", "write", "owner"]
"""What somebody may do with a canvas; each includes the ones before it."""


class Section(Struct, frozen=True, kw_only=True):
    """One part of a canvas, by whose id an edit names its place."""

    id: str
    markdown: str


class Canvas(Struct, kw_only=True):
    """A document. `access` is by user or channel id; `channel` is the one of which it is a tab."""

    id: str
    title: str
    created: int
    updated: str
    sections: list[Section] = field(default_factory=list)
    access: dict[str, Access] = field(default_factory=dict)
    channel: str | None = None


class Channel(Struct, kw_only=True):
    """A place to talk: a public or private channel, or the direct messages of two people (`kind` is im)."""

    id: str
    name: str
    kind: Literal["channel", "im"]
    creator: str
    created: int
    is_private: bool = False
    is_general: bool = False
    is_archived: bool = False
    previous_names: list[str] = field(default_factory=list)
    members: list[str] = field(default_factory=list)
    topic: Note = field(default_factory=Note)
    purpose: Note = field(default_factory=Note)
    messages: dict[str, Message] = field(default_factory=dict)
    threads: dict[str, list[str]] = field(default_factory=dict)
    ephemerals: list[Message] = field(default_factory=list)
    pins: dict[str, Pin] = field(default_factory=dict)
    bookmarks: dict[str, Bookmark] = field(default_factory=dict)
    read: dict[str, str] = field(default_factory=dict)
    canvas: str | None = None
    updated: int = 0

    @property
    def type(self) -> str:
        """The word Slack uses in `types` and in events: channel, group (private) or im."""
        if self.kind == "im":
            return "im"
        return "group" if self.is_private else "channel"

    def other(self, user: str) -> str:
        """Who sits on the other side of these direct messages; oneself, in a note to oneself."""
        return next((member for member in self.members if member != user), user)


class View(Struct, kw_only=True):
    """A modal or a Home tab as it stands, with what its person has filled in so far (`values`)."""

    id: str
    app_id: str
    user: str
    kind: Literal["modal", "home"]
    payload: Json
    hash: str
    root_view_id: str
    previous_view_id: str | None = None
    values: dict[str, dict[str, Json]] = field(default_factory=dict)

    @property
    def external_id(self) -> str:
        """The app's own name for the view, or an empty string."""
        return str(self.payload.get("external_id") or "")


class Command(Struct, kw_only=True):
    """A slash command that an app has registered."""

    name: str
    description: str = ""
    usage_hint: str = ""
    should_escape: bool = True


class Shortcut(Struct, kw_only=True):
    """A shortcut in the composer's menu (global), or in a message's menu (message)."""

    callback_id: str
    name: str
    kind: Literal["global", "message"]


class App(Struct, kw_only=True):
    """An installed app: its bot, its two tokens, what it may do and what it is told of.

    `events` is None for an app that subscribes to every event; `request_url` is set when deliveries go out as signed
    HTTP instead of Socket Mode.
    """

    id: str
    name: str
    user: str
    bot_id: str
    bot_token: str
    app_token: str
    signing_secret: str
    verification_token: str
    scopes: frozenset[str]
    events: frozenset[str] | None = None
    commands: dict[str, Command] = field(default_factory=dict)
    shortcuts: dict[str, Shortcut] = field(default_factory=dict)
    user_tokens: dict[str, tuple[str, frozenset[str]]] = field(default_factory=dict)
    request_url: str | None = None


ChangeKind = Literal[
    "message", "message_changed", "message_deleted", "ephemeral", "reaction_added", "reaction_removed",
    "pin_added", "pin_removed", "member_joined", "member_left", "channel_created", "channel_renamed",
    "channel_archived", "channel_unarchived", "channel_changed", "view", "home_opened", "read", "file_shared", "people",
]  # fmt: skip


class Change(Struct, frozen=True, kw_only=True):
    """Something that just became true, told to everybody who listens: the apps, the page, the waiting tests.

    `user` is who did it; `detail` holds what only this kind of change needs.
    """

    kind: ChangeKind
    user: str = ""
    channel: Channel | None = None
    message: Message | None = None
    view: View | None = None
    detail: Json = field(default_factory=dict)
