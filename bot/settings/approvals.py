"""``approvals`` in ``muster.yaml``: who may ask for what, who may approve it, how many of them, when and where."""

from datetime import timedelta
from typing import Annotated, Final, Self

from pydantic import Field, model_validator

from bot.settings.shapes import NO_TRUTH, ClockTime, Section, Shape, Span, Truth, ZoneName
from incident.gate import PARTS, Match, Rule
from incident.hours import Hours
from incident.severity import Severity

_DAYS: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


_Day = Annotated[str, Shape("|".join(_DAYS), f"write days such as mon or sun ({', '.join(_DAYS)})")]
_Who = Annotated[
    str,
    Shape(
        rf"[UWS][A-Z0-9]+|{'|'.join(PARTS)}",
        f"write the id of a person or a user group from Slack, or one of {', '.join(PARTS)}",
    ),
]
_People = Annotated[tuple[_Who, ...], Field(min_length=1)]
_Names = Annotated[tuple[str, ...], Field(min_length=1)]


class HoursSection(Section):
    """Hours that come again, past midnight if ``to`` is not later than ``from``."""

    from_: ClockTime = Field(alias="from")
    to: ClockTime
    timezone: ZoneName
    days: Annotated[tuple[_Day, ...], Field(min_length=1)] | None = None
    """The weekdays on which they begin; every day, unless said."""


_Hours = Annotated[tuple[HoursSection, ...], Field(min_length=1)]


class MatchSection(Section):
    """Which remediations a rule is for: each key that is named must have one of these values."""

    system: _Names | None = None
    severity: Annotated[tuple[Severity, ...], Field(min_length=1)] | None = None
    procedure: _Names | None = None
    step: _Names | None = None
    tag: _Names | None = None
    target: _Names | None = None
    environment: _Names | None = None
    executor: _Names | None = None


class RuleSection(Section):
    """What the remediations that it matches must meet. Each key is taken from the first rule that names it."""

    match: MatchSection = MatchSection.unsaid()
    ask: _People | None = None
    """Who may ask; anybody, unless said."""
    approve: _People | None = None
    """Who may approve; the system's approvers, unless said."""
    approvals: Annotated[int, Field(ge=1, le=10), NO_TRUTH] | None = None
    """How many different people must approve."""
    requester_may_approve: Truth | None = None
    expires_after: Annotated[Span, Field(gt=timedelta(0))] | None = None
    cool_down: Span | None = None
    """How long after a run the same step may not run on the same target; never shorter than the step's own."""
    concurrency: Annotated[int, Field(ge=1, le=10), NO_TRUTH] | None = None
    """How many remediations may run on its target at once, this one included; the strictest of them holds."""
    quiet_hours: _Hours | None = None
    """When it may not run, or with ``quiet_approvals`` only if so many approve."""
    quiet_approvals: Annotated[int, Field(ge=2, le=10), NO_TRUTH] | None = None
    window: _Hours | None = None
    """Maintenance windows: only then may it run."""
    environments: _Names | None = None
    """Only in these environments may it run."""
    break_glass: Truth | None = None
    """Whether the requester, alone on call, may run it without a second person, for a reason."""

    @model_validator(mode="after")
    def _can_be_met(self) -> Self:
        """A rule that names fewer people than it wants would never let anything run."""
        named, wanted = set(self.approve or ()), max(self.approvals or 1, self.quiet_approvals or 1)
        if named and wanted > len(named) and all(name.startswith(("U", "W")) for name in named):
            raise ValueError(f"{wanted} must approve, and only {len(named)} can: name more, or a group")
        return self


class ApprovalsSection(Section):
    """The rules, narrow ones first."""

    rules: tuple[RuleSection, ...] = ()


def rule_of(section: RuleSection) -> Rule:
    """The rule that a section says."""
    match = section.match
    return Rule(
        match=Match(
            system=match.system or (),
            severity=tuple(each.value for each in match.severity or ()),
            procedure=match.procedure or (),
            step=match.step or (),
            tag=match.tag or (),
            target=match.target or (),
            environment=match.environment or (),
            executor=match.executor or (),
        ),
        ask=section.ask,
        approve=section.approve,
        approvals=section.approvals,
        requester_may_approve=section.requester_may_approve,
        expires_after=section.expires_after,
        cool_down=section.cool_down,
        concurrency=section.concurrency,
        quiet_hours=None if section.quiet_hours is None else hours_of(section.quiet_hours),
        quiet_approvals=section.quiet_approvals,
        window=None if section.window is None else hours_of(section.window),
        environments=section.environments,
        break_glass=section.break_glass,
    )


def hours_of(sections: tuple[HoursSection, ...]) -> tuple[Hours, ...]:
    """The hours that sections say."""
    return tuple(
        Hours(
            start=each.from_,
            end=each.to,
            timezone=each.timezone,
            days=tuple(_DAYS.index(day) for day in each.days or ()),
        )
        for each in sections
    )
