"""The team of a simulation: Ana and Ben are on call, Chloé is called when it lasts, she and the group dba approve."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from chaos.slack import Slack
from commands.ports import Settings
from incident import rota, routing
from incident.alert import Alert
from incident.gate import Rule
from incident.responder import UserId
from incident.rota import Shift
from incident.routing import Routed, Routing
from incident.severity import HOUSE, Policy, Severity
from tests.fakes.restoring import RESTORING
from tests.fakes.runbooks import FakeRunbooks


@dataclass(frozen=True, slots=True, kw_only=True)
class Team(Settings):
    """What such a team would configure; ids are those of the simulated workspace."""

    first: tuple[UserId, ...]
    later: tuple[UserId, ...]
    approving: tuple[str, ...]
    everybody: tuple[UserId, ...]
    news: str
    runbooks: FakeRunbooks
    window: timedelta = timedelta(hours=2)

    def shifts(self, system: str, at: datetime) -> tuple[Shift, ...]:
        return rota.shifts(self.first, at)

    def on_call(self, system: str, at: datetime) -> tuple[UserId, ...]:
        return self.first

    def escalation(self, system: str, at: datetime) -> tuple[UserId, ...]:
        return self.later

    def doubt(self, system: str) -> str:
        return ""

    def paging(self, system: str) -> None:
        return None

    def approvers(self, system: str) -> tuple[str, ...]:
        return self.approving

    def policy(self, system: str, severity: Severity) -> Policy:
        return HOUSE[severity]

    @property
    def approval_expires_after(self) -> timedelta:
        return timedelta(minutes=2)

    @property
    def rules(self) -> tuple[Rule, ...]:
        return ()

    @property
    def announcements(self) -> str:
        return self.news

    def routed(self, alert: Alert, now: datetime) -> Routed:
        return routing.routed(alert, Routing(reopens_within=self.window), self.runbooks, now)


def team_of(slack: Slack) -> Team:
    """The team, made of the people of a workspace."""
    ana, ben, chloe, dev = (UserId(slack.person(name)) for name in ("ana", "ben", "chloe", "dev"))
    news = slack.workspace.channel_named("incidents")
    assert news is not None
    return Team(
        first=(ana, ben),
        later=(chloe,),
        approving=(chloe, slack.group("dba")),
        everybody=(ana, ben, chloe, dev),
        news=news.id,
        runbooks=FakeRunbooks(RESTORING),
    )
