"""Slack as the commands need it: one call for each thing when all goes well, a look first when it was begun before."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from datetime import datetime
from typing import Any, Final

import aiohttp
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.slack import fit
from bot.slack.account import Identity
from bot.slack.budget import POST, retry_after
from bot.slack.faults import Refusal, code_of, header_of, outage, status_of
from bot.slack.names import MARK
from bot.slack.reach import Reach
from bot.slack.render import files, render
from bot.slack.shared_budget import SharedBudgets
from commands.messages import HiddenMessage, Message, NoticeMessage, StopMessage
from commands.outage import Away, BudgetSpent, NameTaken, NotYet, Outage
from incident.incident import Place
from incident.responder import UserId
from incident.timeline import SYSTEM

FRESH: Final = 10.0
"""Seconds for which a group's people are taken as known."""
INVITED_AT_ONCE: Final = 100
CLOCKS_APART: Final = 60.0
"""Seconds by which Slack's clock may be behind this machine's."""
LOOKED_BACK: Final = 5
"""Pages of history that are searched for a mark; it was left moments ago, and a page holds 200 messages."""

_IN_BODY: Final = frozenset({POST, "chat.update", "files.completeUploadExternal", "views.publish"})
_THERE_ALREADY: Final = frozenset({"already_in_channel", "cant_invite_self"})
_CANNOT_COME: Final = frozenset(
    {
        "user_not_found", "cant_invite", "no_user", "user_is_restricted", "user_is_ultra_restricted", "user_disabled",
        "ura_max_channels", "user_team_not_in_channel", "org_user_not_in_team", "invitee_cant_see_channel",
        "no_external_invite_permission",
    }
)  # fmt: skip

# Any: what Slack answers is JSON; each reader takes one member that the method documents.
Answer = Mapping[str, Any]


