"""Everything put together: the only place that builds objects, and the life of one process from start to end."""

import asyncio
import contextlib
import logging
import os
import signal
import socket
from collections.abc import Coroutine, Mapping, Sequence
from contextlib import AsyncExitStack
from datetime import UTC, datetime, timedelta
from typing import Final

from aiohttp import web
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.config import Configuration
from bot.executors.registry import Registry
from bot.exports.drafts import FileDrafts
from bot.redaction import Redactor
from bot.runbooks import load_runbooks
from bot.settings import TeamSettings
from bot.slack import client as slack_client
from bot.slack.app import Identity, build
from bot.slack.budget import Budgets
from bot.slack.chat import SlackChat
from bot.slack.faults import outage
from bot.slack.socket import Connection
from bot.slack.tasks import Tasks
from bot.sources.table import ParserTable
from bot.stores.sqlite import SQLiteStore
from bot.targets import targets_of
from bot.web import Health, application, runner
from bot.worker import Worker
from commands.attest import attest
from commands.ports import Outage, Ports
from commands.take_delivery import keep_delivery
from incident.alert import Delivery

ATTEST_EVERY: Final = 3600.0
DRAIN_WITHIN: Final = 10.0

log = logging.getLogger(__name__)


def utc_now() -> datetime:
    """The time."""
    return datetime.now(UTC)


async def serve(configuration: Configuration) -> None:
    """Run until SIGTERM or SIGINT, then stop taking in, finish what runs, and let go. Raises Outage at the start."""
    ended = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, ended.set)
    async with AsyncExitStack() as undo:
        await start(configuration, undo)
        log.info("ready", extra={"web": f"{configuration.file.web.host}:{configuration.file.web.port}"})
        await ended.wait()
        log.info("stopping")


async def start(configuration: Configuration, undo: AsyncExitStack) -> Ports:
    """Start everything; ``undo`` stops it in the reverse order, so that what takes in ends before what works."""
    runbooks = load_runbooks(configuration)
    configuration.data_dir.mkdir(parents=True, exist_ok=True)
    store = await SQLiteStore.open(configuration.data_dir / "muster.db", clock=utc_now)
    undo.push_async_callback(store.close)
    executors = Registry(targets_of(configuration), redactor=_redactor(configuration), clock=utc_now)
    undo.push_async_callback(executors.close)
    web_client = await _slack(configuration, undo)
    identity = await _identity(web_client)
    chat = SlackChat(web_client, user=identity.user, url=identity.url, budgets=Budgets())
    ports = Ports(
        store=store,
        chat=chat,
        executors=executors,
        runbooks=runbooks,
        settings=TeamSettings(configuration.file, runbooks),
        drafts=FileDrafts(configuration.data_dir, chat.link),
        sources=ParserTable(),
        clock=utc_now,
    )
    worker = _work(ports, configuration.file.lease, undo)
    store.on_owed = worker.wake
    _attest_hourly(executors.targets, ports, undo)
    connection = await _listen(configuration, web_client, identity, ports, undo)
    await _open_web(configuration, ports, connection, undo)
    return ports


async def _slack(configuration: Configuration, undo: AsyncExitStack) -> AsyncWebClient:
    session = slack_client.session()
    undo.push_async_callback(session.close)
    token = configuration.bot_token.get_secret_value()
    return slack_client.client(token, session, configuration.file.slack.api_url)


async def _identity(client: AsyncWebClient) -> Identity:
    try:
        answer = await client.auth_test()
    except SlackApiError as error:
        raise outage("auth.test", error) from error
    except (OSError, TimeoutError) as error:
        raise Outage(f"Slack does not answer at {client.base_url}: {error}.", retry=True) from error
    return Identity(
        user=str(answer["user_id"]), bot=str(answer["bot_id"]), team=str(answer["team_id"]), url=str(answer["url"])
    )


def _redactor(configuration: Configuration) -> Redactor:
    secrets = [secret.get_secret_value() for secret in configuration.secrets.values()]
    return Redactor([*secrets, configuration.bot_token.get_secret_value(), configuration.app_token.get_secret_value()])


def _work(ports: Ports, lease: timedelta, undo: AsyncExitStack) -> Worker:
    worker = Worker(ports, name=f"{socket.gethostname()}:{os.getpid()}", lease=lease)
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
                await attest(targets, ports=ports)
            except Outage as away:
                log.warning("attestation not recorded", extra={"error": away.sentence})
            await asyncio.sleep(ATTEST_EVERY)

    _in_the_background(attesting(), "attestation", undo)


async def _listen(
    configuration: Configuration, client: AsyncWebClient, identity: Identity, ports: Ports, undo: AsyncExitStack
) -> Connection:
    tasks = Tasks()
    app = build(client, identity=identity, ports=ports, tasks=tasks)
    undo.push_async_callback(tasks.drain, DRAIN_WITHIN)
    connection = Connection(app, configuration.app_token.get_secret_value())
    undo.push_async_callback(connection.close, DRAIN_WITHIN)
    await connection.open()
    return connection


async def _open_web(configuration: Configuration, ports: Ports, connection: Connection, undo: AsyncExitStack) -> None:
    async def keep(delivery: Delivery) -> bool:
        return await keep_delivery(delivery, ports=ports)

    async def health() -> Health:
        line = await connection.health()
        missing = () if line.connected else ("the connection to Slack",)
        facts = {"slack_connected": line.connected, "slack_silent_for_s": line.silent_for}
        return Health(missing=missing, facts=facts)

    app = application(keep=keep, tokens=_source_tokens(configuration), health=health, clock=utc_now)
    served = runner(app)
    await served.setup()
    undo.push_async_callback(served.cleanup)
    section = configuration.file.web
    try:
        await web.TCPSite(served, section.host, section.port).start()
    except OSError as error:
        raise Outage(
            f"{section.host}:{section.port} cannot be listened on ({error.strerror}): choose another web.port.",
            retry=False,
        ) from error


def _source_tokens(configuration: Configuration) -> Mapping[str, Sequence[str]]:
    sources = configuration.file.sources
    return {name: (configuration.secret(section.token_env) or "").split() for name, section in sources.items()}


def _in_the_background(work: Coroutine[None, None, None], name: str, undo: AsyncExitStack) -> None:
    task = asyncio.create_task(work, name=name)

    async def stop() -> None:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task

    undo.push_async_callback(stop)
