"""SwipeSavvy's agents as the demo sees them: start and stop them, make them ill, look how they are."""

import asyncio
import itertools
import secrets
from collections.abc import Mapping, Sequence
from contextlib import AsyncExitStack, suppress
from pathlib import Path
from types import TracebackType
from typing import Final, Self

import aiohttp

from bot.background import in_the_background
from demo.alertmanager import AlertRule
from demo.database import DIAGNOSTIC, OUTAGES, REMEDIATION, Database
from demo.engine import Engine, Part
from demo.fault import Faults
from demo.leak import ConnectionLeak
from demo.machine import FullDisk, Machine
from demo.postgres import RealPostgres
from demo.status_page import StatusPage
from demo.swipesavvy import monitor
from demo.swipesavvy.assistants import Concierge, Guardrails, Rag
from demo.swipesavvy.boxes import Box
from demo.swipesavvy.faults import EXPORT, BrokenPool, Hoarding
from demo.system import panel

TITLE: Final = "SwipeSavvy AI Agents"
RECORDS: Final = Database(name="swipesavvy_ai", application="swipesavvy", folder=Path(__file__).parent, connections=80)
BACKUPS, DOCKER = "/backups", "/var/lib/docker"
TOPICS: Final = ("card", "refund", "limit", "fee", "address")


