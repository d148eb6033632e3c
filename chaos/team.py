"""The team of a simulation: Ana and Ben are on call, Chloé is called when it lasts, she and the group dba approve.

Its runbook watches the wrong orders, and has a procedure with everything that procedures have.
"""

from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from msgspec.structs import replace

from chaos.slack import Slack
from incident.matching import matcher
from incident.paging import Paging
from incident.responder import UserId
from incident.routing import Routing, TeamRoute
from incident.runbook import Catalog, Route, Step
from incident.severity import Severity
from incident.watch import Watch
from tests.fakes.restoring import RESTORE, RESTORING
from tests.fakes.runbooks import FakeRunbooks
from tests.fakes.settings import FakeSettings

WATCHED: Final = "wrong-orders"
"""The step that looks by itself."""
WATCH: Final = Watch(every=timedelta(seconds=20), lasting=timedelta(seconds=20))
HOLD: Final = timedelta(seconds=20)
"""How long the procedure waits at its canary."""
LAPSING: Final = "Lapsing"
"""The alert that breaks again and again, and is over without anybody: its monitor may resolve the incident."""
QUIET_FOR: Final = timedelta(seconds=10)
"""How long what lapses must be over for its monitor to resolve the incident."""
PAGING: Final = Paging(calls_from=Severity.P1, escalation="PHELP00", adds_responders=True)


def catalog(*, watches: bool) -> Catalog:
    """The shop's, whose waits are as long as a run can afford, and one step of which may look by itself."""

    def quick(step: Step) -> Step:
        watch = WATCH if watches and step.id == WATCHED else None
        return replace(step, watch=watch, hold=HOLD if step.hold else step.hold)

    walked = replace(RESTORE, steps=tuple(map(quick, RESTORE.steps)))
    seen = Route(labels={"system": RESTORING.system, "watch": WATCHED}, procedure=walked.id, severity=Severity.P2)
    procedures = tuple(walked if each.id == walked.id else each for each in RESTORING.procedures)
    return replace(RESTORING, procedures=procedures, routes=(*RESTORING.routes, seen))


@dataclass
class Team(FakeSettings):
    """What such a team would configure; ids are those of the simulated workspace."""

    news: str = ""
    watches: bool = False
    everybody: tuple[UserId, ...] = ()

    @property
    def announcements(self) -> str:
        return self.news


def team_of(slack: Slack, *, paged: bool, watches: bool) -> Team:
    """The team, made of the people of a workspace; it may have a pager, and a watch."""
    ana, ben, chloe, dev = (UserId(slack.person(name)) for name in ("ana", "ben", "chloe", "dev"))
    news = slack.workspace.channel_named("incidents")
    assert news is not None
    return Team(
        people=(ana, ben),
        seconds=(chloe,),
        approving=(chloe, slack.group("dba")),
        expires_after=timedelta(minutes=2),
        routes=Routing(
            routes=(TeamRoute(name="lapsing", matchers=(matcher(f"alertname={LAPSING}"),), resolves_after=QUIET_FOR),)
        ),
        runbooks=FakeRunbooks(catalog(watches=watches)),
        paged=PAGING if paged else None,
        news=news.id,
        watches=watches,
        everybody=(ana, ben, chloe, dev),
    )
