"""Everything put together: the only place that builds objects, and the life of one process from start to end."""

import asyncio
import logging
import os
import signal
from collections.abc import Callable, Sequence
from contextlib import AsyncExitStack
from datetime import UTC, datetime, timedelta
from typing import Final

from bot.background import in_the_background
from bot.config import Configuration
from bot.executors.registry import Registry
from bot.exports.drafts import FileDrafts
from bot.exports.s3 import S3Export
from bot.redaction.configured import hiding, redactor, stricter_redactors
from bot.redaction.redactor import Hide
from bot.runbooks.load import LoadedRunbooks, load_runbooks
from bot.settings.team import TeamSettings, Turns
from bot.slack.budget import Budgets
from bot.slack.chat import SlackChat
from bot.slack.people import Addresses
from bot.slack.shared_budget import SharedBudgets
from bot.slack.shared_redis import SharedRedis
from bot.sources.table import ParserTable
from bot.stores.place import store_in_time
from bot.stores.sql_store import SqlStore
from bot.targets import targets_of
from bot.telemetry.collector import send_traces
from bot.telemetry.logs import process_name
from bot.telemetry.metrics import Counts
from bot.timers import set_timers
from bot.web.server import Door
from bot.worker import Worker
from bot.workspace import DRAIN_WITHIN, Workspace, enter, listen
from commands.attest import attest
from commands.outage import Outage
from commands.pager import Pager
from commands.ports import AlertPorts, Ports

ATTEST_EVERY: Final = 3600.0

log = logging.getLogger(__name__)


def utc_now() -> datetime:
    """The time."""
    return datetime.now(UTC)


async def serve(configuration: Configuration) -> None:
    """Run until SIGTERM or SIGINT, then stop taking in, finish what runs, and let go. Raises Outage at the start."""
    # The database and the drafts hold what was said in private: nobody else on the machine reads them.
    os.umask(0o077)
    ended = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, ended.set)
    async with AsyncExitStack() as undo:
        if configuration.traces:
            undo.push_async_callback(send_traces())
        if not await _started(configuration, undo, ended):
            return
        log.info("ready", extra={"web": f"{configuration.file.web.host}:{configuration.file.web.port}"})
        await ended.wait()
        log.info("stopping")


async def _started(configuration: Configuration, undo: AsyncExitStack, ended: asyncio.Event) -> bool:
    """Start, unless the end comes first: while the store is away a start can last."""
    starting = asyncio.create_task(start(configuration, undo), name="start")
    waiting = asyncio.create_task(ended.wait(), name="end")
    await asyncio.wait({starting, waiting}, return_when=asyncio.FIRST_COMPLETED)
    waiting.cancel()
    if not starting.done():
        starting.cancel()
        await asyncio.gather(starting, return_exceptions=True)
        return False
    starting.result()
    return True


async def start(configuration: Configuration, undo: AsyncExitStack) -> Ports:
    """Start everything; ``undo`` stops it in the reverse order, so that what takes in ends before what works."""
    runbooks = load_runbooks(configuration)
    executors = Registry(
        targets_of(configuration),
        redactor=redactor(configuration),
        clock=utc_now,
        stricter=stricter_redactors(configuration, runbooks),
    )
    undo.push_async_callback(executors.close)
    export = s3_export(configuration)
    if export is not None:
        undo.push_async_callback(export.close)
    counts = Counts()
    hide = hiding(configuration)
    door = Door(configuration, executors, counts, runbooks, hide)
    store, ground = await _open(door, configuration, runbooks, hide, undo)
    workspace = await enter(configuration, counts, store, undo)
    door.reach = workspace.reach
    door.shared = shared = await _shared(configuration, workspace, undo)
    budgets = SharedBudgets(Budgets(), shared)
    chat = SlackChat(workspace.client, who=workspace.account.identity, budgets=budgets, reach=workspace.reach)
    pager, turns = _pagerduty(configuration, chat, counts, undo)
    ports = Ports(
        store=store,
        chat=chat,
        executors=executors,
        runbooks=runbooks,
        settings=TeamSettings(configuration.file, runbooks, turns),
        drafts=FileDrafts(configuration.data_dir, chat.link),
        sources=ground.sources,
        clock=utc_now,
        export=export,
        pager=pager,
    )
    door.connect(ports)
    worker = _work(ports, configuration.file.lease, counts, undo)
    store.on_owed = worker.wake
    door.line = await listen(configuration, workspace, chat, ports, shared, hide, undo)
    undo.push_async_callback(door.listening.linger)
    # Nobody waits for it: a diagnostic that is wanted earlier asks for its own proof.
    _attest_hourly(executors.targets, ports, undo)
    in_the_background(set_timers(process_name(), ports), "timers", undo)
    return ports


