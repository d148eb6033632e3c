"""The team's people and levels, as the commands ask for them."""

from datetime import datetime, timedelta
from typing import Final, Protocol

from bot.settings.approvals import rule_of
from bot.settings.pager import PagedSystemSection
from bot.settings.rota import layers_of
from bot.settings.routes import flapping_of, mute_of, route_of
from bot.settings.sections import File, SystemSection
from commands.ports import Runbooks
from incident import rota, routing
from incident.alert import Alert
from incident.gate import Rule
from incident.keeping import Retention
from incident.paging import Paging
from incident.responder import UserId
from incident.rota import Shift
from incident.routing import Routed, Routing
from incident.severity import HOUSE, Policy, Severity

NOT_ASKED: Final = "PagerDuty was not asked who is on call, so it goes by the people in muster.yaml"
"""While Slack has not answered at the start, and for what is declared at the terminal."""


class Turns(Protocol):
    """Who is on call by somebody else's word, for the systems that are asked there."""

    def shifts(self, system: str) -> tuple[Shift, ...]:
        """Who is called at once; nobody where nothing is known."""
        ...

    def escalation(self, system: str) -> tuple[UserId, ...]:
        """Who is called when it lasts too long."""
        ...

    def doubt(self, system: str) -> str:
        """Why that may not be right now."""
        ...


class TeamSettings:
    """The configured people of each system, and each severity's deadlines: the runbook's, else the house's."""

    def __init__(self, file: File, runbooks: Runbooks, pagerduty: Turns | None = None) -> None:
        self._file = file
        self._runbooks = runbooks
        self._pagerduty = pagerduty
        self._rules = tuple(rule_of(each) for each in file.approvals.rules)
        self._routing = Routing(
            routes=tuple(map(route_of, file.routes)),
            mutes=(*map(mute_of, file.silences), *map(mute_of, file.maintenance)),
            reopens_within=file.reopen_window,
            flapping=flapping_of(file.flapping),
        )

    def shifts(self, system: str, at: datetime) -> tuple[Shift, ...]:
        """Who is on call for a system at a moment, first one first, and until when."""
        there = self._pagerduty.shifts(system) if self._pagerduty is not None else ()
        return there or rota.shifts(layers_of(self._system(system).on_call), at)

    def on_call(self, system: str, at: datetime) -> tuple[UserId, ...]:
        """The same people alone: those who are called at once."""
        return tuple(each.person for each in self.shifts(system, at))

    def escalation(self, system: str, at: datetime) -> tuple[UserId, ...]:
        """Who is called when it lasts too long; the on-call again when nobody else is named."""
        there = self._pagerduty.escalation(system) if self._pagerduty is not None else ()
        if there:
            return there
        named = self._system(system).escalation or self._system(system).on_call
        return tuple(each.person for each in rota.shifts(layers_of(named), at))

    def doubt(self, system: str) -> str:
        """Why those on call may not be right now: PagerDuty does not say, or nobody knows whom it names."""
        if self._pagerduty is not None:
            return self._pagerduty.doubt(system)
        there = self._file.pagerduty.systems.get(system) if self._file.pagerduty is not None else None
        return NOT_ASKED if there is not None and there.knows_on_call else ""

    def paging(self, system: str) -> Paging | None:
        """What the team wants of PagerDuty for a system."""
        section = self._file.pagerduty
        return None if section is None else (section.systems.get(system) or PagedSystemSection()).paging()

    def approvers(self, system: str) -> tuple[str, ...]:
        """People and groups who may approve a remediation."""
        return self._system(system).approvers

    def policy(self, system: str, severity: Severity) -> Policy:
        """The deadlines of a severity."""
        catalog = self._runbooks.catalog(system)
        own = catalog.policies.get(severity) if catalog else None
        return own or HOUSE[severity]

    @property
    def approval_expires_after(self) -> timedelta:
        """How long a request can be answered."""
        return self._file.approval_expires_after

    @property
    def rules(self) -> tuple[Rule, ...]:
        """What the team demands of remediations."""
        return self._rules

    @property
    def announcements(self) -> str:
        """The channel where every incident is announced."""
        return self._file.slack.announcements

    @property
    def retention(self) -> Retention:
        """How long what was said is kept."""
        return Retention(**self._file.retention.model_dump())

    def routed(self, alert: Alert, now: datetime) -> Routed:
        """Where an alert leads, and by which rule."""
        return routing.routed(alert, self._routing, self._runbooks, now)

    def _system(self, system: str) -> SystemSection:
        # An incident of a system that was taken out of the file since belongs to the first one's people.
        return self._file.systems.get(system) or next(iter(self._file.systems.values()))
