"""The whole workspace in memory, and the one place from which every change is told."""

import secrets
from collections.abc import Callable, Iterator

from sandbox.state.clock import Clock
from sandbox.state.model import App, Canvas, Change, Channel, File, Group, Message, User, View
from sandbox.wire import SlackError

SLACKBOT = "USLACKBOT"
_DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"


class Workspace:
    """Everything that one Slack workspace knows.

    It holds state and finds things; what may be done to them is decided in the modules beside this one. All of it
    runs on one event loop and no operation awaits, so every operation is atomic.
    """

    def __init__(
        self, *, name: str = "Sandbox", domain: str = "sandbox", clock: Clock | None = None, era: str = ""
    ) -> None:
        self.clock = clock or Clock()
        self.name = name
        self.domain = domain
        self.users: dict[str, User] = {}
        self.groups: dict[str, Group] = {}
        self.channels: dict[str, Channel] = {}
        self.names: dict[str, str] = {}
        self.direct: dict[frozenset[str], str] = {}
        self.apps: dict[str, App] = {}
        self.files: dict[str, File] = {}
        self.canvases: dict[str, Canvas] = {}
        self.modals: dict[str, list[View]] = {}
        self.homes: dict[tuple[str, str], View] = {}
        self.version = 0
        self._listeners: list[Callable[[Change], None]] = []
        self._last_ts = 0
        # A restarted sandbox must not hand out the ids of the one before it: bots remember channel ids.
        # A simulation names its own, so that a run that is played again has the ids that it had.
        self._era = era or "".join(secrets.choice(_DIGITS) for _ in range(4))
        self._minted = 0
        self.id = self.mint("T")
        self.users[SLACKBOT] = User(id=SLACKBOT, name="slackbot", real_name="Slackbot", color="757575")

    def listen(self, listener: Callable[[Change], None]) -> None:
        """Hear of every change, in order, as it happens."""
        self._listeners.append(listener)

    def announce(self, change: Change) -> None:
        """Tell all listeners of a change that has just been made."""
        # A page marks as read what it has just drawn: that is no news to it.
        self.version += change.kind != "read"
        for listener in self._listeners:
            listener(change)

    def mint(self, prefix: str) -> str:
        """A new id with Slack's prefix for its kind; never given twice."""
        self._minted += 1
        number, digits = self._minted, ""
        while number:
            number, digit = divmod(number, 36)
            digits = _DIGITS[digit] + digits
        return prefix + self._era + digits.rjust(6, "0")

    def stamp(self) -> str:
        """A message's `ts`: the time to the microsecond, always later than the one before."""
        self._last_ts = max(self._last_ts + 1, int(self.clock.now() * 1_000_000))
        return f"{self._last_ts // 1_000_000}.{self._last_ts % 1_000_000:06d}"

    def seconds(self) -> int:
        """Now, in whole epoch seconds, as Slack writes `created` and `updated`."""
        return int(self.clock.now())

    def user(self, user_id: str) -> User:
        """The user of that id. Raises `user_not_found`."""
        found = self.users.get(user_id)
        if found is None or found.deleted:
            raise SlackError("user_not_found")
        return found

    def user_named(self, name: str) -> User | None:
        """The user with that handle, with or without @."""
        return next((user for user in self.users.values() if user.name == name.lstrip("@")), None)

    def channel(self, channel_id: str) -> Channel:
        """The channel of that id. Raises `channel_not_found`."""
        found = self.channels.get(channel_id)
        if found is None:
            raise SlackError("channel_not_found")
        return found

    def channel_named(self, name: str) -> Channel | None:
        """The channel with that name, with or without #, archived or not."""
        found = self.names.get(name.lstrip("#"))
        return self.channels[found] if found else None

    def visible(self, channel: Channel, user_id: str) -> bool:
        """Whether somebody may know that the channel exists."""
        return channel.type == "channel" or user_id in channel.members

    def visible_channels(self, user_id: str) -> Iterator[Channel]:
        """The channels somebody may know of, in the order of creation."""
        return (channel for channel in self.channels.values() if self.visible(channel, user_id))

    def message(self, channel: Channel, ts: str) -> Message:
        """The stored message at `ts`. Raises `message_not_found`."""
        found = channel.messages.get(ts)
        if found is None:
            raise SlackError("message_not_found")
        return found

    def app_of_bot(self, user_id: str) -> App | None:
        """The app that speaks through that account, or None for a person."""
        bot = self.users.get(user_id)
        return self.apps.get(bot.app_id) if bot and bot.app_id else None
