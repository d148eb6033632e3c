"""A chat in memory that remembers what everybody would see, and fails on demand the ways in which Slack fails."""

from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime, timedelta
from typing import TypeVar

from msgspec import Struct, field

from commands.messages import Message
from commands.outage import Away, BudgetSpent, NameTaken, Outage
from commands.ports import Chat
from incident.incident import Place
from incident.responder import UserId

M = TypeVar("M")

NEWS = "C0NEWS"
"""The announcements channel, which is there from the start."""


class Posted(Struct, kw_only=True):
    """One message as it stands now; ``shown`` holds what it said before, too, the newest last."""

    place: Place
    timestamp: str
    mark: str
    shown: list[Message]

    @property
    def message(self) -> Message:
        """What it says now."""
        return self.shown[-1]


class Channel(Struct, kw_only=True):
    """One channel and what it holds."""

    id: str
    name: str
    own: bool
    """Whether Muster created it."""
    members: list[UserId] = field(default_factory=list)
    pins: list[str] = field(default_factory=list)
    bookmarks: list[str] = field(default_factory=list)
    topics: list[str] = field(default_factory=list)


class _Fault(Struct, frozen=True, kw_only=True):
    error: Exception
    after_effect: bool


class FakeChat(Chat):
    """Slack, as far as the commands need it. ``calls`` names every method in the order in which it was called."""

    def __init__(self) -> None:
        self.channels: dict[str, Channel] = {NEWS: Channel(id=NEWS, name="incidents", own=False)}
        self.posts: list[Posted] = []
        self.directs: list[tuple[UserId, Posted]] = []
        self.files: list[tuple[Place, str, bytes]] = []
        self.attached: list[tuple[Place, Message]] = []
        """Messages beside which a file would be put if they do not hold all."""
        self.groups: dict[str, frozenset[UserId]] = {}
        self.strangers: set[UserId] = set()
        """People who cannot be invited."""
        self.away: Away | None = None
        """When Slack could not be reached last."""
        self.calls: list[str] = []
        self.meanwhile: dict[str, Callable[[], Awaitable[object]]] = {}
        """What happens elsewhere while the next call of a method is on its way."""
        self._faults: dict[str, deque[_Fault]] = {}
        self._marks: dict[str, str] = {}
        self._count = 0

    # What a test asks of it.

    def fail(self, method: str, *, times: int = 1, retry: bool = True, after: timedelta | None = None) -> None:
        """Let a method's next calls fail before they do anything."""
        self._break(method, Outage(f"Slack did not answer {method}", retry=retry, after=after), times, after=False)

    def lose_answer(self, method: str, *, times: int = 1) -> None:
        """Let a method's next calls do their work and then fail, as when the answer is lost on its way."""
        self._break(method, Outage(f"the answer of {method} was lost", retry=True), times, after=True)

    def spend_budget(self, method: str, *, after: timedelta, times: int = 1) -> None:
        """Let a method's next calls find Slack's limit used up."""
        self._break(method, BudgetSpent(f"no more {method} for now", after=after), times, after=False)

    def take_name(self, name: str) -> None:
        """Let somebody else have a channel of that name."""
        self._open(name, own=False)

    def heal(self) -> None:
        """Let everything work again."""
        self._faults.clear()

    def messages_in(self, channel: str | None, kind: type[M]) -> list[M]:
        """What a channel and its threads show now, as far as it is of one kind."""
        shown = [each.message for each in self.posts if each.place.channel == channel]
        return [each for each in shown if isinstance(each, kind)]

    def told(self, user: UserId) -> list[Message]:
        """The direct messages that one person got."""
        return [posted.message for to, posted in self.directs if to == user]

    # What the commands ask of it.

    async def create_channel(self, name: str, *, urgency: int) -> str:
        self._begin("create_channel")
        if any(each.name == name for each in self.channels.values()):
            raise NameTaken(name)
        channel = self._open(name, own=True)
        await self._end("create_channel")
        return channel

    async def adopt_channel(self, name: str, *, since: datetime) -> str | None:
        self._begin("adopt_channel")
        return next((each.id for each in self.channels.values() if each.name == name and each.own), None)

    async def invite(self, channel: str, users: Sequence[UserId], *, urgency: int) -> tuple[UserId, ...]:
        self._begin("invite")
        members = self.channels[channel].members
        members.extend(user for user in users if user not in members and user not in self.strangers)
        await self._end("invite")
        return tuple(user for user in users if user in self.strangers)

    async def post(self, place: Place, message: Message, *, mark: str, again: bool, urgency: int) -> str:
        self._begin("post")
        assert place.channel in self.channels, f"nobody can post to {place.channel}"
        if again and (standing := self._standing(place, mark)) is not None:
            return standing
        posted = self._put(place, message, mark)
        self.posts.append(posted)
        await self._end("post")
        return posted.timestamp

    async def find(self, place: Place, *, mark: str, urgency: int) -> str | None:
        self._begin("find")
        return self._standing(place, mark)

    async def edit(self, place: Place, timestamp: str, message: Message, *, urgency: int) -> None:
        self._begin("edit")
        (posted,) = [e for e in self.posts if e.timestamp == timestamp and e.place.channel == place.channel]
        posted.shown.append(message)
        await self._end("edit")

    async def direct(self, user: UserId, message: Message, *, mark: str, again: bool, urgency: int) -> str:
        self._begin("direct")
        if again and mark in self._marks:
            return self._marks[mark]
        posted = self._put(Place(channel=f"D{user}"), message, mark)
        self.directs.append((user, posted))
        await self._end("direct")
        return posted.timestamp

    async def pin(self, channel: str, timestamp: str, *, urgency: int) -> None:
        self._begin("pin")
        if timestamp not in self.channels[channel].pins:
            self.channels[channel].pins.append(timestamp)
        await self._end("pin")

    async def bookmark(self, channel: str, title: str, url: str, *, urgency: int, again: bool) -> None:
        self._begin("bookmark")
        # Unlike a pin, Slack adds the same bookmark twice: whoever comes again must say so.
        if not (again and url in self.channels[channel].bookmarks):
            self.channels[channel].bookmarks.append(url)
        await self._end("bookmark")

    async def set_topic(self, channel: str, topic: str, *, urgency: int) -> None:
        self._begin("set_topic")
        self.channels[channel].topics.append(topic)
        await self._end("set_topic")

    async def attach(self, thread: Place, message: Message, *, mark: str, again: bool) -> None:
        self._begin("attach")
        self.attached.append((thread, message))
        await self._end("attach")

    async def share_file(self, place: Place, name: str, content: bytes, title: str, *, mark: str, again: bool) -> str:
        self._begin("share_file")
        if again and mark in self._marks:
            return self._marks[mark]
        self._marks[mark] = f"F{len(self.files)}"
        self.files.append((place, name, content))
        await self._end("share_file")
        return self._marks[mark]

    async def members_of(self, group: str) -> frozenset[UserId]:
        self._begin("members_of")
        return self.groups.get(group, frozenset())

    def last_away(self) -> Away | None:
        return self.away

    def link(self, place: Place) -> str:
        return f"https://chat.example/{place.channel}/{place.thread or ''}"

    def _open(self, name: str, *, own: bool) -> str:
        channel = f"C0{len(self.channels):04}"
        self.channels[channel] = Channel(id=channel, name=name, own=own)
        return channel

    def _standing(self, place: Place, mark: str) -> str | None:
        return next((each.timestamp for each in self.posts if each.place == place and each.mark == mark), None)

    def _put(self, place: Place, message: Message, mark: str) -> Posted:
        self._count += 1
        posted = Posted(place=place, timestamp=f"1773478800.{self._count:06}", mark=mark, shown=[message])
        self._marks[mark] = posted.timestamp
        return posted

    def _break(self, method: str, error: Exception, times: int, *, after: bool) -> None:
        self._faults.setdefault(method, deque()).extend([_Fault(error=error, after_effect=after)] * times)

    def _begin(self, method: str) -> None:
        self.calls.append(method)
        self._fire(method, after_effect=False)

    async def _end(self, method: str) -> None:
        happening = self.meanwhile.pop(method, None)
        if happening is not None:
            await happening()
        self._fire(method, after_effect=True)

    def _fire(self, method: str, *, after_effect: bool) -> None:
        faults = self._faults.get(method)
        if faults and faults[0].after_effect is after_effect:
            raise faults.popleft().error
