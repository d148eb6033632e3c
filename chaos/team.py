"""The team of a simulation: Ana and Ben are on call, Chloé is called when it lasts, she and the group dba approve."""

from dataclasses import dataclass
from datetime import timedelta

from chaos.slack import Slack
from incident.responder import UserId
from tests.fakes.restoring import RESTORING
from tests.fakes.runbooks import FakeRunbooks
from tests.fakes.settings import FakeSettings


@dataclass
class Team(FakeSettings):
    """What such a team would configure; ids are those of the simulated workspace."""

    news: str = ""
    everybody: tuple[UserId, ...] = ()

    @property
    def announcements(self) -> str:
        return self.news


def team_of(slack: Slack) -> Team:
    """The team, made of the people of a workspace."""
    ana, ben, chloe, dev = (UserId(slack.person(name)) for name in ("ana", "ben", "chloe", "dev"))
    news = slack.workspace.channel_named("incidents")
    assert news is not None
    return Team(
        people=(ana, ben),
        seconds=(chloe,),
        approving=(chloe, slack.group("dba")),
        expires_after=timedelta(minutes=2),
        runbooks=FakeRunbooks(RESTORING),
        news=news.id,
        everybody=(ana, ben, chloe, dev),
    )
