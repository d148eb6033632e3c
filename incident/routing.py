"""Where an alert leads: to an incident of which system, how bad, with which others, and by which rule."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from incident.alert import Alert
from incident.runbook import Catalog, Procedure, Route
from incident.severity import Severity, of_word

RUNBOOK: Final = "runbook"
"""The rule by which a runbook's own alert names lead to its procedures; its name goes on with the procedure's."""

OTHERWISE: Final = "otherwise"
"""The rule for an alert that nobody knows."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Routed:
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


def by_runbook(alert: Alert, catalog: Catalog | None, *, default: str, reopens_within: timedelta) -> Routed:
    """Where the runbook's own alert names lead it. ``catalog`` is the runbook that knows it or that it names.

    Alerts of one procedure belong together, else what the monitor grouped.
    """
    route = catalog.route(alert.labels) if catalog else None
    procedure = catalog.procedure(route.procedure) if catalog and route else None
    severity, severity_reason = level_of(alert, route.severity if route else None, procedure)
    system = catalog.system if catalog else default
    return Routed(
        system=system,
        severity=severity,
        severity_reason=severity_reason,
        group=f"procedure:{system}/{route.procedure}" if route else f"{alert.source}:{alert.group or alert.key}",
        rule=f"{RUNBOOK}:{system}/{route.procedure}" if route else OTHERWISE,
        reason=_runbook_reason(system, route) if route else f"no rule knows it, so it belongs to {system}",
        reopens_within=reopens_within,
        procedure=procedure,
        catalog=catalog.digest if catalog else None,
    )


def _runbook_reason(system: str, route: Route) -> str:
    labels = ", ".join(f"{name}={value}" for name, value in route.labels.items())
    return f"the runbook of {system} names {labels}"


def level_of(alert: Alert, said: Severity | None, procedure: Procedure | None) -> tuple[Severity, str]:
    """How bad it is and why: as its rule says, else its own label, else the runbook's procedure; P2 if nobody says."""
    own = of_word(alert.severity)
    if said is not None:
        return said, "its rule says so"
    if own is not None:
        return own, f"the monitor calls it {alert.severity}"
    if procedure is not None and procedure.severity is not None:
        return procedure.severity, f"the runbook's “{procedure.title}” says so"
    return Severity.P2, "nobody says how bad it is"
