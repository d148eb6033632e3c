"""The web server, open before Slack has answered: a page that comes during an outage of Slack is heard."""

import logging
from collections.abc import Callable, Iterator, Mapping
from contextlib import AsyncExitStack
from datetime import datetime
from typing import Final

import aiohttp

from bot.background import in_the_background
from bot.config import Configuration
from bot.executors.registry import Registry
from bot.http.addresses import Addresses
from bot.http.call import Answer, Call, refused
from bot.redaction.redactor import Hide
from bot.slack.deliveries import Health as LineHealth
from bot.slack.deliveries import Line
from bot.slack.reach import Reach
from bot.slack.shared_redis import SharedRedis
from bot.slack.signed_http import PATH
from bot.sources.changes import reader
from bot.sources.doors import doors, tellers
from bot.telemetry.exposition import Metric, text
from bot.telemetry.logs import process_name
from bot.telemetry.metrics import Counts, of_store, of_targets, of_watches, process_gauges
from bot.web.alerts import Health, add_alerts, add_health
from bot.web.change_collector import ChangeCollector
from bot.web.changes import add_changes, places
from bot.web.collector import Collector
from bot.web.knock import unread
from bot.web.listening import Listening
from bot.web.spool import Spool
from bot.words.gates import stop_sentence
from commands.outage import Outage
from commands.ports import AlertPorts, Runbooks
from commands.store import Store
from commands.take_alerts import soon
from commands.watched import watches_of

TOLD_WITHIN: Final = 3.0
"""Seconds that the store has for what is told of it: whoever asks whether the process lives waits for four or five."""
FETCH_WITHIN: Final = 8.0
"""Seconds; SNS itself waits fifteen for the answer that hangs on it."""
LARGEST_FETCH: Final = 64 * 1024
COUNTED: Final = 1000
"""Of more open incidents than that, the worst so many are counted."""

log = logging.getLogger(__name__)