class Patient:
    """SwipeSavvy's agents on 127.0.0.1, over a PostgreSQL: `async with Patient(postgres) as patient:`.

    Once started it has `dsns`, a connection URL for each role, and `boxes`, a container for each service by its name.
    One at a time on a PostgreSQL. Every `traffic_seconds` a customer asks something; 0 for never.
    """

    rules: Sequence[AlertRule] = monitor.RULES

    def __init__(self, postgres: RealPostgres, *, traffic_seconds: float = 1.0) -> None:
        self._postgres = postgres
        self._traffic_seconds = traffic_seconds
        self._undo = AsyncExitStack()
        self._faults = Faults(TITLE, (), OUTAGES)
        self._together = StatusPage("Together.AI")
        self._machine = Machine((BACKUPS, DOCKER))
        self._token = secrets.token_urlsafe(24)
        self.dsns: Mapping[str, str] = {}
        self.boxes: Mapping[str, Box] = {}

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None
    ) -> None:
        await self.stop()

    async def start(self) -> None:
        """Make the database and start the services in their containers; on failure nothing stays behind."""
        self.dsns = await RECORDS.create(self._postgres)
        async with AsyncExitStack() as undo:
            await self._together.start(undo)
            await self._start_machine(undo)
            self.boxes = self._make_boxes()
            for box in self.boxes.values():
                await box.start()
                undo.push_async_callback(box.stop)
            await self._start_engine(undo)
            self._look_out(undo)
            self._undo = undo.pop_all()

    async def stop(self) -> None:
        """Stop all that was started; the database stays until the next start or its server's end."""
        await self._undo.aclose()

    async def fault(self, name: str, on: bool) -> None:
        """Bring a fault about, or undo it; nothing happens when it is so already. Raises FaultError."""
        await self._faults.set(name, on)

    async def read(self) -> monitor.Reading:
        """What its monitors see now."""
        return await self._monitor.read()

    async def healthy(self) -> bool:
        """Whether nothing is past its threshold."""
        return monitor.status(await self.read()) == "healthy"

    async def firing(self) -> frozenset[str]:
        """The names of the alerts that its monitors would raise now; for `Alertmanager.watch`."""
        return monitor.firing(await self.read())

    async def state(self) -> dict[str, object]:
        """What the demo's panel shows: title, faults, alerts that can be sent, health with facts."""
        seen = await self.read()
        return panel(TITLE, self._faults, self.rules, monitor.status(seen), monitor.facts(seen))

    async def ask(self, topic: str, session: str) -> int:
        """A customer asks Concierge; the status of the answer."""
        question = {"session_id": session, "topic": topic, "text": f"What about my {topic}?"}
        headers = {"Authorization": f"Bearer {self._token}"}
        async with (
            aiohttp.ClientSession(headers=headers) as client,
            client.post(f"{self.boxes['concierge'].url}/chat", json=question) as answer,
        ):
            return answer.status

    @property
    def targets(self) -> Mapping[str, Mapping[str, object]]:
        """What the bot's configuration says of the database, the engine, the machine and every address."""
        places = {"concierge": "/chat", "rag": "/query", "guardrails": "/check"}
        addresses = {
            f"swipesavvy-{kind}{name}": {
                "kind": "http",
                "environment": "production",
                "base_url": self.boxes[name].url,
                "canary": {"method": "POST", "path": path},
            }
            for kind in ("", "local-")
            for name, path in places.items()
        }
        return {
            "swipesavvy-db": {
                "kind": "postgres",
                "environment": "production",
                "diagnostic_dsn_env": "DEMO_DIAGNOSTIC_DSN",
                "remediation_dsn_env": "DEMO_REMEDIATION_DSN",
                "relations": ["public.documents"],
            },
            "swipesavvy-docker": self._engine.target(),
            "swipesavvy-host": self._machine.target(),
            **addresses,
            "together-api": self._together.target(),
            "together-status": self._together.target(),
        }

    @property
    def environment(self) -> Mapping[str, str]:
        """The secrets that the targets name."""
        return {
            "DEMO_DIAGNOSTIC_DSN": self.dsns[DIAGNOSTIC],
            "DEMO_REMEDIATION_DSN": self.dsns[REMEDIATION],
            **self._machine.environment,
        }

    def _make_boxes(self) -> Mapping[str, Box]:
        token, together = self._token, self._together.url
        dsn = self.dsns[RECORDS.application]
        rails = Box("guardrails", lambda say: Guardrails(say, token=token))
        rag = Box("rag", lambda say: Rag(say, dsn=dsn, token=token))
        concierge = Box(
            "concierge",
            lambda say: Concierge(say, token=token, together=together, rag=lambda: rag.url, rails=lambda: rails.url),
        )
        return {box.name: box for box in (rails, rag, concierge)}

    async def _start_machine(self, undo: AsyncExitStack) -> None:
        """The machine under the containers, with the backups of some nights."""
        await self._machine.start(undo)
        for days in (0, 1, 40):
            self._machine.write(f"{BACKUPS}/swipesavvy_ai-{days}-days-ago.dump", "PGDMP", days_old=days)
        self._machine.write(f"{DOCKER}/volumes/metadata.db", "0" * 4096)

    async def _start_engine(self, undo: AsyncExitStack) -> None:
        postgres = Part(service="postgres", image="postgres:16", stop=self._stop_postgres, start=self._start_postgres)
        self._engine = Engine("swipesavvy", [*(box.part for box in self.boxes.values()), postgres])
        await self._engine.start(undo)

    async def _stop_postgres(self) -> None:
        await asyncio.to_thread(self._postgres.pause)

    async def _start_postgres(self) -> None:
        await asyncio.to_thread(self._postgres.resume)

    def _look_out(self, undo: AsyncExitStack) -> None:
        dsn = self.dsns[RECORDS.application]
        self._monitor = monitor.Monitor(list(self.boxes.values()), RECORDS, self._postgres, dsn=dsn)
        rag = self.boxes["rag"]
        leak = ConnectionLeak(dsn=dsn, most=RECORDS.connections, application="swipesavvy-export", query=EXPORT)
        self._faults = Faults(TITLE, (BrokenPool(rag), leak, Hoarding(rag), FullDisk(self._machine)), OUTAGES)
        undo.push_async_callback(self._faults.end)
        if self._traffic_seconds:
            in_the_background(self._chat(), "customers", undo)

    async def _chat(self) -> None:
        """What customers do all day."""
        for turn, topic in enumerate(itertools.cycle(TOPICS)):
            await asyncio.sleep(self._traffic_seconds)
            with suppress(aiohttp.ClientError, TimeoutError):
                await self.ask(topic, f"s-{turn:05}")
