"""A small team: Ana is on call, Dan is called when it lasts, Cleo and the group of database people approve."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from msgspec.structs import replace

from commands.ports import Settings
from incident import rota, routing
from incident.alert import Alert
from incident.gate import Rule
from incident.keeping import Retention
from incident.paging import Paging
from incident.responder import UserId
from incident.rota import Rotation, Shift
from incident.routing import Routed, Routing
from incident.severity import HOUSE, Policy, Severity
from tests.fakes.chat import NEWS
from tests.fakes.runbooks import FakeRunbooks

ANA, BEN, CLEO, DAN = UserId("U0ANA"), UserId("U0BEN"), UserId("U0CLEO"), UserId("U0DAN")
DATABASE_PEOPLE = "S0DBA"


@dataclass
class FakeSettings(Settings):
    """What the team configured."""

    people: tuple[UserId | Rotation, ...] = (ANA,)
    seconds: tuple[UserId | Rotation, ...] = (DAN,)
    approving: tuple[str, ...] = (CLEO, DATABASE_PEOPLE)
    demands: tuple[Rule, ...] = ()
    expires_after: timedelta = timedelta(minutes=15)
    window: timedelta = timedelta(hours=2)
    kept: Retention = field(default_factory=Retention)
    levels: Mapping[Severity, Policy] = field(default_factory=lambda: HOUSE)
    routes: Routing = field(default_factory=Routing)
    doubted: str = ""
    paged: Paging | None = None
    runbooks: FakeRunbooks = field(default_factory=FakeRunbooks)

    def shifts(self, system: str, at: datetime) -> tuple[Shift, ...]:
        return rota.shifts(self.people, at)

    def on_call(self, system: str, at: datetime) -> tuple[UserId, ...]:
        return tuple(each.person for each in self.shifts(system, at))

    def escalation(self, system: str, at: datetime) -> tuple[UserId, ...]:
        return tuple(each.person for each in rota.shifts(self.seconds, at))

    def doubt(self, system: str) -> str:
        return self.doubted

    def paging(self, system: str) -> Paging | None:
        return self.paged

    def approvers(self, system: str) -> tuple[str, ...]:
        return self.approving

    def policy(self, system: str, severity: Severity) -> Policy:
        return self.levels[severity]

    @property
    def approval_expires_after(self) -> timedelta:
        return self.expires_after

    @property
    def retention(self) -> Retention:
        return self.kept

    @property
    def rules(self) -> tuple[Rule, ...]:
        return self.demands

    @property
    def announcements(self) -> str:
        return NEWS

    def routed(self, alert: Alert, now: datetime) -> Routed:
        return routing.routed(alert, replace(self.routes, reopens_within=self.window), self.runbooks, now)