async def _open(
    door: Door, configuration: Configuration, runbooks: LoadedRunbooks, hide: Hide, undo: AsyncExitStack
) -> tuple[SqlStore, AlertPorts]:
    """Open the door, then the store behind it: from then on alerts are decided, whether Slack answers or not."""
    undo.push_async_callback(door.close)
    await door.open(now=utc_now)
    store = await store_in_time(configuration.store, clock=utc_now)
    undo.push_async_callback(store.close)
    ports = AlertPorts(
        store=store,
        runbooks=runbooks,
        settings=TeamSettings(configuration.file, runbooks),
        sources=ParserTable(configuration.file.sources.mapped, configuration.file.priorities, hide),
        clock=utc_now,
    )
    door.connect(ports)
    # Once more: whoever waits at the door is answered while there still is a store.
    undo.push_async_callback(door.close)
    return store, ports


def s3_export(configuration: Configuration) -> S3Export | None:
    """The bucket for the drafts, where the team named one. Raises Outage when the library for S3 is not installed."""
    section = configuration.file.exports.s3
    if section is None:
        return None
    return S3Export(
        bucket=section.bucket, prefix=section.prefix, region=section.region, endpoint_url=section.endpoint_url
    )


def shared_redis(configuration: Configuration, owner: Callable[[], str]) -> SharedRedis | None:
    """The Redis of all processes, where the team named one. Raises Outage when the library for it is not installed."""
    section = configuration.file.redis
    if section is None:
        return None
    return SharedRedis(configuration.secrets[section.url_env].get_secret_value(), owner=owner)


def _pagerduty(
    configuration: Configuration, chat: SlackChat, counts: Counts, undo: AsyncExitStack
) -> tuple[Pager | None, Turns | None]:
    if configuration.file.pagerduty is None:
        return None, None
    # It would be a part of every start.
    from bot.pager_account import account_of

    account = account_of(configuration, Addresses(chat), clock=utc_now, counted=counts.pagerduty_call)
    undo.push_async_callback(account.calls.close)
    in_the_background(account.on_call.keep_asking(), "on call", undo)
    return account.pager, account.on_call


async def _shared(configuration: Configuration, workspace: Workspace, undo: AsyncExitStack) -> SharedRedis | None:
    shared = shared_redis(configuration, lambda: workspace.owner)
    if shared is not None:
        undo.push_async_callback(shared.close)
        await shared.open()
    return shared


def _work(ports: Ports, lease: timedelta, counts: Counts, undo: AsyncExitStack) -> Worker:
    worker = Worker(ports, name=process_name(), lease=lease, counted=counts.attempt)
    running = asyncio.create_task(worker.run(), name="worker")

    async def stop() -> None:
        await worker.stop(within=DRAIN_WITHIN)
        await running

    undo.push_async_callback(stop)
    return worker


def _attest_hourly(targets: Sequence[str], ports: Ports, undo: AsyncExitStack) -> None:
    async def attesting() -> None:
        while True:
            try:
                for each in await attest(targets, ports=ports):
                    if not each.proven:
                        log.warning("diagnostics off", extra={"target": each.target, "reason": each.proof})
            except Outage as away:
                log.warning("attestation not recorded", extra={"error": away.sentence})
            await asyncio.sleep(ATTEST_EVERY)

    in_the_background(attesting(), "attestation", undo)