class Door:
    """Takes webhooks from the first moment; ``reach``, ``line`` and ``shared`` are set when they stand."""

    def __init__(
        self, configuration: Configuration, executors: Registry, counts: Counts, runbooks: Runbooks, hide: Hide
    ) -> None:
        self.reach: Reach | None = None
        self.line: Line | None = None
        self.shared: SharedRedis | None = None
        self.listening = Listening(configuration)
        self._configuration = configuration
        self._store: Store | None = None
        self._executors = executors
        self._counts = counts
        self._runbooks = runbooks
        self._collector = Collector(Spool(configuration.data_dir))
        spool = Spool(configuration.data_dir, apart="changes")
        self._changes = ChangeCollector(spool, reader(places(configuration.file), hide))
        self._closing = AsyncExitStack()

    def connect(self, ports: AlertPorts) -> None:
        """The store stands: what came before goes into it from the spool."""
        self._store = ports.store
        self._collector.connect(ports)
        self._changes.connect(ports.store)

    async def close(self) -> None:
        """Answer whoever waits, then take nothing more. Closed already is fine."""
        await self._closing.aclose()

    async def open(self, *, now: Callable[[], datetime]) -> None:
        """Listen. Raises Outage when the address cannot be had."""
        topics = self._configuration.file.sources.topics
        admits = doors(self._configuration.source_secrets(), topics, _fetched)
        addresses = Addresses()
        add_health(addresses, health=self._health, metrics=self._metrics)
        add_alerts(addresses, admits=admits, take=self._collector.take, clock=now, counted=self._counts.delivery)
        add_changes(
            addresses,
            admits=tellers(self._configuration.change_secrets(), self._configuration.file.changes.topics, _fetched),
            take=self._changes.take,
            clock=now,
            counted=self._counts.delivery,
        )
        if self._configuration.file.slack.deliveries == "http":
            addresses.add(("POST",), PATH, self._slack)
        for each in (self._collector, self._changes):
            self._closing.push_async_callback(each.close)
            in_the_background(each.run(), "intake", self._closing)
        await self.listening.open(addresses, self._closing)

    async def _slack(self, call: Call) -> Answer:
        if self.line is None or self.line.door is None:
            return refused(503, "Muster is still starting; send it again.")
        return unread(call.cut) if call.cut is not None else await self.line.door(call)

    async def _health(self) -> Health:
        line = await self.line.health() if self.line is not None else None
        return Health(
            alive=not self.listening.leaving,
            missing=tuple(self._missing(line)),
            facts={
                "process": process_name(),
                "slack": self._slack_words(),
                "slack_deliveries": self._configuration.file.slack.deliveries,
                "slack_connected": line is not None and line.connected,
                "slack_silent_for_s": line.silent_for if line is not None else None,
                **await self._kept(),
                "spooled": self._spooled,
                "diagnostics": self._diagnostics(),
                "redis": self._redis(),
            },
        )

    def _missing(self, line: LineHealth | None) -> Iterator[str]:
        trouble = self._trouble()
        if line is None or not line.connected:
            refused = line.refused if line is not None else ""
            yield f"the connection to Slack: {refused}" if refused else "the connection to Slack"
        elif trouble is not None and trouble.retry:
            yield f"answers from Slack: {trouble.sentence}"
        if trouble is not None and not trouble.retry:
            yield f"a bot token that Slack takes: {trouble.sentence}"
        if self.listening.leaving:
            yield "time: this process is stopping"

    def _trouble(self) -> Outage | None:
        """What keeps calls from Slack: its line may hold while they fail. Without ``retry`` it is the bot token."""
        return self.reach.trouble if self.reach is not None else None

    def _slack_words(self) -> str:
        if self.reach is None:
            return "not asked yet"
        trouble = self._trouble()
        return "on" if trouble is None else f"away: {trouble.sentence}"

    @property
    def _spooled(self) -> int:
        return self._collector.spooled + self._changes.spooled

    async def _kept(self) -> Mapping[str, object]:
        """What the store holds. While it is away the process is alive all the same: a restart would not mend it."""
        if self._store is None:
            return {"store": "away: it was not reached yet"}
        try:
            async with soon(TOLD_WITHIN):
                figures, stop = await self._store.figures(), await self._store.stopped()
        except Outage as away:
            return {"store": f"away: {away.sentence}"}
        remediations = "allowed" if stop is None else stop_sentence(stop)
        return {"store": "on", "dead_letters": figures.dead_letters, "remediations": remediations}

    async def _metrics(self) -> str:
        line = await self.line.health() if self.line is not None else None
        stored = await self._of_store()
        return text(
            (
                *self._counts.metrics(),
                of_targets({name: self._proven(name) for name in self._executors.targets}),
                *process_gauges(
                    connected=line is not None and line.connected and self._trouble() is None,
                    stored=bool(stored),
                    spooled=self._spooled,
                ),
                *stored,
            )
        )

    async def _of_store(self) -> tuple[Metric, ...]:
        if self._store is None:
            return ()
        try:
            async with soon(TOLD_WITHIN):
                figures, incidents = await self._store.figures(), await self._store.open_incidents(limit=COUNTED)
                watches = await watches_of(self._store, self._runbooks)
        except Outage as away:
            log.warning("store away", extra={"error": away.sentence})
            return ()
        return (*of_store(figures, incidents), *of_watches(watches))

    def _proven(self, target: str) -> bool:
        attested = self._executors.attested(target)
        return attested is not None and attested.proven

    def _redis(self) -> str:
        if self._configuration.file.redis is None:
            return "not used"
        if self.shared is None:
            return "not asked yet"
        trouble = self.shared.trouble
        return "on" if trouble is None else f"away, each process counts for itself: {trouble}"

    def _diagnostics(self) -> Mapping[str, str]:
        known = {name: self._executors.attested(name) for name in self._executors.targets}
        return {
            name: "not proven yet" if each is None else ("on" if each.proven else f"off: {each.proof}")
            for name, each in known.items()
        }


async def _fetched(address: str) -> bytes:
    """What is at an address of SNS: a certificate, or the confirmation of a subscription. Raises Outage."""
    try:
        async with (
            aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=FETCH_WITHIN)) as session,
            session.get(address, allow_redirects=False) as answer,
        ):
            content = b""
            async for part in answer.content.iter_any():  # a read alone ends with the first packet
                content += part
                if len(content) > LARGEST_FETCH:
                    raise Outage(f"What SNS has at {address} is too long.", retry=False)
            if answer.status == 200:
                return content
            raise Outage(f"SNS answered {answer.status} for {address}.", retry=True)
    except (aiohttp.ClientError, TimeoutError) as error:
        raise Outage(f"SNS could not be reached at {address} ({type(error).__name__}).", retry=True) from error