class SlackChat:
    """The Chat port over Slack's Web API. ``who`` tells who Muster is there, or raises NotYet."""

    def __init__(
        self,
        client: AsyncWebClient,
        *,
        who: Callable[[], Identity],
        budgets: SharedBudgets,
        reach: Reach,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._client = client
        self._who = who
        self._budgets = budgets
        self._reach = reach
        self._clock = clock
        self._groups: dict[str, tuple[float, frozenset[UserId]]] = {}
        self._asking = asyncio.Lock()

    async def create_channel(self, name: str, *, urgency: int) -> str:
        """Open a public channel; its id. Raises NameTaken."""
        try:
            answer = await self.call("conversations.create", urgency, name=name)
        except Refusal as no:
            if no.code == "name_taken":
                raise NameTaken(name) from no
            raise
        return str(answer["channel"]["id"])

    async def adopt_channel(self, name: str, *, since: datetime) -> str | None:
        """The id of the open channel of that name if Muster itself created it: since then, or nobody has used it."""
        kinds = {"types": "public_channel", "exclude_archived": True, "limit": 999}
        async for page in self._pages("users.conversations", 0, 20, **kinds):
            for channel in page["channels"]:
                if channel["name"] == name and channel.get("creator") == self._who().user:
                    # A clock that was ahead makes it look old; one that is old was used.
                    new = channel.get("created", 0) >= since.timestamp() - CLOCKS_APART
                    if new or await self.find(Place(channel=channel["id"])) is None:
                        return str(channel["id"])
        return None

    async def invite(self, channel: str, users: Sequence[UserId], *, urgency: int) -> tuple[UserId, ...]:
        """Bring people in; those who could not be invited."""
        missing: list[UserId] = []
        for start in range(0, len(users), INVITED_AT_ONCE):
            missing += await self._invite(channel, users[start : start + INVITED_AT_ONCE], urgency)
        return tuple(missing)

    async def _invite(self, channel: str, users: Sequence[UserId], urgency: int) -> list[UserId]:
        arguments = {"channel": channel, "users": ",".join(users), "force": True}
        try:
            answer = await self.call("conversations.invite", urgency, **arguments)
        except Refusal as no:
            if no.code not in _THERE_ALREADY | _CANNOT_COME:
                raise
            answer = no.answer
            if not answer.get("errors"):
                return [] if no.code in _THERE_ALREADY else list(users)
        failed = {each.get("user"): each.get("error") for each in answer.get("errors") or ()}
        return [user for user in users if user in failed and failed[user] not in _THERE_ALREADY]

    async def post(self, place: Place, message: Message, *, mark: str, again: bool, urgency: int) -> str:
        """Post a message; its timestamp, which names it in its channel."""
        timestamp = await self.find(place, mark=mark, urgency=urgency) if again else None
        if timestamp is None:
            timestamp = await self._post(place, message, mark, urgency)
        thread = Place(channel=place.channel, thread=place.thread or timestamp)
        await self.attach(thread, message, mark=mark, again=again)
        return timestamp

    async def _post(self, place: Place, message: Message, mark: str, urgency: int) -> str:
        about = SYSTEM if isinstance(message, StopMessage | NoticeMessage | HiddenMessage) else message.incident.id
        payload = {"mark": mark, "incident": about}
        answer = await self.call(
            POST,
            urgency,
            channel=place.channel,
            **({"thread_ts": place.thread} if place.thread is not None else {}),
            **render(message),
            metadata={"event_type": MARK, "event_payload": payload},
            unfurl_links=False,
            unfurl_media=False,
        )
        return str(answer["ts"])

    async def attach(self, thread: Place, message: Message, *, mark: str, again: bool) -> None:
        """Upload beside a message that is there already what it cannot hold; nothing when it holds all."""
        for file in files(message):
            try:
                await self.share_file(thread, file.name, file.content, file.title, mark=mark, again=again)
            except (BudgetSpent, NotYet) as spent:
                # The message is out: the next attempt must know that this one began, so it counts as one.
                raise Outage(spent.sentence, retry=True, after=spent.after) from spent

    async def edit(self, place: Place, timestamp: str, message: Message, *, urgency: int) -> None:
        """Bring a posted message to what ``message`` says now."""
        await self.call("chat.update", urgency, channel=place.channel, ts=timestamp, **render(message))

    async def direct(self, user: UserId, message: Message, *, mark: str, again: bool, urgency: int) -> str:
        """Send one person a direct message; its timestamp."""
        if not again and not files(message):
            return await self._post(Place(channel=user), message, mark, urgency)
        opened = await self.call("conversations.open", urgency, users=user)
        return await self.post(
            Place(channel=str(opened["channel"]["id"])), message, mark=mark, again=again, urgency=urgency
        )

    async def pin(self, channel: str, timestamp: str, *, urgency: int) -> None:
        """Pin a message; already pinned is fine."""
        try:
            await self.call("pins.add", urgency, channel=channel, timestamp=timestamp)
        except Refusal as no:
            if no.code != "already_pinned":
                raise

    async def bookmark(self, channel: str, title: str, url: str, *, urgency: int, again: bool) -> None:
        """Add a link to the channel's head; one that was begun before is not added twice."""
        if again:
            listed = await self.call("bookmarks.list", urgency, channel_id=channel)
            if any(each.get("link") == url for each in listed["bookmarks"]):
                return
        words = fit.one_line(title, 250)
        await self.call("bookmarks.add", urgency, channel_id=channel, title=words, type="link", link=url)

    async def set_topic(self, channel: str, topic: str, *, urgency: int) -> None:
        """Set the channel's topic (at most 250 characters; longer ones are cut). It calls nobody, whatever it says."""
        await self.call("conversations.setTopic", urgency, channel=channel, topic=fit.topic(topic))

    async def share_file(self, place: Place, name: str, content: bytes, title: str, *, mark: str, again: bool) -> str:
        """Upload a file into a channel or thread; its id. A file carries no mark: its name and size are looked for."""
        if again and (shared := await self._shared(place, name, len(content))) is not None:
            return shared
        target = await self.call("files.getUploadURLExternal", 2, filename=name, length=len(content))
        await self._upload(str(target["upload_url"]), content)
        wanted: dict[str, object] = {
            "files": [{"id": target["file_id"], "title": fit.one_line(title, 250)}],
            "channel_id": place.channel,
            **({"thread_ts": place.thread} if place.thread is not None else {}),
        }
        try:
            await self.call("files.completeUploadExternal", 2, **wanted)
        except Refusal as no:
            if no.code != "not_in_channel":
                raise
            await self.call("conversations.join", 2, channel=place.channel)
            await self.call("files.completeUploadExternal", 2, **wanted)
        return str(target["file_id"])

    async def _upload(self, address: str, content: bytes) -> None:
        session = self._client.session
        if session is None:
            raise RuntimeError("the Slack client was built without its shared HTTP session")
        try:
            async with session.post(address, data=content) as answer:
                if answer.status != 200:
                    raise Outage(f"Slack did not take the file ({answer.status})", retry=answer.status >= 429)
        except (aiohttp.ClientError, TimeoutError) as error:
            raise outage("the file's upload", error) from error

    async def members_of(self, group: str) -> frozenset[UserId]:
        """The people of a user group, at most 10 seconds old. Raises Outage when Slack cannot say."""
        async with self._asking:
            asked_at, members = self._groups.get(group, (None, frozenset()))
            now = self._clock()
            if asked_at is None or now - asked_at >= FRESH:
                answer = await self.call("usergroups.users.list", 0, usergroup=group)
                members = frozenset(UserId(user) for user in answer["users"])
                self._groups[group] = (now, members)
            return members

    async def show_home(self, user: UserId, view: Mapping[str, object], *, seen: str = "") -> None:
        """Put a home tab in front of one person, unless it is not the one with the hash ``seen`` any more (Refusal)."""
        guard = {"hash": seen} if seen else {}
        await self.call("views.publish", 2, user_id=user, view=view, **guard)

    def link(self, place: Place) -> str:
        """An address that opens the channel or message. Raises NotYet before Slack has said where they are."""
        message = f"/p{place.thread.replace('.', '')}" if place.thread is not None else ""
        return f"{self._who().url.rstrip('/')}/archives/{place.channel}{message}"

    def last_away(self) -> Away | None:
        """When Slack could not be reached last."""
        return self._reach.last

    async def find(self, place: Place, *, mark: str = "", urgency: int = 0) -> str | None:
        """The timestamp of the message with that mark in a channel or thread; of the newest with any."""
        async for message in self._said(place, urgency):
            metadata = message.get("metadata") or {}
            if metadata.get("event_type") == MARK and mark in ("", metadata["event_payload"].get("mark")):
                return str(message["ts"])
        return None

    async def _shared(self, place: Place, name: str, size: int) -> str | None:
        async for message in self._said(place, 2):
            for file in message.get("files") or ():
                if file.get("name") == name and file.get("size") == size:
                    return str(file["id"])
        return None

    async def _said(self, place: Place, urgency: int) -> AsyncIterator[Answer]:
        """What Muster itself said in a channel or thread. A channel that it only posts to, it has to join to read."""
        try:
            async for message in self._read(place, urgency):
                yield message
        except Refusal as no:
            if no.code == "thread_not_found":
                return
            if no.code != "not_in_channel":
                raise
            await self.call("conversations.join", urgency, channel=place.channel)
            async for message in self._read(place, urgency):
                yield message

    async def _read(self, place: Place, urgency: int) -> AsyncIterator[Answer]:
        where: dict[str, object] = {"channel": place.channel, "include_all_metadata": True, "limit": 200}
        method = "conversations.history"
        if place.thread is not None:
            method, where = "conversations.replies", {**where, "ts": place.thread}
        async for page in self._pages(method, urgency, LOOKED_BACK, **where):
            for message in page["messages"]:
                if message.get("user") == self._who().user:
                    yield message

    async def _pages(self, method: str, urgency: int, most: int, **arguments: object) -> AsyncIterator[Answer]:
        cursor = ""
        for _ in range(most):
            page = await self.call(method, urgency, **arguments, **({"cursor": cursor} if cursor else {}))
            yield page
            cursor = (page.get("response_metadata") or {}).get("next_cursor") or ""
            if not cursor:
                return

    async def call(self, method: str, urgency: int, **arguments: object) -> Answer:
        """One call. Raises BudgetSpent, NotYet while Slack is away, Refusal when it says no, or Outage."""
        channel = str(arguments.get("channel", ""))
        self._reach.check(urgency)
        await self._budgets.spend(method, urgency=urgency, channel=channel)
        body, query = (arguments, None) if method in _IN_BODY else (None, arguments)
        try:
            answer = await self._client.api_call(method, json=body, params=query)
        except SlackApiError as error:
            if status_of(error) == 429 or code_of(error) == "ratelimited":
                self._reach.answered()
                after = retry_after(header_of(error, "Retry-After"))
                raise await self._budgets.limited(method, retry_after=after, channel=channel) from error
            raise self._reach.heard(outage(method, error)) from error
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            raise self._reach.heard(outage(method, error)) from error
        self._reach.answered()
        return answer.data if isinstance(answer.data, Mapping) else {}
