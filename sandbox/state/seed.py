"""A small company to rehearse in: its people, groups, channels, and the app that is installed."""

import secrets
from collections.abc import Iterable, Mapping

from sandbox.state import channels
from sandbox.state.model import App, Change, Command, Group, Shortcut, User
from sandbox.state.workspace import Workspace

BOT_SCOPES = frozenset({
    "app_mentions:read", "bookmarks:read", "bookmarks:write", "canvases:read", "canvases:write", "channels:history",
    "channels:join", "channels:manage", "channels:read", "chat:write", "chat:write.public", "commands", "files:read",
    "files:write", "groups:history", "groups:read", "groups:write", "im:history", "im:read", "im:write", "pins:read",
    "pins:write", "reactions:read", "reactions:write", "team:read", "usergroups:read", "users:read", "users:read.email",
})  # fmt: skip
"""What an app is granted when nothing else is said."""

_COLORS = ("e0a729", "4bbe2e", "9f69e7", "df3dc0", "3c989f", "e7392d", "5870dd", "de5f24")

PEOPLE = (
    ("ana", "Ana Ruiz", "On-call engineer"),
    ("ben", "Ben Okafor", "Site reliability engineer"),
    ("chloe", "Chloé Martin", "Engineering manager"),
    ("dev", "Dev Patel", "Database engineer"),
    ("emi", "Emi Tanaka", "Customer support lead"),
    ("farid", "Farid Haddad", "Security engineer"),
)
GROUPS = {"oncall": ("On call", ("ana", "ben")), "dba": ("Databases", ("dev",)), "security": ("Security", ("farid",))}
CHANNELS = (
    ("general", "Company-wide announcements", True),
    ("incidents", "Every incident is announced here", False),
    ("engineering", "Building and running it", False),
    ("random", "Everything else", False),
)


def found_company(workspace: Workspace) -> None:
    """Fill an empty workspace: six people, three groups, four channels with everybody inside."""
    for name, real_name, title in PEOPLE:
        add_person(workspace, name, real_name, title)
    ids = {user.name: user.id for user in workspace.users.values()}
    for handle, (name, members) in GROUPS.items():
        add_group(workspace, handle, name, [ids[member] for member in members])
    first = ids[PEOPLE[0][0]]
    for name, purpose, general in CHANNELS:
        channel = channels.create(workspace, name, first, general=general)
        channel.purpose.value = purpose
        channel.members = [ids[person] for person, _, _ in PEOPLE]
        channel.messages.clear()


def add_person(workspace: Workspace, name: str, real_name: str | None = None, title: str = "") -> User:
    """Somebody new in the workspace; they are in no channel yet."""
    person = User(
        id=workspace.mint("U"), name=name, real_name=real_name or name.capitalize(), title=title,
        email=f"{name}@example.com", color=_COLORS[len(workspace.users) % len(_COLORS)],
    )  # fmt: skip
    workspace.users[person.id] = person
    workspace.announce(Change(kind="people", user=person.id))
    return person


def add_group(workspace: Workspace, handle: str, name: str, users: Iterable[str]) -> Group:
    """A user group of these users' ids."""
    group = Group(id=workspace.mint("S"), handle=handle, name=name, users=list(users))
    workspace.groups[group.id] = group
    return group


def install_app(
    workspace: Workspace,
    name: str,
    *,
    commands: Mapping[str, tuple[str, str]] | None = None,
    scopes: Iterable[str] = BOT_SCOPES,
    events: Iterable[str] | None = None,
    shortcuts: Iterable[Shortcut] = (),
) -> App:
    """Install an app with fresh tokens.

    `commands` maps each slash command to its description and usage hint; `events` None subscribes to everything.
    """
    app_id, bot_id, user_id = workspace.mint("A"), workspace.mint("B"), workspace.mint("U")
    app = App(
        id=app_id, name=name, user=user_id, bot_id=bot_id, bot_token=f"xoxb-{secrets.token_hex(16)}",
        app_token=f"xapp-1-{app_id}-{secrets.token_hex(16)}", signing_secret=secrets.token_hex(16),
        verification_token=secrets.token_hex(12), scopes=frozenset(scopes),
        events=None if events is None else frozenset(events),
        commands={
            command: Command(name=command, description=about, usage_hint=hint)
            for command, (about, hint) in (commands or {}).items()
        },
        shortcuts={shortcut.callback_id: shortcut for shortcut in shortcuts},
    )  # fmt: skip
    handle = name.lower().replace(" ", "")
    workspace.users[user_id] = User(
        id=user_id, name=handle, real_name=name, title="App", bot_id=bot_id, app_id=app_id, color="2c6ecb"
    )
    workspace.apps[app_id] = app
    return app


def grant_user_token(app: App, user: User, scopes: Iterable[str]) -> str:
    """A token with which the app acts as that person (xoxp)."""
    token = f"xoxp-{secrets.token_hex(16)}"
    app.user_tokens[token] = (user.id, frozenset(scopes))
    return token
