"""Everything put together: the only place that builds objects, and the life of one process from start to end."""

import asyncio
import contextlib
import logging
import os
import signal
from collections.abc import Coroutine, Sequence
from contextlib import AsyncExitStack
from datetime import UTC, datetime, timedelta
from typing import Final

import aiohttp
from slack_bolt.async_app import AsyncApp
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.config import Configuration
from bot.door import Door
from bot.executors.registry import Registry
from bot.exports.drafts import FileDrafts
from bot.exports.s3 import S3Export
from bot.logs import process_name
from bot.metrics import Counts
from bot.redactors import redactor, stricter_redactors
from bot.runbooks import LoadedRunbooks, load_runbooks
from bot.settings import TeamSettings, Turns
from bot.slack import client as slack_client
from bot.slack.app import Identity, build
from bot.slack.budget import Budgets
from bot.slack.chat import SlackChat
from bot.slack.deliveries import Line
from bot.slack.faults import outage
from bot.slack.home import Homes
from bot.slack.people import Addresses
from bot.slack.reach import Reach
from bot.slack.seen import SeenEvents
from bot.slack.shared_budget import SharedBudgets
from bot.slack.shared_redis import SharedRedis
from bot.slack.signed_http import SignedHttp
from bot.slack.socket import Connection
from bot.slack.tasks import Tasks
from bot.sources.table import ParserTable
from bot.stores.place import store_in_time
from bot.targets import targets_of
from bot.telemetry import send_traces
from bot.timers import set_timers
from bot.worker import Worker
from commands.attest import attest
from commands.outage import Away, Outage
from commands.pager import Pager
from commands.ports import AlertPorts, Ports

ATTEST_EVERY: Final = 3600.0
DRAIN_WITHIN: Final = 10.0
FIRST_WAIT: Final = 0.5
LONGEST_WAIT: Final = 30.0

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
    """Start, unless the end comes first: while Slack is away a start can last."""
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
    door = Door(configuration, executors, counts, runbooks)
    ground = await _open(door, configuration, runbooks, undo)
    store = ground.store
    web_client = await _slack(configuration, counts, undo)
    identity, away = await _identity(web_client)
    reach = Reach(lambda: slack_client.answers(web_client), last=away)
    undo.push_async_callback(reach.close)
    door.shared = shared = await _shared(configuration, identity, undo)
    budgets = SharedBudgets(Budgets(), shared)
    chat = SlackChat(web_client, user=identity.user, url=identity.url, budgets=budgets, reach=reach)
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
    app = _app(web_client, identity, chat, ports, shared, undo)
    door.line = await _listen(configuration, app, undo)
    undo.push_async_callback(door.listening.linger)
    # Nobody waits for it: a diagnostic that is wanted earlier asks for its own proof.
    _attest_hourly(executors.targets, ports, undo)
    _in_the_background(set_timers(process_name(), ports), "timers", undo)
    return ports


async def _open(door: Door, configuration: Configuration, runbooks: LoadedRunbooks, undo: AsyncExitStack) -> AlertPorts:
    """Open the door, then the store behind it: from then on alerts are decided, whether Slack answers or not."""
    undo.push_async_callback(door.close)
    await door.open(now=utc_now)
    store = await store_in_time(configuration.store, clock=utc_now)
    undo.push_async_callback(store.close)
    ports = AlertPorts(
        store=store,
        runbooks=runbooks,
        settings=TeamSettings(configuration.file, runbooks),
        sources=ParserTable(configuration.file.sources.mapped, configuration.file.priorities),
        clock=utc_now,
    )
    door.connect(ports)
    # Once more: whoever waits at the door is answered while there still is a store.
    undo.push_async_callback(door.close)
    return ports


def s3_export(configuration: Configuration) -> S3Export | None:
    """The bucket for the drafts, where the team named one. Raises Outage when the library for S3 is not installed."""
    section = configuration.file.exports.s3
    if section is None:
        return None
    return S3Export(
        bucket=section.bucket, prefix=section.prefix, region=section.region, endpoint_url=section.endpoint_url
    )


def shared_redis(configuration: Configuration, owner: str) -> SharedRedis | None:
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
    _in_the_background(account.on_call.keep_asking(), "on call", undo)
    return account.pager, account.on_call


async def _shared(configuration: Configuration, identity: Identity, undo: AsyncExitStack) -> SharedRedis | None:
    shared = shared_redis(configuration, f"{identity.team}.{identity.user}")
    if shared is not None:
        undo.push_async_callback(shared.close)
        await shared.open()
    return shared


async def _slack(configuration: Configuration, counts: Counts, undo: AsyncExitStack) -> AsyncWebClient:
    session = slack_client.session(counts.slack_call)
    undo.push_async_callback(session.close)
    token = configuration.bot_token.get_secret_value()
    return slack_client.client(token, session, configuration.file.slack.api_url)


async def _identity(client: AsyncWebClient) -> tuple[Identity, Away | None]:
    """Who Muster is there, and for how long Slack was away before it said so.

    Raises Outage for a token that Slack does not take.
    """
    wait, began, away = FIRST_WAIT, utc_now(), False
    while True:
        try:
            answer = await client.auth_test()
        except (SlackApiError, aiohttp.ClientError, OSError, TimeoutError) as error:
            fault = outage("auth.test", error)
            if not fault.retry:
                raise fault from error
            log.warning("slack cannot be reached yet", extra={"error": fault.sentence, "again_in_s": wait})
            away = True
            await asyncio.sleep(wait)
            wait = min(wait * 2, LONGEST_WAIT)
        else:
            user, bot, team, url = (str(answer[name]) for name in ("user_id", "bot_id", "team_id", "url"))
            identity = Identity(user=user, bot=bot, team=team, url=url)
            return identity, Away(since=began, until=utc_now()) if away else None


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

    _in_the_background(attesting(), "attestation", undo)


def _app(
    client: AsyncWebClient,
    identity: Identity,
    chat: SlackChat,
    ports: Ports,
    shared: SharedRedis | None,
    undo: AsyncExitStack,
) -> AsyncApp:
    tasks = Tasks()
    undo.push_async_callback(tasks.drain, DRAIN_WITHIN)
    homes = Homes(ports, chat.show_home)
    return build(client, identity=identity, ports=ports, tasks=tasks, seen=SeenEvents(shared), homes=homes)


async def _listen(configuration: Configuration, app: AsyncApp, undo: AsyncExitStack) -> Line:
    line = _line(configuration, app)
    undo.push_async_callback(line.close, DRAIN_WITHIN)
    await line.open()
    return line


def _line(configuration: Configuration, app: AsyncApp) -> Line:
    if configuration.signing_secret is not None:
        return SignedHttp(app, configuration.signing_secret.get_secret_value())
    assert configuration.app_token is not None, "read whenever there is no signing secret"
    return Connection(app, configuration.app_token.get_secret_value())


def _in_the_background(work: Coroutine[None, None, None], name: str, undo: AsyncExitStack) -> None:
    task = asyncio.create_task(work, name=name)

    async def stop() -> None:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task

    undo.push_async_callback(stop)
