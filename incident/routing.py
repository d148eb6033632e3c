"""Where an alert leads: to an incident of which system, how bad, with which others, and by which rule.

The team's routes are asked first, in order, and the first whose matchers the alert meets decides. What it does not say,
and every alert that no route means, goes by the alert names that the runbooks name themselves.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final, Protocol

from msgspec import Struct, field
from msgspec.structs import replace

from incident import matching
from incident.alert import Alert
from incident.digest import short_name
from incident.flapping import Flapping
from incident.matching import Matcher
from incident.muting import Mute, Muted, muted
from incident.runbook import Catalog, Procedure, Route
from incident.severity import Severity, of_word

RUNBOOK: Final = "runbook"
"""The rule by which a runbook's own alert names lead to its procedures; its name goes on with the procedure's."""

OTHERWISE: Final = "otherwise"
"""The rule for an alert that nobody knows."""


class Deed(StrEnum):
    """What an alert may lead to."""

    INCIDENT = "incident"
    NOTICE = "notice"
    """A line where incidents are announced, and nothing else."""
    NOTHING = "nothing"


class Routed(Struct, frozen=True, kw_only=True):
    """Where an alert leads. ``rule`` is the name of the rule that says so, ``reason`` says it in words.

    While an incident of ``group`` is open, the alert joins it; for ``reopens_within`` after its end it is reopened.
    ``catalog`` is the digest of the runbook that was asked.
    """

    system: str
    severity: Severity
    severity_reason: str
    group: str
    rule: str
    reason: str
    reopens_within: timedelta
    procedure: Procedure | None = None
    catalog: str | None = None
    deed: Deed = Deed.INCIDENT
    group_window: timedelta | None = None
    """How long after the last new alert others still join; as long as the incident is open, unless said."""
    resolves_after: timedelta | None = None
    """How long its alerts must be quiet for the monitor to resolve the incident; None where people resolve it."""
    tells_every: timedelta = timedelta(hours=1)
    """How soon a notice that goes on firing is told again."""
    muted: Muted | None = None
    """What keeps it quiet now."""
    flapping: Flapping = field(default_factory=Flapping)


class TeamRoute(Struct, frozen=True, kw_only=True):
    """One of the team's routes. None of what it leaves to the runbooks, or to what holds for all."""

    name: str
    matchers: tuple[Matcher, ...] = ()
    deed: Deed = Deed.INCIDENT
    system: str | None = None
    procedure: str | None = None
    severity: Severity | None = None
    group_by: tuple[str, ...] | None = None
    group_window: timedelta | None = None
    reopens_within: timedelta | None = None
    resolves_after: timedelta | None = None
    tells_every: timedelta | None = None

    @property
    def reason(self) -> str:
        """Why an alert takes it, in words."""
        meets = f" matches {', '.join(map(str, self.matchers))}" if self.matchers else " takes every alert"
        return f"route “{self.name}”{meets}"


class Routing(Struct, frozen=True, kw_only=True):
    """All that the team says of where alerts lead."""

    routes: tuple[TeamRoute, ...] = ()
    mutes: tuple[Mute, ...] = ()
    reopens_within: timedelta = timedelta(hours=2)
    flapping: Flapping = field(default_factory=Flapping)


class Catalogs(Protocol):
    """The runbooks, as routing asks them."""

    def catalog(self, system: str) -> Catalog | None:
        """The catalog of a system."""
        ...

    def of_alert(self, alert: Alert) -> Catalog | None:
        """The catalog that knows this alert, or that it names."""
        ...

    def default(self) -> str:
        """The system of what belongs to no other."""
        ...


def routed(alert: Alert, routing: Routing, catalogs: Catalogs, now: datetime) -> Routed:
    """Where an alert leads by all of the rules."""
    found = _by_runbook(alert, catalogs, routing)
    route = next((each for each in routing.routes if matching.takes(each.matchers, alert)), None)
    if route is not None:
        found = _by_route(alert, route, found, catalogs)
    quiet = muted(alert, found.system, routing.mutes, now) if routing.mutes else None
    return found if quiet is None else replace(found, muted=quiet)


def _by_runbook(alert: Alert, catalogs: Catalogs, routing: Routing) -> Routed:
    """Alerts of one procedure belong together, else what the monitor grouped."""
    catalog = catalogs.of_alert(alert)
    route = catalog.route(alert.labels) if catalog else None
    procedure = catalog.procedure(route.procedure) if catalog and route else None
    severity, severity_reason = level_of(alert, route.severity if route else None, procedure)
    system = catalog.system if catalog else catalogs.default()
    return Routed(
        system=system,
        severity=severity,
        severity_reason=severity_reason,
        group=f"procedure:{system}/{route.procedure}" if route else _monitors_group(alert),
        rule=f"{RUNBOOK}:{system}/{route.procedure}" if route else OTHERWISE,
        reason=_runbook_reason(system, route) if route else f"no rule knows it, so it belongs to {system}",
        reopens_within=routing.reopens_within,
        procedure=procedure,
        catalog=catalog.digest if catalog else None,
        flapping=routing.flapping,
    )


def _by_route(alert: Alert, route: TeamRoute, found: Routed, catalogs: Catalogs) -> Routed:
    """What the runbooks found, and over it what the team's route says."""
    system = route.system or found.system
    catalog = catalogs.catalog(system)
    procedure = found.procedure if system == found.system else None
    if route.procedure is not None and catalog is not None:
        procedure = catalog.procedure(route.procedure)
    severity, severity_reason = level_of(alert, route.severity, procedure, by=f"route “{route.name}”")
    if route.severity is None and procedure == found.procedure:
        severity, severity_reason = found.severity, found.severity_reason
    return replace(
        found,
        system=system,
        severity=severity,
        severity_reason=severity_reason,
        group=_group(alert, route, system, procedure),
        rule=route.name,
        reason=route.reason,
        reopens_within=found.reopens_within if route.reopens_within is None else route.reopens_within,
        procedure=procedure,
        catalog=catalog.digest if catalog else None,
        deed=route.deed,
        group_window=route.group_window,
        resolves_after=route.resolves_after,
        tells_every=found.tells_every if route.tells_every is None else route.tells_every,
    )


def _group(alert: Alert, route: TeamRoute, system: str, procedure: Procedure | None) -> str:
    """What keeps alerts of one trouble in one incident: the labels that the route names, within its system."""
    if route.group_by is None:
        return f"procedure:{system}/{procedure.id}" if procedure else _monitors_group(alert)
    named = (f"{name}={matching.value_of(alert, name)}" for name in route.group_by)
    return short_name("/".join((f"system:{system}", *named)))


def _monitors_group(alert: Alert) -> str:
    return short_name(f"{alert.source}:{alert.group or alert.key}")


def _runbook_reason(system: str, route: Route) -> str:
    labels: Mapping[str, str] = route.labels
    return f"the runbook of {system} names {', '.join(f'{name}={value}' for name, value in labels.items())}"


def level_of(
    alert: Alert, said: Severity | None, procedure: Procedure | None, by: str = "the runbook's alert table"
) -> tuple[Severity, str]:
    """How bad it is and why: as its rule says, else its own label, else the runbook's procedure; P2 if nobody says."""
    own = of_word(alert.severity)
    if said is not None:
        return said, f"{by} says so"
    if own is not None:
        return own, f"the monitor calls it {alert.severity}"
    if procedure is not None and procedure.severity is not None:
        return procedure.severity, f"the runbook's “{procedure.title}” says so"
    return Severity.P2, "nobody says how bad it is"
