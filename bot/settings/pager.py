"""``pagerduty`` in ``muster.yaml``: the account, who is who in it, and what it is asked and told for each system."""

from typing import Annotated, Literal

from pydantic import Field

from bot.settings.shapes import EnvironmentName, Section, Shape, SlackPerson, Truth
from incident.paging import Paging
from incident.severity import Severity

PagerDutyId = Annotated[str, Shape(r"[A-Z0-9]{6,20}", "write an id from PagerDuty, such as PABC123")]
Address = Annotated[str, Shape(r"[^@\s]+@[^@\s]+", "write a mail address")]
Level = Literal["P0", "P1", "P2", "P3"]
Api = Annotated[str, Shape(r"https://\S+[^/]", "write an address that begins with https://")]


class PagedSystemSection(Section):
    """What PagerDuty is for one system."""

    service: PagerDutyId | None = None
    """The service on which Muster opens an incident there."""
    routing_key_env: EnvironmentName | None = None
    """The variable with an integration key; Muster then calls by an event instead (Events API v2)."""
    calls_from: Level = "P1"
    """An incident as bad as that calls PagerDuty, if PagerDuty did not begin it."""
    schedules: tuple[PagerDutyId, ...] = ()
    """The schedules that say who is on call, first one first."""
    escalation_policy: PagerDutyId | None = None
    """Without schedules, its first level is on call and the others are called when it lasts too long."""
    help_policy: PagerDutyId | None = None
    """The escalation policy that is asked for help there when it lasts too long."""
    add_responders: Truth = False
    """Whoever is given a role is asked through PagerDuty, too."""
    follow_resolve: Truth = True
    """A person who resolves it in PagerDuty resolves it here; else it is only said."""
    follow_priority: Truth = True
    """Another priority in PagerDuty is another severity here; else it is only said."""

    @property
    def knows_on_call(self) -> bool:
        """Whether PagerDuty is asked who is on call."""
        return bool(self.schedules) or self.escalation_policy is not None

    def paging(self) -> Paging:
        """The same, as decisions need it."""
        calls = self.service is not None or self.routing_key_env is not None
        return Paging(
            calls_from=Severity(self.calls_from) if calls else None,
            escalation=self.help_policy,
            adds_responders=self.add_responders,
            follows_resolve=self.follow_resolve,
            follows_priority=self.follow_priority,
        )


class PagerDutySection(Section):
    """An account of PagerDuty. Needs the extra pagerduty; its webhooks are named under ``sources``."""

    token_env: EnvironmentName
    """The variable with a REST API key that may write."""
    user: Address
    """The address of the user there in whose name Muster acts when no person did it."""
    people: dict[SlackPerson, str] = Field(default_factory=dict)
    """Who has another address there than in Slack: a person of Slack → their address or id there."""
    priorities: dict[str, Level] = Field(default_factory=dict)
    """PagerDuty's priorities by name → severity. Without it P1, P2 … are taken by name, and none is told."""
    policies: dict[str, PagerDutyId] = Field(default_factory=dict)
    """Escalation policies that people may ask for help by a name: ``/incident page database``."""
    systems: dict[str, PagedSystemSection] = Field(default_factory=dict)
    """By the names under ``systems``."""
    api_url: Api = "https://api.pagerduty.com"
    """In the European region https://api.eu.pagerduty.com."""
    events_url: Api = "https://events.pagerduty.com"
    """In the European region https://events.eu.pagerduty.com."""

    def variables(self) -> tuple[str, ...]:
        """The variables with its secrets."""
        keys = (each.routing_key_env for each in self.systems.values())
        return (self.token_env, *filter(None, keys))

    def levels(self) -> dict[str, Severity]:
        """Its priorities, as decisions need them."""
        return {name: Severity(level) for name, level in self.priorities.items()}
