"""What can be made to go wrong with Synesthesia: four faults with real effects, each with its undo."""

import asyncio

from demo.engine import MEMORY_LIMIT
from demo.status_page import StatusPage
from demo.synesthesia.api import Api
from demo.synesthesia.packs import Packs
from demo.synesthesia.worker import AT_REST, Worker

STUCK = """
INSERT INTO story_packs (user_id, title, status, created_at)
SELECT n, 'The orchestra of small things', 'processing', now() - interval '40 minutes' - interval '4 minutes' * n
FROM generate_series(1, 5) AS n
RETURNING id
"""

SET_BACK = "UPDATE story_packs SET status = 'pending' WHERE id = ANY($1) AND status = 'processing'"

WAITING = 30
"""How many story packs are asked for while the worker takes none."""


class StuckPacks:
    """Five story packs wait for an outside API that never answered; whatever is asked for meanwhile waits in NATS."""

    name = "stuck-packs"
    title = "The worker hangs on five story packs, the queue grows"

    def __init__(self, packs: Packs, worker: Worker) -> None:
        self._packs = packs
        self._worker = worker

    @property
    def active(self) -> bool:
        return bool(self._worker.hangs_on)

    async def begin(self) -> None:
        self._worker.hangs_on = [row["id"] for row in await self._packs.records.rows(STUCK)]
        await asyncio.gather(*(self._packs.order(1 + number % 30) for number in range(WAITING)))

    async def end(self) -> None:
        await self._packs.records.rows(SET_BACK, self._worker.hangs_on)
        self._worker.hangs_on = []


class ApiHangs:
    """The API's process hangs, and the gateway in front of it answers 503 to everybody."""

    name = "api"
    title = "The API's process hangs, every request gets a 503"

    def __init__(self, api: Api) -> None:
        self._api = api

    @property
    def active(self) -> bool:
        return self._api.state == "hung"

    async def begin(self) -> None:
        self._api.state = "hung"

    async def end(self) -> None:
        self._api.state = "running"


class WorkerGrows:
    """The narrative worker keeps what it made, and has grown to nine tenths of what its container may use."""

    name = "memory"
    title = "The narrative worker grows until its memory runs out"

    def __init__(self, worker: Worker) -> None:
        self._worker = worker

    @property
    def active(self) -> bool:
        return bool(self._worker.kept)

    async def begin(self) -> None:
        self._worker.kept.append(bytearray(MEMORY_LIMIT * 9 // 10 - AT_REST))

    async def end(self) -> None:
        self._worker.kept.clear()


class OpenAiDown:
    """OpenAI reports an outage; more workers would make it worse, so it is waited for."""

    name = "openai"
    title = "OpenAI reports a major outage"

    def __init__(self, openai: StatusPage) -> None:
        self._openai = openai

    @property
    def active(self) -> bool:
        return self._openai.indicator != "none"

    async def begin(self) -> None:
        self._openai.indicator = "major"

    async def end(self) -> None:
        self._openai.indicator = "none"
