"""A small shop's runbook: orders that stand still, with two diagnostics, two remediations and what a person must do."""

from collections.abc import Mapping
from datetime import timedelta

from commands.ports import Runbooks
from incident.alert import Alert
from incident.expectation import Expectation, Operator
from incident.runbook import (
    Catalog,
    Guard,
    GuardKind,
    Origin,
    Parameter,
    ParameterKind,
    Procedure,
    Route,
    Step,
    StepKind,
)
from incident.severity import Severity
from incident.verdict import Verdict

SHOP = "shop"
DATABASE = "shop-db"
HEADING = Origin(heading="3.1 Orders stand still", line=40)


def diagnostic(step_id: str, title: str, *, expects: float | None = 0.0) -> Step:
    """A step that only looks."""
    return Step(
        id=step_id,
        title=title,
        kind=StepKind.DIAGNOSTIC,
        verdict=Verdict.READ_ONLY,
        reason="one SELECT over plain columns",
        written=f"SELECT … -- {step_id}",
        origin=HEADING,
        executor="postgres",
        target=DATABASE,
        command={"sql": f"SELECT count(*) FROM orders -- {step_id}"},
        expects=Expectation(operator=Operator.AT_MOST, value=expects) if expects is not None else None,
        critical=Expectation(operator=Operator.AT_MOST, value=100.0) if expects is not None else None,
    )


def remediation(
    step_id: str,
    title: str,
    *,
    temporary: bool = False,
    cool_down: float = 0,
    effect_after: float = 0,
    rows: bool = True,
) -> Step:
    """A step that changes something; its cool-down in minutes, and the seconds until its effect shows."""
    minutes = Parameter(
        name="minutes", kind=ParameterKind.INTEGER, label="Older than (minutes)", default="15", minimum=1, maximum=60
    )
    return Step(
        id=step_id,
        title=title,
        kind=StepKind.REMEDIATION,
        verdict=Verdict.MUTATING,
        reason="an UPDATE",
        written=f"UPDATE … -- {step_id}",
        origin=HEADING,
        executor="postgres",
        target=DATABASE,
        command={"sql": f"UPDATE orders SET state = 'queued' -- {step_id}", "arguments": ["minutes"] if rows else []},
        parameters=(minutes,) if rows else (),
        guard=Guard(kind=GuardKind.ROWS, headroom=2) if rows else Guard(kind=GuardKind.NONE),
        undo="Set their state back to running",
        temporary=temporary,
        cool_down=timedelta(minutes=cool_down),
        effect_after=timedelta(seconds=effect_after),
    )


STUCK = Procedure(
    id="stuck-orders",
    title="Orders stand still",
    origin=HEADING,
    steps=(
        diagnostic("count-stuck", "Count the orders that stand still"),
        diagnostic("oldest", "Age of the oldest", expects=None),
        remediation("requeue", "Queue them again", temporary=True),
        remediation("restart", "Restart the workers", cool_down=10, effect_after=20, rows=False),
        Step(
            id="call-bank",
            title="Call the bank",
            kind=StepKind.MANUAL,
            verdict=Verdict.REFUSED,
            reason="a person must do it",
            written="tel 555-0100",
            condition="The bank does not answer.",
            origin=HEADING,
        ),
    ),
    checklist=("Look at the bank's status page",),
    escalate_after=timedelta(minutes=20),
)

CATALOG = Catalog(
    system=SHOP,
    title="The shop",
    digest="c" * 64,
    procedures=(STUCK,),
    routes=(Route(labels={"alertname": "OrdersStuck"}, procedure=STUCK.id, severity=Severity.P1),),
    runbook_url="https://wiki.example/shop",
)


class FakeRunbooks(Runbooks):
    """The catalogs that a test made."""

    def __init__(self, *catalogs: Catalog) -> None:
        self.catalogs = {each.system: each for each in catalogs or (CATALOG,)}

    def catalog(self, system: str) -> Catalog | None:
        return self.catalogs.get(system)

    def of_alert(self, alert: Alert) -> Catalog | None:
        return next((each for each in self.catalogs.values() if each.route(alert.labels) is not None), None)

    def default(self) -> str:
        return next(iter(self.catalogs))

    @property
    def systems(self) -> Mapping[str, str]:
        return {name: each.title for name, each in self.catalogs.items()}
