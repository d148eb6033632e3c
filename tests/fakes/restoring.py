"""The shop's procedure to bring orders back: looks, a change that takes what was seen, a wait, a person's part."""

from datetime import timedelta

from msgspec.structs import replace

from incident.runbook import Catalog, Parameter, ParameterKind, Procedure, Step, StepKind
from incident.verdict import Verdict
from tests.fakes.runbooks import CATALOG, HEADING, diagnostic, remediation

SNAPSHOT = Parameter(name="snapshot", kind=ParameterKind.TEXT, label="Snapshot", taken_from="newest-snapshot")
PROMOTE = Step(
    id="promote",
    title="Send everybody to the restored table",
    kind=StepKind.MANUAL,
    verdict=Verdict.REFUSED,
    reason="a console",
    written="Press Promote in the console.",
    condition="the canary stayed healthy",
    undo="Press Demote in the console.",
    origin=HEADING,
)
RESTORE = Procedure(
    id="restore-orders",
    title="Restore the orders",
    purpose="restore",
    origin=HEADING,
    steps=(
        replace(diagnostic("newest-snapshot", "Find the newest snapshot", expects=None), gives="snapshot"),
        replace(
            remediation("restore", "Restore the orders from it"),
            parameters=(SNAPSHOT,),
            command={"sql": "SELECT restore($1)", "arguments": ["snapshot"]},
            undo="Drop the restored table",
        ),
        diagnostic("wrong-orders", "Count the wrong orders"),
        replace(
            PROMOTE, id="canary", title="Watch for 10 minutes", written="", hold=timedelta(minutes=10), condition="",
            undo="",
        ),
        PROMOTE,
    ),
)  # fmt: skip
UNDO = Procedure(id="undo", title="Roll the shop back", purpose="rollback", origin=HEADING, steps=(PROMOTE,))
RESTORING: Catalog = replace(CATALOG, procedures=(*CATALOG.procedures, RESTORE, UNDO))
