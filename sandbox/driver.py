"""A person for tests and stories: types, clicks, fills in forms, and sees what that person would see, no more."""

from collections.abc import Callable, Mapping

from sandbox import acts
from sandbox.blocks.walk import interactive_elements, read_text
from sandbox.deliveries import forms, interactions
from sandbox.deliveries.delivery import Answer
from sandbox.deliveries.forms import Submitted
from sandbox.deliveries.interactions import NotThere, Place, blocks_of
from sandbox.filling import block_for, filled
from sandbox.server import Sandbox
from sandbox.state import channels, views
from sandbox.state.model import App, Channel, Message, View
from sandbox.wire import Json

WAIT_SECONDS = 20.0
"""How long a person waits for what they look for, unless said: a machine may be busy with other things."""

Where = Channel | str
"""A channel, its id, or its name with or without #."""

Wanted = Callable[[Message], bool] | str
"""A condition on a message, or some words that somebody must be able to read in it."""


def words(message: Message) -> str:
    """Everything that can be read in a message, its text and its blocks."""
    return "\n".join((message.text, *read_text(message.blocks), *read_text(message.attachments)))


def _condition(wanted: Wanted) -> Callable[[Message], bool]:
    return (lambda message: wanted in words(message)) if isinstance(wanted, str) else wanted


