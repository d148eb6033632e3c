"""Synesthesia's story packs and the queue that hands them to the workers."""

from pathlib import Path
from typing import Final
from uuid import UUID

import nats
from msgspec import Struct
from nats.aio.client import Client
from nats.errors import Error as NatsError
from nats.errors import TimeoutError as NothingThere
from nats.js.api import ConsumerConfig, RetentionPolicy, StreamConfig

from demo.database import OUTAGES, Database, Records
from demo.nats import ADMIN, RealNats

DATABASE: Final = Database(name="synesthesia", application="synesthesia", folder=Path(__file__).parent, connections=60)
STREAM: Final = "STORY_GENERATION"
SUBJECT: Final = "story.generate"
CONSUMER: Final = "narrative-worker"
STUCK_MINUTES: Final = 30
AWAY: Final = (*OUTAGES, NatsError)
"""How the database and the queue say that they are away or too slow."""

ORDER = "INSERT INTO story_packs (user_id, title) VALUES ($1, 'A garden under the sea') RETURNING id"

CLAIM = "UPDATE story_packs SET status = 'processing' WHERE id = $1 AND status = 'pending' RETURNING id"

# What was set back has no message of its own any more.
CLAIM_LEFT_OVER = """
UPDATE story_packs SET status = 'processing' WHERE id = (
    SELECT id FROM story_packs WHERE status = 'pending' AND created_at < now() - interval '10 minutes'
    ORDER BY created_at LIMIT 1 FOR UPDATE SKIP LOCKED
) RETURNING id
"""

COMPLETE = "UPDATE story_packs SET status = 'completed', completed_at = now() WHERE id = $1 AND status = 'processing'"

COUNT = f"""
SELECT
    count(*) FILTER (WHERE status = 'pending') AS pending,
    count(*) FILTER (WHERE status = 'processing') AS processing,
    count(*) FILTER (
        WHERE status = 'processing' AND created_at < now() - interval '{STUCK_MINUTES} minutes'
    ) AS stuck,
    count(*) FILTER (WHERE status = 'completed' AND completed_at > now() - interval '1 hour') AS completed_last_hour
FROM story_packs
"""  # noqa: S608 - the number is ours


class Counts(Struct, frozen=True, kw_only=True):
    """How many story packs are where; *stuck* ones are processing too."""

    pending: int
    processing: int
    stuck: int
    completed_last_hour: int


class Queue:
    """The stream of story packs that are asked for."""

    def __init__(self, server: RealNats) -> None:
        self._server = server

    async def open(self) -> Client:
        """Connect, and make the stream and its consumer; the caller closes the connection."""
        client = await nats.connect(
            f"nats://127.0.0.1:{self._server.port}", user=ADMIN, password=self._server.passwords[ADMIN]
        )
        self._stream = client.jetstream()
        kept = StreamConfig(name=STREAM, subjects=[SUBJECT], retention=RetentionPolicy.WORK_QUEUE)
        await self._stream.add_stream(kept)
        self._messages = await self._stream.pull_subscribe(
            SUBJECT, durable=CONSUMER, stream=STREAM, config=ConsumerConfig(ack_wait=30)
        )
        return client

    async def put(self, pack: UUID) -> None:
        """Ask a worker for a story pack."""
        await self._stream.publish(SUBJECT, str(pack).encode())

    async def take(self, within: float) -> UUID | None:
        """The next that is asked for, or None when none is within this time."""
        try:
            (message,) = await self._messages.fetch(1, timeout=within)
        except NothingThere:
            return None
        await message.ack()
        return UUID(message.data.decode())

    async def waiting(self) -> int:
        """How many are asked for and not taken."""
        return (await self._stream.stream_info(STREAM)).state.messages


class Packs:
    """The story packs: asked for through the queue, kept in the database; any method may raise one of AWAY."""

    def __init__(self, records: Records, queue: Queue) -> None:
        self.records = records
        self.queue = queue

    async def order(self, user: int) -> UUID:
        """Ask for one."""
        pack: UUID = await self.records.value(ORDER, user)
        await self.queue.put(pack)
        return pack

    async def claim(self, within: float) -> UUID | None:
        """Take the next one, from the queue or set back before; None when there is none within this time."""
        if pack := await self.queue.take(within):
            claimed: UUID | None = await self.records.value(CLAIM, pack)
            return claimed
        left: UUID | None = await self.records.value(CLAIM_LEFT_OVER)
        return left

    async def complete(self, pack: UUID) -> None:
        """Say that it is made; nothing happens when somebody took it away meanwhile."""
        await self.records.rows(COMPLETE, pack)

    async def any_processing(self, packs: list[UUID]) -> bool:
        """Whether one of these is still marked as being made."""
        query = "SELECT count(*) FROM story_packs WHERE id = ANY($1) AND status = 'processing'"
        return bool(await self.records.value(query, packs))

    async def count(self) -> Counts:
        """The numbers of the table."""
        (row,) = await self.records.rows(COUNT)
        return Counts(**dict(row))
