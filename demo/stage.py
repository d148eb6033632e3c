"""The whole demo on one machine: the sandbox, the patient, its monitors, and the bot as a process of its own."""

import asyncio
import secrets
from collections.abc import Mapping
from contextlib import AsyncExitStack
from pathlib import Path
from types import TracebackType
from typing import Final, Self

from demo.alertmanager import Alertmanager
from demo.bot_process import ROOT, BotProcess, free_port
from demo.postgres import RealPostgres
from demo.redis import RealRedis
from demo.storybook import Patient
from sandbox.server import Sandbox

CONNECTED_WITHIN: Final = 20.0


class DemoPanel:
    """The page's side panel: break the patient, fire its alerts, watch its health."""

    def __init__(self) -> None:
        self.patient: Patient | None = None
        self.monitor: Alertmanager | None = None

    async def state(self) -> dict[str, object]:
        """What the panel shows."""
        return await self._patient().state()

    async def fault(self, name: str, on: bool) -> None:
        """Inject a fault or take it back."""
        await self._patient().fault(name, on)

    async def alert(self, name: str) -> None:
        """Fire an alert by hand."""
        if self.monitor is None:
            raise LookupError("the demo is still starting")
        await self.monitor.fire(name)

    def _patient(self) -> Patient:
        if self.patient is None:
            raise LookupError("the demo is still starting")
        return self.patient


class Stage:
    """``async with Stage(data_dir) as stage:``; afterwards nothing runs on; data and log stay in ``data_dir``.

    ``url`` is the address of the page. Ana and Ben are on call; Ben, Chloé and Dev may approve.
    """

    def __init__(
        self, data_dir: Path, *, port: int = 0, latency: float = 0.0, tiers: bool = True, lease: str = "10s"
    ) -> None:
        self.data_dir = data_dir
        self.panel = DemoPanel()
        self._lease = lease
        self.sandbox = Sandbox(port=port, panel=self.panel, title="Storybook Inc")
        self.sandbox.faults.delay(latency)
        self.sandbox.tiers.on = tiers
        self._postgres = RealPostgres()
        self._undo = AsyncExitStack()
        self._token = secrets.token_urlsafe(24)
        self._port = free_port()
        self._redis = RealRedis()
        self.patient = Patient(self._postgres, self._redis)
        self.monitor = Alertmanager(f"{self.web_url}/alerts/alertmanager", self._token, self.patient.rules)

    @property
    def url(self) -> str:
        """The sandbox's page."""
        return self.sandbox.url

    @property
    def admin_dsn(self) -> str:
        """The patient's database, as its superuser."""
        return self._postgres.dsn("storybook")

    @property
    def token(self) -> str:
        """The Bearer token that the bot expects of its monitors."""
        return self._token

    @property
    def web_url(self) -> str:
        """Where the bot takes webhooks."""
        return f"http://127.0.0.1:{self._port}"

    @property
    def config(self) -> Path:
        """The bot's configuration, written for this run."""
        return self.data_dir / "muster.yaml"

    async def __aenter__(self) -> Self:
        async with AsyncExitStack() as undo:
            await asyncio.gather(undo.enter_async_context(self.sandbox), self._patient(undo))
            self._configure()
            self.bot = BotProcess(self.config, port=self._port, environment=self._environment())
            await self.bot.start()
            undo.push_async_callback(self.bot.stop)
            await asyncio.wait_for(self.sandbox.connected(), CONNECTED_WITHIN)
            await undo.enter_async_context(self.monitor)
            self.panel.patient, self.panel.monitor = self.patient, self.monitor
            self._undo = undo.pop_all()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None
    ) -> None:
        await self._undo.aclose()

    async def watch(self) -> None:
        """Let the patient's own monitors raise and resolve alerts until cancelled."""
        await self.monitor.watch(self.patient.firing, every=0.5, hold=1.0)

    async def _patient(self, undo: AsyncExitStack) -> None:
        for server in (self._postgres, self._redis):
            await asyncio.to_thread(server.start)
            undo.callback(server.stop)
        await undo.enter_async_context(self.patient)

    def _environment(self) -> Mapping[str, str]:
        dsns = self.patient.dsns
        return {
            "MUSTER_DATA_DIR": str(self.data_dir),
            "MUSTER_SLACK_BOT_TOKEN": self.sandbox.bot_token,
            "MUSTER_SLACK_APP_TOKEN": self.sandbox.app_token,
            "DEMO_ALERTMANAGER_TOKEN": self._token,
            "DEMO_DIAGNOSTIC_DSN": dsns["muster_diagnostic"],
            "DEMO_REMEDIATION_DSN": dsns["muster_remediation"],
            "DEMO_WRITE_TOKEN": self.patient.write_token,
            "DEMO_REDIS_LOOK": self.patient.redis_passwords["muster_diagnostic"],
            "DEMO_REDIS_FIX": self.patient.redis_passwords["muster_remediation"],
        }

    def _configure(self) -> None:
        people = {user.name: user.id for user in self.sandbox.workspace.users.values()}
        incidents = self.sandbox.workspace.channel_named("incidents")
        assert incidents is not None
        self.data_dir.mkdir(parents=True, exist_ok=True)
        self.config.write_text(
            CONFIG.format(
                announcements=incidents.id,
                api_url=self.sandbox.api_url,
                port=self._port,
                lease=self._lease,
                runbook=ROOT / "runbooks" / "ai-storybook",
                base_url=self.patient.url,
                redis_port=self._redis.port,
                **people,
            ),
            encoding="utf-8",
        )


CONFIG: Final = """\
# Written by the demo for this run; a team's own file looks the same. docs/settings.md explains every line.
slack:
  announcements: {announcements}
  api_url: {api_url}
web:
  port: {port}
lease: {lease}
sources:
  alertmanager:
    token_env: DEMO_ALERTMANAGER_TOKEN
systems:
  ai-storybook:
    runbook: {runbook}
    runbook_url: https://runbooks.example/ai-storybook
    on_call: [{ana}, {ben}]
    escalation: [{chloe}]
    approvers: [{ben}, {chloe}, {dev}]
targets:
  storybook-db:
    kind: postgres
    environment: production
    diagnostic_dsn_env: DEMO_DIAGNOSTIC_DSN
    remediation_dsn_env: DEMO_REMEDIATION_DSN
    relations: [public.jobs]
  storybook-api:
    kind: http
    environment: production
    base_url: {base_url}
    remediation_token_env: DEMO_WRITE_TOKEN
    canary:
      method: POST
      path: /admin/job-monitor/run
  storybook-redis:
    kind: redis
    environment: production
    host: 127.0.0.1
    port: {redis_port}
    diagnostic: {{user: muster_diagnostic, password_env: DEMO_REDIS_LOOK}}
    remediation: {{user: muster_remediation, password_env: DEMO_REDIS_FIX}}
"""
