"""``routes``, ``silences``, ``maintenance`` and ``flapping`` of ``muster.yaml``: where alerts lead, and when not."""

from datetime import UTC, datetime, timedelta
from typing import Annotated, Final, Self
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, Field, model_validator

from bot.settings.approvals import HoursSection, hours_of
from bot.settings.rota import Moment
from bot.settings.shapes import NO_TRUTH, Section, Shape, SlackPerson, Span, Truth, ZoneName
from incident.flapping import MOST_KEPT, Flapping
from incident.matching import matcher
from incident.muting import Mute
from incident.routing import Deed, TeamRoute
from incident.severity import Severity

_QUIET_FOR: Final = timedelta(minutes=5)
"""How long alerts must be quiet for their monitor to resolve, where their route does not say."""
_OF_INCIDENTS: Final = ("procedure", "group_by", "group_window", "reopen_window", "resolves", "resolves_after")


def _readable(written: str) -> str:
    matcher(written)
    return written


_Matcher = Annotated[str, AfterValidator(_readable)]
_Name = Annotated[str, Shape(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,59}", "write a short name without blanks, as in batch-jobs")]
_Said = Annotated[str, Shape(r"(?s).*\S.*", "say it in a few words")]


class RouteSection(Section):
    """One route. An alert takes the first whose matchers it meets; what that leaves out goes by the runbooks."""

    name: _Name
    """What the timeline, ``/incident why`` and ``muster alerts explain`` call it."""
    matchers: tuple[_Matcher, ...] = ()
    """What an alert must meet, all of it: ``team=data``, ``severity!=info``, ``alertname=~"Batch.*"``."""
    system: str | None = None
    procedure: str | None = None
    """The procedure of the system's runbook that is followed."""
    severity: Severity | None = None
    group_by: tuple[str, ...] | None = None
    """Labels whose values tell incidents of the system apart; ``[]``: one incident for all of the system."""
    group_window: Annotated[Span, Field(gt=timedelta(0))] | None = None
    """How long after the last new alert another one still joins; as long as the incident is open, unless said."""
    reopen_window: Span | None = None
    """How long after its resolution an incident is reopened by its alert; as for all, unless said."""
    resolves: Truth = False
    """Whether the monitor resolves the incident once all its alerts are quiet."""
    resolves_after: Span | None = None
    """How long they must be quiet for that; 5m, unless said."""
    notify: Truth = False
    """A line where incidents are announced, and no incident."""
    notify_every: Annotated[Span, Field(gt=timedelta(0))] | None = None
    """How soon the line comes again while it goes on firing; 1h, unless said."""
    ignore: Truth = False
    """Nothing follows from it; it is counted."""

    @model_validator(mode="after")
    def _agrees(self) -> Self:
        """Two keys that cannot both hold would leave it to chance which one does."""
        if self.ignore:
            self._leaves_out("ignore", ("system", "severity", "notify", "notify_every", *_OF_INCIDENTS))
        if self.notify:
            self._leaves_out("notify", _OF_INCIDENTS)
        needed = {"procedure": "system", "resolves_after": "resolves", "notify_every": "notify"}
        for key, other in needed.items():
            if key in self.model_fields_set and not getattr(self, other):
                raise ValueError(f"“{key}” means something only together with “{other}”")
        return self

    def _leaves_out(self, deed: str, others: tuple[str, ...]) -> None:
        both = next((key for key in others if key in self.model_fields_set), None)
        if both is not None:
            raise ValueError(f"“{deed}” and “{both}” cannot both hold: take one of them out")


class _QuietSection(Section):
    """Which alerts are kept quiet, and why."""

    name: _Name
    matchers: tuple[_Matcher, ...] = ()
    """Which alerts, as in a route."""
    systems: tuple[str, ...] = ()
    """Only alerts that lead to one of these systems; any, unless said."""
    reason: _Said
    """Why, for whoever wonders at night."""
    timezone: ZoneName = "UTC"
    """The time zone of ``from`` and ``to``."""

    def _check_which(self) -> None:
        if not self.matchers and not self.systems:
            raise ValueError("say which alerts are meant: “matchers”, “systems” or both")


class SilenceSection(_QuietSection):
    """Alerts that somebody wants quiet for a while. They are kept and counted, and decided anew when it is over."""

    from_: Moment = Field(alias="from")
    to: Moment
    by: SlackPerson
    """Who wants it."""

    @model_validator(mode="after")
    def _agrees(self) -> Self:
        self._check_which()
        _check_order(self.from_, self.to)
        return self


class MaintenanceSection(_QuietSection):
    """When systems are worked on: from one moment to another, or in hours of every week."""

    from_: Moment | None = Field(default=None, alias="from")
    to: Moment | None = None
    weekly: tuple[HoursSection, ...] = ()
    """Hours that come again, by the clocks of their own time zone."""

    @model_validator(mode="after")
    def _agrees(self) -> Self:
        self._check_which()
        if bool(self.weekly) is (self.from_ is not None) or (self.from_ is None) is not (self.to is None):
            raise ValueError("say when: either “from” and “to”, or “weekly”")
        if self.from_ is not None and self.to is not None:
            _check_order(self.from_, self.to)
        return self


class FlappingSection(Section):
    """When an alert flaps: then its single changes are only counted, until it is steady."""

    changes: Annotated[int, Field(ge=2, lt=MOST_KEPT), NO_TRUTH] = 5
    """More changes than this…"""
    within: Annotated[Span, Field(gt=timedelta(0))] = timedelta(minutes=30)
    """…in so long. It is steady once it has not changed for as long."""


def route_of(section: RouteSection) -> TeamRoute:
    """The route that a section says."""
    return TeamRoute(
        name=section.name,
        matchers=tuple(map(matcher, section.matchers)),
        deed=Deed.NOTHING if section.ignore else Deed.NOTICE if section.notify else Deed.INCIDENT,
        system=section.system,
        procedure=section.procedure,
        severity=section.severity,
        group_by=section.group_by,
        group_window=section.group_window,
        reopens_within=section.reopen_window,
        resolves_after=(_QUIET_FOR if section.resolves_after is None else section.resolves_after)
        if section.resolves
        else None,
        tells_every=section.notify_every,
    )


def mute_of(section: SilenceSection | MaintenanceSection) -> Mute:
    """What a silence or a maintenance section keeps quiet."""
    zone = ZoneInfo(section.timezone)
    return Mute(
        name=section.name,
        reason=section.reason,
        by=section.by if isinstance(section, SilenceSection) else "",
        matchers=tuple(map(matcher, section.matchers)),
        systems=section.systems,
        start=_utc(section.from_, zone),
        end=_utc(section.to, zone),
        weekly=hours_of(section.weekly) if isinstance(section, MaintenanceSection) else (),
    )


def flapping_of(section: FlappingSection) -> Flapping:
    """What the team calls flapping."""
    return Flapping(changes=section.changes, within=section.within)


def _utc(moment: datetime | None, zone: ZoneInfo) -> datetime | None:
    return None if moment is None else moment.replace(tzinfo=zone).astimezone(UTC)


def _check_order(start: datetime, end: datetime) -> None:
    if end <= start:
        raise ValueError("“to” must be later than “from”")
