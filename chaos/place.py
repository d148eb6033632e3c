"""Where real processes meet: two of them, PostgreSQL, Redis, Slack, PagerDuty, and what they watch and change."""

import asyncio
import random
import tempfile
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from functools import partial
from pathlib import Path
from typing import Final
from uuid import uuid4

from msgspec import Struct

from chaos.nursery import Nursery, Nursling
from chaos.storybook_api import StorybookApi
from demo.postgres import RealPostgres
from demo.redis import RealRedis
from tests.fakes.pagerduty_api import TOKEN, PagerDutyApi, pagerduty_api
from tests.stories.rig import PAGERDUTY_SECRETS, Rig, rig

READY_WITHIN: Final = 120.0
"""Seconds that a start may take on a machine on which everything else fails, too."""
LEASE: Final = "2s"
PAGERDUTY: Final = """\
pagerduty:
  token_env: CHAOS_PAGERDUTY_TOKEN
  user: muster@example.com
  api_url: {url}
  events_url: {url}
  systems:
    ai-storybook: {{service: PSERVIC, schedules: [PSCHED1]}}
"""
ON_CALL: Final = ["PANA000", "PBEN000"]


class Ground(Struct, frozen=True, kw_only=True):
    """What all rounds stand on. ``runbook`` is the folder of the storybook's."""

    postgres: RealPostgres
    redis: RealRedis
    nursery: Nursery
    runbook: Path


class Place(Struct, frozen=True, kw_only=True):
    """What one round has for itself. ``database`` is its store's address."""

    ground: Ground
    it: Rig
    storybook: StorybookApi
    pagerduty: PagerDutyApi
    database: str
    folder: Path


@asynccontextmanager
async def placed(ground: Ground, chance: random.Random) -> AsyncIterator[Place]:
    """Everything, with both processes ready; nothing of it is left when the block ends."""
    async with AsyncExitStack() as undo:
        name = f"chaos_{uuid4().hex}"
        database = await ground.postgres.create_database(name)
        undo.push_async_callback(ground.postgres.drop_database, name)
        folder = Path(undo.enter_context(tempfile.TemporaryDirectory(prefix="muster-chaos-")))
        pagerduty = await undo.enter_async_context(pagerduty_api(folder))
        pagerduty.on_call["PSCHED1"], pagerduty.secret = ON_CALL, PAGERDUTY_SECRETS[0]
        storybook = StorybookApi(chance)
        rules = await storybook.start(undo) + PAGERDUTY.format(url=pagerduty.url)
        secrets = {"CHAOS_PAGERDUTY_TOKEN": TOKEN, "SSL_CERT_FILE": str(pagerduty.certificate)}
        it = await undo.enter_async_context(
            rig(folder, store=database, redis=ground.redis.url(), replicas=2, lease=LEASE, started=False, rules=rules,
                runbook=ground.runbook, environment={**storybook.environment, **secrets},
                made=partial(Nursling, ground.nursery))
        )  # fmt: skip
        await asyncio.gather(*(bot.start(within=READY_WITHIN) for bot in it.bots))
        await it.sandbox.connected()
        pagerduty.hook = f"{it.bot.web_url}/alerts/pagerduty"
        yield Place(
            ground=ground, it=it, storybook=storybook, pagerduty=pagerduty, database=database, folder=folder
        )  # fmt: skip