class Person:
    """One user of a running sandbox, found by handle.

    What they do goes to the app as real deliveries; what they see is what Slack would show them: the channels they
    are in, their own ephemeral messages, the modal in front of them.
    """

    def __init__(self, sandbox: Sandbox, name: str) -> None:
        user = sandbox.workspace.user_named(name)
        if user is None:
            raise LookupError(f"nobody in the sandbox is called {name!r}")
        self._sandbox = sandbox
        self._workspace = sandbox.workspace
        self.user = user

    def __repr__(self) -> str:
        return f"Person({self.user.name!r})"

    @property
    def id(self) -> str:
        """Their user id."""
        return self.user.id

    def channel(self, where: Where) -> Channel:
        """A channel they may know of. Raises LookupError."""
        if isinstance(where, Channel):
            return where
        found = self._workspace.channels.get(where) or self._workspace.channel_named(where)
        if found is None or not self._workspace.visible(found, self.id):
            raise LookupError(f"{self.user.name} sees no channel {where!r}")
        return found

    def channels(self) -> list[Channel]:
        """The channels they are in, oldest first; direct messages are apart."""
        return [
            channel
            for channel in self._workspace.channels.values()
            if channel.kind == "channel" and self.id in channel.members
        ]

    # Doing

    async def command(self, text: str, channel: Where = "general", *, times: int = 1) -> Answer:
        """Type a slash command; the app's answer, or why none came. `times` delivers it so often at once."""
        return await acts.command(self._sandbox.board, self.user, self.channel(channel), text, times=times)

    def post(self, channel: Where, text: str, thread_ts: str | None = None) -> Message:
        """Write a message."""
        return acts.post(self._sandbox.board, self.user, self.channel(channel), text, thread_ts)

    def react(self, message: Message, name: str, on: bool = True) -> None:
        """Put an emoji on a message or take it back."""
        acts.react(self._sandbox.board, self.user, self.channel(message.channel), message.ts, name, on)

    def pin(self, message: Message, on: bool = True) -> None:
        """Pin a message or take the pin off."""
        acts.pin(self._sandbox.board, self.user, self.channel(message.channel), message.ts, on)

    def join(self, channel: Where) -> Channel:
        """Go into a public channel."""
        joined = self.channel(channel)
        acts.join(self._sandbox.board, self.user, joined)
        return joined

    async def click(
        self, place: Message | View, button: str, *, values: Mapping[str, object] | None = None, times: int = 1
    ) -> Answer:
        """Press a button, named by its action_id or its label, in a message or a modal."""
        where = self._place(place)
        block_id, element = self._element(where, button)
        return await interactions.act(
            self._sandbox.board, self.user, where, element["action_id"], {}, block_id=block_id, times=times,
            values=self._values(where, values or {}),
        )  # fmt: skip

    async def select(self, place: Message | View, menu: str, choice: object, *, times: int = 1) -> Answer:
        """Choose from a menu (or enter a date), the option named by its value or text."""
        where = self._place(place)
        block_id, element = self._element(where, menu)
        made = filled(self._workspace, element, choice)
        return await interactions.act(
            self._sandbox.board, self.user, where, element["action_id"], made, block_id=block_id, times=times
        )

    async def suggestions(self, place: Message | View, menu: str, typed: str) -> list[Json]:
        """What a menu that asks the app offers for what was typed."""
        return await interactions.suggest(self._sandbox.board, self.user, self._place(place), menu, typed)

    async def shortcut(self, callback_id: str, message: Message | None = None, *, times: int = 1) -> Answer:
        """Take a shortcut, on a message if one is given."""
        place = (self.channel(message.channel), message) if message else None
        return await interactions.shortcut(self._sandbox.board, self.user, callback_id, place, times=times)

    async def submit(self, values: Mapping[str, object] | None = None, *, times: int = 1) -> Submitted:
        """Fill in the open modal, fields named by label, block_id or action_id, and press its submit button."""
        view = self._modal()
        given: dict[str, dict[str, Json]] = {}
        for key, value in (values or {}).items():
            block = block_for(view, key)
            element = block["element"]
            given.setdefault(block["block_id"], {})[element["action_id"]] = filled(self._workspace, element, value)
        return await forms.submit(self._sandbox.board, self.user, view, given, times=times)

    async def close(self) -> None:
        """Close the open modal."""
        await forms.close(self._sandbox.board, self.user, self._modal())

    def open_home(self, app: App | None = None) -> None:
        """Look at an app's Home tab; `home` has it once the app has published it."""
        acts.open_home(self._sandbox.board, self.user, app or self._sandbox.app)

    # Seeing

    @property
    def modal(self) -> View | None:
        """The modal in front of them."""
        return views.top_modal(self._workspace, self.id)

    @property
    def home(self) -> View | None:
        """The Home tab of the (first) app."""
        return self._workspace.homes.get((self._sandbox.app.id, self.id))

    def sees(self, channel: Where) -> list[Message]:
        """What stands in a channel for them, oldest first: messages, and ephemerals meant for them; no replies."""
        return [message for message in self.reads(channel) if not message.is_reply]

    def reads(self, channel: Where) -> list[Message]:
        """The same with the replies in all threads."""
        place = self.channel(channel)
        own = [message for message in place.ephemerals if message.ephemeral_to == self.id]
        return sorted([*place.messages.values(), *own], key=lambda message: message.ts)

    def thread(self, channel: Where, ts: str) -> list[Message]:
        """A thread: its first message and the replies, and ephemerals for them among these."""
        return [message for message in self.reads(channel) if ts in (message.ts, message.thread_ts)]

    def direct_messages(self) -> list[Message]:
        """Everything in their direct messages, oldest first."""
        every = [channel for channel in self._workspace.channels.values() if channel.kind == "im"]
        own = [message for channel in every if self.id in channel.members for message in self.reads(channel)]
        return sorted(own, key=lambda message: message.ts)

    def direct(self, name: str) -> Channel:
        """Their direct messages with somebody."""
        other = self._workspace.user_named(name)
        if other is None:
            raise LookupError(f"nobody in the sandbox is called {name!r}")
        return channels.open_direct(self._workspace, self.id, other.id)[0]

    # Waiting

    async def wait_for(self, channel: Where, wanted: Wanted, within: float = WAIT_SECONDS) -> Message:
        """The newest message in the channel or its threads that is as wanted, once there is one."""
        place, meets = self.channel(channel), _condition(wanted)

        def look() -> Message | None:
            return next((message for message in reversed(self.reads(place)) if meets(message)), None)

        def seen() -> str:
            shown = [message.text[:80] for message in self.reads(place)][-8:]
            return f"{self.user.name} saw no such message in #{place.name}, only {shown}"

        return await self._sandbox.pulse.until(look, within, seen)

    async def wait_for_direct(self, wanted: Wanted, within: float = WAIT_SECONDS) -> Message:
        """The newest direct message that is as wanted, once there is one."""
        meets = _condition(wanted)

        def look() -> Message | None:
            return next((message for message in reversed(self.direct_messages()) if meets(message)), None)

        return await self._sandbox.pulse.until(look, within, lambda: f"{self.user.name} got no such direct message")

    async def wait_for_channel(self, wanted: Callable[[Channel], bool] | str, within: float = WAIT_SECONDS) -> Channel:
        """A channel they are in whose name contains the words, or that meets the condition; the newest such."""

        def meets(channel: Channel) -> bool:
            return wanted in channel.name if isinstance(wanted, str) else wanted(channel)

        def look() -> Channel | None:
            return next((channel for channel in reversed(self.channels()) if meets(channel)), None)

        def names() -> str:
            return f"{self.user.name} is only in {[channel.name for channel in self.channels()]}"

        return await self._sandbox.pulse.until(look, within, names)

    async def wait_for_modal(
        self, wanted: Callable[[View], bool] = lambda view: True, within: float = WAIT_SECONDS
    ) -> View:
        """The modal in front of them, once there is one that is as wanted."""

        def look() -> View | None:
            return self.modal if self.modal and wanted(self.modal) else None

        return await self._sandbox.pulse.until(look, within, lambda: f"no such modal opened for {self.user.name}")

    # Finding

    def _modal(self) -> View:
        view = self.modal
        if view is None:
            raise NotThere(f"{self.user.name} has no modal open")
        return view

    def _place(self, place: Message | View) -> Place:
        if isinstance(place, View):
            return place
        if place.ephemeral_to not in (None, self.id):
            raise NotThere(f"{self.user.name} does not see that message")
        return self.channel(place.channel), place

    def _element(self, place: Place, named: str) -> tuple[str, Json]:
        """An element by its action_id, or by what is written on it."""
        there = list(interactive_elements(blocks_of(place)))
        for block_id, element in there:
            if named == element["action_id"]:
                return block_id, element
        for block_id, element in there:
            label = element.get("text") or element.get("placeholder") or {}
            if label.get("text") == named:
                return block_id, element
        known = [element["action_id"] for _, element in there]
        raise NotThere(f"{self.user.name} sees nothing called {named!r} there, only {known}")

    def _values(self, place: Place, values: Mapping[str, object]) -> dict[str, dict[str, Json]]:
        given: dict[str, dict[str, Json]] = {}
        for named, value in values.items():
            block_id, element = self._element(place, named)
            given.setdefault(block_id, {})[element["action_id"]] = filled(self._workspace, element, value)
        return given
