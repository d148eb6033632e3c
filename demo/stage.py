"""The whole demo on one machine: the sandbox, the patient, its monitors, and the bot as a process of its own."""

import asyncio
import secrets
from collections.abc import Mapping
from contextlib import AsyncExitStack
from pathlib import Path
from types import TracebackType
from typing import Final, Self

import yaml

from demo.alertmanager import Alertmanager, AlertNotTakenError
from demo.bot_process import ROOT, BotProcess
from demo.fault import FaultError
from demo.ports import free_port
from demo.system import Patient, System
from sandbox.server import Sandbox

CONNECTED_WITHIN: Final = 60.0


class DemoPanel:
    """The page's side panel: break the patient, fire its alerts, watch its health."""

    def __init__(self) -> None:
        self.patient: Patient | None = None
        self.monitor: Alertmanager | None = None

    async def state(self) -> dict[str, object]:
        """What the panel shows."""
        return await self._patient().state()

    async def fault(self, name: str, on: bool) -> None:
        """Inject a fault or take it back. Raises LookupError with the reason why it cannot be."""
        try:
            await self._patient().fault(name, on)
        except FaultError as prevented:
            raise LookupError(str(prevented)) from prevented

    async def alert(self, name: str) -> None:
        """Fire an alert by hand. Raises LookupError with the reason why it cannot be."""
        if self.monitor is None:
            raise LookupError("the demo is still starting")
        try:
            await self.monitor.fire(name)
        except AlertNotTakenError as refused:
            raise LookupError(str(refused)) from refused

    def _patient(self) -> Patient:
        if self.patient is None:
            raise LookupError("the demo is still starting")
        return self.patient


class Stage:
    """``async with Stage(system, data_dir) as stage:``; afterwards nothing runs on; data and log stay in ``data_dir``.

    ``url`` is the address of the page. Ana and Ben are on call; Ben, Chloé and Dev may approve. ``patient`` and
    ``monitor`` are there once it is entered. With ``watches`` the runbook's diagnostics look by themselves, too; a
    story that plays itself goes by its monitor alone. ``runbook`` is another folder than the system's own.
    """

    patient: Patient
    monitor: Alertmanager

    def __init__(
        self,
        system: System,
        data_dir: Path,
        *,
        port: int = 0,
        latency: float = 0.0,
        tiers: bool = True,
        lease: str = "10s",
        watches: bool = False,
        runbook: Path | None = None,
    ) -> None:
        self.system = system
        self.data_dir = data_dir
        self.panel = DemoPanel()
        self._lease = lease
        self._watches = watches
        self._runbook = runbook or ROOT / "runbooks" / system.name
        self.sandbox = Sandbox(port=port, panel=self.panel, title=system.company)
        self.sandbox.faults.delay(latency)
        self.sandbox.tiers.on = tiers
        self._undo = AsyncExitStack()
        self._token = secrets.token_urlsafe(24)
        self._port = free_port()

    @property
    def url(self) -> str:
        """The sandbox's page."""
        return self.sandbox.url

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
            _, self.patient = await asyncio.gather(
                undo.enter_async_context(self.sandbox), undo.enter_async_context(self.system.start())
            )
            self._configure()
            self.bot = BotProcess(self.config, port=self._port, environment=self.environment)
            await self.bot.start()
            undo.push_async_callback(self.bot.stop)
            await asyncio.wait_for(self.sandbox.connected(), CONNECTED_WITHIN)
            alerts = Alertmanager(f"{self.web_url}/alerts/alertmanager", self._token, self.patient.rules)
            self.monitor = await undo.enter_async_context(alerts)
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

    @property
    def environment(self) -> Mapping[str, str]:
        """The variables with the secrets that the bot's configuration names."""
        return {
            "MUSTER_DATA_DIR": str(self.data_dir),
            "MUSTER_SLACK_BOT_TOKEN": self.sandbox.bot_token,
            "MUSTER_SLACK_APP_TOKEN": self.sandbox.app_token,
            "DEMO_ALERTMANAGER_TOKEN": self._token,
            **self.patient.environment,
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
                system=self.system.name,
                runbook=self._runbook,
                watches=str(self._watches).lower(),
                targets=yaml.safe_dump({"targets": _plain(self.patient.targets)}, sort_keys=False, allow_unicode=True),
                **people,
            ),
            encoding="utf-8",
        )


def _plain(targets: Mapping[str, Mapping[str, object]]) -> dict[str, dict[str, object]]:
    return {name: dict(target) for name, target in targets.items()}


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
  {system}:
    runbook: {runbook}
    runbook_url: https://runbooks.example/{system}
    on_call: [{ana}, {ben}]
    escalation: [{chloe}]
    approvers: [{ben}, {chloe}, {dev}]
    watches: {watches}
approvals:
  rules:
    # What everybody feels, or nobody can take back, as the runbook's overlay marks it: two people, and never without.
    - match: {{tag: [grave]}}
      approvals: 2
      break_glass: false
{targets}"""
